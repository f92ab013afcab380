use super::{JsonError, MAX_DEPTH};
use crate::{Key, Kind, List, Map, Object, Snapshot, Type, Value, strconv, utf8};

/// How JSON is written (`json.Encoder`).
#[derive(Clone, Debug)]
pub struct EncodeOptions {
    /// Whether `<`, `>` and `&` are escaped, so that the text can stand in HTML (Go's default).
    pub escape_html: bool,
    /// The indentation of one level; `None` for no line breaks.
    pub indent: Option<String>,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        EncodeOptions { escape_html: true, indent: None }
    }
}

/// What is longer is refused: a value that holds another in two places, and so on for sixty-four levels, would
/// otherwise be written until memory ends, as Go does.
const MAX_LENGTH: usize = 1 << 26;

/// A value as JSON (`json.Marshal`).
pub fn encode(v: &Value) -> Result<Vec<u8>, JsonError> {
    encode_with(v, &EncodeOptions::default())
}

/// A value as JSON by options (`json.MarshalIndent`, `json.Encoder` without its final newline).
pub fn encode_with(v: &Value, options: &EncodeOptions) -> Result<Vec<u8>, JsonError> {
    let mut encoder = Encoder { out: Vec::with_capacity(128), options, stack: Vec::new() };
    encoder.run(v)?;
    Ok(encoder.out)
}

/// A composite value that is being written, and how far. A stack of them instead of recursion: the depth is the
/// user's.
struct Frame {
    parts: Parts,
    at: usize,
}

enum Parts {
    List(List),
    Map(Map, Snapshot),
    /// Members in an order of their own: a struct, or a map whose keys are not strings.
    Members(Vec<(String, Value)>),
}

struct Encoder<'a> {
    out: Vec<u8>,
    options: &'a EncodeOptions,
    stack: Vec<Frame>,
}

impl Encoder<'_> {
    fn run(&mut self, root: &Value) -> Result<(), JsonError> {
        let first = self.value(root)?;
        self.stack.extend(first);
        while let Some(frame) = self.stack.last_mut() {
            let at = frame.at;
            frame.at += 1;
            let (len, list) = match &frame.parts {
                Parts::List(l) => (l.len(), true),
                Parts::Map(_, entries) => (entries.len(), false),
                Parts::Members(members) => (members.len(), false),
            };
            if at == len {
                self.stack.pop();
                if len > 0 {
                    self.line_break();
                }
                self.out.push(if list { b']' } else { b'}' });
                continue;
            }
            if at > 0 {
                self.out.push(b',');
            }
            self.line_break();
            if self.out.len() > MAX_LENGTH {
                return Err(JsonError::UnsupportedValue("it is longer than 64 MiB".to_owned()));
            }
            let value = self.part(at);
            let next = self.value(&value)?;
            self.stack.extend(next);
        }
        Ok(())
    }

    /// Writes the key of a part, if it has one, and returns its value.
    fn part(&mut self, at: usize) -> Value {
        let Some(frame) = self.stack.last() else { return Value::Nil };
        let (key, value): (&[u8], &Value) = match &frame.parts {
            Parts::List(l) => return l.items()[at].clone(),
            Parts::Map(_, entries) => {
                let (key, value) = &entries[at];
                (key.as_str().map_or(&[], |k| k.as_bytes()), value)
            }
            Parts::Members(members) => (members[at].0.as_bytes(), &members[at].1),
        };
        append_string(&mut self.out, key, self.options.escape_html);
        self.out.extend_from_slice(if self.options.indent.is_some() { b": " } else { b":" });
        value.clone()
    }

    fn line_break(&mut self) {
        if let Some(indent) = &self.options.indent {
            self.out.push(b'\n');
            for _ in 0..self.stack.len() {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    /// Writes a value without parts, or begins one with parts and returns its frame.
    fn value(&mut self, v: &Value) -> Result<Option<Frame>, JsonError> {
        match v {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(b) => self.out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Value::Int(i) if i.kind().is_signed() => strconv::append_int(&mut self.out, i.as_i64(), 10),
            Value::Int(i) => strconv::append_uint(&mut self.out, i.as_u64(), 10),
            Value::Float(x) => self.float(*x, 64)?,
            Value::Str(s) => append_string(&mut self.out, s, self.options.escape_html),
            Value::Bytes(b) => self.base64(b),
            Value::List(l) => return self.list(l),
            Value::Map(m) => return self.map(m, m.ty()),
            Value::Object(o) => return self.object(v, &**o),
            Value::Complex(_) | Value::Func(_) => return Err(JsonError::UnsupportedType(v.type_name())),
        }
        Ok(None)
    }

    fn float(&mut self, x: f64, bits: u32) -> Result<(), JsonError> {
        if !x.is_finite() {
            return Err(JsonError::UnsupportedValue(strconv::format_float(x, b'g', -1, bits)));
        }
        // The number form of ECMAScript: exponents only for very small and very large numbers.
        let size = x.abs();
        let (small, large) = match bits {
            32 => ((size as f32) < 1e-6, (size as f32) >= 1e21),
            _ => (size < 1e-6, size >= 1e21),
        };
        let exponential = size != 0.0 && (small || large);
        strconv::append_float(&mut self.out, x, if exponential { b'e' } else { b'f' }, -1, bits);
        // Written e-9, not e-09.
        let n = self.out.len();
        if exponential && self.out[..n - 1].ends_with(b"e-0") {
            self.out.remove(n - 2);
        }
        Ok(())
    }

    fn base64(&mut self, bytes: &[u8]) {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        self.out.push(b'"');
        for chunk in bytes.chunks(3) {
            let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
            let group = byte(0) << 16 | byte(1) << 8 | byte(2);
            for i in 0..4 {
                let digit = ALPHABET[(group >> (18 - 6 * i)) as usize & 63];
                self.out.push(if i <= chunk.len() { digit } else { b'=' });
            }
        }
        self.out.push(b'"');
    }

    fn list(&mut self, l: &List) -> Result<Option<Frame>, JsonError> {
        if l.is_nil() {
            self.out.extend_from_slice(b"null");
            return Ok(None);
        }
        if l.ty().kind() == Kind::Slice && l.elem_type().kind() == Kind::Uint8 {
            let byte = |v: &Value| if let Value::Int(i) = v { i.as_u64() as u8 } else { 0 };
            let bytes: Vec<u8> = l.items().iter().map(byte).collect();
            self.base64(&bytes);
            return Ok(None);
        }
        self.begin(b'[', Parts::List(l.clone()))
    }

    fn map(&mut self, m: &Map, ty: &Type) -> Result<Option<Frame>, JsonError> {
        let key = ty.key().or(m.ty().key()).map_or(Kind::String, Type::kind);
        if key != Kind::String && !key.is_signed() && !key.is_unsigned() {
            return Err(JsonError::UnsupportedType(ty.to_string()));
        }
        if m.is_nil() {
            self.out.extend_from_slice(b"null");
            return Ok(None);
        }
        let inside_itself = |f: &Frame| matches!(&f.parts, Parts::Map(outer, _) if outer.ptr_eq(m));
        if self.stack.iter().any(inside_itself) {
            return Err(JsonError::UnsupportedValue(format!("encountered a cycle via {ty}")));
        }
        let entries = m.snapshot();
        if key == Kind::String {
            return self.begin(b'{', Parts::Map(m.clone(), entries));
        }
        // Numbers are ordered by their text.
        let text = |k: &Key| if let Key::Int(i) = k { i.to_string() } else { String::new() };
        let mut members: Vec<_> = entries.iter().map(|(k, v)| (text(k), v.clone())).collect();
        members.sort_by(|a, b| a.0.cmp(&b.0));
        self.begin(b'{', Parts::Members(members))
    }

    fn object(&mut self, v: &Value, o: &dyn Object) -> Result<Option<Frame>, JsonError> {
        if o.is_nil() {
            self.out.extend_from_slice(b"null");
            return Ok(None);
        }
        if let Some(message) = o.json_error() {
            return Err(JsonError::Marshaler { type_name: v.type_name(), message });
        }
        if let Some(members) = o.json_fields() {
            return self.begin(b'{', Parts::Members(members));
        }
        match (o.to_json(), o.kind()) {
            (Some(Value::Float(x)), Kind::Float32) => self.float(x, 32).map(|()| None),
            (Some(Value::Map(m)), Kind::Map) => self.map(&m, &o.type_of()),
            (Some(Value::Object(inner)), _) if std::ptr::addr_eq(&raw const *inner, &raw const *o) => {
                Err(JsonError::UnsupportedType(v.type_name()))
            }
            (Some(plain), _) => self.value(&plain),
            (None, Kind::Pointer) if o.deref().is_some() => self.value(&o.deref().unwrap_or_default()),
            (None, Kind::Struct | Kind::Pointer) => {
                let exported = o.fields().into_iter().filter(|f| f.name.starts_with(char::is_uppercase));
                self.begin(b'{', Parts::Members(exported.map(|f| (f.name.to_owned(), f.value)).collect()))
            }
            _ => Err(JsonError::UnsupportedType(v.type_name())),
        }
    }

    fn begin(&mut self, bracket: u8, parts: Parts) -> Result<Option<Frame>, JsonError> {
        // Go indents by reading its own output again, and reads no deeper. Beyond that only a host object that
        // contains itself goes; a nesting of that depth has no other use.
        let limit = if self.options.indent.is_some() { MAX_DEPTH } else { 100 * MAX_DEPTH };
        if self.stack.len() >= limit {
            let message = format!("invalid character '{}' exceeded max depth", char::from(bracket));
            return Err(JsonError::Syntax { message, offset: self.out.len() });
        }
        self.out.push(bracket);
        Ok(Some(Frame { parts, at: 0 }))
    }
}

/// Appends a JSON string; what is not UTF-8 becomes U+FFFD (json.Marshal of a string).
pub fn append_string(out: &mut Vec<u8>, s: &[u8], escape_html: bool) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let plain = |b: u8| {
        matches!(b, b' '..=0x7f)
            && b != b'"'
            && b != b'\\'
            && !(escape_html && matches!(b, b'<' | b'>' | b'&'))
    };
    out.reserve(s.len() + 2);
    out.push(b'"');
    let mut rest = s;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&b| plain(b)).count();
        if run > 0 {
            out.extend_from_slice(&rest[..run]);
            rest = &rest[run..];
            continue;
        }
        let (c, len) = utf8::decode(rest);
        match (first, c) {
            (b'"' | b'\\', _) => out.extend([b'\\', first]),
            (b'\x08', _) => out.extend_from_slice(b"\\b"),
            (b'\x0c', _) => out.extend_from_slice(b"\\f"),
            (b'\n', _) => out.extend_from_slice(b"\\n"),
            (b'\r', _) => out.extend_from_slice(b"\\r"),
            (b'\t', _) => out.extend_from_slice(b"\\t"),
            (0..0x80, _) => {
                out.extend_from_slice(b"\\u00");
                out.extend([HEX[usize::from(first >> 4)], HEX[usize::from(first & 15)]]);
            }
            (_, None) => out.extend_from_slice(b"\\ufffd"),
            (_, Some('\u{2028}')) => out.extend_from_slice(b"\\u2028"),
            (_, Some('\u{2029}')) => out.extend_from_slice(b"\\u2029"),
            _ => out.extend_from_slice(&rest[..len]),
        }
        rest = &rest[len..];
    }
    out.push(b'"');
}
