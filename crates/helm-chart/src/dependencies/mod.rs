//! Which subcharts are on, under which name, and what values they hand to the chart above.

mod enable;
mod graph;
mod import;

use govalue::Map;

use crate::values::CoalesceError;
use crate::{Chart, Compat, Warning};
use graph::Graph;

/// Applies conditions, tags, aliases and `import-values` of a chart and all its subcharts (Helm's
/// `ProcessDependencies`; in Helm 3 the variant that keeps `null`).
///
/// The chart is not changed: the answer is a new tree that shares the files, in which disabled subcharts are gone,
/// aliased ones carry their alias as name, and a chart with dependencies has its subcharts' defaults and the
/// imported values among its own values.
pub fn process(
    chart: &Chart,
    values: &Map,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, CoalesceError> {
    let mut graph = Graph::new(chart, compat);
    let root = graph.root();
    enable::process(&mut graph, root, values, "", warnings)?;
    import::process(&mut graph, root, warnings)?;
    Ok(graph.into_chart())
}

/// As [`process`], but `stand_in` answers what stands for the default values of each chart. Which subcharts are on
/// still follows from the real ones.
pub(crate) fn process_standing_in(
    chart: &Chart,
    values: &Map,
    compat: Compat,
    stand_in: &mut dyn FnMut(&Chart) -> Map,
) -> Result<Chart, CoalesceError> {
    let (mut graph, mut warnings) = (Graph::new(chart, compat), Vec::new());
    let root = graph.root();
    enable::process(&mut graph, root, values, "", &mut warnings)?;
    for node in &mut graph.nodes {
        node.values = stand_in(node.source.chart());
    }
    import::process(&mut graph, root, &mut warnings)?;
    Ok(graph.into_chart())
}

/// Whether a version satisfies a constraint; false when either cannot be read (`IsCompatibleRange`).
pub fn is_compatible_range(constraint: &str, version: &str) -> bool {
    let (Ok(version), Ok(constraint)) =
        (gosemver::Version::parse(version), gosemver::Constraint::parse(constraint))
    else {
        return false;
    };
    constraint.check(&version)
}

/// Dependencies that `Chart.yaml` names and `charts/` does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found in Chart.yaml, but missing in charts/ directory: {}", names.join(", "))]
pub struct MissingDependencies {
    /// Their names.
    pub names: Vec<String>,
}

/// Checks that every dependency that `Chart.yaml` names is there (`action.CheckDependencies`).
pub fn check(chart: &Chart) -> Result<(), MissingDependencies> {
    let present = |name: &str| chart.dependencies.iter().any(|d| d.name() == name);
    let missing = chart.metadata.dependencies.iter().filter(|d| !present(&d.name));
    let names: Vec<String> = missing.map(|d| d.name.clone()).collect();
    if names.is_empty() { Ok(()) } else { Err(MissingDependencies { names }) }
}
