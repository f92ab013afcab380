//! Values as Go prints them, for error texts and for the places where Go's packages compare by printed text.

use std::borrow::Cow;
use std::fmt::Write;

use govalue::fmt;
use serde_json::Value;

/// Go's `%v`.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        _ => {
            let mut out = String::new();
            write_text(value, &mut out);
            Cow::Owned(out)
        }
    }
}

fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            // Package fmt's `%v` of a float, which takes an exponent from 21 digits on.
            Some(float) => {
                let text = fmt::sprint(&[govalue::Value::Float(float)]);
                out.push_str(&String::from_utf8_lossy(&text));
            }
            None => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => out.push_str(text),
        Value::Array(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                write_text(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            // Go prints maps by sorted key; serde_json keeps them so.
            out.push_str("map[");
            for (i, (key, item)) in map.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                write_text(item, out);
            }
            out.push(']');
        }
    }
}

/// Go's name for the type a JSON value is decoded to.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "%!s(<nil>)",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => LIST,
        Value::Object(_) => MAP,
    }
}

/// Go's name for the type of a JSON list.
pub(super) const LIST: &str = "[]interface {}";
/// Go's name for the type of a JSON map.
pub(super) const MAP: &str = "map[string]interface {}";
