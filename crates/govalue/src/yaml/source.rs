//! Events of a stream.

use std::borrow::Cow;

use libyaml_safer::{EventData, Parser, ScalarStyle};

use super::event::{Event, EventKind, Properties, Style};
use super::{Dialect, YamlError};

/// Reads a stream's events.
pub(super) struct Source<'a> {
    parser: Parser<&'a [u8]>,
    dialect: Dialect,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a [u8], dialect: Dialect) -> Source<'a> {
        let mut parser = Parser::new();
        parser.set_input(text);
        Source { parser, dialect }
    }

    /// The next event; `StreamEnd` at the end, as often as one asks.
    pub(super) fn next(&mut self) -> Result<Event<'a>, YamlError> {
        loop {
            let event = match self.parser.next() {
                None => return Ok(Event { kind: EventKind::StreamEnd, line: 0, column: 0 }),
                Some(event) => event.map_err(|e| describe(&e, self.dialect))?,
            };
            let (line, column) = (event.start_mark.line as u32, event.start_mark.column as u32);
            if let Some(kind) = convert(event.data) {
                return Ok(Event { kind, line, column });
            }
        }
    }
}

fn convert<'a>(data: EventData) -> Option<EventKind<'a>> {
    let properties = |anchor: Option<String>, tag: Option<String>| Properties {
        anchor: anchor.map(Cow::Owned),
        tag: tag.map(Cow::Owned),
    };
    Some(match data {
        EventData::StreamStart { .. } => return None,
        EventData::StreamEnd => EventKind::StreamEnd,
        EventData::DocumentStart { .. } => EventKind::DocumentStart,
        EventData::DocumentEnd { .. } => EventKind::DocumentEnd,
        EventData::Alias { anchor } => EventKind::Alias(Cow::Owned(anchor)),
        EventData::Scalar { anchor, tag, value, plain_implicit, style, .. } => EventKind::Scalar {
            properties: properties(anchor, tag),
            value: Cow::Owned(value),
            style: match style {
                ScalarStyle::SingleQuoted => Style::SingleQuoted,
                ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                ScalarStyle::Literal => Style::Literal,
                ScalarStyle::Folded => Style::Folded,
                _ => Style::Plain,
            },
            implicit: plain_implicit,
        },
        EventData::SequenceStart { anchor, tag, .. } => EventKind::SequenceStart(properties(anchor, tag)),
        EventData::SequenceEnd => EventKind::SequenceEnd,
        EventData::MappingStart { anchor, tag, .. } => EventKind::MappingStart(properties(anchor, tag)),
        EventData::MappingEnd => EventKind::MappingEnd,
    })
}

fn describe(error: &libyaml_safer::Error, dialect: Dialect) -> YamlError {
    let scanner = u32::from(error.kind() == libyaml_safer::ErrorKind::Scanner);
    let problem = error.problem_mark().map_or(0, |m| m.line as u32);
    let context = error.context_mark().map_or(0, |m| m.line as u32);
    let line = match dialect {
        Dialect::V2 if problem != 0 => problem + scanner,
        Dialect::V2 => context,
        Dialect::V3 if context != 0 => context + scanner,
        Dialect::V3 if problem != 0 => problem + scanner,
        Dialect::V3 => 0,
    };
    YamlError::yaml((line != 0).then_some(line), error.problem())
}
