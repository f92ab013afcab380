//! The two kinds of values that reading can end in.

use crate::{Key, List, Map, Str, Value};

/// A JSON-like value under construction.
pub(super) trait Tree: Sized {
    /// A key of an object.
    type Key;

    fn null() -> Self;
    fn bool(b: bool) -> Self;
    fn int(i: i64) -> Self;
    fn uint(u: u64) -> Self;
    fn float(f: f64) -> Self;
    fn string(s: &str) -> Self;
    fn list(items: Vec<Self>) -> Self;
    fn key(s: &str) -> Self::Key;
    /// An object; of equal keys the last wins.
    fn object(entries: Vec<(Self::Key, Self)>) -> Self;
}

/// What `encoding/json` makes of an `interface {}`: every number is a `float64`.
impl Tree for Value {
    type Key = Key;

    fn null() -> Value {
        Value::Nil
    }

    fn bool(b: bool) -> Value {
        Value::Bool(b)
    }

    fn int(i: i64) -> Value {
        Value::Float(i as f64)
    }

    fn uint(u: u64) -> Value {
        Value::Float(u as f64)
    }

    fn float(f: f64) -> Value {
        Value::Float(f)
    }

    fn string(s: &str) -> Value {
        Value::Str(Str::from(s))
    }

    fn list(items: Vec<Value>) -> Value {
        Value::List(List::new(items))
    }

    fn key(s: &str) -> Key {
        Key::from(s)
    }

    fn object(entries: Vec<(Key, Value)>) -> Value {
        Value::Map(Map::from_entries(Map::string_any(), entries))
    }
}

/// What Kubernetes reads: whole numbers stay integers.
impl Tree for serde_json::Value {
    type Key = String;

    fn null() -> Self {
        serde_json::Value::Null
    }

    fn bool(b: bool) -> Self {
        serde_json::Value::Bool(b)
    }

    fn int(i: i64) -> Self {
        serde_json::Value::from(i)
    }

    fn uint(u: u64) -> Self {
        serde_json::Value::from(u)
    }

    fn float(f: f64) -> Self {
        // JSON knows no difference between 1 and 1.0: Go writes the former, and reads an integer back.
        if f.fract() == 0.0 && f.abs() < 9e15 { Self::from(f as i64) } else { Self::from(f) }
    }

    fn string(s: &str) -> Self {
        serde_json::Value::String(s.to_owned())
    }

    fn list(items: Vec<Self>) -> Self {
        serde_json::Value::Array(items)
    }

    fn key(s: &str) -> String {
        s.to_owned()
    }

    fn object(entries: Vec<(String, Self)>) -> Self {
        serde_json::Value::Object(entries.into_iter().collect())
    }
}
