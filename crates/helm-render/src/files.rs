//! `.Files`: the chart's other files, with Helm's methods on them.

use std::sync::Arc;

use base64::Engine;
use govalue::{Key, Kind, List, Map, Method, MethodSet, NamedType, Signature, Str, Type, Value};
use helm_chart::File;

use crate::glob::Glob;

/// The Go type of `.Files`: a map with methods.
fn files_type() -> Type {
    static TYPE: std::sync::OnceLock<Type> = std::sync::OnceLock::new();
    TYPE.get_or_init(|| {
        Type::Named(Arc::new(NamedType {
            name: "engine.files",
            underlying: Type::map(Type::STRING, Type::slice(Type::Basic(Kind::Uint8))),
            methods: Some(&FilesMethods),
        }))
    })
    .clone()
}

/// The value of `.Files`.
pub(crate) fn files_value(files: &[File]) -> Value {
    let entries = files.iter().map(|f| (Key::from(f.name.as_str()), Value::Bytes(f.data.clone()))).collect();
    Value::Map(Map::from_entries(files_type(), entries))
}

struct FilesMethods;

/// What a method answers for the files and the name it was given.
type Body = fn(&Map, &[u8]) -> Value;

impl MethodSet for FilesMethods {
    fn method(&self, receiver: &Value, name: &str) -> Option<Method> {
        let Value::Map(files) = receiver else { return None };
        let files = files.clone();
        let (takes_name, result, body): (bool, Type, Body) = match name {
            "Get" => (true, Type::STRING, |f, n| Value::Str(content(f, n))),
            "GetBytes" => (true, Type::slice(Type::Basic(Kind::Uint8)), |f, n| Value::Bytes(content(f, n))),
            "Glob" => (true, files_type(), glob),
            "Lines" => (true, Type::slice(Type::STRING), lines),
            "AsConfig" => (false, Type::STRING, |f, _| as_yaml(f, |data| Value::Str(data.clone()))),
            "AsSecrets" => (false, Type::STRING, |f, _| {
                as_yaml(f, |data| {
                    Value::str(base64::engine::general_purpose::STANDARD.encode(data.as_bytes()))
                })
            }),
            _ => return None,
        };
        Some(Method {
            signature: Signature {
                params: if takes_name { vec![Type::STRING] } else { Vec::new() },
                variadic: false,
                result,
                fallible: false,
            },
            body: Box::new(move |args| {
                let argument = args.first().and_then(Value::as_str).map_or(&[][..], |s| s.as_bytes());
                Ok(body(&files, argument))
            }),
        })
    }
}

/// The file's bytes; empty for a file that is not there.
fn content(files: &Map, name: &[u8]) -> Str {
    match files.get(name) {
        Some(Value::Bytes(data)) => data,
        _ => Str::default(),
    }
}

/// The files whose names match; a malformed pattern matches all, as in Helm.
fn glob(files: &Map, pattern: &[u8]) -> Value {
    let glob = std::str::from_utf8(pattern).ok().and_then(Glob::new);
    let entries = files
        .snapshot()
        .iter()
        .filter(|(k, _)| match (&glob, k) {
            (Some(g), Key::Str(name)) => g.matches(&name.to_str()),
            _ => true,
        })
        .cloned()
        .collect();
    Value::Map(Map::from_entries(files_type(), entries))
}

fn lines(files: &Map, name: &[u8]) -> Value {
    let data = content(files, name);
    let bytes = data.strip_suffix(b"\n").unwrap_or(&data);
    if data.is_empty() {
        return Value::List(List::strings(Vec::<Value>::new()));
    }
    Value::List(List::strings(bytes.split(|b| *b == b'\n').map(Value::str)))
}

/// A YAML map from base names to contents.
fn as_yaml(files: &Map, convert: fn(&Str) -> Value) -> Value {
    let mut entries = Vec::new();
    for (key, value) in files.snapshot().iter() {
        if let (Key::Str(name), Value::Bytes(data)) = (key, value) {
            entries.push((Key::Str(Str::from(base_name(name))), convert(data)));
        }
    }
    let map = Map::from_string_entries(entries);
    Value::str(crate::funcs::to_yaml(&Value::Map(map)))
}

/// Go's `path.Base`.
fn base_name(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|b| *b != b'/').map_or(0, |p| p + 1);
    match (path.is_empty(), end) {
        (true, _) => b".",
        (false, 0) => b"/",
        _ => path[..end].rsplit(|b| *b == b'/').next().unwrap_or(path),
    }
}
