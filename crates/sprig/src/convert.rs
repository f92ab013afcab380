//! Conversions that many functions share: numbers as package `cast` makes them, texts as Sprig's `strval`.

use std::borrow::Cow;

use govalue::{Int, Kind, List, Str, Type, Value, strconv};

/// `cast.ToInt64`: what cannot be converted is 0.
pub(crate) fn to_int64(v: &Value) -> i64 {
    match v {
        Value::Bool(b) => i64::from(*b),
        // Of the integer kinds only uintptr is unknown to cast.
        Value::Int(i) if i.kind() != Kind::Uintptr => i.as_i64(),
        Value::Float(f) => truncate(*f),
        Value::Str(s) => parse_int(s),
        Value::Object(o) => match (defined(v), o.underlying()) {
            (Defined::Calendar, Some(Value::Int(i))) => i.as_i64(),
            (Defined::Float32, Some(Value::Float(f))) => truncate(f),
            _ => 0,
        },
        _ => 0,
    }
}

/// `cast.ToFloat64`: what cannot be converted is 0.
pub(crate) fn to_float64(v: &Value) -> f64 {
    match v {
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Int(i) if i.kind() != Kind::Uintptr => i.as_f64(),
        Value::Float(f) => *f,
        Value::Str(s) => strconv::parse_float(s, 64).unwrap_or_default(),
        Value::Object(o) => match (defined(v), o.underlying()) {
            (Defined::Calendar, Some(Value::Int(i))) => i.as_f64(),
            (Defined::Float32, Some(Value::Float(f))) => f,
            _ => 0.0,
        },
        _ => 0.0,
    }
}

/// The types that are host objects here and that `cast` converts.
enum Defined {
    /// `time.Month` and `time.Weekday`.
    Calendar,
    /// `float32`.
    Float32,
    Other,
}

fn defined(v: &Value) -> Defined {
    match v.type_of() {
        Some(Type::Named(n)) if matches!(n.name, "time.Month" | "time.Weekday") => Defined::Calendar,
        Some(Type::Basic(Kind::Float32)) => Defined::Float32,
        _ => Defined::Other,
    }
}

/// Go's `int64(f)` on amd64: what does not fit, and NaN, is the smallest integer.
pub(crate) fn truncate(f: f64) -> i64 {
    // 2^63 is the first float that does not fit; -2^63 itself is the result anyway.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&f) { f as i64 } else { i64::MIN }
}

/// `strconv.ParseInt` in any base, without a decimal part of zeroes ("8.00" is 8).
fn parse_int(s: &Str) -> i64 {
    strconv::parse_int(trim_zero_decimal(s), 0, 0).unwrap_or_default()
}

fn trim_zero_decimal(s: &[u8]) -> &[u8] {
    let zeroes = s.iter().rev().take_while(|b| **b == b'0').count();
    match s[..s.len() - zeroes].strip_suffix(b".") {
        Some(whole) if zeroes > 0 => whole,
        _ => s,
    }
}

/// `strconv.Atoi` and `ParseInt(s, 10, 64)` when the error is dropped: 0 for no number, the nearest one when out of range.
pub(crate) fn decimal_int(s: &[u8]) -> i64 {
    let (negative, digits) = match s {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, s),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    digits.iter().fold(0i64, |n, d| {
        let d = i64::from(d - b'0');
        let n = n.saturating_mul(10);
        if negative { n.saturating_sub(d) } else { n.saturating_add(d) }
    })
}

/// Sprig's `strval`: strings and bytes as they are, `Error()` or `String()` where there is one, else `%v`.
pub(crate) fn text(v: &Value) -> Cow<'_, [u8]> {
    match v {
        Value::Str(s) | Value::Bytes(s) => Cow::Borrowed(s),
        Value::Object(o) => match o.text() {
            Some(text) => Cow::Owned(text.into_bytes()),
            None => Cow::Owned(formatted(v)),
        },
        _ => Cow::Owned(formatted(v)),
    }
}

/// `strval` as a string value that shares the bytes of a string.
pub(crate) fn string(v: &Value) -> Str {
    match v {
        Value::Str(s) | Value::Bytes(s) => s.clone(),
        _ => Str::from(&*text(v)),
    }
}

/// `%v`.
pub(crate) fn formatted(v: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    govalue::fmt::append_value(&mut out, v);
    out
}

/// Sprig's `strslice`: the elements as text without the nil ones; one element for anything else, none for nil.
pub(crate) fn texts(v: &Value) -> List {
    match v {
        Value::Nil => List::strings(Vec::<Value>::new()),
        Value::List(l) if is_strings(l) => l.clone(),
        _ => match elements(v) {
            Some(items) => List::strings(items.iter().filter(|v| !matches!(v, Value::Nil)).map(string)),
            None => List::strings([string(v)]),
        },
    }
}

/// Whether a list is exactly a `[]string`.
fn is_strings(l: &List) -> bool {
    matches!(l.ty(), Type::Slice(elem) if **elem == Type::STRING)
}

/// The elements of anything of kind slice or array.
pub(crate) fn elements(v: &Value) -> Option<Cow<'_, [Value]>> {
    match v {
        Value::List(l) => Some(Cow::Borrowed(l.items())),
        Value::Bytes(b) => Some(Cow::Owned(bytes(b))),
        Value::Object(o) if matches!(o.kind(), Kind::Slice | Kind::Array) => match o.underlying() {
            Some(Value::List(l)) => Some(Cow::Owned(l.items().to_vec())),
            Some(Value::Bytes(b)) => Some(Cow::Owned(bytes(&b))),
            _ => Some(Cow::Borrowed(&[])),
        },
        _ => None,
    }
}

fn bytes(b: &[u8]) -> Vec<Value> {
    b.iter().map(|b| Value::Int(Int::unsigned(Kind::Uint8, u64::from(*b)))).collect()
}
