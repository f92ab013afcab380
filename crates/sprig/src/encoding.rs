//! Base64, base32 and JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use govalue::json::{self, EncodeOptions};
use govalue::{Str, Value};

use crate::function::{Outcome, functions};

functions! { FUNCTIONS:
    "b64enc" (string) -> string = |s: &Str| Str::from(STANDARD.encode(&**s));
    "b64dec" (string) -> string = |s: &Str| decoded(decode_base64(s), "base64");
    "b32enc" (string) -> string = |s: &Str| Str::from(encode_base32(s));
    "b32dec" (string) -> string = |s: &Str| decoded(decode_base32(s), "base32");
    "fromJson" (string) -> any = |s: &Str| json::decode(s).unwrap_or_default();
    "mustFromJson" (string) -> any = |s: &Str| Outcome::Ok(json::decode(s)?);
    "toJson" (any) -> string = |v| compact(v).unwrap_or_default();
    "mustToJson" (any) -> string = compact;
    "toPrettyJson" (any) -> string = |v| pretty(v).unwrap_or_default();
    "mustToPrettyJson" (any) -> string = pretty;
    "toRawJson" (any) -> string = raw;
    "mustToRawJson" (any) -> string = raw;
}

fn compact(v: &Value) -> Outcome<Str> {
    Ok(json::encode(v)?.into())
}

fn pretty(v: &Value) -> Outcome<Str> {
    Ok(json::encode_with(v, &EncodeOptions { indent: Some("  ".to_owned()), ..EncodeOptions::default() })?
        .into())
}

fn raw(v: &Value) -> Outcome<Str> {
    Ok(json::encode_with(v, &EncodeOptions { escape_html: false, ..EncodeOptions::default() })?.into())
}

/// The decoded bytes, or the text of the error: Sprig returns it as the result.
fn decoded(result: Result<Vec<u8>, usize>, encoding: &str) -> Str {
    match result {
        Ok(bytes) => bytes.into(),
        Err(at) => format!("illegal {encoding} data at input byte {at}").into(),
    }
}

/// `base64.StdEncoding.DecodeString`: line breaks are skipped, leftover bits may be anything; the error is an offset.
pub(crate) fn decode_base64(s: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(s.len() / 4 * 3);
    let mut input = s.iter().enumerate().filter(|(_, b)| !matches!(b, b'\r' | b'\n'));
    let (mut bits, mut digits) = (0u32, 0);
    while let Some((at, &b)) = input.next() {
        let Some(value) = base64_digit(b) else {
            if b != b'=' || digits < 2 {
                return Err(at);
            }
            if digits == 2 {
                match input.next() {
                    Some((_, b'=')) => {}
                    // Go names the byte before the wrong one, line breaks included.
                    Some((next, _)) => return Err(next - 1),
                    None => return Err(s.len()),
                }
            }
            if let Some((next, _)) = input.next() {
                return Err(next);
            }
            bits <<= 6 * (4 - digits);
            out.extend_from_slice(&bits.to_be_bytes()[1..digits]);
            return Ok(out);
        };
        bits = bits << 6 | u32::from(value);
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, digits) = (0, 0);
        }
    }
    // An unfinished group: the error is where Go thinks that it began.
    if digits == 0 { Ok(out) } else { Err(s.len() - digits) }
}

fn base64_digit(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn encode_base32(s: &[u8]) -> String {
    let mut out = String::with_capacity(s.len().div_ceil(5) * 8);
    for group in s.chunks(5) {
        let mut bytes = [0u8; 8];
        bytes[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bytes);
        let digits = (group.len() * 8).div_ceil(5);
        for i in 0..8 {
            let digit = (bits >> (35 - 5 * i)) as u8 & 31;
            out.push(if i >= digits {
                '='
            } else {
                char::from(if digit < 26 { b'A' + digit } else { b'2' + digit - 26 })
            });
        }
    }
    out
}

/// `base32.StdEncoding.DecodeString`: as in Go, offsets in errors do not count line breaks.
fn decode_base32(s: &[u8]) -> Result<Vec<u8>, usize> {
    let s: Vec<u8> = s.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(s.len() / 8 * 5);
    let mut at = 0;
    while at < s.len() {
        let (mut bits, mut digits, mut end) = (0u64, 0usize, false);
        while digits < 8 {
            let Some(&b) = s.get(at) else { return Err(s.len() - digits) };
            at += 1;
            let left = s.len() - at;
            if b == b'=' && digits >= 2 && left < 8 {
                check_padding(&s, at, digits)?;
                end = true;
                break;
            }
            let value = match b {
                b'A'..=b'Z' => b - b'A',
                b'2'..=b'7' => b - b'2' + 26,
                _ => return Err(at - 1),
            };
            bits = bits << 5 | u64::from(value);
            digits += 1;
        }
        bits <<= 5 * (8 - digits);
        out.extend_from_slice(&bits.to_be_bytes()[3..3 + digits * 5 / 8]);
        if end {
            break;
        }
    }
    Ok(out)
}

/// Padding that begins just before `at`, after a number of digits in its group.
fn check_padding(s: &[u8], at: usize, digits: usize) -> Result<(), usize> {
    let rest = &s[at..];
    if rest.len() + digits < 7 {
        return Err(s.len());
    }
    if let Some(k) = rest.iter().take(7 - digits).position(|b| *b != b'=') {
        return Err(at + k - 1);
    }
    if matches!(digits, 1 | 3 | 6) { Err(at - 1) } else { Ok(()) }
}
