//! `go.yaml.in/yaml/v3`.

use std::borrow::Cow;

use super::emit::{Emitter, MAX_LENGTH, Place, Style, Written};
use super::node::Text;
use super::{Dialect, MAX_DEPTH, YamlError, base64, decode_v3, number, order};
use crate::{Key, Value};

/// Reads the first document (`yaml.Unmarshal` into an `interface {}`): maps are `map[string]interface {}`, or
/// `map[interface {}]interface {}` where a key is no string; integers are `int`. Text without a document is nil.
pub fn decode(text: &[u8]) -> Result<Value, YamlError> {
    match Text::new(text).first_document(Dialect::V3)? {
        Some(document) => decode_v3::decode(&document),
        None => Ok(Value::Nil),
    }
}

/// Reads all documents of a stream (`Decoder.Decode` until it reports the end).
pub fn decode_all(text: &[u8]) -> Result<Vec<Value>, YamlError> {
    Text::new(text).documents(Dialect::V3).map(|document| decode_v3::decode(&document?)).collect()
}

/// Writes a value (`Encoder.Encode`, indented by so many spaces a level as `Encoder.SetIndent` takes them; 0 is 4).
pub fn encode(value: &Value, indent: usize) -> Result<Vec<u8>, YamlError> {
    let mut emitter = Emitter::new(Dialect::V3, if indent == 0 { 4 } else { indent });
    write(&mut emitter, value, Place::ROOT, 0)?;
    Ok(emitter.finish())
}

fn write(out: &mut Emitter, value: &Value, place: Place, depth: usize) -> Result<(), YamlError> {
    if depth > MAX_DEPTH {
        return Err(YamlError::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")));
    }
    if out.is_too_long() {
        return Err(YamlError::yaml(None, format!("exceeded max length of {MAX_LENGTH} bytes")));
    }
    match value {
        Value::Nil => out.scalar(Written::plain("null"), place),
        Value::Bool(b) => out.scalar(Written::plain(if *b { "true" } else { "false" }), place),
        Value::Int(i) => out.scalar(Written::plain(&i.to_string()), place),
        Value::Float(f) => out.scalar(Written::plain(&number::format(*f)), place),
        Value::Str(s) => out.scalar(text(s, &mut String::new()), place),
        Value::Bytes(bytes) => {
            let items = bytes.iter();
            out.sequence(place, items, |out, byte, place| {
                out.scalar(Written::plain(&byte.to_string()), place);
                Ok::<_, YamlError>(())
            })?;
        }
        Value::List(list) => {
            out.sequence(place, list.items().iter(), |out, item, place| write(out, item, place, depth + 1))?;
        }
        Value::Map(map) => {
            let snapshot = map.snapshot();
            let mut entries: Vec<&(Key, Value)> = snapshot.iter().collect();
            order::sort(&mut entries, |a, b| order::key_less(&a.0, &b.0, Dialect::V3));
            let shown: Vec<ShownKey<'_>> = entries.iter().map(|e| ShownKey::new(&e.0)).collect();
            let entries = shown.iter().zip(entries).map(|(key, entry)| (key.text(), &entry.1));
            out.mapping(place, entries, |out, value, place| write(out, value, place, depth + 1))?;
        }
        Value::Object(object) => return write_object(out, value, &**object, place, depth),
        Value::Complex(_) | Value::Func(_) => {
            return Err(YamlError::yaml(None, format!("cannot marshal type: {}", value.type_name())));
        }
    }
    Ok(())
}

/// Times are plain text, durations their text, other objects what lies beneath them or their fields.
fn write_object(
    out: &mut Emitter,
    value: &Value,
    object: &dyn crate::Object,
    place: Place,
    depth: usize,
) -> Result<(), YamlError> {
    if object.is_nil() {
        out.scalar(Written::plain("null"), place);
        return Ok(());
    }
    if object.marshal_text().is_none()
        && let Some(pointee) = object.deref()
    {
        return write(out, &pointee, place, depth + 1);
    }
    match (value.type_name().as_str(), object.to_json(), object.text()) {
        ("time.Time", Some(Value::Str(stamp)), _) => {
            out.scalar(Written::plain(&stamp.to_str()), place);
            return Ok(());
        }
        ("time.Duration", _, Some(duration)) => return write(out, &Value::from(duration), place, depth),
        _ => {}
    }
    if let Some(text) = object.marshal_text() {
        return write(out, &Value::from(text), place, depth);
    }
    if let Some(beneath) = object.underlying() {
        return write(out, &beneath, place, depth + 1);
    }
    let members = object.yaml_fields().unwrap_or_else(|| {
        let exported = object.fields().into_iter().filter(|f| f.name.starts_with(char::is_uppercase));
        exported.map(|f| (f.name.to_lowercase(), f.value)).collect()
    });
    let entries = members.iter().map(|(name, value)| (Written::string(name, Dialect::V3), value));
    out.mapping(place, entries, |out, value, place| write(out, value, place, depth + 1))
}

/// A key's text, which must live while the mapping is written.
enum ShownKey<'k> {
    Plain(String),
    String(Cow<'k, str>),
    Binary(String),
}

impl<'k> ShownKey<'k> {
    fn new(key: &'k Key) -> ShownKey<'k> {
        match key {
            Key::Bool(b) => ShownKey::Plain(b.to_string()),
            Key::Int(i) => ShownKey::Plain(i.to_string()),
            Key::Float(f) => ShownKey::Plain(number::format(*f)),
            Key::Str(s) => match s.as_str() {
                Some(text) => ShownKey::String(Cow::Borrowed(text)),
                None => ShownKey::Binary(binary(s)),
            },
        }
    }

    fn text(&self) -> Written<'_> {
        match self {
            ShownKey::Plain(text) => Written::plain(text),
            ShownKey::String(text) => Written::string(text, Dialect::V3),
            ShownKey::Binary(text) => tagged_binary(text),
        }
    }
}

/// A string; one that is not UTF-8 becomes base64, for which `buffer` gives room.
fn text<'t>(bytes: &'t [u8], buffer: &'t mut String) -> Written<'t> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Written::string(text, Dialect::V3),
        Err(_) => {
            *buffer = binary(bytes);
            tagged_binary(buffer)
        }
    }
}

fn tagged_binary(text: &str) -> Written<'_> {
    let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
    Written { text, style, tag: Some("!!binary") }
}

/// Base64, in lines of 70 characters when it is longer than one.
fn binary(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let digits = base64::encode(bytes);
    if digits.len() < LINE {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / LINE + 1);
    for (i, digit) in digits.chars().enumerate() {
        out.push(digit);
        if (i + 1) % LINE == 0 || i + 1 == digits.len() {
            out.push('\n');
        }
    }
    out
}
