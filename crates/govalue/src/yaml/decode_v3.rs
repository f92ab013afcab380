//! Reading a tree as go-yaml v3's decoder does.

use std::collections::{BTreeSet, HashMap};

use super::decode::base64;
use super::guard::Guard;
use super::node::{Document, Node, NodeKind};
use super::resolve::{self, Scalar, TAG_PREFIX};
use super::{Dialect, YamlError};
use crate::{Int, Key, Kind, List, Map, Str, Type, Value, fmt, strconv};

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
    /// Whether keys are read as strings, whatever they are: what is merged into a `map[string]interface {}`.
    string_keys: bool,
    /// Keys so far, while something is merged.
    merged: Option<BTreeSet<Key>>,
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
                let string_keys = has_string_keys(node);
                let mut entries = Entries { list: Vec::with_capacity(node.len()), string_keys, merged: None };
                self.mapping(node, &mut entries)?;
                self.guard.ascend();
                let ty = if string_keys { Map::string_any() } else { Type::map(Type::Any, Type::Any) };
                Ok(Value::Map(Map::from_entries(ty, entries.list)))
            }
        }
    }

    fn mapping(&mut self, node: Node<'_, '_>, entries: &mut Entries) -> Result<(), YamlError> {
        let repeated = repeated_keys(node);
        if !repeated.is_empty() {
            self.problems.extend(repeated);
            return Ok(());
        }
        let mut merged = None;
        for (key_node, value_node) in node.entries() {
            if key_node.is_merge_key() {
                merged = Some(value_node);
                continue;
            }
            let key = match entries.string_keys {
                true => self.string_key(key_node)?,
                false => self.key(key_node)?,
            };
            let Some(key) = key else { continue };
            if let Some(merged) = &mut entries.merged
                && !merged.insert(key.clone())
            {
                continue;
            }
            let value = self.value(value_node)?;
            entries.list.push((key, value));
        }
        let Some(node) = merged else { return Ok(()) };
        if entries.merged.is_some() {
            return self.merge(node, entries);
        }
        // What the mapping says itself goes before what is merged; `<<` counts as one of its keys.
        let own = entries.list.iter().map(|(key, _)| key.clone());
        entries.merged = Some(own.chain([Key::from("<<")]).collect());
        self.merge(node, entries)?;
        entries.merged = None;
        Ok(())
    }

    /// A key of a `map[string]interface {}`; `None` for one that is left out.
    fn string_key(&mut self, node: Node<'_, '_>) -> Result<Option<Key>, YamlError> {
        let target = node.target();
        let kind = match target.kind() {
            NodeKind::Mapping => "!!map",
            NodeKind::Sequence => "!!seq",
            _ => {
                let value = self.value(node)?;
                return Ok(match value {
                    Value::Nil => None,
                    Value::Str(s) => Some(Key::Str(s)),
                    _ => Some(Key::from(target.value())),
                });
            }
        };
        self.guard.count()?;
        self.problems.push(format!("line {}: cannot unmarshal {kind} into string", target.line()));
        Ok(None)
    }

    /// A key; `None` for one that is left out because of its own repeated keys.
    fn key(&mut self, node: Node<'_, '_>) -> Result<Option<Key>, YamlError> {
        let target = node.target();
        if target.kind() != NodeKind::Scalar {
            // Whatever is wrong inside comes first.
            let value = self.value(node)?;
            if !repeated_keys(target).is_empty() {
                return Ok(None);
            }
            let shown = fmt::sprintf(b"%#v", &[value]);
            let shown = String::from_utf8_lossy(&shown);
            return Err(YamlError::yaml(None, format!("invalid map key: {shown}")));
        }
        let value = self.value(node)?;
        // Go has nil keys; here they would only be in the way.
        match Key::from_value(&value) {
            Some(key) => Ok(Some(key)),
            None => Err(YamlError::yaml(Some(node.line()), "a key of a map must not be null")),
        }
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

/// Complaints about keys that are spelled alike; go-yaml leaves a mapping with such out.
fn repeated_keys(node: Node<'_, '_>) -> Vec<String> {
    // Collections have no text, so that two of them as keys count as alike.
    let mut places: HashMap<(NodeKind, &str), Vec<u32>> = HashMap::with_capacity(node.len());
    for (key, _) in node.entries() {
        places.entry((key.kind(), key.value())).or_default().push(key.line());
    }
    let mut problems = Vec::new();
    if places.len() == node.len() {
        return problems;
    }
    let mut passed: HashMap<(NodeKind, &str), usize> = HashMap::new();
    for (key, _) in node.entries() {
        let identity = (key.kind(), key.value());
        let nth = passed.entry(identity).or_default();
        *nth += 1;
        for line in &places[&identity][*nth..] {
            let (shown, first) = (strconv::quote(key.value()), key.line());
            problems.push(format!("line {line}: mapping key {shown} already defined at line {first}"));
        }
    }
    problems
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

/// Whether every key is a string, so that the mapping becomes a `map[string]interface {}`.
fn has_string_keys(node: Node<'_, '_>) -> bool {
    node.entries().all(|(key, _)| {
        let target = key.target();
        key.is_merge_key()
            || target.kind() == NodeKind::Scalar
                && match target.tag().filter(|tag| *tag != "!") {
                    Some(tag) => tag.strip_prefix(TAG_PREFIX).is_some_and(|t| t == "str" || t == "merge"),
                    None => meaning(target) == Ok(Scalar::Str),
                }
    })
}

fn not_mergeable() -> YamlError {
    YamlError::yaml(None, "map merge requires map or sequence of maps as the value")
}
