//! Values: words, numbers, dates and strings. What they mean is read later.

use govalue::{strconv, utf8};

use super::{Quotes, Scanned, Scanner, Token, is_blank, is_digit, is_hex_digit, is_line_break, shown};

impl<'t> Scanner<'t> {
    /// A value or the beginning of one.
    pub(in crate::toml) fn value(&mut self) -> Scanned<Token<'t>> {
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

    pub(super) fn basic_string(&mut self) -> Scanned<&'t str> {
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

    pub(super) fn literal_string(&mut self) -> Scanned<&'t str> {
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
