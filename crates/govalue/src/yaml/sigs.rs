//! `sigs.k8s.io/yaml`: YAML by way of JSON.

use std::borrow::Cow;

use super::emit::{Emitter, Place, Written};
use super::node::{Document, Text};
use super::tree::Tree;
use super::{Dialect, MAX_DEPTH, YamlError, decode, number, order};
use crate::{Key, Kind, List, Map, Value};

/// Reads the first document into an `interface {}`: maps are `map[string]interface {}`, numbers `float64`.
/// Text without a document is nil.
pub fn unmarshal(text: &[u8]) -> Result<Value, YamlError> {
    read(text, false)
}

/// As [`unmarshal`]; a repeated key is an error.
pub fn unmarshal_strict(text: &[u8]) -> Result<Value, YamlError> {
    read(text, true)
}

/// Reads the first document into an empty `map[string]interface {}`: nil leaves it empty, anything but a mapping is
/// an error.
pub fn unmarshal_map(text: &[u8]) -> Result<Map, YamlError> {
    as_map(unmarshal(text)?)
}

/// As [`unmarshal_map`]; a repeated key is an error.
pub fn unmarshal_map_strict(text: &[u8]) -> Result<Map, YamlError> {
    as_map(unmarshal_strict(text)?)
}

/// Reads the first document as JSON (`yaml.YAMLToJSON`): whole numbers stay integers.
pub fn to_json_value(text: &[u8]) -> Result<serde_json::Value, YamlError> {
    read(text, false)
}

/// As [`to_json_value`]; a repeated key is an error.
pub fn to_json_value_strict(text: &[u8]) -> Result<serde_json::Value, YamlError> {
    read(text, true)
}

/// The value of a document that was parsed before (with [`Dialect::V2`]).
pub fn value_of(document: &Document<'_>) -> Result<Value, YamlError> {
    decode::decode(document, false).map_err(YamlError::while_converting)
}

/// Writes a value (`yaml.Marshal`).
pub fn marshal(value: &Value) -> Result<Vec<u8>, YamlError> {
    let mut writer = Writer::default();
    let mut emitter = Emitter::new(Dialect::V2, 2);
    writer.value(&mut emitter, value, Place::ROOT, 0)?;
    writer.finish(emitter)
}

/// Writes a JSON value (`yaml.Marshal`, or `yaml.JSONToYAML`).
pub fn marshal_json(value: &serde_json::Value) -> Result<Vec<u8>, YamlError> {
    let mut writer = Writer::default();
    let mut emitter = Emitter::new(Dialect::V2, 2);
    writer.json(&mut emitter, value, Place::ROOT, 0)?;
    writer.finish(emitter)
}

fn read<T: Tree>(text: &[u8], strict: bool) -> Result<T, YamlError> {
    match Text::new(text).first_document(Dialect::V2) {
        Ok(Some(document)) => decode::decode(&document, strict),
        Ok(None) => Ok(T::null()),
        Err(error) => Err(error),
    }
    .map_err(YamlError::while_converting)
}

fn as_map(value: Value) -> Result<Map, YamlError> {
    let found = match value {
        Value::Map(map) => return Ok(map),
        Value::Nil => return Ok(Map::new()),
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        _ => "number",
    };
    Err(YamlError::from_json(format!(
        "json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
    )))
}

/// Writes values as they come out of JSON.
#[derive(Default)]
struct Writer {
    /// What go-yaml would refuse in the JSON text; `json.Marshal`'s own refusals come first.
    refused: Option<YamlError>,
}

impl Writer {
    fn finish(self, emitter: Emitter) -> Result<Vec<u8>, YamlError> {
        match self.refused {
            Some(error) => Err(error),
            None => Ok(emitter.finish()),
        }
    }

    fn value(
        &mut self,
        out: &mut Emitter,
        value: &Value,
        place: Place,
        depth: usize,
    ) -> Result<(), YamlError> {
        match value {
            Value::Nil => out.scalar(Written::plain("null"), place),
            Value::Bool(b) => out.scalar(Written::plain(if *b { "true" } else { "false" }), place),
            Value::Int(i) => out.scalar(Written::plain(&i.to_string()), place),
            Value::Float(f) => out.scalar(Written::plain(&float(*f)?), place),
            Value::Str(s) => self.string(out, &lossy(s), place),
            Value::Bytes(b) => self.string(out, &super::base64::encode(b), place),
            Value::List(l) if l.is_nil() => out.scalar(Written::plain("null"), place),
            Value::List(l) => self.list(out, l, place, depth)?,
            Value::Map(m) if m.is_nil() => out.scalar(Written::plain("null"), place),
            Value::Map(m) => self.map(out, m, place, depth)?,
            Value::Object(o) => match o.to_json() {
                _ if o.is_nil() => out.scalar(Written::plain("null"), place),
                Some(json) => self.value(out, &json, place, deeper(value, depth)?)?,
                None => return Err(unsupported_type(value)),
            },
            Value::Complex(_) | Value::Func(_) => return Err(unsupported_type(value)),
        }
        Ok(())
    }

    fn list(&mut self, out: &mut Emitter, list: &List, place: Place, depth: usize) -> Result<(), YamlError> {
        let depth = deeper(&Value::List(list.clone()), depth)?;
        out.sequence(place, list.items().iter(), |out, item, place| self.value(out, item, place, depth))
    }

    fn map(&mut self, out: &mut Emitter, map: &Map, place: Place, depth: usize) -> Result<(), YamlError> {
        let depth = deeper(&Value::Map(map.clone()), depth)?;
        let key_kind = map.ty().key().map_or(Kind::Interface, |t| t.kind());
        if !(key_kind == Kind::String || key_kind.is_signed() || key_kind.is_unsigned()) {
            return Err(unsupported_type(&Value::Map(map.clone())));
        }
        let snapshot = map.snapshot();
        let mut entries: Vec<(Cow<'_, str>, &Value)> = Vec::with_capacity(snapshot.len());
        for (key, value) in snapshot.iter() {
            let text = match key {
                Key::Str(s) => self.sane(lossy(s)),
                Key::Int(i) => Cow::Owned(i.to_string()),
                Key::Bool(_) | Key::Float(_) => return Err(unsupported_type(&Value::Map(map.clone()))),
            };
            self.check_key(&text);
            entries.push((text, value));
        }
        order::sort(&mut entries, |a, b| order::text_less(&a.0, &b.0, Dialect::V2));
        let entries = entries.iter().map(|(k, v)| (Written::string(k, Dialect::V2), *v));
        out.mapping(place, entries, |out, value, place| self.value(out, value, place, depth))
    }

    fn json(
        &mut self,
        out: &mut Emitter,
        value: &serde_json::Value,
        place: Place,
        depth: usize,
    ) -> Result<(), YamlError> {
        use serde_json::Value as Json;
        if depth > MAX_DEPTH {
            return Err(YamlError::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")));
        }
        match value {
            Json::Null => out.scalar(Written::plain("null"), place),
            Json::Bool(b) => out.scalar(Written::plain(if *b { "true" } else { "false" }), place),
            Json::Number(n) => match n.as_f64() {
                Some(f) if !n.is_i64() && !n.is_u64() => out.scalar(Written::plain(&float(f)?), place),
                _ => out.scalar(Written::plain(&n.to_string()), place),
            },
            Json::String(s) => self.string(out, s, place),
            Json::Array(items) => {
                out.sequence(place, items.iter(), |out, item, place| self.json(out, item, place, depth + 1))?;
            }
            Json::Object(map) => {
                let mut entries: Vec<(Cow<'_, str>, &Json)> = Vec::with_capacity(map.len());
                for (key, value) in map {
                    let text = self.sane(Cow::Borrowed(key.as_str()));
                    self.check_key(&text);
                    entries.push((text, value));
                }
                order::sort(&mut entries, |a, b| order::text_less(&a.0, &b.0, Dialect::V2));
                let entries = entries.iter().map(|(k, v)| (Written::string(k, Dialect::V2), *v));
                out.mapping(place, entries, |out, value, place| self.json(out, value, place, depth + 1))?;
            }
        }
        Ok(())
    }

    fn string(&mut self, out: &mut Emitter, text: &str, place: Place) {
        let text = self.sane(Cow::Borrowed(text));
        out.scalar(Written::string(&text, Dialect::V2), place);
    }

    /// A string after its way through JSON text and go-yaml's reader: control characters that JSON does not escape
    /// are refused, and U+0085 counts as a line break, which folds.
    fn sane<'t>(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        let odd = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
        if text.is_ascii() && !text.as_bytes().contains(&0x7f) || !text.contains(odd) {
            return text;
        }
        if text.contains(|c| odd(c) && c != '\u{85}') {
            self.refused.get_or_insert_with(|| YamlError::yaml(None, "control characters are not allowed"));
            return text;
        }
        Cow::Owned(fold_next_lines(&text))
    }

    /// JSON objects are flow mappings to go-yaml, whose keys are short.
    fn check_key(&mut self, key: &str) {
        if key.len() > 400 && json_length(key) > 1024 {
            self.refused.get_or_insert_with(|| YamlError::yaml(None, "did not find expected ',' or '}'"));
        }
    }
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

/// Folds line breaks as double quotes do: blanks around a break go, one break is a blank, more are one less.
fn fold_next_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut breaks = 0;
    for (i, line) in text.split('\u{85}').enumerate() {
        // JSON escapes tabs, so that blanks are all that can be around a break.
        let line = if i > 0 { line.trim_start_matches(' ') } else { line };
        if i > 0 {
            breaks += 1;
            out.truncate(out.trim_end_matches(' ').len().max(0));
        }
        if line.is_empty() && i > 0 {
            continue;
        }
        flush_breaks(&mut out, &mut breaks);
        out.push_str(line);
    }
    flush_breaks(&mut out, &mut breaks);
    out
}

fn flush_breaks(out: &mut String, breaks: &mut usize) {
    match *breaks {
        0 => {}
        1 => out.push(' '),
        n => out.extend(std::iter::repeat_n('\n', n - 1)),
    }
    *breaks = 0;
}

/// A number as go-yaml writes what `json.Marshal` wrote: whole numbers without a point as far as integers reach.
fn float(f: f64) -> Result<String, YamlError> {
    if !f.is_finite() {
        let name = if f.is_nan() {
            "NaN"
        } else if f > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        return Err(YamlError::marshal(format!("json: unsupported value: {name}")));
    }
    const I64: f64 = 9_223_372_036_854_775_808.0;
    Ok(if f.fract() != 0.0 || !(-I64..2.0 * I64).contains(&f) {
        number::format(f)
    } else if f < I64 {
        (f as i64).to_string()
    } else {
        (f as u64).to_string()
    })
}

/// A string as JSON holds it: every byte that is not UTF-8 becomes U+FFFD.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut out = String::with_capacity(bytes.len() + 8);
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
            }
            Cow::Owned(out)
        }
    }
}

fn deeper(value: &Value, depth: usize) -> Result<usize, YamlError> {
    if depth >= MAX_DEPTH {
        // So deep is only what contains itself.
        let message = format!("json: unsupported value: encountered a cycle via {}", value.type_name());
        return Err(YamlError::marshal(message));
    }
    Ok(depth + 1)
}

fn unsupported_type(value: &Value) -> YamlError {
    YamlError::marshal(format!("json: unsupported type: {}", value.type_name()))
}
