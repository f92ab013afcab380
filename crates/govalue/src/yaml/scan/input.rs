//! Bytes to characters: encodings, byte order marks, and what YAML forbids.

use std::borrow::Cow;

/// A text ready to be scanned.
pub(in super::super) struct Input<'a> {
    /// The characters up to the first forbidden one.
    pub(super) text: Cow<'a, str>,
    /// What is wrong with what follows.
    pub(super) fault: Option<Fault>,
}

/// Why a text cannot be read to its end.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    /// Go's text.
    pub(super) message: &'static str,
    /// Go reads in blocks: the fault shows as soon as a character from this offset on is looked at.
    pub(super) from: usize,
}

/// Size of the blocks in which go-yaml reads.
const BLOCK: usize = 512;

impl<'a> Input<'a> {
    pub(in super::super) fn new(bytes: &'a [u8]) -> Input<'a> {
        match bytes {
            [0xff, 0xfe, rest @ ..] => Input::from_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Input::from_utf16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => Input::from_utf8(rest, 3),
            _ => Input::from_utf8(bytes, 0),
        }
    }

    fn from_utf8(bytes: &'a [u8], mark: usize) -> Input<'a> {
        let (text, mut message) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                // The part is valid by definition, so that nothing is lost here.
                (std::str::from_utf8(valid).unwrap_or_default(), Some(encoding_fault(rest)))
            }
        };
        let mut end = text.len();
        if let Some(at) = find_forbidden(text) {
            end = at;
            message = Some("control characters are not allowed");
        }
        let fault = message.map(|message| {
            // A character cut short at the end shows only when it is wanted.
            let cut_short = message == "incomplete UTF-8 octet sequence";
            Fault { message, from: if cut_short { end } else { block_start(bytes, end, mark) } }
        });
        Input { text: Cow::Borrowed(&text[..end]), fault }
    }

    fn from_utf16(bytes: &[u8], decode: fn([u8; 2]) -> u16) -> Input<'a> {
        let mut text = String::with_capacity(bytes.len());
        let mut message = None;
        let units = bytes.chunks_exact(2).map(|pair| decode([pair[0], pair[1]]));
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(c) if is_allowed(c) => text.push(c),
                Ok(_) => message = Some("control characters are not allowed"),
                Err(error) if (0xdc00..0xe000).contains(&error.unpaired_surrogate()) => {
                    message = Some("unexpected low surrogate area");
                }
                Err(_) => message = Some("expected low surrogate area"),
            }
            if message.is_some() {
                break;
            }
        }
        if message.is_none() && !bytes.len().is_multiple_of(2) {
            message = Some("incomplete UTF-16 character");
        }
        let fault = message.map(|message| Fault { message, from: text.len() / BLOCK * BLOCK });
        Input { text: Cow::Owned(text), fault }
    }
}

/// Go's text for bytes that are not UTF-8.
fn encoding_fault(bytes: &[u8]) -> &'static str {
    let (width, first) = match bytes[0] {
        b @ 0xc0..=0xdf => (2, u32::from(b & 0x1f)),
        b @ 0xe0..=0xef => (3, u32::from(b & 0x0f)),
        b @ 0xf0..=0xf7 => (4, u32::from(b & 0x07)),
        _ => return "invalid leading UTF-8 octet",
    };
    if bytes.len() < width {
        return "incomplete UTF-8 octet sequence";
    }
    if bytes[1..width].iter().any(|b| b & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let value = bytes[1..width].iter().fold(first, |v, b| v << 6 | u32::from(b & 0x3f));
    let shortest = [0x80, 0x800, 0x10000][width - 2];
    if value < shortest { "invalid length of a UTF-8 sequence" } else { "invalid Unicode character" }
}

/// Where the block starts that holds the byte at an offset; blocks do not split characters.
fn block_start(bytes: &[u8], offset: usize, mark: usize) -> usize {
    let mut start = 0;
    let mut end = BLOCK - mark;
    while end <= offset {
        start = end;
        while start > end - 3 && bytes[start] & 0xc0 == 0x80 {
            start -= 1;
        }
        end = start + BLOCK;
    }
    start
}

/// The offset of the first character that YAML does not allow unescaped.
fn find_forbidden(text: &str) -> Option<usize> {
    let suspicious =
        |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r') || matches!(b, 0x7f | 0xc2 | 0xef);
    // Without a way out in the middle, the compiler looks at many bytes at once.
    let is_clean = |chunk: &&[u8]| !chunk.iter().fold(false, |found, b| found | suspicious(b));
    let mut from = 0;
    loop {
        from += text.as_bytes()[from..].chunks(64).take_while(is_clean).map(<[u8]>::len).sum::<usize>();
        from += text.as_bytes()[from..].iter().position(suspicious)?;
        let c = text[from..].chars().next()?;
        if !is_allowed(c) {
            return Some(from);
        }
        from += c.len_utf8();
    }
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}
