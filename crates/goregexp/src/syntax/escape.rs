//! What a backslash can mean.

use regex_syntax::hir::Look;

use super::group::check_utf8;
use super::piece::Piece;
use super::{Parser, class};
use crate::error::{Error, ErrorKind};

impl<'p> Parser<'p> {
    /// Reads a backslash sequence outside of brackets.
    pub(super) fn backslash(&mut self) -> Result<(), Error> {
        if self.perl()
            && let Some(&letter) = self.rest.get(1)
        {
            let look = match letter {
                b'A' => Some(Look::Start),
                b'z' => Some(Look::End),
                b'b' => Some(Look::WordAscii),
                b'B' => Some(Look::WordAsciiNegate),
                b'C' => return self.error(ErrorKind::Escape, &self.rest[..2]),
                b'Q' => return self.quotation(),
                _ => None,
            };
            if let Some(look) = look {
                self.rest = &self.rest[2..];
                return self.look(look);
            }
        }
        if let Some(class) = self.escaped_class()? {
            return self.push(Piece::class(class::finish(class, false)));
        }
        let code = self.escape()?;
        self.literal(code)
    }

    /// Reads `\Q…\E`: all in between stands for itself. Without `\E` that is all there is.
    fn quotation(&mut self) -> Result<(), Error> {
        let text = &self.rest[2..];
        let (quoted, after) = match text.windows(2).position(|pair| pair == b"\\E") {
            Some(end) => (&text[..end], &text[end + 2..]),
            None => (text, &text[text.len()..]),
        };
        check_utf8(quoted)?;
        for c in String::from_utf8_lossy(quoted).chars() {
            self.literal(u32::from(c))?;
        }
        self.rest = after;
        Ok(())
    }

    /// Reads an escaped character and gives its code point.
    pub(super) fn escape(&mut self) -> Result<u32, Error> {
        let start = self.rest;
        self.rest = &start[1..];
        if self.rest.is_empty() {
            return self.error(ErrorKind::TrailingBackslash, b"");
        }
        let c = self.next_char()?;
        let code = match c {
            '1'..='7' if !self.rest.first().is_some_and(|&byte| is_octal(byte)) => None,
            '0'..='7' => Some(self.octal(u32::from(c) - u32::from('0'))),
            'x' => self.hexadecimal()?,
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(0x0a),
            'r' => Some(0x0d),
            't' => Some(0x09),
            'v' => Some(0x0b),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
            _ => None,
        };
        match code {
            Some(code) => Ok(code),
            None => self.error(ErrorKind::Escape, self.since(start)),
        }
    }

    /// Up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            match self.rest.split_first() {
                Some((&digit, rest)) if is_octal(digit) => {
                    code = code * 8 + u32::from(digit - b'0');
                    self.rest = rest;
                }
                _ => break,
            }
        }
        code
    }

    /// Two hexadecimal digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Result<Option<u32>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let first = self.next_char()?;
        if first != '{' {
            let second = self.next_char()?;
            return Ok(first.to_digit(16).zip(second.to_digit(16)).map(|(high, low)| high * 16 + low));
        }
        let mut code = None;
        while !self.rest.is_empty() {
            let c = self.next_char()?;
            if c == '}' {
                return Ok(code);
            }
            let Some(digit) = c.to_digit(16) else { return Ok(None) };
            let value = code.unwrap_or(0) * 16 + digit;
            if value > u32::from(char::MAX) {
                return Ok(None);
            }
            code = Some(value);
        }
        Ok(None)
    }
}

fn is_octal(byte: u8) -> bool {
    (b'0'..=b'7').contains(&byte)
}
