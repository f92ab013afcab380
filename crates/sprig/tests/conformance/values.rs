//! Values with their Go types, as the oracle reads them.

use base64::Engine;
use govalue::{Kind, Map, Type, Value};
use serde_json::{Map as Object, Value as Json, json};

fn bytes(b: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(b)
}

/// The form of a value in a question.
pub fn tagged(v: &Value) -> Json {
    match v {
        Value::Nil => json!({"t": "nil"}),
        Value::Bool(b) => json!({"t": "bool", "v": b.to_string()}),
        Value::Int(i) => json!({"t": i.kind().name(), "v": i.to_string()}),
        Value::Float(f) => json!({"t": "float64", "v": format!("{f:?}")}),
        Value::Str(s) => json!({"t": "string", "b": bytes(s)}),
        Value::Bytes(s) => json!({"t": "bytes", "b": bytes(s)}),
        Value::List(l) if l.is_nil() => json!({"t": "nilslice"}),
        Value::List(l) => {
            let ty = match l.elem_type() {
                Type::Basic(Kind::String) => "strings",
                Type::Basic(Kind::Int) => "ints",
                _ => "list",
            };
            json!({"t": ty, "i": l.items().iter().map(tagged).collect::<Vec<_>>()})
        }
        Value::Map(m) if m.is_nil() => json!({"t": "nilmap"}),
        Value::Map(m) => {
            let ty = match m.ty() {
                Type::Named(_) => "named",
                t if t.elem() == Some(&Type::STRING) => "stringmap",
                _ => "map",
            };
            let entries = m.snapshot();
            let entries = entries
                .iter()
                .map(|(k, v)| (k.as_str().expect("a string key").to_str().into_owned(), tagged(v)));
            json!({"t": ty, "m": entries.collect::<Object<_, _>>()})
        }
        other => panic!("no form for {}", other.type_name()),
    }
}

/// A map type of the host program, `main.named` in the oracle.
pub fn named_map() -> Type {
    Type::named("main.named", Map::string_any())
}
