//! Scalars without quotes, and the folding of lines that they share with quoted ones.

use std::borrow::Cow;

use super::super::event::Style;
use super::{Scan, Scanner, TokenKind};

/// Line breaks between two lines of a flowing scalar.
#[derive(Default)]
pub(super) struct Fold {
    first: Option<char>,
    more: String,
}

impl Fold {
    /// Takes the first line break.
    pub(super) fn start(&mut self, first: char) {
        self.first = Some(first);
    }

    /// Takes a further line break.
    pub(super) fn push(&mut self, c: char) {
        self.more.push(c);
    }

    /// Writes what the breaks amount to: one is a blank, of more the first is dropped.
    pub(super) fn finish(&mut self, out: &mut String) {
        match self.first.take() {
            Some('\n') if self.more.is_empty() => out.push(' '),
            Some('\n') | None => {}
            Some(separator) => out.push(separator),
        }
        out.push_str(&self.more);
        self.more.clear();
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn scan_plain(&mut self) -> Scan<()> {
        let start = self.cursor.mark();
        let from = self.cursor.at;
        let indent = self.indent + 1;
        // Text is borrowed as long as it is on one line.
        let mut folded: Option<String> = None;
        let mut line_from = from;
        let mut end = from;
        let mut fold = Fold::default();
        let mut broken = false;
        loop {
            // What go-yaml looks at before it goes on.
            self.check_input(4)?;
            if self.cursor.is_document_marker() || self.cursor.peek(0) == b'#' {
                break;
            }
            let length = self.plain_run();
            if length > 0 {
                if broken {
                    let text = folded.get_or_insert_with(String::new);
                    text.push_str(&self.cursor.text[line_from..end]);
                    fold.finish(text);
                    line_from = self.cursor.at;
                    broken = false;
                }
                self.cursor.advance_text(length);
                end = self.cursor.at;
                self.check_input(2)?;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            loop {
                if self.cursor.is_blank(0) {
                    if broken && (self.cursor.column() as isize) < indent && self.cursor.peek(0) == b'\t' {
                        return self.error(start, "found a tab character that violates indentation");
                    }
                    self.cursor.advance(1);
                } else if let Some(c) = self.cursor.read_break() {
                    if broken {
                        fold.push(c);
                    } else {
                        fold.start(c);
                        broken = true;
                    }
                } else {
                    break;
                }
            }
            self.check_input(1)?;
            if self.flow_level == 0 && (self.cursor.column() as isize) < indent {
                break;
            }
        }
        let last_line = &self.cursor.text[line_from..end];
        let value = match folded {
            Some(mut text) => {
                text.push_str(last_line);
                Cow::Owned(text)
            }
            None => Cow::Borrowed(last_line),
        };
        self.push(start, TokenKind::Scalar(value, Style::Plain));
        if broken {
            self.key_allowed = true;
        }
        Ok(())
    }

    /// Length of the plain text from here to a blank, line break or indicator.
    fn plain_run(&self) -> usize {
        let bytes = self.cursor.rest().as_bytes();
        let in_flow = self.flow_level > 0;
        let mut length = 0;
        while let Some(&byte) = bytes.get(length) {
            let stop = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => true,
                b':' => self.cursor.is_blank_or_end(length + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => in_flow,
                0xc2 | 0xe2 => self.cursor.is_break(length),
                _ => false,
            };
            if stop {
                break;
            }
            length += 1;
        }
        length
    }
}
