//! Values that know on which line they were written.

use std::collections::BTreeMap;

use super::tree::{Fault, Tree};
use crate::{Str, Value};

/// A value with its line. Maps are in key order, of equal keys the last one stays, and what an alias or a merge key
/// brings in has the line of its own text.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    /// The line of the key or the list item, from 1; 0 for the outermost value.
    pub line: u32,
    /// What stands there.
    pub kind: PlacedKind,
}

/// What a [`Placed`] holds.
#[derive(Clone, PartialEq, Debug)]
pub enum PlacedKind {
    /// Anything without parts.
    Scalar(Value),
    /// A list.
    List(Vec<Placed>),
    /// A map.
    Map(BTreeMap<Str, Placed>),
}

impl Placed {
    fn of(kind: PlacedKind) -> Placed {
        Placed { line: 0, kind }
    }

    fn scalar(value: Value) -> Placed {
        Placed::of(PlacedKind::Scalar(value))
    }
}

impl Tree for Placed {
    type Key = Str;

    fn null() -> Placed {
        Placed::scalar(Value::null())
    }

    fn bool(b: bool) -> Placed {
        Placed::scalar(<Value as Tree>::bool(b))
    }

    fn int(i: i64) -> Placed {
        Placed::scalar(<Value as Tree>::int(i))
    }

    fn uint(u: u64) -> Placed {
        Placed::scalar(Value::uint(u))
    }

    fn float(f: f64) -> Placed {
        Placed::scalar(Value::float(f))
    }

    fn string(s: &str) -> Placed {
        Placed::scalar(Value::string(s))
    }

    fn list(items: Vec<Placed>) -> Placed {
        Placed::of(PlacedKind::List(items))
    }

    fn key(s: &str) -> Str {
        Str::from(s)
    }

    fn fault(fault: impl FnOnce() -> Fault) -> Placed {
        Placed::scalar(Value::fault(fault))
    }

    fn object(entries: Vec<(Str, Placed)>) -> Placed {
        Placed::of(PlacedKind::Map(entries.into_iter().collect()))
    }

    fn on_line(self, line: u32) -> Placed {
        Placed { line, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::{Placed, PlacedKind};
    use crate::yaml::sigs;

    fn lines(placed: &Placed, path: &str, found: &mut Vec<String>) {
        if !path.is_empty() {
            found.push(format!("{path}:{}", placed.line));
        }
        match &placed.kind {
            PlacedKind::Scalar(_) => {}
            PlacedKind::List(items) => {
                items.iter().enumerate().for_each(|(at, item)| lines(item, &format!("{path}[{at}]"), found));
            }
            PlacedKind::Map(entries) => {
                entries.iter().for_each(|(key, value)| lines(value, &format!("{path}.{key}"), found));
            }
        }
    }

    #[test]
    fn everything_has_the_line_of_its_key() {
        let text = "# note\nbase: &b\n  x: 1\n\nlist:\n- a\n- k: v\n  l: w\nmerged:\n  <<: *b\n  z: |\n    text\nx: *b\nx: 2\n";
        let mut found = Vec::new();
        lines(&sigs::unmarshal_placed(text.as_bytes()).expect("the YAML is right"), "", &mut found);
        let expected = ".base:2 .base.x:3 .list:5 .list[0]:6 .list[1]:7 .list[1].k:7 .list[1].l:8 \
            .merged:9 .merged.x:3 .merged.z:11 .x:14";
        assert_eq!(found.join(" "), expected);
    }
}
