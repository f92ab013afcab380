//! Tokens to events: YAML's grammar, as a machine with a stack of its own.

use std::borrow::Cow;
use std::collections::HashMap;

use super::event::{Event, EventKind, Properties, Style};
use super::resolve::TAG_PREFIX;
use super::scan::{Comment, Input, Mark, Problem, Scanner, TokenKind};
use super::{Dialect, YamlError};

/// Reads a stream's events.
pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
    dialect: Dialect,
    state: State,
    /// What comes after the present node.
    states: Vec<State>,
    /// Where the open collections began.
    starts: Vec<Mark>,
    /// Handles and what they stand for in this document.
    tags: HashMap<Cow<'a, str>, Cow<'a, str>>,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    StreamStart,
    /// The first document needs no `---`.
    FirstDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequence {
        first: bool,
    },
    /// A list at the indentation of its key.
    IndentlessSequence,
    BlockKey {
        first: bool,
    },
    BlockValue,
    FlowSequence {
        first: bool,
    },
    /// `[key: value]`.
    PairKey,
    PairValue,
    PairEnd,
    FlowKey {
        first: bool,
    },
    FlowValue,
    /// After a key without `:`.
    FlowNoValue,
    End,
}

type Parse<T> = Result<T, Problem>;

impl<'a> Parser<'a> {
    /// Prepares to read a text that came from [`Input`].
    pub(super) fn new(input: &'a Input<'_>, dialect: Dialect) -> Parser<'a> {
        Parser {
            scanner: Scanner::new(input, dialect),
            dialect,
            state: State::StreamStart,
            states: Vec::new(),
            starts: Vec::new(),
            tags: HashMap::new(),
        }
    }

    /// The comments that were passed so far.
    pub(super) fn comments(&self) -> &[Comment<'a>] {
        &self.scanner.comments
    }

    /// The next event; `StreamEnd` at the end, as often as one asks.
    pub(super) fn next(&mut self) -> Result<Event<'a>, YamlError> {
        self.step().map_err(|problem| describe(problem, self.dialect))
    }

    fn step(&mut self) -> Parse<Event<'a>> {
        match self.state {
            State::StreamStart => {
                self.scanner.peek()?;
                self.scanner.skip();
                self.state = State::FirstDocument;
                self.document_start(true)
            }
            State::FirstDocument => self.document_start(true),
            State::Document => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequence { first } => self.block_sequence(first),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockKey { first } => self.block_key(first),
            State::BlockValue => self.block_value(),
            State::FlowSequence { first } => self.flow_sequence(first),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => {
                let mark = self.scanner.peek()?.mark;
                self.state = State::FlowSequence { first: false };
                Ok(event(mark, EventKind::MappingEnd))
            }
            State::FlowKey { first } => self.flow_key(first),
            State::FlowValue => self.flow_value(),
            State::FlowNoValue => {
                let mark = self.scanner.peek()?.mark;
                self.state = State::FlowKey { first: false };
                Ok(empty_scalar(mark))
            }
            State::End => Ok(event(Mark::default(), EventKind::StreamEnd)),
        }
    }

    fn document_start(&mut self, first: bool) -> Parse<Event<'a>> {
        if !first {
            while matches!(self.scanner.peek()?.kind, TokenKind::DocumentEnd) {
                self.scanner.skip();
            }
        }
        let token = self.scanner.peek()?;
        let mark = token.mark;
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                self.scanner.skip();
                Ok(event(mark, EventKind::StreamEnd))
            }
            TokenKind::VersionDirective(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart => {
                self.explicit_document(mark)
            }
            _ if !first => self.explicit_document(mark),
            _ => {
                self.add_default_tags();
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                Ok(event(mark, EventKind::DocumentStart))
            }
        }
    }

    fn explicit_document(&mut self, start: Mark) -> Parse<Event<'a>> {
        self.directives()?;
        let token = self.scanner.peek()?;
        if !matches!(token.kind, TokenKind::DocumentStart) {
            return Err(problem(None, token.mark, "did not find expected <document start>"));
        }
        self.scanner.skip();
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(event(start, EventKind::DocumentStart))
    }

    fn directives(&mut self) -> Parse<()> {
        let mut versioned = false;
        loop {
            let token = self.scanner.peek()?;
            let mark = token.mark;
            match &mut token.kind {
                TokenKind::VersionDirective(major, minor) => {
                    if versioned {
                        return Err(problem(None, mark, "found duplicate %YAML directive"));
                    }
                    if (*major, *minor) != (1, 1) {
                        return Err(problem(None, mark, "found incompatible YAML document"));
                    }
                    versioned = true;
                }
                TokenKind::TagDirective(handle, prefix) => {
                    if self.tags.insert(std::mem::take(handle), std::mem::take(prefix)).is_some() {
                        return Err(problem(None, mark, "found duplicate %TAG directive"));
                    }
                }
                _ => break,
            }
            self.scanner.skip();
        }
        self.add_default_tags();
        Ok(())
    }

    fn add_default_tags(&mut self) {
        for (handle, prefix) in [("!", "!"), ("!!", TAG_PREFIX)] {
            self.tags.entry(Cow::Borrowed(handle)).or_insert(Cow::Borrowed(prefix));
        }
    }

    fn document_content(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::VersionDirective(..)
            | TokenKind::TagDirective(..)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                let mark = token.mark;
                self.finish_node();
                Ok(empty_scalar(mark))
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let mark = token.mark;
        if matches!(token.kind, TokenKind::DocumentEnd) {
            self.scanner.skip();
        }
        self.tags.clear();
        self.state = State::Document;
        Ok(event(mark, EventKind::DocumentEnd))
    }

    fn finish_node(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn finish_collection(&mut self) {
        self.finish_node();
        self.starts.pop();
    }

    /// A node; `indentless` where a list may stand at the indentation of its key.
    fn node(&mut self, block: bool, indentless: bool) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let start = token.mark;
        if let TokenKind::Alias(name) = token.kind {
            self.scanner.skip();
            self.finish_node();
            return Ok(event(start, EventKind::Alias(Cow::Borrowed(name))));
        }
        let mut properties = self.properties(start)?;
        let token = self.scanner.peek()?;
        properties.flow = matches!(token.kind, TokenKind::FlowSequenceStart | TokenKind::FlowMappingStart);
        let (kind, state) = match &mut token.kind {
            TokenKind::BlockEntry if indentless => {
                (EventKind::SequenceStart(properties), State::IndentlessSequence)
            }
            TokenKind::Scalar(value, style) => {
                let (value, style) = (std::mem::take(value), *style);
                let implicit = match properties.tag.as_deref() {
                    Some(tag) => tag == "!",
                    None => style == Style::Plain,
                };
                self.scanner.skip();
                self.finish_node();
                return Ok(event(start, EventKind::Scalar { properties, value, style, implicit }));
            }
            TokenKind::FlowSequenceStart => {
                (EventKind::SequenceStart(properties), State::FlowSequence { first: true })
            }
            TokenKind::FlowMappingStart => {
                (EventKind::MappingStart(properties), State::FlowKey { first: true })
            }
            TokenKind::BlockSequenceStart if block => {
                (EventKind::SequenceStart(properties), State::BlockSequence { first: true })
            }
            TokenKind::BlockMappingStart if block => {
                (EventKind::MappingStart(properties), State::BlockKey { first: true })
            }
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                let implicit = properties.tag.is_none();
                self.finish_node();
                let value = Cow::Borrowed("");
                return Ok(event(
                    start,
                    EventKind::Scalar { properties, value, style: Style::Plain, implicit },
                ));
            }
            _ => return Err(problem(Some(start), token.mark, "did not find expected node content")),
        };
        self.state = state;
        Ok(event(start, kind))
    }

    /// An anchor and a tag, in any order.
    fn properties(&mut self, start: Mark) -> Parse<Properties<'a>> {
        let mut properties = Properties::default();
        let mut tagged = None;
        loop {
            let token = self.scanner.peek()?;
            match &mut token.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(Cow::Borrowed(*name));
                }
                TokenKind::Tag(handle, suffix) if tagged.is_none() => {
                    tagged = Some((std::mem::take(handle), std::mem::take(suffix), token.mark));
                }
                _ => break,
            }
            self.scanner.skip();
        }
        if let Some((handle, suffix, mark)) = tagged {
            let tag = if handle.is_empty() {
                suffix
            } else {
                match self.tags.get(&handle) {
                    Some(prefix) => Cow::Owned(format!("{prefix}{suffix}")),
                    None => return Err(problem(Some(start), mark, "found undefined tag handle")),
                }
            };
            properties.tag = Some(tag).filter(|tag| !tag.is_empty());
        }
        Ok(properties)
    }

    /// Passes the token that opens a collection.
    fn open(&mut self, first: bool) -> Parse<()> {
        if first {
            let mark = self.scanner.peek()?.mark;
            self.starts.push(mark);
            self.scanner.skip();
        }
        Ok(())
    }

    fn unexpected(&mut self, mark: Mark, message: &'static str) -> Problem {
        problem(self.starts.pop(), mark, message)
    }

    fn block_sequence(&mut self, first: bool) -> Parse<Event<'a>> {
        self.open(first)?;
        let token = self.scanner.peek()?;
        let mark = token.mark;
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.skip();
                let after = State::BlockSequence { first: false };
                if matches!(self.scanner.peek()?.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    self.state = after;
                    return Ok(empty_scalar(behind(mark)));
                }
                self.states.push(after);
                self.node(true, false)
            }
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.finish_collection();
                Ok(event(mark, EventKind::SequenceEnd))
            }
            _ => Err(self.unexpected(mark, "did not find expected '-' indicator")),
        }
    }

    fn indentless_sequence(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let mark = token.mark;
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.finish_node();
            return Ok(event(mark, EventKind::SequenceEnd));
        }
        self.scanner.skip();
        let next = &self.scanner.peek()?.kind;
        if matches!(next, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.state = State::IndentlessSequence;
            return Ok(empty_scalar(behind(mark)));
        }
        self.states.push(State::IndentlessSequence);
        self.node(true, false)
    }

    fn block_key(&mut self, first: bool) -> Parse<Event<'a>> {
        self.open(first)?;
        let token = self.scanner.peek()?;
        let mark = token.mark;
        match token.kind {
            TokenKind::Key => self.block_part(mark, State::BlockValue),
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.finish_collection();
                Ok(event(mark, EventKind::MappingEnd))
            }
            _ => Err(self.unexpected(mark, "did not find expected key")),
        }
    }

    fn block_value(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let mark = token.mark;
        let after = State::BlockKey { first: false };
        if matches!(token.kind, TokenKind::Value) {
            return self.block_part(mark, after);
        }
        self.state = after;
        Ok(empty_scalar(mark))
    }

    /// A key or a value of a block mapping, behind its indicator; it may be missing.
    fn block_part(&mut self, indicator: Mark, after: State) -> Parse<Event<'a>> {
        self.scanner.skip();
        let next = &self.scanner.peek()?.kind;
        if matches!(next, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.state = after;
            return Ok(empty_scalar(behind(indicator)));
        }
        self.states.push(after);
        self.node(true, true)
    }

    fn flow_sequence(&mut self, first: bool) -> Parse<Event<'a>> {
        self.open(first)?;
        let mut token = self.scanner.peek()?;
        if !first && !matches!(token.kind, TokenKind::FlowSequenceEnd) {
            let mark = token.mark;
            if !matches!(token.kind, TokenKind::FlowEntry) {
                return Err(self.unexpected(mark, "did not find expected ',' or ']'"));
            }
            self.scanner.skip();
            token = self.scanner.peek()?;
        }
        let mark = token.mark;
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                self.scanner.skip();
                self.finish_collection();
                Ok(event(mark, EventKind::SequenceEnd))
            }
            TokenKind::Key => {
                self.scanner.skip();
                self.state = State::PairKey;
                Ok(event(mark, EventKind::MappingStart(Properties { flow: true, ..Properties::default() })))
            }
            _ => {
                self.states.push(State::FlowSequence { first: false });
                self.node(false, false)
            }
        }
    }

    fn pair_key(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let mark = token.mark;
        if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            // go-yaml passes that token, so that `[? : a]` is an error.
            self.scanner.skip();
            self.state = State::PairValue;
            return Ok(empty_scalar(behind(mark)));
        }
        self.states.push(State::PairValue);
        self.node(false, false)
    }

    fn pair_value(&mut self) -> Parse<Event<'a>> {
        let token = self.scanner.peek()?;
        let mut mark = token.mark;
        if matches!(token.kind, TokenKind::Value) {
            self.scanner.skip();
            let token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::PairEnd);
                return self.node(false, false);
            }
            mark = token.mark;
        }
        self.state = State::PairEnd;
        Ok(empty_scalar(mark))
    }

    fn flow_key(&mut self, first: bool) -> Parse<Event<'a>> {
        self.open(first)?;
        let mut token = self.scanner.peek()?;
        if !first && !matches!(token.kind, TokenKind::FlowMappingEnd) {
            let mark = token.mark;
            if !matches!(token.kind, TokenKind::FlowEntry) {
                return Err(self.unexpected(mark, "did not find expected ',' or '}'"));
            }
            self.scanner.skip();
            token = self.scanner.peek()?;
        }
        let mark = token.mark;
        match token.kind {
            TokenKind::FlowMappingEnd => {
                self.scanner.skip();
                self.finish_collection();
                Ok(event(mark, EventKind::MappingEnd))
            }
            TokenKind::Key => {
                self.scanner.skip();
                let token = self.scanner.peek()?;
                if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    let mark = token.mark;
                    self.state = State::FlowValue;
                    return Ok(empty_scalar(mark));
                }
                self.states.push(State::FlowValue);
                self.node(false, false)
            }
            _ => {
                self.states.push(State::FlowNoValue);
                self.node(false, false)
            }
        }
    }

    fn flow_value(&mut self) -> Parse<Event<'a>> {
        let mut token = self.scanner.peek()?;
        let after = State::FlowKey { first: false };
        if matches!(token.kind, TokenKind::Value) {
            self.scanner.skip();
            token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(after);
                return self.node(false, false);
            }
        }
        let mark = token.mark;
        self.state = after;
        Ok(empty_scalar(mark))
    }
}

fn event(mark: Mark, kind: EventKind<'_>) -> Event<'_> {
    Event { kind, line: mark.line, column: mark.column }
}

fn empty_scalar<'a>(mark: Mark) -> Event<'a> {
    let value = Cow::Borrowed("");
    event(
        mark,
        EventKind::Scalar { properties: Properties::default(), value, style: Style::Plain, implicit: true },
    )
}

/// The place behind an indicator.
fn behind(mark: Mark) -> Mark {
    Mark { index: mark.index + 1, column: mark.column + 1, ..mark }
}

fn problem(start: Option<Mark>, at: Mark, message: &'static str) -> Problem {
    // Without a start, Go's mark of it is zero, which counts as none.
    Problem { message: message.into(), marks: Some((start.unwrap_or_default(), at)), found_by_scanner: false }
}

/// Picks the line that go-yaml names: version 2 where it went wrong, version 3 where the construct began. Line 0 is
/// taken for "unknown", and the parser's lines are one too low.
fn describe(problem: Problem, dialect: Dialect) -> YamlError {
    let (start, at) = problem.marks.unwrap_or_default();
    let offset = u32::from(problem.found_by_scanner);
    let line = match dialect {
        Dialect::V2 if at.line != 0 => at.line + offset,
        Dialect::V2 => start.line,
        Dialect::V3 if start.line != 0 => start.line + offset,
        Dialect::V3 if at.line != 0 => at.line + offset,
        Dialect::V3 => 0,
    };
    YamlError::yaml((line != 0).then_some(line), problem.message)
}
