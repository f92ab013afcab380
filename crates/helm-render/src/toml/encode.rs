//! Writing: keys with plain values first, then tables, each sorted; two spaces a level.

use std::cell::Cell;

use govalue::time::{Duration, RFC3339_NANO, Time, Zone};
use govalue::{Key, Kind, List, Map, Object, StructField, Value, strconv};

use super::scalar::LOCAL_ZONES;
use super::{MAX_DEPTH, append_quoted, dotted, quoted_key};

/// Why a value cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EncodeError {
    /// An error that Go's encoder returns.
    #[error("{0}")]
    Refused(String),
    /// A panic of Go's encoder.
    #[error("{0}")]
    Panic(&'static str),
}

fn refused<T>(why: impl Into<String>) -> Result<T, EncodeError> {
    Err(EncodeError::Refused(why.into()))
}

/// How a value stands in a document.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Nil: left out.
    Absent,
    Simple,
    Table,
    TableArray,
}

/// Encodes a value.
pub(crate) fn encode(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder { out: Vec::new(), depth: 0, looked_at: Cell::new(0) };
    if matches!(value, Value::Nil) {
        return Err(EncodeError::Panic("reflect: call of reflect.Value.Type on zero Value"));
    }
    encoder.entry(&mut Vec::new(), value)?;
    Ok(encoder.out)
}

/// Values that are looked at for how they are to be written, those in lists again at each level.
const MAX_LOOKS: usize = 10_000_000;

struct Encoder {
    out: Vec<u8>,
    depth: usize,
    looked_at: Cell<usize>,
}

/// The entries of a table: those written as `key = value`, then the tables, each with its name and the position of
/// its field, should it be a struct's.
struct Entries {
    direct: Vec<Entry>,
    tables: Vec<Entry>,
    is_struct: bool,
}

struct Entry {
    name: String,
    value: Value,
    position: usize,
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

    /// A value may hold another in two places, and that one another, and so on.
    fn within_bounds(&self) -> Result<(), EncodeError> {
        const MAX_LENGTH: usize = 1 << 26;
        if self.out.len() > MAX_LENGTH {
            return refused(format!("toml: text is longer than {MAX_LENGTH} bytes"));
        }
        Ok(())
    }

    fn descend(&mut self) -> Result<(), EncodeError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return refused(format!("toml: exceeded max depth of {MAX_DEPTH}"));
        }
        Ok(())
    }

    /// Writes `key = value`, a table or an array of tables, whatever the value is.
    fn entry(&mut self, key: &mut Vec<String>, value: &Value) -> Result<(), EncodeError> {
        self.within_bounds()?;
        if let Value::Func(_) | Value::Complex(_) = value {
            return refused(format!("unsupported type for key '{}': {}", dotted(key), value.kind()));
        }
        match (shape(value, self.depth, &self.looked_at)?, value) {
            // A nil slice is an empty one at the top.
            (Shape::Absent, Value::List(_)) if key.is_empty() => self.write("[]"),
            (Shape::Absent, _) => {}
            (Shape::Table, _) => {
                if key.len() == 1 {
                    self.newline();
                }
                if !key.is_empty() {
                    self.header(key, "[", "]");
                }
                self.table(key, value)?;
            }
            (Shape::TableArray, Value::List(list)) => {
                if key.is_empty() {
                    return refused("toml: top-level values must be Go maps or structs");
                }
                for item in list.items() {
                    self.newline();
                    self.header(key, "[[", "]]");
                    self.table(key, item)?;
                }
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
            }
        }
        Ok(())
    }

    fn header(&mut self, key: &[String], open: &str, close: &str) {
        self.indent(key.len());
        self.write(open);
        self.write(&dotted(key));
        self.write(close);
        self.newline();
    }

    fn table(&mut self, key: &mut Vec<String>, value: &Value) -> Result<(), EncodeError> {
        self.descend()?;
        let entries = entries(value, self.depth, &self.looked_at)?;
        for Entry { name, value, .. } in entries.direct.into_iter().chain(entries.tables) {
            key.push(name);
            self.entry(key, &value)?;
            key.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes a value after `=` or inside an array.
    fn element(&mut self, value: &Value) -> Result<(), EncodeError> {
        self.within_bounds()?;
        match value {
            Value::Str(s) => append_quoted(&mut self.out, s),
            Value::Bool(b) => self.write(if *b { "true" } else { "false" }),
            Value::Int(i) => self.write(&i.to_string()),
            Value::Float(f) => self.write(&float(*f, 64)),
            Value::Bytes(bytes) => {
                let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.write(&format!("[{}]", items.join(", ")));
            }
            Value::List(list) => self.array(list)?,
            Value::Map(_) => self.inline_table(value)?,
            Value::Object(o) => self.object(value, &**o)?,
            Value::Nil | Value::Func(_) | Value::Complex(_) => {
                return refused(format!("unexpected type: {}", value.type_name()));
            }
        }
        Ok(())
    }

    fn object(&mut self, value: &Value, object: &dyn Object) -> Result<(), EncodeError> {
        if let Some(time) = object.downcast_ref::<Time>() {
            self.write(&date(time));
        } else if let Some(duration) = object.downcast_ref::<Duration>() {
            append_quoted(&mut self.out, duration.to_string().as_bytes());
        } else if let Some(text) = object.marshal_text() {
            append_quoted(&mut self.out, text.as_bytes());
        } else if let Some(beneath) = object.underlying() {
            match beneath {
                Value::Float(f) if object.kind() == Kind::Float32 => self.write(&float(f, 32)),
                beneath => self.element(&beneath)?,
            }
        } else if let Some(pointee) = object.deref() {
            self.element(&pointee)?;
        } else {
            self.inline_table(value)?;
        }
        Ok(())
    }

    fn array(&mut self, list: &List) -> Result<(), EncodeError> {
        self.descend()?;
        self.write("[");
        for (i, item) in list.items().iter().enumerate() {
            if i > 0 {
                self.write(", ");
            }
            self.element(item)?;
        }
        self.write("]");
        self.depth -= 1;
        Ok(())
    }

    fn inline_table(&mut self, value: &Value) -> Result<(), EncodeError> {
        self.descend()?;
        let entries = entries(value, self.depth, &self.looked_at)?;
        let (direct, tables) = (entries.direct.len(), entries.tables.len());
        self.write("{");
        for (i, entry) in entries.direct.into_iter().chain(entries.tables).enumerate() {
            if shape(&entry.value, self.depth, &self.looked_at)? == Shape::Absent {
                continue;
            }
            self.write(&quoted_key(&entry.name));
            self.write(" = ");
            self.element(&entry.value)?;
            // Go leaves the comma out after the field that the struct declares last, wherever it stands here.
            let last = if entries.is_struct { entry.position } else { i };
            if last + 1 != direct + tables {
                self.write(", ");
            }
        }
        self.write("}");
        self.depth -= 1;
        Ok(())
    }
}

/// The entries of a map, sorted, or of a struct, in order of declaration.
fn entries(value: &Value, depth: usize, looked_at: &Cell<usize>) -> Result<Entries, EncodeError> {
    let mut entries = Entries { direct: Vec::new(), tables: Vec::new(), is_struct: false };
    let mut add = |name: String, value: Value, position: usize| {
        let is_table = matches!(shape(&value, depth, looked_at)?, Shape::Table | Shape::TableArray);
        let list = if is_table { &mut entries.tables } else { &mut entries.direct };
        list.push(Entry { name, value, position });
        Ok(())
    };
    match value {
        Value::Map(map) => map_entries(map, &mut add)?,
        Value::Object(object) => {
            let pointee = object.deref();
            let object = match &pointee {
                Some(Value::Object(pointee)) => pointee,
                _ => object,
            };
            for (position, field) in object.fields().into_iter().enumerate() {
                struct_entries(&**object, field, position, &mut add)?;
            }
            entries.is_struct = true;
        }
        _ => {}
    }
    Ok(entries)
}

/// Takes an entry.
type Add<'a> = dyn FnMut(String, Value, usize) -> Result<(), EncodeError> + 'a;

fn map_entries(map: &Map, add: &mut Add<'_>) -> Result<(), EncodeError> {
    if map.ty().key().is_some_and(|key| key.kind() != Kind::String) {
        return refused("toml: cannot encode a map with non-string key type");
    }
    for (key, value) in map.snapshot().iter() {
        if let Key::Str(name) = key {
            add(name.to_str().into_owned(), value.clone(), 0)?;
        }
    }
    Ok(())
}

/// Adds a field, or the fields of one that is embedded.
fn struct_entries(
    object: &dyn Object,
    field: StructField,
    position: usize,
    add: &mut Add<'_>,
) -> Result<(), EncodeError> {
    if object.is_embedded(field.name)
        && let Value::Object(inner) = &field.value
    {
        for field in inner.fields() {
            struct_entries(&**inner, field, position, add)?;
        }
        return Ok(());
    }
    if !field.name.starts_with(char::is_uppercase) || is_nil(&field.value) {
        return Ok(());
    }
    add(field.name.to_owned(), field.value, position)
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Map(map) => map.is_nil(),
        Value::List(list) => list.is_nil(),
        Value::Object(object) => object.is_nil(),
        _ => false,
    }
}

fn shape(value: &Value, depth: usize, looked_at: &Cell<usize>) -> Result<Shape, EncodeError> {
    looked_at.set(looked_at.get() + 1);
    if looked_at.get() > MAX_LOOKS {
        return refused("toml: value is too large");
    }
    if depth > MAX_DEPTH {
        return refused(format!("toml: exceeded max depth of {MAX_DEPTH}"));
    }
    Ok(match value {
        value if is_nil(value) => Shape::Absent,
        Value::Map(_) => Shape::Table,
        Value::List(list) => {
            let mut all_tables = !list.is_empty();
            for item in list.items() {
                match shape(item, depth + 1, looked_at)? {
                    Shape::Absent => return refused("toml: cannot encode array with nil element"),
                    Shape::Table => {}
                    _ => all_tables = false,
                }
            }
            if all_tables { Shape::TableArray } else { Shape::Simple }
        }
        Value::Object(object) => {
            let is_plain = object.downcast_ref::<Time>().is_some()
                || object.marshal_text().is_some()
                || object.underlying().is_some();
            if is_plain { Shape::Simple } else { Shape::Table }
        }
        Value::Func(_) | Value::Complex(_) => return refused(format!("unsupported type: {}", value.kind())),
        _ => Shape::Simple,
    })
}

/// A time; what was read without a zone is written without one.
fn date(time: &Time) -> String {
    match LOCAL_ZONES.iter().find(|(name, _)| time.zone().name() == *name) {
        Some((_, layout)) => time.in_zone(&Zone::UTC).format(layout),
        None => time.format(RFC3339_NANO),
    }
}

fn float(f: f64, bits: u32) -> String {
    if f.is_nan() {
        return if f.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if f.is_infinite() {
        return if f < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = strconv::format_float(f, b'g', -1, bits);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}
