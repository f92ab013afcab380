//! Integers and floats.

use super::spec::Spec;
use crate::strconv;

/// How an integer is written.
pub(super) struct Radix {
    pub base: u32,
    pub upper: bool,
    /// `%O`: a prefix `0o`.
    pub octal_prefix: bool,
}

impl Radix {
    pub const DECIMAL: Radix = Radix::of(10);
    pub const HEX: Radix = Radix::of(16);

    pub const fn of(base: u32) -> Radix {
        Radix { base, upper: false, octal_prefix: false }
    }
}

/// An integer given by sign and magnitude.
pub(super) fn integer(out: &mut Vec<u8>, spec: &Spec, negative: bool, magnitude: u64, radix: &Radix) {
    if spec.width.is_none() && spec.precision.is_none() && !spec.sharp && !radix.octal_prefix {
        out.extend(sign(spec, negative));
        let start = out.len();
        strconv::append_uint(out, magnitude, radix.base);
        if radix.upper {
            out[start..].make_ascii_uppercase();
        }
        return;
    }
    let width = spec.width.unwrap_or(0);
    let sign = sign(spec, negative);
    let least = match spec.precision {
        // Zero in no digits is nothing at all.
        Some(0) if magnitude == 0 => return spec.unzeroed().fill(out, width),
        Some(precision) => precision,
        None if spec.zero && !spec.minus => width.saturating_sub(usize::from(sign.is_some())),
        None => 0,
    };
    let mut digits = Vec::with_capacity(64);
    strconv::append_uint(&mut digits, magnitude, radix.base);
    if radix.upper {
        digits.make_ascii_uppercase();
    }
    let zeros = least.saturating_sub(digits.len());
    let prefix: &[u8] = match radix.base {
        _ if !spec.sharp => b"",
        2 => b"0b",
        8 if zeros == 0 && digits[0] != b'0' => b"0",
        16 if radix.upper => b"0X",
        16 => b"0x",
        _ => b"",
    };
    let octal: &[u8] = if radix.octal_prefix { b"0o" } else { b"" };
    let len = usize::from(sign.is_some()) + octal.len() + prefix.len() + zeros + digits.len();
    let padding = width.saturating_sub(len);
    if !spec.minus {
        out.resize(out.len() + padding, b' ');
    }
    out.extend(sign);
    out.extend_from_slice(octal);
    out.extend_from_slice(prefix);
    out.resize(out.len() + zeros, b'0');
    out.extend_from_slice(&digits);
    if spec.minus {
        out.resize(out.len() + padding, b' ');
    }
}

fn sign(spec: &Spec, negative: bool) -> Option<u8> {
    match negative {
        true => Some(b'-'),
        false if spec.plus => Some(b'+'),
        false if spec.space => Some(b' '),
        false => None,
    }
}

/// A float in a `strconv` format; a precision of the directive overrules the default one.
pub(super) fn float(out: &mut Vec<u8>, spec: &Spec, v: f64, bits: u32, format: u8, precision: i32) {
    let precision = spec.precision.map_or(precision, |p| i32::try_from(p).unwrap_or(i32::MAX));
    let plain = spec.width.is_none() && !spec.plus && !spec.space && !spec.sharp;
    if plain && v.is_finite() {
        return strconv::append_float(out, v, format, precision, bits);
    }
    // The number without its sign, which is decided below.
    let mut number = Vec::with_capacity(24);
    strconv::append_float(&mut number, v, format, precision, bits);
    let negative = number.first() == Some(&b'-');
    if matches!(number.first(), Some(b'-' | b'+')) {
        number.remove(0);
    }
    let sign = match negative {
        true => Some(b'-'),
        false if spec.plus => Some(b'+'),
        false if spec.space => Some(b' '),
        // An infinity beyond the type's range (a float32) shows its sign as well.
        false if number == b"Inf" => Some(b'+'),
        false => None,
    };
    if !matches!(number.first(), Some(b'I' | b'N')) {
        if spec.sharp && format != b'b' {
            number = with_point(number, format, precision);
        }
        if let (Some(sign), Some(width)) = (sign, spec.width)
            && spec.zero
            && !spec.minus
            && width > number.len() + 1
        {
            out.push(sign);
            spec.fill(out, width - number.len() - 1);
            return out.extend_from_slice(&number);
        }
    }
    let finite = !matches!(number.first(), Some(b'I' | b'N'));
    number.splice(0..0, sign);
    if finite { spec.pad(out, &number) } else { spec.unzeroed().pad(out, &number) }
}

/// The `#` flag: always a point, and for the general formats the trailing zeros that they drop.
fn with_point(number: Vec<u8>, format: u8, precision: i32) -> Vec<u8> {
    let mut wanted: i64 = match format {
        b'g' | b'G' | b'x' if precision < 0 => 6,
        b'g' | b'G' | b'x' => i64::from(precision),
        _ => 0,
    };
    let hex = matches!(format, b'x' | b'X');
    let is_exponent = |b: &u8| matches!(b, b'p' | b'P') || !hex && matches!(b, b'e' | b'E');
    let end = number.iter().position(is_exponent).unwrap_or(number.len());
    let (mantissa, exponent) = number.split_at(end);
    let mut significant = false;
    for &b in mantissa.iter().filter(|&&b| b != b'.') {
        significant |= b != b'0';
        wanted -= i64::from(significant);
    }
    let mut out = mantissa.to_vec();
    if !mantissa.contains(&b'.') {
        // The digit 0 alone counts as one.
        wanted -= i64::from(mantissa == b"0");
        out.push(b'.');
    }
    out.resize(out.len() + usize::try_from(wanted).unwrap_or(0), b'0');
    out.extend_from_slice(exponent);
    out
}
