//! Parts of a pattern in the engine's form, measured as Go measures its syntax tree.

use std::sync::LazyLock;

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use crate::error::ErrorKind;
use crate::unicode;

/// Go allows this many levels (`maxHeight`).
const MAX_HEIGHT: u32 = 1000;
/// Go allows this many compiled instructions (`maxSize`): 128 MB of 40 bytes each.
const MAX_SIZE: u64 = (128 << 20) / 40;
/// Go allows this many ends of character ranges (`maxRunes`).
const MAX_RUNES: u64 = (128 << 20) / 4;

/// A part of a pattern.
#[derive(Debug)]
pub(super) struct Piece {
    hir: Hir,
    shape: Shape,
}

/// What Go's limits depend on.
#[derive(Clone, Copy, Debug)]
struct Shape {
    node: Node,
    /// Levels of Go's tree.
    height: u32,
    /// Compiled instructions.
    size: u64,
    /// How often the innermost part is repeated at most.
    copies: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    /// A row of characters; Go joins neighbours.
    Literal {
        fold: bool,
    },
    /// One of several characters; Go joins alternatives.
    Class,
    Concat,
    Alternate,
    Other,
}

/// What the whole pattern has used up.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pieces: u64,
    runes: u64,
    repeats: u64,
}

impl Limits {
    /// Counts a new part; an error when it is too much.
    pub fn count(&mut self, piece: &Piece) -> Result<(), ErrorKind> {
        self.pieces += 1;
        if let HirKind::Class(Class::Unicode(class)) = piece.hir.kind() {
            self.runes += 2 * class.ranges().len() as u64;
        }
        self.repeats = self.repeats.max(1).saturating_mul(piece.shape.copies.max(1)).min(MAX_SIZE);
        // Go starts to measure when pieces and repetitions make too large a size possible.
        let may_be_large = self.pieces.saturating_mul(self.repeats) >= MAX_SIZE;
        if self.runes > MAX_RUNES || (may_be_large && piece.shape.size > MAX_SIZE) {
            return Err(ErrorKind::Large);
        }
        if piece.shape.height > MAX_HEIGHT {
            return Err(ErrorKind::NestingDepth);
        }
        Ok(())
    }
}

impl Shape {
    fn leaf(node: Node) -> Shape {
        Shape { node, height: 1, size: 1, copies: 1 }
    }

    /// One level on top of parts.
    fn over(node: Node, parts: &[Piece]) -> Shape {
        let shapes = || parts.iter().map(|part| part.shape);
        // A sequence in a sequence, or a choice in a choice, is not a level of its own.
        let joins = |shape: Shape| shape.node == node && node != Node::Other;
        let inner = shapes().map(|shape| shape.height - u32::from(joins(shape))).max().unwrap_or(0);
        Shape {
            node,
            height: inner.saturating_add(1),
            size: shapes().fold(0, |sum: u64, shape| sum.saturating_add(shape.size)),
            copies: shapes().map(|shape| shape.copies).max().unwrap_or(1),
        }
    }
}

impl Piece {
    fn leaf(node: Node, hir: Hir) -> Piece {
        Piece { hir, shape: Shape::leaf(node) }
    }

    pub fn into_hir(self) -> Hir {
        self.hir
    }

    /// How many levels it has.
    pub fn height(&self) -> u32 {
        self.shape.height
    }

    pub fn look(look: Look) -> Piece {
        Piece::leaf(Node::Other, Hir::look(look))
    }

    /// A character by its code point, or all that differ from it in case.
    pub fn literal(code: u32, fold: bool) -> Piece {
        let node = Node::Literal { fold };
        let Some(c) = char::from_u32(code) else { return Piece::leaf(node, Hir::fail()) };
        if fold && (c.is_ascii_alphabetic() || !c.is_ascii()) {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            unicode::fold(&mut class);
            return Piece::leaf(node, Hir::class(Class::Unicode(class)));
        }
        Piece::leaf(node, Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()))
    }

    pub fn class(class: ClassUnicode) -> Piece {
        Piece::leaf(Node::Class, Hir::class(Class::Unicode(class)))
    }

    pub fn dot(newline: bool) -> Piece {
        static ALL: LazyLock<Hir> = LazyLock::new(|| all_but(&[]));
        static LINE: LazyLock<Hir> = LazyLock::new(|| all_but(&[ClassUnicodeRange::new('\n', '\n')]));
        Piece::leaf(Node::Class, if newline { ALL.clone() } else { LINE.clone() })
    }

    pub fn capture(self, index: u32) -> Piece {
        let mut shape = Shape::over(Node::Other, std::slice::from_ref(&self));
        shape.size = shape.size.saturating_add(2);
        let capture = Capture { index, name: None, sub: Box::new(self.hir) };
        Piece { hir: Hir::capture(capture), shape }
    }

    /// One part after the other.
    pub fn concat(mut parts: Vec<Piece>) -> Piece {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        if parts.is_empty() {
            return Piece::leaf(Node::Other, Hir::empty());
        }
        let mut shape = Shape::over(Node::Concat, &parts);
        let first = parts[0].shape.node;
        if matches!(first, Node::Literal { .. }) && parts.iter().all(|part| part.shape.node == first) {
            shape = Shape { node: first, height: 1, ..shape };
        }
        Piece { hir: Hir::concat(parts.into_iter().map(Piece::into_hir).collect()), shape }
    }

    /// One part or the other, earlier ones first.
    pub fn alternate(mut parts: Vec<Piece>) -> Piece {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        let mut shape = Shape::over(Node::Alternate, &parts);
        if parts.iter().all(Piece::is_one_character) {
            shape = Shape::leaf(Node::Class);
        }
        shape.size = shape.size.saturating_add(parts.len() as u64 - 1);
        let mut branches: Vec<Hir> = parts.into_iter().map(Piece::into_hir).collect();
        keep_apart(&mut branches);
        Piece { hir: Hir::alternation(branches), shape }
    }

    fn is_one_character(&self) -> bool {
        match self.shape.node {
            Node::Literal { .. } => self.shape.size == 1,
            node => node == Node::Class,
        }
    }

    /// The part `min` to `max` times. `counted` tells `{…}` from the other operators.
    pub fn repeat(self, min: u32, max: Option<u32>, counted: bool, greedy: bool) -> Piece {
        let mut shape = Shape::over(Node::Other, std::slice::from_ref(&self));
        let size = shape.size;
        shape.size = match (min, max) {
            (0, None) => size.saturating_add(2),
            (min, None) => size.saturating_mul(u64::from(min)).saturating_add(1),
            (min, Some(max)) => {
                size.saturating_mul(u64::from(max)).saturating_add(u64::from(max.saturating_sub(min)))
            }
        };
        shape.size = shape.size.max(1);
        if counted {
            shape.copies = match (min, max) {
                (_, Some(0)) => 0,
                (0, None) => shape.copies,
                (min, max) => shape.copies.max(1).saturating_mul(u64::from(max.unwrap_or(min))),
            };
        }
        let repetition = Repetition { min, max, greedy, sub: Box::new(self.hir) };
        Piece { hir: Hir::repetition(repetition), shape }
    }

    /// How often the innermost part is repeated at most.
    pub fn copies(&self) -> u64 {
        self.shape.copies
    }
}

fn all_but(ranges: &[ClassUnicodeRange]) -> Hir {
    let mut class = ClassUnicode::new(ranges.iter().copied());
    unicode::negate(&mut class);
    Hir::class(Class::Unicode(class))
}

/// Keeps `regex-syntax` from factoring out what all branches begin with, where that changes the meaning.
///
/// `xa|xb` is not `x(a|b)` when `x` can match in several ways: the ways are then tried in another order. An optional
/// nothing in front of one branch makes the branches begin differently.
fn keep_apart(branches: &mut [Hir]) {
    let Some((first, others)) = branches.split_first_mut() else { return };
    let HirKind::Concat(start) = first.kind() else { return };
    let common = others.iter().try_fold(start.as_slice(), |common, other| match other.kind() {
        HirKind::Concat(parts) => {
            let length = common.iter().zip(parts).take_while(|(left, right)| left == right).count();
            Some(&common[..length])
        }
        _ => None,
    });
    if common.is_some_and(|common| !common.iter().all(matches_one_way)) {
        let nothing = Repetition { min: 0, max: Some(1), greedy: true, sub: Box::new(Hir::empty()) };
        let branch = std::mem::replace(first, Hir::empty());
        *first = Hir::concat(vec![Hir::repetition(nothing), branch]);
    }
}

fn matches_one_way(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => true,
        HirKind::Repetition(repetition) => {
            repetition.max == Some(repetition.min) && matches!(repetition.sub.kind(), HirKind::Class(_))
        }
        _ => false,
    }
}
