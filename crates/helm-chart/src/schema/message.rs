//! The words of the Go library santhosh-tekuri/jsonschema v6 for what does not fit a schema.

use boon::{ErrorKind, ValidationError};
use serde_json::{Number, Value as Json};

use super::LOCATION;
use super::number::{float, integer};
use super::path::{Move, Moves, Token, common, pointer};

pub(super) type Failure<'s, 'v> = ValidationError<'s, 'v>;

/// The whole report: one line for each failure, those inside a failure set in. `document` is the chart's schema.
pub(super) fn text(error: &Failure<'_, '_>, document: &Json) -> String {
    let mut report = Report { out: String::new(), document };
    report.failure(error, Vec::new(), 0);
    report.out
}

struct Report<'d> {
    out: String,
    document: &'d Json,
}

impl Report<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        if indent > 0 {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(indent - 1));
            self.out.push_str("- ");
        }
        self.out.push_str(text);
    }

    fn at(&mut self, indent: usize, at: &[Token], text: &str) {
        self.line(indent, &format!("at {}: {text}", quote(&pointer(at))));
    }

    /// Writes a failure of the value `at`.
    fn failure(&mut self, error: &Failure<'_, '_>, at: Vec<Token>, indent: usize) {
        let causes = relevant(error);
        let mut moves: Vec<Moves<'_>> = causes.iter().map(|cause| Moves::new(error, cause, &at)).collect();
        let shared = shared_group(error, &moves);
        // A reference with one failure behind it is no step of its own.
        let passes = matches!(error.kind, ErrorKind::Reference { .. } | ErrorKind::Group);
        let hidden = passes && (causes.len() == 1 || shared > 0);
        let mut indent = indent;
        if !hidden {
            match &error.kind {
                ErrorKind::Schema { url } => {
                    self.line(indent, &format!("jsonschema validation failed with {}", quote(url)));
                }
                kind => {
                    let text = self.describe_at(kind, error.schema_url);
                    self.at(indent, &at, &text);
                }
            }
            indent += 1;
        }
        let mut at = if matches!(error.kind, ErrorKind::PropertyName { .. }) { Vec::new() } else { at };
        if shared > 0 {
            // Several failures in the one schema of a choice that failed: the validator lifts them out of it.
            indent = self.steps(moves[0].take(shared), &mut at, indent);
            self.at(indent, &at, "validation failed");
            indent += 1;
            moves.iter_mut().skip(1).for_each(|m| drop(m.take(shared)));
        }
        for (cause, mut moves) in causes.iter().zip(moves) {
            let mut at = at.clone();
            let indent = self.steps(moves.take(usize::MAX), &mut at, indent);
            self.failure(cause, at, indent);
        }
    }

    /// Writes the steps that the validator leaves out: where one schema of a choice failed it reports only the
    /// failure in that one. Answers the indentation below them.
    fn steps(&mut self, moves: Vec<Move<'_>>, at: &mut Vec<Token>, indent: usize) -> usize {
        moves.into_iter().fold(indent, |indent, step| match step {
            Move::Value { token, .. } => {
                at.extend(token);
                indent
            }
            Move::Choice { keyword, .. } => {
                let none = if keyword == "oneOf" { ", none matched" } else { "" };
                self.at(indent, at, &format!("'{keyword}' failed{none}"));
                indent + 1
            }
            Move::Aside { .. } => indent,
        })
    }

    fn describe_at(&self, kind: &ErrorKind<'_, '_>, schema_url: &str) -> String {
        match kind {
            // The pattern as it is written: the validator shows what it made of it.
            ErrorKind::Pattern { got, want } => {
                let written = schema_url.strip_prefix(LOCATION).and_then(|f| f.strip_prefix('#'));
                let written = written.and_then(|f| self.document.pointer(&super::path::decoded(f)));
                let want = written.and_then(|s| s["pattern"].as_str()).unwrap_or(want);
                format!("{} does not match pattern {}", quote(got), quote(want))
            }
            kind => describe(kind),
        }
    }
}

/// How many moves the failures inside have in common, if a choice is among them and they are several: then they
/// stood in a group of their own.
fn shared_group(error: &Failure<'_, '_>, moves: &[Moves<'_>]) -> usize {
    let flattens = matches!(error.kind, ErrorKind::Schema { .. } | ErrorKind::Reference { .. });
    if moves.len() < 2 || !flattens {
        return 0;
    }
    common(moves)
}

/// The failures inside a failure. The Go library stops looking at a value whose format is wrong; this one goes on.
fn relevant<'e, 's, 'v>(error: &'e Failure<'s, 'v>) -> &'e [Failure<'s, 'v>] {
    let Some((first, others)) = error.causes.split_first() else { return &[] };
    let at = first.instance_location.to_string();
    let inside = |other: &Failure<'_, '_>| {
        let below = |rest: Option<&str>| rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below(other.schema_url.strip_prefix(first.schema_url))
            && below(other.instance_location.to_string().strip_prefix(&at))
    };
    let several =
        matches!(error.kind, ErrorKind::Reference { .. } | ErrorKind::Schema { .. } | ErrorKind::Group);
    if several && matches!(first.kind, ErrorKind::Format { .. }) && others.iter().all(inside) {
        return &error.causes[..1];
    }
    &error.causes
}

fn describe(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } | ErrorKind::Schema { .. } => {
            "validation failed".to_owned()
        }
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            let (url, kw_loc1, kw_loc2) = (crate::go::quoted(url), encoded(kw_loc1), encoded(kw_loc2));
            format!("both {kw_loc1} and {kw_loc2} resolve to {url} causing reference cycle")
        }
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|t| t.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => choice(want),
        ErrorKind::Const { want } if is_primitive(want) => format!("value must be {}", display(want)),
        ErrorKind::Const { .. } => "'const' failed".to_owned(),
        ErrorKind::Format { got, want: "regex", err } => {
            let pattern = got.as_str().unwrap_or_default();
            let reason =
                goregexp::Regex::new(pattern).err().map_or_else(|| err.to_string(), |e| e.to_string());
            format!("{} is not valid regex: {reason}", quote(pattern))
        }
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", display(got)),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => {
            format!("value is not of mediatype {}: {err}", quote(want))
        }
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((a, b))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", integer(*a), integer(*b))
        }
        ErrorKind::AdditionalProperties { .. }
        | ErrorKind::Required { .. }
        | ErrorKind::Dependency { .. }
        | ErrorKind::DependentRequired { .. } => describe_properties(kind),
        _ => describe_measure(kind),
    }
}

fn describe_properties(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::AdditionalProperties { got } => {
            format!("additional properties {} not allowed", quoted_list(got))
        }
        ErrorKind::Required { want } if want.len() == 1 => format!("missing property {}", quote(want[0])),
        ErrorKind::Required { want } => format!("missing properties {}", quoted_list(want)),
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", quoted_list(missing), quote(prop))
        }
        other => other.to_string(),
    }
}

fn describe_measure(kind: &ErrorKind<'_, '_>) -> String {
    let count =
        |name: &str, got: usize, want: usize| format!("{name}: got {}, want {}", integer(got), integer(want));
    let number = |name: &str, got: &Number, want: &Number| {
        let shown = |n: &Number| float(n.as_f64().unwrap_or_default());
        format!("{name}: got {}, want {}", shown(got), shown(want))
    };
    match kind {
        ErrorKind::MinProperties { got, want } => count("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => count("maxProperties", *got, *want),
        ErrorKind::MinItems { got, want } => count("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => count("maxItems", *got, *want),
        ErrorKind::MinLength { got, want } => count("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => count("maxLength", *got, *want),
        ErrorKind::Minimum { got, want } => number("minimum", got, want),
        ErrorKind::Maximum { got, want } => number("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => number("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => number("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => number("multipleOf", got, want),
        ErrorKind::UniqueItems { got: [a, b] } => {
            format!("items at {} and {} are equal", integer(*a), integer(*b))
        }
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", integer(*got)),
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", integer(*want))
        }
        ErrorKind::MinContains { got, want } => contained("min", got, *want),
        ErrorKind::MaxContains { got, want } => contained("max", got, *want),
        other => other.to_string(),
    }
}

fn contained(bound: &str, got: &[usize], want: usize) -> String {
    let at: Vec<String> = got.iter().map(ToString::to_string).collect();
    let (want, found) = (integer(want), integer(got.len()));
    format!(
        "{bound} {want} items required to match contains schema, but matched {found} items at {}",
        at.join(" ")
    )
}

fn choice(want: &[Json]) -> String {
    if !want.iter().all(is_primitive) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = want.iter().map(display).collect();
    match shown.as_slice() {
        [one] => format!("value must be {one}"),
        all => format!("value must be one of {}", all.join(", ")),
    }
}

fn is_primitive(value: &Json) -> bool {
    !value.is_array() && !value.is_object()
}

fn display(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".to_owned(),
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        other => other.to_string(),
    }
}

/// Go's `%q` in single quotes.
fn quote(text: &str) -> String {
    let quoted = crate::go::quoted(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

fn quoted_list<S: AsRef<str>>(texts: &[S]) -> String {
    texts.iter().map(|t| quote(t.as_ref())).collect::<Vec<_>>().join(", ")
}

/// What Go's URL package encodes in a fragment beyond what this validator does.
fn encoded(location: &str) -> String {
    location.chars().fold(String::with_capacity(location.len()), |mut out, c| {
        match c {
            '^' | '[' | ']' | '{' | '}' | '|' | '\\' => out.push_str(&format!("%{:02X}", c as u32)),
            c => out.push(c),
        }
        out
    })
}
