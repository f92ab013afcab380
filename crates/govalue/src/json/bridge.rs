//! To and from serde.

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{JsonError, encode};
use crate::{Int, Key, Kind, List, Map, Value};

/// Nesting beyond which a value is not serialised by recursion: far more than data has, and short of the stack.
const MAX_RECURSION: usize = 1_000;

/// A JSON value as a Go value; whole numbers are `int64` (`uint64` beyond), others `float64`.
pub fn from_serde(v: serde_json::Value) -> Value {
    match v {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(i), _) => Value::int64(i),
            (None, Some(u)) => Value::Int(Int::unsigned(Kind::Uint64, u)),
            (None, None) => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(s) => Value::Str(s.into()),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_serde).collect()),
        serde_json::Value::Object(members) => {
            Value::Map(members.into_iter().map(|(k, v)| (Key::from(k), from_serde(v))).collect())
        }
    }
}

/// A Go value as the JSON value that `encoding/json` would write: a whole `float64` is a whole number. What JSON
/// cannot hold (NaN, functions, a map inside itself) is null; use [`encode`] where that must be an error.
pub fn to_serde(v: &Value) -> serde_json::Value {
    convert(v, 0)
}

fn convert(v: &Value, depth: usize) -> serde_json::Value {
    use serde_json::Value as Json;
    if depth > MAX_RECURSION {
        return Json::Null;
    }
    match v {
        Value::Nil | Value::Func(_) | Value::Complex(_) => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i) if i.kind().is_signed() => i.as_i64().into(),
        Value::Int(i) => i.as_u64().into(),
        Value::Float(x) => float(*x),
        Value::Str(s) => Json::String(s.to_str().into_owned()),
        Value::List(l) if l.is_nil() => Json::Null,
        Value::List(l) if l.elem_type().kind() != Kind::Uint8 => {
            Json::Array(l.items().iter().map(|v| convert(v, depth + 1)).collect())
        }
        Value::Map(m) if m.is_nil() => Json::Null,
        Value::Map(m) if m.ty().key().is_none_or(|k| k.kind() == Kind::String) => {
            let text = |k: &Key| k.as_str().map(|s| s.to_str().into_owned()).unwrap_or_default();
            Json::Object(m.snapshot().iter().map(|(k, v)| (text(k), convert(v, depth + 1))).collect())
        }
        // Base64, keys that are numbers, host objects: what the encoder writes, read back.
        v => encode(v).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(Json::Null),
    }
}

fn float(x: f64) -> serde_json::Value {
    // An integer has no sign without a value.
    if x == 0.0 && x.is_sign_negative() {
        return serde_json::Number::from_f64(x).map_or(serde_json::Value::Null, serde_json::Value::Number);
    }
    // The bounds of the integers that a JSON number without exponent or fraction can be read back as.
    if x.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) {
        return (x as i64).into();
    }
    if x.fract() == 0.0 && (0.0..18_446_744_073_709_551_616.0).contains(&x) {
        return (x as u64).into();
    }
    serde_json::Number::from_f64(x).map_or(serde_json::Value::Null, serde_json::Value::Number)
}

/// A value and how deep it lies.
struct Nested<'a>(&'a Value, usize);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested(self, 0).serialize(serializer)
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Nested(v, depth) = *self;
        if depth > MAX_RECURSION {
            return Err(S::Error::custom("exceeded max depth"));
        }
        match v {
            Value::Nil => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Int(i) if i.kind().is_signed() => serializer.serialize_i64(i.as_i64()),
            Value::Int(i) => serializer.serialize_u64(i.as_u64()),
            Value::Float(x) if !x.is_finite() => Err(S::Error::custom(JsonError::UnsupportedValue(
                crate::strconv::format_float(*x, b'g', -1, 64),
            ))),
            Value::Float(x) => float(*x).serialize(serializer),
            Value::Str(s) => serializer.serialize_str(&s.to_str()),
            Value::List(l) if l.is_nil() => serializer.serialize_unit(),
            Value::List(l) if l.elem_type().kind() != Kind::Uint8 => serialize_list(l, depth, serializer),
            Value::Map(m) if m.is_nil() => serializer.serialize_unit(),
            Value::Map(m) if m.ty().key().is_none_or(|k| k.kind() == Kind::String) => {
                serialize_map(m, depth, serializer)
            }
            v => {
                let text = encode(v).map_err(S::Error::custom)?;
                let json: serde_json::Value = serde_json::from_slice(&text).map_err(S::Error::custom)?;
                json.serialize(serializer)
            }
        }
    }
}

fn serialize_list<S: Serializer>(l: &List, depth: usize, serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(l.len()))?;
    for item in l.items() {
        seq.serialize_element(&Nested(item, depth + 1))?;
    }
    seq.end()
}

fn serialize_map<S: Serializer>(m: &Map, depth: usize, serializer: S) -> Result<S::Ok, S::Error> {
    let entries = m.snapshot();
    let mut map = serializer.serialize_map(Some(entries.len()))?;
    for (key, value) in entries.iter() {
        let key = key.as_str().map(|k| k.to_str()).unwrap_or_default();
        map.serialize_entry(&key, &Nested(value, depth + 1))?;
    }
    map.end()
}
