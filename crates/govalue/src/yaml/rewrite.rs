//! A document that is read, changed a little and written again, comments included, as kyaml does it with go-yaml v3:
//! the layout becomes go-yaml's, what is said stays.
//!
//! Comments belong to entries (of mappings) and items (of block lists): above them, at the end of their line, or
//! below them. Which one a comment belongs to follows go-yaml's scanner (`yaml_parser_scan_comments`).

use std::borrow::Cow;

use super::emit::Rewriter;
use super::event::{EventKind, Properties};
use super::node::Style;
use super::parser::Parser;
use super::resolve::TAG_PREFIX;
use super::scan::{Comment, Input};
use super::{Dialect, MAX_DEPTH, YamlError};

/// A document with its comments.
#[derive(Clone, Debug)]
pub struct Document {
    /// The outermost node, as the value of an entry without a key.
    root: Entry,
    /// Comments after everything.
    foot: String,
}

/// An entry of a mapping or an item of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) key: Option<Box<Node>>,
    pub(super) value: Node,
    pub(super) head: String,
    pub(super) line: String,
    pub(super) foot: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) anchor: String,
    /// In short form; empty for none.
    pub(super) tag: String,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar { text: String, style: Style },
    Alias(String),
    Sequence { items: Vec<Entry>, flow: bool },
    Mapping { entries: Vec<Entry>, flow: bool },
}

impl Default for Content {
    fn default() -> Self {
        Content::Scalar { text: String::new(), style: Style::Plain }
    }
}

/// Where an entry was read, to tell which comments belong to it.
struct Spot {
    /// The way to it: positions from the root down.
    path: Vec<usize>,
    line: u32,
    column: u32,
}

/// Reads the first document; `None` for a text without any, or with nothing but comments.
pub fn read(text: &str) -> Result<Option<Document>, YamlError> {
    let input = Input::new(text.as_bytes());
    let mut parser = Parser::new(&input, Dialect::V3);
    loop {
        match parser.next()?.kind {
            EventKind::DocumentStart => break,
            EventKind::StreamEnd => return Ok(None),
            _ => {}
        }
    }
    let mut builder = Builder { spots: Vec::new(), path: Vec::new() };
    let event = parser.next()?;
    let value = builder.node(&mut parser, event, 0)?;
    // What follows must be read for its comments, and for its faults.
    while !matches!(parser.next()?.kind, EventKind::DocumentEnd | EventKind::StreamEnd) {}
    let comments = parser.comments().to_vec();
    let is_empty = matches!(&value.content, Content::Scalar { text, style: Style::Plain } if text.is_empty());
    if is_empty && value.tag.is_empty() && value.anchor.is_empty() {
        return Ok(None);
    }
    let mut document = Document { root: Entry { value, ..Entry::default() }, foot: String::new() };
    attach(&mut document, &builder.spots, &comments, text);
    Ok(Some(document))
}

struct Builder {
    spots: Vec<Spot>,
    path: Vec<usize>,
}

impl Builder {
    fn node(
        &mut self,
        parser: &mut Parser<'_>,
        event: super::event::Event<'_>,
        depth: usize,
    ) -> Result<Node, YamlError> {
        if depth > MAX_DEPTH {
            return Err(YamlError::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")));
        }
        let column = event.column;
        let (properties, content) = match event.kind {
            EventKind::Alias(name) => (Properties::default(), Content::Alias(name.into_owned())),
            EventKind::Scalar { properties, value, style, .. } => {
                (properties, Content::Scalar { text: value.into_owned(), style })
            }
            EventKind::SequenceStart(properties) => {
                let (flow, mut items) = (properties.flow, Vec::new());
                loop {
                    let event = parser.next()?;
                    if matches!(event.kind, EventKind::SequenceEnd) {
                        break;
                    }
                    self.enter(items.len(), flow, event.line, column);
                    let value = self.node(parser, event, depth + 1)?;
                    self.path.pop();
                    items.push(Entry { value, ..Entry::default() });
                }
                (properties, Content::Sequence { items, flow })
            }
            EventKind::MappingStart(properties) => {
                let (flow, mut entries) = (properties.flow, Vec::new());
                loop {
                    let event = parser.next()?;
                    if matches!(event.kind, EventKind::MappingEnd) {
                        break;
                    }
                    let (line, column) = (event.line, event.column);
                    self.enter(entries.len(), flow, line, column);
                    let key = Some(Box::new(self.node(parser, event, depth + 1)?));
                    let event = parser.next()?;
                    let value = self.node(parser, event, depth + 1)?;
                    self.path.pop();
                    entries.push(Entry { key, value, ..Entry::default() });
                }
                (properties, Content::Mapping { entries, flow })
            }
            // The parser gives nothing else where a node is due.
            _ => (Properties::default(), Content::default()),
        };
        let short = |tag: Cow<'_, str>| match tag.strip_prefix(TAG_PREFIX) {
            Some(name) => format!("!!{name}"),
            None if tag.starts_with('!') => tag.into_owned(),
            None => format!("!<{tag}>"),
        };
        Ok(Node {
            anchor: properties.anchor.map(Cow::into_owned).unwrap_or_default(),
            tag: properties.tag.map(short).unwrap_or_default(),
            content,
        })
    }

    fn enter(&mut self, at: usize, flow: bool, line: u32, column: u32) {
        self.path.push(at);
        if !flow {
            self.spots.push(Spot { path: self.path.clone(), line, column });
        }
    }
}

/// Gives every comment to the entry that it belongs to.
fn attach(document: &mut Document, spots: &[Spot], comments: &[Comment<'_>], text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let is_alone = |c: &Comment<'_>| {
        lines.get(c.line as usize).is_some_and(|line| line.trim_start_matches([' ', '\t']).starts_with('#'))
    };
    let mut alone: Vec<&Comment<'_>> = Vec::new();
    for comment in comments {
        if is_alone(comment) {
            alone.push(comment);
        } else if let Some(spot) = spots.iter().rfind(|s| s.line <= comment.line)
            && let Some(entry) = document.root.at(&spot.path)
        {
            entry.line = comment.text.trim_end().to_owned();
        } else {
            document.root.line = comment.text.trim_end().to_owned();
        }
    }
    let mut rest = alone.as_slice();
    while let Some(first) = rest.first() {
        let next = spots.iter().position(|s| s.line > first.line);
        let end = next.map_or(u32::MAX, |n| spots[n].line);
        let count = rest.iter().take_while(|c| c.line < end).count();
        let before = next.unwrap_or(spots.len()).checked_sub(1);
        let gap = Gap { comments: &rest[..count], lines: &lines, next: next.map(|n| &spots[n]) };
        gap.attach(document, before.map(|b| &spots[..=b]));
        rest = &rest[count..];
    }
}

/// The comments between two entries.
struct Gap<'g> {
    comments: &'g [&'g Comment<'g>],
    lines: &'g [&'g str],
    next: Option<&'g Spot>,
}

impl Gap<'_> {
    /// Goes through the lines as go-yaml's scanner does: a comment on the line after something, with a blank line
    /// below, is of what is before; so is one that is less deep than that and not as deep as what comes.
    fn attach(&self, document: &mut Document, before: Option<&[Spot]>) {
        let indent = before.and_then(<[Spot]>::last).map_or(0, |s| s.column);
        let first = self.comments[0];
        let is_blank = |line: u32| self.lines.get(line as usize).is_none_or(|l| l.trim().is_empty());
        let follows = before.is_some() && first.line > 0 && !is_blank(first.line - 1);
        let (mut text, mut column, mut start) = (String::new(), 0, first.line);
        let (mut first_blank, mut recent_blank) = (follows || first.line == 0, !follows);
        let mut comments = self.comments.iter().peekable();
        let end = self.next.map_or(self.lines.len() as u32, |next| next.line);
        for line in first.line..=end {
            let at_end = line == end;
            if at_end && let Some(next) = self.next {
                if !text.is_empty() && next.column < indent && next.column != column {
                    foot(document, before, &std::mem::take(&mut text), column);
                }
            } else if at_end || is_blank(line) {
                if !recent_blank && !text.is_empty() {
                    if first_blank && (follows && start == first.line || column < indent) {
                        foot(document, before, &std::mem::take(&mut text), column);
                    } else if !at_end {
                        text.push('\n');
                    }
                }
                (first_blank, recent_blank) = (false, true);
            } else if let Some(comment) = comments.next_if(|c| c.line == line) {
                if !text.is_empty() && comment.column < indent && comment.column != column {
                    foot(document, before, &std::mem::take(&mut text), column);
                }
                if text.is_empty() {
                    (column, start) = (comment.column, line);
                } else {
                    text.push('\n');
                }
                text.push_str(comment.text.trim_end());
                recent_blank = false;
            }
        }
        match self.next.and_then(|next| document.root.at(&next.path)) {
            _ if text.is_empty() => {}
            Some(entry) => entry.head = text,
            None => document.foot = text,
        }
    }
}

/// A comment below the entry before: the innermost one that is not deeper than the comment.
fn foot(document: &mut Document, before: Option<&[Spot]>, text: &str, column: u32) {
    let Some(last) = before.and_then(<[Spot]>::last) else {
        document.root.head = text.to_owned() + "\n";
        return;
    };
    let all = before.unwrap_or_default();
    let around = |s: &&Spot| last.path.starts_with(&s.path);
    let owner = all.iter().rev().filter(around).find(|s| s.column <= column);
    let owner = owner.or_else(|| all.iter().find(around)).unwrap_or(last);
    if let Some(entry) = document.root.at(&owner.path) {
        if !entry.foot.is_empty() {
            entry.foot.push_str("\n\n");
        }
        entry.foot.push_str(text);
    }
}

impl Entry {
    fn at(&mut self, path: &[usize]) -> Option<&mut Entry> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match &mut self.value.content {
            Content::Sequence { items: all, .. } | Content::Mapping { entries: all, .. } => {
                all.get_mut(*first)?.at(rest)
            }
            _ => None,
        }
    }

    fn named(&self, name: &str) -> bool {
        self.key.as_ref().is_some_and(|key| key.text() == Some(name))
    }

    fn new(name: &str, value: Node) -> Entry {
        let key = Node {
            content: Content::Scalar { text: name.to_owned(), style: Style::Plain },
            ..Node::default()
        };
        Entry { key: Some(Box::new(key)), value, ..Entry::default() }
    }
}

impl Node {
    fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    fn entries(&self) -> Option<&Vec<Entry>> {
        match &self.content {
            Content::Mapping { entries, .. } => Some(entries),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Node> {
        self.entries()?.iter().find(|e| e.named(name)).map(|e| &e.value)
    }

    /// The entry of this name, made at the end if there is none; `None` when this is no mapping.
    fn make(&mut self, name: &str) -> Option<&mut Node> {
        if matches!(&self.content, Content::Scalar { text, style: Style::Plain } if text.is_empty() || text == "null" || text == "~")
        {
            self.content = Content::Mapping { entries: Vec::new(), flow: false };
        }
        let Content::Mapping { entries, .. } = &mut self.content else { return None };
        let at = match entries.iter().position(|e| e.named(name)) {
            Some(at) => at,
            None => {
                let content = Content::Mapping { entries: Vec::new(), flow: false };
                entries.push(Entry::new(name, Node { content, ..Node::default() }));
                entries.len() - 1
            }
        };
        Some(&mut entries[at].value)
    }

    fn remove(&mut self, name: &str) {
        if let Content::Mapping { entries, .. } = &mut self.content {
            entries.retain(|e| !e.named(name));
        }
    }

    fn is_empty_mapping(&self) -> bool {
        self.entries().is_some_and(Vec::is_empty)
    }
}

impl Document {
    /// The objects of a `List`, each as a document; the document itself if it is none (kyaml's `ByteReader`).
    pub fn unwrap_list(self) -> Vec<Document> {
        let is_list =
            matches!(self.root.value.get("kind").and_then(Node::text), Some("List" | "ResourceList"));
        match self.root.value.get("items").map(|items| &items.content) {
            Some(Content::Sequence { items, .. }) if is_list => items
                .iter()
                .map(|item| Document { root: Entry { key: None, ..item.clone() }, foot: String::new() })
                .collect(),
            _ => vec![self],
        }
    }

    /// The text of an annotation of a Kubernetes object.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.root.value.get("metadata")?.get("annotations")?.get(name)?.text()
    }

    /// Sets an annotation, in single quotes and at the end if it is new. False when this is no object.
    pub fn set_annotation(&mut self, name: &str, text: &str) -> bool {
        let annotations = self.root.value.make("metadata").and_then(|metadata| metadata.make("annotations"));
        match annotations.and_then(|annotations| annotations.make(name)) {
            Some(value) => {
                value.content = Content::Scalar { text: text.to_owned(), style: Style::SingleQuoted };
                true
            }
            None => false,
        }
    }

    /// Removes an annotation, and with the last one the mappings that held it.
    pub fn clear_annotation(&mut self, name: &str) {
        let Content::Mapping { entries, .. } = &mut self.root.value.content else { return };
        let Some(metadata) = entries.iter_mut().find(|e| e.named("metadata")) else { return };
        if let Content::Mapping { entries, .. } = &mut metadata.value.content
            && let Some(annotations) = entries.iter_mut().find(|e| e.named("annotations"))
        {
            annotations.value.remove(name);
            if annotations.value.is_empty_mapping() {
                metadata.value.remove("annotations");
            }
        }
        if metadata.value.is_empty_mapping() {
            self.root.value.remove("metadata");
        }
    }
}

/// Writes documents one after another (kyaml's `ByteWriter`).
pub fn write(documents: &[Document]) -> String {
    let mut out = String::new();
    for (at, document) in documents.iter().enumerate() {
        if at > 0 {
            out.push_str("---\n");
        }
        out.push_str(&Rewriter::write(&document.root, &document.foot));
    }
    out
}
