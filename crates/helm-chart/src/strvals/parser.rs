use govalue::{List, Map, Value};

use super::{MAX_INDEX, MAX_NESTED_LISTS, MAX_NESTED_NAME_LEVEL, ParseError, typed};
use crate::Compat;

/// What stands after the `=`.
pub(super) enum Mode<'r> {
    Typed,
    Text,
    File(&'r mut dyn FnMut(&str) -> Result<Vec<u8>, String>),
    Json,
    Literal,
}

pub(super) struct Parser<'a, 'r> {
    rest: &'a str,
    mode: Mode<'r>,
    compat: Compat,
}

/// How Go's `%q` shows a slice of runes.
pub(super) fn quoted_runes(data: &str) -> String {
    let runes: Vec<String> = data.chars().map(govalue::strconv::quote_rune).collect();
    format!("[{}]", runes.join(" "))
}

impl<'a, 'r> Parser<'a, 'r> {
    pub(super) fn new(line: &'a str, mode: Mode<'r>, compat: Compat) -> Parser<'a, 'r> {
        Parser { rest: line, mode, compat }
    }

    pub(super) fn run(mut self, values: &Map) -> Result<(), ParseError> {
        loop {
            match self.key(values, 0) {
                Ok(()) => {}
                Err(ParseError::Eof) => return Ok(()),
                // Helm 4 takes a wrapped end of input for the end of input.
                Err(ParseError::IndexCutOff) if self.compat >= Compat::V4 => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }

    fn literal(&self) -> bool {
        matches!(self.mode, Mode::Literal)
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    /// Reads up to one of the stop characters, which is consumed too; `None` is the end of the line.
    fn until(&mut self, stop: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if stop.contains(&c) => return (text, Some(c)),
                Some('\\') if !self.literal() => match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => return (text, None),
                },
                Some(c) => text.push(c),
                None => return (text, None),
            }
        }
    }

    /// Reads one name with its value into `data`.
    fn key(&mut self, data: &Map, level: usize) -> Result<(), ParseError> {
        let stop: &[char] = if self.literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, last) = self.until(stop);
        match last {
            None if key.is_empty() => Err(ParseError::Eof),
            None => Err(ParseError::NoValue { key }),
            Some('[') => {
                let index = self.index()?;
                let list = match data.get(&*key) {
                    None => Vec::new(),
                    Some(present) => items(&present)?,
                };
                let (list, outcome) = self.list_item(list, index, level, 0);
                // A conversion that fails panics in Go, before the list is set; any other error sets it.
                if !matches!(outcome, Err(ParseError::WrongType { .. })) {
                    set(data, &key, Value::List(List::new(list)));
                }
                outcome
            }
            Some('=') => self.value_of(data, &key),
            Some(',') => {
                set(data, &key, Value::str(""));
                Err(ParseError::EndsWithComma { key })
            }
            Some(_) => self.nested(data, key, level + 1),
        }
    }

    fn value_of(&mut self, data: &Map, key: &str) -> Result<(), ParseError> {
        match self.value() {
            Ok(value) => {
                set(data, key, value);
                Ok(())
            }
            Err(ParseError::Eof) => {
                set(data, key, Value::str(""));
                Err(ParseError::Eof)
            }
            Err(e) => Err(e),
        }
    }

    /// Reads what follows a `.` into the table under `key`.
    fn nested(&mut self, data: &Map, key: String, level: usize) -> Result<(), ParseError> {
        if level > MAX_NESTED_NAME_LEVEL {
            return Err(ParseError::TooDeep);
        }
        let inner = match data.get(&*key) {
            None => Map::new(),
            Some(Value::Map(inner)) => inner,
            Some(other) => return Err(wrong_type(&other, "map[string]interface {}")),
        };
        let outcome = self.key(&inner, level);
        if outcome.is_ok() && inner.is_empty() {
            return Err(ParseError::EmptyMap { key });
        }
        if !inner.is_empty() {
            set(data, &key, Value::Map(inner));
        }
        outcome
    }

    /// Reads the value after a `=`. `Eof` means that there is nothing, which counts as an empty text.
    fn value(&mut self) -> Result<Value, ParseError> {
        match self.mode {
            Mode::Json => return self.json(),
            Mode::Literal => return Ok(Value::str(std::mem::take(&mut self.rest))),
            _ => {}
        }
        if self.rest.is_empty() {
            return Err(ParseError::Eof);
        }
        match self.rest.strip_prefix('{') {
            Some(rest) => {
                self.rest = rest;
                self.list()
            }
            None => {
                let (text, _) = self.until(&[',']);
                self.convert(text)
            }
        }
    }

    /// Reads a list after its `{`, and a comma after its `}`.
    fn list(&mut self) -> Result<Value, ParseError> {
        let mut list = Vec::new();
        loop {
            let (text, last) = self.until(&[',', '}']);
            match last {
                None => return Err(ParseError::OpenList),
                Some(',') => list.push(self.convert(text)?),
                Some(_) => {
                    self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                    list.push(self.convert(text)?);
                    return Ok(Value::List(List::new(list)));
                }
            }
        }
    }

    fn convert(&mut self, text: String) -> Result<Value, ParseError> {
        match &mut self.mode {
            Mode::Typed => Ok(typed(text)),
            Mode::File(read) => read(&text).map(Value::str).map_err(|reason| ParseError::Read { reason }),
            _ => Ok(Value::str(text)),
        }
    }

    fn json(&mut self) -> Result<Value, ParseError> {
        if self.empty_value() {
            return Ok(Value::Nil);
        }
        let (value, length) = crate::go::decode_json_prefix(self.rest)?;
        self.rest = &self.rest[length..];
        // A blank tail and one comma belong to the value.
        self.empty_value();
        Ok(value)
    }

    /// Skips white space; true at a comma, which is skipped too, or at the end.
    fn empty_value(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(',') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => self.rest.is_empty(),
        }
    }

    fn index(&mut self) -> Result<i64, ParseError> {
        let (text, last) = self.until(&[']']);
        if last.is_none() {
            return Err(ParseError::IndexCutOff);
        }
        govalue::strconv::atoi(&text).map_err(|e| ParseError::Index { reason: e.to_string() })
    }

    /// Reads what follows `]` into position `index`. The list comes back whatever the outcome is.
    fn list_item(
        &mut self,
        mut list: Vec<Value>,
        index: i64,
        level: usize,
        depth: usize,
    ) -> (Vec<Value>, Result<(), ParseError>) {
        let outcome = self.list_value(&mut list, index, level, depth).and_then(|value| match value {
            Some(value) => set_index(&mut list, index, value),
            None => Err(ParseError::Eof),
        });
        (list, outcome)
    }

    /// The value for a position; `None` when the line ends after the `]`.
    fn list_value(
        &mut self,
        list: &mut [Value],
        index: i64,
        level: usize,
        depth: usize,
    ) -> Result<Option<Value>, ParseError> {
        if index < 0 {
            return Err(ParseError::NegativeIndex { index });
        }
        if depth > MAX_NESTED_LISTS {
            return Err(ParseError::ListTooDeep);
        }
        let (data, last) = self.until(&['[', '.', '=']);
        if !data.is_empty() {
            return Err(ParseError::AfterIndex { data });
        }
        let present = usize::try_from(index).ok().and_then(|i| list.get_mut(i));
        match last {
            None => Ok(None),
            Some('=') => match self.value() {
                Err(ParseError::Eof) => Ok(Some(Value::str(""))),
                other => other.map(Some),
            },
            Some('[') => {
                let next = self.index()?;
                let inner = match &present {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(present) => items(present)?,
                };
                let (inner, outcome) = self.list_item(inner, next, level, depth + 1);
                match (outcome, present) {
                    (Ok(()), _) => Ok(Some(Value::List(List::new(inner)))),
                    // In Go the inner list is changed in place, which the end of the line does not undo.
                    (Err(e), Some(present @ Value::List(_))) => {
                        *present = Value::List(List::new(inner));
                        Err(e)
                    }
                    (Err(e), _) => Err(e),
                }
            }
            Some(_) => {
                let inner = match present {
                    None => Map::new(),
                    Some(Value::Map(inner)) => inner.clone(),
                    Some(other) => {
                        let inner = Map::new();
                        *other = Value::Map(inner.clone());
                        inner
                    }
                };
                self.key(&inner, level)?;
                Ok(Some(Value::Map(inner)))
            }
        }
    }
}

/// Sets a key; an empty key is left out.
fn set(data: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), ParseError> {
    if index > MAX_INDEX {
        return Err(ParseError::IndexTooBig { index });
    }
    let index = usize::try_from(index).map_err(|_| ParseError::NegativeIndex { index })?;
    if list.len() <= index {
        list.resize(index + 1, Value::Nil);
    }
    list[index] = value;
    Ok(())
}

fn items(value: &Value) -> Result<Vec<Value>, ParseError> {
    match value {
        Value::List(list) => Ok(list.items().to_vec()),
        other => Err(wrong_type(other, "[]interface {}")),
    }
}

fn wrong_type(value: &Value, wanted: &'static str) -> ParseError {
    let found = if matches!(value, Value::Nil) { "nil".to_owned() } else { value.type_name() };
    ParseError::WrongType { found, wanted }
}
