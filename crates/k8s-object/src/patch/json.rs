//! JSON patch (RFC 6902).

use serde_json::Value;

use super::PatchError;

/// Applies a list of operations, in order; at the first that does not apply the document may be half changed.
pub fn apply(operations: &[Value], document: &mut Value) -> Result<(), PatchError> {
    operations.iter().try_for_each(|operation| apply_one(operation, document))
}

fn apply_one(operation: &Value, document: &mut Value) -> Result<(), PatchError> {
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    let name = text("op").ok_or_else(|| bad(operation))?;
    let path = text("path").ok_or_else(|| bad(operation))?;
    let missing = || PatchError::MissingPath { operation: name.to_owned(), path: path.to_owned() };
    match name {
        "add" => add(document, path, value(operation)?).ok_or_else(missing),
        "remove" => remove(document, path).map(drop).ok_or_else(missing),
        "replace" => {
            let target = document.pointer_mut(path).ok_or_else(missing)?;
            *target = value(operation)?;
            Ok(())
        }
        "move" => {
            let from = text("from").ok_or_else(|| bad(operation))?;
            let moved = remove(document, from).ok_or_else(missing)?;
            add(document, path, moved).ok_or_else(missing)
        }
        "copy" => {
            let from = text("from").ok_or_else(|| bad(operation))?;
            let copied = document.pointer(from).cloned().ok_or_else(missing)?;
            add(document, path, copied).ok_or_else(missing)
        }
        "test" => {
            // An absent value equals null, as in the library the API server applies JSON patches with.
            let holds = document.pointer(path).unwrap_or(&Value::Null) == &value(operation)?;
            if holds { Ok(()) } else { Err(PatchError::TestFailed { path: path.to_owned() }) }
        }
        _ => Err(PatchError::BadDirective(format!("unexpected kind: {name}"))),
    }
}

fn bad(operation: &Value) -> PatchError {
    PatchError::BadDirective(format!("not a JSON patch operation: {operation}"))
}

fn value(operation: &Value) -> Result<Value, PatchError> {
    operation.get("value").cloned().ok_or_else(|| bad(operation))
}

/// Splits a JSON pointer (RFC 6901) into that of the parent and the last token.
fn split(path: &str) -> Option<(&str, String)> {
    let (parent, token) = path.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}

fn add(document: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        *document = value;
        return Some(());
    }
    let (parent, token) = split(path)?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => {
            map.insert(token, value);
        }
        Value::Array(list) if token == "-" => list.push(value),
        Value::Array(list) => {
            let index = token.parse::<usize>().ok().filter(|index| *index <= list.len())?;
            list.insert(index, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(document: &mut Value, path: &str) -> Option<Value> {
    let (parent, token) = split(path)?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => map.remove(&token),
        Value::Array(list) => {
            let index = token.parse::<usize>().ok().filter(|index| *index < list.len())?;
            Some(list.remove(index))
        }
        _ => None,
    }
}
