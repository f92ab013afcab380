//! Repetitions: `*`, `+`, `?` and `{n,m}`, each with an optional `?` behind it.

use super::Parser;
use crate::error::{Error, ErrorKind};

/// Go allows this many repetitions, nested ones multiplied.
const MAX_REPEAT: u64 = 1000;

/// A number beyond this is too large whatever it is.
const HUGE: u32 = 100_000_000;

/// How often something is repeated.
#[derive(Clone, Copy)]
struct Counts {
    min: u32,
    max: Option<u32>,
}

impl<'p> Parser<'p> {
    /// Reads a repetition operator; `false` if it was an ordinary brace. `last` is where the operator just before
    /// this one starts.
    pub(super) fn repetition(&mut self, operator: u8, last: Option<&'p [u8]>) -> Result<bool, Error> {
        let before = self.rest;
        let counts = match operator {
            b'*' => Counts { min: 0, max: None },
            b'+' => Counts { min: 1, max: None },
            b'?' => Counts { min: 0, max: Some(1) },
            _ => match counts(before) {
                Some((counts, after)) => {
                    self.rest = after;
                    counts
                }
                None => {
                    self.rest = &before[1..];
                    self.literal(u32::from(operator))?;
                    return Ok(false);
                }
            },
        };
        let counted = operator == b'{';
        if !counted {
            self.rest = &before[1..];
        } else if !counts.is_valid() {
            return self.error(ErrorKind::RepeatSize, self.since(before));
        }
        let mut lazy = self.flags.lazy;
        if self.perl() {
            if let Some(after) = self.rest.strip_prefix(b"?") {
                self.rest = after;
                lazy = !lazy;
            }
            // `a**` means nothing and `a++` something else in Perl: neither is allowed.
            if let Some(last) = last {
                return self.error(ErrorKind::RepeatOp, self.since(last));
            }
        }
        let Some(piece) = self.current.sequence.pop() else {
            return self.error(ErrorKind::MissingRepeatArgument, self.since(before));
        };
        let piece = piece.repeat(counts.min, counts.max, counted, !lazy);
        let copies = piece.copies();
        self.push(piece)?;
        if counted && counts.is_multiple() && copies > MAX_REPEAT {
            return self.error(ErrorKind::RepeatSize, self.since(before));
        }
        Ok(true)
    }
}

impl Counts {
    fn is_valid(self) -> bool {
        let limit = MAX_REPEAT as u32;
        self.min <= limit && self.max.is_none_or(|max| max <= limit && self.min <= max)
    }

    fn is_multiple(self) -> bool {
        self.min >= 2 || self.max.is_some_and(|max| max >= 2)
    }
}

/// Reads `{n}`, `{n,}` or `{n,m}`.
fn counts(text: &[u8]) -> Option<(Counts, &[u8])> {
    let (min, rest) = number(text.strip_prefix(b"{")?)?;
    let (max, rest) = match rest.strip_prefix(b",") {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with(b"}") => (None, rest),
        Some(rest) => {
            let (max, rest) = number(rest)?;
            (Some(max), rest)
        }
    };
    Some((Counts { min, max }, rest.strip_prefix(b"}")?))
}

/// Reads a decimal number without needless zeros.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let value =
        digits.iter().fold(
            0,
            |value: u32, digit| {
                if value >= HUGE { value } else { value * 10 + u32::from(digit - b'0') }
            },
        );
    Some((value, rest))
}
