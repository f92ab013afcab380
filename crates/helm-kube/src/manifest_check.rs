//! What every manifest has to be before anything is asked of the server, in the words of kubectl's builder, which
//! Helm reads manifests with.

use govalue::strconv::quote;
use k8s_object::Object;
use serde_json::{Map, Value};

use crate::Error;

/// Checks that an object says what it is, and that its metadata has the types metadata has.
pub(crate) fn check(object: &Object) -> Result<(), Error> {
    check_type(object)?;
    let Some(metadata) = object.field(&["metadata"]) else { return Ok(()) };
    let mistake = match metadata {
        Value::Null => None,
        Value::Object(metadata) => metadata.iter().find_map(|(key, value)| field_mistake(key, value)),
        other => Some(mismatch(other, "PartialObjectMetadata.metadata", "v1.ObjectMeta")),
    };
    match mistake {
        Some(mistake) => Err(Error::InvalidObject(format!("unable to decode \"\": {mistake}"))),
        None => Ok(()),
    }
}

fn check_type(object: &Object) -> Result<(), Error> {
    let mut mistakes: Vec<String> = Vec::new();
    for key in ["apiVersion", "kind"] {
        match object.field(&[key]) {
            None | Some(Value::Null) => mistakes.push(format!("{key} not set")),
            Some(Value::String(text)) if text.is_empty() => mistakes.push(format!("{key} not set")),
            Some(Value::String(_)) => {}
            Some(_) => mistakes.push(format!("{key} isn't string type")),
        }
    }
    if mistakes.is_empty() && object.api_version().matches('/').count() > 1 {
        mistakes.push(format!("unexpected GroupVersion string: {}", object.api_version()));
    }
    let text = match mistakes.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Err(Error::InvalidObject(format!("error validating \"\": error validating data: {text}")))
}

/// What is wrong with one field of the metadata, as Go's JSON says it.
fn field_mistake(key: &str, value: &Value) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let path = format!("ObjectMeta.metadata.{key}");
    let expect = |fits: bool, go_type: &str| (!fits).then(|| mismatch(value, &path, go_type));
    match key {
        "name" | "generateName" | "namespace" | "selfLink" | "uid" | "resourceVersion"
        | "creationTimestamp" | "deletionTimestamp" => expect(value.is_string(), "string"),
        "generation" | "deletionGracePeriodSeconds" => expect(value.is_i64(), "int64"),
        "labels" | "annotations" => match value {
            Value::Object(map) => text_mistake(map, &path),
            _ => expect(false, "map[string]string"),
        },
        "finalizers" => match value {
            Value::Array(list) => {
                let wrong = list.iter().find(|item| !item.is_string() && !item.is_null());
                wrong.map(|item| mismatch(item, &path, "string"))
            }
            _ => expect(false, "[]string"),
        },
        "ownerReferences" => expect(value.is_array(), "[]v1.OwnerReference"),
        "managedFields" => expect(value.is_array(), "[]v1.ManagedFieldsEntry"),
        _ => None,
    }
}

fn text_mistake(map: &Map<String, Value>, path: &str) -> Option<String> {
    let wrong = map.values().find(|value| !value.is_string() && !value.is_null())?;
    Some(mismatch(wrong, path, "string"))
}

fn mismatch(value: &Value, path: &str, go_type: &str) -> String {
    let found = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) if go_type == "int64" => format!("number {number}"),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
    };
    format!("json: cannot unmarshal {found} into Go struct field {path} of type {go_type}")
}

/// Checks that a name can stand in a path, as client-go does before it asks.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let mistakes: Vec<&str> = match name {
        "" => return Err(Error::InvalidObject("resource name may not be empty".to_owned())),
        "." => vec!["may not be '.'"],
        ".." => vec!["may not be '..'"],
        _ => [('/', "may not contain '/'"), ('%', "may not contain '%'")]
            .into_iter()
            .filter(|(character, _)| name.contains(*character))
            .map(|(_, mistake)| mistake)
            .collect(),
    };
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Error::InvalidObject(format!("invalid resource name {}: [{}]", quote(name), mistakes.join(" "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refuses(object: Value, text: &str) {
        let object = Object::from_value(object).expect("a map");
        assert_eq!(check(&object).expect_err("a mistake").to_string(), text);
    }

    #[test]
    fn mistakes_are_told_as_kubectl_tells_them() {
        let validating = |text: &str| format!("error validating \"\": error validating data: {text}");
        refuses(json!({ "metadata": {} }), &validating("[apiVersion not set, kind not set]"));
        refuses(json!({ "apiVersion": "v1" }), &validating("kind not set"));
        refuses(json!({ "apiVersion": 1, "kind": "A" }), &validating("apiVersion isn't string type"));
        refuses(
            json!({ "apiVersion": "a/b/c", "kind": "A" }),
            &validating("unexpected GroupVersion string: a/b/c"),
        );
        let with = |metadata: Value| json!({ "apiVersion": "v1", "kind": "A", "metadata": metadata });
        let decoding = |text: &str| format!("unable to decode \"\": json: cannot unmarshal {text}");
        let field = "into Go struct field ObjectMeta.metadata";
        refuses(with(json!({ "name": true })), &decoding(&format!("bool {field}.name of type string")));
        refuses(
            with(json!({ "labels": { "a": 1 } })),
            &decoding(&format!("number {field}.labels of type string")),
        );
        refuses(
            with(json!({ "labels": [] })),
            &decoding(&format!("array {field}.labels of type map[string]string")),
        );
        refuses(
            with(json!({ "generation": "x" })),
            &decoding(&format!("string {field}.generation of type int64")),
        );
        refuses(
            with(json!({ "annotations": { "a": true }, "finalizers": [1] })),
            &decoding(&format!("bool {field}.annotations of type string")),
        );
    }

    #[test]
    fn names_have_to_fit_into_a_path() {
        assert!(check_name("a.b:c").is_ok());
        let text = |name| check_name(name).expect_err("a mistake").to_string();
        assert_eq!(text(""), "resource name may not be empty");
        assert_eq!(text("a/b"), "invalid resource name \"a/b\": [may not contain '/']");
        assert_eq!(text(".."), "invalid resource name \"..\": [may not be '..']");
    }
}
