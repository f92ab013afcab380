use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{GroupVersionKind, ObjectRef};

/// A Kubernetes object: a JSON map that has `apiVersion`, `kind` and `metadata` by convention, none by force.
///
/// The value inside is always a map; absent or wrongly typed fields read as absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Object(Value);

/// A JSON value that is no map, and so no Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a Kubernetes object must be a map, not {found}")]
pub struct NotAnObject {
    /// The JSON type that was found instead.
    pub found: &'static str,
}

impl Object {
    /// Wraps a JSON value, which has to be a map.
    pub fn from_value(value: Value) -> Result<Object, NotAnObject> {
        let found = match &value {
            Value::Object(_) => return Ok(Object(value)),
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
        };
        Err(NotAnObject { found })
    }

    /// Wraps a JSON map.
    pub fn from_map(map: Map<String, Value>) -> Object {
        Object(Value::Object(map))
    }

    /// An object with nothing but its identity; an empty namespace is left out.
    pub fn new(api_version: &str, kind: &str, namespace: &str, name: &str) -> Object {
        let mut metadata = Map::new();
        metadata.insert("name".to_owned(), name.into());
        if !namespace.is_empty() {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        let mut map = Map::new();
        map.insert("apiVersion".to_owned(), api_version.into());
        map.insert("kind".to_owned(), kind.into());
        map.insert("metadata".to_owned(), Value::Object(metadata));
        Object::from_map(map)
    }

    /// The JSON value; always a map.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The JSON value; always a map.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// The top-level fields.
    pub fn as_map(&self) -> &Map<String, Value> {
        match &self.0 {
            Value::Object(map) => map,
            _ => unreachable!("an Object always holds a map"),
        }
    }

    /// The top-level fields, to change.
    pub fn as_map_mut(&mut self) -> &mut Map<String, Value> {
        match &mut self.0 {
            Value::Object(map) => map,
            _ => unreachable!("an Object always holds a map"),
        }
    }

    /// The value at a path of map keys.
    pub fn field(&self, path: &[&str]) -> Option<&Value> {
        let mut value = &self.0;
        for key in path {
            value = value.as_object()?.get(*key)?;
        }
        Some(value)
    }

    /// The text at a path of map keys; empty when it is absent or no text.
    pub fn text(&self, path: &[&str]) -> &str {
        self.field(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// The whole number at a path of map keys.
    pub fn integer(&self, path: &[&str]) -> Option<i64> {
        self.field(path).and_then(Value::as_i64)
    }

    /// `apiVersion`, or empty.
    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }

    /// `kind`, or empty.
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    /// `metadata.name`, or empty.
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// `metadata.generateName`, or empty.
    pub fn generate_name(&self) -> &str {
        self.text(&["metadata", "generateName"])
    }

    /// `metadata.namespace`, or empty.
    pub fn namespace(&self) -> &str {
        self.text(&["metadata", "namespace"])
    }

    /// `metadata.uid`, or empty.
    pub fn uid(&self) -> &str {
        self.text(&["metadata", "uid"])
    }

    /// `metadata.resourceVersion`, or empty.
    pub fn resource_version(&self) -> &str {
        self.text(&["metadata", "resourceVersion"])
    }

    /// `metadata.generation`, if set.
    pub fn generation(&self) -> Option<i64> {
        self.integer(&["metadata", "generation"])
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.field(&["metadata", "labels", key])?.as_str()
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.field(&["metadata", "annotations", key])?.as_str()
    }

    /// Group, version and kind.
    pub fn group_version_kind(&self) -> GroupVersionKind {
        GroupVersionKind::from_api_version(self.api_version(), self.kind())
    }

    /// What names this object.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            api_version: self.api_version().to_owned(),
            kind: self.kind().to_owned(),
            namespace: self.namespace().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// Sets `metadata.namespace`, or removes it when the text is empty.
    pub fn set_namespace(&mut self, namespace: &str) {
        if namespace.is_empty() {
            if let Some(Value::Object(metadata)) = self.as_map_mut().get_mut("metadata") {
                metadata.remove("namespace");
            }
        } else {
            self.section("metadata").insert("namespace".to_owned(), namespace.into());
        }
    }

    /// Sets `metadata.resourceVersion`, or removes it when the text is empty.
    pub fn set_resource_version(&mut self, version: &str) {
        let metadata = self.section("metadata");
        if version.is_empty() {
            metadata.remove("resourceVersion");
        } else {
            metadata.insert("resourceVersion".to_owned(), version.into());
        }
    }

    /// Sets a label.
    pub fn set_label(&mut self, key: &str, value: &str) {
        subsection(self.section("metadata"), "labels").insert(key.to_owned(), value.into());
    }

    /// Sets an annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        subsection(self.section("metadata"), "annotations").insert(key.to_owned(), value.into());
    }

    /// The items of a list kind (`kind` ends in `List` and there are `items`), as the API defines lists.
    pub fn list_items(&self) -> Option<&[Value]> {
        if !self.kind().ends_with("List") {
            return None;
        }
        self.field(&["items"])?.as_array().map(Vec::as_slice)
    }

    fn section(&mut self, key: &str) -> &mut Map<String, Value> {
        subsection(self.as_map_mut(), key)
    }
}

/// The map under `key`, made (in place of anything that is no map) if need be.
fn subsection<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let entry = map.entry(key).or_insert(Value::Null);
    if !entry.is_object() {
        *entry = Value::Object(Map::new());
    }
    match entry {
        Value::Object(inner) => inner,
        _ => unreachable!("just made a map"),
    }
}

impl TryFrom<Value> for Object {
    type Error = NotAnObject;

    fn try_from(value: Value) -> Result<Object, NotAnObject> {
        Object::from_value(value)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        Map::deserialize(deserializer).map(Object::from_map)
    }
}
