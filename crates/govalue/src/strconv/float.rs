//! Floating-point numbers.

use std::fmt::Write;

use super::number::{Limit, NumError, Reason, append_int, append_uint, underscores_ok};

/// Mantissa width, exponent width and bias of a float type.
struct Layout {
    mantissa_bits: u32,
    exponent_bits: u32,
    bias: i32,
}

const F32: Layout = Layout { mantissa_bits: 23, exponent_bits: 8, bias: -127 };
const F64: Layout = Layout { mantissa_bits: 52, exponent_bits: 11, bias: -1023 };

/// Decimal digits without trailing zeros; the point stands before digit `point`.
struct Digits<'a> {
    digits: &'a [u8],
    point: i32,
}

/// A float in one of Go's formats (`strconv.FormatFloat`): `b e E f g G x X`, a precision (negative for the
/// shortest text that reads back as the same number) and 32 or 64 bits.
pub fn format_float(v: f64, format: u8, precision: i32, bits: u32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, v, format, precision, bits);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends [`format_float`] (`strconv.AppendFloat`).
pub fn append_float(out: &mut Vec<u8>, v: f64, format: u8, precision: i32, bits: u32) {
    let v = if bits == 32 { f64::from(v as f32) } else { v };
    if v.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if v.is_infinite() {
        return out.extend_from_slice(if v > 0.0 { b"+Inf" } else { b"-Inf" });
    }
    if v.is_sign_negative() {
        out.push(b'-');
    }
    let v = v.abs();
    match format {
        b'b' => append_binary(out, v, bits),
        b'x' | b'X' => append_hex(out, v, precision, format, bits),
        b'e' | b'E' | b'f' | b'g' | b'G' if precision < 0 => append_shortest(out, v, format, bits),
        b'e' | b'E' | b'g' | b'G' => append_rounded(out, v, format, precision as usize),
        b'f' => append_fixed(out, v, precision as usize),
        _ => out.extend([b'%', format]),
    }
}

/// The longest exact decimal form of a double has 767 significant digits and 1074 behind the point; what is asked
/// beyond is zeros.
const MAX_EXACT: usize = 1100;

/// Text of a known small size, without a heap allocation.
struct Small {
    buf: [u8; 32],
    len: usize,
}

impl Small {
    fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.buf[..self.len]).ok()
    }
}

impl Write for Small {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let end = self.len + s.len();
        self.buf.get_mut(self.len..end).ok_or(std::fmt::Error)?.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Splits `d.ddde±x` in place.
fn split_scientific(text: &mut [u8]) -> Digits<'_> {
    let e = text.iter().position(|&b| b == b'e').unwrap_or(text.len());
    let exponent =
        std::str::from_utf8(text.get(e + 1..).unwrap_or_default()).ok().and_then(|s| s.parse().ok());
    let exponent: i32 = exponent.unwrap_or(0);
    let mantissa = &mut text[..e];
    let mut len = mantissa.len();
    if len > 1 {
        mantissa.copy_within(2.., 1);
        len -= 1;
    }
    while len > 0 && mantissa[len - 1] == b'0' {
        len -= 1;
    }
    let point = if len == 0 { 0 } else { exponent + 1 };
    Digits { digits: &text[..len], point }
}

/// The shortest digits that read back as the number, in scientific form.
fn shortest_text(v: f64, bits: u32) -> Small {
    let mut text = Small { buf: [0; 32], len: 0 };
    // At most 17 digits, so the text fits.
    let _ = if bits == 32 { write!(text, "{:e}", v as f32) } else { write!(text, "{v:e}") };
    let mantissa = text.buf[..text.len].split(|&b| b == b'e').next().unwrap_or_default();
    let digits = mantissa.len().saturating_sub(1);
    let odd = mantissa.last().is_some_and(|b| b % 2 == 1);
    // Of two texts that are equally near, Go takes the even one and Rust the larger. That needs a number with more
    // digits than the type can hold in full. (The one power of two with such a tie, 2^-12 as a float32, Go rounds up.)
    let up = bits == 32 && (v as f32).to_bits().trailing_zeros() >= F32.mantissa_bits;
    if odd && !up && digits >= if bits == 32 { 6 } else { 15 } {
        let mut even = Small { buf: [0; 32], len: 0 };
        let behind = digits - 1;
        let written = write!(even, "{v:.behind$e}");
        let same = even.as_str().and_then(|s| {
            if bits == 32 { s.parse::<f32>().ok().map(f64::from) } else { s.parse::<f64>().ok() }
        });
        if written.is_ok() && same == Some(v) {
            return even;
        }
    }
    text
}

fn append_shortest(out: &mut Vec<u8>, v: f64, format: u8, bits: u32) {
    let mut text = shortest_text(v, bits);
    let d = split_scientific(&mut text.buf[..text.len]);
    let n = d.digits.len() as i32;
    match format {
        b'e' | b'E' => exponential(out, &d, (n - 1).max(0) as usize, format),
        b'f' => positional(out, &d, (n - d.point).max(0) as usize),
        _ => general(out, &d, n, 6, format),
    }
}

fn append_rounded(out: &mut Vec<u8>, v: f64, format: u8, precision: usize) {
    let behind = match format {
        b'e' | b'E' => precision,
        _ => precision.max(1) - 1,
    };
    let exact = behind.min(MAX_EXACT);
    let mut text = format!("{v:.exact$e}").into_bytes();
    let d = split_scientific(&mut text);
    match format {
        b'e' | b'E' => exponential(out, &d, precision, format),
        _ => {
            let (n, precision) = (d.digits.len() as i32, precision.clamp(1, i32::MAX as usize) as i32);
            let threshold = if precision > n && n >= d.point { n } else { precision };
            general(out, &d, precision, threshold, format);
        }
    }
}

fn append_fixed(out: &mut Vec<u8>, v: f64, precision: usize) {
    let exact = precision.min(MAX_EXACT);
    // Writing bytes to a vector cannot fail.
    let _ = std::io::Write::write_fmt(out, format_args!("{v:.exact$}"));
    out.resize(out.len() + (precision - exact), b'0');
}

/// `%g`: exponential form for exponents below -4 or from `threshold` on.
fn general(out: &mut Vec<u8>, d: &Digits<'_>, precision: i32, threshold: i32, format: u8) {
    let n = d.digits.len() as i32;
    let exponent = d.point - 1;
    if exponent < -4 || exponent >= threshold {
        exponential(out, d, (precision.min(n) - 1).max(0) as usize, format + b'e' - b'g');
    } else {
        let precision = if precision > d.point { n } else { precision };
        positional(out, d, (precision - d.point).max(0) as usize);
    }
}

/// `d.ddde±dd` with that many digits behind the point.
fn exponential(out: &mut Vec<u8>, d: &Digits<'_>, behind: usize, letter: u8) {
    out.push(d.digits.first().copied().unwrap_or(b'0'));
    if behind > 0 {
        out.push(b'.');
        let rest = d.digits.get(1..).unwrap_or_default();
        let rest = &rest[..rest.len().min(behind)];
        out.extend_from_slice(rest);
        out.resize(out.len() + (behind - rest.len()), b'0');
    }
    let exponent = if d.digits.is_empty() { 0 } else { d.point - 1 };
    out.extend([letter, if exponent < 0 { b'-' } else { b'+' }]);
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    append_uint(out, u64::from(exponent.unsigned_abs()), 10);
}

/// `ddd.ddd` with that many digits behind the point.
fn positional(out: &mut Vec<u8>, d: &Digits<'_>, behind: usize) {
    let before = d.point.max(0) as usize;
    if before == 0 {
        out.push(b'0');
    } else {
        let whole = &d.digits[..d.digits.len().min(before)];
        out.extend_from_slice(whole);
        out.resize(out.len() + (before - whole.len()), b'0');
    }
    if behind > 0 {
        out.push(b'.');
        let zeros = (d.point.min(0).unsigned_abs() as usize).min(behind);
        out.resize(out.len() + zeros, b'0');
        let rest = d.digits.get(before..).unwrap_or_default();
        let rest = &rest[..rest.len().min(behind - zeros)];
        out.extend_from_slice(rest);
        out.resize(out.len() + (behind - zeros - rest.len()), b'0');
    }
}

/// Mantissa (with its implicit bit) and the exponent of its highest possible bit.
fn parts(v: f64, bits: u32) -> (u64, i32, &'static Layout) {
    let (raw, layout) =
        if bits == 32 { (u64::from((v as f32).to_bits()), &F32) } else { (v.to_bits(), &F64) };
    let exponent = (raw >> layout.mantissa_bits) as i32 & ((1 << layout.exponent_bits) - 1);
    let mantissa = raw & ((1 << layout.mantissa_bits) - 1);
    match exponent {
        0 => (mantissa, 1 + layout.bias, layout),
        _ => (mantissa | 1 << layout.mantissa_bits, exponent + layout.bias, layout),
    }
}

/// `%b`: `mantissa p±exponent`.
fn append_binary(out: &mut Vec<u8>, v: f64, bits: u32) {
    let (mantissa, exponent, layout) = parts(v, bits);
    let exponent = exponent - layout.mantissa_bits as i32;
    append_uint(out, mantissa, 10);
    out.push(b'p');
    if exponent >= 0 {
        out.push(b'+');
    }
    append_int(out, i64::from(exponent), 10);
}

/// `%x`: `0x1.hhhp±dd`.
fn append_hex(out: &mut Vec<u8>, v: f64, precision: i32, format: u8, bits: u32) {
    const ONE: u64 = 1 << 60;
    let (mantissa, mut exponent, layout) = parts(v, bits);
    // The leading 1 goes to bit 60: 15 hexadecimal digits follow it.
    let mut mantissa = mantissa << (60 - layout.mantissa_bits);
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent -= shift as i32;
    }
    if (0..15).contains(&precision) {
        let dropped = 60 - 4 * precision as u32;
        let (half, rest) = (1u64 << (dropped - 1), mantissa & ((1u64 << dropped) - 1));
        let kept = mantissa >> dropped;
        mantissa = (kept + u64::from(rest > half || rest == half && kept & 1 == 1)) << dropped;
        if mantissa & (ONE << 1) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let upper = format == b'X';
    out.extend([b'0', format, b'0' + (mantissa >> 60) as u8]);
    let fraction = mantissa & (ONE - 1);
    let count = match precision {
        0.. => precision as usize,
        _ => (60 - fraction.trailing_zeros().min(60)).div_ceil(4) as usize,
    };
    if count > 0 {
        out.push(b'.');
        let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        out.extend((0..count.min(15)).map(|i| digits[(fraction >> (56 - 4 * i)) as usize & 15]));
        out.resize(out.len() + count.saturating_sub(15), b'0');
    }
    out.extend([if upper { b'P' } else { b'p' }, if exponent < 0 { b'-' } else { b'+' }]);
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    append_uint(out, u64::from(exponent.unsigned_abs()), 10);
}

/// Reads a decimal or hexadecimal float, `Inf` or `NaN`, rounded to 32 or 64 bits (`strconv.ParseFloat`).
pub fn parse_float(s: impl AsRef<[u8]>, bits: u32) -> Result<f64, NumError> {
    let s = s.as_ref();
    read_float(s, bits).map_err(|reason| NumError::new("ParseFloat", s, reason))
}

fn read_float(s: &[u8], bits: u32) -> Result<f64, Reason> {
    let (negative, body) = match s {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Ok(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if s.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    if s.contains(&b'_') && !underscores_ok(s) {
        return Err(Reason::Syntax);
    }
    let magnitude = match body {
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => read_hex(rest, bits)?,
        _ => read_decimal(body, bits)?,
    };
    let v = if negative { -magnitude } else { magnitude };
    if v.is_infinite() { Err(Reason::Range(Limit::Float(v))) } else { Ok(v) }
}

/// Digits with at most one point, then an exponent behind `mark`: the exponent's text begins where this says.
fn scan(s: &[u8], hex: bool, mark: u8) -> Result<(&[u8], Option<&[u8]>), Reason> {
    let at = s.iter().position(|b| b.to_ascii_lowercase() == mark);
    let (mantissa, exponent) = at.map_or((s, None), |at| (&s[..at], Some(&s[at + 1..])));
    let is_digit = |b: &u8| b.is_ascii_digit() || hex && b.is_ascii_hexdigit();
    let points = mantissa.iter().filter(|&&b| b == b'.').count();
    let well_formed = points <= 1
        && mantissa.iter().any(is_digit)
        && mantissa.iter().all(|b| is_digit(b) || matches!(b, b'.' | b'_'));
    let exponent_ok = exponent.is_none_or(|e| {
        let e = e.strip_prefix(b"+").or_else(|| e.strip_prefix(b"-")).unwrap_or(e);
        e.first().is_some_and(u8::is_ascii_digit) && e.iter().all(|b| b.is_ascii_digit() || *b == b'_')
    });
    if well_formed && exponent_ok { Ok((mantissa, exponent)) } else { Err(Reason::Syntax) }
}

fn read_decimal(s: &[u8], bits: u32) -> Result<f64, Reason> {
    scan(s, false, b'e')?;
    let text = std::str::from_utf8(s).map_err(|_| Reason::Syntax)?;
    let parse = |text: &str| if bits == 32 { text.parse::<f32>().map(f64::from) } else { text.parse() };
    let v = if text.contains('_') { parse(&text.replace('_', "")) } else { parse(text) };
    v.map_err(|_| Reason::Syntax)
}

fn read_hex(s: &[u8], bits: u32) -> Result<f64, Reason> {
    let (digits, exponent) = scan(s, true, b'p')?;
    let exponent = exponent.ok_or(Reason::Syntax)?;
    let down = exponent.first() == Some(&b'-');
    let power = exponent.iter().filter(|b| b.is_ascii_digit());
    // A larger exponent makes no difference unless there are as many digits.
    let power = power.fold(0i64, |e, b| if e < 10_000 { e * 10 + i64::from(b - b'0') } else { e });
    let mut power = if down { -power } else { power };
    let (mut mantissa, mut sticky, mut behind) = (0u64, false, false);
    for &b in digits {
        let Some(digit) = char::from(b).to_digit(16) else {
            behind |= b == b'.';
            continue;
        };
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            power -= if behind { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            power += if behind { 0 } else { 4 };
        }
    }
    Ok(assemble(mantissa, power, sticky, if bits == 32 { &F32 } else { &F64 }))
}

/// `mantissa × 2^power` rounded to even; `sticky` says that the number is a little larger than that.
fn assemble(mantissa: u64, power: i64, sticky: bool, layout: &Layout) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    let top = power - i64::from(shift) + 63;
    let (lowest, highest) = (i64::from(1 + layout.bias), i64::from(-layout.bias));
    if top > highest {
        return f64::INFINITY;
    }
    let dropped = i64::from(63 - layout.mantissa_bits) + (lowest - top).max(0);
    if dropped > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa);
    let (kept, rest, half) = (wide >> dropped, wide & ((1 << dropped) - 1), 1u128 << (dropped - 1));
    let up = rest > half || rest == half && (sticky || kept & 1 == 1);
    let kept = (kept + u128::from(up)) as f64;
    // Exact: `kept` has no more bits than the type, and the scale is applied in two exact halves.
    let scale = (top - 63 + dropped) as i32;
    let v = kept * 2f64.powi(scale / 2) * 2f64.powi(scale - scale / 2);
    if layout.mantissa_bits == F32.mantissa_bits && v > f64::from(f32::MAX) { f64::INFINITY } else { v }
}
