//! Reading a tree as `sigs.k8s.io/yaml` does: go-yaml v2's decoder, then JSON's rules.

use std::borrow::Cow;
use std::collections::HashSet;

use super::gosyntax::GoSyntax;
use super::guard::Guard;
use super::node::{Document, Node, NodeKind};
use super::resolve::{self, Scalar};
use super::tree::{Fault, Soundness, Step, Tree};
use super::{Dialect, YamlError, number};
use crate::Str;

/// Turns a document into a value. With `strict`, a repeated key is an error.
pub(super) fn decode<T: Tree>(document: &Document<'_>, strict: bool) -> Result<T, YamlError> {
    let mut decoder = Decoder { guard: Guard::default(), strict, problems: Vec::new(), has_faults: false };
    let value = decoder.value(document.root())?;
    if !decoder.problems.is_empty() {
        return Err(YamlError::type_errors(&decoder.problems));
    }
    if decoder.has_faults {
        // Faults show in what is left when repeated keys are gone.
        decoder.guard = Guard::default();
        if let Some(fault) = decoder.value::<Soundness>(document.root())?.0 {
            return Err(fault.error);
        }
    }
    Ok(value)
}

struct Decoder {
    guard: Guard,
    strict: bool,
    /// Repeated keys, reported together at the end.
    problems: Vec<String>,
    /// Whether something came up that is not JSON.
    has_faults: bool,
}

/// A key as Go's map tells keys apart.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'d> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    Str(Cow<'d, str>),
}

type Seen<'d> = Option<HashSet<Identity<'d>>>;

impl Decoder {
    fn value<T: Tree>(&mut self, node: Node<'_, '_>) -> Result<T, YamlError> {
        self.guard.count()?;
        match node.kind() {
            NodeKind::Alias => {
                self.guard.enter_alias(node)?;
                let value = self.value(node.target());
                self.guard.leave_alias();
                value
            }
            NodeKind::Scalar => self.scalar(node),
            NodeKind::Sequence => {
                self.guard.descend()?;
                // A loop, as iterators would each cost stack.
                let mut items = Vec::with_capacity(node.len());
                for item in node.items() {
                    items.push(self.value::<T>(item)?.on_line(item.line()));
                }
                self.guard.ascend();
                Ok(T::list(items))
            }
            NodeKind::Mapping => {
                self.guard.descend()?;
                let mut entries = Vec::with_capacity(node.len());
                let mut seen = self.strict.then(HashSet::new);
                self.mapping(node, &mut entries, &mut seen)?;
                self.guard.ascend();
                Ok(T::object(entries))
            }
        }
    }

    fn scalar<T: Tree>(&mut self, node: Node<'_, '_>) -> Result<T, YamlError> {
        Ok(match meaning(node)? {
            Scalar::Null => T::null(),
            Scalar::Bool(b) => T::bool(b),
            Scalar::Int(i) => T::int(i),
            Scalar::Uint(u) => T::uint(u),
            Scalar::Float(f) if f.is_finite() => T::float(f),
            Scalar::Float(f) => {
                self.has_faults = true;
                T::fault(|| Fault::not_finite(f))
            }
            Scalar::Str | Scalar::Timestamp(_) => T::string(node.value()),
            Scalar::Binary => T::string(&Str::lossy(&base64(node.value())?)),
        })
    }

    /// Adds a mapping's entries in the order in which go-yaml sets them, merged ones included.
    fn mapping<'d, T: Tree>(
        &mut self,
        node: Node<'d, '_>,
        entries: &mut Vec<(T::Key, T)>,
        seen: &mut Seen<'d>,
    ) -> Result<(), YamlError> {
        for (key_node, value_node) in node.entries() {
            if key_node.is_merge_key() {
                self.merge(value_node, entries, seen)?;
                continue;
            }
            let (scalar, text_node) = self.key::<T>(key_node)?;
            let value = self.value::<T>(value_node)?;
            if let Some(seen) = seen
                && !seen.insert(identity(scalar, text_node)?)
            {
                let shown = self.syntax().operand(text_node);
                self.problems.push(format!("line {}: key {shown} already set in map", value_node.line()));
                continue;
            }
            match object_key(scalar, text_node)? {
                Some(key) => entries.push((T::key(&key), value.on_line(key_node.line()))),
                None => {
                    self.has_faults = true;
                    let fault = || unsupported_key(scalar, self.syntax().operand(value_node));
                    entries.push((T::key(&format!("{scalar:?}")), T::fault(fault)));
                }
            }
        }
        Ok(())
    }

    /// The meaning of a key, and the node that spells it.
    fn key<'d, 'a, T: Tree>(&mut self, node: Node<'d, 'a>) -> Result<(Scalar, Node<'d, 'a>), YamlError> {
        match node.kind() {
            NodeKind::Scalar => {
                self.guard.count()?;
                Ok((meaning(node)?, node))
            }
            NodeKind::Alias => {
                self.guard.count()?;
                self.guard.enter_alias(node)?;
                let key = self.key::<T>(node.target());
                self.guard.leave_alias();
                key
            }
            NodeKind::Sequence | NodeKind::Mapping => {
                // Whatever is wrong inside comes first.
                self.value::<T>(node)?;
                let shown = self.syntax().element(node);
                Err(YamlError::yaml(None, format!("invalid map key: {shown}")))
            }
        }
    }

    fn syntax(&self) -> GoSyntax {
        GoSyntax { first_wins: self.strict }
    }

    fn merge<'d, T: Tree>(
        &mut self,
        node: Node<'d, '_>,
        entries: &mut Vec<(T::Key, T)>,
        seen: &mut Seen<'d>,
    ) -> Result<(), YamlError> {
        match node.kind() {
            NodeKind::Mapping | NodeKind::Alias => self.merge_one(node, entries, seen),
            // From the back, since an earlier mapping goes before a later one.
            NodeKind::Sequence => node.items().rev().try_for_each(|item| self.merge_one(item, entries, seen)),
            NodeKind::Scalar => Err(not_mergeable()),
        }
    }

    fn merge_one<'d, T: Tree>(
        &mut self,
        node: Node<'d, '_>,
        entries: &mut Vec<(T::Key, T)>,
        seen: &mut Seen<'d>,
    ) -> Result<(), YamlError> {
        if node.target().kind() != NodeKind::Mapping {
            return Err(not_mergeable());
        }
        self.guard.count()?;
        self.guard.descend()?;
        if node.kind() == NodeKind::Alias {
            self.guard.enter_alias(node)?;
            self.guard.count()?;
            self.mapping(node.target(), entries, seen)?;
            self.guard.leave_alias();
        } else {
            self.mapping(node, entries, seen)?;
        }
        self.guard.ascend();
        Ok(())
    }
}

/// The string that a key becomes in JSON; `None` where it cannot.
fn object_key<'d>(scalar: Scalar, key: Node<'d, '_>) -> Result<Option<Cow<'d, str>>, YamlError> {
    Ok(Some(match scalar {
        Scalar::Str | Scalar::Timestamp(_) => Cow::Borrowed(key.value()),
        Scalar::Int(i) => Cow::Owned(i.to_string()),
        Scalar::Float(f) => Cow::Owned(number::format_32(f)),
        Scalar::Bool(b) => Cow::Borrowed(if b { "true" } else { "false" }),
        Scalar::Binary => Cow::Owned(Str::lossy(&base64(key.value())?).into_owned()),
        Scalar::Null | Scalar::Uint(_) => return Ok(None),
    }))
}

/// What a scalar node means to go-yaml v2.
pub(super) fn meaning(node: Node<'_, '_>) -> Result<Scalar, YamlError> {
    match node.tag() {
        Some(tag) => resolve::tagged(tag, node.value(), Dialect::V2),
        None if node.is_implicit() => Ok(resolve::untagged(node.value(), Dialect::V2)),
        None => Ok(Scalar::Str),
    }
}

fn identity<'d>(scalar: Scalar, node: Node<'d, '_>) -> Result<Identity<'d>, YamlError> {
    Ok(match scalar {
        Scalar::Null => Identity::Null,
        Scalar::Bool(b) => Identity::Bool(b),
        Scalar::Int(i) => Identity::Int(i),
        Scalar::Uint(u) => Identity::Uint(u),
        Scalar::Float(f) => Identity::Float(f.to_bits()),
        Scalar::Str | Scalar::Timestamp(_) => Identity::Str(Cow::Borrowed(node.value())),
        Scalar::Binary => Identity::Str(Cow::Owned(Str::lossy(&base64(node.value())?).into_owned())),
    })
}

fn unsupported_key(scalar: Scalar, value: String) -> Fault {
    let (kind, key) = match scalar {
        Scalar::Uint(u) => ("uint64", format!("{u:#x}")),
        _ => ("%!s(<nil>)", "<nil>".to_owned()),
    };
    let message = format!("unsupported map key of type: {kind}, key: {key}, value: {value}");
    Fault { step: Step::Keys, error: YamlError::to_json(message) }
}

fn not_mergeable() -> YamlError {
    YamlError::yaml(None, "map merge requires map or sequence of maps as the value")
}

/// The bytes of a `!!binary` scalar.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, YamlError> {
    super::base64::decode(text)
        .ok_or_else(|| YamlError::yaml(None, "!!binary value contains invalid base64 data"))
}
