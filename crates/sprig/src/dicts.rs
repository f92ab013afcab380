//! Functions on dictionaries. Dictionaries are shared: `set`, `unset` and the merges change the one everybody sees.

mod copy;
mod merge;

use govalue::{Key, List, Map, Str, Value};

use crate::convert;
use crate::function::{Outcome, dict, functions};
use crate::panics;

functions! { FUNCTIONS:
    "dict" (; any) -> dict = new;
    "get" (dict, string) -> any = |d: Map, key: &Str| d.get(key).unwrap_or_else(|| Value::from(""));
    "set" (dict, string, any) -> dict = set;
    "unset" (dict, string) -> dict = unset;
    "hasKey" (dict, string) -> bool = |d: Map, key: &Str| d.contains(key);
    "pluck" (string; dict) -> list = pluck;
    "keys" (; dict) -> strings = keys;
    "values" (dict) -> list = values;
    "pick" (dict; string) -> dict = pick;
    "omit" (dict; string) -> dict = omit;
    "dig" (; any) -> any = dig;
    "merge" (dict; dict) -> any = |d, rest: &[Value]| lenient(merge::into(d, rest, false));
    "mustMerge" (dict; dict) -> any = |d, rest: &[Value]| strict(merge::into(d, rest, false));
    "mergeOverwrite" (dict; dict) -> any = |d, rest: &[Value]| lenient(merge::into(d, rest, true));
    "mustMergeOverwrite" (dict; dict) -> any = |d, rest: &[Value]| strict(merge::into(d, rest, true));
    "deepCopy" (any) -> any = copy::deep_copy;
    "mustDeepCopy" (any) -> any = copy::deep_copy;
}

/// Keys and values in turn; a last key without a value gets the empty string.
fn new(pairs: &[Value]) -> Map {
    let pair = |p: &[Value]| {
        (Key::Str(convert::string(&p[0])), p.get(1).cloned().unwrap_or_else(|| Value::from("")))
    };
    pairs.chunks(2).map(pair).collect()
}

fn set(d: Map, key: &Str, value: &Value) -> Outcome<Map> {
    if d.is_nil() {
        return Err("assignment to entry in nil map".into());
    }
    d.insert(key.clone(), value.clone());
    Ok(d)
}

fn unset(d: Map, key: &Str) -> Map {
    d.remove(key);
    d
}

fn pluck(key: &Str, dicts: &[Value]) -> List {
    dicts.iter().filter_map(|d| dict(Some(d)).get(key)).collect()
}

/// The keys of all dictionaries. Go gives them in random order; here they are sorted.
fn keys(dicts: &[Value]) -> List {
    let mut all = Vec::new();
    for d in dicts {
        all.extend(dict(Some(d)).snapshot().iter().map(|(k, _)| k.to_value()));
    }
    List::strings(all)
}

/// The values, in the order of their keys (Go: random).
fn values(d: Map) -> List {
    d.snapshot().iter().map(|(_, v)| v.clone()).collect()
}

fn pick(d: Map, wanted: &[Value]) -> Map {
    wanted.iter().filter_map(Value::as_str).filter_map(|k| Some((k.clone(), d.get(k)?))).collect()
}

fn omit(d: Map, unwanted: &[Value]) -> Map {
    let keep = |key: &Key| !unwanted.iter().any(|u| u.as_str() == key.as_str());
    d.snapshot().iter().filter(|(k, _)| keep(k)).cloned().collect()
}

fn dig(args: &[Value]) -> Outcome {
    let [path @ .., default, d] = args else { return Err("dig needs at least three arguments".into()) };
    if path.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let mut at = string_keyed(d)?;
    let mut keys = Vec::with_capacity(path.len());
    for key in path {
        keys.push(key.as_str().ok_or_else(|| panics::type_assertion(key, "string"))?);
    }
    let Some((last, path)) = keys.split_last() else { return Ok(default.clone()) };
    for key in path {
        match at.get(key) {
            Some(step) => at = string_keyed(&step)?,
            None => return Ok(default.clone()),
        }
    }
    Ok(at.get(last).unwrap_or_else(|| default.clone()))
}

/// The assertion `v.(map[string]interface{})`, which no other map type passes.
fn string_keyed(v: &Value) -> Outcome<Map> {
    match v {
        Value::Map(m) if *m.ty() == Map::string_any() => Ok(m.clone()),
        _ => Err(panics::type_assertion(v, "map[string]interface {}")),
    }
}

/// The merge functions without `must` give the empty string instead of an error, but do not hold back a panic.
fn lenient(merged: Result<Map, merge::Failure>) -> Outcome {
    match merged {
        Ok(d) => Ok(d.into()),
        Err(merge::Failure::Error(_)) => Ok("".into()),
        Err(panic) => Err(panic.into()),
    }
}

fn strict(merged: Result<Map, merge::Failure>) -> Outcome {
    Ok(merged?.into())
}
