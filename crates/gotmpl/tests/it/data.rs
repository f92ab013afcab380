//! Values as the oracle reads them: each with the text of its Go type.

use govalue::{Key, Kind, Value};
use serde_json::{Value as Json, json};

use crate::host::{Foo, Stream};

/// Bytes as characters: the oracle's way to send any bytes through JSON.
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

/// The bytes that characters stand for.
pub fn from_latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

/// A value with its Go type.
pub fn typed(value: &Value) -> Json {
    let ty = value.type_name();
    let content = match value {
        Value::Nil => return json!({ "T": "nil" }),
        Value::Bool(b) => json!(b.to_string()),
        Value::Int(i) => json!(i.to_string()),
        Value::Float(f) => json!(f.to_string()),
        Value::Complex(c) => json!(format!("({}{:+}i)", c.0, c.1)),
        Value::Str(s) => json!(latin1(s)),
        Value::Bytes(b) => b.iter().map(|b| json!({ "T": "uint8", "V": b.to_string() })).collect(),
        Value::List(l) if l.is_nil() => Json::Null,
        Value::List(l) => l.items().iter().map(typed).collect(),
        Value::Map(m) if m.is_nil() => Json::Null,
        Value::Map(m) => {
            m.snapshot().iter().map(|(k, v)| json!([typed(&Key::to_value(k)), typed(v)])).collect()
        }
        Value::Func(_) => Json::Null,
        Value::Object(o) if o.is_nil() => Json::Null,
        Value::Object(o) => match o.downcast_ref::<Foo>() {
            Some(host) => json!([typed(&Value::from(&*host.name)), typed(&host.any)]),
            None => match o.downcast_ref::<Stream>() {
                Some(stream) => stream.items.iter().map(|i| typed(&Value::int(*i))).collect(),
                None => panic!("no such object: {}", o.type_of()),
            },
        },
    };
    assert!(value.kind() != Kind::Invalid);
    json!({ "T": ty, "V": content })
}
