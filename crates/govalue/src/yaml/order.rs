//! The order in which go-yaml writes keys: numbers by value, text in a "natural" order in which runs of digits
//! count as numbers and other signs come before letters.

use super::{Dialect, category};
use crate::Key;

/// Sorts with a `less` that need not be a consistent order (go-yaml's is not for every mix of keys).
///
/// The standard library's sort may panic over such a function, hence a merge sort of our own.
pub(super) fn sort<T>(items: &mut Vec<T>, less: impl Fn(&T, &T) -> bool) {
    const RUN: usize = 8;
    for run in items.chunks_mut(RUN) {
        for sorted in 1..run.len() {
            let mut at = sorted;
            while at > 0 && less(&run[at], &run[at - 1]) {
                run.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        let mut rest = std::mem::take(items).into_iter();
        loop {
            let left: Vec<T> = rest.by_ref().take(width).collect();
            if left.is_empty() {
                break;
            }
            let right: Vec<T> = rest.by_ref().take(width).collect();
            merge(left, right, &mut merged, &less);
        }
        *items = merged;
        width *= 2;
    }
}

fn merge<T>(left: Vec<T>, right: Vec<T>, out: &mut Vec<T>, less: &impl Fn(&T, &T) -> bool) {
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if less(b, a) { right.next() } else { left.next() };
        out.extend(next);
    }
    out.extend(left);
    out.extend(right);
}

/// Whether one key goes before another.
pub(super) fn key_less(a: &Key, b: &Key, dialect: Dialect) -> bool {
    match (number_of(a), number_of(b)) {
        (Some(x), Some(y)) if x != y => x < y,
        (Some(_), Some(_)) if kind_rank(a) == kind_rank(b) => a < b,
        (None, None) => match (a, b) {
            (Key::Str(a), Key::Str(b)) => text_less(&a.to_str(), &b.to_str(), dialect),
            _ => false,
        },
        _ => kind_rank(a) < kind_rank(b),
    }
}

fn number_of(key: &Key) -> Option<f64> {
    match key {
        Key::Bool(b) => Some(f64::from(u8::from(*b))),
        Key::Int(i) => Some(i.as_f64()),
        Key::Float(f) => Some(*f),
        Key::Str(_) => None,
    }
}

/// Position in the list of `reflect.Kind`.
fn kind_rank(key: &Key) -> u8 {
    use crate::Kind;
    match key {
        Key::Bool(_) => Kind::Bool as u8,
        Key::Int(i) => i.kind() as u8,
        Key::Float(_) => Kind::Float64 as u8,
        Key::Str(_) => Kind::String as u8,
    }
}

/// Whether one text goes before another.
pub(super) fn text_less(a: &str, b: &str, dialect: Dialect) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return less(a.as_bytes(), b.as_bytes(), dialect);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    less(&a, &b, dialect)
}

fn less<C: Copy + PartialEq + Into<char>>(a: &[C], b: &[C], dialect: Dialect) -> bool {
    let Some(at) = a.iter().zip(b).position(|(x, y)| x != y) else { return a.len() < b.len() };
    let (x, y): (char, char) = (a[at].into(), b[at].into());
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x < y,
        (false, false) => {}
        (x_is_letter, y_is_letter) => {
            // Version 3 puts `a1b` after `a12`: a longer number comes first there.
            let after_digit = dialect == Dialect::V3 && at > 0 && is_digit(a[at - 1].into());
            return if after_digit { x_is_letter } else { y_is_letter };
        }
    }
    // A zero behind a number's first digits does not lead that number.
    let inside_number = (x == '0' || y == '0')
        && a[..at].iter().rev().map(|c| (*c).into()).take_while(|c| is_digit(*c)).any(|c| c != '0');
    let start = i64::from(inside_number);
    let (x_number, x_end) = number_from(a, at, start);
    let (y_number, y_end) = number_from(b, at, start);
    if x_number != y_number {
        return x_number < y_number;
    }
    if x_end != y_end { x_end < y_end } else { x < y }
}

/// The number whose digits start at a position, and where they end. Wraps around as Go's `int64` does.
fn number_from<C: Copy + Into<char>>(text: &[C], from: usize, start: i64) -> (i64, usize) {
    let mut number = start;
    let mut at = from;
    while let Some(&c) = text.get(at)
        && is_digit(c.into())
    {
        let digit = i64::from(u32::from(c.into())) - i64::from(u32::from('0'));
        number = number.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    (number, at)
}

/// `unicode.IsLetter`.
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_in(category::LETTERS, c) }
}

/// `unicode.IsDigit`.
fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(category::DIGITS, c) }
}

fn is_in(runs: &[(u32, u32)], c: char) -> bool {
    let after = runs.partition_point(|(first, _)| *first <= u32::from(c));
    after > 0 && u32::from(c) <= runs[after - 1].1
}
