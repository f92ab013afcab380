use std::ops::Range;

use govalue::{Str, Value};

/// Index of a node in [`Unit::nodes`].
pub(crate) type NodeId = u32;

/// A part of the source text, by byte offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

/// A part of one of the unit's side tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slice {
    pub start: u32,
    pub len: u32,
}

impl Slice {
    pub const EMPTY: Slice = Slice { start: 0, len: 0 };

    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    fn range(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// Everything that one parsed text became. Immutable and shared by its templates; flat, so that neither dropping
/// nor walking it needs a native stack that grows with the text.
#[derive(Default)]
pub(crate) struct Unit {
    /// Name under which the text was parsed.
    pub name: Str,
    /// The text. Literal text is written from here.
    pub source: Str,
    /// Expressions, and those statements that an error can point at.
    pub nodes: Vec<Node>,
    /// Lists of nodes: commands of pipelines, arguments of commands.
    pub lists: Vec<NodeId>,
    /// Chains of field names.
    pub fields: Vec<Span>,
    /// Number constants.
    pub numbers: Vec<Number>,
    /// String constants without their quotes.
    pub strings: Vec<Str>,
    /// Functions of the host's that the text calls.
    pub functions: Functions,
    /// Statements of all bodies.
    pub code: Vec<Op>,
    /// The templates: the text itself and those that it defines.
    pub bodies: Vec<Body>,
    /// Which of the bodies is the text itself.
    pub main: usize,
}

/// The body of one template.
pub(crate) struct Body {
    pub name: Str,
    pub code: Range<usize>,
    pub empty: bool,
}

/// An expression with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub offset: u32,
    pub expr: Expr,
}

/// Index of a variable name among those of its text.
pub(crate) type VarId = u32;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Expr {
    /// `decl := command | command`; the declared variables are the first `decls` nodes of the list.
    Pipe {
        list: Slice,
        decls: u8,
        assign: bool,
    },
    /// Operands: the first may be a function or method, the others are its arguments.
    Command {
        args: Slice,
    },
    /// `.a.b`
    Field {
        fields: Slice,
    },
    /// `$x.a.b`
    Variable {
        var: VarId,
        name: Span,
        fields: Slice,
    },
    /// `(pipeline).a.b`, `function.a.b`
    Chain {
        node: NodeId,
        fields: Slice,
    },
    /// A function's name, looked up among the built-in functions or the host's.
    Identifier {
        name: Span,
        callee: Callee,
    },
    Dot,
    Nil,
    Bool(bool),
    /// Index into [`Unit::numbers`].
    Number {
        text: Span,
        index: u32,
    },
    /// Index into [`Unit::strings`].
    String {
        quoted: Span,
        index: u32,
    },
    /// `{{pipeline}}`
    Action {
        pipe: NodeId,
    },
    /// `{{template "name" pipeline}}`; index of the name in [`Unit::strings`].
    Template {
        name: u32,
        pipe: Option<NodeId>,
    },
}

/// What an identifier stood for when the text was parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Callee {
    Builtin(crate::builtin::Builtin),
    /// Index into [`Functions::used`].
    Host(u32),
}

/// The functions that a text was parsed with: calls need no look-up when it is executed with the same ones.
#[derive(Default)]
pub(crate) struct Functions {
    pub map: std::sync::Arc<crate::FuncMap>,
    pub used: Vec<std::sync::Arc<crate::Function>>,
}

/// A number constant, which stands for a number of every type that can represent it (Go's ideal constants).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// `unsigned` tells whether its spelling is also that of an unsigned number (one with a sign is not).
    Int {
        value: i64,
        unsigned: bool,
    },
    /// What no `int64` holds.
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

    pub fn int(self) -> Option<i64> {
        match self {
            Number::Int { value, .. } => Some(value),
            _ => self
                .float()
                .filter(|f| (-Self::TWO_TO_63..Self::TWO_TO_63).contains(f) && f.trunc() == *f)
                .map(|f| f as i64),
        }
    }

    pub fn uint(self) -> Option<u64> {
        match self {
            Number::Int { value, unsigned } => u64::try_from(value).ok().filter(|_| unsigned),
            Number::Uint(value) => Some(value),
            _ => self
                .float()
                .filter(|f| (0.0..2.0 * Self::TWO_TO_63).contains(f) && f.trunc() == *f)
                .map(|f| f as u64),
        }
    }

    pub fn float(self) -> Option<f64> {
        match self {
            Number::Int { value, .. } => Some(value as f64),
            Number::Uint(value) => Some(value as f64),
            Number::Float(value) => Some(value),
            // A complex constant is also a real one where its imaginary part is zero.
            Number::Complex(re, im) => (im == 0.0).then_some(re),
        }
    }

    pub fn complex(self) -> Option<(f64, f64)> {
        if let Number::Complex(re, im) = self { Some((re, im)) } else { None }
    }

    /// The value where no type is asked for; `None` when it overflows an `int`.
    pub fn ideal(self) -> Option<Value> {
        Some(match self {
            Number::Int { value, .. } => Value::int(value),
            Number::Uint(_) => return None,
            Number::Float(value) => Value::Float(value),
            Number::Complex(re, im) => Value::complex(re, im),
        })
    }
}

/// A statement. Jump targets count from the start of the body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    /// Literal text.
    Text(Span),
    /// Evaluates a pipeline and prints it unless it declares variables; the node is an [`Expr::Action`].
    Action(NodeId),
    /// Enters a scope, if there is something to restore at its end; jumps to `otherwise` when the pipeline is false.
    Branch {
        pipe: NodeId,
        otherwise: u32,
        scope: Scope,
    },
    /// Goes on elsewhere.
    Jump(u32),
    /// Leaves a scope: its variables are gone.
    Leave,
    /// Enters a loop, or jumps to `otherwise` when there is nothing to visit; `end` is behind the loop.
    Range {
        pipe: NodeId,
        otherwise: u32,
        end: u32,
    },
    /// End of a loop's body.
    Next,
    Break,
    Continue,
    /// Invokes a template; the node is an [`Expr::Template`].
    Template(NodeId),
}

/// What the end of an `if` or `with` restores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// Nothing: an `if` in which no variable is declared. It has no [`Op::Leave`].
    None,
    /// Variables.
    Vars,
    /// Dot, which `with` sets, and variables.
    Dot,
}

impl Unit {
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    pub fn list(&self, list: Slice) -> &[NodeId] {
        &self.lists[list.range()]
    }

    pub fn fields(&self, fields: Slice) -> &[Span] {
        &self.fields[fields.range()]
    }

    pub fn text(&self, span: Span) -> &[u8] {
        &self.source[span.start as usize..span.end as usize]
    }
}
