//! `reflect.DeepEqual` for values that may nest without end or contain themselves.

use std::collections::HashSet;

use govalue::Value;

/// Comparisons after which pairs are remembered: small values, which are nearly all, pay nothing for it.
const REMEMBER_FROM: usize = 256;

/// `reflect.DeepEqual`. A pair of references met before adds nothing: it is being compared already.
pub(crate) fn deep_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {}
        _ => return a == b,
    }
    let mut pending = vec![(a.clone(), b.clone())];
    let mut compared = 0;
    let mut seen = HashSet::new();
    while let Some(pair) = pending.pop() {
        compared += 1;
        if compared > REMEMBER_FROM && !seen.insert((identity(&pair.0), identity(&pair.1))) {
            continue;
        }
        if !level(&pair.0, &pair.1, &mut pending) {
            return false;
        }
    }
    true
}

fn identity(v: &Value) -> usize {
    match v {
        Value::List(l) => l.address(),
        Value::Map(m) => m.address(),
        _ => 0,
    }
}

/// Compares two values but for the containers in them, which are left for later.
fn level(a: &Value, b: &Value, pending: &mut Vec<(Value, Value)>) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            a.ptr_eq(b) || a.items().iter().zip(b.items()).all(|(a, b)| leaf_or_later(a, b, pending))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            let (left, right) = (a.snapshot(), b.snapshot());
            a.ptr_eq(b)
                || left
                    .iter()
                    .zip(right.iter())
                    .all(|((k, v), (l, w))| k == l && leaf_or_later(v, w, pending))
        }
        _ => a == b,
    }
}

fn leaf_or_later(a: &Value, b: &Value, pending: &mut Vec<(Value, Value)>) -> bool {
    match (a, b) {
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
            pending.push((a.clone(), b.clone()));
            true
        }
        _ => a == b,
    }
}
