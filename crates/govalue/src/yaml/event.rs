//! What the parser reports: the structure of a stream, piece by piece.

use std::borrow::Cow;

/// A piece of a YAML stream and where it starts (counted from 0).
#[derive(Debug)]
pub(super) struct Event<'a> {
    pub(super) kind: EventKind<'a>,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Anchor and tag of a node.
#[derive(Debug, Default)]
pub(super) struct Properties<'a> {
    pub(super) anchor: Option<Cow<'a, str>>,
    /// In long form, handles resolved.
    pub(super) tag: Option<Cow<'a, str>>,
    /// Whether a collection is written in brackets or braces.
    pub(super) flow: bool,
}

#[derive(Debug)]
pub(super) enum EventKind<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(Cow<'a, str>),
    Scalar {
        properties: Properties<'a>,
        value: Cow<'a, str>,
        style: Style,
        /// Whether the scalar's type follows from its text: plain without a tag, or with the tag `!`.
        implicit: bool,
    },
    SequenceStart(Properties<'a>),
    SequenceEnd,
    MappingStart(Properties<'a>),
    MappingEnd,
}

/// How a scalar is written (YAML 1.1, scalar styles).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}
