//! Character classes: brackets, `\d` and the like, `[:alpha:]` and the like, `\p{…}`.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::Parser;
use super::group::check_utf8;
use super::piece::Piece;
use crate::error::{Error, ErrorKind};
use crate::unicode;

/// Ranges of characters, not yet in order.
pub(super) type Ranges = Vec<ClassUnicodeRange>;

/// Puts ranges in order.
pub(super) fn finish(ranges: Ranges, negate: bool) -> ClassUnicode {
    let mut class = ClassUnicode::new(ranges);
    if negate {
        unicode::negate(&mut class);
    }
    class
}

impl<'p> Parser<'p> {
    /// Reads a class in brackets.
    pub(super) fn bracket_class(&mut self) -> Result<(), Error> {
        let whole = self.rest;
        self.rest = &whole[1..];
        let negate = self.rest.first() == Some(&b'^');
        let mut ranges = Ranges::new();
        if negate {
            self.rest = &self.rest[1..];
            if !self.perl() {
                // In egrep a negated class does not match the end of a line.
                ranges.push(ClassUnicodeRange::new('\n', '\n'));
            }
        }
        let mut plain = Ranges::new();
        let mut first = true;
        while first || self.rest.first() != Some(&b']') {
            if !self.perl() && !first {
                self.refuse_hyphen()?;
            }
            first = false;
            if let Some(class) = self.named_class()? {
                ranges.extend(class);
            } else if let Some(class) = self.escaped_class()? {
                ranges.extend(class);
            } else {
                plain.extend(self.range(whole)?);
            }
        }
        self.rest = &self.rest[1..];
        ranges.extend(self.folded(plain));
        self.push(Piece::class(finish(ranges, negate)))
    }

    /// In egrep a hyphen is a character only at the start or end of a class.
    fn refuse_hyphen(&mut self) -> Result<(), Error> {
        let start = self.rest;
        if start.first() != Some(&b'-') || start.get(1) == Some(&b']') {
            return Ok(());
        }
        self.rest = &start[1..];
        // One byte more when what follows is not UTF-8.
        let width = match self.next_char() {
            Ok(_) => self.since(start).len(),
            Err(_) => 2,
        };
        self.error(ErrorKind::CharRange, &start[..width])
    }

    /// Reads one character or a range of them.
    fn range(&mut self, whole: &'p [u8]) -> Result<Option<ClassUnicodeRange>, Error> {
        let start = self.rest;
        let low = self.class_char(whole)?;
        let mut high = low;
        // In `[a-]` the hyphen stands for itself.
        if let [b'-', next, ..] = self.rest
            && *next != b']'
        {
            self.rest = &self.rest[1..];
            high = self.class_char(whole)?;
            if high < low {
                return self.error(ErrorKind::CharRange, self.since(start));
            }
        }
        // Surrogates are never in a text.
        let low = char::from_u32(low).unwrap_or('\u{e000}');
        let high = char::from_u32(high).unwrap_or('\u{d7ff}');
        Ok((low <= high).then(|| ClassUnicodeRange::new(low, high)))
    }

    fn class_char(&mut self, whole: &[u8]) -> Result<u32, Error> {
        match self.rest.first() {
            None => self.error(ErrorKind::MissingBracket, whole),
            Some(b'\\') => self.escape(),
            Some(_) => self.next_char().map(u32::from),
        }
    }

    /// Reads `[:name:]` or `[:^name:]`.
    fn named_class(&mut self) -> Result<Option<Ranges>, Error> {
        let Some(after) = self.rest.strip_prefix(b"[:") else { return Ok(None) };
        let Some(length) = after.windows(2).position(|pair| pair == b":]") else { return Ok(None) };
        let start = self.rest;
        self.rest = &after[length + 2..];
        let name = &after[..length];
        let (negate, name) = match name.strip_prefix(b"^") {
            Some(name) => (true, name),
            None => (false, name),
        };
        match posix(name) {
            Some(ranges) => Ok(Some(self.group(ranges, negate))),
            None => self.error(ErrorKind::CharRange, self.since(start)),
        }
    }

    /// Reads `\d`, `\pL`, `\p{Greek}` and the like.
    pub(super) fn escaped_class(&mut self) -> Result<Option<Ranges>, Error> {
        let [b'\\', letter, ..] = self.rest else { return Ok(None) };
        if !self.perl() {
            return Ok(None);
        }
        let ranges: &[(u8, u8)] = match letter {
            b'p' | b'P' => return self.unicode_class(*letter == b'P').map(Some),
            b'd' | b'D' => DIGIT,
            b's' | b'S' => &[(b'\t', b'\n'), (b'\x0c', b'\r'), (b' ', b' ')],
            b'w' | b'W' => WORD,
            _ => return Ok(None),
        };
        self.rest = &self.rest[2..];
        Ok(Some(self.group(ranges, letter.is_ascii_uppercase())))
    }

    fn unicode_class(&mut self, mut negate: bool) -> Result<Ranges, Error> {
        let start = self.rest;
        self.rest = &start[2..];
        let mut name = match self.next_char()? {
            '{' => {
                let Some(length) = self.rest.iter().position(|&byte| byte == b'}') else {
                    check_utf8(start)?;
                    return self.error(ErrorKind::CharRange, start);
                };
                let name = &self.rest[..length];
                check_utf8(name)?;
                self.rest = &self.rest[length + 1..];
                name
            }
            _ => &self.since(start)[2..],
        };
        if let Some(after) = name.strip_prefix(b"^") {
            negate = !negate;
            name = after;
        }
        let Some(mut class) = unicode::table(&String::from_utf8_lossy(name), self.flags.fold) else {
            return self.error(ErrorKind::CharRange, self.since(start));
        };
        if negate {
            unicode::negate(&mut class);
        }
        Ok(class.ranges().to_vec())
    }

    /// A class of ASCII characters.
    fn group(&self, ranges: &[(u8, u8)], negate: bool) -> Ranges {
        let ranges = ranges
            .iter()
            .map(|&(low, high)| ClassUnicodeRange::new(char::from(low), char::from(high)))
            .collect();
        let mut class = ClassUnicode::new(self.folded(ranges));
        if negate {
            unicode::negate(&mut class);
        }
        class.ranges().to_vec()
    }

    fn folded(&self, ranges: Ranges) -> Ranges {
        if !self.flags.fold {
            return ranges;
        }
        let mut class = ClassUnicode::new(ranges);
        unicode::fold(&mut class);
        class.ranges().to_vec()
    }
}

const DIGIT: &[(u8, u8)] = &[(b'0', b'9')];
const WORD: &[(u8, u8)] = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];

/// The ASCII classes of POSIX.
fn posix(name: &[u8]) -> Option<&'static [(u8, u8)]> {
    Some(match name {
        b"alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        b"alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        b"ascii" => &[(0, 0x7f)],
        b"blank" => &[(b'\t', b'\t'), (b' ', b' ')],
        b"cntrl" => &[(0, 0x1f), (0x7f, 0x7f)],
        b"digit" => DIGIT,
        b"graph" => &[(b'!', b'~')],
        b"lower" => &[(b'a', b'z')],
        b"print" => &[(b' ', b'~')],
        b"punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"space" => &[(b'\t', b'\r'), (b' ', b' ')],
        b"upper" => &[(b'A', b'Z')],
        b"word" => WORD,
        b"xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    })
}
