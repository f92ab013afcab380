//! Text functions that look at bytes: cutting, joining, quoting, wrapping.

use govalue::{List, Map, Str, Type, Value, strconv};

use crate::convert::{self, text, texts};
use crate::function::{Outcome, functions};
use crate::panics::{self, MAX_BYTES, MAX_ITEMS};
use crate::unicode;

functions! { FUNCTIONS:
    "hello" () -> string = hello;
    "abbrev" (int, string) -> string = abbrev;
    "abbrevboth" (int, int, string) -> string = abbrevboth;
    "trunc" (int, string) -> string = trunc;
    "trim" (string) -> string = |s: &Str| Str::from(unicode::trim_space(s));
    "substr" (int, int, string) -> string = substr;
    "repeat" (int, string) -> string = |count, s: &Str| repeat(s, count).map(Str::from);
    "trimall" (string, string) -> string = trim_all;
    "trimAll" (string, string) -> string = trim_all;
    "trimSuffix" (string, string) -> string = trim_suffix;
    "trimPrefix" (string, string) -> string = trim_prefix;
    "wrap" (int, string) -> string = |width, s: &Str| wrap(s, width, b"\n", false);
    "wrapWith" (int, string, string) -> string = wrap_with;
    "contains" (string, string) -> bool = |part: &Str, s: &Str| find(s, part).is_some();
    "hasPrefix" (string, string) -> bool = |part: &Str, s: &Str| s.starts_with(part);
    "hasSuffix" (string, string) -> bool = |part: &Str, s: &Str| s.ends_with(part);
    "quote" (; any) -> string = quote;
    "squote" (; any) -> string = squote;
    "cat" (; any) -> string = cat;
    "indent" (int, string) -> string = |spaces, s: &Str| indent(b"", spaces, s);
    "nindent" (int, string) -> string = |spaces, s: &Str| indent(b"\n", spaces, s);
    "replace" (string, string, string) -> string = replace;
    "plural" (string, string, int) -> string = plural;
    "toString" (any) -> string = convert::string;
    "toStrings" (any) -> strings = texts;
    "join" (string, any) -> string = join;
    "sortAlpha" (any) -> strings = sort_alpha;
    "split" (string, string) -> string_map = |sep: &Str, s: &Str| split_map(s, sep, -1);
    "splitn" (string, int, string) -> string_map = |sep: &Str, n, s: &Str| split_map(s, sep, n);
    "splitList" (string, string) -> strings = split_list;
}

fn hello() -> Str {
    "Hello!".into()
}

fn abbrev(width: i64, s: &Str) -> Outcome<Str> {
    if width < 4 { Ok(s.clone()) } else { abbreviate(s, 0, width) }
}

fn abbrevboth(left: i64, right: i64, s: &Str) -> Outcome<Str> {
    if right < 4 || left > 0 && right < 7 { Ok(s.clone()) } else { abbreviate(s, left, right) }
}

/// `goutils.AbbreviateFull` with its error dropped, as Sprig does: then the result is empty.
fn abbreviate(s: &Str, offset: i64, width: i64) -> Outcome<Str> {
    let length = s.len() as i64;
    if s.is_empty() || length <= width {
        return Ok(s.clone());
    }
    let mut offset = offset.min(length);
    if length.wrapping_sub(offset) < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return Ok([&s[..width as usize - 3], b"..."].concat().into());
    }
    if width < 7 {
        return Ok(Str::default());
    }
    let tail = if offset + width - 3 < length {
        match abbreviate(&s[offset as usize..].into(), 0, width - 3)? {
            short if width - 3 >= 4 => short,
            _ => Str::default(),
        }
    } else {
        panics::slice(s, length - (width - 3), length)?.into()
    };
    Ok([b"...", &*tail].concat().into())
}

fn trunc(count: i64, s: &Str) -> Str {
    let length = s.len() as i64;
    if count < 0 && length + count > 0 {
        s[(length + count) as usize..].into()
    } else if count >= 0 && length > count {
        s[..count as usize].into()
    } else {
        s.clone()
    }
}

fn substr(start: i64, end: i64, s: &Str) -> Outcome<Str> {
    let length = s.len() as i64;
    let part = if start < 0 {
        panics::slice(s, 0, end)
    } else if end < 0 || end > length {
        panics::slice(s, start, length)
    } else {
        panics::slice(s, start, end)
    };
    part.map(Str::from)
}

/// `strings.Repeat`.
pub(crate) fn repeat(s: &[u8], count: i64) -> Outcome<Vec<u8>> {
    if count < 0 {
        return Err("strings: negative Repeat count".into());
    }
    if s.is_empty() {
        return Ok(Vec::new());
    }
    match s.len().checked_mul(count as usize) {
        Some(length) if length <= MAX_BYTES => Ok(s.repeat(count as usize)),
        Some(length) if i64::try_from(length).is_ok() => Err(panics::makeslice()),
        _ => Err("strings: Repeat output length overflow".into()),
    }
}

/// `strings.Trim` with the cut set first.
fn trim_all(cutset: &Str, s: &Str) -> Str {
    let set: Vec<char> = unicode::runes(cutset).map(|(_, c, _)| c).collect();
    unicode::trim(s, |c| set.contains(&c)).into()
}

fn trim_suffix(suffix: &Str, s: &Str) -> Str {
    s.strip_suffix(&**suffix).map_or_else(|| s.clone(), Str::from)
}

fn trim_prefix(prefix: &Str, s: &Str) -> Str {
    s.strip_prefix(&**prefix).map_or_else(|| s.clone(), Str::from)
}

fn wrap_with(width: i64, separator: &Str, s: &Str) -> Outcome<Str> {
    wrap(s, width, if separator.is_empty() { b"\n" } else { separator }, true)
}

/// `goutils.WrapCustom`: lines of a number of bytes, broken at blanks.
fn wrap(s: &[u8], width: i64, newline: &[u8], break_words: bool) -> Outcome<Str> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
    let mut line = |part: &[u8]| {
        out.extend_from_slice(part);
        out.extend_from_slice(newline);
        if out.len() > MAX_BYTES { Err(panics::makeslice()) } else { Ok(()) }
    };
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
        } else if let Some(blank) = rest[..=width].iter().rposition(|b| *b == b' ') {
            line(&rest[..blank])?;
            rest = &rest[blank + 1..];
        } else if break_words {
            line(&rest[..width])?;
            rest = &rest[width..];
        } else if let Some(blank) = rest[width..].iter().position(|b| *b == b' ') {
            line(&rest[..width + blank])?;
            rest = &rest[width + blank + 1..];
        } else {
            break;
        }
    }
    out.extend_from_slice(rest);
    Ok(out.into())
}

/// The first place of a part in a text.
pub(crate) fn find(s: &[u8], part: &[u8]) -> Option<usize> {
    match part {
        [] => Some(0),
        [b] => s.iter().position(|c| c == b),
        [first, ..] => {
            let last = s.len().checked_sub(part.len())?;
            let mut from = 0;
            while let Some(at) = s[from..=last].iter().position(|c| c == first) {
                if s[from + at..].starts_with(part) {
                    return Some(from + at);
                }
                from += at + 1;
                if from > last {
                    return None;
                }
            }
            None
        }
    }
}

fn quote(values: &[Value]) -> Str {
    let mut out = Vec::new();
    for v in values.iter().filter(|v| !matches!(v, Value::Nil)) {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(strconv::quote(text(v)).as_bytes());
    }
    out.into()
}

fn squote(values: &[Value]) -> Str {
    let mut out = Vec::new();
    for v in values.iter().filter(|v| !matches!(v, Value::Nil)) {
        out.extend_from_slice(if out.is_empty() { b"'" } else { b" '" });
        govalue::fmt::append_value(&mut out, v);
        out.push(b'\'');
    }
    out.into()
}

fn cat(values: &[Value]) -> Str {
    let mut out = Vec::new();
    for (i, v) in values.iter().filter(|v| !matches!(v, Value::Nil)).enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        govalue::fmt::append_value(&mut out, v);
    }
    out.into()
}

/// Blanks before every line, after a prefix.
fn indent(prefix: &[u8], spaces: i64, s: &[u8]) -> Outcome<Str> {
    let pad = repeat(b" ", spaces)?;
    let lines = s.iter().filter(|b| **b == b'\n').count() + 1;
    let length = prefix.len() + s.len() + lines.saturating_mul(pad.len());
    if length > MAX_BYTES {
        return Err(panics::makeslice());
    }
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(prefix);
    for line in s.split_inclusive(|b| *b == b'\n') {
        out.extend_from_slice(&pad);
        out.extend_from_slice(line);
    }
    if s.last().is_none_or(|b| *b == b'\n') {
        out.extend_from_slice(&pad);
    }
    Ok(out.into())
}

/// `strings.ReplaceAll`; an empty old text matches before every code point and at the end.
fn replace(old: &Str, new: &Str, s: &Str) -> Outcome<Str> {
    let mut out = Vec::with_capacity(s.len());
    if old.is_empty() {
        for (at, _, width) in unicode::runes(s) {
            out.extend_from_slice(new);
            out.extend_from_slice(&s[at..at + width]);
            if out.len() > MAX_BYTES {
                return Err(panics::makeslice());
            }
        }
        out.extend_from_slice(new);
        return Ok(out.into());
    }
    let mut rest = &**s;
    while let Some(at) = find(rest, old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        if out.len() > MAX_BYTES {
            return Err(panics::makeslice());
        }
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    Ok(out.into())
}

fn plural(one: &Str, many: &Str, count: i64) -> Str {
    if count == 1 { one.clone() } else { many.clone() }
}

fn join(separator: &Str, v: &Value) -> Outcome<Str> {
    let parts = texts(v);
    let mut out = Vec::new();
    for (i, part) in parts.items().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(&text(part));
        if out.len() > MAX_BYTES {
            return Err(panics::makeslice());
        }
    }
    Ok(out.into())
}

/// Sorted texts of the elements. A `[]string` is sorted in place, which its other users see.
fn sort_alpha(v: &Value) -> List {
    if convert::elements(v).is_none() {
        return List::strings([convert::string(v)]);
    }
    let list = texts(v);
    list.sort_in_place();
    list
}

/// `strings.SplitN` (`n < 0`: all parts, 0: `None`, the nil slice).
fn split<'s>(s: &'s [u8], separator: &[u8], n: i64) -> Outcome<Option<Vec<&'s [u8]>>> {
    if n == 0 {
        return Ok(None);
    }
    let most = usize::try_from(n).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut rest = s;
    while parts.len() + 1 < most {
        let cut = match find(rest, separator) {
            // An empty separator cuts after every code point, with nothing left over at the end.
            Some(_) if separator.is_empty() => match unicode::decode(rest).1 {
                0 => return Ok(Some(parts)),
                width if width == rest.len() => break,
                width => (width, width),
            },
            Some(at) => (at, at + separator.len()),
            None => break,
        };
        parts.push(&rest[..cut.0]);
        rest = &rest[cut.1..];
        if parts.len() >= MAX_ITEMS {
            return Err(panics::makeslice());
        }
    }
    if !(separator.is_empty() && rest.is_empty()) {
        parts.push(rest);
    }
    Ok(Some(parts))
}

fn split_map(s: &Str, separator: &Str, n: i64) -> Outcome<Map> {
    let parts = split(s, separator, n)?.unwrap_or_default();
    let entries = parts.into_iter().enumerate();
    let entries = entries.map(|(i, part)| (format!("_{i}").into(), Value::Str(part.into()))).collect();
    Ok(Map::from_entries(Type::map(Type::STRING, Type::STRING), entries))
}

fn split_list(separator: &Str, s: &Str) -> Outcome<List> {
    let parts = split(s, separator, -1)?.unwrap_or_default();
    Ok(List::strings(parts.into_iter().map(|part| Value::Str(part.into()))))
}
