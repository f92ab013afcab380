//! Go's pattern syntax (package `regexp/syntax`, Go 1.26).
//!
//! The parser reads from left to right without recursion: open groups wait on a stack, each with the alternatives
//! read so far and the sequence being read.

mod class;
mod escape;
mod group;
mod piece;
mod repeat;

use regex_syntax::hir::{Hir, Look};

use crate::error::{Error, ErrorKind};
use piece::{Limits, Piece};

/// Which language a pattern is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// What `regexp.Compile` reads (`syntax.Perl`).
    Perl,
    /// What `regexp.CompilePOSIX` reads (`syntax.POSIX`): egrep.
    Posix,
}

/// A pattern in the form that the engine compiles.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub hir: Hir,
    /// The groups' names; the first entry is the whole match.
    pub names: Vec<Option<String>>,
    /// How deep the pattern is nested.
    pub height: u32,
}

/// What `(?flags)` switch.
#[derive(Clone, Copy, Debug)]
struct Flags {
    fold: bool,
    dot_newline: bool,
    one_line: bool,
    lazy: bool,
}

/// A group that is being read, or the whole pattern.
#[derive(Debug)]
struct Frame {
    /// The flags to go back to after the group.
    flags: Flags,
    /// The group's number, if it captures.
    capture: Option<u32>,
    alternatives: Vec<Piece>,
    sequence: Vec<Piece>,
}

struct Parser<'p> {
    whole: &'p [u8],
    rest: &'p [u8],
    dialect: Dialect,
    flags: Flags,
    /// The groups around the current one, outermost first.
    outer: Vec<Frame>,
    current: Frame,
    names: Vec<Option<String>>,
    limits: Limits,
}

/// Reads a pattern.
pub(crate) fn parse(pattern: &[u8], dialect: Dialect) -> Result<Parsed, Error> {
    let flags = Flags { fold: false, dot_newline: false, one_line: dialect == Dialect::Perl, lazy: false };
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        dialect,
        flags,
        outer: Vec::new(),
        current: Frame::new(flags, None),
        names: vec![None],
        limits: Limits::default(),
    };
    parser.run()?;
    parser.finish()
}

impl Frame {
    fn new(flags: Flags, capture: Option<u32>) -> Frame {
        Frame { flags, capture, alternatives: Vec::new(), sequence: Vec::new() }
    }
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Result<(), Error> {
        let mut last_repeat = None;
        while let Some(&byte) = self.rest.first() {
            let before = self.rest;
            let repeated = match byte {
                b'*' | b'+' | b'?' | b'{' => self.repetition(byte, last_repeat)?,
                _ => {
                    self.item(byte)?;
                    false
                }
            };
            last_repeat = repeated.then_some(before);
        }
        Ok(())
    }

    /// Reads anything but a repetition.
    fn item(&mut self, byte: u8) -> Result<(), Error> {
        match byte {
            b'(' if self.perl() && self.rest.get(1) == Some(&b'?') => self.perl_group(),
            b'[' => self.bracket_class(),
            b'\\' => self.backslash(),
            b'(' | b'|' | b')' | b'^' | b'$' | b'.' => {
                self.rest = &self.rest[1..];
                match byte {
                    b'(' => self.open_capture(None),
                    b'|' => self.alternative()?,
                    b')' => return self.close(),
                    b'^' if self.flags.one_line => self.look(Look::Start)?,
                    b'^' => self.look(Look::StartLF)?,
                    b'$' if self.flags.one_line => self.look(Look::End)?,
                    b'$' => self.look(Look::EndLF)?,
                    _ => self.push(Piece::dot(self.flags.dot_newline))?,
                }
                Ok(())
            }
            _ => {
                let c = self.next_char()?;
                self.literal(u32::from(c))
            }
        }
    }

    fn perl(&self) -> bool {
        self.dialect == Dialect::Perl
    }

    fn error<T>(&self, kind: ErrorKind, expression: &[u8]) -> Result<T, Error> {
        Err(Error::new(kind, expression))
    }

    /// The text from `start`, an earlier rest, up to here.
    fn since(&self, start: &'p [u8]) -> &'p [u8] {
        &start[..start.len() - self.rest.len()]
    }

    /// Reads one character. At the end it is U+FFFD, as from Go's decoder.
    fn next_char(&mut self) -> Result<char, Error> {
        let Some(&first) = self.rest.first() else { return Ok(char::REPLACEMENT_CHARACTER) };
        if first.is_ascii() {
            self.rest = &self.rest[1..];
            return Ok(char::from(first));
        }
        let window = &self.rest[..self.rest.len().min(4)];
        let decoded = window.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        let Some(c) = decoded else { return self.error(ErrorKind::Utf8, self.rest) };
        self.rest = &self.rest[c.len_utf8()..];
        Ok(c)
    }

    fn push(&mut self, piece: Piece) -> Result<(), Error> {
        self.check(&piece)?;
        self.current.sequence.push(piece);
        Ok(())
    }

    /// Go's limits on depth and size.
    fn check(&mut self, piece: &Piece) -> Result<(), Error> {
        self.limits.count(piece).or_else(|kind| self.error(kind, self.whole))
    }

    fn look(&mut self, look: Look) -> Result<(), Error> {
        self.push(Piece::look(look))
    }

    /// Pushes a character; `code` may be a surrogate, which matches nothing.
    fn literal(&mut self, code: u32) -> Result<(), Error> {
        self.push(Piece::literal(code, self.flags.fold))
    }

    /// Ends the sequence being read; it becomes an alternative.
    fn alternative(&mut self) -> Result<(), Error> {
        let sequence = Piece::concat(std::mem::take(&mut self.current.sequence));
        self.check(&sequence)?;
        self.current.alternatives.push(sequence);
        Ok(())
    }

    fn open(&mut self, capture: Option<u32>) {
        let frame = Frame::new(self.flags, capture);
        self.outer.push(std::mem::replace(&mut self.current, frame));
    }

    fn open_capture(&mut self, name: Option<String>) {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name);
        self.open(Some(index));
    }

    fn close(&mut self) -> Result<(), Error> {
        self.alternative()?;
        let Some(outer) = self.outer.pop() else { return self.error(ErrorKind::UnexpectedParen, self.whole) };
        let group = std::mem::replace(&mut self.current, outer);
        self.flags = group.flags;
        let piece = Piece::alternate(group.alternatives);
        self.check(&piece)?;
        match group.capture {
            None => self.push(piece),
            Some(index) => self.push(piece.capture(index)),
        }
    }

    fn finish(mut self) -> Result<Parsed, Error> {
        self.alternative()?;
        if !self.outer.is_empty() {
            return self.error(ErrorKind::MissingParen, self.whole);
        }
        let piece = Piece::alternate(std::mem::take(&mut self.current.alternatives));
        self.check(&piece)?;
        Ok(Parsed { height: piece.height(), hir: piece.into_hir(), names: self.names })
    }
}
