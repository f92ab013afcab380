use super::layer::{Layer, Marks};
use super::shadow::Shadow;
use super::{Path, Source, Step};

/// A key that the user supplied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Supplied {
    /// The key: that of a value which is no table.
    pub path: Path,
    /// The file or flag.
    pub source: Source,
}

/// The keys of all files and flags, in the order of their layers and lines.
pub(super) fn all(shadow: &Shadow<'_>) -> Vec<Supplied> {
    // Flags get their marks when they are applied.
    shadow.run(&std::collections::HashSet::new());
    let marks: &Marks = &shadow.marks.borrow();
    let mut found: Vec<(Layer, Supplied)> = marks
        .places()
        .filter(|(place, _)| !matches!(place.layer, Layer::Chart(_)))
        // An item of a list of plain values is as much as the list.
        .filter(|(place, _)| !matches!(place.path.0.last(), Some(Step::Index(_))))
        .map(|(place, source)| (place.layer, Supplied { path: place.path.clone(), source: source.clone() }))
        .collect();
    let line = |s: &Source| match s {
        Source::File { line, .. } | Source::Chart { line, .. } => *line,
        Source::Flag { .. } => 0,
    };
    found.sort_by(|(a_layer, a), (b_layer, b)| {
        let key = |layer: &Layer, s: &Supplied| (*layer, line(&s.source));
        key(a_layer, a).cmp(&key(b_layer, b)).then_with(|| a.path.cmp(&b.path))
    });
    found.dedup();
    found.into_iter().map(|(_, supplied)| supplied).collect()
}
