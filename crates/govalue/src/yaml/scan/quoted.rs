//! Scalars in quotes.

use std::borrow::Cow;

use super::super::event::Style;
use super::plain::Fold;
use super::{Mark, Scan, Scanner, TokenKind};

impl<'a> Scanner<'a> {
    pub(super) fn scan_single_quoted(&mut self) -> Scan<()> {
        self.scan_quoted(b'\'', Style::SingleQuoted)
    }

    pub(super) fn scan_double_quoted(&mut self) -> Scan<()> {
        self.scan_quoted(b'"', Style::DoubleQuoted)
    }

    fn scan_quoted(&mut self, quote: u8, style: Style) -> Scan<()> {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        let value = match self.quoted_as_is(quote) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.quoted_text(quote, start)?),
        };
        self.push(start, TokenKind::Scalar(value, style));
        Ok(())
    }

    /// Text on one line without escapes, which is nearly all quoted text, needs no copy.
    fn quoted_as_is(&mut self, quote: u8) -> Option<&'a str> {
        let rest = self.cursor.rest();
        let odd = |b: u8| b == quote || matches!(b, b'\\' | b'\n' | b'\r' | 0xc2 | 0xe2);
        let length = rest.bytes().position(odd)?;
        let bytes = rest.as_bytes();
        if bytes[length] != quote || (quote == b'\'' && bytes.get(length + 1) == Some(&quote)) {
            return None;
        }
        self.cursor.advance_text(length);
        self.cursor.advance(1);
        Some(&rest[..length])
    }

    fn quoted_text(&mut self, quote: u8, start: Mark) -> Scan<String> {
        let mut out = String::new();
        let mut fold = Fold::default();
        loop {
            if self.cursor.is_document_marker() {
                return self.error(start, "found unexpected document indicator");
            }
            if self.cursor.is_at_end() {
                return self.error(start, "found unexpected end of stream");
            }
            let mut broken = self.quoted_run(quote, start, &mut out)?;
            if self.cursor.peek(0) == quote {
                self.cursor.advance(1);
                return Ok(out);
            }
            let blanks_from = self.cursor.at;
            let mut blanks_to = blanks_from;
            loop {
                if self.cursor.is_blank(0) {
                    self.cursor.advance(1);
                    if !broken {
                        blanks_to = self.cursor.at;
                    }
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
            if broken {
                fold.finish(&mut out);
            } else {
                out.push_str(&self.cursor.text[blanks_from..blanks_to]);
            }
        }
    }

    /// Reads up to a blank, a line break or the closing quote. Whether an escaped line break ended it.
    fn quoted_run(&mut self, quote: u8, start: Mark, out: &mut String) -> Scan<bool> {
        let text = self.cursor.text;
        let mut from = self.cursor.at;
        while !self.cursor.is_blank_or_end(0) {
            let byte = self.cursor.peek(0);
            if byte == quote {
                if quote == b'"' || self.cursor.peek(1) != quote {
                    break;
                }
                out.push_str(&text[from..self.cursor.at]);
                out.push('\'');
                self.cursor.advance(2);
                from = self.cursor.at;
            } else if byte == b'\\' && quote == b'"' {
                out.push_str(&text[from..self.cursor.at]);
                if self.cursor.is_break(1) {
                    self.cursor.advance(1);
                    self.cursor.read_break();
                    return Ok(true);
                }
                let c = self.escape(start)?;
                out.push(c);
                from = self.cursor.at;
            } else {
                let c = self.cursor.rest().chars().next().map_or(1, char::len_utf8);
                self.cursor.advance_text(c);
            }
        }
        out.push_str(&text[from..self.cursor.at]);
        Ok(false)
    }

    fn escape(&mut self, start: Mark) -> Scan<char> {
        let digits = match self.cursor.peek(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            letter => {
                let c = match letter {
                    b'0' => '\0',
                    b'a' => '\x07',
                    b'b' => '\x08',
                    b't' | b'\t' => '\t',
                    b'n' => '\n',
                    b'v' => '\x0b',
                    b'f' => '\x0c',
                    b'r' => '\r',
                    b'e' => '\x1b',
                    b' ' | b'"' | b'\'' | b'\\' => char::from(letter),
                    b'N' => '\u{85}',
                    b'_' => '\u{a0}',
                    b'L' => '\u{2028}',
                    b'P' => '\u{2029}',
                    _ => return self.error(start, "found unknown escape character"),
                };
                self.cursor.advance(2);
                return Ok(c);
            }
        };
        self.cursor.advance(2);
        self.check_input(digits)?;
        let mut value = 0u32;
        for i in 0..digits {
            let Some(digit) = char::from(self.cursor.peek(i)).to_digit(16) else {
                return self.error(start, "did not find expected hexdecimal number");
            };
            // At most eight digits fit.
            value = value << 4 | digit;
        }
        let Some(c) = char::from_u32(value) else {
            return self.error(start, "found invalid Unicode character escape code");
        };
        self.cursor.advance(digits);
        Ok(c)
    }
}
