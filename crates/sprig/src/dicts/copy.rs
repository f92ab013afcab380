//! `copystructure.Copy`.

use govalue::{List, Map, Value};

use crate::function::Outcome;
use crate::versions;

/// Containers inside containers that a copy follows. Go goes on until its stack ends the program.
const MAX_DEPTH: usize = 1000;

/// A copy that shares no dictionary with the original.
pub(super) fn deep_copy(v: &Value) -> Outcome {
    match v {
        Value::Nil => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        _ => copy(v, 0),
    }
}

fn copy(v: &Value, depth: usize) -> Outcome {
    if depth > MAX_DEPTH {
        return Err("deepCopy error: value is nested too deeply".into());
    }
    Ok(match v {
        // Lists do not change: one that holds no container can be shared.
        Value::List(l) if !l.items().iter().any(is_container) => v.clone(),
        Value::List(l) => {
            let items: Outcome<Vec<Value>> = l.items().iter().map(|v| copy(v, depth + 1)).collect();
            Value::List(List::with_type(l.ty().clone(), items?))
        }
        Value::Map(m) if m.is_nil() => v.clone(),
        Value::Map(m) => {
            let entries = m.snapshot();
            let entries: Outcome<Vec<_>> =
                entries.iter().map(|(k, v)| Ok((k.clone(), copy(v, depth + 1)?))).collect();
            Value::Map(Map::from_entries(m.ty().clone(), entries?))
        }
        Value::Object(o) => versions::copied(&**o).unwrap_or_else(|| v.clone()),
        _ => v.clone(),
    })
}

fn is_container(v: &Value) -> bool {
    matches!(v, Value::List(_) | Value::Map(_) | Value::Object(_))
}
