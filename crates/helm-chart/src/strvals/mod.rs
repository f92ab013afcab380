//! `--set` and its relatives: lines of `name.path[0]=value,…` parsed into values.
//!
//! The grammar is Helm's `pkg/strvals`: names are parted by `.`, list positions stand in `[]`, pairs are parted by
//! `,`, lists are written `{a,b}`, and `\` takes the next character as it is. `--set-literal` has no escapes and no
//! second pair: everything after the first `=` is the value.

mod parser;

use govalue::json::JsonError;
use govalue::{Map, Value};

use crate::Compat;
use crate::go::quoted;
use parser::{Mode, Parser};

/// The greatest position in a list (`strvals.MaxIndex`).
pub const MAX_INDEX: i64 = 65_536;
/// The greatest number of `.` in a name (`strvals.MaxNestedNameLevel`).
pub const MAX_NESTED_NAME_LEVEL: usize = 30;
/// The greatest number of `[]` in a row. Helm has no such limit; it keeps hostile input from exhausting the stack.
pub const MAX_NESTED_LISTS: usize = 1000;

/// What is wrong with a line; texts as Helm's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ParseError {
    #[error("EOF")]
    Eof,
    #[error("key {} has no value", quoted(key))]
    NoValue { key: String },
    #[error("key {} has no value (cannot end with ,)", quoted(key))]
    EndsWithComma { key: String },
    #[error("key map {} has no value", quoted(key))]
    EmptyMap { key: String },
    #[error("error parsing index: EOF")]
    IndexCutOff,
    #[error("error parsing index: {reason}")]
    Index { reason: String },
    #[error("negative {index} index not allowed")]
    NegativeIndex { index: i64 },
    #[error("index of {index} is greater than maximum supported index of {MAX_INDEX}")]
    IndexTooBig { index: i64 },
    #[error("unexpected data at end of array index: {}", parser::quoted_runes(data))]
    AfterIndex { data: String },
    #[error("list must terminate with '}}'")]
    OpenList,
    #[error(
        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
    )]
    TooDeep,
    #[error("list nested level is greater than maximum supported nested level of {MAX_NESTED_LISTS}")]
    ListTooDeep,
    #[error("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")]
    WrongType { found: String, wanted: &'static str },
    #[error("{0}")]
    Json(#[from] JsonError),
    #[error("{reason}")]
    Read { reason: String },
}

/// Parses a `--set` line over `values`: `true`, `false`, `null` and decimal integers get their type, all else is
/// text.
pub fn parse_into(line: &str, values: &Map, compat: Compat) -> Result<(), ParseError> {
    Parser::new(line, Mode::Typed, compat).run(values)
}

/// Parses a `--set-string` line over `values`: every value is text.
pub fn parse_string_into(line: &str, values: &Map, compat: Compat) -> Result<(), ParseError> {
    Parser::new(line, Mode::Text, compat).run(values)
}

/// Parses a `--set-file` line over `values`: the values are names, for which `read` fetches the text.
pub fn parse_file_into(
    line: &str,
    values: &Map,
    compat: Compat,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<(), ParseError> {
    Parser::new(line, Mode::File(read), compat).run(values)
}

/// Parses a `--set-json` line over `values`: the values are JSON; an absent one is `null`.
pub fn parse_json_into(line: &str, values: &Map, compat: Compat) -> Result<(), ParseError> {
    Parser::new(line, Mode::Json, compat).run(values)
}

/// Parses a `--set-literal` line over `values`: one name, and all after the `=` as it stands.
pub fn parse_literal_into(line: &str, values: &Map, compat: Compat) -> Result<(), ParseError> {
    Parser::new(line, Mode::Literal, compat).run(values)
}

/// The value that `--set` makes of a text.
fn typed(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    // Go folds case by Unicode: the long s is an s.
    if text.replace('\u{17f}', "s").eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Nil;
    }
    if text == "0" {
        return Value::int64(0);
    }
    match text.parse::<i64>() {
        Ok(number) if !text.starts_with('0') => Value::int64(number),
        _ => Value::str(text),
    }
}
