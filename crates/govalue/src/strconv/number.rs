//! Integers and booleans.

use std::fmt;

use super::quote;
use crate::Str;

/// A conversion that failed (`strconv.NumError`). `Display` is Go's text.
#[derive(Clone, PartialEq, Debug)]
pub struct NumError {
    /// The Go function, as `ParseInt`.
    pub func: &'static str,
    /// The text that was read.
    pub num: Str,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a conversion failed (`strconv.NumError`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Reason {
    /// Not a number of that form.
    Syntax,
    /// Out of range; Go returns the nearest value beside the error.
    Range(Limit),
    /// A base that is not 0 or 2 to 36.
    Base(u32),
    /// A width that is not 0 to 64.
    BitSize(u32),
}

/// The value that Go returns beside a range error.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs, reason = "each variant is the type of the value")]
pub enum Limit {
    Int(i64),
    Uint(u64),
    Float(f64),
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: {}", self.func, quote(&self.num), self.reason)
    }
}

impl std::error::Error for NumError {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Syntax => f.write_str("invalid syntax"),
            Reason::Range(_) => f.write_str("value out of range"),
            Reason::Base(base) => write!(f, "invalid base {base}"),
            Reason::BitSize(bits) => write!(f, "invalid bit size {bits}"),
        }
    }
}

impl NumError {
    pub(super) fn new(func: &'static str, num: &[u8], reason: Reason) -> NumError {
        NumError { func, num: num.into(), reason }
    }
}

/// Reads a signed integer of a base (0: by prefix `0b 0 0o 0x`, underscores allowed) and width (0 for `int`)
/// (`strconv.ParseInt`).
pub fn parse_int(s: impl AsRef<[u8]>, base: u32, bits: u32) -> Result<i64, NumError> {
    signed("ParseInt", s.as_ref(), base, bits)
}

/// Reads an unsigned integer (`strconv.ParseUint`).
pub fn parse_uint(s: impl AsRef<[u8]>, base: u32, bits: u32) -> Result<u64, NumError> {
    let s = s.as_ref();
    unsigned(s, base, bits).map_err(|reason| NumError::new("ParseUint", s, reason))
}

/// Reads a decimal `int` (`strconv.Atoi`).
pub fn atoi(s: impl AsRef<[u8]>) -> Result<i64, NumError> {
    signed("Atoi", s.as_ref(), 10, 0)
}

/// Reads `1 t T true TRUE True` and their opposites (`strconv.ParseBool`).
pub fn parse_bool(s: impl AsRef<[u8]>) -> Result<bool, NumError> {
    match s.as_ref() {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        s => Err(NumError::new("ParseBool", s, Reason::Syntax)),
    }
}

fn signed(func: &'static str, s: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    let fail = |reason| NumError::new(func, s, reason);
    let (negative, digits) = match s {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let magnitude = match unsigned(digits, base, bits) {
        Ok(v) => v,
        Err(Reason::Range(_)) => u64::MAX,
        Err(reason) => return Err(fail(reason)),
    };
    let bits = if bits == 0 { 64 } else { bits };
    let half = 1u64 << (bits - 1);
    match negative {
        false if magnitude >= half => Err(fail(Reason::Range(Limit::Int((half - 1) as i64)))),
        true if magnitude > half => Err(fail(Reason::Range(Limit::Int((half as i64).wrapping_neg())))),
        true => Ok((magnitude as i64).wrapping_neg()),
        false => Ok(magnitude as i64),
    }
}

fn unsigned(s: &[u8], base: u32, bits: u32) -> Result<u64, Reason> {
    if s.is_empty() {
        return Err(Reason::Syntax);
    }
    let (radix, digits) = match base {
        0 => prefixed(s),
        2..=36 => (base, s),
        _ => return Err(Reason::Base(base)),
    };
    let max = match bits {
        0 | 64 => u64::MAX,
        1..64 => (1 << bits) - 1,
        _ => return Err(Reason::BitSize(bits)),
    };
    let mut value = 0u64;
    let mut underscores = false;
    for &b in digits {
        if b == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(b).to_digit(radix).ok_or(Reason::Syntax)?;
        let next = value.checked_mul(u64::from(radix)).and_then(|v| v.checked_add(u64::from(digit)));
        value = next.filter(|v| *v <= max).ok_or(Reason::Range(Limit::Uint(max)))?;
    }
    if underscores && !underscores_ok(s) {
        return Err(Reason::Syntax);
    }
    Ok(value)
}

/// The base that a prefix asks for, and the digits behind it.
fn prefixed(s: &[u8]) -> (u32, &[u8]) {
    match s {
        [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
        [b'0', rest @ ..] => (8, rest),
        _ => (10, s),
    }
}

/// Whether every underscore stands between digits, or between a base prefix and a digit.
pub(super) fn underscores_ok(s: &[u8]) -> bool {
    let s = s.strip_prefix(b"+").or_else(|| s.strip_prefix(b"-")).unwrap_or(s);
    let (hex, s, mut after_digit) = match s {
        [b'0', b'x' | b'X', rest @ ..] => (true, rest, true),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (false, rest, true),
        _ => (false, s, false),
    };
    let mut after_underscore = false;
    for &b in s {
        let digit = b.is_ascii_digit() || hex && b.is_ascii_hexdigit();
        if after_underscore && !digit || b == b'_' && !after_digit {
            return false;
        }
        after_underscore = b == b'_';
        after_digit = digit;
    }
    !after_underscore
}

/// Appends an unsigned integer in a base of 2 to 36 (`strconv.AppendUint`).
pub fn append_uint(out: &mut Vec<u8>, v: u64, base: u32) {
    append_magnitude(out, false, v, base);
}

/// Appends an integer in a base of 2 to 36 (`strconv.AppendInt`).
pub fn append_int(out: &mut Vec<u8>, v: i64, base: u32) {
    append_magnitude(out, v < 0, v.unsigned_abs(), base);
}

/// An integer in a base of 2 to 36 (`strconv.FormatInt`).
pub fn format_int(v: i64, base: u32) -> String {
    let mut out = Vec::new();
    append_int(&mut out, v, base);
    out.into_iter().map(char::from).collect()
}

fn append_magnitude(out: &mut Vec<u8>, negative: bool, mut v: u64, base: u32) {
    let mut buf = [0u8; 65];
    let mut at = buf.len();
    let base = u64::from(base.clamp(2, 36));
    loop {
        at -= 1;
        // Division by a constant is several times quicker, and nearly every number is decimal.
        let (next, digit) = if base == 10 { (v / 10, (v % 10) as u8) } else { (v / base, (v % base) as u8) };
        buf[at] = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        v = next;
        if v == 0 {
            break;
        }
    }
    if negative {
        at -= 1;
        buf[at] = b'-';
    }
    out.extend_from_slice(&buf[at..]);
}
