//! What kind of content a file has, as Go's `http.DetectContentType` tells it (the WHATWG MIME sniffing standard).

/// How a gzip file begins.
pub(super) const GZIP: &[u8] = b"\x1f\x8b\x08";

const HTML: &[&str] = &[
    "<!DOCTYPE HTML",
    "<HTML",
    "<HEAD",
    "<SCRIPT",
    "<IFRAME",
    "<H1",
    "<DIV",
    "<FONT",
    "<TABLE",
    "<A",
    "<STYLE",
    "<TITLE",
    "<B",
    "<BODY",
    "<BR",
    "<P",
    "<!--",
];

/// Beginnings by which a type is known.
const EXACT: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xfe\xff", "text/plain; charset=utf-16be"),
    (b"\xff\xfe", "text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"\0\0\x02\0", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\0", "application/ogg"),
    (b"MThd\0\0\0\x06", "audio/midi"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\0\x01\0\0", "font/ttf"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (GZIP, "application/x-gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07\0", "application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\0", "application/x-rar-compressed"),
    (b"\0asm", "application/wasm"),
];

/// Containers: four bytes, a length, and the kind of content.
const CONTAINERS: &[(&[u8], &[u8], &str)] = &[
    (b"RIFF", b"WEBPVP", "image/webp"),
    (b"FORM", b"AIFF", "audio/aiff"),
    (b"RIFF", b"AVI ", "video/avi"),
    (b"RIFF", b"WAVE", "audio/wave"),
];

/// The content type of the first bytes of a file.
pub(super) fn content_type(data: &[u8]) -> &'static str {
    let blank = |b: &u8| matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
    let text = &data[data.iter().position(|b| !blank(b)).unwrap_or(data.len())..];
    let is_html = |tag: &&&str| {
        let start = text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
        start && matches!(text.get(tag.len()), Some(b' ' | b'>'))
    };
    if HTML.iter().any(|tag| is_html(&tag)) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let contained = |(outer, inner, _): &&(&[u8], &[u8], &str)| {
        data.starts_with(outer) && data.get(8..).is_some_and(|rest| rest.starts_with(inner))
    };
    if let Some((_, _, found)) = CONTAINERS.iter().find(contained) {
        return found;
    }
    if data.get(34..36) == Some(b"LP")
        && !EXACT.iter().any(|(start, t)| {
            data.starts_with(start) && !t.starts_with("font") && !t.starts_with("application/x-")
        })
    {
        return "application/vnd.ms-fontobject";
    }
    if let Some((_, found)) = EXACT.iter().find(|(start, _)| data.starts_with(start)) {
        return found;
    }
    if is_mp4(data) {
        return "video/mp4";
    }
    let binary = |b: &u8| matches!(b, 0..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if text.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}

fn is_mp4(data: &[u8]) -> bool {
    let Some(size) = data.first_chunk::<4>().map(|s| u32::from_be_bytes(*s) as usize) else { return false };
    if data.len() < 12 || data.len() < size || size % 4 != 0 || &data[4..8] != b"ftyp" {
        return false;
    }
    // The words of the box name compatible brands; the second is a version number.
    (8..size).step_by(4).filter(|at| *at != 12).any(|at| data.get(at..at + 3) == Some(b"mp4"))
}
