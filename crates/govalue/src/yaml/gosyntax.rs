//! Nodes printed as `%#v` prints the values that go-yaml makes of them; some error texts contain that.

use std::fmt::Write;

use super::node::{Node, NodeKind};
use super::resolve::Scalar;
use super::{Dialect, decode, decode_v3, number};

/// Where printing stops, should aliases make the text grow without bound.
const LIMIT: usize = 1 << 16;

/// Appends a value that an interface holds: nil says the interface's type.
pub(super) fn append(out: &mut String, node: Node<'_, '_>, dialect: Dialect) {
    append_nested(out, node, dialect, 0);
}

/// Appends an operand of a formatting function: nil is `<nil>`.
pub(super) fn append_operand(out: &mut String, node: Node<'_, '_>, dialect: Dialect) {
    let node = node.target();
    if node.kind() == NodeKind::Scalar && scalar(node, dialect) == Scalar::Null {
        out.push_str("<nil>");
    } else {
        append(out, node, dialect);
    }
}

fn append_nested(out: &mut String, node: Node<'_, '_>, dialect: Dialect, depth: usize) {
    if out.len() > LIMIT || depth > 100 {
        out.push('…');
        return;
    }
    let node = node.target();
    match node.kind() {
        NodeKind::Scalar | NodeKind::Alias => append_scalar(out, node, dialect),
        NodeKind::Sequence => {
            out.push_str("[]interface {}{");
            for (i, item) in node.items().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                append_nested(out, item, dialect, depth + 1);
            }
            out.push('}');
        }
        NodeKind::Mapping => {
            let mut entries: Vec<(String, Node<'_, '_>)> = Vec::new();
            for (key, value) in node.entries() {
                let mut shown = String::new();
                append_nested(&mut shown, key, dialect, depth + 1);
                entries.retain(|(k, _)| *k != shown);
                entries.push((shown, value));
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            out.push_str(map_type(node, dialect));
            out.push('{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                out.push_str(&key);
                out.push(':');
                append_nested(out, value, dialect, depth + 1);
            }
            out.push('}');
        }
    }
}

fn map_type(node: Node<'_, '_>, dialect: Dialect) -> &'static str {
    let string_keys =
        dialect == Dialect::V3 && node.entries().all(|(k, _)| scalar(k, dialect) == Scalar::Str);
    if string_keys { "map[string]interface {}" } else { "map[interface {}]interface {}" }
}

fn scalar(node: Node<'_, '_>, dialect: Dialect) -> Scalar {
    let meaning = match dialect {
        Dialect::V2 => decode::meaning(node),
        Dialect::V3 => decode_v3::meaning(node),
    };
    meaning.unwrap_or(Scalar::Str)
}

/// Appends a scalar.
pub(super) fn append_scalar(out: &mut String, node: Node<'_, '_>, dialect: Dialect) {
    match scalar(node, dialect) {
        Scalar::Null => out.push_str("interface {}(nil)"),
        Scalar::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Scalar::Int(i) => out.push_str(&i.to_string()),
        Scalar::Uint(u) => {
            let _ = write!(out, "{u:#x}");
        }
        Scalar::Float(f) if f.is_finite() => out.push_str(&number::format(f)),
        Scalar::Float(f) => out.push_str(if f.is_nan() {
            "NaN"
        } else if f > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }),
        Scalar::Str | Scalar::Timestamp(_) | Scalar::Binary => quote(out, node.value()),
    }
}

/// Appends a string as `strconv.Quote` writes it.
pub(super) fn quote(out: &mut String, text: &str) {
    let _ = write!(out, "{text:?}");
}
