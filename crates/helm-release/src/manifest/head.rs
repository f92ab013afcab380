use std::collections::BTreeMap;

use helm_chart::Compat;
use serde_json::Value;

/// What Helm reads of a document to sort it: Go's struct `SimpleHead`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.annotations`.
    pub annotations: BTreeMap<String, String>,
}

/// A document that is valid YAML and no head of a Kubernetes object; the text is that of Go's `json.Unmarshal`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into {place} of type {wanted}"
)]
pub struct HeadError {
    found: &'static str,
    place: String,
    wanted: &'static str,
}

impl Head {
    /// Reads the head of a document. As in Go, field names may differ in case, numbers and booleans are taken for
    /// text, `null` is nothing, and the first field of a wrong type is the error.
    pub fn read(document: &Value, compat: Compat) -> Result<Head, HeadError> {
        let mut head = Head::default();
        let root = match document {
            Value::Null => return Ok(head),
            Value::Object(root) => root,
            other => {
                let wanted = match compat {
                    Compat::V3 => "releaseutil.SimpleHead",
                    Compat::V4 => "util.SimpleHead",
                };
                return Err(HeadError { found: json_type(other), place: "Go value".to_owned(), wanted });
            }
        };
        let mut reader = Reader::default();
        for (key, value) in sorted(root) {
            match field_name(key, &["apiVersion", "kind", "metadata"]) {
                Some("apiVersion") => reader.text(value, "SimpleHead.apiVersion", &mut head.api_version),
                Some("kind") => reader.text(value, "SimpleHead.kind", &mut head.kind),
                Some(_) => reader.metadata(value, &mut head),
                None => {}
            }
        }
        match reader.error {
            Some(error) => Err(error),
            None => Ok(head),
        }
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}

/// Reads on after an error, as Go's decoder does, and keeps the first one.
#[derive(Default)]
struct Reader {
    error: Option<HeadError>,
}

impl Reader {
    fn text(&mut self, value: &Value, place: &str, out: &mut String) {
        match value {
            Value::String(text) => out.clone_from(text),
            Value::Number(number) => *out = number_text(number),
            Value::Bool(b) => *out = b.to_string(),
            Value::Null => {}
            other => self.mismatch(other, place, "string"),
        }
    }

    fn metadata(&mut self, value: &Value, head: &mut Head) {
        let metadata = match value {
            Value::Object(metadata) => metadata,
            Value::Null => return,
            other => {
                let wanted = r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#;
                return self.mismatch(other, "SimpleHead.metadata", wanted);
            }
        };
        for (key, value) in sorted(metadata) {
            match field_name(key, &["name", "annotations"]) {
                Some("name") => self.text(value, ".metadata.name", &mut head.name),
                Some(_) => self.annotations(value, &mut head.annotations),
                None => {}
            }
        }
    }

    fn annotations(&mut self, value: &Value, annotations: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(entries) => {
                for (key, value) in sorted(entries) {
                    let mut text = String::new();
                    self.text(value, ".metadata.annotations", &mut text);
                    annotations.insert(key.clone(), text);
                }
            }
            Value::Null => {}
            other => self.mismatch(other, ".metadata.annotations", "map[string]string"),
        }
    }

    fn mismatch(&mut self, found: &Value, place: &str, wanted: &'static str) {
        let error =
            || HeadError { found: json_type(found), place: format!("Go struct field {place}"), wanted };
        self.error.get_or_insert_with(error);
    }
}

/// The entries in the order in which Go's encoder writes them.
fn sorted(map: &serde_json::Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

fn field_name(key: &str, names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| name.eq_ignore_ascii_case(key))
}

fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        // sigs.k8s.io/yaml formats with 32 bits.
        Some(float) => govalue::strconv::format_float(float, b'g', -1, 32),
        None => number.to_string(),
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
