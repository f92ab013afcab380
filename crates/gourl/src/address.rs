//! Whether a text is an IP address, and what is wrong with it: `netip.ParseAddr`.

use govalue::strconv::quote;
use thiserror::Error;

/// The kind of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// Four numbers with dots between.
    V4,
    /// Groups with colons between, an IPv4 address in IPv6 form included.
    V6,
}

/// The error of `netip.ParseAddr`: `ParseAddr("TEXT"): REASON`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("ParseAddr({}): {message}{}", quote(.input), at_text(.at))]
pub struct ParseError {
    input: Vec<u8>,
    message: &'static str,
    /// What was not understood; empty when that is the whole.
    at: Vec<u8>,
}

fn at_text(at: &[u8]) -> String {
    if at.is_empty() { String::new() } else { format!(" (at {})", quote(at)) }
}

/// What went wrong and the rest of the text from there on.
type Fault<'s> = (&'static str, &'s [u8]);

/// Checks an address, with or without a zone (`netip.ParseAddr`).
pub fn parse(input: &[u8]) -> Result<Family, ParseError> {
    let result = match input.iter().find(|b| matches!(b, b'.' | b':' | b'%')) {
        Some(b'.') => parse_v4(input).map(|()| Family::V4),
        Some(b':') => parse_v6(input).map(|()| Family::V6),
        Some(_) => Err(("missing IPv6 address", &input[..0])),
        None => Err(("unable to parse IP", &input[..0])),
    };
    result.map_err(|(message, at)| ParseError { input: input.to_vec(), message, at: at.to_vec() })
}

fn parse_v4(s: &[u8]) -> Result<(), Fault<'_>> {
    let (mut value, mut digits, mut fields) = (0u32, 0, 0);
    for (i, b) in s.iter().enumerate() {
        match b {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", b""));
                }
                value = value * 10 + u32::from(b - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", b""));
                }
            }
            b'.' if i == 0 || i + 1 == s.len() || s[i - 1] == b'.' => {
                return Err(("IPv4 field must have at least one digit", &s[i..]));
            }
            b'.' if fields == 3 => return Err(("IPv4 address too long", b"")),
            b'.' => {
                fields += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(("unexpected character", &s[i..])),
        }
    }
    if fields < 3 { Err(("IPv4 address too short", b"")) } else { Ok(()) }
}

fn parse_v6(input: &[u8]) -> Result<(), Fault<'_>> {
    let mut s = input;
    if let Some(zone) = s.iter().position(|b| *b == b'%') {
        if zone + 1 == s.len() {
            return Err(("zone must be a non-empty string", b""));
        }
        s = &s[..zone];
    }
    let mut ellipsis = false;
    if let Some(after) = s.strip_prefix(b"::") {
        if after.is_empty() {
            return Ok(());
        }
        ellipsis = true;
        s = after;
    }
    let mut filled = 0;
    while filled < 16 {
        let digits = hexadecimal_group(s)?;
        if s.get(digits) == Some(&b'.') {
            check_embedded_v4(s, filled, ellipsis)?;
            s = b"";
            filled += 4;
            break;
        }
        filled += 2;
        s = &s[digits..];
        match s {
            [] => break,
            [b':'] => return Err(("colon must be followed by more characters", s)),
            [b':', after @ ..] => s = after,
            _ => return Err(("unexpected character, want colon", s)),
        }
        if let Some(after) = s.strip_prefix(b":") {
            if ellipsis {
                return Err(("multiple :: in address", s));
            }
            ellipsis = true;
            s = after;
            if s.is_empty() {
                break;
            }
        }
    }
    if !s.is_empty() {
        return Err(("trailing garbage after address", s));
    }
    match (filled < 16, ellipsis) {
        (true, false) => Err(("address string too short", b"")),
        (false, true) => Err(("the :: must expand to at least one field of zeros", b"")),
        _ => Ok(()),
    }
}

/// The number of digits in a group.
fn hexadecimal_group(s: &[u8]) -> Result<usize, Fault<'_>> {
    match s.iter().take_while(|b| b.is_ascii_hexdigit()).count() {
        0 => Err(("each colon-separated field must have at least one digit", s)),
        digits @ 1..=4 => Ok(digits),
        _ => Err(("each group must have 4 or less digits", s)),
    }
}

/// The dotted form at the end of an IPv6 address, of which a number of bytes is known already.
fn check_embedded_v4(s: &[u8], filled: usize, ellipsis: bool) -> Result<(), Fault<'_>> {
    if !ellipsis && filled != 12 {
        return Err(("embedded IPv4 address must replace the final 2 fields of the address", s));
    }
    if filled + 4 > 16 {
        return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", s));
    }
    parse_v4(s)
}
