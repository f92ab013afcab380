//! Handing the fields that a manager owns by plain updates over to its server-side applies.
//!
//! A release that was made with client-side patches has its fields owned by the manager's `Update` entries; the
//! first server-side apply would share them, and could never remove one. Kubernetes' `csaupgrade` defines how the
//! entries are to be joined.

use serde_json::{Map, Value, json};

use crate::Object;

/// The JSON patch that joins the `Update` entries of a manager with its `Apply` entry; none when there is nothing
/// to do. It is bound to the object's resource version: a change meanwhile is a conflict.
pub fn upgrade_patch(object: &Object, manager: &str) -> Option<Value> {
    let entries = object.field(&["metadata", "managedFields"])?.as_array()?;
    let upgraded = upgrade(entries, manager)?;
    Some(json!([
        { "op": "replace", "path": "/metadata/managedFields", "value": upgraded },
        { "op": "replace", "path": "/metadata/resourceVersion", "value": object.resource_version() },
    ]))
}

fn is_entry(entry: &Value, manager: &str, operation: &str) -> bool {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    text("manager") == manager && text("operation") == operation && text("subresource").is_empty()
}

/// The new entries; none when no `Update` entry of the manager is there to be joined.
fn upgrade(entries: &[Value], manager: &str) -> Option<Vec<Value>> {
    let is_update = |entry: &Value| is_entry(entry, manager, "Update");
    // Entries are ordered with the most recent first.
    let first_update = entries.iter().position(is_update)?;
    let target = entries.iter().position(|entry| is_entry(entry, manager, "Apply")).unwrap_or(first_update);
    let version = entries[target].get("apiVersion");
    // Only fields of the same API version can be joined; those of others are given up.
    let is_joined = |(index, entry): &(usize, &Value)| {
        *index != target && is_update(entry) && entry.get("apiVersion") == version
    };
    let joined = entries.iter().enumerate().find(is_joined).map(|(_, entry)| entry);

    let mut result = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        if index == target {
            let mut entry = entry.clone();
            let mut fields = field_set(entry.get("fieldsV1"));
            if let Some(joined) = joined {
                fields = union(fields, field_set(joined.get("fieldsV1")));
            }
            entry["operation"] = "Apply".into();
            entry["fieldsV1"] = Value::Object(fields);
            result.push(entry);
        } else if !is_update(entry) {
            result.push(entry.clone());
        }
    }
    Some(result)
}

/// A set of field paths: whether the path itself is in it, and what lies below.
struct Node {
    is_member: bool,
    children: Map<String, Value>,
}

/// A set as it is stored, without kinds of paths that do not exist.
fn field_set(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).map(known_paths).unwrap_or_default()
}

/// A path without anything below is a member; one with is a member if it says so by `.`.
fn node(mut children: Map<String, Value>) -> Node {
    let is_member = children.remove(".").is_some() || children.is_empty();
    Node { is_member, children }
}

fn union(a: Map<String, Value>, b: Map<String, Value>) -> Map<String, Value> {
    let mut result = a;
    for (path, below) in b {
        let Value::Object(below) = below else { continue };
        let joined = match result.remove(&path) {
            Some(Value::Object(other)) => {
                let (a, b) = (node(other), node(below));
                let mut children = union(a.children, b.children);
                if (a.is_member || b.is_member) && !children.is_empty() {
                    children.insert(".".to_owned(), json!({}));
                }
                children
            }
            _ => below,
        };
        result.insert(path, Value::Object(joined));
    }
    result
}

fn known_paths(set: &Map<String, Value>) -> Map<String, Value> {
    let is_path = |path: &str| path == "." || matches!(path.get(..2), Some("f:" | "v:" | "k:" | "i:"));
    let mut known: Map<String, Value> = set
        .iter()
        .filter(|(path, _)| is_path(path))
        .map(|(path, below)| {
            let below = below.as_object().map(known_paths).unwrap_or_default();
            (path.clone(), Value::Object(below))
        })
        .collect();
    // A path with nothing below it is written without the sign of a member.
    if known.len() == 1 {
        known.remove(".");
    }
    known
}
