use std::collections::HashSet;

use govalue::{Key, Map, Value};

use super::layer::{Layer, Mark, Place};
use super::shadow::Shadow;
use super::{Explanation, Path, Route, Setting, Source, Step};
use crate::Chart;

/// Settings that one chain may have.
const MAX_CHAIN: usize = 200;
/// Entries that are tried to find what removed a key.
const MAX_TRIED: usize = 16;

/// What stands at a path among marks.
enum Found {
    /// A value that was set, here or, where a table would have to be, above.
    Marked {
        mark: Box<Mark>,
        value: Value,
        at: Path,
    },
    Table(Map),
    Null,
    Nothing,
}

/// The chain of every value at or below a path: who set it, and whom that overrode.
///
/// What a setting overrode is what would be there without it. So each round takes the winners away and looks again.
pub(super) fn explain(shadow: &Shadow<'_>, path: &Path) -> Vec<Explanation> {
    let values = shadow.run(&HashSet::new());
    let mut all: Vec<Explanation> = Vec::new();
    match find(shadow, &values, path) {
        Found::Table(table) if !table.is_empty() => leaves(&table, path, &mut all),
        _ => all.push(Explanation { path: path.clone(), value: None, chain: Vec::new() }),
    }
    let marks = shadow.marks.borrow();
    for explanation in &mut all {
        explanation.value = explanation.path.find(&values).map(|value| marks.resolve(&value));
    }
    drop(marks);
    // Chains of values that come from different entries do not meet, so one run serves them all. An entry of a global
    // table or of one that is imported stands in several places: the chains of those are made one by one.
    let imports = imports_values(shadow.chart);
    let is_shared = |e: &Explanation| imports || e.path.0.contains(&global());
    let (shared, mut alone): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|at| is_shared(&all[*at]));
    follow(shadow, &mut all, &mut alone);
    shared.into_iter().for_each(|at| follow(shadow, &mut all, &mut vec![at]));
    all
}

fn global() -> Step {
    Step::Key(crate::values::GLOBAL.into())
}

fn imports_values(chart: &Chart) -> bool {
    chart.metadata.dependencies.iter().any(|d| !d.import_values.is_empty())
        || chart.dependencies.iter().any(|sub| imports_values(sub))
}

/// Fills the chains of some explanations, a setting of each in every round.
fn follow(shadow: &Shadow<'_>, all: &mut [Explanation], active: &mut Vec<usize>) {
    let mut removed = HashSet::new();
    for _ in 0..MAX_CHAIN {
        if active.is_empty() {
            return;
        }
        let values = shadow.run(&removed);
        let mut taken = Vec::new();
        active.retain(|at| {
            let explanation = &mut all[*at];
            match next(shadow, &values, &explanation.path, &removed) {
                Some((setting, place)) => {
                    explanation.chain.push(setting);
                    taken.extend(place);
                    true
                }
                None => false,
            }
        });
        let before = removed.len();
        removed.extend(taken);
        if removed.len() == before {
            return;
        }
    }
}

/// The paths of all values below a table that are no tables with something in them.
fn leaves(table: &Map, path: &Path, found: &mut Vec<Explanation>) {
    for (key, value) in table.snapshot().iter() {
        let Key::Str(key) = key else { continue };
        let path = path.key(key.clone());
        match value {
            Value::Map(inner) if !inner.is_empty() => leaves(inner, &path, found),
            _ => found.push(Explanation { path, value: None, chain: Vec::new() }),
        }
    }
}

/// The setting that decides on a path as things stand, and the entry to take away to see what is behind it.
fn next(
    shadow: &Shadow<'_>,
    values: &Map,
    path: &Path,
    removed: &HashSet<Place>,
) -> Option<(Setting, Option<Place>)> {
    match find(shadow, values, path) {
        Found::Marked { mark, value, at } => {
            let route = route(shadow, &mark, &at);
            let Mark { source, place, .. } = *mark;
            let entry = Place { layer: place.layer, path: place.path.to_list() };
            let setting = Setting { source, path: place.path, sets: at, value: Some(value), route };
            Some((setting, Some(entry)))
        }
        // Under the values that were taken away: this is where the chain ends.
        Found::Table(table) => {
            if removed.is_empty() {
                return None;
            }
            let mark = first_mark(shadow, &Value::Map(table.clone()))?;
            let value = Some(shadow.marks.borrow().resolve(&Value::Map(table)));
            let (path, route) = (path.clone(), Route::Direct);
            Some((Setting { source: mark.source, sets: path.clone(), path, value, route }, None))
        }
        Found::Null | Found::Nothing => {
            let (place, source) = removing(shadow, path, removed)?;
            let setting = Setting {
                source,
                path: place.path.clone(),
                sets: path.clone(),
                value: None,
                route: Route::Direct,
            };
            Some((setting, Some(place)))
        }
    }
}

fn find(shadow: &Shadow<'_>, values: &Map, path: &Path) -> Found {
    let marks = shadow.marks.borrow();
    let mut value = Value::Map(values.clone());
    for (at, step) in path.0.iter().enumerate() {
        let below = match (&value, step) {
            (Value::Map(map), Step::Key(key)) => map.get(key),
            (Value::List(list), Step::Index(index)) => {
                // The last item is the mark of the list itself.
                list.items().get(..list.len().saturating_sub(1)).and_then(|items| items.get(*index)).cloned()
            }
            _ => None,
        };
        match below {
            Some(below) => value = below,
            None => {
                let at = Path(path.0[..at].to_vec());
                return match mark_of(&marks, &value) {
                    Some(mark) if at.0.len() < path.0.len() => {
                        Found::Marked { mark: Box::new(mark.clone()), value: marks.resolve(&value), at }
                    }
                    _ => Found::Nothing,
                };
            }
        }
    }
    match (mark_of(&marks, &value), &value) {
        (Some(mark), _) => {
            Found::Marked { mark: Box::new(mark.clone()), value: marks.resolve(&value), at: path.clone() }
        }
        (None, Value::Map(table)) => Found::Table(table.clone()),
        (None, Value::Nil) => Found::Null,
        (None, _) => Found::Nothing,
    }
}

fn mark_of<'m>(marks: &'m super::layer::Marks, value: &Value) -> Option<&'m Mark> {
    match value {
        Value::List(list) => marks.of_list(list),
        value => marks.get(value),
    }
}

/// Any mark inside a table.
fn first_mark(shadow: &Shadow<'_>, value: &Value) -> Option<Mark> {
    let marks = shadow.marks.borrow();
    let mut left = vec![value.clone()];
    while let Some(value) = left.pop() {
        if let Some(mark) = mark_of(&marks, &value) {
            return Some(mark.clone());
        }
        if let Value::Map(map) = value {
            left.extend(map.snapshot().iter().rev().map(|(_, v)| v.clone()));
        }
    }
    None
}

/// The `null` that keeps a key away: of those that would do it alone the one with the last word.
fn removing(shadow: &Shadow<'_>, path: &Path, removed: &HashSet<Place>) -> Option<(Place, Source)> {
    let marks = shadow.marks.borrow();
    let could = |place: &Place| {
        place.path.0.last().is_some_and(|last| path.0.contains(last)) && !removed.contains(place)
    };
    let mut tried: Vec<(Place, Source)> = marks
        .nulls
        .iter()
        .filter(|(place, _)| could(place))
        .map(|(place, source)| (place.clone(), source.clone()))
        .collect();
    drop(marks);
    tried.sort_by_key(|(place, _)| std::cmp::Reverse(place.layer.rank()));
    tried.truncate(MAX_TRIED);
    let state = |without: &HashSet<Place>| match find(shadow, &shadow.run(without), path) {
        Found::Nothing => 0,
        Found::Null => 1,
        Found::Table(_) | Found::Marked { .. } => 2,
    };
    let mut without = removed.clone();
    without.extend(tried.iter().map(|(place, _)| place.clone()));
    let free = state(&without);
    tried.into_iter().find(|(place, _)| {
        without.remove(place);
        let differs = state(&without) != free;
        without.insert(place.clone());
        differs
    })
}

/// How a value came from where it was set to where it is.
fn route(shadow: &Shadow<'_>, mark: &Mark, at: &Path) -> Route {
    let (from, to) = (&mark.place.path.0, &at.0);
    let depth = match mark.place.layer {
        Layer::Chart(chart) => shadow.depths.get(chart).copied().unwrap_or_default(),
        Layer::File(_) | Layer::Flag(_) => 0,
    };
    if to.len() == from.len() + depth && to.ends_with(from) {
        return Route::Direct;
    }
    match from.iter().position(|step| *step == global()) {
        Some(start) if to.ends_with(&from[start..]) => Route::Global,
        _ => Route::Import,
    }
}
