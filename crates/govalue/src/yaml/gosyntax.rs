//! Nodes printed as `%#v` prints the values that go-yaml v2 makes of them; some error texts contain that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::node::{Node, NodeKind};
use super::resolve::Scalar;
use super::{base64, decode, number};
use crate::strconv;

/// Where printing stops, should aliases make the text grow without bound.
const LIMIT: usize = 1 << 16;
const MAX_DEPTH: usize = 100;

/// Shows nodes as Go values.
#[derive(Clone, Copy)]
pub(super) struct GoSyntax {
    /// Whether the first of repeated keys is kept, as the strict decoder does; otherwise the last.
    pub(super) first_wins: bool,
}

impl GoSyntax {
    /// A value that an interface holds: nil says the interface's type.
    pub(super) fn element(self, node: Node<'_, '_>) -> String {
        let mut out = String::new();
        self.append(&mut out, node, 0);
        out
    }

    /// An operand of a formatting function: nil is `<nil>`.
    pub(super) fn operand(self, node: Node<'_, '_>) -> String {
        match self.element(node) {
            nil if nil == NIL => "<nil>".to_owned(),
            shown => shown,
        }
    }

    fn append(self, out: &mut String, node: Node<'_, '_>, depth: usize) {
        if out.len() > LIMIT || depth > MAX_DEPTH {
            out.push('…');
            return;
        }
        let node = node.target();
        match node.kind() {
            NodeKind::Scalar | NodeKind::Alias => out.push_str(&scalar(node)),
            NodeKind::Sequence => {
                out.push_str("[]interface {}{");
                for (i, item) in node.items().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    self.append(out, item, depth + 1);
                }
                out.push('}');
            }
            NodeKind::Mapping => {
                out.push_str("map[interface {}]interface {}{");
                for (i, (_, (key, value))) in self.entries(node).into_iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    self.append(out, key, depth + 1);
                    out.push(':');
                    self.append(out, value, depth + 1);
                }
                out.push('}');
            }
        }
    }

    /// A mapping's entries in the order in which `fmt` prints a map.
    fn entries<'d, 'a>(self, node: Node<'d, 'a>) -> Entries<'d, 'a> {
        let mut entries = BTreeMap::new();
        self.collect(node, &mut entries, 0);
        entries
    }

    fn collect<'d, 'a>(self, node: Node<'d, 'a>, entries: &mut Entries<'d, 'a>, depth: usize) {
        for (key, value) in node.entries() {
            if key.is_merge_key() {
                let value = value.target();
                if depth < MAX_DEPTH {
                    // One mapping, or a list of them of which the first counts most.
                    let merged = value.items().rev().chain([value]);
                    merged.for_each(|item| self.collect(item.target(), entries, depth + 1));
                }
                continue;
            }
            let key = key.target();
            match entries.entry(Position::of(key)) {
                Entry::Occupied(_) if self.first_wins => {}
                Entry::Occupied(mut last) => {
                    last.insert((key, value));
                }
                Entry::Vacant(free) => {
                    free.insert((key, value));
                }
            }
        }
    }
}

type Entries<'d, 'a> = BTreeMap<Position, (Node<'d, 'a>, Node<'d, 'a>)>;

/// Where a key stands among others: by type, then by value (package `internal/fmtsort`; see [`crate::Key`]).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Nil,
    Str(Vec<u8>),
    Uint(u64),
    Int(i64),
    /// The bits, in the order of the numbers; NaN is the least.
    Float(i64),
    Bool(bool),
}

impl Position {
    fn of(key: Node<'_, '_>) -> Position {
        match meaning(key) {
            Scalar::Null => Position::Nil,
            Scalar::Str | Scalar::Timestamp(_) => Position::Str(key.value().into()),
            Scalar::Binary => Position::Str(base64::decode(key.value()).unwrap_or_default()),
            Scalar::Uint(u) => Position::Uint(u),
            Scalar::Int(i) => Position::Int(i),
            Scalar::Float(f) if f.is_nan() => Position::Float(i64::MIN),
            Scalar::Float(f) => {
                let bits = (f + 0.0).to_bits().cast_signed();
                Position::Float(if bits < 0 { bits ^ i64::MAX } else { bits })
            }
            Scalar::Bool(b) => Position::Bool(b),
        }
    }
}

const NIL: &str = "interface {}(nil)";

fn meaning(node: Node<'_, '_>) -> Scalar {
    decode::meaning(node).unwrap_or(Scalar::Str)
}

fn scalar(node: Node<'_, '_>) -> String {
    match meaning(node) {
        Scalar::Null => NIL.to_owned(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Uint(u) => format!("{u:#x}"),
        Scalar::Float(f) => match number::format(f).as_str() {
            ".nan" => "NaN".to_owned(),
            ".inf" => "+Inf".to_owned(),
            "-.inf" => "-Inf".to_owned(),
            text => text.to_owned(),
        },
        Scalar::Str | Scalar::Timestamp(_) => strconv::quote(node.value()),
        Scalar::Binary => strconv::quote(base64::decode(node.value()).unwrap_or_default()),
    }
}
