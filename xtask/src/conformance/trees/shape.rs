//! What kind of value stands at which path, as far as it is known: `--set` may not go through what is no table or list.

use std::collections::BTreeMap;

use super::text::Value;

/// A step of a path.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// What stands at a place.
#[derive(Debug)]
pub(super) enum Shape {
    Table(BTreeMap<String, Shape>),
    List(BTreeMap<usize, Shape>),
    /// Anything else; `null` too, which is neither table nor list.
    Other,
}

impl Shape {
    pub(super) fn empty() -> Shape {
        Shape::Table(BTreeMap::new())
    }

    fn of(value: &Value) -> Shape {
        match value {
            Value::Table(entries) => {
                Shape::Table(entries.iter().map(|(key, value)| (key.clone(), Shape::of(value))).collect())
            }
            Value::Scalar("{}") => Shape::empty(),
            Value::Scalar("[]") => Shape::List(BTreeMap::new()),
            // What is in a list is not looked at: paths that go further may not fit.
            Value::Scalar(text) if text.starts_with('[') => {
                Shape::List((0..3).map(|at| (at, Shape::Other)).collect())
            }
            Value::Scalar(_) => Shape::Other,
        }
    }

    /// Lays a document over what is there: tables are merged, all else is replaced.
    pub(super) fn lay(&mut self, document: &Value) {
        self.merge(Shape::of(document));
    }

    fn merge(&mut self, over: Shape) {
        match (self, over) {
            (Shape::Table(under), Shape::Table(over)) => {
                for (key, value) in over {
                    match under.get_mut(&key) {
                        Some(present) => present.merge(value),
                        None => {
                            under.insert(key, value);
                        }
                    }
                }
            }
            (under, over) => *under = over,
        }
    }

    /// Puts `what` at a path unless something is in the way.
    pub(super) fn put(&mut self, path: &[Step], what: Shape) -> bool {
        let Some((step, rest)) = path.split_first() else {
            *self = what;
            return true;
        };
        let next = match (self, step) {
            (Shape::Table(table), Step::Key(key)) => table.entry(key.clone()).or_insert_with(|| fresh(rest)),
            (Shape::List(list), Step::Index(at)) => list.entry(*at).or_insert_with(|| fresh(rest)),
            _ => return false,
        };
        next.put(rest, what)
    }
}

/// What is made on the way to the rest of a path.
fn fresh(rest: &[Step]) -> Shape {
    match rest.first() {
        Some(Step::Key(_)) => Shape::empty(),
        Some(Step::Index(_)) => Shape::List(BTreeMap::new()),
        None => Shape::Other,
    }
}
