//! Regular expressions: Go's syntax by way of [`goregexp`].

use std::sync::{Arc, LazyLock};

use goregexp::{Cache, Error, Regex};
use govalue::{List, Str, Type, Value, strconv};

use crate::function::{Outcome, functions, nil_slice};

functions! { FUNCTIONS:
    "regexMatch" (string, string) -> bool = |re, s: &Str| compile(re).is_ok_and(|re| re.is_match(s));
    "mustRegexMatch" (string, string) -> bool = |re, s: &Str| Outcome::Ok(compile(re)?.is_match(s));
    "regexFind" (string, string) -> string = |re, s| Outcome::Ok(find(&*must(re)?, s));
    "mustRegexFind" (string, string) -> string = |re, s| Outcome::Ok(find(&*compile(re)?, s));
    "regexFindAll" (string, string, int) -> strings = |re, s, n| Outcome::Ok(find_all(&*must(re)?, s, n));
    "mustRegexFindAll" (string, string, int) -> strings = |re, s, n| Outcome::Ok(find_all(&*compile(re)?, s, n));
    "regexReplaceAll" (string, string, string) -> string = |re, s, with| Outcome::Ok(replace(&*must(re)?, s, with));
    "mustRegexReplaceAll" (string, string, string) -> string =
        |re, s, with| Outcome::Ok(replace(&*compile(re)?, s, with));
    "regexReplaceAllLiteral" (string, string, string) -> string =
        |re, s, with| Outcome::Ok(replace_literal(&*must(re)?, s, with));
    "mustRegexReplaceAllLiteral" (string, string, string) -> string =
        |re, s, with| Outcome::Ok(replace_literal(&*compile(re)?, s, with));
    "regexSplit" (string, string, int) -> strings = |re, s, n| Outcome::Ok(split(&*must(re)?, s, n));
    "mustRegexSplit" (string, string, int) -> strings = |re, s, n| Outcome::Ok(split(&*compile(re)?, s, n));
    "regexQuoteMeta" (string) -> string = |s: &Str| Str::from(&*goregexp::quote_meta(s));
}

/// Compiled expressions that are kept; charts use few, often in loops.
const KEPT: usize = 128;

/// `regexp.Compile`.
fn compile(pattern: &Str) -> Result<Arc<Regex>, Error> {
    static COMPILED: LazyLock<Cache> = LazyLock::new(|| Cache::new(KEPT));
    COMPILED.get(pattern)
}

/// `regexp.MustCompile`: the error comes with the text of its panic.
fn must(pattern: &Str) -> Outcome<Arc<Regex>> {
    compile(pattern).map_err(|e| format!("regexp: Compile({}): {e}", quoted(pattern)).into())
}

/// The expression in back quotes where they can hold it.
fn quoted(pattern: &Str) -> String {
    match pattern.as_str() {
        Some(text) if strconv::can_backquote(pattern) => format!("`{text}`"),
        _ => strconv::quote(pattern),
    }
}

fn find(re: &Regex, s: &Str) -> Str {
    re.find(s).map(Str::from).unwrap_or_default()
}

fn replace(re: &Regex, s: &Str, with: &Str) -> Str {
    re.replace_all(s, with).into()
}

fn replace_literal(re: &Regex, s: &Str, with: &Str) -> Str {
    re.replace_all_literal(s, with).into()
}

/// The matches; Go's nil slice when there is none.
fn find_all(re: &Regex, s: &Str, limit: i64) -> List {
    texts(re.find_all(s, limit))
}

/// The parts between matches; Go's nil slice when none is asked for.
fn split(re: &Regex, s: &Str, limit: i64) -> List {
    texts(re.split(s, limit))
}

fn texts(parts: Vec<&[u8]>) -> List {
    if parts.is_empty() {
        return nil_slice(Type::STRING);
    }
    List::strings(parts.into_iter().map(|part| Value::Str(part.into())))
}
