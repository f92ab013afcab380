//! `sigs.k8s.io/yaml`: YAML by way of JSON.

use super::node::{Document, Text};
use super::tree::Tree;
use super::{Dialect, Placed, YamlError, decode, marshal};
use crate::{Map, Value, json, strconv};

/// Reads the first document into an `interface {}`: maps are `map[string]interface {}`, numbers `float64`.
/// Text without a document is nil (`yaml.Unmarshal`).
pub fn unmarshal(text: &[u8]) -> Result<Value, YamlError> {
    read(text, false)
}

/// As [`unmarshal`]; a repeated key is an error (`yaml.UnmarshalStrict`).
pub fn unmarshal_strict(text: &[u8]) -> Result<Value, YamlError> {
    read(text, true)
}

/// Reads the first document into an empty `map[string]interface {}`: nil leaves it empty, anything but a mapping is
/// an error (`yaml.Unmarshal`).
pub fn unmarshal_map(text: &[u8]) -> Result<Map, YamlError> {
    as_map(unmarshal(text)?)
}

/// As [`unmarshal_map`]; a repeated key is an error (`yaml.UnmarshalStrict`).
pub fn unmarshal_map_strict(text: &[u8]) -> Result<Map, YamlError> {
    as_map(unmarshal_strict(text)?)
}

/// Reads the first document as JSON (`yaml.YAMLToJSON`): whole numbers stay integers, and floats floats. A field for
/// text takes a float's own spelling (`1e+06`); for an object of Kubernetes apply [`settle_numbers`].
pub fn to_json_value(text: &[u8]) -> Result<serde_json::Value, YamlError> {
    read(text, false)
}

/// As [`to_json_value`]; a repeated key is an error (`yaml.YAMLToJSONStrict`).
pub fn to_json_value_strict(text: &[u8]) -> Result<serde_json::Value, YamlError> {
    read(text, true)
}

/// Makes numbers what they are once Go has written the value as JSON and Kubernetes has read it: JSON does not tell a
/// whole float from an integer, and what an `int64` holds is read as one, the rest as a float
/// (`sigs.k8s.io/json`, `UnmarshalCaseSensitivePreserveInts`).
pub fn settle_numbers(value: &mut serde_json::Value) {
    // The digits that are written count: those of a large float stand for another integer than the float itself.
    let written = |float: f64| strconv::format_float(float, b'f', -1, 64).parse::<i64>().ok();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            serde_json::Value::Number(number) if number.is_i64() => {}
            serde_json::Value::Number(number) => {
                let float = number.as_f64().unwrap_or_default();
                let whole = if float.fract() == 0.0 { written(float) } else { None };
                *value = whole.map_or_else(|| float.into(), Into::into);
            }
            serde_json::Value::Array(items) => pending.extend(items),
            serde_json::Value::Object(entries) => pending.extend(entries.values_mut()),
            _ => {}
        }
    }
}

/// The value of a document that was parsed before (with [`Dialect::V2`]) (`yaml.Unmarshal`).
pub fn value_of(document: &Document<'_>) -> Result<Value, YamlError> {
    decode::decode(document, false).map_err(YamlError::while_converting)
}

/// As [`unmarshal`], with the lines on which everything stands (`yaml.Unmarshal`).
pub fn unmarshal_placed(text: &[u8]) -> Result<Placed, YamlError> {
    read(text, false)
}

/// Writes a value (`yaml.Marshal`).
pub fn marshal(value: &Value) -> Result<Vec<u8>, YamlError> {
    marshal::write(value, |value| json::encode(value).map_err(|error| YamlError::marshal(error.to_string())))
}

/// Writes a JSON value (`yaml.Marshal`, or `yaml.JSONToYAML`).
pub fn marshal_json(value: &serde_json::Value) -> Result<Vec<u8>, YamlError> {
    marshal::write(value, |value| {
        json::encode(&json::from_serde(value.clone())).map_err(|error| YamlError::marshal(error.to_string()))
    })
}

fn read<T: Tree>(text: &[u8], strict: bool) -> Result<T, YamlError> {
    match Text::new(text).first_document(Dialect::V2) {
        Ok(Some(document)) => decode::decode(&document, strict),
        Ok(None) => Ok(T::null()),
        Err(error) => Err(error),
    }
    .map_err(YamlError::while_converting)
}

fn as_map(value: Value) -> Result<Map, YamlError> {
    let found = match value {
        Value::Map(map) => return Ok(map),
        Value::Nil => return Ok(Map::new()),
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        _ => "number",
    };
    Err(YamlError::from_json(format!(
        "json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
    )))
}
