use crate::tree::{Expr, NodeId, Unit};
use govalue::strconv::quote;

/// Something that is still to be printed.
enum Piece {
    Node(NodeId),
    /// A node in parentheses if it is a pipeline.
    Operand(NodeId),
    Text(&'static str),
    Fields(crate::tree::Slice),
}

/// Appends the text of a node as Go prints it in errors: spacing normalised. Without recursion, because
/// parentheses may nest deeper than a native stack.
pub(crate) fn node(unit: &Unit, id: NodeId, out: &mut Vec<u8>) {
    let mut pieces = vec![Piece::Node(id)];
    while let Some(piece) = pieces.pop() {
        match piece {
            Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
            Piece::Operand(id) if matches!(unit.node(id).expr, Expr::Pipe { .. }) => {
                pieces.extend([Piece::Text(")"), Piece::Node(id), Piece::Text("(")]);
            }
            Piece::Node(id) | Piece::Operand(id) => print_node(unit, id, out, &mut pieces),
            Piece::Fields(fields) => {
                for &field in unit.fields(fields) {
                    out.push(b'.');
                    out.extend_from_slice(unit.text(field));
                }
            }
        }
    }
}

/// Prints the beginning of a node and leaves its other pieces, the last one first.
fn print_node(unit: &Unit, id: NodeId, out: &mut Vec<u8>, pieces: &mut Vec<Piece>) {
    match unit.node(id).expr {
        Expr::Pipe { list, decls, assign } => {
            let (decls, commands) = unit.list(list).split_at(usize::from(decls));
            push_separated(pieces, commands, " | ", Piece::Node);
            if !decls.is_empty() {
                pieces.push(Piece::Text(if assign { " = " } else { " := " }));
                push_separated(pieces, decls, ", ", Piece::Node);
            }
        }
        Expr::Command { args } => push_separated(pieces, unit.list(args), " ", Piece::Operand),
        Expr::Field { fields } => pieces.push(Piece::Fields(fields)),
        Expr::Variable { name, fields, .. } => {
            out.extend_from_slice(unit.text(name));
            pieces.push(Piece::Fields(fields));
        }
        Expr::Chain { node, fields } => pieces.extend([Piece::Fields(fields), Piece::Operand(node)]),
        Expr::Identifier { name: text, .. }
        | Expr::Number { text, .. }
        | Expr::String { quoted: text, .. } => {
            out.extend_from_slice(unit.text(text));
        }
        Expr::Dot => out.push(b'.'),
        Expr::Nil => out.extend_from_slice(b"nil"),
        Expr::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Expr::Action { pipe } => pieces.extend([Piece::Text("}}"), Piece::Node(pipe), Piece::Text("{{")]),
        Expr::Template { name, pipe } => {
            out.extend_from_slice(b"{{template ");
            out.extend_from_slice(quote(&unit.strings[name as usize]).as_bytes());
            pieces.push(Piece::Text("}}"));
            if let Some(pipe) = pipe {
                pieces.extend([Piece::Node(pipe), Piece::Text(" ")]);
            }
        }
    }
}

fn push_separated(
    pieces: &mut Vec<Piece>,
    nodes: &[NodeId],
    separator: &'static str,
    piece: impl Fn(NodeId) -> Piece,
) {
    for (i, &node) in nodes.iter().enumerate().rev() {
        pieces.push(piece(node));
        if i > 0 {
            pieces.push(Piece::Text(separator));
        }
    }
}
