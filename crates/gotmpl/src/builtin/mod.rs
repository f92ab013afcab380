//! The functions that every template has.

mod compare;
mod escape;
mod index;
pub(crate) mod text;

use govalue::{CallError, Type, Value};

use crate::exec::operand::Operand;

/// The functions that every template has (package `text/template`, "Functions").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Builtin {
    And,
    Call,
    Eq,
    Ge,
    Gt,
    Html,
    Index,
    Js,
    Le,
    Len,
    Lt,
    Ne,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Slice,
    UrlQuery,
}

/// How a built-in function takes its arguments.
pub(crate) enum Shape {
    /// One by one until one of this truth decides.
    ShortCircuit { until: bool },
    /// As they are (`reflect.Value`).
    Operands,
    /// Converted to parameter types.
    Values,
}

const ALL: [(&str, Builtin); 19] = [
    ("and", Builtin::And),
    ("call", Builtin::Call),
    ("eq", Builtin::Eq),
    ("ge", Builtin::Ge),
    ("gt", Builtin::Gt),
    ("html", Builtin::Html),
    ("index", Builtin::Index),
    ("js", Builtin::Js),
    ("le", Builtin::Le),
    ("len", Builtin::Len),
    ("lt", Builtin::Lt),
    ("ne", Builtin::Ne),
    ("not", Builtin::Not),
    ("or", Builtin::Or),
    ("print", Builtin::Print),
    ("printf", Builtin::Printf),
    ("println", Builtin::Println),
    ("slice", Builtin::Slice),
    ("urlquery", Builtin::UrlQuery),
];

impl Builtin {
    /// The function of that name.
    pub fn named(name: &str) -> Option<Builtin> {
        ALL.iter().find(|(n, _)| *n == name).map(|(_, builtin)| *builtin)
    }

    pub fn name(self) -> &'static str {
        ALL[self as usize].0
    }

    /// The number of parameters and whether the last one is variadic, and how they are taken.
    pub fn shape(self) -> ((usize, bool), Shape) {
        use Builtin::*;
        match self {
            And => ((2, true), Shape::ShortCircuit { until: false }),
            Or => ((2, true), Shape::ShortCircuit { until: true }),
            Call | Eq | Index | Slice => ((2, true), Shape::Operands),
            Ge | Gt | Le | Lt | Ne => ((2, false), Shape::Operands),
            Len | Not => ((1, false), Shape::Operands),
            Html | Js | Print | Println | UrlQuery => ((1, true), Shape::Values),
            Printf => ((2, true), Shape::Values),
        }
    }

    /// The parameter type of an argument of a function that takes values.
    pub fn param(self, index: usize) -> &'static Type {
        const STRING: Type = Type::STRING;
        if self == Builtin::Printf && index == 0 { &STRING } else { &Type::Any }
    }
}

/// Calls a function that takes its operands as they are.
pub(crate) fn call(builtin: Builtin, operands: &[Operand]) -> Result<Operand, CallError> {
    use Builtin::*;
    let truth = |b: bool| Ok(Operand::plain(Value::Bool(b)));
    match (builtin, operands) {
        (Not, [operand]) => truth(!operand.truth()),
        (Len, [operand]) => index::len(operand),
        (Index, [item, indexes @ ..]) => index::index(item, indexes),
        (Slice, [item, indexes @ ..]) => index::slice(item, indexes),
        (Eq, [first, others @ ..]) => truth(compare::eq(first, others)?),
        (Ne, [a, b]) => truth(!compare::eq(a, std::slice::from_ref(b))?),
        (Lt, [a, b]) => truth(compare::lt(a, b)?),
        (Le, [a, b]) => truth(compare::le(a, b)?),
        (Gt, [a, b]) => truth(!compare::le(a, b)?),
        (Ge, [a, b]) => truth(!compare::lt(a, b)?),
        // The number of arguments was checked, and the others do not come here.
        _ => Ok(Operand::ABSENT),
    }
}
