//! The tree of a document as it was written: nodes with their place, before scalars get a meaning.
//!
//! This is what answers "which line set this value". A tree borrows from its text.

use std::borrow::Cow;
use std::collections::HashMap;

pub use super::event::Style;
use super::event::{EventKind, Properties};
use super::parser::Parser;
use super::scan::Input;
use super::{Dialect, YamlError};

/// A YAML text, decoded: UTF-8 or UTF-16, with or without byte order mark (the reader of go-yaml).
pub struct Text<'a> {
    input: Input<'a>,
}

/// The documents of a stream, read one at a time (`yaml.Decoder`).
pub struct Documents<'a> {
    parser: Parser<'a>,
    composer: Composer<'a>,
    failed: bool,
}

/// One document: a tree of nodes (`yaml.DocumentNode`).
pub struct Document<'a> {
    nodes: Vec<Entry<'a>>,
    /// Children of all collections, each collection's in a row.
    children: Vec<NodeId>,
    dialect: Dialect,
}

/// A node's number in its document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NodeId(u32);

/// What kind of node this is (`yaml.Kind`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodeKind {
    /// Text; see [`Node::value`].
    Scalar,
    /// A list; see [`Node::items`].
    Sequence,
    /// Keys and values; see [`Node::entries`].
    Mapping,
    /// `*name`, standing for another node; see [`Node::target`].
    Alias,
}

struct Entry<'a> {
    kind: NodeKind,
    style: Style,
    implicit: bool,
    line: u32,
    column: u32,
    tag: Option<Cow<'a, str>>,
    /// Text of a scalar, name of an alias.
    value: Cow<'a, str>,
    /// Where a collection's children start; what an alias stands for.
    first: u32,
    count: u32,
}

/// A node of a document (`yaml.Node`).
#[derive(Clone, Copy)]
pub struct Node<'d, 'a> {
    document: &'d Document<'a>,
    id: NodeId,
}

impl<'a> Text<'a> {
    /// Decodes a text. What is wrong with it shows when it is parsed. Of more than 4 GiB the rest is left out.
    pub fn new(bytes: &'a [u8]) -> Text<'a> {
        let length = bytes.len().min(u32::MAX as usize);
        Text { input: Input::new(&bytes[..length]) }
    }

    /// The documents of the stream. The trees borrow from the text.
    pub fn documents(&self, dialect: Dialect) -> Documents<'_> {
        Documents {
            parser: Parser::new(&self.input, dialect),
            composer: Composer::new(dialect),
            failed: false,
        }
    }

    /// The first document; `None` for a stream without any. What follows is not looked at.
    pub fn first_document(&self, dialect: Dialect) -> Result<Option<Document<'_>>, YamlError> {
        self.documents(dialect).next().transpose()
    }
}

impl<'a> Documents<'a> {
    fn read(&mut self) -> Result<Option<Document<'a>>, YamlError> {
        match self.parser.next()?.kind {
            EventKind::DocumentStart => self.composer.compose(&mut self.parser).map(Some),
            _ => Ok(None),
        }
    }
}

impl<'a> Iterator for Documents<'a> {
    type Item = Result<Document<'a>, YamlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let document = self.read().transpose();
        self.failed = !matches!(document, Some(Ok(_)));
        document
    }
}

/// Builds a tree from events. Works with a stack of its own, so that deep nesting is no danger.
struct Composer<'a> {
    document: Document<'a>,
    anchors: HashMap<Cow<'a, str>, NodeId>,
    /// Collections that are not closed yet, and how many of the pending nodes came before their children.
    open: Vec<(NodeId, usize)>,
    pending: Vec<NodeId>,
}

impl<'a> Composer<'a> {
    fn new(dialect: Dialect) -> Composer<'a> {
        Composer {
            document: Document::new(dialect),
            anchors: HashMap::new(),
            open: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn compose(&mut self, parser: &mut Parser<'a>) -> Result<Document<'a>, YamlError> {
        self.anchors.clear();
        self.pending.clear();
        loop {
            let event = parser.next()?;
            let (line, column) = (event.line, event.column);
            let entry = |kind, value| Entry {
                kind,
                style: Style::Plain,
                implicit: true,
                line,
                column,
                tag: None,
                value,
                first: 0,
                count: 0,
            };
            match event.kind {
                EventKind::DocumentEnd | EventKind::StreamEnd | EventKind::DocumentStart => {
                    let empty = Document::new(self.document.dialect);
                    return Ok(std::mem::replace(&mut self.document, empty));
                }
                EventKind::Scalar { properties, value, style, implicit } => {
                    self.add(Entry { style, implicit, ..entry(NodeKind::Scalar, value) }, properties);
                }
                EventKind::Alias(name) => {
                    let Some(&NodeId(target)) = self.anchors.get(&name) else {
                        return Err(YamlError::yaml(None, format!("unknown anchor '{name}' referenced")));
                    };
                    self.add(Entry { first: target, ..entry(NodeKind::Alias, name) }, Properties::default());
                }
                EventKind::SequenceStart(properties) => {
                    let id = self.add(entry(NodeKind::Sequence, Cow::Borrowed("")), properties);
                    self.open.push((id, self.pending.len()));
                }
                EventKind::MappingStart(properties) => {
                    let id = self.add(entry(NodeKind::Mapping, Cow::Borrowed("")), properties);
                    self.open.push((id, self.pending.len()));
                }
                EventKind::SequenceEnd | EventKind::MappingEnd => self.close(),
            }
        }
    }

    fn add(&mut self, mut entry: Entry<'a>, properties: Properties<'a>) -> NodeId {
        // The text is held to 4 GiB, so that the count of nodes fits.
        let id = NodeId(self.document.nodes.len() as u32);
        entry.tag = properties.tag;
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, id);
        }
        self.document.nodes.push(entry);
        self.pending.push(id);
        id
    }

    fn close(&mut self) {
        let Some((NodeId(id), before)) = self.open.pop() else { return };
        let entry = &mut self.document.nodes[id as usize];
        entry.first = self.document.children.len() as u32;
        entry.count = (self.pending.len() - before) as u32;
        self.document.children.extend(self.pending.drain(before..));
    }
}

impl<'a> Document<'a> {
    fn new(dialect: Dialect) -> Document<'a> {
        Document { nodes: Vec::new(), children: Vec::new(), dialect }
    }

    /// The outermost node.
    pub fn root(&self) -> Node<'_, 'a> {
        // Every document has a node, be it an empty scalar, and the outermost one comes first.
        Node { document: self, id: NodeId(0) }
    }

    /// The rules by which this document was read.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}

impl<'d, 'a> Node<'d, 'a> {
    fn entry(self) -> &'d Entry<'a> {
        &self.document.nodes[self.id.0 as usize]
    }

    fn children(self) -> &'d [NodeId] {
        let entry = self.entry();
        match entry.kind {
            NodeKind::Sequence | NodeKind::Mapping => {
                &self.document.children[entry.first as usize..][..entry.count as usize]
            }
            _ => &[],
        }
    }

    fn at(self, id: NodeId) -> Node<'d, 'a> {
        Node { document: self.document, id }
    }

    /// The node's number.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The kind.
    pub fn kind(self) -> NodeKind {
        self.entry().kind
    }

    /// The line on which the node starts, from 1.
    pub fn line(self) -> u32 {
        self.entry().line + 1
    }

    /// The column at which the node starts, in characters, from 1.
    pub fn column(self) -> u32 {
        self.entry().column + 1
    }

    /// The text of a scalar, quotes and escapes removed; the name of an alias; empty for collections.
    pub fn value(self) -> &'d str {
        &self.entry().value
    }

    /// The tag in long form, where one was written (YAML 1.1, tags).
    pub fn tag(self) -> Option<&'d str> {
        self.entry().tag.as_deref()
    }

    /// How a scalar is written (YAML 1.1, scalar styles).
    pub fn style(self) -> Style {
        self.entry().style
    }

    /// Whether a scalar's type follows from its text: it is plain and has no tag (YAML 1.1, tag resolution).
    pub fn is_implicit(self) -> bool {
        self.entry().implicit
    }

    /// Number of items of a sequence or of entries of a mapping.
    pub fn len(self) -> usize {
        match self.kind() {
            NodeKind::Mapping => self.children().len() / 2,
            _ => self.children().len(),
        }
    }

    /// Whether there are no items or entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items of a sequence; nothing for other nodes.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'d, 'a>> + ExactSizeIterator {
        let items = if self.kind() == NodeKind::Sequence { self.children() } else { &[] };
        items.iter().map(move |id| self.at(*id))
    }

    /// The entries of a mapping as written, repeated keys and `<<` included; nothing for other nodes.
    pub fn entries(
        self,
    ) -> impl DoubleEndedIterator<Item = (Node<'d, 'a>, Node<'d, 'a>)> + ExactSizeIterator {
        let pairs = if self.kind() == NodeKind::Mapping { self.children() } else { &[] };
        pairs.chunks_exact(2).map(move |pair| (self.at(pair[0]), self.at(pair[1])))
    }

    /// What an alias stands for; any other node itself (YAML 1.1, alias nodes).
    pub fn target(self) -> Node<'d, 'a> {
        match self.entry() {
            Entry { kind: NodeKind::Alias, first, .. } => self.at(NodeId(*first)),
            _ => self,
        }
    }

    /// Whether this is the key `<<`, which merges the mappings in its value into the one around it (YAML 1.1, the
    /// merge type).
    pub fn is_merge_key(self) -> bool {
        let entry = self.entry();
        if entry.kind != NodeKind::Scalar || entry.value != "<<" {
            return false;
        }
        match entry.tag.as_deref() {
            Some("tag:yaml.org,2002:merge") => true,
            Some("!!merge") => self.document.dialect == Dialect::V3,
            None | Some("!") if self.document.dialect == Dialect::V3 => entry.style == Style::Plain,
            _ => entry.implicit,
        }
    }
}
