use govalue::{Str, strconv, utf8};

use super::lex::{Item, Keyword, Kind};
use super::{Parser, Result};
use crate::ParseError;
use crate::tree::Span;

/// The stream of tokens with look-ahead, and errors that name a token.
impl Parser<'_> {
    pub(super) fn next(&mut self) -> Item {
        if self.tree.peeked > 0 {
            self.tree.peeked -= 1;
        } else {
            self.tree.tokens[0] = self.lexer.next_item();
        }
        self.tree.tokens[self.tree.peeked]
    }

    pub(super) fn back_up(&mut self) {
        self.tree.peeked += 1;
    }

    /// Backs up two tokens, of which the later is still there.
    pub(super) fn back_up_2(&mut self, earlier: Item) {
        self.tree.tokens[1] = earlier;
        self.tree.peeked = 2;
    }

    /// Backs up three tokens, of which the latest is still there.
    pub(super) fn back_up_3(&mut self, earliest: Item, middle: Item) {
        self.tree.tokens[1] = middle;
        self.tree.tokens[2] = earliest;
        self.tree.peeked = 3;
    }

    pub(super) fn peek(&mut self) -> Item {
        if self.tree.peeked == 0 {
            self.tree.peeked = 1;
            self.tree.tokens[0] = self.lexer.next_item();
        }
        self.tree.tokens[self.tree.peeked - 1]
    }

    pub(super) fn next_non_space(&mut self) -> Item {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Item {
        let token = self.next_non_space();
        self.back_up();
        token
    }

    pub(super) fn expect(&mut self, kind: Kind, context: &str) -> Result<Item> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        let token = self.tree.tokens[0];
        let offset = (token.start as usize).min(self.unit.source.len());
        let column = self.unit.source[..offset].iter().rev().take_while(|b| **b != b'\n').count();
        ParseError::new(self.unit.name.to_string(), token.line as usize, column, message.into())
    }

    pub(super) fn unexpected(&self, token: Item, context: &str) -> ParseError {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", self.describe(token)));
        }
        let mut message = self.describe(token);
        let begun = self.tree.action_line;
        if begun != 0 && begun != token.line {
            // "unclosed action in action started at" would say it twice.
            let link = if message.ends_with(" action") { "" } else { " in action" };
            message += &format!("{link} started at {}:{begun}", self.unit.name);
        }
        self.error(message)
    }

    pub(super) fn span(&self, token: Item) -> Span {
        Span { start: token.start, end: token.end }
    }

    /// A token as an error shows it.
    fn describe(&self, token: Item) -> String {
        let text = self.unit.text(self.span(token));
        match token.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.lexer.error.clone().unwrap_or_default(),
            Kind::Keyword(Keyword::Dot) => "<.>".to_owned(),
            Kind::Keyword(_) => format!("<{}>", String::from_utf8_lossy(text)),
            _ if text.len() > 10 => format!("{}...", strconv::quote(first_characters(text, 10))),
            _ => strconv::quote(text),
        }
    }

    /// The value of a string constant.
    pub(super) fn unquote(&self, token: Item) -> Result<Str> {
        strconv::unquoted(self.unit.text(self.span(token)))
            .map(|value| Str::from(&*value))
            .ok_or_else(|| self.error("invalid syntax"))
    }
}

fn first_characters(text: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        if end < text.len() {
            end += utf8::decode(&text[end..]).1;
        }
    }
    &text[..end]
}
