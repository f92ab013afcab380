//! What this crate makes of charts and values, against what Helm's own packages make of them.
//!
//! The judge is the Go program in `tests/oracle`. Cases are random; `SEED` repeats a run, `CASES` sets how many.

mod archive;
mod ignore;
mod load;
mod origin;
mod path;
mod process;
mod random;
mod scaffold;
mod schema;
mod strvals;

use std::path::Path;

use govalue::{Key, Value};
use helm_chart::{Compat, Warning};
use helm_testkit::oracle::Oracle;
use serde_json::{Value as Json, json};

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

const BOTH: [Compat; 2] = [Compat::V3, Compat::V4];

fn number(compat: Compat) -> u8 {
    match compat {
        Compat::V3 => 3,
        Compat::V4 => 4,
    }
}

/// A value with Go's types told apart, as the oracle writes it.
fn typed(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Str(s) => json!(s.to_str()),
        Value::Float(f) => json!({"float64": govalue::strconv::format_float(*f, b'g', -1, 64)}),
        Value::Int(i) => {
            let name = value.type_name();
            json!({ name: i.to_string() })
        }
        Value::List(list) => list.items().iter().map(typed).collect(),
        Value::Map(map) if map.is_nil() => json!({}),
        Value::Map(map) => typed_map(map),
        other => panic!("no value of a chart: {other:?}"),
    }
}

fn typed_map(map: &govalue::Map) -> Json {
    let snapshot = map.snapshot();
    let entries = snapshot.iter().map(|(key, value)| match key {
        Key::Str(key) => (key.to_str().into_owned(), typed(value)),
        other => panic!("no key of a chart: {other:?}"),
    });
    Json::Object(entries.collect())
}

/// The lines that Helm would log, sorted: Go walks its maps in random order.
fn lines(warnings: &[Warning], compat: Compat) -> Vec<String> {
    let mut lines: Vec<String> = warnings.iter().map(|w| line(w, compat)).collect();
    lines.sort();
    lines
}

fn line(warning: &Warning, compat: Compat) -> String {
    if compat == Compat::V3 || warning.fields.is_empty() {
        return warning.legacy.clone();
    }
    let quoted = |text: &str| match text.contains([' ', '"', '=']) {
        true => govalue::strconv::quote(text),
        false => text.to_owned(),
    };
    let fields: String = warning.fields.iter().map(|(k, v)| format!(" {k}={}", quoted(v))).collect();
    format!("msg={}{fields}", quoted(&warning.message))
}

/// The oracle's lines without the place in the source, which differs between the versions.
fn without_place(answer: &Json) -> Vec<String> {
    let lines = answer["warnings"].as_array().expect("warnings").iter().filter_map(Json::as_str);
    let lines = lines.filter(|l| !l.is_empty()).map(|l| match l.split_once(".go:") {
        Some((_, rest)) => rest.split_once(": ").map_or(l, |(_, message)| message).to_owned(),
        None => l.to_owned(),
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}
