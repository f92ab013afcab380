//! Go's string and character literals.

use std::borrow::Cow;

use super::print_table::{GRAPHIC, PRINTABLE};
use crate::utf8;

/// Which characters a literal shows as they are.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Printable,
    Ascii,
    Graphic,
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn in_ranges(table: &[(u32, u32)], c: char) -> bool {
    let c = u32::from(c);
    let at = table.partition_point(|&(_, last)| last < c);
    table.get(at).is_some_and(|&(first, _)| first <= c)
}

/// Whether Go regards a character as printable (`strconv.IsPrint`): letters, marks, numbers, punctuation, symbols
/// and the ASCII space.
pub fn is_print(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\0'..='\u{a0}' => false,
        _ => in_ranges(PRINTABLE, c),
    }
}

/// Whether a character is printable or a space of any kind (`strconv.IsGraphic`).
pub fn is_graphic(c: char) -> bool {
    is_print(c) || in_ranges(GRAPHIC, c)
}

impl Shown {
    fn shows(self, c: char) -> bool {
        match self {
            Shown::Printable => is_print(c),
            Shown::Ascii => c.is_ascii() && is_print(c),
            Shown::Graphic => is_graphic(c),
        }
    }
}

fn push_hex(out: &mut Vec<u8>, digits: u32, v: u32) {
    out.extend((0..digits).rev().map(|d| HEX[(v >> (4 * d)) as usize & 15]));
}

fn push_char(out: &mut Vec<u8>, c: char, mark: char, shown: Shown) {
    let letter = match c {
        _ if c == mark || c == '\\' => c as u8,
        _ if shown.shows(c) => return utf8::push(out, c),
        '\x07' => b'a',
        '\x08' => b'b',
        '\x0c' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x0b' => b'v',
        _ => {
            let (letter, digits) = match c {
                '\0'..' ' | '\x7f' => (b'x', 2),
                '\0'..='\u{ffff}' => (b'u', 4),
                _ => (b'U', 8),
            };
            out.extend([b'\\', letter]);
            return push_hex(out, digits, u32::from(c));
        }
    };
    out.extend([b'\\', letter]);
}

fn push_string(out: &mut Vec<u8>, s: &[u8], shown: Shown) {
    out.reserve(s.len() + 2);
    out.push(b'"');
    let mut rest = s;
    while !rest.is_empty() {
        // Most text needs no escape at all: copied in runs.
        let plain = rest.iter().take_while(|&&b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\').count();
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        let (c, len) = utf8::decode(rest);
        match c {
            Some(c) => push_char(out, c, '"', shown),
            None if len == 1 => {
                out.extend_from_slice(b"\\x");
                push_hex(out, 2, u32::from(rest[0]));
            }
            None => {}
        }
        rest = &rest[len..];
    }
    out.push(b'"');
}

fn push_rune(out: &mut Vec<u8>, c: char, shown: Shown) {
    out.push(b'\'');
    push_char(out, c, '\'', shown);
    out.push(b'\'');
}

fn string(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    // A literal holds no invalid bytes: they were escaped.
    String::from_utf8(out).unwrap_or_default()
}

/// A double-quoted literal (`strconv.Quote`).
pub fn quote(s: impl AsRef<[u8]>) -> String {
    string(|out| append_quote(out, s.as_ref()))
}

/// A double-quoted literal in ASCII (`strconv.QuoteToASCII`).
pub fn quote_to_ascii(s: impl AsRef<[u8]>) -> String {
    string(|out| append_quote_to_ascii(out, s.as_ref()))
}

/// A double-quoted literal that shows spaces of every kind (`strconv.QuoteToGraphic`).
pub fn quote_to_graphic(s: impl AsRef<[u8]>) -> String {
    string(|out| push_string(out, s.as_ref(), Shown::Graphic))
}

/// A character literal (`strconv.QuoteRune`).
pub fn quote_rune(c: char) -> String {
    string(|out| append_quote_rune(out, c))
}

/// A character literal in ASCII (`strconv.QuoteRuneToASCII`).
pub fn quote_rune_to_ascii(c: char) -> String {
    string(|out| append_quote_rune_to_ascii(out, c))
}

/// A character literal that shows spaces of every kind (`strconv.QuoteRuneToGraphic`).
pub fn quote_rune_to_graphic(c: char) -> String {
    string(|out| push_rune(out, c, Shown::Graphic))
}

/// Appends [`quote`] (`strconv.AppendQuote`).
pub fn append_quote(out: &mut Vec<u8>, s: &[u8]) {
    push_string(out, s, Shown::Printable);
}

/// Appends [`quote_to_ascii`] (`strconv.AppendQuoteToASCII`).
pub fn append_quote_to_ascii(out: &mut Vec<u8>, s: &[u8]) {
    push_string(out, s, Shown::Ascii);
}

/// Appends [`quote_rune`] (`strconv.AppendQuoteRune`).
pub fn append_quote_rune(out: &mut Vec<u8>, c: char) {
    push_rune(out, c, Shown::Printable);
}

/// Appends [`quote_rune_to_ascii`].
pub fn append_quote_rune_to_ascii(out: &mut Vec<u8>, c: char) {
    push_rune(out, c, Shown::Ascii);
}

/// Whether text can stand between backquotes unchanged (`strconv.CanBackquote`).
pub fn can_backquote(s: &[u8]) -> bool {
    utf8::chars(s).all(|(_, c)| match c {
        Some('\t') => true,
        Some('\0'..' ' | '`' | '\x7f' | '\u{feff}') | None => false,
        Some(_) => true,
    })
}

/// One character of a literal: a character, or a byte given by `\x` or octal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unquoted {
    /// A byte that need not be a character.
    Byte(u8),
    /// A character, to be written in UTF-8.
    Char(char),
}

/// Reads the first character of a literal's inside and returns it with what follows (`strconv.UnquoteChar`).
/// `mark` is the quote that surrounds the literal (0 for none). `None` for a syntax error.
pub fn unquote_char(s: &[u8], mark: u8) -> Option<(Unquoted, &[u8])> {
    let first = *s.first()?;
    if first == mark && matches!(mark, b'\'' | b'"') {
        return None;
    }
    if first != b'\\' {
        let (c, len) = utf8::decode(s);
        return Some((Unquoted::Char(c.unwrap_or('\u{fffd}')), &s[len..]));
    }
    let letter = *s.get(1)?;
    let rest = &s[2..];
    let byte = match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 0xc,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0xb,
        b'\\' => b'\\',
        b'\'' | b'"' if letter == mark => letter,
        b'x' => return Some((Unquoted::Byte(digits(rest, 2, 16)? as u8), &rest[2..])),
        b'u' => return Some((Unquoted::Char(char::from_u32(digits(rest, 4, 16)?)?), &rest[4..])),
        b'U' => return Some((Unquoted::Char(char::from_u32(digits(rest, 8, 16)?)?), &rest[8..])),
        b'0'..=b'7' => {
            let v = digits(&s[1..], 3, 8)?;
            return Some((Unquoted::Byte(u8::try_from(v).ok()?), &rest[2..]));
        }
        _ => return None,
    };
    Some((Unquoted::Byte(byte), rest))
}

/// The number that exactly `n` digits of a base make.
fn digits(s: &[u8], n: usize, base: u32) -> Option<u32> {
    s.get(..n)?.iter().try_fold(0u32, |v, &b| Some((v << base.ilog2()) | char::from(b).to_digit(base)?))
}

/// The value of a Go literal in double quotes, single quotes (one character, or none) or backquotes
/// (`strconv.Unquote`); `None` for a syntax error.
pub fn unquote(s: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    unquoted(s.as_ref()).map(Cow::into_owned)
}

/// [`unquote`], borrowed where the literal holds nothing but its value.
pub fn unquoted(s: &[u8]) -> Option<Cow<'_, [u8]>> {
    let [mark, inside @ .., last] = s else { return None };
    if mark != last {
        return None;
    }
    match mark {
        b'`' if inside.contains(&b'`') => None,
        b'`' if inside.contains(&b'\r') => {
            Some(Cow::Owned(inside.iter().copied().filter(|&b| b != b'\r').collect()))
        }
        b'`' => Some(Cow::Borrowed(inside)),
        b'"' if is_plain(inside) => Some(Cow::Borrowed(inside)),
        b'"' | b'\'' => unquote_inside(inside, *mark).map(Cow::Owned),
        _ => None,
    }
}

/// Whether the inside of a literal in double quotes is its value.
fn is_plain(inside: &[u8]) -> bool {
    !inside.iter().any(|b| matches!(b, b'"' | b'\\' | b'\n')) && std::str::from_utf8(inside).is_ok()
}

fn unquote_inside(inside: &[u8], mark: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while !rest.is_empty() {
        if rest[0] == b'\n' {
            return None;
        }
        let (c, after) = unquote_char(rest, mark)?;
        match c {
            Unquoted::Byte(b) => out.push(b),
            Unquoted::Char(c) => utf8::push(&mut out, c),
        }
        rest = after;
        if mark == b'\'' && !rest.is_empty() {
            return None;
        }
    }
    Some(out)
}
