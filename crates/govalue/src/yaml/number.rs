//! Numbers as go-yaml reads and writes them.

use crate::strconv;

/// What `strconv.ParseInt(text, 0, 64)`, and failing that `ParseUint`, make of digits without underscores.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Integer {
    Signed(i64),
    /// Beyond `i64`.
    Unsigned(u64),
}

/// Reads an integer with Go's prefixes (`0x`, `0o`, `0b`, and `0` for octal).
pub(super) fn integer(text: &str) -> Option<Integer> {
    let (negative, magnitude) = split_sign(text);
    let (base, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &magnitude[2..]),
        [b'0', b'o' | b'O', ..] => (8, &magnitude[2..]),
        [b'0', b'b' | b'B', ..] => (2, &magnitude[2..]),
        [b'0', _, ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    let value = unsigned(digits, base)?;
    let signed = if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
    match signed {
        Some(v) => Some(Integer::Signed(v)),
        // ParseUint takes no sign at all.
        None => (!negative && magnitude.len() == text.len()).then_some(Integer::Unsigned(value)),
    }
}

/// Reads an integer of one base, its prefix already removed: `ParseInt`, and `ParseUint` where that is allowed.
pub(super) fn integer_of_base(text: &str, base: u32, may_be_unsigned: bool) -> Option<Integer> {
    let (negative, digits) = split_sign(text);
    let value = unsigned(digits, base)?;
    let signed = if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
    match signed {
        Some(v) => Some(Integer::Signed(v)),
        None => (may_be_unsigned && digits.len() == text.len()).then_some(Integer::Unsigned(value)),
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Digits only: Rust's own parser would take a second sign.
fn unsigned(digits: &str, base: u32) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|b| char::from(b).is_digit(base)) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

/// Reads `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; what overflows is no number (`1e400` is text).
pub(super) fn float(text: &str) -> Option<f64> {
    let (_, unsigned) = split_sign(text);
    let bytes = unsigned.as_bytes();
    let digits_from = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits_from(0);
    let mut at = whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits_from(at + 1);
        if whole + fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let exponent = digits_from(at);
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    if at != bytes.len() {
        return None;
    }
    text.parse::<f64>().ok().filter(|f| f.is_finite())
}

/// Reads a number that starts with a point, for which go-yaml trusts `strconv.ParseFloat`: underscores between
/// digits are allowed.
pub(super) fn float_with_point(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return float(text);
    }
    let bytes = text.as_bytes();
    let between_digits =
        |i: usize| i > 0 && bytes[i - 1].is_ascii_digit() && bytes.get(i + 1).is_some_and(u8::is_ascii_digit);
    if (0..bytes.len()).any(|i| bytes[i] == b'_' && !between_digits(i)) {
        return None;
    }
    float(&text.replace('_', ""))
}

/// `strconv.FormatFloat(f, 'g', -1, 64)` with YAML's names for the infinities and NaN.
pub(super) fn format(f: f64) -> String {
    format_bits(f, 64)
}

/// The same for a float cut down to 32 bits: how `sigs.k8s.io/yaml` makes it a key of a JSON object.
pub(super) fn format_32(f: f64) -> String {
    format_bits(f, 32)
}

fn format_bits(f: f64, bits: u32) -> String {
    let text = strconv::format_float(f, b'g', -1, bits);
    match text.as_str() {
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        "NaN" => ".nan".to_owned(),
        _ => text,
    }
}
