//! Text as Go's engine sees it: a row of characters, in which a byte that is not UTF-8 counts as U+FFFD.

use std::ops::Range;

const REPLACEMENT: &str = "\u{fffd}";

/// How much longer the replacement is than the byte it stands for.
const GROWTH: usize = REPLACEMENT.len() - 1;

/// A text to search, made valid UTF-8 if it is not.
pub(crate) struct Text<'t> {
    original: &'t [u8],
    repaired: Option<Repaired>,
}

struct Repaired {
    bytes: Vec<u8>,
    /// Where the replacements end, in order.
    ends: Vec<usize>,
}

impl<'t> Text<'t> {
    pub fn new(original: &'t [u8]) -> Text<'t> {
        let repaired = std::str::from_utf8(original).is_err().then(|| repair(original));
        Text { original, repaired }
    }

    /// What the engine searches: valid UTF-8.
    pub fn bytes(&self) -> &[u8] {
        self.repaired.as_ref().map_or(self.original, |repaired| &repaired.bytes)
    }

    /// The original text.
    pub fn original(&self) -> &'t [u8] {
        self.original
    }

    /// Translates a span of what the engine searches to the original.
    pub fn span(&self, span: Range<usize>) -> Range<usize> {
        self.position(span.start)..self.position(span.end)
    }

    /// The part of the original that a span of what the engine searches stands for.
    pub fn slice(&self, span: Range<usize>) -> &'t [u8] {
        &self.original[self.span(span)]
    }

    /// The length of the character at a position; 0 at the end.
    pub fn width(&self, position: usize) -> usize {
        match self.bytes().get(position) {
            None => 0,
            Some(0..0x80) => 1,
            Some(0x80..0xe0) => 2,
            Some(0xe0..0xf0) => 3,
            Some(_) => 4,
        }
    }

    fn position(&self, position: usize) -> usize {
        match &self.repaired {
            None => position,
            Some(repaired) => position - GROWTH * repaired.ends.partition_point(|&end| end <= position),
        }
    }
}

fn repair(text: &[u8]) -> Repaired {
    let mut bytes = Vec::with_capacity(text.len() + 16);
    let mut ends = Vec::new();
    for chunk in text.utf8_chunks() {
        bytes.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            bytes.extend_from_slice(REPLACEMENT.as_bytes());
            ends.push(bytes.len());
        }
    }
    Repaired { bytes, ends }
}
