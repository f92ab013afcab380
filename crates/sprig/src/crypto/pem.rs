//! PEM as Go's `encoding/pem` reads and writes it: text around the block, headers and long lines are fine.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::encoding::decode_base64;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// A block.
pub(super) struct Block {
    /// What stands after `BEGIN`.
    pub label: Vec<u8>,
    pub bytes: Vec<u8>,
}

/// Writes a block, 64 characters a line.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let body = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// Reads the first proper block.
pub(super) fn decode(data: &[u8]) -> Option<Block> {
    let mut from = 0;
    loop {
        let end = from + find(&data[from..], END)?;
        let after = end + END.len();
        // The last start in front of the end: earlier ones lack an end of their own.
        if let Some(begin) = data[from..end].windows(BEGIN.len()).rposition(|window| window == BEGIN)
            && (begin == 0 || data[from + begin - 1] == b'\n')
            && let Some(block) = block(data, from + begin + BEGIN.len(), end, after)
        {
            return Some(block);
        }
        from = after;
    }
}

/// Reads the block whose label starts at `label`, whose body ends at `end` and whose end label starts at `after`.
fn block(data: &[u8], label: usize, end: usize, after: usize) -> Option<Block> {
    let (first, mut body) = line(data, label);
    let label = first.strip_suffix(DASHES)?;
    loop {
        let (header, next) = line(data, body);
        if !header.contains(&b':') {
            break;
        }
        body = next;
        if end < body {
            return None;
        }
    }
    let trailer = data.get(after.max(body)..)?.strip_prefix(label)?.strip_prefix(DASHES)?;
    if !line(trailer, 0).0.is_empty() {
        return None;
    }
    let bytes = match data.get(body..end) {
        Some(text) => {
            let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
            decode_base64(&text).ok()?
        }
        None => Vec::new(),
    };
    Some(Block { label: label.to_vec(), bytes })
}

/// The line that starts at a position, without blanks at its end, and where the next one starts.
fn line(data: &[u8], start: usize) -> (&[u8], usize) {
    let rest = data.get(start..).unwrap_or_default();
    let (line, next) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(length) => (&rest[..length], start + length + 1),
        None => (rest, data.len()),
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let length = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    (&line[..length], next)
}

fn find(data: &[u8], what: &[u8]) -> Option<usize> {
    data.windows(what.len()).position(|window| window == what)
}
