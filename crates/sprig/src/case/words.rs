//! Words in names of programs: the rules of `github.com/huandu/xstrings`.

use govalue::Str;

use super::characters;
use crate::unicode::{
    RUNE_ERROR, decode, is_letter, is_number, is_punctuation, is_space, is_upper, push, to_lower, to_upper,
};

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || is_space(c)
}

/// A letter, but not one of the common ideographs.
fn is_alphabet(c: char) -> bool {
    is_letter(c)
        && !matches!(c, '\u{4E00}'..='\u{9FCC}' | '\u{3400}'..='\u{4D85}' | '\u{20000}'..='\u{2B81D}')
}

/// `xstrings.ToPascalCase`: words joined by blanks, `-` or `_`, each begun in upper case.
pub(super) fn pascal_case(s: &Str) -> Str {
    let mut out = Vec::with_capacity(s.len());
    let mut rest = characters(s);
    // Connectors at the front stay.
    let mut last = loop {
        match rest.next() {
            None => {
                // The last connector is written twice when there is nothing else.
                if let Some(c) = characters(s).last() {
                    push(&mut out, c);
                }
                return out.into();
            }
            Some(c) if is_connector(c) => push(&mut out, c),
            Some(c) => break c,
        }
    };
    let mut in_capitals = is_upper(last);
    last = to_upper(last);
    for mut c in rest {
        let previous = last;
        if is_connector(c) && is_connector(previous) {
            push(&mut out, previous);
            last = c;
            continue;
        }
        if is_connector(previous) {
            in_capitals = is_upper(c);
            c = to_upper(c);
        } else {
            if in_capitals {
                if is_upper(c) {
                    c = to_lower(c);
                } else {
                    in_capitals = false;
                }
            }
            push(&mut out, previous);
        }
        last = c;
    }
    push(&mut out, last);
    out.into()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// `xstrings.ToSnakeCase` and `ToKebabCase`: words in lower case with a connector between.
pub(super) fn lower_words(s: &[u8], connector: char) -> Str {
    let mut out = Vec::with_capacity(s.len() + s.len() / 4);
    let mut words = Words { rest: s };
    let (mut kind, mut word) = words.next_word();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            write(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next_word();
        match before {
            Word::Number => {
                (kind, word) = words.write_alphanumeric(&mut out, kind, word, connector);
                if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
                    push(&mut out, connector);
                }
            }
            Word::Connector => write(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    push(&mut out, connector);
                }
            }
            _ if words.rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = words.next_word();
                if kind != Word::Alphabet {
                    // The number belongs to the word before: "Bld4Floor" is "bld4_floor".
                    write(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        push(&mut out, connector);
                    }
                    continue;
                }
                // The number belongs to what follows: "HTTP2xx" is "http_2xx".
                push(&mut out, connector);
                write(&mut out, Word::Number, number, connector);
                (kind, word) = words.write_alphanumeric(&mut out, kind, word, connector);
                if !matches!(kind, Word::Invalid | Word::Connector | Word::Punctuation) {
                    push(&mut out, connector);
                }
            }
        }
    }
    write(&mut out, kind, word, connector);
    out.into()
}

/// Appends a word; only capitals and connectors are changed.
fn write(out: &mut Vec<u8>, kind: Word, word: &[u8], connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for c in characters(word) {
        push(
            out,
            if is_connector(c) {
                connector
            } else if is_upper(c) {
                to_lower(c)
            } else {
                c
            },
        );
    }
}

struct Words<'s> {
    rest: &'s [u8],
}

impl<'s> Words<'s> {
    /// Writes words as long as they are lower case or numbers; the first one that is neither.
    fn write_alphanumeric(
        &mut self,
        out: &mut Vec<u8>,
        mut kind: Word,
        mut word: &'s [u8],
        connector: char,
    ) -> (Word, &'s [u8]) {
        while matches!(kind, Word::Alphabet | Word::Number) {
            write(out, kind, word, connector);
            (kind, word) = self.next_word();
        }
        (kind, word)
    }

    /// Cuts off the next word.
    fn next_word(&mut self) -> (Word, &'s [u8]) {
        let s = self.rest;
        if s.is_empty() {
            return (Word::Invalid, s);
        }
        let (first, width) = next_valid(s, RUNE_ERROR);
        let (kind, end) = match first {
            RUNE_ERROR => (Word::Invalid, width),
            c if is_connector(c) => (Word::Connector, extend(s, first, width, is_connector)),
            c if is_punctuation(c) => (Word::Punctuation, extend(s, first, width, is_punctuation)),
            c if is_upper(c) => (Word::Upper, upper_word(s, first, width)),
            c if is_alphabet(c) => (Word::Alphabet, extend(s, first, width, lower_letter)),
            c if is_number(c) => (Word::Number, extend(s, first, width, is_number)),
            _ => (Word::Other, extend(s, first, width, other)),
        };
        self.rest = &s[end..];
        (kind, &s[..end])
    }
}

fn lower_letter(c: char) -> bool {
    is_alphabet(c) && !is_upper(c)
}

fn other(c: char) -> bool {
    !(is_connector(c) || is_alphabet(c) || is_number(c) || is_punctuation(c))
}

/// How far a word goes on from an offset. Bytes that are not UTF-8 count as a repetition of the character before.
fn extend(s: &[u8], mut c: char, mut at: usize, belongs: impl Fn(char) -> bool) -> usize {
    while at < s.len() {
        let width;
        (c, width) = next_valid(&s[at..], c);
        if !belongs(c) {
            break;
        }
        at += width;
    }
    at
}

/// The end of a word that begins with a capital: the capitals, less the last when a word begins with it
/// ("HTTPStatus"), or one capital and the letters after it.
fn upper_word(s: &[u8], first: char, width: usize) -> usize {
    if width == s.len() {
        return width;
    }
    let (mut c, mut size) = next_valid(&s[width..], first);
    if !is_upper(c) {
        return if is_alphabet(c) { extend(s, c, width + size, lower_letter) } else { width };
    }
    let mut at = width + size;
    let mut last_width = size;
    while at < s.len() {
        (c, size) = next_valid(&s[at..], c);
        if !is_upper(c) {
            break;
        }
        last_width = size;
        at += size;
    }
    if at < s.len() && is_alphabet(c) { at - last_width } else { at }
}

/// The first character that is UTF-8, with the bytes skipped to reach it; the given one when there is none.
fn next_valid(s: &[u8], otherwise: char) -> (char, usize) {
    let mut at = 0;
    while at < s.len() {
        let (c, width) = decode(&s[at..]);
        at += width;
        if c != RUNE_ERROR {
            return (c, at);
        }
    }
    (otherwise, at)
}
