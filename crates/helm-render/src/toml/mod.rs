//! TOML as Go's `github.com/BurntSushi/toml` 1.6 writes and reads it, the words of its errors included: charts show
//! them (`toToml` and `fromToml` put the error where the result would be). No crate writes in its order and form, and
//! none refuses with its words.

mod decode;
mod encode;
mod scalar;
mod scan;

pub(crate) use decode::decode;
pub(crate) use encode::{EncodeError, encode};

/// How deep tables and arrays may be nested; Go knows no limit. Values are walked by recursion.
const MAX_DEPTH: usize = 1000;

/// Whether a key may stand without quotes.
fn is_bare_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// A key with quotes where it needs them.
fn quoted_key(key: &str) -> String {
    if !key.is_empty() && key.chars().all(is_bare_key_char) { key.to_owned() } else { quoted(key) }
}

/// The parts of a key joined by dots.
fn dotted<S: AsRef<str>>(key: &[S]) -> String {
    let parts: Vec<String> = key.iter().map(|part| quoted_key(part.as_ref())).collect();
    parts.join(".")
}

/// A string in quotes.
fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    append_quoted(&mut out, text.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends a string in quotes; bytes that are no UTF-8 stay as they are.
fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}
