//! A position in a text, with lines and columns counted as go-yaml counts them.

/// A place in a text. Counts characters, from 0.
#[derive(Clone, Copy, Default, Debug)]
pub(in super::super) struct Mark {
    pub(in super::super) index: u32,
    pub(in super::super) line: u32,
    pub(in super::super) column: u32,
}

/// Walks over a text.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// In bytes.
    pub(super) at: usize,
    line: u32,
    /// Characters before the present line.
    line_index: usize,
    /// Bytes so far that are not the first of a character.
    continuations: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0, line: 0, line_index: 0, continuations: 0 }
    }

    /// The byte at an offset from here; 0 beyond the end (the text itself holds no NUL).
    pub(super) fn peek(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(self.at + offset).copied().unwrap_or(0)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn index(&self) -> usize {
        self.at - self.continuations
    }

    pub(super) fn column(&self) -> usize {
        self.index() - self.line_index
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { index: self.index() as u32, line: self.line, column: self.column() as u32 }
    }

    /// Passes one-byte characters on a line.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Passes any characters on a line.
    pub(super) fn advance_text(&mut self, bytes: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + bytes];
        self.continuations += passed.iter().filter(|b| **b & 0xc0 == 0x80).count();
        self.at += bytes;
    }

    /// Ends the line, should the text end without a line break.
    pub(super) fn end_line(&mut self) {
        if self.column() != 0 {
            self.line += 1;
            self.line_index = self.index();
        }
    }

    /// The length of the line break at an offset from here; 0 where there is none.
    pub(super) fn break_length(&self, offset: usize) -> usize {
        match self.peek(offset) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.peek(offset + 1) == b'\n'),
            0xc2 if self.peek(offset + 1) == 0x85 => 2,
            0xe2 if self.peek(offset + 1) == 0x80 && matches!(self.peek(offset + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self, offset: usize) -> bool {
        self.break_length(offset) > 0
    }

    pub(super) fn is_blank(&self, offset: usize) -> bool {
        matches!(self.peek(offset), b' ' | b'\t')
    }

    /// A blank, a line break or the end.
    pub(super) fn is_blank_or_end(&self, offset: usize) -> bool {
        matches!(self.peek(offset), 0 | b' ' | b'\t') || self.is_break(offset)
    }

    /// A line break or the end.
    pub(super) fn is_break_or_end(&self, offset: usize) -> bool {
        self.peek(offset) == 0 || self.is_break(offset)
    }

    /// Passes a line break, and returns it as it counts in a scalar: `\n`, U+2028 or U+2029. `None` if there is none.
    pub(super) fn read_break(&mut self) -> Option<char> {
        let length = self.break_length(0);
        let read = match (length, self.peek(2)) {
            (0, _) => return None,
            (3, 0xa8) => '\u{2028}',
            (3, _) => '\u{2029}',
            _ => '\n',
        };
        // `\r\n` is two characters, the longer ones are one.
        if length == 3 || self.peek(0) == 0xc2 {
            self.continuations += length - 1;
        }
        self.at += length;
        self.line += 1;
        self.line_index = self.index();
        Some(read)
    }

    /// Passes blanks.
    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.advance(1);
        }
    }

    /// Passes everything up to the end of the line.
    pub(super) fn skip_line_rest(&mut self) {
        let length = self.line_length(0);
        self.advance_text(length);
    }

    /// Bytes from an offset to the end of the line.
    pub(super) fn line_length(&self, offset: usize) -> usize {
        let rest = self.text.as_bytes().get(self.at + offset..).unwrap_or_default();
        let mut length = 0;
        // Line breaks begin with one of these.
        let begins_break = |b: &u8| matches!(b, b'\n' | b'\r' | 0xc2 | 0xe2);
        while let Some(next) = rest[length..].iter().position(begins_break) {
            length += next;
            if self.is_break(offset + length) {
                return length;
            }
            length += 1;
        }
        rest.len()
    }

    /// Passes ASCII letters, digits, `_` and `-`, and returns them.
    pub(super) fn read_word(&mut self) -> &'a str {
        let word = self.rest().bytes().take_while(|b| is_word(*b)).count();
        let from = self.at;
        self.advance(word);
        &self.text[from..self.at]
    }

    /// Whether a document marker (`---` or `...`) stands here, at the start of a line.
    pub(super) fn is_document_marker(&self) -> bool {
        self.column() == 0
            && matches!((self.peek(0), self.peek(1), self.peek(2)), (b'-', b'-', b'-') | (b'.', b'.', b'.'))
            && self.is_blank_or_end(3)
    }
}

/// What names of anchors and tags consist of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
