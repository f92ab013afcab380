//! What is wrong with a schema or a value, in the library's words.

use std::fmt;

use govalue::strconv;

use crate::location;
use crate::print::{float, integer};
use crate::schema::{JsonType, Types};
use crate::value::Json;

fn quoted(text: &str) -> String {
    strconv::quote(text.as_bytes())
}

/// Why a schema cannot be compiled. Addresses are shown as they are.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum CompileError {
    #[error("error in parsing {}: {reason}", quoted(.url))]
    ParseUrl { url: String, reason: String },
    #[error("failing loading {}: {reason}", quoted(.url))]
    Load { url: String, reason: String },
    #[error("{0}")]
    Document(String),
    #[error("invalid $schema in {}: {reason}", quoted(.url))]
    MetaSchemaUrl { url: String, reason: String },
    #[error("draft {} is not supported", quoted(.0))]
    UnsupportedDraft(String),
    #[error("cycle in resolving $schema in {}", quoted(.0))]
    MetaSchemaCycle(String),
    #[error("unsupported vocabulary {} in {}", quoted(.vocabulary), quoted(.url))]
    UnsupportedVocabulary { url: String, vocabulary: String },
    #[error("{} is not valid against metaschema: {reason}", quoted(.url))]
    MetaSchema { url: String, reason: ValidationError },
    #[error("error in parsing id at {}", quoted(.0))]
    ParseId(String),
    #[error("error in parsing anchor at {}", quoted(.0))]
    ParseAnchor(String),
    #[error("duplicate id {} in {} at {} and {}", quoted(.id), quoted(.url), quoted(.first), quoted(.second))]
    DuplicateId { id: String, url: String, first: String, second: String },
    #[error("duplicate anchor {} in {} at {} and {}", quoted(.anchor), quoted(.url), quoted(.first), quoted(.second))]
    DuplicateAnchor { anchor: String, url: String, first: String, second: String },
    #[error("anchor in {} not found in schema {}", quoted(.reference), quoted(.url))]
    AnchorNotFound { url: String, reference: String },
    #[error("invalid json-pointer {}", quoted(.0))]
    InvalidPointer(String),
    #[error("json-pointer in {} not found", quoted(.0))]
    PointerNotFound(String),
    #[error("invalid regex {} at {}: {reason}", quoted(.regex), quoted(.url))]
    InvalidRegex { url: String, regex: String, reason: String },
    #[error("resource for {} already exists", quoted(.0))]
    ResourceExists(String),
}

/// A value does not fit a schema. Display is the library's report: one line for each failure, those inside of a failure
/// set in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{report}")]
pub struct ValidationError {
    report: String,
}

impl ValidationError {
    pub(crate) fn new(failure: &Failure<'_>) -> ValidationError {
        let mut report = String::new();
        failure.write(&mut report);
        ValidationError { report }
    }
}

/// A step of the way to a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token<'v> {
    Name(&'v str),
    At(usize),
}

/// A failure of the value at a place, with those that caused it.
#[derive(Debug)]
pub(crate) struct Failure<'s> {
    /// A JSON pointer.
    pub(crate) at: String,
    pub(crate) kind: Kind<'s>,
    pub(crate) causes: Vec<Failure<'s>>,
}

impl Failure<'_> {
    /// Writes a line for each failure, without calling itself: failures may be nested deep.
    fn write(&self, out: &mut String) {
        let mut rest = vec![(self, 0)];
        while let Some((failure, indent)) = rest.pop() {
            let mut inner = indent;
            // A reference with one failure behind it is no step of its own.
            if !(matches!(failure.kind, Kind::Reference) && failure.causes.len() == 1) {
                if indent > 0 {
                    out.push('\n');
                    out.push_str(&"  ".repeat(indent - 1));
                    out.push_str("- ");
                }
                if !matches!(failure.kind, Kind::Schema { .. }) {
                    out.push_str(&format!("at {}: ", quote(&failure.at)));
                }
                out.push_str(&failure.kind.to_string());
                inner += 1;
            }
            rest.extend(failure.causes.iter().rev().map(|cause| (cause, inner)));
        }
    }
}

/// The JSON pointer of a way.
pub(crate) fn pointer(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for token in tokens {
        out.push('/');
        match token {
            Token::Name(name) => out.push_str(&location::escape(name)),
            Token::At(at) => out.push_str(&at.to_string()),
        }
    }
    out
}

/// What failed; `'s` is the schema that says so.
#[derive(Debug)]
pub(crate) enum Kind<'s> {
    Schema {
        location: &'s str,
    },
    Group,
    Reference,
    FalseSchema,
    TooDeep,
    /// Judging would take too long.
    TooMuch,
    RefCycle {
        url: &'s str,
        first: String,
        second: String,
    },
    Type {
        got: JsonType,
        want: Types,
    },
    Enum {
        want: &'s [Json],
    },
    Const {
        want: &'s Json,
    },
    Format {
        got: String,
        want: &'static str,
        reason: String,
    },
    Not,
    AllOf,
    AnyOf,
    OneOf(Option<(usize, usize)>),
    MinProperties {
        got: usize,
        want: i64,
    },
    MaxProperties {
        got: usize,
        want: i64,
    },
    Required {
        missing: Vec<&'s str>,
    },
    Dependency {
        property: &'s str,
        missing: Vec<&'s str>,
    },
    AdditionalProperties {
        names: Vec<String>,
    },
    PropertyNames {
        property: String,
    },
    MinItems {
        got: usize,
        want: i64,
    },
    MaxItems {
        got: usize,
        want: i64,
    },
    UniqueItems {
        duplicates: (usize, usize),
    },
    AdditionalItems {
        count: usize,
    },
    Contains,
    MinContains {
        got: Vec<usize>,
        want: i64,
    },
    MaxContains {
        got: Vec<usize>,
        want: i64,
    },
    MinLength {
        got: usize,
        want: i64,
    },
    MaxLength {
        got: usize,
        want: i64,
    },
    Pattern {
        got: String,
        want: &'s str,
    },
    Number {
        keyword: &'static str,
        got: f64,
        want: f64,
    },
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Schema { location } => write!(f, "jsonschema validation failed with {}", quote(location)),
            Kind::Group | Kind::Reference => f.write_str("validation failed"),
            Kind::FalseSchema => f.write_str("false schema"),
            Kind::TooMuch => f.write_str("schema has too many alternatives to be judged"),
            Kind::TooDeep => f.write_str("schema and value are nested too deep"),
            Kind::RefCycle { url, first, second } => {
                write!(f, "both {first} and {second} resolve to {} causing reference cycle", quoted(url))
            }
            Kind::Type { got, want } => write!(f, "got {got}, want {want}"),
            Kind::Enum { want } => f.write_str(&choice(want)),
            Kind::Const { want: Json::Array(_) | Json::Object(_) } => f.write_str("'const' failed"),
            Kind::Const { want } => write!(f, "value must be {}", display(want)),
            Kind::Format { got, want, reason } => write!(f, "{} is not valid {want}: {reason}", quote(got)),
            Kind::Not => f.write_str("'not' failed"),
            Kind::AllOf => f.write_str("'allOf' failed"),
            Kind::AnyOf => f.write_str("'anyOf' failed"),
            Kind::OneOf(None) => f.write_str("'oneOf' failed, none matched"),
            Kind::OneOf(Some((a, b))) => {
                write!(f, "'oneOf' failed, subschemas {}, {} matched", integer(*a as i64), integer(*b as i64))
            }
            Kind::Required { missing } if missing.len() == 1 => {
                write!(f, "missing property {}", quote(missing[0]))
            }
            Kind::Required { missing } => write!(f, "missing properties {}", joined(missing)),
            Kind::Dependency { property, missing } => {
                write!(f, "properties {} required, if {} exists", joined(missing), quote(property))
            }
            Kind::AdditionalProperties { names } => {
                write!(f, "additional properties {} not allowed", joined(names))
            }
            Kind::PropertyNames { property } => write!(f, "invalid propertyName {}", quote(property)),
            Kind::Pattern { got, want } => write!(f, "{} does not match pattern {}", quote(got), quote(want)),
            Kind::Number { keyword, got, want } => {
                write!(f, "{keyword}: got {}, want {}", float(*got), float(*want))
            }
            other => other.write_measure(f),
        }
    }
}

impl Kind<'_> {
    /// Those that count.
    fn write_measure(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (keyword, got, want) = match self {
            Kind::MinProperties { got, want } => ("minProperties", got, want),
            Kind::MaxProperties { got, want } => ("maxProperties", got, want),
            Kind::MinItems { got, want } => ("minItems", got, want),
            Kind::MaxItems { got, want } => ("maxItems", got, want),
            Kind::MinLength { got, want } => ("minLength", got, want),
            Kind::MaxLength { got, want } => ("maxLength", got, want),
            Kind::UniqueItems { duplicates: (a, b) } => {
                return write!(f, "items at {} and {} are equal", integer(*a as i64), integer(*b as i64));
            }
            Kind::AdditionalItems { count } => {
                return write!(f, "last {} additionalItem(s) not allowed", integer(*count as i64));
            }
            Kind::Contains => return f.write_str("no items match contains schema"),
            Kind::MinContains { got, want } if got.is_empty() => {
                let want = integer(*want);
                return write!(f, "min {want} items required to match contains schema, but none matched");
            }
            Kind::MinContains { got, want } => return write_contained(f, "min", got, *want),
            Kind::MaxContains { got, want } => return write_contained(f, "max", got, *want),
            _ => return Ok(()),
        };
        write!(f, "{keyword}: got {}, want {}", integer(*got as i64), integer(*want))
    }
}

fn write_contained(f: &mut fmt::Formatter<'_>, bound: &str, got: &[usize], want: i64) -> fmt::Result {
    let at: Vec<String> = got.iter().map(ToString::to_string).collect();
    let (want, found) = (integer(want), integer(got.len() as i64));
    let at = at.join(" ");
    write!(f, "{bound} {want} items required to match contains schema, but matched {found} items at {at}")
}

fn choice(want: &[Json]) -> String {
    if want.iter().any(|value| matches!(value, Json::Array(_) | Json::Object(_))) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = want.iter().map(display).collect();
    match shown.as_slice() {
        [one] => format!("value must be {one}"),
        all => format!("value must be one of {}", all.join(", ")),
    }
}

fn display(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(text) => text.clone(),
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
    }
}

/// Go's `%q` in single quotes.
fn quote(text: &str) -> String {
    let quoted = quoted(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

fn joined<S: AsRef<str>>(texts: &[S]) -> String {
    texts.iter().map(|t| quote(t.as_ref())).collect::<Vec<_>>().join(", ")
}
