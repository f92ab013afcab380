//! `reflect.DeepEqual` for values that may contain themselves.

use govalue::{List, Map, Value};

/// Pairs of maps nested deeper than this are remembered, so that a map inside itself comes to an end.
const REMEMBER_FROM: usize = 64;

/// `reflect.DeepEqual`.
pub(crate) fn deep_equal(a: &Value, b: &Value) -> bool {
    Comparison::default().values(a, b)
}

#[derive(Default)]
struct Comparison {
    depth: usize,
    /// Comparisons under way; meeting one of them again adds nothing.
    open: Vec<(Map, Map)>,
}

impl Comparison {
    fn values(&mut self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::List(a), Value::List(b)) => self.lists(a, b),
            (Value::Map(a), Value::Map(b)) => self.maps(a, b),
            _ => a == b,
        }
    }

    fn lists(&mut self, a: &List, b: &List) -> bool {
        if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        a.ptr_eq(b) || a.items().iter().zip(b.items()).all(|(a, b)| self.values(a, b))
    }

    fn maps(&mut self, a: &Map, b: &Map) -> bool {
        if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        if a.ptr_eq(b) {
            return true;
        }
        let remember = self.depth >= REMEMBER_FROM;
        if remember {
            if self.open.iter().any(|(x, y)| x.ptr_eq(a) && y.ptr_eq(b)) {
                return true;
            }
            self.open.push((a.clone(), b.clone()));
        }
        self.depth += 1;
        let (left, right) = (a.snapshot(), b.snapshot());
        let equal = left.iter().zip(right.iter()).all(|((k, v), (l, w))| k == l && self.values(v, w));
        self.depth -= 1;
        if remember {
            self.open.pop();
        }
        equal
    }
}
