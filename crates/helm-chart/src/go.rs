//! The few things of Go's runtime that this crate shows to users.

use govalue::Value;

/// `%q` of a string.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// `%v` of a value.
pub(crate) fn plain(value: &Value) -> String {
    format!("{value:?}")
}

/// `unicode.IsPrint`.
pub(crate) fn is_print(c: char) -> bool {
    !c.is_control()
}

/// The text of Go's `syscall.Errno` beneath an I/O error: the system's words, in lower case.
pub(crate) fn errno(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

/// `%t` of a value.
pub(crate) fn percent_t(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        other => format!("%!t({}={})", other.type_name(), plain(other)),
    }
}

/// Why YAML cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("error converting YAML to JSON: {0}")]
pub struct YamlError(String);

/// `sigs.k8s.io/yaml` into `any`.
pub(crate) fn unmarshal(data: &[u8]) -> Result<Value, YamlError> {
    to_json(data).map(crate::record::from_json)
}

/// `sigs.k8s.io/yaml` to JSON, integers kept apart from floats.
pub(crate) fn to_json(data: &[u8]) -> Result<serde_json::Value, YamlError> {
    serde_json::from_slice(data).map_err(|e| YamlError(e.to_string()))
}

/// `%q` of a rune.
pub(crate) fn quoted_rune(c: char) -> String {
    match quoted(&c.to_string()) {
        _ if c == '\'' => "'\\''".to_owned(),
        text if c == '"' => text.replace("\\\"", "\"").trim_matches('"').to_owned(),
        text => format!("'{}'", &text[1..text.len() - 1]),
    }
}

/// `strconv.Atoi`.
pub(crate) fn atoi(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("strconv.Atoi: parsing {}: invalid syntax", quoted(text)))
}

/// One JSON value at the start of a text, and how many bytes it takes.
pub(crate) fn decode_json_prefix(text: &str) -> Result<(Value, usize), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(value)) => Ok((crate::record::from_json(value), values.byte_offset())),
        Some(Err(e)) => Err(e.to_string()),
        None => Err("EOF".to_owned()),
    }
}

/// `sigs.k8s.io/yaml` to JSON, duplicate keys refused.
pub(crate) fn to_json_strict(data: &[u8]) -> Result<serde_json::Value, YamlError> {
    to_json(data)
}
