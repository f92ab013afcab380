use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use govalue::yaml::{Placed, PlacedKind};
use govalue::{Key, Map, Value};

use super::layer::{Layer, Marks, Place};
use super::{Path, Source, Step};
use crate::values::{MergeError, Options, Setter, ValuesError, coalesce, load_placed, merge_maps};
use crate::{Chart, Compat, dependencies};

/// The merging of values once more, with marks in their place.
///
/// Merging looks at a value only to tell tables, `null` and all else apart. So marks come out where the values that
/// they stand for come out, by the very code that merges values.
#[derive(Debug)]
pub(super) struct Shadow<'c> {
    pub(super) chart: &'c Chart,
    compat: Compat,
    /// The supplied values, merged.
    pub(super) supplied: Map,
    files: Vec<Map>,
    setters: Vec<(Setter, String)>,
    /// What `--set-file` has read.
    contents: HashMap<String, Vec<u8>>,
    /// Default values of charts, by where the chart lies in memory.
    defaults: HashMap<usize, (Layer, Map)>,
    /// How deep each chart lies.
    pub(super) depths: Vec<usize>,
    pub(super) marks: RefCell<Marks>,
}

impl<'c> Shadow<'c> {
    pub(super) fn new(
        chart: &'c Chart,
        options: &Options,
        compat: Compat,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Shadow<'c>, MergeError> {
        // Standard input can be read once only.
        let mut contents: HashMap<String, Vec<u8>> = HashMap::new();
        let mut reader = |name: &str| match contents.get(name) {
            Some(data) => Ok(data.clone()),
            None => read(name).inspect(|data| {
                contents.insert(name.to_owned(), data.clone());
            }),
        };
        let supplied = options.merge(compat, &mut reader)?;
        let mut marks = Marks::default();
        let mut files = Vec::new();
        for (at, name) in options.files.iter().enumerate() {
            let data = reader(name).map_err(MergeError::Read)?;
            let source = |line| Source::File { file: name.clone(), line };
            let file = document(&data, compat, Layer::File(at), &source, &mut marks)
                .map_err(|source| MergeError::File { file: name.clone(), source })?;
            files.push(file);
        }
        let setters = options.setters().map(|(setter, line)| (setter, line.to_owned())).collect();
        let mut shadow = Shadow {
            chart,
            compat,
            supplied,
            files,
            setters,
            contents,
            defaults: HashMap::new(),
            depths: Vec::new(),
            marks: RefCell::new(marks),
        };
        shadow.add_defaults(chart, None, 0);
        Ok(shadow)
    }

    fn add_defaults(&mut self, chart: &Chart, parent: Option<&str>, depth: usize) {
        let layer = Layer::Chart(self.depths.len());
        self.depths.push(depth);
        let path = chart.full_path(parent);
        let source = |line| Source::Chart { chart: path.clone(), line };
        let marks = self.marks.get_mut();
        let from_file = chart
            .raw_file("values.yaml")
            .and_then(|file| document(&file.data, self.compat, layer, &source, marks).ok());
        let values = match from_file {
            _ if chart.values.is_nil() => chart.values.clone(),
            Some(values) => values,
            // A chart that does not come from files.
            None => {
                let place = Place { layer, path: Path::default() };
                table(marks.document(&unplaced(&Value::Map(chart.values.clone())), &place, &source))
            }
        };
        self.defaults.insert(std::ptr::from_ref(chart).addr(), (layer, values));
        for child in &chart.dependencies {
            self.add_defaults(child, Some(&path), depth + 1);
        }
    }

    /// The computed values, as marks, if these entries had not been set.
    pub(super) fn run(&self, removed: &HashSet<Place>) -> Map {
        let supplied = self.merged(removed);
        let mut stand_in = |chart: &Chart| match self.defaults.get(&std::ptr::from_ref(chart).addr()) {
            Some((layer, values)) => without(values, *layer, removed),
            None => chart.values.clone(),
        };
        let chart = dependencies::process_standing_in(self.chart, &self.supplied, self.compat, &mut stand_in);
        // What the real values merge to is known by now; only an entry that was taken away can make a difference.
        let Ok(chart) = chart else { return supplied };
        coalesce(&chart, &supplied, self.compat, &mut Vec::new()).unwrap_or(supplied)
    }

    /// The supplied values, merged, without those entries.
    fn merged(&self, removed: &HashSet<Place>) -> Map {
        let mut base = Map::new();
        for (at, file) in self.files.iter().enumerate() {
            base = merge_maps(&base, &without(file, Layer::File(at), removed));
        }
        for (at, (setter, line)) in self.setters.iter().enumerate() {
            let place = Place { layer: Layer::Flag(at), path: Path::default() };
            let source = Source::Flag { flag: setter.flag(), argument: line.clone() };
            let before = Value::Map(base.deep_copy());
            let mut read =
                |name: &str| self.contents.get(name).cloned().ok_or_else(|| "not read before".to_owned());
            let copy = base.deep_copy();
            let Ok(after) = setter.apply(line, copy, self.compat, &mut read) else { continue };
            if let Ok(alone) = setter.apply(line, Map::new(), self.compat, &mut read) {
                self.marks.borrow_mut().flag_nulls(&Value::Map(alone), &place, &source);
            }
            // An object given to --set-json shares tables with what it was laid over.
            let after = after.deep_copy();
            base = table(self.marks.borrow_mut().flag(Some(&before), &Value::Map(after), &place, &source));
            for place in removed.iter().filter(|r| r.layer == Layer::Flag(at)) {
                put_back(&base, &place.path, before.as_map());
            }
        }
        base
    }
}

/// The marks of a values file.
fn document(
    data: &[u8],
    compat: Compat,
    layer: Layer,
    source: &dyn Fn(u32) -> Source,
    marks: &mut Marks,
) -> Result<Map, ValuesError> {
    let place = Place { layer, path: Path::default() };
    let mut values = Map::new();
    for (lines_before, placed) in load_placed(data, compat)? {
        let source = |line: u32| source(line + lines_before);
        let document = table(marks.document(&placed, &place, &source));
        values = if values.is_empty() { document } else { merge_maps(&values, &document) };
    }
    Ok(values)
}

fn table(value: Value) -> Map {
    match value {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

/// Values that do not come from a text.
fn unplaced(value: &Value) -> Placed {
    let kind = match value {
        Value::Map(map) => PlacedKind::Map(
            map.snapshot()
                .iter()
                .filter_map(|(key, value)| Some((key.as_str()?.clone(), unplaced(value))))
                .collect(),
        ),
        Value::List(list) => PlacedKind::List(list.items().iter().map(unplaced).collect()),
        value => PlacedKind::Scalar(value.clone()),
    };
    Placed { line: 0, kind }
}

/// A layer's values without entries that were taken away.
fn without(values: &Map, layer: Layer, removed: &HashSet<Place>) -> Map {
    let mut paths = removed.iter().filter(|r| r.layer == layer).map(|r| &r.path).peekable();
    if paths.peek().is_none() {
        return values.clone();
    }
    let values = values.deep_copy();
    paths.for_each(|path| put_back(&values, path, None));
    values
}

/// Puts the entry at a path back to what it was before, or takes it away.
fn put_back(values: &Map, path: &Path, before: Option<&Map>) {
    let path = path.to_list();
    let Some((Step::Key(last), above)) = path.0.split_last() else { return };
    let Some(Value::Map(table)) = Path(above.to_vec()).find(values) else { return };
    match before.and_then(|before| path.find(before)) {
        Some(value) => table.insert(Key::Str(last.clone()), value),
        None => table.remove(last),
    };
}
