//! What reading can end in.

use std::collections::BTreeMap;

use super::YamlError;
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
    /// Something that JSON cannot hold.
    fn fault(fault: impl FnOnce() -> Fault) -> Self;
    /// An object; of equal keys the last wins.
    fn object(entries: Vec<(Self::Key, Self)>) -> Self;
    /// Notes where an entry of an object or an item of a list was written.
    fn on_line(self, _line: u32) -> Self {
        self
    }
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

    fn fault(_: impl FnOnce() -> Fault) -> Value {
        Value::Nil
    }

    fn object(entries: Vec<(Key, Value)>) -> Value {
        Value::Map(Map::from_string_entries(entries))
    }
}

/// What the YAML says: integers stay integers, and floats floats even where they are whole.
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
        Self::from(f)
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

    fn fault(_: impl FnOnce() -> Fault) -> Self {
        serde_json::Value::Null
    }

    fn object(entries: Vec<(String, Self)>) -> Self {
        serde_json::Value::Object(entries.into_iter().collect())
    }
}

/// Why a value cannot become JSON.
pub(super) struct Fault {
    pub(super) step: Step,
    pub(super) error: YamlError,
}

/// The steps of `sigs.k8s.io/yaml` after decoding: each goes through the whole value before the next begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Keys become strings.
    Keys,
    /// `json.Marshal`.
    Json,
}

impl Fault {
    /// An infinity or NaN.
    pub(super) fn not_finite(f: f64) -> Fault {
        let name = if f.is_nan() {
            "NaN"
        } else if f > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        Fault { step: Step::Json, error: YamlError::to_json(format!("json: unsupported value: {name}")) }
    }
}

/// Nothing but the fault that Go would find first, if any.
pub(super) struct Soundness(pub(super) Option<Fault>);

impl Soundness {
    fn first(all: impl Iterator<Item = Soundness>) -> Soundness {
        // Of equal steps the first one stays.
        Soundness(all.filter_map(|s| s.0).reduce(|a, b| if b.step < a.step { b } else { a }))
    }
}

impl Tree for Soundness {
    type Key = String;

    fn null() -> Self {
        Soundness(None)
    }

    fn bool(_: bool) -> Self {
        Soundness(None)
    }

    fn int(_: i64) -> Self {
        Soundness(None)
    }

    fn uint(_: u64) -> Self {
        Soundness(None)
    }

    fn float(_: f64) -> Self {
        Soundness(None)
    }

    fn string(_: &str) -> Self {
        Soundness(None)
    }

    fn list(items: Vec<Self>) -> Self {
        Soundness::first(items.into_iter())
    }

    fn key(s: &str) -> String {
        s.to_owned()
    }

    fn fault(fault: impl FnOnce() -> Fault) -> Self {
        Soundness(Some(fault()))
    }

    fn object(entries: Vec<(String, Self)>) -> Self {
        let entries: BTreeMap<String, Soundness> = entries.into_iter().collect();
        Soundness::first(entries.into_values())
    }
}
