use std::collections::BTreeMap;

use govalue::yaml::{Placed, PlacedKind};
use govalue::{Int, Key, Kind, List, Map, Value};

use super::{Path, Source, Step};

/// One thing that sets values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Layer {
    /// A chart of the tree, counted from the root down.
    Chart(usize),
    /// A values file.
    File(usize),
    /// A flag that sets single values.
    Flag(usize),
}

impl Layer {
    /// What wins has the greater rank.
    pub(super) fn rank(self) -> (u8, usize) {
        match self {
            Layer::Chart(at) => (0, usize::MAX - at),
            Layer::File(at) => (1, at),
            Layer::Flag(at) => (2, at),
        }
    }
}

/// An entry of a layer.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub(super) layer: Layer,
    pub(super) path: Path,
}

/// What a mark stands for: a value other than a table, with where it was set.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) source: Source,
    pub(super) place: Place,
    /// The value; of a list nothing, as its items have marks of their own.
    pub(super) value: Value,
    /// Whether this is the mark of a list, which stands behind its last item.
    is_list: bool,
}

/// The marks that stand in for values, and the `null`s, which stay what they are: merging treats them apart.
///
/// A mark is a number of a kind that neither YAML nor JSON nor `--set` makes.
#[derive(Default, Debug)]
pub(super) struct Marks {
    all: Vec<Mark>,
    pub(super) nulls: BTreeMap<Place, Source>,
    /// Where tables were written.
    pub(super) tables: BTreeMap<Place, Source>,
}

impl Marks {
    fn mark(&mut self, source: Source, place: Place, value: Value) -> Value {
        self.add(Mark { source, place, value, is_list: false })
    }

    fn mark_list(&mut self, source: Source, place: Place) -> Value {
        self.add(Mark { source, place, value: Value::Nil, is_list: true })
    }

    fn add(&mut self, mark: Mark) -> Value {
        self.all.push(mark);
        Value::Int(Int::unsigned(Kind::Uintptr, self.all.len() as u64 - 1))
    }

    /// The mark that a value is.
    pub(super) fn get(&self, value: &Value) -> Option<&Mark> {
        match value {
            Value::Int(i) if i.kind() == Kind::Uintptr => self.all.get(usize::try_from(i.as_u64()).ok()?),
            _ => None,
        }
    }

    /// The entries that marks and `null`s stand for.
    pub(super) fn places(&self) -> impl Iterator<Item = (&Place, &Source)> {
        self.all.iter().map(|m| (&m.place, &m.source)).chain(&self.nulls)
    }

    /// The mark of a list as a whole.
    pub(super) fn of_list(&self, list: &List) -> Option<&Mark> {
        self.get(list.items().last()?).filter(|m| m.is_list)
    }

    /// The value that marks stand for.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Map(map) => Value::Map(self.resolve_map(map)),
            Value::List(list) => {
                let is_mark_of_list = |v: &&Value| self.get(v).is_some_and(|m| m.is_list);
                let items = list.items().iter().filter(|v| !is_mark_of_list(v));
                Value::List(List::new(items.map(|v| self.resolve(v)).collect()))
            }
            value => self.get(value).map_or_else(|| value.clone(), |mark| mark.value.clone()),
        }
    }

    pub(super) fn resolve_map(&self, map: &Map) -> Map {
        let entries = map.snapshot();
        entries.iter().map(|(key, value)| (key.clone(), self.resolve(value))).collect()
    }

    /// Puts marks in place of what a document holds.
    pub(super) fn document(
        &mut self,
        placed: &Placed,
        place: &Place,
        source: &dyn Fn(u32) -> Source,
    ) -> Value {
        let inner = |step| Place { layer: place.layer, path: place.path.then(step) };
        match &placed.kind {
            PlacedKind::Scalar(Value::Nil) => {
                self.nulls.insert(place.clone(), source(placed.line));
                Value::Nil
            }
            PlacedKind::Scalar(value) => self.mark(source(placed.line), place.clone(), value.clone()),
            PlacedKind::List(items) => {
                let items = items.iter().enumerate();
                let mut items: Vec<Value> =
                    items.map(|(at, item)| self.document(item, &inner(Step::Index(at)), source)).collect();
                items.push(self.mark_list(source(placed.line), place.clone()));
                Value::List(List::new(items))
            }
            PlacedKind::Map(entries) => {
                self.tables.insert(place.clone(), source(placed.line));
                let entries = entries.iter().map(|(key, value)| {
                    let value = self.document(value, &inner(Step::Key(key.clone())), source);
                    (Key::Str(key.clone()), value)
                });
                Value::Map(entries.collect())
            }
        }
    }

    /// Puts marks in place of what a flag has set in `after`.
    pub(super) fn flag(
        &mut self,
        before: Option<&Value>,
        after: &Value,
        place: &Place,
        source: &Source,
    ) -> Value {
        let inner = |step| Place { layer: place.layer, path: place.path.then(step) };
        match after {
            Value::Map(map) => {
                let old = before.and_then(Value::as_map);
                for (key, value) in map.snapshot().iter() {
                    let Key::Str(name) = key else { continue };
                    let old = old.and_then(|old| old.get_key(key));
                    let new = self.flag(old.as_ref(), value, &inner(Step::Key(name.clone())), source);
                    map.insert(key.clone(), new);
                }
                after.clone()
            }
            Value::List(list) => {
                let old = before.and_then(Value::as_list).map_or(&[][..], List::items);
                let mut items: Vec<Value> = list
                    .items()
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.flag(old.get(at), item, &inner(Step::Index(at)), source))
                    .collect();
                if !items.is_empty() && items.as_slice() == old {
                    return after.clone();
                }
                if items.last().is_some_and(|item| self.get(item).is_some_and(|m| m.is_list)) {
                    items.pop();
                }
                // Where the list has grown, its old mark is among the items that the flag left out: those are null.
                for item in &mut items {
                    if self.get(item).is_some_and(|m| m.is_list) {
                        *item = Value::Nil;
                    }
                }
                items.push(self.mark_list(source.clone(), place.clone()));
                Value::List(List::new(items))
            }
            Value::Nil => Value::Nil,
            value if self.get(value).is_some() => value.clone(),
            value => self.mark(source.clone(), place.clone(), value.clone()),
        }
    }

    /// Notes the `null`s that a flag sets; `alone` is what it makes of nothing.
    pub(super) fn flag_nulls(&mut self, alone: &Value, place: &Place, source: &Source) {
        match alone {
            Value::Nil => {
                self.nulls.insert(place.clone(), source.clone());
            }
            Value::Map(map) => {
                for (key, value) in map.snapshot().iter() {
                    let Key::Str(key) = key else { continue };
                    let path = place.path.key(key.clone());
                    self.flag_nulls(value, &Place { layer: place.layer, path }, source);
                }
            }
            _ => {}
        }
    }
}
