//! The documents of a file, read as far as the rules need them.

use govalue::yaml;
use serde_json::Value;

/// What the rules look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// Splits a text at lines that begin with `---` and reads each document; `None` for an empty one.
pub(super) fn read(text: &str) -> impl Iterator<Item = Result<Option<Head>, String>> + '_ {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
        }
    }
    documents.into_iter().filter(|d| !d.trim().is_empty()).map(|d| head(&d))
}

fn head(document: &str) -> Result<Option<Head>, String> {
    let value = yaml::sigs::to_json_value(document.as_bytes()).map_err(|e| e.to_string())?;
    match value {
        Value::Null => Ok(None),
        Value::Object(map) => {
            let metadata = match map.get("metadata") {
                None | Some(Value::Null) => None,
                Some(Value::Object(m)) => Some(m),
                Some(other) => {
                    return Err(mismatch(other, "k8sYamlStruct.Metadata", "rules.k8sYamlMetadata"));
                }
            };
            Ok(Some(Head {
                api_version: text(map.get("apiVersion"), "apiVersion")?,
                kind: text(map.get("kind"), "Kind")?,
                name: text(metadata.and_then(|m| m.get("name")), "Metadata.Name")?,
            }))
        }
        other => Err(format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type \
             rules.k8sYamlStruct",
            kind_of(&other)
        )),
    }
}

fn text(value: Option<&Value>, field: &str) -> Result<String, String> {
    match value {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(s)) => Ok(s.clone()),
        Some(other) => Err(mismatch(other, &format!("k8sYamlStruct.{field}"), "string")),
    }
}

fn mismatch(value: &Value, field: &str, wanted: &str) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go struct field {field} of type \
         {wanted}",
        kind_of(value)
    )
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether an item of a List carries the annotation that Helm does not look at there.
pub(super) fn list_item_has_policy(text: &str) -> bool {
    let Ok(value) = yaml::sigs::to_json_value(text.as_bytes()) else { return false };
    value["items"].as_array().is_some_and(|items| {
        items.iter().any(|i| !i["metadata"]["annotations"]["helm.sh/resource-policy"].is_null())
    })
}
