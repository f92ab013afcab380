use govalue::Value;
use govalue::strconv::{self, Unquoted, quote};

use super::lex::Kind;
use crate::tree::Number;

/// The number that a constant stands for, under every type that can represent it; else the text of Go's error.
pub(super) fn parse(text: &[u8], kind: Kind) -> Result<Number, String> {
    // Only character constants hold anything but ASCII.
    let ascii = std::str::from_utf8(text).unwrap_or("");
    let mut number = match kind {
        Kind::CharConstant => parse_char(text)?,
        Kind::Complex => {
            let (re, im) = scan_complex(ascii)?;
            from_complex(re, im)
        }
        _ => parse_real_or_imaginary(ascii)?,
    };
    number.ideal = ideal(&number, ascii);
    Ok(number)
}

/// The value where no type is asked for: the spelling decides, as in Go. `None` if it overflows an `int`.
fn ideal(number: &Number, text: &str) -> Option<Value> {
    if let Some((re, im)) = number.complex {
        return Some(Value::complex(re, im));
    }
    let hexadecimal = text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X"));
    let integer = text.starts_with('\'') || hexadecimal && !text.contains(['p', 'P']);
    match number.float {
        Some(float) if !integer && text.contains(['.', 'e', 'E', 'p', 'P']) => Some(Value::Float(float)),
        _ => number.int.map(Value::int),
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
    Ok(Number {
        int: Some(value.into()),
        uint: Some(value.into()),
        float: Some(value.into()),
        ..Number::default()
    })
}

fn parse_real_or_imaginary(text: &str) -> Result<Number, String> {
    if let Some(Ok(im)) = text.strip_suffix('i').map(|t| strconv::parse_float(t, 64)) {
        return Ok(from_complex(0.0, im));
    }
    let uint = strconv::parse_uint(text, 0, 64).ok();
    let int = strconv::parse_int(text, 0, 64).ok();
    if let Some(value) = int {
        // -0 has no unsigned spelling, but it is zero.
        let uint = if value == 0 { Some(0) } else { uint };
        return Ok(Number { int, uint, float: Some(value as f64), ..Number::default() });
    }
    if let Some(value) = uint {
        return Ok(Number { uint, float: Some(value as f64), ..Number::default() });
    }
    let Ok(float) = strconv::parse_float(text, 64) else {
        return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
    };
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", quote(text.as_bytes())));
    }
    Ok(Number { int: exact_int(float), uint: exact_uint(float), float: Some(float), ..Number::default() })
}

/// A complex constant is also a real one where its imaginary part is zero.
fn from_complex(re: f64, im: f64) -> Number {
    let complex = Some((re, im));
    if im != 0.0 {
        return Number { complex, ..Number::default() };
    }
    Number { int: exact_int(re), uint: exact_uint(re), float: Some(re), complex, ideal: None }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

fn exact_int(f: f64) -> Option<i64> {
    ((-TWO_TO_63..TWO_TO_63).contains(&f) && f.trunc() == f).then_some(f as i64)
}

fn exact_uint(f: f64) -> Option<u64> {
    ((0.0..2.0 * TWO_TO_63).contains(&f) && f.trunc() == f).then_some(f as u64)
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
