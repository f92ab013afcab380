//! JSON merge patch (RFC 7396), two-way and three-way.

use serde_json::{Map, Value};

use super::{PatchError, go_text};

/// The patch that turns one map into another. A key that is gone becomes `null`; a list is replaced as a whole.
///
/// `apply(diff(a, b), a) == b` holds for every `b` without nulls: the format has no way to say `null`.
pub fn diff(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, new) in to {
        match (from.get(key), new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                let inner = diff(old, new);
                if !inner.is_empty() {
                    patch.insert(key.clone(), Value::Object(inner));
                }
            }
            _ => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    patch
}

/// Applies a patch to a document.
///
/// Values that are new in the document lose their nulls, in lists too, as in the library the API server applies
/// merge patches with.
pub fn apply(patch: &Value, document: &mut Value) {
    match (patch, document) {
        (Value::Object(patch), Value::Object(document)) => apply_map(patch, document),
        (patch, document @ Value::Object(_)) => *document = patch.clone(),
        (patch, document) => *document = pruned(patch),
    }
}

fn apply_map(patch: &Map<String, Value>, document: &mut Map<String, Value>) {
    for (key, value) in patch {
        if value.is_null() {
            document.remove(key);
        } else {
            apply(value, document.entry(key.clone()).or_insert(Value::Null));
        }
    }
}

/// A value without the keys that are null.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), pruned(value)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.iter().map(pruned).collect()),
        scalar => scalar.clone(),
    }
}

/// The merge patch that brings a live object to a new state: what the new state says is changed, what was in the
/// original state and is no more is removed, what others have added meanwhile stays. Fails if the object would
/// get another `apiVersion`, `kind` or name.
///
/// Helm patches custom resources so, as `kubectl apply` does.
pub fn three_way(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    current: &Map<String, Value>,
) -> Result<Map<String, Value>, PatchError> {
    let changes = without_nulls(diff(current, modified));
    let mut patch = only_nulls(diff(original, modified));
    apply_map(&changes, &mut patch);
    let renamed =
        patch.get("metadata").and_then(Value::as_object).is_some_and(|map| map.contains_key("name"));
    if renamed || patch.contains_key("apiVersion") || patch.contains_key("kind") {
        let patch = go_text::text(&Value::Object(patch)).into_owned();
        return Err(PatchError::Precondition { patch });
    }
    Ok(patch)
}

/// The additions and changes of a patch.
fn without_nulls(patch: Map<String, Value>) -> Map<String, Value> {
    let keep = |value: Value| match value {
        Value::Null => None,
        // A map that is empty from the start is a value, one that becomes empty is no change.
        Value::Object(map) if map.is_empty() => Some(Value::Object(map)),
        Value::Object(map) => Some(without_nulls(map)).filter(|map| !map.is_empty()).map(Value::Object),
        other => Some(other),
    };
    patch.into_iter().filter_map(|(key, value)| Some((key, keep(value)?))).collect()
}

/// The deletions of a patch.
fn only_nulls(patch: Map<String, Value>) -> Map<String, Value> {
    let keep = |value: Value| match value {
        Value::Null => Some(Value::Null),
        Value::Object(map) => Some(only_nulls(map)).filter(|map| !map.is_empty()).map(Value::Object),
        _ => None,
    };
    patch.into_iter().filter_map(|(key, value)| Some((key, keep(value)?))).collect()
}
