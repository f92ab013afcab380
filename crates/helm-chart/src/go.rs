//! The few things of Go's runtime and packages that this crate shows to users.

use govalue::{Value, strconv};

/// `%q` of a string.
pub(crate) fn quoted(text: &str) -> String {
    strconv::quote(text)
}

/// `%v` of a value.
pub(crate) fn plain(value: &Value) -> String {
    String::from_utf8_lossy(&govalue::fmt::sprint(std::slice::from_ref(value))).into_owned()
}

/// `%t` of a value.
pub(crate) fn percent_t(value: &Value) -> String {
    String::from_utf8_lossy(&govalue::fmt::sprintf(b"%t", std::slice::from_ref(value))).into_owned()
}

/// The text of Go's `syscall.Errno` beneath an I/O error: the system's words, in lower case.
pub(crate) fn errno(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
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
