use govalue::strconv::{self, Unquoted, quote};

use super::lex::Kind;
use crate::tree::Number;

/// The number that a constant stands for, under every type that can represent it; else the text of Go's error.
pub(super) fn parse(text: &[u8], kind: Kind) -> Result<Number, String> {
    // Only character constants hold anything but ASCII.
    let ascii = std::str::from_utf8(text).unwrap_or("");
    match kind {
        Kind::CharConstant => parse_char(text),
        Kind::Complex => scan_complex(ascii).map(|(re, im)| Number::Complex(re, im)),
        _ => parse_real_or_imaginary(ascii),
    }
}

fn parse_char(text: &[u8]) -> Result<Number, String> {
    let (value, tail) =
        text.get(1..).and_then(|t| strconv::unquote_char(t, b'\'')).ok_or("invalid syntax")?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    let value = match value {
        Unquoted::Byte(b) => u32::from(b),
        Unquoted::Char(c) => u32::from(c),
    };
    Ok(Number::Int { value: value.into(), unsigned: true })
}

fn parse_real_or_imaginary(text: &str) -> Result<Number, String> {
    if let Some(Ok(im)) = text.strip_suffix('i').map(|t| strconv::parse_float(t, 64)) {
        return Ok(Number::Complex(0.0, im));
    }
    let unsigned = strconv::parse_uint(text, 0, 64).ok();
    if let Ok(value) = strconv::parse_int(text, 0, 64) {
        // -0 has no unsigned spelling, but it is zero.
        return Ok(Number::Int { value, unsigned: value == 0 || unsigned.is_some() });
    }
    if let Some(value) = unsigned {
        return Ok(Number::Uint(value));
    }
    let Ok(float) = strconv::parse_float(text, 64) else {
        return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
    };
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", quote(text.as_bytes())));
    }
    Ok(Number::Float(float))
}

const SYNTAX: &str = "syntax error scanning complex number";

/// Reads `1+2i` as `fmt.Sscan` does.
fn scan_complex(text: &str) -> Result<(f64, f64), String> {
    let (re, rest) = text.split_at(float_token(text));
    let sign = if rest.starts_with(['+', '-']) { 1 } else { return Err(SYNTAX.to_owned()) };
    let len = float_token(&rest[sign..]);
    let (im, rest) = rest.split_at(sign + len);
    if !rest.starts_with('i') {
        return Err(SYNTAX.to_owned());
    }
    let convert = |t: &str| strconv::parse_float(t, 64).map_err(|e| e.to_string());
    Ok((convert(re)?, convert(im)?))
}

/// Length of what looks like a floating-point number.
fn float_token(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut accept = |valid: &[u8]| {
        let found = bytes.get(at).is_some_and(|b| valid.contains(b));
        at += usize::from(found);
        found
    };
    accept(b"+-");
    // Infinity would begin like this; the letters are not given back.
    if accept(b"iI") && accept(b"nN") && accept(b"fF") {
        return at;
    }
    let (mut digits, mut exponent): (&[u8], &[u8]) = (b"0123456789_", b"eEpP");
    if accept(b"0") && accept(b"xX") {
        (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
    }
    while accept(digits) {}
    if accept(b".") {
        while accept(digits) {}
    }
    if accept(exponent) {
        accept(b"+-");
        while accept(b"0123456789_") {}
    }
    at
}
