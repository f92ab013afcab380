//! JSON merge patch (RFC 7396), two-way and three-way.

use serde_json::{Map, Value};

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
pub fn apply(patch: &Value, document: &mut Value) {
    let Value::Object(patch) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    if let Value::Object(document) = document {
        apply_map(patch, document);
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
