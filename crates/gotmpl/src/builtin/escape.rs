use govalue::{strconv, utf8};

/// The text with what HTML reserves replaced; `None` if there is nothing to replace (`HTMLEscaper`).
pub(super) fn html(text: &[u8]) -> Option<Vec<u8>> {
    replace(text, |b| {
        Some(match b {
            0 => "\u{fffd}".as_bytes(),
            b'"' => b"&#34;",
            b'\'' => b"&#39;",
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            _ => return None,
        })
    })
}

fn replace(text: &[u8], replacement: impl Fn(u8) -> Option<&'static [u8]>) -> Option<Vec<u8>> {
    let first = text.iter().position(|&b| replacement(b).is_some())?;
    let mut out = Vec::with_capacity(text.len() + 16);
    out.extend_from_slice(&text[..first]);
    for &b in &text[first..] {
        match replacement(b) {
            Some(escaped) => out.extend_from_slice(escaped),
            None => out.push(b),
        }
    }
    Some(out)
}

/// The text escaped for a JavaScript string; `None` if there is nothing to escape (`JSEscaper`).
pub(super) fn js(text: &[u8]) -> Option<Vec<u8>> {
    let special = |b: &u8| matches!(b, b'\\' | b'\'' | b'"' | b'<' | b'>' | b'&' | b'=' | 0..0x20 | 0x80..);
    let mut at = text.iter().position(special)?;
    let mut out = Vec::with_capacity(text.len() + 16);
    out.extend_from_slice(&text[..at]);
    while at < text.len() {
        let b = text[at];
        let mut width = 1;
        match b {
            b'\\' | b'\'' | b'"' => out.extend_from_slice(&[b'\\', b]),
            b'<' | b'>' | b'&' | b'=' | 0..0x20 => push_unicode(&mut out, u32::from(b)),
            0x80.. => {
                let (c, w) = utf8::decode(&text[at..]);
                let c = c.unwrap_or('\u{fffd}');
                width = w;
                if strconv::is_print(c) {
                    out.extend_from_slice(&text[at..at + w]);
                } else {
                    push_unicode(&mut out, u32::from(c));
                }
            }
            _ => out.push(b),
        }
        at += width;
    }
    Some(out)
}

fn push_unicode(out: &mut Vec<u8>, code: u32) {
    out.extend_from_slice(format!("\\u{code:04X}").as_bytes());
}

/// The text escaped for a URL's query (`url.QueryEscape`); `None` if there is nothing to escape.
pub(super) fn url_query(text: &[u8]) -> Option<Vec<u8>> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    if text.iter().all(plain) {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for &b in text {
        match b {
            b if plain(&b) => out.push(b),
            b' ' => out.push(b'+'),
            b => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    Some(out)
}
