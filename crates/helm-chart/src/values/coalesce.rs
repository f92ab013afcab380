use std::borrow::Cow;

use govalue::{Key, Map, Value};

use super::{GLOBAL, values_type};
use crate::go::{plain, quoted};
use crate::{Chart, Compat, Warning};

/// Why values cannot be coalesced.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CoalesceError {
    /// The key of a subchart holds something else than a table.
    #[error("type mismatch on {chart}: {shown}")]
    Mismatch {
        /// The subchart.
        chart: String,
        /// The value, as Go's `%t` shows it.
        shown: String,
    },
    /// Aliases of aliases come to more charts than this.
    #[error("Chart.yaml: dependencies with aliases come to more than {0} charts")]
    TooManyCharts(usize),
}

/// A chart as far as coalescing looks at it: a loaded chart, or a node that dependency processing works on.
pub(crate) trait Tree: Sized {
    fn chart_name(&self) -> Cow<'_, str>;
    fn defaults(&self) -> Map;
    fn children(&self) -> Vec<Self>;
}

impl Tree for &Chart {
    fn chart_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name())
    }

    fn defaults(&self) -> Map {
        self.values.clone()
    }

    fn children(&self) -> Vec<Self> {
        self.dependencies.iter().map(|d| &**d).collect()
    }
}

/// Lays values over the defaults of a chart and of all its subcharts; what a template sees as `.Values`
/// (`CoalesceValues`).
///
/// The chart above wins over the one below, tables are merged and all else replaced, `global` reaches every
/// subchart, and a `null` removes the key: how far it removes differs between the versions of Helm. Neither the
/// chart nor `values` is changed. The result has the type [`values_type`].
pub fn coalesce(
    chart: &Chart,
    values: &Map,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Map, CoalesceError> {
    coalesce_tree(&chart, values, compat, warnings)
}

/// As [`coalesce`], but every `null` stays (`MergeValues`).
pub fn merge(
    chart: &Chart,
    values: &Map,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Map, CoalesceError> {
    merge_tree(&chart, values, compat, warnings)
}

pub(crate) fn coalesce_tree(
    tree: &impl Tree,
    values: &Map,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Map, CoalesceError> {
    Coalescer { compat, keep_nulls: false, warnings }.root(tree, values)
}

pub(crate) fn merge_tree(
    tree: &impl Tree,
    values: &Map,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Map, CoalesceError> {
    Coalescer { compat, keep_nulls: true, warnings }.root(tree, values)
}

/// Fills `into` with what only `from` has (`CoalesceTables`); a `null` in `into` removes what `from` sets. `from`
/// may be changed too: copy deeply what must stay.
pub fn coalesce_tables(into: &Map, from: &Map, compat: Compat, warnings: &mut Vec<Warning>) -> Map {
    Coalescer { compat, keep_nulls: false, warnings }.tables(into, from, "", false)
}

/// As [`coalesce_tables`], but every `null` stays (`MergeTables`).
pub(crate) fn merge_tables(into: &Map, from: &Map, compat: Compat, warnings: &mut Vec<Warning>) -> Map {
    Coalescer { compat, keep_nulls: true, warnings }.tables(into, from, "", true)
}

struct Coalescer<'w> {
    compat: Compat,
    keep_nulls: bool,
    warnings: &'w mut Vec<Warning>,
}

fn dotted(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn key_text(key: &Key) -> Cow<'_, str> {
    match key {
        Key::Str(s) => s.to_str(),
        other => Cow::Owned(plain(&other.to_value())),
    }
}

impl Coalescer<'_> {
    fn warn(&mut self, place: &str, message: String) {
        self.warnings.push(Warning::log(place, message));
    }

    fn root(&mut self, tree: &impl Tree, values: &Map) -> Result<Map, CoalesceError> {
        let values = if values.is_nil() { Map::new() } else { values.deep_copy() };
        self.chart(tree, &values, "")?;
        Ok(values.retyped(values_type(self.compat)))
    }

    fn chart(&mut self, tree: &impl Tree, values: &Map, prefix: &str) -> Result<(), CoalesceError> {
        let children = tree.children();
        let path = dotted(prefix, &tree.chart_name());
        self.defaults(&tree.defaults(), &children, values, &path);
        for child in &children {
            let name = child.chart_name();
            let inner = match values.get(name.as_bytes()) {
                Some(Value::Map(inner)) => inner,
                Some(other) => {
                    return Err(CoalesceError::Mismatch {
                        chart: name.into_owned(),
                        shown: crate::go::percent_t(&other),
                    });
                }
                None => {
                    let inner = Map::new();
                    values.insert(&*name, inner.clone());
                    inner
                }
            };
            self.globals(&inner, values, &path);
            self.chart(child, &inner, &path)?;
        }
        Ok(())
    }

    /// Lays the values over the chart's own defaults.
    fn defaults<T: Tree>(&mut self, defaults: &Map, children: &[T], values: &Map, path: &str) {
        // Tables of the defaults become part of the result and are then changed: work on a copy.
        for (key, default) in defaults.deep_copy().snapshot().iter() {
            match values.get_key(key) {
                None => self.take_default(key, default, values),
                Some(Value::Nil) => {
                    if !self.keep_nulls {
                        remove(values, key);
                    }
                }
                Some(Value::Map(table)) => match default {
                    Value::Map(default) => {
                        let key = key_text(key);
                        let for_child = children.iter().any(|c| c.chart_name() == key);
                        let keep_nulls = self.keep_nulls || for_child;
                        if !keep_nulls && self.compat >= Compat::V4 {
                            drop_nulls(default);
                        }
                        self.tables(&table, default, &dotted(path, &key), keep_nulls);
                    }
                    Value::Nil => {}
                    _ => {
                        let key = key_text(key);
                        self.warn(
                            "coalesce.go:237",
                            format!("warning: skipped value for {path}.{key}: Not a table."),
                        );
                    }
                },
                Some(_) => {}
            }
        }
    }

    fn take_default(&mut self, key: &Key, default: &Value, values: &Map) {
        if !self.keep_nulls && self.compat >= Compat::V4 {
            match default {
                Value::Nil => return,
                Value::Map(table) => drop_nulls(table),
                _ => {}
            }
        }
        values.insert(key.clone(), default.clone());
    }

    /// Merges the globals of `from` into those of the subchart's values `into`; those of `from` win.
    fn globals(&mut self, into: &Map, from: &Map, prefix: &str) {
        let target = match into.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(globals)) => globals,
            Some(_) => {
                let message = "warning: skipping globals because destination global is not a table.";
                return self.warn("coalesce.go:138", message.to_owned());
            }
        };
        let source = match from.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(globals)) => globals,
            Some(_) => {
                let message = "warning: skipping globals because source global is not a table.";
                return self.warn("coalesce.go:145", message.to_owned());
            }
        };
        for (key, value) in source.snapshot().iter() {
            let present = target.get_key(key);
            match (value, present) {
                (Value::Map(table), None) => {
                    target.insert(key.clone(), table.shallow_copy());
                }
                (Value::Map(table), Some(Value::Map(present))) => {
                    // A shallow copy, as in Helm: deeper tables stay shared with the chart above.
                    let merged = table.shallow_copy();
                    self.tables(&merged, &present, &dotted(prefix, &key_text(key)), true);
                    target.insert(key.clone(), merged);
                }
                (Value::Map(_), Some(_)) => {
                    let key = quoted(&key_text(key));
                    self.warn(
                        "coalesce.go:161",
                        format!("Conflict: cannot merge map onto non-map for {key}. Skipping."),
                    );
                }
                (_, Some(Value::Map(_))) => {
                    self.warn("coalesce.go:175", format!("key {} is table. Skipping", key_text(key)));
                }
                (value, _) => {
                    target.insert(key.clone(), value.clone());
                }
            }
        }
        into.insert(GLOBAL, target);
    }

    /// Fills `into` with what only `from` has. A `null` in `into` is first copied to `from`, as Helm does: tables
    /// that are shared see it.
    fn tables(&mut self, into: &Map, from: &Map, prefix: &str, keep_nulls: bool) -> Map {
        if from.is_nil() {
            return into.clone();
        }
        if into.is_nil() {
            return from.clone();
        }
        let before = from.snapshot();
        for (key, value) in into.snapshot().iter() {
            if matches!(value, Value::Nil) {
                from.insert(key.clone(), Value::Nil);
            }
        }
        for (key, value) in from.snapshot().iter() {
            match into.get_key(key) {
                None => {
                    into.insert(key.clone(), value.clone());
                }
                Some(Value::Nil) if !keep_nulls && had_value(&before, key) => remove(into, key),
                Some(present) => self.table_entry(key, &present, value, prefix, keep_nulls),
            }
        }
        into.clone()
    }

    fn table_entry(&mut self, key: &Key, present: &Value, value: &Value, prefix: &str, keep_nulls: bool) {
        let full_key = dotted(prefix, &key_text(key));
        match (present, value) {
            (Value::Map(present), Value::Map(value)) => {
                self.tables(present, value, &full_key, keep_nulls);
            }
            (_, Value::Map(_)) => {
                let shown = plain(value);
                self.warn(
                    "coalesce.go:316",
                    format!("warning: cannot overwrite table with non table for {full_key} ({shown})"),
                );
            }
            (Value::Map(_), value) if !matches!(value, Value::Nil) => {
                let shown = plain(value);
                self.warn(
                    "coalesce.go:319",
                    format!(
                        "warning: destination for {full_key} is a table. Ignoring non-table value ({shown})"
                    ),
                );
            }
            _ => {}
        }
    }
}

/// Whether the entries had a value other than `null` under the key.
fn had_value(entries: &[(Key, Value)], key: &Key) -> bool {
    entries.binary_search_by(|(k, _)| k.cmp(key)).is_ok_and(|at| !matches!(entries[at].1, Value::Nil))
}

fn remove(map: &Map, key: &Key) {
    if let Key::Str(key) = key {
        map.remove(key);
    }
}

/// Removes every `null` from a table and the tables inside it.
fn drop_nulls(table: &Map) {
    for (key, value) in table.snapshot().iter() {
        match value {
            Value::Nil => remove(table, key),
            Value::Map(inner) => drop_nulls(inner),
            _ => {}
        }
    }
}
