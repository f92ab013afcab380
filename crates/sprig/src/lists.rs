//! Functions on lists. Where Go's reflection is asked about nil or a wrong kind, so are the texts here.

use govalue::{Kind, List, Type, Value};

use crate::convert::{self, to_int64, truncate};
use crate::equal::deep_equal;
use crate::function::{Outcome, functions, nil_slice};
use crate::inspect::is_empty;
use crate::panics::{self, MAX_ITEMS};

functions! { FUNCTIONS:
    "list" (; any) -> list = |v: &[Value]| List::new(v.to_vec());
    "tuple" (; any) -> list = |v: &[Value]| List::new(v.to_vec());
    "append" (any, any) -> list = push;
    "mustAppend" (any, any) -> list = push;
    "push" (any, any) -> list = push;
    "mustPush" (any, any) -> list = push;
    "prepend" (any, any) -> list = prepend;
    "mustPrepend" (any, any) -> list = prepend;
    "first" (any) -> any = first;
    "mustFirst" (any) -> any = first;
    "last" (any) -> any = last;
    "mustLast" (any) -> any = last;
    "rest" (any) -> list = rest;
    "mustRest" (any) -> list = rest;
    "initial" (any) -> list = initial;
    "mustInitial" (any) -> list = initial;
    "reverse" (any) -> list = reverse;
    "mustReverse" (any) -> list = reverse;
    "compact" (any) -> list = compact;
    "mustCompact" (any) -> list = compact;
    "uniq" (any) -> list = uniq;
    "mustUniq" (any) -> list = uniq;
    "without" (any; any) -> list = without;
    "mustWithout" (any; any) -> list = without;
    "has" (any, any) -> bool = has;
    "mustHas" (any, any) -> bool = has;
    "slice" (any; any) -> any = slice;
    "mustSlice" (any; any) -> any = slice;
    "concat" (; any) -> any = concat;
    "chunk" (int, any) -> lists = chunk;
    "mustChunk" (int, any) -> lists = chunk;
}

/// The elements of a slice or array, or the error that begins with the given words.
fn elements<'v>(v: &'v Value, complaint: &str) -> Outcome<std::borrow::Cow<'v, [Value]>> {
    match convert::elements(v) {
        Some(items) => Ok(items),
        None if matches!(v, Value::Nil) => Err(panics::nil_dereference()),
        None => Err(format!("{complaint} {}", v.kind()).into()),
    }
}

fn push(list: &Value, v: &Value) -> Outcome<List> {
    let items = elements(list, "Cannot push on type")?;
    Ok(items.iter().chain([v]).cloned().collect())
}

fn prepend(list: &Value, v: &Value) -> Outcome<List> {
    let items = elements(list, "Cannot prepend on type")?;
    Ok([v].into_iter().chain(items.iter()).cloned().collect())
}

fn first(list: &Value) -> Outcome {
    Ok(elements(list, "Cannot find first on type")?.first().cloned().unwrap_or_default())
}

fn last(list: &Value) -> Outcome {
    Ok(elements(list, "Cannot find last on type")?.last().cloned().unwrap_or_default())
}

fn rest(list: &Value) -> Outcome<List> {
    Ok(match &*elements(list, "Cannot find rest on type")? {
        [] => nil_slice(Type::Any),
        [_, rest @ ..] => List::new(rest.to_vec()),
    })
}

fn initial(list: &Value) -> Outcome<List> {
    Ok(match &*elements(list, "Cannot find initial on type")? {
        [] => nil_slice(Type::Any),
        [initial @ .., _] => List::new(initial.to_vec()),
    })
}

fn reverse(list: &Value) -> Outcome<List> {
    Ok(elements(list, "Cannot find reverse on type")?.iter().rev().cloned().collect())
}

fn compact(list: &Value) -> Outcome<List> {
    Ok(elements(list, "Cannot compact on type")?.iter().filter(|v| !is_empty(v)).cloned().collect())
}

fn uniq(list: &Value) -> Outcome<List> {
    let mut kept: Vec<Value> = Vec::new();
    for v in elements(list, "Cannot find uniq on type")?.iter() {
        if !kept.iter().any(|k| deep_equal(v, k)) {
            kept.push(v.clone());
        }
    }
    Ok(List::new(kept))
}

fn without(list: &Value, omit: &[Value]) -> Outcome<List> {
    let items = elements(list, "Cannot find without on type")?;
    Ok(items.iter().filter(|v| !omit.iter().any(|o| deep_equal(v, o))).cloned().collect())
}

fn has(needle: &Value, list: &Value) -> Outcome<bool> {
    if matches!(list, Value::Nil) {
        return Ok(false);
    }
    Ok(elements(list, "Cannot find has on type")?.iter().any(|v| deep_equal(needle, v)))
}

fn slice(list: &Value, indices: &[Value]) -> Outcome {
    let items = elements(list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = indices.first().map_or(0, to_int64);
    let end = indices.get(1).map_or(items.len() as i64, to_int64);
    if list.kind() == Kind::Array {
        return Err("reflect.Value.Slice: slice of unaddressable array".into());
    }
    if start < 0 || end < start || end > items.len() as i64 {
        return Err("reflect.Value.Slice: slice index out of bounds".into());
    }
    let (start, end) = (start as usize, end as usize);
    Ok(match list {
        Value::Bytes(b) => Value::Bytes(b[start..end].into()),
        _ => {
            let ty = list.type_of().unwrap_or_else(|| Type::slice(Type::Any));
            Value::List(List::with_type(ty, items[start..end].to_vec()))
        }
    })
}

fn concat(lists: &[Value]) -> Outcome {
    let mut all = Vec::new();
    for list in lists {
        match convert::elements(list) {
            Some(items) => all.extend_from_slice(&items),
            None if matches!(list, Value::Nil) => return Err(panics::nil_dereference()),
            None => return Err(format!("Cannot concat type {} as list", list.kind()).into()),
        }
        if all.len() > MAX_ITEMS {
            return Err(panics::makeslice());
        }
    }
    Ok(if all.is_empty() { nil_slice(Type::Any) } else { List::new(all) }.into())
}

/// Groups of a size. Sizes below one follow Sprig's floating point arithmetic to whatever it gives.
fn chunk(size: i64, list: &Value) -> Outcome<List> {
    let items = elements(list, "Cannot chunk type")?;
    let length = items.len() as f64;
    let count = truncate(((length - 1.0) / size as f64).floor() + 1.0);
    if !(0..=MAX_ITEMS as i64).contains(&count) {
        return Err(panics::makeslice());
    }
    let mut chunks = Vec::with_capacity(count as usize);
    for i in 0..count {
        let mut width = size;
        if i == count - 1 {
            width = truncate((length % size as f64).floor());
            if width == 0 {
                width = size;
            }
        }
        if width < 0 || width > MAX_ITEMS as i64 {
            return Err(panics::makeslice());
        }
        let group = (0..width).map(|j| {
            let at = i.wrapping_mul(size).wrapping_add(j);
            usize::try_from(at).ok().and_then(|at| items.get(at)).cloned()
        });
        let group: Option<Vec<Value>> = group.collect();
        // reflect's own words: it does not tell the index.
        let group = group.ok_or("reflect: slice index out of range")?;
        chunks.push(Value::List(List::new(group)));
    }
    Ok(List::with_type(Type::slice(Type::slice(Type::Any)), chunks))
}
