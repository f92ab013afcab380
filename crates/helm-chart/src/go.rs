//! The few things of Go's runtime and packages that this crate shows to users.

use govalue::json::{self, JsonError};
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

/// One JSON value at the start of a text, and how many bytes it takes: `Decode` of Go's `json.Decoder`, which does
/// not look at what follows the value.
pub(crate) fn decode_json_prefix(text: &str) -> Result<(Value, usize), JsonError> {
    let length = json_length(text.as_bytes());
    Ok((json::decode(&text.as_bytes()[..length])?, length))
}

/// Where the JSON value at the start of a text ends; anything for a text that has none.
fn json_length(text: &[u8]) -> usize {
    match text.first() {
        Some(b'{' | b'[') => composite_length(text),
        Some(b'"') => string_length(text),
        Some(b'-' | b'0'..=b'9') => number_length(text),
        _ => ["true", "null", "false"]
            .iter()
            .find(|w| text.starts_with(w.as_bytes()))
            .map_or(text.len(), |w| w.len()),
    }
}

fn composite_length(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            b'"' => at += string_length(&text[at..]) - 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// A number ends where its grammar does: `01` is a zero with a one behind it.
fn number_length(text: &[u8]) -> usize {
    let digits = |at: usize| at + text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    at = if text.get(at) == Some(&b'0') { at + 1 } else { digits(at) };
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + sign);
    }
    at
}
