//! Reading a tree as go-yaml v3's decoder does.

use std::collections::{BTreeSet, HashMap};

use super::decode::base64;
use super::guard::Guard;
use super::node::{Document, Node, NodeKind};
use super::resolve::{self, Scalar};
use super::{Dialect, YamlError, gosyntax};
use crate::{Int, Key, Kind, List, Map, Str, Type, Value};

/// Turns a document into a value. A repeated key is an error.
pub(super) fn decode(document: &Document<'_>) -> Result<Value, YamlError> {
    let mut decoder = Decoder { guard: Guard::default(), problems: Vec::new() };
    let value = decoder.value(document.root())?;
    if decoder.problems.is_empty() { Ok(value) } else { Err(YamlError::type_errors(&decoder.problems)) }
}

struct Decoder {
    guard: Guard,
    problems: Vec<String>,
}

/// Entries of a mapping under construction; a merged one does not replace what is there.
struct Entries {
    list: Vec<(Key, Value)>,
    /// Keys so far; kept only where something is merged.
    seen: Option<BTreeSet<Key>>,
}

impl Decoder {
    fn value(&mut self, node: Node<'_, '_>) -> Result<Value, YamlError> {
        self.guard.count()?;
        match node.kind() {
            NodeKind::Alias => {
                self.guard.enter_alias(node)?;
                let value = self.value(node.target());
                self.guard.leave_alias();
                value
            }
            NodeKind::Scalar => scalar(node),
            NodeKind::Sequence => {
                self.guard.descend()?;
                let mut items = Vec::with_capacity(node.len());
                for item in node.items() {
                    items.push(self.value(item)?);
                }
                self.guard.ascend();
                Ok(Value::List(List::new(items)))
            }
            NodeKind::Mapping => {
                self.guard.descend()?;
                let merges = node.entries().any(|(key, _)| key.is_merge_key());
                let mut entries =
                    Entries { list: Vec::with_capacity(node.len()), seen: merges.then(BTreeSet::new) };
                self.mapping(node, &mut entries)?;
                self.guard.ascend();
                Ok(Value::Map(Map::from_entries(map_type(node), entries.list)))
            }
        }
    }

    fn mapping(&mut self, node: Node<'_, '_>, entries: &mut Entries) -> Result<(), YamlError> {
        if self.has_repeated_keys(node) {
            return Ok(());
        }
        let mut merged = None;
        for (key_node, value_node) in node.entries() {
            if key_node.is_merge_key() {
                merged = Some(value_node);
                continue;
            }
            let key = self.key(key_node)?;
            if let Some(seen) = &mut entries.seen
                && !seen.insert(key.clone())
            {
                continue;
            }
            let value = self.value(value_node)?;
            entries.list.push((key, value));
        }
        match merged {
            Some(node) => self.merge(node, entries),
            None => Ok(()),
        }
    }

    /// Reports keys that are spelled alike; go-yaml then leaves the mapping out.
    fn has_repeated_keys(&mut self, node: Node<'_, '_>) -> bool {
        // Collections have no text, so that two of them as keys count as alike.
        let mut places: HashMap<(NodeKind, &str), Vec<u32>> = HashMap::with_capacity(node.len());
        for (key, _) in node.entries() {
            places.entry((key.kind(), key.value())).or_default().push(key.line());
        }
        if places.len() == node.len() {
            return false;
        }
        let mut reported: HashMap<(NodeKind, &str), usize> = HashMap::new();
        for (key, _) in node.entries() {
            let identity = (key.kind(), key.value());
            let lines = &places[&identity];
            let nth = reported.entry(identity).or_default();
            *nth += 1;
            for line in &lines[*nth..] {
                let mut shown = String::new();
                gosyntax::quote(&mut shown, key.value());
                self.problems
                    .push(format!("line {line}: mapping key {shown} already defined at line {}", key.line()));
            }
        }
        true
    }

    fn key(&mut self, node: Node<'_, '_>) -> Result<Key, YamlError> {
        let target = node.target();
        if target.kind() != NodeKind::Scalar {
            // Whatever is wrong inside comes first.
            self.value(node)?;
            let mut shown = String::new();
            gosyntax::append(&mut shown, target, Dialect::V3);
            return Err(YamlError::yaml(None, format!("invalid map key: {shown}")));
        }
        let value = self.value(node)?;
        // Go has nil keys; here they would only be in the way.
        Key::from_value(&value)
            .ok_or_else(|| YamlError::yaml(Some(node.line()), "a key of a map must not be null"))
    }

    fn merge(&mut self, node: Node<'_, '_>, entries: &mut Entries) -> Result<(), YamlError> {
        match node.kind() {
            NodeKind::Mapping | NodeKind::Alias => self.merge_one(node, entries),
            NodeKind::Sequence => node.items().try_for_each(|item| self.merge_one(item, entries)),
            NodeKind::Scalar => Err(not_mergeable()),
        }
    }

    fn merge_one(&mut self, node: Node<'_, '_>, entries: &mut Entries) -> Result<(), YamlError> {
        if node.target().kind() != NodeKind::Mapping {
            return Err(not_mergeable());
        }
        self.guard.count()?;
        self.guard.descend()?;
        if node.kind() == NodeKind::Alias {
            self.guard.enter_alias(node)?;
            self.guard.count()?;
            self.mapping(node.target(), entries)?;
            self.guard.leave_alias();
        } else {
            self.mapping(node, entries)?;
        }
        self.guard.ascend();
        Ok(())
    }
}

fn scalar(node: Node<'_, '_>) -> Result<Value, YamlError> {
    let text = || Value::Str(Str::from(node.value()));
    Ok(match meaning(node)? {
        Scalar::Null => Value::Nil,
        Scalar::Bool(b) => Value::Bool(b),
        Scalar::Int(i) => Value::int(i),
        Scalar::Uint(u) => Value::Int(Int::unsigned(Kind::Uint64, u)),
        Scalar::Float(f) => Value::Float(f),
        Scalar::Str | Scalar::Timestamp(_) => text(),
        Scalar::Binary => Value::Str(Str::from(base64(node.value())?)),
    })
}

/// What a scalar node means to go-yaml v3, to which the tag `!` is none.
pub(super) fn meaning(node: Node<'_, '_>) -> Result<Scalar, YamlError> {
    match node.tag().filter(|tag| *tag != "!") {
        Some(tag) => resolve::tagged(tag, node.value(), Dialect::V3),
        None if node.style() == super::node::Style::Plain => Ok(resolve::untagged(node.value(), Dialect::V3)),
        None => Ok(Scalar::Str),
    }
}

/// `map[string]interface {}` where every key is a string.
fn map_type(node: Node<'_, '_>) -> Type {
    let is_text = |key: Node<'_, '_>| {
        key.is_merge_key()
            || (key.target().kind() == NodeKind::Scalar && matches!(meaning(key.target()), Ok(Scalar::Str)))
    };
    if node.entries().all(|(key, _)| is_text(key)) {
        Map::string_any()
    } else {
        Type::map(Type::Any, Type::Any)
    }
}

fn not_mergeable() -> YamlError {
    YamlError::yaml(None, "map merge requires map or sequence of maps as the value")
}
