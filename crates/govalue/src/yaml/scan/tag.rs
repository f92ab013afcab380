//! Anchors, tags and directives.

use std::borrow::Cow;

use super::cursor::is_word;
use super::{Mark, Scan, Scanner, TokenKind};

impl<'a> Scanner<'a> {
    pub(super) fn scan_anchor(&mut self) -> Scan<()> {
        let start = self.cursor.mark();
        let is_alias = self.cursor.peek(0) == b'*';
        self.cursor.advance(1);
        let name = self.cursor.read_word();
        let delimited = self.cursor.is_blank_or_end(0)
            || matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !delimited {
            return self.error(start, "did not find expected alphabetic or numeric character");
        }
        self.push(start, if is_alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) });
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Scan<()> {
        let start = self.cursor.mark();
        let (handle, suffix);
        if self.cursor.peek(1) == b'<' {
            self.cursor.advance(2);
            suffix = self.tag_uri("", start)?;
            handle = "";
            if self.cursor.peek(0) != b'>' {
                return self.error(start, "did not find the expected '>'");
            }
            self.cursor.advance(1);
        } else {
            let read = self.tag_handle(false, start)?;
            if read.len() > 1 && read.ends_with('!') {
                handle = read;
                suffix = self.tag_uri("", start)?;
            } else {
                // What looked like a handle was the start of a local tag.
                let uri = self.tag_uri(read, start)?;
                (handle, suffix) = if uri.is_empty() { ("", Cow::Borrowed("!")) } else { ("!", uri) };
            }
        }
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        self.push(start, TokenKind::Tag(Cow::Borrowed(handle), suffix));
        Ok(())
    }

    /// `!`, `!!` or `!name!`; outside of a directive, `!name` as well.
    fn tag_handle(&mut self, directive: bool, start: Mark) -> Scan<&'a str> {
        let from = self.cursor.at;
        if self.cursor.peek(0) != b'!' {
            return self.error(start, "did not find expected '!'");
        }
        self.cursor.advance(1);
        self.cursor.read_word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.advance(1);
        } else if directive && self.cursor.at - from > 1 {
            return self.error(start, "did not find expected '!'");
        }
        Ok(&self.cursor.text[from..self.cursor.at])
    }

    /// The rest of a tag. `head` is what was read of it before, with its `!`.
    fn tag_uri(&mut self, head: &'a str, start: Mark) -> Scan<Cow<'a, str>> {
        let from = self.cursor.at;
        let mut escaped: Option<Vec<u8>> = None;
        loop {
            let byte = self.cursor.peek(0);
            if byte == b'%' {
                let text = self.cursor.text;
                let out = escaped.get_or_insert_with(|| text.as_bytes()[from..self.cursor.at].to_vec());
                let mut octets = Vec::new();
                std::mem::swap(out, &mut octets);
                self.uri_escape(&mut octets, start)?;
                escaped = Some(octets);
            } else if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) {
                if let Some(out) = &mut escaped {
                    out.push(byte);
                }
                self.cursor.advance(1);
            } else {
                break;
            }
        }
        if head.is_empty() && self.cursor.at == from {
            return self.error(start, "did not find expected tag URI");
        }
        let head = head.get(1..).unwrap_or("");
        let read = match escaped {
            Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
            None => Cow::Borrowed(&self.cursor.text[from..self.cursor.at]),
        };
        Ok(if head.is_empty() { read } else { Cow::Owned(format!("{head}{read}")) })
    }

    /// `%xx`, as often as the character that it stands for has bytes.
    fn uri_escape(&mut self, out: &mut Vec<u8>, start: Mark) -> Scan<()> {
        let mut missing = None;
        while missing != Some(0) {
            let digit = |offset| char::from(self.cursor.peek(offset)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.peek(0), digit(1), digit(2)) else {
                return self.error(start, "did not find URI escaped octet");
            };
            let octet = (high << 4 | low) as u8;
            missing = Some(match missing {
                None => match octet {
                    ..=0x7f => 0,
                    0xc0..=0xdf => 1,
                    0xe0..=0xef => 2,
                    0xf0..=0xf7 => 3,
                    _ => return self.error(start, "found an incorrect leading UTF-8 octet"),
                },
                Some(_) if octet & 0xc0 != 0x80 => {
                    return self.error(start, "found an incorrect trailing UTF-8 octet");
                }
                Some(n) => n - 1,
            });
            out.push(octet);
            self.cursor.advance(3);
        }
        Ok(())
    }

    pub(super) fn scan_directive(&mut self) -> Scan<()> {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        let name = self.cursor.read_word();
        if name.is_empty() {
            return self.error(start, "could not find expected directive name");
        }
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "found unexpected non-alphabetical character");
        }
        let kind = match name {
            "YAML" => self.version_directive(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return self.error(start, "found unknown directive name"),
        };
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        if !self.cursor.is_break_or_end(0) {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.read_break();
        self.push(start, kind);
        Ok(())
    }

    fn version_directive(&mut self, start: Mark) -> Scan<TokenKind<'a>> {
        self.cursor.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.peek(0) != b'.' {
            return self.error(start, "did not find expected digit or '.' character");
        }
        self.cursor.advance(1);
        let minor = self.version_number(start)?;
        Ok(TokenKind::VersionDirective(major, minor))
    }

    fn version_number(&mut self, start: Mark) -> Scan<u8> {
        let mut value = 0;
        for length in 0.. {
            let digit = self.cursor.peek(0);
            if !digit.is_ascii_digit() {
                if length == 0 {
                    return self.error(start, "did not find expected version number");
                }
                break;
            }
            if length == 2 {
                return self.error(start, "found extremely long version number");
            }
            value = value * 10 + (digit - b'0');
            self.cursor.advance(1);
        }
        Ok(value)
    }

    fn tag_directive(&mut self, start: Mark) -> Scan<TokenKind<'a>> {
        self.cursor.skip_blanks();
        let handle = self.tag_handle(true, start)?;
        if !self.cursor.is_blank(0) {
            return self.error(start, "did not find expected whitespace");
        }
        self.cursor.skip_blanks();
        let prefix = self.tag_uri("", start)?;
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        Ok(TokenKind::TagDirective(Cow::Borrowed(handle), prefix))
    }
}
