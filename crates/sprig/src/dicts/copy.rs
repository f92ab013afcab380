//! `copystructure.Copy`.

use govalue::{List, Map, Snapshot, Value};

use crate::function::Outcome;
use crate::versions;

/// Values that one copy may make. Go would go on until memory ends, for a dictionary inside itself for one.
const MAX_VALUES: usize = 1 << 20;

/// A copy that shares no dictionary with the original.
pub(super) fn deep_copy(v: &Value) -> Outcome {
    if matches!(v, Value::Nil) {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    let mut made = 0;
    let mut open: Vec<Container> = Vec::new();
    let mut next = v.clone();
    loop {
        let mut done = match Container::new(&next) {
            Some(container) => {
                open.push(container);
                None
            }
            None => Some(scalar(&next)),
        };
        // Gives the finished value to the container that it is in; finishes those that are full.
        next = loop {
            let Some(container) = open.last_mut() else { return Ok(done.unwrap_or_default()) };
            if let Some(value) = done.take() {
                container.copied.push(value);
            }
            match container.source.get(container.copied.len()) {
                Some(value) => break value,
                None => done = open.pop().map(Container::finish),
            }
        };
        made += 1;
        if made > MAX_VALUES {
            return Err("deepCopy error: value is too large or contains itself".into());
        }
    }
}

fn scalar(v: &Value) -> Value {
    match v {
        Value::Object(o) => versions::copied(&**o).unwrap_or_else(|| v.clone()),
        _ => v.clone(),
    }
}

/// A list or map that is being copied; an explicit stack of them, because the depth is the user's.
struct Container {
    source: Source,
    copied: Vec<Value>,
}

enum Source {
    List(List),
    Map(Map, Snapshot),
}

impl Source {
    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Source::List(l) => l.items().get(at).cloned(),
            Source::Map(_, entries) => entries.get(at).map(|(_, v)| v.clone()),
        }
    }
}

impl Container {
    /// The copy to be of a value that can hold something that changes.
    fn new(v: &Value) -> Option<Container> {
        let source = match v {
            // Lists do not change: one without containers can be shared.
            Value::List(l) if l.items().iter().any(is_container) => Source::List(l.clone()),
            Value::Map(m) if !m.is_nil() => Source::Map(m.clone(), m.snapshot_to_copy()),
            _ => return None,
        };
        Some(Container { source, copied: Vec::new() })
    }

    fn finish(self) -> Value {
        match self.source {
            Source::List(l) => List::with_type(l.ty().clone(), self.copied).into(),
            Source::Map(m, _) => m.copied(self.copied).into(),
        }
    }
}

fn is_container(v: &Value) -> bool {
    matches!(v, Value::List(_) | Value::Map(_) | Value::Object(_))
}
