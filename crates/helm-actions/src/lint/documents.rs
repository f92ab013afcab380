//! The documents of a file, read as far as the rules need them: what `NewYAMLOrJSONDecoder` of `k8s.io/apimachinery`
//! decodes into Helm's small struct of an object.

use govalue::{json, yaml};
use helm_chart::Compat;
use serde_json::{Map, Value};

/// What the rules look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

type Document = Result<Option<Head>, String>;

/// Reads each document; `None` for an empty one. Nothing follows an error.
pub(super) fn read(text: &str, compat: Compat) -> Vec<Document> {
    let form = Form { compat, json: true };
    let mut documents = Vec::new();
    let mut rest = text;
    let mut failure = None;
    if text.trim_start().starts_with('{') {
        failure = read_json(&mut rest, &form, &mut documents);
        match &failure {
            None => return documents,
            Some(_) if documents.len() > 1 => {
                documents.extend(failure.map(Err));
                return documents;
            }
            // Perhaps it is YAML after all.
            Some(_) => rest = after_white_space(rest),
        }
    }
    for document in split(rest) {
        let head = document.and_then(|d| head_of_yaml(&d, &Form { json: false, ..form }));
        let failed = head.is_err();
        documents.push(head.map_err(|e| failure.clone().unwrap_or(e)));
        if failed {
            break;
        }
    }
    documents
}

/// Decodes one JSON value after the other, and what is wrong with the next.
fn read_json(rest: &mut &str, form: &Form, documents: &mut Vec<Document>) -> Option<String> {
    let mut consumed = 0;
    let text = *rest;
    loop {
        let next = &text[consumed..];
        if next.trim_start().is_empty() {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(next).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => match form.head(&value) {
                Ok(head) => documents.push(Ok(head)),
                Err(e) => return Some(e),
            },
            _ => return Some(syntax_error(next, consumed)),
        }
        consumed += values.byte_offset();
        *rest = &text[consumed..];
    }
}

fn syntax_error(text: &str, before: usize) -> String {
    match json::decode(text.as_bytes()) {
        Err(json::JsonError::Syntax { message, .. }) if message == "unexpected end of JSON input" => {
            "unexpected EOF".to_owned()
        }
        Err(json::JsonError::Syntax { message, offset }) => {
            format!("json: offset {}: {message}", before + offset)
        }
        Err(e) => e.to_string(),
        Ok(_) => "decoding failed as both JSON and YAML".to_owned(),
    }
}

/// White space up to and with the first line break is passed over.
fn after_white_space(text: &str) -> &str {
    let blanks = text.len() - text.trim_start().len();
    match text[..blanks].find('\n') {
        Some(at) => &text[at + 1..],
        None => &text[blanks..],
    }
}

/// Splits at lines of `---`, which only a comment may follow.
fn split(text: &str) -> Vec<Result<String, String>> {
    let mut documents = Vec::new();
    let mut document = String::new();
    for line in text.split_inclusive('\n') {
        let Some(behind) = line.strip_prefix("---") else {
            document.push_str(line);
            continue;
        };
        let behind = behind.trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            documents.push(Err(format!("invalid Yaml document separator: {behind}")));
            return documents;
        }
        if !document.is_empty() {
            documents.push(Ok(std::mem::take(&mut document)));
        }
    }
    if !document.is_empty() {
        documents.push(Ok(document));
    }
    documents
}

fn head_of_yaml(document: &str, form: &Form) -> Document {
    let value = yaml::sigs::to_json_value(document.as_bytes()).map_err(|e| e.to_string())?;
    form.head(&value).map_err(|e| format!("error unmarshaling JSON: while decoding JSON: {e}"))
}

/// How a value becomes the struct.
#[derive(Clone, Copy)]
struct Form {
    compat: Compat,
    /// Whether the value was JSON: then a number is no text.
    json: bool,
}

impl Form {
    fn owner(self) -> &'static str {
        match self.compat {
            Compat::V3 => "K8sYamlStruct",
            Compat::V4 => "k8sYamlStruct",
        }
    }

    fn head(self, value: &Value) -> Document {
        let fields = match value {
            Value::Null => return Ok(None),
            Value::Object(fields) => fields,
            other => return Err(self.mismatch(other, None, &format!("rules.{}", self.owner()))),
        };
        let (mut head, mut problem) = (Head::default(), None);
        for (name, value) in fields {
            let outcome = match name.to_lowercase().as_str() {
                "apiversion" => self.text(value, "apiVersion", &mut head.api_version),
                "kind" => self.text(value, "Kind", &mut head.kind),
                "metadata" => match value {
                    Value::Null => Ok(()),
                    Value::Object(metadata) => self.metadata(metadata, &mut head.name),
                    other => Err(self.mismatch(other, Some("Metadata"), "rules.k8sYamlMetadata")),
                },
                _ => Ok(()),
            };
            problem = problem.or(outcome.err());
        }
        problem.map_or(Ok(Some(head)), Err)
    }

    fn metadata(self, fields: &Map<String, Value>, into: &mut String) -> Result<(), String> {
        let mut problem = None;
        for (name, value) in fields {
            let outcome = match name.to_lowercase().as_str() {
                "namespace" => self.text(value, "Metadata.Namespace", &mut String::new()),
                "name" => self.text(value, "Metadata.Name", into),
                _ => Ok(()),
            };
            problem = problem.or(outcome.err());
        }
        problem.map_or(Ok(()), Err)
    }

    fn text(self, value: &Value, field: &str, into: &mut String) -> Result<(), String> {
        match value {
            Value::Null => {}
            Value::String(s) => into.clone_from(s),
            Value::Bool(_) | Value::Number(_) if !self.json => *into = helm_chart::scalar_text(value),
            other => return Err(self.mismatch(other, Some(field), "string")),
        }
        Ok(())
    }

    fn mismatch(self, value: &Value, field: Option<&str>, wanted: &str) -> String {
        let place = match field {
            Some(field) => format!("struct field {}.{field}", self.owner()),
            None => "value".to_owned(),
        };
        format!("json: cannot unmarshal {} into Go {place} of type {wanted}", kind_of(value))
    }
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

/// Whether an item of a List carries the annotation that Helm does not look at there; an error for a List of another
/// form.
pub(super) fn list_item_has_policy(text: &str) -> Result<bool, String> {
    const ANNOTATIONS: &str = "map[string]string";
    const METADATA: &str = "struct { Annotations map[string]string }";
    const ITEM: &str = "struct { Metadata struct { Annotations map[string]string } }";
    const ITEMS: &str = "[]struct { Metadata struct { Annotations map[string]string } }";
    let value = yaml::sigs::to_json_value(text.as_bytes()).map_err(|e| e.to_string())?;
    let mut found = false;
    for item in list(member(&value, "items"), ".Items", ITEMS)? {
        let metadata = member(table(item, ".Items", ITEM)?, "metadata");
        let annotations = member(table(metadata, ".Items.Metadata", METADATA)?, "annotations");
        let place = ".Items.Metadata.Annotations";
        for (name, value) in table(annotations, place, ANNOTATIONS)?.as_object().into_iter().flatten() {
            if value.is_array() || value.is_object() {
                return Err(misfit(value, place, "string"));
            }
            found |= name == "helm.sh/resource-policy";
        }
    }
    Ok(found)
}

/// A member by its name in any letter case; null when there is none.
fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    let mut members = value.as_object().into_iter().flatten();
    members.rfind(|(n, _)| n.to_lowercase() == name).map_or(&Value::Null, |(_, v)| v)
}

fn list<'v>(value: &'v Value, place: &str, wanted: &str) -> Result<&'v [Value], String> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        other => Err(misfit(other, place, wanted)),
    }
}

fn table<'v>(value: &'v Value, place: &str, wanted: &str) -> Result<&'v Value, String> {
    match value {
        Value::Null | Value::Object(_) => Ok(value),
        other => Err(misfit(other, place, wanted)),
    }
}

fn misfit(value: &Value, place: &str, wanted: &str) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go struct field {place} of type \
         {wanted}",
        kind_of(value)
    )
}
