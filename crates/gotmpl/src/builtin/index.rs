use govalue::{CallError, Int, Key, Kind, List, Map, Str, Type, Value};

use crate::exec::convert::{plain_scalar, prepare, zero};
use crate::exec::operand::{Operand, indirect};

/// `len`
pub(super) fn len(operand: &Operand) -> Result<Operand, CallError> {
    if operand.is_absent() {
        // What Go's reflection answers when asked for the type of nothing.
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    let (value, is_nil) = indirect(operand.value.clone());
    if is_nil || operand.is_nil_interface() {
        return Err("len of nil pointer".into());
    }
    let len = match &value {
        Value::Str(s) | Value::Bytes(s) => Some(s.len()),
        Value::List(list) => Some(list.len()),
        Value::Map(map) => Some(map.len()),
        Value::Object(object) if !matches!(object.kind(), Kind::Struct | Kind::Pointer) => object.len(),
        _ => None,
    };
    match len {
        Some(len) => Ok(Operand::plain(Value::int(len as i64))),
        None => Err(format!("len of type {}", value.type_name()).into()),
    }
}

/// Follows one index after another: `index x 1 2` is `x[1][2]`.
pub(super) fn index(item: &Operand, indexes: &[Operand]) -> Result<Operand, CallError> {
    // Without an index the item is what it is, but no longer an interface.
    let mut item = item.clone().concrete();
    if item.is_absent() {
        return Err("index of untyped nil".into());
    }
    for at in indexes {
        let at = at.clone().concrete();
        let (value, is_nil) = indirect(item.value.clone());
        if is_nil || item.is_nil_interface() {
            return Err("index of nil pointer".into());
        }
        item = index_once(&plain_container(value), &at)?;
    }
    Ok(item)
}

/// A slice or map of a defined type that is a host object, as the plain value beneath it.
fn plain_container(value: Value) -> Value {
    match &value {
        Value::Object(object) => match object.underlying() {
            Some(inner @ (Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_))) => inner,
            _ => value,
        },
        _ => value,
    }
}

fn index_once(item: &Value, at: &Operand) -> Result<Operand, CallError> {
    let byte = |s: &Str, what: &str| {
        let i = index_arg(at, s.len())?;
        match s.get(i) {
            Some(&b) => Ok(Operand::plain(Value::Int(Int::unsigned(Kind::Uint8, u64::from(b))))),
            None => Err(format!("reflect: {what} index out of range").into()),
        }
    };
    match item {
        Value::Str(s) => byte(s, "string"),
        Value::Bytes(s) => byte(s, "slice"),
        Value::List(list) => {
            let i = index_arg(at, list.len())?;
            match list.items().get(i) {
                Some(value) => Ok(Operand::typed(value.clone(), list.elem_type())),
                None => Err(format!("reflect: {} index out of range", list.ty().kind()).into()),
            }
        }
        Value::Map(map) => index_map(map, at),
        other => Err(format!("can't index item of type {}", other.type_name()).into()),
    }
}

fn index_map(map: &Map, at: &Operand) -> Result<Operand, CallError> {
    let any = Type::Any;
    let key_type = map.ty().key().unwrap_or(&any);
    let elem = map.ty().elem().unwrap_or(&any);
    let key = prepare(at, key_type)?;
    let found = match Key::from_value(&plain_scalar(&key)) {
        Some(key) => map.get_key(&key),
        None if matches!(key.kind(), Kind::Slice | Kind::Map | Kind::Func) => {
            return Err(format!("runtime error: hash of unhashable type {}", key.type_name()).into());
        }
        None => None,
    };
    Ok(Operand::typed(found.unwrap_or_else(|| zero(elem)), elem))
}

/// An index as a number that is not beyond `cap`.
fn index_arg(at: &Operand, cap: usize) -> Result<usize, CallError> {
    let at = at.clone().concrete();
    if at.is_absent() {
        return Err("cannot index slice/array with nil".into());
    }
    let Value::Int(int) = plain_scalar(&at.value) else {
        return Err(format!("cannot index slice/array with type {}", at.value.type_name()).into());
    };
    let int = int.as_i64();
    match usize::try_from(int) {
        Ok(index) if index <= cap => Ok(index),
        _ => Err(format!("index out of range: {int}").into()),
    }
}

/// `slice x 1 2` is `x[1:2]`. The capacity of a slice is its length.
pub(super) fn slice(item: &Operand, indexes: &[Operand]) -> Result<Operand, CallError> {
    let item = item.clone().concrete();
    if item.is_absent() {
        return Err("slice of untyped nil".into());
    }
    let (value, is_nil) = indirect(item.value);
    if is_nil {
        return Err("slice of nil pointer".into());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()).into());
    }
    let value = plain_container(value);
    let len = match &value {
        Value::Str(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Value::Str(s) | Value::Bytes(s) => s.len(),
        Value::List(list) => list.len(),
        other => return Err(format!("can't slice item of type {}", other.type_name()).into()),
    };
    let mut bounds = [0, len, len];
    for (bound, at) in bounds.iter_mut().zip(indexes) {
        *bound = index_arg(at, len)?;
    }
    let [low, high, max] = bounds;
    if low > high {
        return Err(format!("invalid slice index: {low} > {high}").into());
    }
    if indexes.len() == 3 && high > max {
        return Err(format!("invalid slice index: {high} > {max}").into());
    }
    Ok(Operand::plain(match value {
        Value::Str(s) => Value::Str(Str::from(&s[low..high])),
        Value::Bytes(s) => Value::Bytes(Str::from(&s[low..high])),
        Value::List(list) if list.ty().kind() == Kind::Array => {
            return Err("reflect.Value.Slice: slice of unaddressable array".into());
        }
        Value::List(list) if list.is_nil() => Value::List(list),
        Value::List(list) => {
            Value::List(List::with_type(list.ty().clone(), list.items()[low..high].to_vec()))
        }
        other => other,
    }))
}
