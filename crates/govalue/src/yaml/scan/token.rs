use std::borrow::Cow;

use super::super::event::Style;
use super::Mark;

/// A piece of YAML's notation, and where it starts.
#[derive(Debug)]
pub(in super::super) struct Token<'a> {
    pub(in super::super) kind: TokenKind<'a>,
    pub(in super::super) mark: Mark,
}

#[derive(Debug)]
pub(in super::super) enum TokenKind<'a> {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`.
    VersionDirective(u8, u8),
    /// `%TAG handle prefix`.
    TagDirective(Cow<'a, str>, Cow<'a, str>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// Handle and suffix; a tag without a handle is whole in its suffix.
    Tag(Cow<'a, str>, Cow<'a, str>),
    Scalar(Cow<'a, str>, Style),
}
