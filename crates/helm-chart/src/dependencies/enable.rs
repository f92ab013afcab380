use std::collections::HashSet;

use govalue::{Map, Value};

use super::graph::{Graph, View};
use super::is_compatible_range;
use crate::Warning;
use crate::values::{CoalesceError, coalesce_tree, path_value, table};
use crate::warning::Level;

/// Charts that a chart may come to by way of aliases, which multiply from level to level. Helm has no limit.
const MAX_CHARTS: usize = 10_000;

/// Gives a chart the subcharts that its `dependencies` ask for and drops those that are off, then goes on below.
/// `path` is where the chart's values stand in those of the root, with a dot behind.
pub(super) fn process(
    graph: &mut Graph<'_>,
    node: usize,
    values: &Map,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<(), CoalesceError> {
    // A chart that declares nothing keeps what lies in its charts/ folder, all the way down.
    let Some(entries) = graph.meta(node).dependencies.clone() else { return Ok(()) };
    let children = requested(graph, node, &entries);
    if graph.nodes.len() > MAX_CHARTS {
        return Err(CoalesceError::TooManyCharts(MAX_CHARTS));
    }
    graph.set_children(node, children);
    for &entry in &entries {
        graph.entries[entry].dependency.enabled = true;
    }
    let values = coalesce_tree(&View { graph, node }, values, graph.compat, warnings)?;
    apply_tags(graph, &entries, &values, warnings);
    apply_conditions(graph, &entries, &values, path, warnings);

    let is_off = |entry: &&usize| !graph.entries[**entry].dependency.enabled;
    let off: HashSet<String> =
        entries.iter().filter(is_off).map(|&e| graph.entries[e].dependency.name.clone()).collect();
    let children: Vec<usize> =
        graph.nodes[node].children.iter().copied().filter(|&c| !off.contains(graph.name(c))).collect();
    let entries: Vec<usize> =
        entries.into_iter().filter(|&e| !off.contains(&graph.entries[e].dependency.name)).collect();
    for &child in &children {
        let path = format!("{path}{}.", graph.name(child));
        process(graph, child, &values, &path, warnings)?;
    }
    let meta = graph.nodes[node].meta;
    graph.metas[meta].dependencies = (!entries.is_empty()).then_some(entries);
    graph.set_children(node, children);
    Ok(())
}

/// The subcharts: first those that no entry names, then one for each entry that finds its chart. An entry with an
/// alias is called by it from here on.
fn requested(graph: &mut Graph<'_>, node: usize, entries: &[usize]) -> Vec<usize> {
    let present = graph.nodes[node].children.clone();
    let fits = |graph: &Graph<'_>, child: usize, entry: usize| {
        let wanted = &graph.entries[entry].dependency;
        let meta = graph.meta(child);
        meta.name == wanted.name && is_compatible_range(&wanted.version, &meta.base.version)
    };
    let mut children: Vec<usize> =
        present.iter().copied().filter(|&child| !entries.iter().any(|&e| fits(graph, child, e))).collect();
    for &entry in entries {
        let alias = graph.entries[entry].dependency.alias.clone();
        if let Some(&child) = present.iter().find(|&&child| fits(graph, child, entry)) {
            children.push(graph.alias(child, &alias));
        }
        if !alias.is_empty() {
            graph.entries[entry].dependency.name = alias;
        }
    }
    children
}

/// One tag that is true switches on, else one that is false switches off.
fn apply_tags(graph: &mut Graph<'_>, entries: &[usize], values: &Map, warnings: &mut Vec<Warning>) {
    let Ok(tags) = table(values, "tags") else { return };
    for &entry in entries {
        let dependency = &mut graph.entries[entry].dependency;
        let (mut on, mut off) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag) {
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => warnings.push(Warning::structured(
                    Level::Warn,
                    "returned non-bool value",
                    vec![("tag", tag.clone()), ("chart", dependency.name.clone())],
                    format!(
                        "dependencies.go:95: Warning: Tag '{tag}' for chart {} returned non-bool value",
                        dependency.name
                    ),
                )),
                None => {}
            }
        }
        dependency.enabled = on || !off;
    }
}

/// The first condition that holds a boolean decides, over the tags.
fn apply_conditions(
    graph: &mut Graph<'_>,
    entries: &[usize],
    values: &Map,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    for &entry in entries {
        let dependency = &mut graph.entries[entry].dependency;
        for condition in dependency.condition.trim().split(',').filter(|c| !c.is_empty()) {
            match path_value(values, &format!("{path}{condition}")) {
                Ok(Value::Bool(enabled)) => {
                    dependency.enabled = enabled;
                    break;
                }
                Ok(_) => warnings.push(Warning::structured(
                    Level::Warn,
                    "returned non-bool value",
                    vec![("path", condition.to_owned()), ("chart", dependency.name.clone())],
                    format!(
                        "dependencies.go:64: Warning: Condition path '{condition}' for chart {} returned non-bool value",
                        dependency.name
                    ),
                )),
                Err(_) => {}
            }
        }
    }
}
