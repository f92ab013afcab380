//! JSON values that keep their numbers as they were written: what the library decodes with `UseNumber`.

use std::collections::{BTreeMap, HashMap};

use govalue::json::{self, DecodeOptions, JsonError};
use govalue::{Key, Value, strconv};

use crate::number::Decimal;

/// A JSON value.
#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Properties by name.
    Object(BTreeMap<String, Json>),
}

/// Why a text is no JSON, in the words of the library (`UnmarshalJSON`).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

/// Values nested deeper are refused: what looks at them calls itself.
const MAX_DEPTH: usize = 512;

impl Json {
    /// Reads a document as the library does (`UnmarshalJSON`).
    pub fn parse(text: &[u8]) -> Result<Json, ParseError> {
        match json::decode_with(text, DecodeOptions { ints: true }) {
            Ok(_) | Err(JsonError::Type { .. }) => {}
            Err(error) => return Err(ParseError(decoder_text(&error, text))),
        }
        Reader { text, at: 0 }.document()
    }

    /// A value as a chart has it; nothing for values that JSON cannot hold, or that are nested too deep.
    pub fn from_value(value: &Value) -> Option<Json> {
        from_value(value, MAX_DEPTH)
    }

    pub(crate) fn as_object(&self) -> Option<&BTreeMap<String, Json>> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    pub(crate) fn as_array(&self) -> Option<&[Json]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        if let Json::Bool(b) = self { Some(*b) } else { None }
    }

    pub(crate) fn as_decimal(&self) -> Option<Decimal> {
        if let Json::Number(text) = self { Decimal::parse(text) } else { None }
    }

    /// Whether both are the same value, numbers compared as numbers.
    pub(crate) fn equals(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Number(a), Json::Number(b)) => {
                a == b || matches!((Decimal::parse(a), Decimal::parse(b)), (Some(a), Some(b)) if a == b)
            }
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
            }
            (Json::Object(a), Json::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| a.equals(b)))
            }
            _ => self == other,
        }
    }
}

fn from_value(value: &Value, depth: usize) -> Option<Json> {
    let inner = depth.checked_sub(1)?;
    Some(match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Str(text) => Json::String(text.to_str().into_owned()),
        Value::Float(f) if !f.is_finite() => return None,
        Value::Float(f) => Json::Number(strconv::format_float(*f, b'g', -1, 64)),
        Value::Int(_) => Json::Number(
            String::from_utf8_lossy(&govalue::fmt::sprint(std::slice::from_ref(value))).into_owned(),
        ),
        Value::List(list) => {
            Json::Array(list.items().iter().map(|item| from_value(item, inner)).collect::<Option<_>>()?)
        }
        Value::Map(map) => {
            let snapshot = map.snapshot();
            let properties = snapshot.iter().map(|(key, value)| match key {
                Key::Str(name) => Some((name.to_str().into_owned(), from_value(value, inner)?)),
                _ => None,
            });
            Json::Object(properties.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The library decodes from a stream, whose end is told in other words.
fn decoder_text(error: &JsonError, text: &[u8]) -> String {
    let shown = error.to_string();
    if shown.contains("after top-level value") {
        return "invalid character after top-level value".to_owned();
    }
    let cut_off = shown.starts_with("invalid character ' ' in ") && text.last() != Some(&b' ');
    if cut_off || shown == "unexpected end of JSON input" {
        let blank = text.iter().all(u8::is_ascii_whitespace);
        return if blank { "EOF" } else { "unexpected EOF" }.to_owned();
    }
    shown
}

/// Reads a text that is known to be JSON.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

enum Frame {
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>, String),
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Json, ParseError> {
        let mut stack: Vec<Frame> = Vec::new();
        loop {
            if stack.len() >= MAX_DEPTH {
                return Err(ParseError("exceeded max depth".to_owned()));
            }
            let mut value = match self.next() {
                b'[' => {
                    stack.push(Frame::Array(Vec::new()));
                    if self.peek() != b']' {
                        continue;
                    }
                    None
                }
                b'{' => {
                    stack.push(Frame::Object(BTreeMap::new(), String::new()));
                    if self.peek() != b'}' {
                        self.name(&mut stack);
                        continue;
                    }
                    None
                }
                first => Some(self.scalar(first)),
            };
            // Closes what ends here; a value that is none closes an empty list or object.
            loop {
                match (stack.last_mut(), value.take()) {
                    (None, value) => return Ok(value.unwrap_or(Json::Null)),
                    (Some(Frame::Array(items)), Some(item)) => items.push(item),
                    (Some(Frame::Object(properties, name)), Some(property)) => {
                        properties.insert(std::mem::take(name), property);
                    }
                    (Some(_), None) => {}
                }
                if self.next() == b',' {
                    if matches!(stack.last(), Some(Frame::Object(..))) {
                        self.name(&mut stack);
                    }
                    break;
                }
                value = stack.pop().map(|frame| match frame {
                    Frame::Array(items) => Json::Array(items),
                    Frame::Object(properties, _) => Json::Object(properties),
                });
                if stack.is_empty() {
                    return Ok(value.unwrap_or(Json::Null));
                }
            }
        }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> u8 {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    /// A property's name and the colon behind it.
    fn name(&mut self, stack: &mut [Frame]) {
        self.next();
        let read = self.string();
        self.next();
        if let Some(Frame::Object(_, name)) = stack.last_mut() {
            *name = read;
        }
    }

    fn scalar(&mut self, first: u8) -> Json {
        let start = self.at - 1;
        match first {
            b'"' => Json::String(self.string()),
            b't' => {
                self.at += 3;
                Json::Bool(true)
            }
            b'f' => {
                self.at += 4;
                Json::Bool(false)
            }
            b'n' => {
                self.at += 3;
                Json::Null
            }
            _ => {
                let number = |b: &u8| b.is_ascii_digit() || b"+-.eE".contains(b);
                self.at += self.text[self.at..].iter().take_while(|b| number(b)).count();
                Json::Number(String::from_utf8_lossy(&self.text[start..self.at]).into_owned())
            }
        }
    }

    /// The text whose quotation mark was read.
    fn string(&mut self) -> String {
        let start = self.at - 1;
        while let Some(byte) = self.text.get(self.at) {
            self.at += match byte {
                b'"' => break,
                b'\\' => 2,
                _ => 1,
            };
        }
        self.at += 1;
        let quoted = &self.text[start..self.at.min(self.text.len())];
        match json::decode(quoted) {
            Ok(Value::Str(text)) => text.to_str().into_owned(),
            _ => String::new(),
        }
    }
}

/// The first two items of a list that are equal, as the library finds them.
pub(crate) fn duplicates(items: &[Json]) -> Option<(usize, usize)> {
    if items.len() <= 20 {
        return (1..items.len()).find_map(|i| (0..i).find(|j| items[i].equals(&items[*j])).map(|j| (j, i)));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (i, item) in items.iter().enumerate() {
        let mut key = String::new();
        write_key(item, &mut key);
        if let Some(j) = seen.insert(key, i) {
            return Some((j, i));
        }
    }
    None
}

/// A text that equal values have in common and no others.
fn write_key(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push('n'),
        Json::Bool(b) => out.push(if *b { 't' } else { 'f' }),
        Json::Number(text) => match Decimal::parse(text) {
            Some(decimal) => out.push_str(&format!("{decimal:?}")),
            None => out.push_str(text),
        },
        Json::String(text) => out.push_str(&strconv::quote(text.as_bytes())),
        Json::Array(items) => {
            out.push('[');
            for item in items {
                write_key(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Json::Object(properties) => {
            out.push('{');
            for (name, value) in properties {
                out.push_str(&strconv::quote(name.as_bytes()));
                write_key(value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}
