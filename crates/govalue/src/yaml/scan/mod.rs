//! Text to tokens.
//!
//! The scanner keeps a queue, because two tokens become known late: that a scalar is a key (when its `:` is seen),
//! and that a mapping started before it. Until then the scalar is a *candidate*; a candidate must be on one line and
//! shorter than 1024 characters.

mod block;
mod cursor;
mod input;
mod plain;
mod quoted;
mod tag;
mod token;

use std::borrow::Cow;
use std::collections::VecDeque;

use cursor::Cursor;
pub(super) use cursor::Mark;
use input::Fault;
pub(super) use input::Input;
pub(super) use token::{Token, TokenKind};

use super::Dialect;

/// How deep collections may be nested, in each of the two notations.
const MAX_NESTING: usize = 10_000;

/// How far version 3 looks ahead for a comment.
const COMMENT_WINDOW: usize = 512;

/// Why scanning or parsing failed.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: Cow<'static, str>,
    /// Where the construct began, and where it went wrong. `None` for faults of the input.
    pub(super) marks: Option<(Mark, Mark)>,
    /// go-yaml counts lines from 1 in what the scanner finds, and from 0 in what the parser finds.
    pub(super) found_by_scanner: bool,
}

/// A comment with its `#`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'a> {
    pub(super) text: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
}

pub(super) struct Scanner<'a> {
    /// What was passed over, in order.
    pub(super) comments: Vec<Comment<'a>>,
    cursor: Cursor<'a>,
    fault: Option<Fault>,
    dialect: Dialect,
    tokens: VecDeque<Token<'a>>,
    /// Number of tokens that have left the queue.
    taken: usize,
    started: bool,
    /// Whether the queue's first token is known to be final.
    ready: bool,
    /// The column of the present block collection; -1 outside of any.
    indent: isize,
    /// Those of the collections around.
    indents: Vec<isize>,
    flow_level: usize,
    /// Whether a key may start here.
    key_allowed: bool,
    /// A candidate for each flow level.
    candidates: Vec<Candidate>,
}

/// A token that may turn out to start a key.
#[derive(Clone, Copy)]
struct Candidate {
    possible: bool,
    /// Whether it must be one: nothing else can stand at this indentation.
    required: bool,
    /// Whether the queue waits for it; see [`Scanner::fetch_flow_end`].
    awaited: bool,
    token: usize,
    mark: Mark,
}

impl Candidate {
    fn none(token: usize, mark: Mark) -> Candidate {
        Candidate { possible: false, required: false, awaited: false, token, mark }
    }
}

type Scan<T> = Result<T, Problem>;

impl<'a> Scanner<'a> {
    pub(super) fn new(input: &'a Input<'_>, dialect: Dialect) -> Scanner<'a> {
        Scanner {
            comments: Vec::new(),
            cursor: Cursor::new(&input.text),
            fault: input.fault,
            dialect,
            tokens: VecDeque::new(),
            taken: 0,
            started: false,
            ready: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            key_allowed: true,
            candidates: Vec::new(),
        }
    }

    /// The next token.
    pub(super) fn peek(&mut self) -> Scan<&mut Token<'a>> {
        while !self.ready {
            // Version 3 looks two tokens further, for the sake of comments; it finds errors sooner by that.
            let ahead = if self.dialect == Dialect::V3 { 2 } else { 0 };
            if self.tokens.len() > ahead && !self.first_token_may_start_key()? {
                self.ready = true;
            } else {
                self.fetch()?;
            }
        }
        match self.tokens.front_mut() {
            Some(token) => Ok(token),
            // Not reached: the queue is not empty when it is ready.
            None => Err(Problem { message: "no token".into(), marks: None, found_by_scanner: true }),
        }
    }

    /// Takes the token that [`Scanner::peek`] showed.
    pub(super) fn skip(&mut self) {
        self.tokens.pop_front();
        self.taken += 1;
        self.ready = false;
    }

    /// An error at the present place; `start` is where the construct began.
    fn error<T>(&self, start: Mark, message: impl Into<Cow<'static, str>>) -> Scan<T> {
        self.check_input(1)?;
        Err(Problem {
            message: message.into(),
            marks: Some((start, self.cursor.mark())),
            found_by_scanner: true,
        })
    }

    /// Reports a fault of the input if one shows when so many bytes are looked at.
    fn check_input(&self, lookahead: usize) -> Scan<()> {
        let Some(fault) = self.fault else { return Ok(()) };
        let sound = self.cursor.text.get(self.cursor.at..fault.from).unwrap_or_default();
        if sound.chars().take(lookahead).count() < lookahead {
            return Err(Problem { message: fault.message.into(), marks: None, found_by_scanner: true });
        }
        Ok(())
    }

    fn push(&mut self, mark: Mark, kind: TokenKind<'a>) {
        self.tokens.push_back(Token { kind, mark });
    }

    /// Whether the queue's first token may still become a key.
    fn first_token_may_start_key(&mut self) -> Scan<bool> {
        let first = self.taken;
        // Candidates are in order of their tokens; two can share a number, an outer one and an empty inner one.
        let mut at = self.candidates.partition_point(|c| c.token < first);
        while let Some(candidate) = self.candidates.get(at)
            && candidate.token == first
        {
            if candidate.awaited {
                return self.check_candidate(at);
            }
            at += 1;
        }
        Ok(false)
    }

    /// Whether a candidate is still possible.
    fn check_candidate(&mut self, at: usize) -> Scan<bool> {
        let Candidate { possible, required, mark, .. } = self.candidates[at];
        if !possible {
            return Ok(false);
        }
        let here = self.cursor.mark();
        if mark.line < here.line || mark.index + 1024 < here.index {
            if required {
                return self.error(mark, "could not find expected ':'");
            }
            self.candidates[at].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_candidate(&mut self) -> Scan<()> {
        if !self.key_allowed {
            return Ok(());
        }
        let required = self.flow_level == 0 && self.indent == self.cursor.column() as isize;
        let token = self.taken + self.tokens.len();
        self.drop_candidate()?;
        let mark = self.cursor.mark();
        if let Some(last) = self.candidates.last_mut() {
            *last = Candidate { possible: true, required, awaited: true, token, mark };
        }
        Ok(())
    }

    fn drop_candidate(&mut self) -> Scan<()> {
        match self.candidates.last_mut() {
            Some(&mut Candidate { possible: true, required: true, mark, .. }) => {
                self.error(mark, "could not find expected ':'")
            }
            Some(last) => {
                last.possible = false;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Opens a block collection at a column, should that be deeper than the present one. `token` is the number of
    /// the token before which the collection starts; the end of the queue if `None`.
    fn roll_indent(&mut self, mark: Mark, token: Option<usize>, kind: TokenKind<'a>) -> Scan<()> {
        let column = mark.column as isize;
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_NESTING {
            let start = self.candidates.last().map_or(mark, |c| c.mark);
            return self.error(start, format!("exceeded max depth of {MAX_NESTING}"));
        }
        self.insert(token, Token { kind, mark });
        Ok(())
    }

    /// Puts a token before that of a number; at the end, if that one has left the queue (or there is none).
    fn insert(&mut self, before: Option<usize>, token: Token<'a>) {
        let at = before.and_then(|number| number.checked_sub(self.taken)).unwrap_or(self.tokens.len());
        self.tokens.insert(at, token);
    }

    /// Closes the block collections that are deeper than a column.
    fn unroll_indent(&mut self, column: isize, mark: Mark) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(mark, TokenKind::BlockEnd);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Adds at least one token to the queue.
    fn fetch(&mut self) -> Scan<()> {
        self.check_input(1)?;
        if !self.started {
            self.started = true;
            self.candidates.push(Candidate::none(0, Mark::default()));
            self.push(Mark::default(), TokenKind::StreamStart);
            return Ok(());
        }
        let before = self.cursor.mark();
        self.skip_to_token();
        let end_mark = if self.dialect == Dialect::V3 { before } else { self.cursor.mark() };
        self.unroll_indent(self.cursor.column() as isize, end_mark);
        self.check_input(4)?;
        self.fetch_token()?;
        if self.dialect == Dialect::V3 {
            self.skip_to_line_comment();
        }
        self.check_input(1)
    }

    fn fetch_token(&mut self) -> Scan<()> {
        let cursor = &self.cursor;
        let in_flow = self.flow_level > 0;
        let at_line_start = cursor.column() == 0;
        match cursor.peek(0) {
            0 => self.fetch_stream_end(),
            b'%' if at_line_start => self.fetch_directive(),
            b'-' if cursor.is_document_marker() => self.fetch_document_marker(TokenKind::DocumentStart),
            b'.' if cursor.is_document_marker() => self.fetch_document_marker(TokenKind::DocumentEnd),
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.fetch_indicator(TokenKind::FlowEntry);
                Ok(())
            }
            b'-' if cursor.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if in_flow || cursor.is_blank_or_end(1) => self.fetch_key(),
            b':' if in_flow || cursor.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_node_part(Self::scan_anchor),
            b'!' => self.fetch_node_part(Self::scan_tag),
            b'|' | b'>' if !in_flow => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.scan_block_scalar()
            }
            b'\'' => self.fetch_node_part(Self::scan_single_quoted),
            b'"' => self.fetch_node_part(Self::scan_double_quoted),
            b'-' => self.fetch_node_part(Self::scan_plain),
            b'?' | b':' if !in_flow => self.fetch_node_part(Self::scan_plain),
            b' ' | b'\t' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                self.error(self.cursor.mark(), "found character that cannot start any token")
            }
            _ => self.fetch_node_part(Self::scan_plain),
        }
    }

    /// Passes blanks, comments and line breaks.
    fn skip_to_token(&mut self) {
        if self.cursor.at == 0 && self.cursor.rest().starts_with('\u{feff}') {
            self.cursor.advance_text(3);
        }
        // A comment on the line of a token is one of its own.
        let mut on_token_line = !matches!(
            self.tokens.back().map(|token| &token.kind),
            Some(
                TokenKind::StreamStart
                    | TokenKind::BlockEntry
                    | TokenKind::DocumentStart
                    | TokenKind::DocumentEnd
            )
        );
        loop {
            let tabs_too = self.flow_level > 0 || !self.key_allowed;
            while self.cursor.peek(0) == b' ' || (tabs_too && self.cursor.peek(0) == b'\t') {
                self.cursor.advance(1);
            }
            if self.cursor.peek(0) == b'#' {
                self.skip_comment();
                if self.dialect == Dialect::V3 && !on_token_line {
                    self.skip_to_next_comment();
                }
            }
            if self.cursor.read_break().is_none() {
                return;
            }
            on_token_line = false;
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// Passes the blanks before a comment on the line of a `?` or `:`, tabs too, which could not stand before a key:
    /// version 3 looks for the comment before it looks for the key.
    fn skip_to_line_comment(&mut self) {
        if !matches!(self.tokens.back().map(|token| &token.kind), Some(TokenKind::Key | TokenKind::Value)) {
            return;
        }
        let blanks = (0..COMMENT_WINDOW).take_while(|ahead| self.cursor.is_blank(*ahead)).count();
        if self.cursor.peek(blanks) == b'#' {
            self.cursor.skip_blanks();
        }
    }

    /// Passes further comments, between which there may be tabs: version 3 reads them as one.
    fn skip_to_next_comment(&mut self) {
        loop {
            let mut ahead = 0;
            while ahead < COMMENT_WINDOW && (self.cursor.is_blank(ahead) || self.cursor.is_break(ahead)) {
                ahead += self.cursor.break_length(ahead).max(1);
            }
            if self.cursor.peek(ahead) != b'#' {
                return;
            }
            while self.cursor.peek(0) != b'#' {
                self.cursor.skip_blanks();
                self.cursor.read_break();
            }
            self.skip_comment();
        }
    }

    /// Passes a comment and notes it.
    pub(super) fn skip_comment(&mut self) {
        let (mark, from) = (self.cursor.mark(), self.cursor.at);
        self.cursor.skip_line_rest();
        let text = &self.cursor.text[from..self.cursor.at];
        self.comments.push(Comment { text, line: mark.line, column: mark.column });
    }

    fn fetch_stream_end(&mut self) -> Scan<()> {
        self.check_input(1)?;
        self.cursor.end_line();
        let mark = self.cursor.mark();
        self.unroll_indent(-1, mark);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.push(mark, TokenKind::StreamEnd);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scan<()> {
        self.unroll_indent(-1, self.cursor.mark());
        self.drop_candidate()?;
        self.key_allowed = false;
        self.scan_directive()
    }

    fn fetch_document_marker(&mut self, kind: TokenKind<'a>) -> Scan<()> {
        let mark = self.cursor.mark();
        self.unroll_indent(-1, mark);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.cursor.advance(3);
        self.push(mark, kind);
        Ok(())
    }

    /// Adds a token of one character.
    fn fetch_indicator(&mut self, kind: TokenKind<'a>) {
        let mark = self.cursor.mark();
        self.cursor.advance(1);
        self.push(mark, kind);
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Scan<()> {
        self.save_candidate()?;
        let mark = self.cursor.mark();
        let token = self.taken + self.tokens.len();
        self.candidates.push(Candidate::none(token, mark));
        self.flow_level += 1;
        if self.flow_level > MAX_NESTING {
            return self.error(mark, format!("exceeded max depth of {MAX_NESTING}"));
        }
        self.key_allowed = true;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Scan<()> {
        self.drop_candidate()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let inner = self.candidates.pop();
            // go-yaml files candidates by token, and here throws away the one filed under the number that the
            // inner level began with. Where no candidate came up inside (`[]`), that is the outer one's: a block
            // mapping cannot start with an empty flow collection as its key.
            if let (Some(inner), Some(outer)) = (inner, self.candidates.last_mut())
                && inner.token == outer.token
            {
                outer.awaited = false;
            }
        }
        self.key_allowed = false;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Scan<()> {
        let mark = self.cursor.mark();
        if self.flow_level == 0 {
            if !self.key_allowed {
                return self.error(mark, "block sequence entries are not allowed in this context");
            }
            self.roll_indent(mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.fetch_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scan<()> {
        let mark = self.cursor.mark();
        if self.flow_level == 0 {
            if !self.key_allowed {
                return self.error(mark, "mapping keys are not allowed in this context");
            }
            self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = self.flow_level == 0;
        self.fetch_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scan<()> {
        let last = self.candidates.len() - 1;
        if self.check_candidate(last)? {
            let Candidate { token, mark, .. } = self.candidates[last];
            self.insert(Some(token), Token { kind: TokenKind::Key, mark });
            self.roll_indent(mark, Some(token), TokenKind::BlockMappingStart)?;
            self.candidates[last].possible = false;
            self.key_allowed = false;
        } else {
            let mark = self.cursor.mark();
            if self.flow_level == 0 {
                if !self.key_allowed {
                    return self.error(mark, "mapping values are not allowed in this context");
                }
                self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.fetch_indicator(TokenKind::Value);
        Ok(())
    }

    /// Adds a token that belongs to a node, and so may start a key.
    fn fetch_node_part(&mut self, scan: fn(&mut Self) -> Scan<()>) -> Scan<()> {
        self.save_candidate()?;
        self.key_allowed = false;
        scan(self)
    }
}
