//! What a scalar means: the tables and rules of go-yaml's two versions.

use super::number::{self, Integer};
use super::timestamp::{self, Timestamp};
use super::{Dialect, YamlError};

/// Prefix of the tags that YAML defines itself; `!!` in short form.
pub(super) const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// What a scalar resolves to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond `i64`.
    Uint(u64),
    Float(f64),
    /// The text itself.
    Str,
    /// A date; what sees it as text takes the text itself.
    Timestamp(Timestamp),
    /// The text itself, marked as base64.
    Binary,
}

impl Scalar {
    fn short_tag(self) -> &'static str {
        match self {
            Scalar::Null => "!!null",
            Scalar::Bool(_) => "!!bool",
            Scalar::Int(_) | Scalar::Uint(_) => "!!int",
            Scalar::Float(_) => "!!float",
            Scalar::Str => "!!str",
            Scalar::Timestamp(_) => "!!timestamp",
            Scalar::Binary => "!!binary",
        }
    }
}

/// Resolves a scalar with a tag; without one see [`untagged`].
pub(super) fn tagged(tag: &str, text: &str, dialect: Dialect) -> Result<Scalar, YamlError> {
    // Version 3 shortens tags first, so that it takes `!<!!int>` for the long form as well.
    let name =
        tag.strip_prefix(TAG_PREFIX).or_else(|| tag.strip_prefix("!!").filter(|_| dialect == Dialect::V3));
    let Some(name) = name else { return Ok(Scalar::Str) };
    let found = match name {
        "binary" => return Ok(Scalar::Binary),
        "str" => return Ok(Scalar::Str),
        "timestamp" | "bool" | "int" | "float" | "null" => {
            resolve(text, dialect, name == "timestamp").unwrap_or(Scalar::Str)
        }
        _ => return Ok(Scalar::Str),
    };
    match (name, found) {
        ("float", Scalar::Int(i)) => Ok(Scalar::Float(i as f64)),
        _ if found.short_tag()[2..] == *name => Ok(found),
        _ => {
            Err(YamlError::yaml(None, format!("cannot decode {} `{text}` as a !!{name}", found.short_tag())))
        }
    }
}

/// Resolves a plain scalar without a tag.
pub(super) fn untagged(text: &str, dialect: Dialect) -> Scalar {
    resolve(text, dialect, true).unwrap_or(Scalar::Str)
}

fn resolve(text: &str, dialect: Dialect, dates: bool) -> Option<Scalar> {
    let Some(&first) = text.as_bytes().first() else { return Some(Scalar::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text, dialect),
        b'.' => special_float(text).or_else(|| number::float_with_point(text)).map(Scalar::Float),
        b'+' | b'-' | b'0'..=b'9' => {
            if let Some(float) = special_float(text) {
                return Some(Scalar::Float(float));
            }
            if dates && let Some(stamp) = timestamp::parse(text) {
                return Some(Scalar::Timestamp(stamp));
            }
            if text.contains('_') { digits(&text.replace('_', ""), dialect) } else { digits(text, dialect) }
        }
        _ => None,
    }
}

fn word(text: &str, dialect: Dialect) -> Option<Scalar> {
    // The longest word in the tables is `false`.
    if text.len() > 5 {
        return None;
    }
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        _ if dialect == Dialect::V2 => old_bool(text).map(Scalar::Bool),
        _ => None,
    }
}

/// The words that only YAML 1.1 takes for booleans.
pub(super) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn special_float(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn digits(plain: &str, dialect: Dialect) -> Option<Scalar> {
    let integer = number::integer(plain);
    if integer.is_none()
        && let Some(float) = number::float(plain)
    {
        return Some(Scalar::Float(float));
    }
    // What remains of go-yaml's own prefixes: a sign behind them.
    let prefixed = |prefix: char, base| {
        let (text, unsigned) = match plain.strip_prefix('-') {
            Some(rest) => (format!("-{}", rest.strip_prefix('0')?.strip_prefix(prefix)?), false),
            None => (plain.strip_prefix('0')?.strip_prefix(prefix)?.to_owned(), true),
        };
        number::integer_of_base(&text, base, unsigned)
    };
    let integer = integer
        .or_else(|| prefixed('b', 2))
        .or_else(|| if dialect == Dialect::V3 { prefixed('o', 8) } else { None });
    integer.map(|i| match i {
        Integer::Signed(i) => Scalar::Int(i),
        Integer::Unsigned(u) => Scalar::Uint(u),
    })
}

/// Whether a text needs no quotes to stay a string, as far as resolving goes.
pub(super) fn stays_string(text: &str, dialect: Dialect) -> bool {
    untagged(text, dialect) == Scalar::Str
        && !is_base_60(text)
        && (dialect == Dialect::V2 || old_bool(text).is_none())
}

/// YAML 1.1's numbers of base 60 (`12:30:45`): read as text, and quoted for the sake of other readers.
/// Pattern: `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let bytes = text.as_bytes();
    let unsigned = match bytes.first() {
        Some(b'+' | b'-') => &bytes[1..],
        _ => bytes,
    };
    if !unsigned.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let digit_or_underscore = |b: &&u8| b.is_ascii_digit() || **b == b'_';
    let mut at = unsigned.iter().take_while(digit_or_underscore).count();
    let mut groups = 0;
    while unsigned.get(at) == Some(&b':') {
        let digits = unsigned[at + 1..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || (digits == 2 && unsigned[at + 1] > b'5') {
            return false;
        }
        at += 1 + digits;
        groups += 1;
    }
    if groups > 0 && unsigned.get(at) == Some(&b'.') {
        at += 1 + unsigned[at + 1..].iter().take_while(digit_or_underscore).count();
    }
    groups > 0 && at == unsigned.len()
}
