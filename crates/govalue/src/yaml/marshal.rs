//! Writing as `sigs.k8s.io/yaml` does: what `json.Marshal` makes of a value, read and written by go-yaml v2.
//!
//! The way through JSON text is left out wherever it changes nothing, which is nearly always.

use std::borrow::Cow;

use super::emit::{Emitter, Place, Written};
use super::node::Text;
use super::{Dialect, MAX_DEPTH, YamlError, decode, number, order};
use crate::{Key, Kind, List, Map, Str, Value, strconv};

/// Something that can be written without a detour.
pub(super) trait Source {
    /// Writes the value at a place.
    fn write(&self, out: &mut Emitter, place: Place, depth: usize) -> Result<(), Detour>;
}

/// The value is better taken through JSON text: that finds the error, or the odd thing that becomes of it.
pub(super) struct Detour;

/// Writes a value; `to_json` is how it becomes JSON text.
pub(super) fn write<S: Source>(
    value: &S,
    to_json: impl FnOnce(&S) -> Result<Vec<u8>, YamlError>,
) -> Result<Vec<u8>, YamlError> {
    if let Ok(text) = write_directly(value) {
        return Ok(text);
    }
    let json = to_json(value)?;
    let reread = match Text::new(&json).first_document(Dialect::V2)? {
        Some(document) => decode::decode::<serde_json::Value>(&document, false)?,
        None => serde_json::Value::Null,
    };
    // What was odd is gone now, or was an error.
    write_directly(&reread).map_err(|Detour| too_deep())
}

fn write_directly<S: Source>(value: &S) -> Result<Vec<u8>, Detour> {
    let mut emitter = Emitter::new(Dialect::V2, 2);
    value.write(&mut emitter, Place::ROOT, 0)?;
    Ok(emitter.finish())
}

fn too_deep() -> YamlError {
    YamlError::yaml(None, format!("exceeded max depth of {MAX_DEPTH}"))
}

impl Source for Value {
    fn write(&self, out: &mut Emitter, place: Place, depth: usize) -> Result<(), Detour> {
        if depth > MAX_DEPTH || out.is_too_long() {
            return Err(Detour);
        }
        match self {
            Value::Nil => out.scalar(Written::plain("null"), place),
            Value::Bool(b) => out.scalar(Written::plain(if *b { "true" } else { "false" }), place),
            Value::Int(i) => out.scalar(Written::plain(&i.to_string()), place),
            Value::Float(f) => out.scalar(Written::plain(&float(*f)?), place),
            Value::Str(s) => string(out, &Str::lossy(s), place)?,
            Value::Bytes(b) => string(out, &super::base64::encode(b), place)?,
            Value::List(list) => write_list(list, out, place, depth)?,
            Value::Map(map) => write_map(map, out, place, depth)?,
            Value::Object(object) if object.is_nil() => out.scalar(Written::plain("null"), place),
            Value::Object(object) => object.to_json().ok_or(Detour)?.write(out, place, depth + 1)?,
            Value::Complex(_) | Value::Func(_) => return Err(Detour),
        }
        Ok(())
    }
}

fn write_list(list: &List, out: &mut Emitter, place: Place, depth: usize) -> Result<(), Detour> {
    if list.is_nil() {
        out.scalar(Written::plain("null"), place);
        return Ok(());
    }
    // A `[]uint8` is base64 in JSON.
    if list.elem_type().kind() == Kind::Uint8 {
        return Err(Detour);
    }
    out.sequence(place, list.items().iter(), |out, item, place| item.write(out, place, depth + 1))
}

fn write_map(map: &Map, out: &mut Emitter, place: Place, depth: usize) -> Result<(), Detour> {
    if map.is_nil() {
        out.scalar(Written::plain("null"), place);
        return Ok(());
    }
    let key_kind = map.ty().key().map_or(Kind::Interface, |t| t.kind());
    if !(key_kind == Kind::String || key_kind.is_signed() || key_kind.is_unsigned()) {
        return Err(Detour);
    }
    let snapshot = map.snapshot();
    let mut entries: Vec<(Cow<'_, str>, &Value)> = Vec::with_capacity(snapshot.len());
    for (key, value) in snapshot.iter() {
        let text = match key {
            Key::Str(s) => Str::lossy(s),
            Key::Int(i) => Cow::Owned(i.to_string()),
            Key::Bool(_) | Key::Float(_) => return Err(Detour),
        };
        entries.push((text, value));
    }
    write_entries(entries, out, place, depth)
}

impl Source for serde_json::Value {
    fn write(&self, out: &mut Emitter, place: Place, depth: usize) -> Result<(), Detour> {
        use serde_json::Value as Json;
        if depth > MAX_DEPTH || out.is_too_long() {
            return Err(Detour);
        }
        match self {
            Json::Null => out.scalar(Written::plain("null"), place),
            Json::Bool(b) => out.scalar(Written::plain(if *b { "true" } else { "false" }), place),
            Json::Number(n) => match n.as_f64() {
                Some(f) if !n.is_i64() && !n.is_u64() => out.scalar(Written::plain(&float(f)?), place),
                _ => out.scalar(Written::plain(&n.to_string()), place),
            },
            Json::String(s) => string(out, s, place)?,
            Json::Array(items) => {
                out.sequence(place, items.iter(), |out, item, place| item.write(out, place, depth + 1))?;
            }
            Json::Object(map) => {
                let entries = map.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), value)).collect();
                write_entries(entries, out, place, depth)?;
            }
        }
        Ok(())
    }
}

fn write_entries<S: Source>(
    mut entries: Vec<(Cow<'_, str>, &S)>,
    out: &mut Emitter,
    place: Place,
    depth: usize,
) -> Result<(), Detour> {
    // JSON objects are flow mappings to go-yaml, whose keys are on one line and short.
    if entries.iter().any(|(key, _)| is_odd(key) || (key.len() > 1024 / 6 && json_length(key) > 1024)) {
        return Err(Detour);
    }
    order::sort(&mut entries, |a, b| order::text_less(&a.0, &b.0, Dialect::V2));
    let entries = entries.iter().map(|(key, value)| (Written::string(key, Dialect::V2), *value));
    out.mapping(place, entries, |out, value, place| value.write(out, place, depth + 1))
}

fn string(out: &mut Emitter, text: &str, place: Place) -> Result<(), Detour> {
    if is_odd(text) {
        return Err(Detour);
    }
    out.scalar(Written::string(text, Dialect::V2), place);
    Ok(())
}

/// Whether a text holds characters that JSON leaves as they are and YAML does not: control characters, which are
/// refused, and U+0085, which is a line break.
fn is_odd(text: &str) -> bool {
    let odd = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if text.is_ascii() { text.as_bytes().contains(&0x7f) } else { text.contains(odd) }
}

/// Characters of a string in Go's JSON, quotes included.
fn json_length(text: &str) -> usize {
    let length = |c| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\x08' | '\x0c' => 2,
        '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    };
    2 + text.chars().map(length).sum::<usize>()
}

/// A number as go-yaml reads and writes what `json.Marshal` wrote.
fn float(f: f64) -> Result<String, Detour> {
    if !f.is_finite() {
        return Err(Detour);
    }
    if f == 0.0 {
        return Ok("0".to_owned());
    }
    // From 1e21 on JSON has an exponent; below, what an integer can hold is one.
    if f.fract() == 0.0 && f.abs() < 1e21 {
        let digits = strconv::format_float(f, b'f', -1, 64);
        if number::integer(&digits).is_some() {
            return Ok(digits);
        }
    }
    Ok(number::format(f))
}
