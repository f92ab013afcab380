//! The characters of a document, its keys and what stands between them.

mod value;

use govalue::{strconv, utf8};

/// What is wrong with a document, and in which line.
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

pub(super) type Scanned<T> = Result<T, Box<Fault>>;

/// A value, or what begins one.
pub(super) enum Token<'t> {
    Array,
    Table,
    Bool(bool),
    Integer(&'t str),
    Float(&'t str),
    Date(&'t str),
    /// The text between the quotes, its escapes not read yet.
    String(&'t str, Quotes),
}

/// How a string is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Basic,
    Literal,
    /// `"""`
    MultilineBasic,
    /// `'''`
    MultilineLiteral,
}

pub(super) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

fn is_blank(c: Option<char>) -> bool {
    matches!(c, Some(' ' | '\t'))
}

/// `\r` counts as one: the scanner lets it pass before `\n` only.
pub(super) fn is_line_break(c: Option<char>) -> bool {
    matches!(c, Some('\n' | '\r'))
}

fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

fn is_hex_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_hexdigit())
}

/// A character as Go's `%q` shows it; the end of the text is a NUL there.
fn shown(c: Option<char>) -> String {
    strconv::quote_rune(c.unwrap_or('\0'))
}

/// A character, or what is said instead of it at the end.
fn shown_or_end(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".to_owned(), |c| format!("'{c}'"))
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Scanner<'t> {
        Scanner { text, at: 0 }
    }

    /// How far the text was read.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// The number of the line of a place.
    fn line(&self, place: usize) -> usize {
        1 + self.text[..place].iter().filter(|b| **b == b'\n').count()
    }

    /// An error in the line of a place that was read.
    pub(super) fn fault_at<T>(&self, place: usize, message: String) -> Scanned<T> {
        Err(Box::new(Fault { line: self.line(place), message }))
    }

    /// An error about the character that was read last. One about the end is in the line that the text ends.
    fn fault<T>(&self, found: Option<char>, message: String) -> Scanned<T> {
        match found {
            None if self.text.last() == Some(&b'\n') => self.fault_before(message),
            _ => self.fault_at(self.at, message),
        }
    }

    /// An error in the line before the present one: that which a line break ended.
    fn fault_before<T>(&self, message: String) -> Scanned<T> {
        Err(Box::new(Fault { line: self.line(self.at) - 1, message }))
    }

    /// Takes the next character; `None` at the end.
    fn next(&mut self) -> Scanned<Option<char>> {
        let rest = &self.text[self.at..];
        let (c, len) = match utf8::decode(rest) {
            (_, 0) => return Ok(None),
            (None, _) => return self.fault_at(self.at, format!("invalid UTF-8 byte: 0x{:02x}", rest[0])),
            (Some(c), len) => (c, len),
        };
        let lone_return = c == '\r' && rest.get(1) != Some(&b'\n');
        if lone_return || (c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n')) {
            let message = format!("TOML files cannot contain control characters: '0x{:02x}'", u32::from(c));
            return self.fault_at(self.at, message);
        }
        self.at += len;
        Ok(Some(c))
    }

    /// The next character, which stays.
    fn peek(&mut self) -> Scanned<Option<char>> {
        let at = self.at;
        let c = self.next();
        self.at = at;
        c
    }

    fn accept(&mut self, wanted: char) -> Scanned<bool> {
        let at = self.at;
        let found = self.next()? == Some(wanted);
        if !found {
            self.at = at;
        }
        Ok(found)
    }

    fn skip(&mut self, accepted: impl Fn(Option<char>) -> bool) -> Scanned<()> {
        while accepted(self.peek()?) {
            self.next()?;
        }
        Ok(())
    }

    /// What was read since a place.
    fn since(&self, start: usize) -> &'t str {
        self.between(start, self.at)
    }

    /// A part of what was read, all of which is UTF-8.
    fn between(&self, start: usize, end: usize) -> &'t str {
        std::str::from_utf8(&self.text[start..end]).unwrap_or_default()
    }

    /// Skips blanks, line breaks and comments; answers the next character, which stays.
    pub(super) fn skip_to_item(&mut self) -> Scanned<Option<char>> {
        loop {
            match self.peek()? {
                Some(' ' | '\t' | '\r' | '\n') => {
                    self.next()?;
                }
                Some('#') => self.skip(|c| c.is_some() && !is_line_break(c))?,
                c => return Ok(c),
            }
        }
    }

    /// Takes a character that was peeked at.
    pub(super) fn take(&mut self) {
        self.at += 1;
    }

    /// The end of a line after a value or a table's name.
    pub(super) fn end_of_item(&mut self) -> Scanned<()> {
        self.skip(is_blank)?;
        match self.peek()? {
            None | Some('#' | '\n' | '\r') => Ok(()),
            c => {
                self.next()?;
                let what = "expected a top-level item to end with a newline, comment, or EOF";
                self.fault(c, format!("{what}, but got {} instead", shown(c)))
            }
        }
    }

    /// What follows a value inside an array: whether there may be another value.
    pub(super) fn array_goes_on(&mut self) -> Scanned<bool> {
        self.skip_to_item()?;
        match self.next()? {
            Some(',') => Ok(true),
            Some(']') => Ok(false),
            c => {
                let what = "expected a comma (',') or array terminator (']')";
                self.fault(c, format!("{what}, but got {}", shown_or_end(c)))
            }
        }
    }

    /// What follows a pair inside an inline table: whether there may be another pair.
    pub(super) fn inline_table_goes_on(&mut self) -> Scanned<bool> {
        self.skip_to_item()?;
        match self.next()? {
            Some(',') => {
                self.skip(is_blank)?;
                match self.peek()? {
                    Some('}') => self.inline_table_goes_on(),
                    _ => Ok(true),
                }
            }
            Some('}') => Ok(false),
            c => {
                let what = "expected a comma or an inline table terminator '}'";
                self.fault(c, format!("{what}, but got {} instead", shown_or_end(c)))
            }
        }
    }

    /// Whether an array or inline table ends here instead of having a value.
    pub(super) fn closes(&mut self, close: char) -> Scanned<bool> {
        match self.skip_to_item()? {
            Some(',') => {
                self.next()?;
                self.fault_at(self.at, "unexpected comma".to_owned())
            }
            _ => self.accept(close),
        }
    }

    /// One part of a key. `start` says what precedes it.
    pub(super) fn key_part(&mut self, start: KeyStart) -> Scanned<(&'t str, Option<Quotes>)> {
        self.skip(is_blank)?;
        let c = self.peek()?;
        let complaint = match (start, c) {
            (KeyStart::Pair, Some('=') | None) => Some("unexpected '=': key name appears blank"),
            (KeyStart::Pair, Some('.')) => Some("unexpected '.': keys cannot start with a '.'"),
            (KeyStart::AfterDot, Some('=') | None) => Some("unexpected '='"),
            (KeyStart::AfterDot, Some('.')) => Some("unexpected '.'"),
            (KeyStart::TableName, Some(']') | None) => {
                Some("unexpected end of table name (table names cannot be empty)")
            }
            (KeyStart::TableName, Some('.')) => {
                Some("unexpected table separator (table names cannot be empty)")
            }
            _ => None,
        };
        if let Some(message) = complaint {
            return self.fault_at(self.at, message.to_owned());
        }
        let start = self.at;
        match c {
            Some('"') => {
                self.take();
                Ok((self.basic_string()?, Some(Quotes::Basic)))
            }
            Some('\'') => {
                self.take();
                Ok((self.literal_string()?, Some(Quotes::Literal)))
            }
            _ => {
                self.skip(|c| c.is_some_and(super::is_bare_key_char))?;
                Ok((self.since(start), None))
            }
        }
    }

    /// What follows a part of a pair's key: whether another part.
    pub(super) fn key_goes_on(&mut self) -> Scanned<bool> {
        self.skip(is_blank)?;
        match self.next()? {
            Some('.') => Ok(true),
            Some('=') => Ok(false),
            None => self.fault(None, "unexpected EOF; expected key separator '='".to_owned()),
            c => {
                let message = format!("expected '.' or '=', but got {} instead", shown(c));
                if c == Some('\n') { self.fault_before(message) } else { self.fault(c, message) }
            }
        }
    }

    /// What follows a part of a table's name: whether another part.
    pub(super) fn table_name_goes_on(&mut self) -> Scanned<bool> {
        self.skip(is_blank)?;
        match self.next()? {
            Some('.') => Ok(true),
            Some(']') => Ok(false),
            c => {
                self.fault(c, format!("expected '.' or ']' to end table name, but got {} instead", shown(c)))
            }
        }
    }

    /// After the first `[` of a table's name: whether a second one follows.
    pub(super) fn is_table_array(&mut self) -> Scanned<bool> {
        self.accept('[')
    }

    /// The second `]` after the name of an array of tables.
    pub(super) fn end_of_table_array(&mut self) -> Scanned<()> {
        match self.next()? {
            Some(']') => Ok(()),
            c => {
                let what = "expected end of table array name delimiter ']'";
                self.fault(c, format!("{what}, but got {} instead", shown(c)))
            }
        }
    }
}

/// What precedes a part of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyStart {
    Pair,
    AfterDot,
    TableName,
}
