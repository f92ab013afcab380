//! The Go type of `.Values`, of `.Template` and of the data of a template: a map with Helm's methods on it.

use std::sync::{Arc, OnceLock};

use govalue::{CallError, Map, Method, MethodSet, NamedType, Signature, Type, Value, strconv};
use helm_chart::Compat;

/// The type's name moved between Helm's packages; its methods are the same.
pub(crate) fn values_type(compat: Compat) -> Type {
    static TYPES: [OnceLock<Type>; 2] = [const { OnceLock::new() }; 2];
    let (at, name, methods): (_, _, &'static dyn MethodSet) = match compat {
        Compat::V3 => (0, "chartutil.Values", &ValuesMethods(Compat::V3)),
        Compat::V4 => (1, "common.Values", &ValuesMethods(Compat::V4)),
    };
    let make =
        || Type::Named(Arc::new(NamedType { name, underlying: Map::string_any(), methods: Some(methods) }));
    TYPES[at].get_or_init(make).clone()
}

struct ValuesMethods(Compat);

/// Why a path leads to nothing (Helm's `ErrNoTable`, `ErrNoValue`).
#[derive(Debug, thiserror::Error)]
enum PathError {
    #[error("{} is not a table", strconv::quote(.0))]
    NoTable(Vec<u8>),
    #[error("{} is not a value", strconv::quote(.0))]
    NoValue(Vec<u8>),
    #[error("YAML path cannot be empty")]
    Empty,
}

impl MethodSet for ValuesMethods {
    fn method(&self, receiver: &Value, name: &str) -> Option<Method> {
        // Most names are those of entries.
        if !matches!(name, "AsMap" | "Encode" | "PathValue" | "Table" | "YAML") {
            return None;
        }
        let Value::Map(values) = receiver else { return None };
        let values = values.clone();
        let compat = self.0;
        let method = |params, result, fallible, body| Method {
            signature: Signature { params, variadic: false, result, fallible },
            body,
        };
        Some(match name {
            "AsMap" => {
                method(Vec::new(), Map::string_any(), false, Box::new(move |_| Ok(as_map(&values).into())))
            }
            "Table" => method(
                vec![Type::STRING],
                values_type(compat),
                true,
                Box::new(move |args| Ok(table(&values, path(args))?.retyped(values_type(compat)).into())),
            ),
            "PathValue" => method(
                vec![Type::STRING],
                Type::Any,
                true,
                Box::new(move |args| Ok(path_value(&values, path(args))?)),
            ),
            "YAML" => method(
                Vec::new(),
                Type::STRING,
                true,
                Box::new(move |_| {
                    let text = govalue::yaml::sigs::marshal(&Value::Map(values.clone()));
                    text.map(Value::str).map_err(CallError::from)
                }),
            ),
            // No template has a writer to give.
            _ => method(
                vec![Type::Interface("io.Writer".into())],
                Type::Error,
                false,
                Box::new(|_| Ok(Value::Nil)),
            ),
        })
    }
}

fn path(args: &[Value]) -> &[u8] {
    args.first().and_then(Value::as_str).map_or(&[], |s| s.as_bytes())
}

fn as_map(values: &Map) -> Map {
    if values.is_empty() { Map::new() } else { values.retyped(Map::string_any()) }
}

/// Helm's `Values.Table`: the map at a path with dots.
pub(crate) fn find_table(values: &Map, path: &str) -> Option<Map> {
    table(values, path.as_bytes()).ok()
}

fn table(values: &Map, path: &[u8]) -> Result<Map, PathError> {
    path.split(|b| *b == b'.').try_fold(values.clone(), |map, key| match map.get(key) {
        Some(Value::Map(inner)) => Ok(inner),
        _ => Err(PathError::NoTable(key.to_vec())),
    })
}

/// What lies at a path with dots, unless it is a map.
fn path_value(values: &Map, path: &[u8]) -> Result<Value, PathError> {
    if path.is_empty() {
        return Err(PathError::Empty);
    }
    let (map, key) = match path.iter().rposition(|b| *b == b'.') {
        None => (Ok(values.clone()), path),
        Some(dot) => (table(values, &path[..dot]), &path[dot + 1..]),
    };
    let no_value = || PathError::NoValue(key.to_vec());
    match map.map_err(|_| no_value())?.get(key) {
        None => Err(no_value()),
        Some(Value::Map(inner)) if inner.is_string_any() => Err(no_value()),
        Some(value) => Ok(value),
    }
}
