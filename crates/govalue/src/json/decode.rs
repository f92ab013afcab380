use super::{JsonError, MAX_DEPTH};
use crate::{Int, Key, Kind, List, Map, Str, Type, Value, strconv, utf8};

/// How JSON is read (`json.Decoder`).
#[derive(Clone, Copy, Default, Debug)]
pub struct DecodeOptions {
    /// Numbers without fraction and exponent become `int64` (`uint64` where that is too small) instead of `float64`.
    pub ints: bool,
}

/// The type of the variable that JSON is read into (`json.Unmarshal`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// `interface {}`.
    Any,
    /// `map[string]interface {}`.
    Map,
    /// `[]interface {}`.
    List,
}

/// What was read, and what was wrong: Go goes on after an error of type and keeps the rest.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The value; nil where nothing could be read.
    pub value: Value,
    /// The first error.
    pub error: Option<JsonError>,
}

/// Reads JSON into an `interface {}` (`json.Unmarshal`): every number is a `float64`.
pub fn decode(data: &[u8]) -> Result<Value, JsonError> {
    decode_with(data, DecodeOptions::default())
}

/// Reads JSON into an `interface {}` (`json.Unmarshal`).
pub fn decode_with(data: &[u8], options: DecodeOptions) -> Result<Value, JsonError> {
    let Decoded { value, error } = decode_into(data, Target::Any, options);
    error.map_or(Ok(value), Err)
}

/// Reads JSON into a variable of a type (`json.Unmarshal`).
pub fn decode_into(data: &[u8], target: Target, options: DecodeOptions) -> Decoded {
    let mut reader = Reader { data, at: 0, options, range_error: None };
    let value = match reader.document() {
        Ok(value) => value,
        Err(error) => return Decoded { value: Value::Nil, error: Some(error) },
    };
    let (wanted, empty) = match (target, &value) {
        (Target::Any, _) | (Target::Map, Value::Map(_)) | (Target::List, Value::List(_)) => {
            return Decoded { value, error: reader.range_error };
        }
        (Target::Map, _) => ("map[string]interface {}", Value::Map(Map::nil(Map::string_any()))),
        (Target::List, _) => ("[]interface {}", Value::List(List::nil(Type::slice(Type::Any)))),
    };
    let found = match value {
        Value::Nil if reader.range_error.is_none() => return Decoded { value: empty, error: None },
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::Map(_) => "object",
        Value::List(_) => "array",
        _ => "number",
    };
    Decoded { value: empty, error: Some(JsonError::Type { found: found.to_owned(), wanted }) }
}

/// A composite value that is being read.
enum Frame {
    List(Vec<Value>),
    Map(Vec<(Key, Value)>, Key),
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    options: DecodeOptions,
    /// A number that no float64 holds: told once the whole text proved to be JSON.
    range_error: Option<JsonError>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, JsonError> {
        let mut stack: Vec<Frame> = Vec::new();
        loop {
            let mut value = match self.begin_value(&mut stack)? {
                Some(value) => value,
                None => continue,
            };
            loop {
                let next = self.skip_space();
                match stack.last_mut() {
                    None => {
                        return match next {
                            None => Ok(value),
                            Some(_) => Err(self.unexpected("after top-level value")),
                        };
                    }
                    Some(Frame::List(items)) => {
                        items.push(value);
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                break;
                            }
                            Some(b']') => {}
                            _ => return Err(self.unexpected("after array element")),
                        }
                    }
                    Some(Frame::Map(entries, key)) => {
                        entries.push((std::mem::replace(key, Key::Bool(false)), value));
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                *key = self.key()?;
                                break;
                            }
                            Some(b'}') => {}
                            _ => return Err(self.unexpected("after object key:value pair")),
                        }
                    }
                }
                self.at += 1;
                value = match stack.pop() {
                    Some(Frame::List(items)) => Value::List(List::new(items)),
                    Some(Frame::Map(entries, _)) => Value::Map(Map::from_string_entries(entries)),
                    None => Value::Nil,
                };
            }
        }
    }

    /// Reads a value without parts, or an empty one; opens any other and returns nothing.
    fn begin_value(&mut self, stack: &mut Vec<Frame>) -> Result<Option<Value>, JsonError> {
        let value = match self.skip_space() {
            Some(open @ (b'[' | b'{')) => {
                if stack.len() >= MAX_DEPTH {
                    return Err(self.unexpected("exceeded max depth"));
                }
                self.at += 1;
                let close = if open == b'[' { b']' } else { b'}' };
                if self.skip_space() == Some(close) {
                    self.at += 1;
                    let empty = if open == b'[' { List::new(Vec::new()).into() } else { Map::new().into() };
                    return Ok(Some(empty));
                }
                stack.push(match open {
                    b'[' => Frame::List(Vec::new()),
                    _ => Frame::Map(Vec::new(), self.key()?),
                });
                return Ok(None);
            }
            Some(b'"') => Value::Str(self.string()?),
            Some(b't') => self.literal(b"true").map(|()| Value::Bool(true))?,
            Some(b'f') => self.literal(b"false").map(|()| Value::Bool(false))?,
            Some(b'n') => self.literal(b"null").map(|()| Value::Nil)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.unexpected("looking for beginning of value")),
        };
        Ok(Some(value))
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn skip_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// The error for the byte at hand within a token; Go takes the end there for a space.
    fn unexpected_in_token(&self, context: &str) -> JsonError {
        self.invalid(self.peek().or(Some(b' ')), context)
    }

    /// The error for the byte at hand, or for the end.
    fn unexpected(&self, context: &str) -> JsonError {
        self.invalid(self.peek(), context)
    }

    fn invalid(&self, byte: Option<u8>, context: &str) -> JsonError {
        let message = match byte {
            None => "unexpected end of JSON input".to_owned(),
            Some(b'\'') => format!(r"invalid character '\'' {context}"),
            Some(b'"') => format!("invalid character '\"' {context}"),
            Some(b) => {
                // The byte is shown as the character of that number.
                let quoted = strconv::quote(char::from(b).to_string());
                format!("invalid character '{}' {context}", &quoted[1..quoted.len() - 1])
            }
        };
        JsonError::Syntax { message, offset: self.at + 1 }
    }

    fn literal(&mut self, text: &'static [u8]) -> Result<(), JsonError> {
        for (i, &b) in text.iter().enumerate() {
            if self.peek() != Some(b) {
                let name: String = text.iter().copied().map(char::from).collect();
                let expected = char::from(text[i]);
                return Err(self.unexpected_in_token(&format!("in literal {name} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// An object's key with its colon.
    fn key(&mut self) -> Result<Key, JsonError> {
        if self.skip_space() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        if self.skip_space() != Some(b':') {
            return Err(self.unexpected("after object key"));
        }
        self.at += 1;
        Ok(Key::Str(key))
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected_in_token("in numeric literal")),
        }
        let mut integer = true;
        if self.peek() == Some(b'.') {
            integer = false;
            self.at += 1;
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unexpected_in_token("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if let Some(b'e' | b'E') = self.peek() {
            integer = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unexpected_in_token("in exponent of numeric literal"));
            }
            self.digits();
        }
        let text = std::str::from_utf8(&self.data[start..self.at]).unwrap_or_default();
        if integer && self.options.ints {
            if let Ok(v) = text.parse() {
                return Ok(Value::int64(v));
            }
            if let Ok(v) = text.parse() {
                return Ok(Value::Int(Int::unsigned(Kind::Uint64, v)));
            }
        }
        match text.parse::<f64>() {
            Ok(v) if v.is_finite() => Ok(Value::Float(v)),
            _ => {
                let error = JsonError::Type { found: format!("number {text}"), wanted: "float64" };
                self.range_error.get_or_insert(error);
                Ok(Value::Nil)
            }
        }
    }

    fn string(&mut self) -> Result<Str, JsonError> {
        self.at += 1;
        let start = self.at;
        let plain = |b: &u8| !matches!(b, b'"' | b'\\' | 0..0x20);
        self.at += self.data[start..].iter().take_while(|b| plain(b)).count();
        let run = &self.data[start..self.at];
        if self.peek() == Some(b'"') && std::str::from_utf8(run).is_ok() {
            self.at += 1;
            return Ok(Str::from(run));
        }
        let mut out = Vec::with_capacity(run.len() + 16);
        push_valid(&mut out, run);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Str::from(out));
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(0x20..) => {
                    let start = self.at;
                    self.at += self.data[start..].iter().take_while(|b| plain(b)).count();
                    push_valid(&mut out, &self.data[start..self.at]);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        self.at += 1;
        let byte = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => b,
            Some(b'b') => 8,
            Some(b'f') => 0xc,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.hex4()?;
                utf8::push(out, self.surrogate(unit));
                return Ok(());
            }
            _ => return Err(self.unexpected_in_token("in string escape code")),
        };
        self.at += 1;
        out.push(byte);
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            unit = unit << 4
                | digit.ok_or_else(|| self.unexpected_in_token("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(unit)
    }

    /// The character of a UTF-16 unit, with the second half of a pair if one follows; U+FFFD for a lone half.
    fn surrogate(&mut self, unit: u32) -> char {
        if let (0xd800..0xdc00, Some([b'\\', b'u', digits @ ..])) =
            (unit, self.data.get(self.at..(self.at + 6).min(self.data.len())))
        {
            let low = std::str::from_utf8(digits).ok().filter(|d| d.len() == 4);
            let low = low.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            if let Some(low @ 0xdc00..0xe000) = low.and_then(|d| u32::from_str_radix(d, 16).ok()) {
                self.at += 6;
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Appends text, invalid bytes as U+FFFD.
fn push_valid(out: &mut Vec<u8>, text: &[u8]) {
    match std::str::from_utf8(text) {
        Ok(_) => out.extend_from_slice(text),
        Err(_) => {
            for (_, c) in utf8::chars(text) {
                utf8::push(out, c.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }
}
