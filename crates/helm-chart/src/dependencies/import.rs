use govalue::{Map, Value};
use serde_json::Value as Json;

use super::graph::{Graph, Import, View};
use crate::Warning;
use crate::go::plain;
use crate::record::from_json;
use crate::values::{CoalesceError, LookupError, merge_tables, merge_tree, table};
use crate::warning::Level;

/// Takes over what `import-values` names, from the lowest charts up. A chart with dependencies comes out with the
/// defaults of its subcharts among its own values.
pub(super) fn process(
    graph: &mut Graph<'_>,
    node: usize,
    warnings: &mut Vec<Warning>,
) -> Result<(), CoalesceError> {
    for child in graph.nodes[node].children.clone() {
        process(graph, child, warnings)?;
    }
    let Some(entries) = graph.meta(node).dependencies.clone() else { return Ok(()) };
    let compat = graph.compat;
    let values = merge_tree(&View { graph, node }, &Map::new(), compat, warnings)?;
    let mut imported = Map::new();
    for entry in entries {
        let entry = &mut graph.entries[entry];
        let given = std::mem::take(&mut entry.imports);
        for import in given {
            let Some(import) = Request::new(import) else { continue };
            let name = &entry.dependency.name;
            match table(&values, &format!("{name}.{}", import.child)) {
                Ok(table) => {
                    // Go's AsMap: an empty table is replaced by a new one.
                    let table = if table.is_empty() { Map::new() } else { table };
                    imported = merge_tables(&imported, &at_path(&import.parent, table), compat, warnings);
                }
                Err(error) => warnings.push(import.missing(name, &error)),
            }
            entry.imports.push(Import::Done { child: import.child, parent: import.parent });
        }
    }
    let values = values.deep_copy().retyped(Map::string_any());
    graph.nodes[node].values = merge_tables(&values, &imported, compat, warnings);
    Ok(())
}

/// One import: which table of the subchart, and where it goes.
struct Request {
    child: String,
    parent: String,
    /// Written as a name under `exports`.
    exported: bool,
}

impl Request {
    fn new(import: Import) -> Option<Request> {
        match import {
            Import::Given(Json::String(name)) => {
                Some(Request { child: format!("exports.{name}"), parent: ".".to_owned(), exported: true })
            }
            Import::Given(Json::Object(mut pair)) => {
                let mut text = |key| plain(&pair.remove(key).map_or(Value::Nil, from_json));
                Some(Request { child: text("child"), parent: text("parent"), exported: false })
            }
            Import::Given(_) | Import::Done { .. } => None,
        }
    }

    fn missing(&self, chart: &str, error: &LookupError) -> Warning {
        if self.exported {
            return Warning::structured(
                Level::Warn,
                "ImportValues missing table",
                vec![("error", error.to_string())],
                format!("dependencies.go:287: Warning: ImportValues missing table: {error}"),
            );
        }
        Warning::structured(
            Level::Warn,
            "ImportValues missing table from chart",
            vec![("chart", chart.to_owned()), ("error", error.to_string())],
            format!("dependencies.go:270: Warning: ImportValues missing table from chart {chart}: {error}"),
        )
    }
}

/// The table set into new tables along a path; the path `.` is the top itself.
fn at_path(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, key| {
        let outer = Map::new();
        outer.insert(key, inner);
        outer
    })
}
