//! Regular expressions: Go's syntax by way of [`goregexp`].

use std::sync::{Arc, LazyLock};

use goregexp::{Cache, Error, Regex};
use govalue::{List, Str, Type, Value, strconv};

use crate::function::{Outcome, functions, nil_slice};
use crate::panics::{self, MAX_BYTES, MAX_ITEMS};

functions! { FUNCTIONS:
    "regexMatch" (string, string) -> bool = |re, s: &Str| compile(re).is_ok_and(|re| re.is_match(s));
    "mustRegexMatch" (string, string) -> bool = |re, s: &Str| Outcome::Ok(compile(re)?.is_match(s));
    "regexFind" (string, string) -> string = |re, s| Outcome::Ok(find(&*must(re)?, s));
    "mustRegexFind" (string, string) -> string = |re, s| Outcome::Ok(find(&*compile(re)?, s));
    "regexFindAll" (string, string, int) -> strings = |re, s, n| find_all(&*must(re)?, s, n);
    "mustRegexFindAll" (string, string, int) -> strings = |re, s, n| find_all(&*compile(re)?, s, n);
    "regexReplaceAll" (string, string, string) -> string = |re, s, with| replace(&*must(re)?, s, with);
    "mustRegexReplaceAll" (string, string, string) -> string =
        |re, s, with| replace(&*compile(re)?, s, with);
    "regexReplaceAllLiteral" (string, string, string) -> string =
        |re, s, with| replace_literal(&*must(re)?, s, with);
    "mustRegexReplaceAllLiteral" (string, string, string) -> string =
        |re, s, with| replace_literal(&*compile(re)?, s, with);
    "regexSplit" (string, string, int) -> strings = |re, s, n| split(&*must(re)?, s, n);
    "mustRegexSplit" (string, string, int) -> strings = |re, s, n| split(&*compile(re)?, s, n);
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

fn replace(re: &Regex, s: &Str, with: &Str) -> Outcome<Str> {
    Ok(re.replace_all_within(s, with, MAX_BYTES).ok_or_else(panics::makeslice)?.into())
}

fn replace_literal(re: &Regex, s: &Str, with: &Str) -> Outcome<Str> {
    Ok(re.replace_all_literal_within(s, with, MAX_BYTES).ok_or_else(panics::makeslice)?.into())
}

/// One more than a list may have: who gets as many asked for too many.
const TOO_MANY: i64 = MAX_ITEMS as i64 + 1;

/// The number of matches to look for.
fn bounded(limit: i64) -> i64 {
    if (0..TOO_MANY).contains(&limit) { limit } else { TOO_MANY }
}

/// The matches; Go's nil slice when there is none.
fn find_all(re: &Regex, s: &Str, limit: i64) -> Outcome<List> {
    texts(re.find_all(s, bounded(limit)))
}

/// The parts between matches; Go's nil slice when none is asked for.
fn split(re: &Regex, s: &Str, limit: i64) -> Outcome<List> {
    texts(re.split(s, bounded(limit)))
}

fn texts(parts: Vec<&[u8]>) -> Outcome<List> {
    if parts.len() > MAX_ITEMS {
        return Err(panics::makeslice());
    }
    if parts.is_empty() {
        return Ok(nil_slice(Type::STRING));
    }
    Ok(List::strings(parts.into_iter().map(|part| Value::Str(part.into()))))
}
