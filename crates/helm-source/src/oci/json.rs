//! JSON as Go's `encoding/json` writes it: what is pushed must have the bytes, and so the digest, that Helm gives it.

use serde::Serialize;

/// A value as compact JSON, escaped as Go escapes it.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let text = serde_json::to_string(value)?;
    let mut out = String::with_capacity(text.len());
    escape_html(&text, &mut out);
    Ok(out.into_bytes())
}

/// Copies JSON text; Go writes these characters as escapes, which can only stand inside of strings.
pub(crate) fn escape_html(mut text: &str, out: &mut String) {
    const ESCAPED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];
    while let Some(at) = text.find(ESCAPED) {
        let (plain, rest) = text.split_at(at);
        let c = rest.chars().next().unwrap_or_default();
        out.push_str(plain);
        out.push_str(&format!("\\u{:04x}", c as u32));
        text = &rest[c.len_utf8()..];
    }
    out.push_str(text);
}
