use govalue::Str;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Text outside of braces, or a quoted text inside.
    Text(Str),
    /// What is between two braces, one step after the other.
    List(Vec<Node>),
    /// A key.
    Field(String),
    /// `[begin:end:step]`
    Slice([Bound; 3]),
    /// `[?(left operator right)]`
    Filter {
        left: Vec<Node>,
        right: Vec<Node>,
        operator: String,
    },
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `*`
    Wildcard,
    /// `..`
    Recursive,
    /// `[a,b]`
    Union(Vec<Vec<Node>>),
    /// `range`, `end`, or anything else that is a word.
    Identifier(String),
}

/// One of the numbers of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bound {
    /// The number, if one was given or follows from the one before.
    pub(crate) value: Option<i64>,
    /// Whether it follows from the one before: `[1]` is `[1:2]`.
    pub(crate) derived: bool,
}
