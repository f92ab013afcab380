use govalue::{Map, Value};

use crate::go::quoted;

/// Why a path names nothing of the wanted kind; texts as Helm's `ErrNoTable` and `ErrNoValue`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum LookupError {
    #[error("{} is not a table", quoted(key))]
    NoTable { key: String },
    #[error("{} is not a value", quoted(key))]
    NoValue { key: String },
    #[error("YAML path cannot be empty")]
    EmptyPath,
}

/// The table at a path with dots (`Values.Table`). A nil table within reach is a table.
pub fn table(values: &Map, path: &str) -> Result<Map, LookupError> {
    path.split('.').try_fold(values.clone(), |table, key| match table.get(key) {
        Some(Value::Map(inner)) => Ok(inner),
        _ => Err(LookupError::NoTable { key: key.to_owned() }),
    })
}

/// The value at a path with dots, which must not be a table (`Values.PathValue`).
pub fn path_value(values: &Map, path: &str) -> Result<Value, LookupError> {
    if path.is_empty() {
        return Err(LookupError::EmptyPath);
    }
    let (parent, key) = match path.rsplit_once('.') {
        Some((parent, key)) => (table(values, parent).ok(), key),
        None => (Some(values.clone()), path),
    };
    match parent.and_then(|p| p.get(key)) {
        None | Some(Value::Map(_)) => Err(LookupError::NoValue { key: key.to_owned() }),
        Some(value) => Ok(value),
    }
}
