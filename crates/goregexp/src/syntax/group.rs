//! Groups that start with `(?`: named ones, flags, and groups that do not capture.

use super::{Flags, Parser};
use crate::error::{Error, ErrorKind};

impl Parser<'_> {
    /// Reads `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    pub(super) fn perl_group(&mut self) -> Result<(), Error> {
        let start = self.rest;
        let named = start.strip_prefix(b"(?P<").or_else(|| start.strip_prefix(b"(?<"));
        match named {
            Some(after) if !after.is_empty() => self.named_group(after),
            _ => self.flag_group(),
        }
    }

    fn named_group(&mut self, after: &[u8]) -> Result<(), Error> {
        let start = self.rest;
        let Some(length) = after.iter().position(|&byte| byte == b'>') else {
            check_utf8(start)?;
            return self.error(ErrorKind::NamedCapture, start);
        };
        let name = &after[..length];
        check_utf8(name)?;
        self.rest = &start[start.len() - after.len() + length + 1..];
        let valid = !name.is_empty() && name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric());
        if !valid {
            return self.error(ErrorKind::NamedCapture, self.since(start));
        }
        self.open_capture(Some(String::from_utf8_lossy(name).into_owned()));
        Ok(())
    }

    fn flag_group(&mut self) -> Result<(), Error> {
        let start = self.rest;
        self.rest = &start[2..];
        let mut flags = self.flags;
        let mut value = true;
        let mut seen = false;
        while !self.rest.is_empty() {
            let c = self.next_char()?;
            match c {
                'i' | 'm' | 's' | 'U' => {
                    flags.set(c, value);
                    seen = true;
                }
                '-' if value => {
                    value = false;
                    seen = false;
                }
                ':' | ')' if value || seen => {
                    if c == ':' {
                        self.open(None);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
        }
        self.error(ErrorKind::PerlOp, self.since(start))
    }
}

impl Flags {
    fn set(&mut self, flag: char, value: bool) {
        match flag {
            'i' => self.fold = value,
            'm' => self.one_line = !value,
            's' => self.dot_newline = value,
            _ => self.lazy = value,
        }
    }
}

/// The error for bytes that are not UTF-8 shows the text from the first of them.
pub(super) fn check_utf8(text: &[u8]) -> Result<(), Error> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(e) => Err(Error::new(ErrorKind::Utf8, &text[e.valid_up_to()..])),
    }
}
