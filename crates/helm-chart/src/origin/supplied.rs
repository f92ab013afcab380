use std::collections::HashSet;

use super::layer::{Layer, Marks, Place};
use super::shadow::Shadow;
use super::{Path, Source, Step};

/// A key that the user supplied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Supplied {
    /// The key: that of a value which is no table.
    pub path: Path,
    /// The file or flag.
    pub source: Source,
    layer: Layer,
}

/// The place of a key above a supplied one, in the same file or flag.
pub(super) fn above(shadow: &Shadow<'_>, supplied: &Supplied, length: usize) -> Source {
    let path = Path(supplied.path.0[..length.min(supplied.path.0.len())].to_vec());
    let marks = shadow.marks.borrow();
    let table = marks.tables.get(&Place { layer: supplied.layer, path });
    table.unwrap_or(&supplied.source).clone()
}

/// The keys of all files and flags, in the order of their layers and lines.
pub(super) fn all(shadow: &Shadow<'_>) -> Vec<Supplied> {
    // Flags get their marks when they are applied.
    shadow.run(&HashSet::new());
    let marks: &Marks = &shadow.marks.borrow();
    let mut found: Vec<Supplied> = marks
        .places()
        .filter(|(place, _)| !matches!(place.layer, Layer::Chart(_)))
        // An item of a list of plain values is as much as the list.
        .filter(|(place, _)| !matches!(place.path.0.last(), Some(Step::Index(_))))
        .map(|(place, source)| {
            let (path, source, layer) = (place.path.clone(), source.clone(), place.layer);
            Supplied { path, source, layer }
        })
        .collect();
    // A list is told by the keys in its items where there are such.
    let with_keys: HashSet<(Layer, Path)> = found
        .iter()
        .filter(|s| s.path.0.iter().any(|step| matches!(step, Step::Index(_))))
        .map(|s| (s.layer, s.path.to_list()))
        .collect();
    found.retain(|s| !with_keys.contains(&(s.layer, s.path.clone())));
    let line = |s: &Source| match s {
        Source::File { line, .. } | Source::Chart { line, .. } => *line,
        Source::Flag { .. } => 0,
    };
    let order = |s: &Supplied| (s.layer, line(&s.source));
    found.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.path.cmp(&b.path)));
    found.dedup();
    found
}
