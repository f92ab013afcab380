//! Draw values, written as a person would write them.

use super::draw::Draw;

/// Keys that a chart or an alias may be called by.
pub(super) const SLOTS: &[&str] = &["one", "two", "three", "x", "y", "data"];

/// Keys of values: few, so that tables meet; names of subcharts and of what Helm looks for among them.
const KEYS: &[&str] =
    &["a", "b", "c", "one", "two", "three", "x", "y", "global", "tags", "exports", "enabled", "data"];

/// Scalars as they stand in a file.
const SCALARS: &[&str] = &[
    "null",
    "~",
    "null",
    "null",
    "true",
    "false",
    "false",
    "true",
    "0",
    "1",
    "2",
    "1000000",
    "1.5",
    "1.50",
    "-3",
    "0x1F",
    "010",
    "0o17",
    "1_000",
    "1e3",
    "yes",
    "off",
    "\"null\"",
    "'1'",
    "text",
    "\"\"",
    "two words",
    "2001-01-01",
    "12:30:45",
    "12345678901234567890",
    "123456789012345678901234567890",
    "1e400",
    "0.1",
    "!!str 1",
    "\"\\u00e9\\t\"",
    "é",
    "[]",
    "{}",
    "[1, null, {a: null}]",
    "[a, b]",
    "[[1], [2]]",
    "\"a: b\"",
    "|-\n  block",
    ">\n  folded\n  text\n",
    "\"{{ .Values.a }}\"",
    "!!binary aGk=",
    "-0.0",
    ".5",
    "+1",
    "=",
    "<<",
    "*gone",
];

/// One value.
pub(super) enum Value {
    /// As it stands in the file.
    Scalar(&'static str),
    Table(Vec<(String, Value)>),
}

/// A table of values.
pub(super) fn table(r: &mut Draw, depth: usize) -> Value {
    let mut entries: Vec<(String, Value)> = Vec::new();
    for _ in 0..r.below(5) {
        let key = key(r);
        if entries.iter().all(|(k, _)| *k != key) || r.bad(2) {
            let value = value(r, &key, depth);
            entries.push((key, value));
        }
    }
    Value::Table(entries)
}

fn value(r: &mut Draw, key: &str, depth: usize) -> Value {
    // What is under the name of a subchart has to be a table.
    let slot = SLOTS.contains(&key);
    let tables = match key {
        _ if slot && !r.bad(25) => 100,
        "global" | "tags" | "exports" => 85,
        _ => 40,
    };
    match r.chance(tables) {
        true if depth > 0 => table(r, depth - 1),
        true if slot => Value::Table(Vec::new()),
        _ => Value::Scalar(scalar(r)),
    }
}

fn scalar(r: &mut Draw) -> &'static str {
    // The odd ones less often: most of them spoil the file.
    let usual = !r.bad(2);
    loop {
        let scalar = r.pick(SCALARS);
        if !usual || !matches!(scalar, "*gone" | "<<" | "=" | "1e400" | "!!binary aGk=") {
            return scalar;
        }
    }
}

pub(super) fn key(r: &mut Draw) -> String {
    r.pick(KEYS).to_owned()
}

/// A path into values: names only.
pub(super) fn path(r: &mut Draw) -> Vec<String> {
    let mut parts: Vec<String> = (0..1 + r.below(3)).map(|_| key(r)).collect();
    // What is under the name of a subchart has to be a table.
    if parts.last().is_some_and(|last| SLOTS.contains(&last.as_str())) && !r.bad(25) {
        parts.push(r.pick(&["a", "b", "c", "enabled"]).to_owned());
    }
    parts
}

impl Value {
    /// The value as a document.
    pub(super) fn document(&self, r: &mut Draw) -> String {
        let mut out = String::new();
        match self {
            Value::Table(entries) if !entries.is_empty() => block(r, entries, 0, &mut out),
            Value::Table(_) => out.push_str(r.pick(&["", "{}\n", "# nothing\n", "---\n"])),
            Value::Scalar(text) => {
                out.push_str(text);
                out.push('\n');
            }
        }
        match r.below(40) {
            0 => out.replace('\n', "\r\n"),
            1 => format!("\u{feff}{out}"),
            2 => format!("---\n{out}"),
            _ => out,
        }
    }
}

fn block(r: &mut Draw, entries: &[(String, Value)], indent: usize, out: &mut String) {
    let mut anchor = None;
    for (at, (key, value)) in entries.iter().enumerate() {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(key);
        out.push(':');
        match value {
            Value::Scalar(text) => {
                out.push(' ');
                // Lines of a block lie deeper than their key.
                let inner = format!("\n{}", " ".repeat(indent + 2));
                out.push_str(text.trim_end().replace("\n  ", &inner).as_str());
                out.push('\n');
            }
            Value::Table(inner) if inner.is_empty() => out.push_str(" {}\n"),
            Value::Table(_) if anchor.is_some() && r.chance(15) => {
                let name = anchor.unwrap_or_default();
                out.push_str(&match r.below(2) {
                    0 => format!(" *t{name}\n"),
                    _ => format!(" {{<<: *t{name}, b: 1}}\n"),
                });
            }
            Value::Table(inner) => {
                if indent == 0 && r.chance(15) {
                    out.push_str(&format!(" &t{at}"));
                    anchor = Some(at);
                }
                out.push('\n');
                block(r, inner, indent + 2, out);
            }
        }
    }
}
