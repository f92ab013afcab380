use govalue::{strconv, utf8};
use memchr::{memchr_iter, memmem};

use crate::unicode;
use govalue::strconv::quote;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Error,
    Bool,
    /// A printable ASCII character without a meaning of its own, such as a comma.
    Char,
    CharConstant,
    /// `1+2i`; an imaginary constant alone is a number.
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Keyword(Keyword),
}

/// Words that are no function names. Dot and nil count as words of this kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Dot,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: its kind, its place and the line on which it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
    pub line: u32,
}

/// Splits a text into tokens, one at a time (package `text/template/parse`).
pub(super) struct Lexer<'s> {
    pub input: &'s [u8],
    left: &'s [u8],
    right: &'s [u8],
    find_left: memmem::Finder<'s>,
    /// Whether `break` and `continue` are keywords, not functions of the host's.
    pub break_ok: bool,
    pub continue_ok: bool,
    pos: usize,
    start: usize,
    line: u32,
    start_line: u32,
    inside_action: bool,
    paren_depth: u32,
    /// The text of an error token; nothing follows one.
    pub error: Option<String>,
}

const TRIM_MARKER_LEN: usize = 2;

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

fn has_left_trim_marker(s: &[u8]) -> bool {
    matches!(s, [b'-', b, ..] if is_space(*b))
}

fn has_right_trim_marker(s: &[u8]) -> bool {
    matches!(s, [b, b'-', ..] if is_space(*b))
}

fn leading_space(s: &[u8]) -> usize {
    s.iter().take_while(|b| is_space(**b)).count()
}

fn trailing_space(s: &[u8]) -> usize {
    s.iter().rev().take_while(|b| is_space(**b)).count()
}

/// A character as `%#U` prints it: `U+0040 '@'`.
fn describe(c: char) -> String {
    let code = u32::from(c);
    if strconv::is_print(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}

impl<'s> Lexer<'s> {
    pub fn new(input: &'s [u8], left: &'s str, right: &'s str) -> Lexer<'s> {
        let left = if left.is_empty() { "{{" } else { left }.as_bytes();
        let right = if right.is_empty() { "}}" } else { right }.as_bytes();
        Lexer {
            input,
            left,
            right,
            find_left: memmem::Finder::new(left),
            break_ok: true,
            continue_ok: true,
            pos: 0,
            start: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
            paren_depth: 0,
            error: None,
        }
    }

    /// The next token; after an error only ends.
    pub fn next_item(&mut self) -> Item {
        if self.error.is_some() {
            return self.item(Kind::Eof);
        }
        if self.inside_action { self.lex_action() } else { self.lex_text() }
    }

    fn rest(&self) -> &'s [u8] {
        &self.input[self.pos..]
    }

    fn peek_byte(&self) -> Option<u8> {
        self.input.get(self.pos).copied()
    }

    /// The next character and its width; invalid bytes count as U+FFFD, as in Go.
    fn peek_char(&self) -> Option<(char, usize)> {
        let first = self.peek_byte()?;
        if first < 0x80 {
            return Some((char::from(first), 1));
        }
        let (c, width) = utf8::decode(self.rest());
        Some((c.unwrap_or('\u{fffd}'), width))
    }

    fn next_char(&mut self) -> Option<char> {
        let (c, width) = self.peek_char()?;
        self.pos += width;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn item(&mut self, kind: Kind) -> Item {
        let item = Item { kind, start: self.start as u32, end: self.pos as u32, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        item
    }

    fn fail(&mut self, message: impl Into<String>) -> Item {
        self.error = Some(message.into());
        Item { kind: Kind::Error, start: self.start as u32, end: self.pos as u32, line: self.start_line }
    }

    fn count_lines(&mut self) {
        self.line += match &self.input[self.start..self.pos] {
            [] => 0,
            [b] => u32::from(*b == b'\n'),
            passed => memchr_iter(b'\n', passed).count() as u32,
        };
    }

    /// Skips what was passed by moving `pos` alone.
    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn lex_text(&mut self) -> Item {
        loop {
            let Some(at) = self.find_left.find(self.rest()) else {
                self.pos = self.input.len();
                if self.pos == self.start {
                    return self.item(Kind::Eof);
                }
                self.count_lines();
                return self.item(Kind::Text);
            };
            if at > 0 {
                let delim = self.pos + at;
                let trimmed = has_left_trim_marker(&self.input[delim + self.left.len()..]);
                let trim = if trimmed { trailing_space(&self.input[self.start..delim]) } else { 0 };
                self.pos = delim - trim;
                self.count_lines();
                let text = self.item(Kind::Text);
                self.pos = delim;
                self.ignore();
                if text.end > text.start {
                    return text;
                }
            }
            if let Some(item) = self.lex_left_delim() {
                return item;
            }
        }
    }

    /// At a left delimiter: returns it, or skips a comment and returns nothing.
    fn lex_left_delim(&mut self) -> Option<Item> {
        self.pos += self.left.len();
        let after_marker = if has_left_trim_marker(self.rest()) { TRIM_MARKER_LEN } else { 0 };
        if self.input[self.pos + after_marker..].starts_with(b"/*") {
            self.pos += after_marker;
            self.ignore();
            return self.skip_comment();
        }
        let item = self.item(Kind::LeftDelim);
        self.inside_action = true;
        self.pos += after_marker;
        self.ignore();
        self.paren_depth = 0;
        Some(item)
    }

    fn skip_comment(&mut self) -> Option<Item> {
        self.pos += 2;
        let Some(end) = memmem::find(self.rest(), b"*/") else { return Some(self.fail("unclosed comment")) };
        self.pos += end + 2;
        let Some(trim) = self.at_right_delim() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        if trim {
            self.pos += TRIM_MARKER_LEN;
        }
        self.pos += self.right.len();
        if trim {
            self.pos += leading_space(self.rest());
        }
        self.ignore();
        None
    }

    /// Whether a right delimiter is here, and if so whether it trims.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[TRIM_MARKER_LEN..].starts_with(self.right) {
            return Some(true);
        }
        rest.starts_with(self.right).then_some(false)
    }

    fn lex_right_delim(&mut self, trim: bool) -> Item {
        if trim {
            self.pos += TRIM_MARKER_LEN;
            self.ignore();
        }
        self.pos += self.right.len();
        let item = self.item(Kind::RightDelim);
        if trim {
            self.pos += leading_space(self.rest());
            self.ignore();
        }
        self.inside_action = false;
        item
    }

    fn lex_action(&mut self) -> Item {
        if let Some(trim) = self.at_right_delim() {
            if self.paren_depth == 0 {
                return self.lex_right_delim(trim);
            }
            return self.fail("unclosed left paren");
        }
        if self.peek_byte().is_some_and(is_space) {
            return self.lex_space();
        }
        let Some(c) = self.next_char() else { return self.fail("unclosed action") };
        match c {
            '=' => self.item(Kind::Assign),
            ':' if self.next_char() == Some('=') => self.item(Kind::Declare),
            ':' => self.fail("expected :="),
            '|' => self.item(Kind::Pipe),
            '"' => self.lex_quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => self.lex_quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.lex_raw_string(),
            '$' if self.at_terminator() => self.item(Kind::Variable),
            '$' => self.lex_word_after_mark(Kind::Variable),
            '.' if self.peek_byte().is_some_and(|b| !b.is_ascii_digit()) => {
                if self.at_terminator() {
                    return self.item(Kind::Keyword(Keyword::Dot));
                }
                self.lex_word_after_mark(Kind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.pos -= 1;
                self.lex_number()
            }
            '(' => {
                self.paren_depth += 1;
                self.item(Kind::LeftParen)
            }
            ')' if self.paren_depth == 0 => self.fail("unexpected right paren"),
            ')' => {
                self.paren_depth -= 1;
                self.item(Kind::RightParen)
            }
            c if unicode::is_alphanumeric(c) => self.lex_identifier(),
            ' '..='~' => self.item(Kind::Char),
            c => self.fail(format!("unrecognized character in action: {}", describe(c))),
        }
    }

    fn lex_space(&mut self) -> Item {
        let count = leading_space(self.rest());
        self.pos += count;
        // The last of the spaces may belong to a right delimiter that trims.
        let last = &self.input[self.pos - 1..];
        if has_right_trim_marker(last) && last[TRIM_MARKER_LEN..].starts_with(self.right) {
            self.pos -= 1;
            if count == 1 {
                return self.lex_right_delim(true);
            }
        }
        self.count_lines();
        self.item(Kind::Space)
    }

    fn skip_word(&mut self) {
        self.pos += self.rest().iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        while self.peek_char().is_some_and(|(c, _)| unicode::is_alphanumeric(c)) {
            self.next_char();
        }
    }

    fn bad_character(&mut self) -> Item {
        let c = self.peek_char().map_or('\u{fffd}', |(c, _)| c);
        self.fail(format!("bad character {}", describe(c)))
    }

    fn lex_identifier(&mut self) -> Item {
        self.skip_word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        use Keyword::*;
        let kind = match &self.input[self.start..self.pos] {
            b"block" => Kind::Keyword(Block),
            b"break" if self.break_ok => Kind::Keyword(Break),
            b"continue" if self.continue_ok => Kind::Keyword(Continue),
            b"define" => Kind::Keyword(Define),
            b"else" => Kind::Keyword(Else),
            b"end" => Kind::Keyword(End),
            b"if" => Kind::Keyword(If),
            b"nil" => Kind::Keyword(Nil),
            b"range" => Kind::Keyword(Range),
            b"template" => Kind::Keyword(Template),
            b"with" => Kind::Keyword(With),
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.item(kind)
    }

    /// The rest of `.name` or `$name`.
    fn lex_word_after_mark(&mut self, kind: Kind) -> Item {
        self.skip_word();
        if self.at_terminator() { self.item(kind) } else { self.bad_character() }
    }

    /// Whether a word may end here.
    fn at_terminator(&self) -> bool {
        match self.peek_byte() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(_) => self.rest().starts_with(self.right),
        }
    }

    fn lex_quoted(&mut self, quote: char, kind: Kind, unterminated: &'static str) -> Item {
        loop {
            match self.next_char() {
                Some('\\') if !matches!(self.next_char(), None | Some('\n')) => {}
                None | Some('\n' | '\\') => return self.fail(unterminated),
                Some(c) if c == quote => return self.item(kind),
                Some(_) => {}
            }
        }
    }

    fn lex_raw_string(&mut self) -> Item {
        let Some(len) = memchr::memchr(b'`', self.rest()) else {
            self.pos = self.input.len();
            return self.fail("unterminated raw quoted string");
        };
        self.pos += len + 1;
        self.count_lines();
        self.item(Kind::RawString)
    }

    fn lex_number(&mut self) -> Item {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.peek_byte(), Some(b'+' | b'-')) {
            if !self.scan_number() || self.input[self.pos - 1] != b'i' {
                return self.bad_number();
            }
            return self.item(Kind::Complex);
        }
        self.item(Kind::Number)
    }

    fn bad_number(&mut self) -> Item {
        self.fail(format!("bad number syntax: {}", quote(&self.input[self.start..self.pos])))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.peek_byte().is_some_and(|b| valid.contains(&b));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// Passes what looks like a number; whether it is one is found when it is converted.
    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEXADECIMAL: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEXADECIMAL;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits {
            DECIMAL => b"eE",
            HEXADECIMAL => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        if self.peek_char().is_some_and(|(c, _)| unicode::is_alphanumeric(c)) {
            self.next_char();
            return false;
        }
        true
    }
}
