//! TOML as Go's BurntSushi/toml writes it: direct keys first, then tables, each sorted; two spaces a level.

use govalue::{Kind, List, Map, Value, strconv};

const NIL_ELEMENT: &str = "toml: cannot encode array with nil element";
const NOT_A_TABLE: &str = "toml: top-level values must be Go maps or structs";
const NIL_VALUE: &str = "reflect: call of reflect.Value.Type on zero Value";

/// How a value stands in a document.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Absent,
    Simple,
    Table,
    TableArray,
}

/// Encodes a value. The error is the text of Go's.
pub(crate) fn encode(value: &Value) -> Result<Vec<u8>, String> {
    let mut encoder = Encoder { out: Vec::new() };
    if matches!(value, Value::Nil) {
        return Err(NIL_VALUE.to_owned());
    }
    encoder.entry(&mut Vec::new(), value)?;
    Ok(encoder.out)
}

struct Encoder {
    out: Vec<u8>,
}

impl Encoder {
    fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Ends a line, unless nothing was written yet.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 1..depth {
            self.write("  ");
        }
    }

    /// Writes `key = value`, a table or an array of tables, whatever the value is.
    fn entry(&mut self, key: &mut Vec<String>, value: &Value) -> Result<(), String> {
        match (shape(value)?, value) {
            (Shape::Absent, _) => Ok(()),
            (Shape::Table, Value::Map(map)) => {
                if key.len() == 1 {
                    self.newline();
                }
                if !key.is_empty() {
                    self.header(key, "[", "]");
                }
                self.table(key, map)
            }
            (Shape::TableArray, Value::List(list)) => {
                if key.is_empty() {
                    return Err(NOT_A_TABLE.to_owned());
                }
                for item in list.items() {
                    if let Value::Map(map) = item {
                        self.newline();
                        self.header(key, "[[", "]]");
                        self.table(key, map)?;
                    }
                }
                Ok(())
            }
            _ => {
                if let Some(last) = key.last() {
                    self.indent(key.len());
                    self.write(&quoted_key(last));
                    self.write(" = ");
                }
                self.element(value)?;
                if !key.is_empty() {
                    self.newline();
                }
                Ok(())
            }
        }
    }

    fn header(&mut self, key: &[String], open: &str, close: &str) {
        self.indent(key.len());
        self.write(open);
        let path: Vec<String> = key.iter().map(|k| quoted_key(k)).collect();
        self.write(&path.join("."));
        self.write(close);
        self.newline();
    }

    fn table(&mut self, key: &mut Vec<String>, map: &Map) -> Result<(), String> {
        for (name, value) in ordered(map)?.into_iter().flatten() {
            key.push(name);
            self.entry(key, &value)?;
            key.pop();
        }
        Ok(())
    }

    /// Writes a value after `=` or inside an array.
    fn element(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::Str(s) => self.write(&quoted(&s.to_str())),
            Value::Bool(b) => self.write(if *b { "true" } else { "false" }),
            Value::Int(i) => self.write(&i.to_string()),
            Value::Float(f) => self.write(&float(*f)),
            Value::Bytes(bytes) => {
                let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.write(&format!("[{}]", items.join(", ")));
            }
            Value::List(list) => self.array(list)?,
            Value::Map(map) => self.inline_table(map)?,
            Value::Object(o) => match (o.text(), o.underlying()) {
                (Some(text), _) if o.kind() == Kind::Struct => self.write(&text),
                (Some(text), _) => self.write(&quoted(&text)),
                (None, Some(inner)) => self.element(&inner)?,
                (None, None) => return Err(format!("unsupported type: {}", o.kind())),
            },
            Value::Nil | Value::Func(_) | Value::Complex(_) => {
                return Err(format!("unsupported type: {}", value.kind()));
            }
        }
        Ok(())
    }

    fn array(&mut self, list: &List) -> Result<(), String> {
        self.write("[");
        for (i, item) in list.items().iter().enumerate() {
            if i > 0 {
                self.write(", ");
            }
            self.element(item)?;
        }
        self.write("]");
        Ok(())
    }

    fn inline_table(&mut self, map: &Map) -> Result<(), String> {
        self.write("{");
        let [direct, tables] = ordered(map)?;
        let (last_direct, more) = (direct.len(), !tables.is_empty());
        for (i, (name, value)) in direct.into_iter().enumerate() {
            if shape(&value)? == Shape::Absent {
                continue;
            }
            self.pair(&name, &value)?;
            if more || i + 1 < last_direct {
                self.write(", ");
            }
        }
        let last_table = tables.len();
        for (i, (name, value)) in tables.into_iter().enumerate() {
            self.pair(&name, &value)?;
            if i + 1 < last_table {
                self.write(", ");
            }
        }
        self.write("}");
        Ok(())
    }

    fn pair(&mut self, name: &str, value: &Value) -> Result<(), String> {
        self.write(&quoted_key(name));
        self.write(" = ");
        self.element(value)
    }
}

/// A map's entries: those written as `key = value` first, then the tables.
fn ordered(map: &Map) -> Result<[Vec<(String, Value)>; 2], String> {
    let (mut direct, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in map.snapshot().iter() {
        let Some(name) = key.as_str() else {
            return Err("toml: cannot encode a map with non-string key type".to_owned());
        };
        let is_table = matches!(shape(value)?, Shape::Table | Shape::TableArray);
        let list = if is_table { &mut tables } else { &mut direct };
        list.push((name.to_str().into_owned(), value.clone()));
    }
    Ok([direct, tables])
}

fn shape(value: &Value) -> Result<Shape, String> {
    Ok(match value {
        Value::Nil => Shape::Absent,
        Value::Map(m) if m.is_nil() => Shape::Absent,
        Value::Map(_) => Shape::Table,
        Value::List(l) if l.is_nil() => Shape::Absent,
        Value::List(l) => {
            let mut all_tables = !l.is_empty();
            for item in l.items() {
                match shape(item)? {
                    Shape::Absent => return Err(NIL_ELEMENT.to_owned()),
                    Shape::Table => {}
                    _ => all_tables = false,
                }
            }
            if all_tables { Shape::TableArray } else { Shape::Simple }
        }
        Value::Func(_) | Value::Complex(_) => return Err(format!("unsupported type: {}", value.kind())),
        _ => Shape::Simple,
    })
}

fn float(f: f64) -> String {
    if f.is_nan() {
        return if f.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if f.is_infinite() {
        return if f < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = strconv::format_float(f, b'g', -1, 64);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}

fn quoted_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Decodes a document into maps, lists and scalars as Go's decoder does into `map[string]interface {}`.
pub(crate) fn decode(text: &str) -> Result<Map, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| error_text(text, &e))?;
    Ok(table_value(table))
}

/// Go's form: `toml: line N: message`.
fn error_text(text: &str, error: &toml::de::Error) -> String {
    let line =
        error.span().map_or(1, |s| 1 + text.as_bytes()[..s.start].iter().filter(|b| **b == b'\n').count());
    format!("toml: line {line}: {}", error.message())
}

fn table_value(table: toml::Table) -> Map {
    table.into_iter().map(|(k, v)| (k, value_of(v))).collect()
}

fn value_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(s) => Value::str(s),
        toml::Value::Integer(i) => Value::int64(i),
        toml::Value::Float(f) => Value::Float(f),
        toml::Value::Boolean(b) => Value::Bool(b),
        toml::Value::Datetime(d) => datetime(&d),
        toml::Value::Table(t) => Value::Map(table_value(t)),
        toml::Value::Array(a) => {
            let tables = !a.is_empty() && a.iter().all(|v| matches!(v, toml::Value::Table(_)));
            let items: Vec<Value> = a.into_iter().map(value_of).collect();
            // Go decodes an array of tables into a typed slice.
            let elem = if tables { Map::string_any() } else { govalue::Type::Any };
            Value::List(List::with_type(govalue::Type::slice(elem), items))
        }
    }
}

/// A date becomes a `time.Time`; one without a zone is read as UTC.
fn datetime(d: &toml::value::Datetime) -> Value {
    let text = d.to_string();
    let full = match (&d.date, &d.time, &d.offset) {
        (Some(_), Some(_), Some(_)) => text.clone(),
        (Some(_), Some(_), None) => format!("{text}Z"),
        (Some(_), None, _) => format!("{text}T00:00:00Z"),
        (None, _, _) => format!("0000-01-01T{text}Z"),
    };
    match govalue::time::parse("2006-01-02T15:04:05.999999999Z07:00", full.replace(' ', "T")) {
        Ok(time) => time.into_value(),
        Err(_) => Value::str(text),
    }
}
