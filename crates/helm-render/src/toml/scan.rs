//! The characters of a document, and the tokens that values begin with.

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

    /// A value or the beginning of one.
    pub(super) fn value(&mut self) -> Scanned<Token<'t>> {
        self.skip(is_blank)?;
        let start = self.at;
        let c = self.next()?;
        match c {
            Some('0'..='9') => {
                self.at = start;
                return self.number_or_date();
            }
            Some('[') => return Ok(Token::Array),
            Some('{') => return Ok(Token::Table),
            Some(quote @ ('"' | '\'')) => return self.string(quote),
            Some('.') => return self.fault(c, "floats must start with a digit, not '.'".to_owned()),
            Some('+' | '-') => return self.signed_number(start),
            Some('i' | 'n') => {
                let named =
                    (self.accept('n')? && self.accept('f')?) || (self.accept('a')? && self.accept('n')?);
                if named {
                    return Ok(Token::Float(self.since(start)));
                }
                self.at -= 1;
                return self.word();
            }
            _ => {}
        }
        match c {
            Some(letter) if utf8::is_letter(letter) => {
                self.at = start;
                self.word()
            }
            None => self.fault(None, "unexpected EOF; expected value".to_owned()),
            c => {
                let message = format!("expected value but found {} instead", shown(c));
                if c == Some('\n') { self.fault_before(message) } else { self.fault(c, message) }
            }
        }
    }

    /// `true` or `false`.
    fn word(&mut self) -> Scanned<Token<'t>> {
        let start = self.at;
        self.skip(|c| c.is_some_and(utf8::is_letter))?;
        match self.since(start) {
            "true" => Ok(Token::Bool(true)),
            "false" => Ok(Token::Bool(false)),
            word => {
                let message = format!("expected value but found {} instead", strconv::quote(word));
                self.fault_at(self.at, message)
            }
        }
    }

    fn number_or_date(&mut self) -> Scanned<Token<'t>> {
        let start = self.at;
        if self.accept('0')? {
            match self.peek()? {
                Some('b') => {
                    return self.integer_of_base(start, "a binary", |c| matches!(c, Some('0' | '1')));
                }
                Some('o') => {
                    return self.integer_of_base(start, "an octal", |c| matches!(c, Some('0'..='7')));
                }
                Some('x') => return self.integer_of_base(start, "a hexadecimal", is_hex_digit),
                Some('0'..='9' | '_' | '.' | 'e' | 'E') => {}
                _ => return Ok(Token::Integer(self.since(start))),
            }
        }
        self.skip(is_digit)?;
        match self.peek()? {
            Some('-' | ':') => {
                let date = |c| is_digit(c) || c.is_some_and(|c| "-:Tt .Zz+".contains(c));
                self.skip(date)?;
                Ok(Token::Date(self.since(start).trim_ascii()))
            }
            _ => self.decimal(start),
        }
    }

    /// The rest of a number that is no date.
    fn decimal(&mut self, start: usize) -> Scanned<Token<'t>> {
        self.skip(|c| is_digit(c) || c == Some('_'))?;
        match self.peek()? {
            Some('.' | 'e' | 'E') => {
                self.skip(|c| is_digit(c) || c.is_some_and(|c| "_.-+eE".contains(c)))?;
                Ok(Token::Float(self.since(start)))
            }
            _ => Ok(Token::Integer(self.since(start))),
        }
    }

    fn integer_of_base(
        &mut self,
        start: usize,
        name: &str,
        digit: fn(Option<char>) -> bool,
    ) -> Scanned<Token<'t>> {
        self.take();
        let first = self.peek()?;
        if !digit(first) {
            let number = self.since(start);
            let message = format!("not {name} number: '{number}{}'", first.unwrap_or('\0'));
            return self.fault_at(self.at, message);
        }
        self.skip(|c| digit(c) || c == Some('_'))?;
        Ok(Token::Integer(self.since(start)))
    }

    /// A number after its sign.
    fn signed_number(&mut self, start: usize) -> Scanned<Token<'t>> {
        let c = self.next()?;
        let rest = match c {
            Some('i') => ['n', 'f'],
            Some('n') => ['a', 'n'],
            Some('0') => {
                let base = self.peek()?;
                if let Some(letter @ ('b' | 'o' | 'x')) = base {
                    let number = self.since(start);
                    let message = format!("cannot use sign with non-decimal numbers: '{number}{letter}'");
                    return self.fault_at(self.at, message);
                }
                return self.decimal(start);
            }
            Some('1'..='9') => return self.decimal(start),
            Some('.') => return self.fault(c, "floats must start with a digit, not '.'".to_owned()),
            c => return self.fault(c, format!("expected a digit but got {}", shown(c))),
        };
        if !(self.accept(rest[0])? && self.accept(rest[1])?) {
            return self.fault_at(self.at, format!("invalid float: '{}'", self.since(start)));
        }
        Ok(Token::Float(self.since(start)))
    }

    /// A string after its first quote.
    fn string(&mut self, quote: char) -> Scanned<Token<'t>> {
        let start = self.at;
        if self.accept(quote)? {
            if self.accept(quote)? {
                return self.multiline_string(quote);
            }
            self.at = start;
        }
        if quote == '"' {
            Ok(Token::String(self.basic_string()?, Quotes::Basic))
        } else {
            Ok(Token::String(self.literal_string()?, Quotes::Literal))
        }
    }

    fn basic_string(&mut self) -> Scanned<&'t str> {
        let start = self.at;
        loop {
            let end = self.at;
            match self.next()? {
                None => return self.fault(None, "unexpected EOF; expected '\"'".to_owned()),
                Some('\n' | '\r') => return self.fault_before("strings cannot contain newlines".to_owned()),
                Some('\\') => self.escape(start)?,
                Some('"') => return Ok(self.between(start, end)),
                Some(_) => {}
            }
        }
    }

    fn literal_string(&mut self) -> Scanned<&'t str> {
        let start = self.at;
        self.skip(|c| c.is_some() && !is_line_break(c) && c != Some('\''))?;
        let text = self.since(start);
        match self.next()? {
            None => self.fault(None, "unexpected EOF; expected \"'\"".to_owned()),
            Some('\'') => Ok(text),
            Some(_) => self.fault_before("strings cannot contain newlines".to_owned()),
        }
    }

    /// A string after its first three quotes.
    fn multiline_string(&mut self, quote: char) -> Scanned<Token<'t>> {
        let start = self.at;
        let basic = quote == '"';
        loop {
            let before = self.at;
            match self.next()? {
                None if basic => return self.fault(None, "unexpected EOF; expected '\"\"\"'".to_owned()),
                None => return self.fault(None, "unexpected EOF; expected \"'''\"".to_owned()),
                Some('\\') if basic => {
                    if is_line_break(self.peek()?) {
                        self.next()?;
                    } else {
                        self.escape(start)?;
                    }
                }
                Some(c) if c == quote => {
                    let closed = self.accept(quote)? && self.accept(quote)?;
                    if closed && self.peek()? != Some(quote) {
                        let text = self.between(start, before);
                        let quotes = if basic { Quotes::MultilineBasic } else { Quotes::MultilineLiteral };
                        return Ok(Token::String(text, quotes));
                    }
                    if closed && self.too_many_quotes(start, basic) {
                        let six = if basic { "unexpected '\"\"\"\"\"\"'" } else { "unexpected \"''''''\"" };
                        return self.fault_at(self.at, six.to_owned());
                    }
                    self.at = before + 1;
                }
                Some(_) => {}
            }
        }
    }

    /// Two quotes may stand before the closing three, and no more; an escaped one does not count.
    fn too_many_quotes(&self, start: usize, basic: bool) -> bool {
        let text = self.since(start);
        if basic {
            text.ends_with("\"\"\"\"\"") && !text.ends_with("\\\"\"\"\"\"")
        } else {
            text.ends_with("'''''")
        }
    }

    /// Checks what follows a backslash.
    fn escape(&mut self, start: usize) -> Scanned<()> {
        let c = self.next()?;
        let (digits, kind) = match c {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, "two hexadecimal digits after '\\x'"),
            Some('u') => (4, "four hexadecimal digits after '\\u'"),
            Some('U') => (8, "eight hexadecimal digits after '\\U'"),
            c => {
                let message = format!("invalid escape in string '\\{}'", c.unwrap_or('\0'));
                return if c.is_none() { self.fault_before(message) } else { self.fault(c, message) };
            }
        };
        for _ in 0..digits {
            let c = self.next()?;
            if !is_hex_digit(c) {
                let found = strconv::quote(self.since(start));
                return self.fault(c, format!("expected {kind}, but got {found} instead"));
            }
        }
        Ok(())
    }
}

/// What precedes a part of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyStart {
    Pair,
    AfterDot,
    TableName,
}
