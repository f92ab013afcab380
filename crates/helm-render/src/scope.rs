//! The data that each template sees: one map a chart, nested as the charts are.

use govalue::{Map, Value};
use helm_chart::{Chart, Compat};

use crate::Capabilities;
use crate::chart_value::chart_value;
use crate::engine::ReleaseInfo;
use crate::files::files_value;
use crate::values_type::{find_table, values_type};

/// A template of the chart tree with the data it is executed with.
pub(crate) struct Renderable<'a> {
    /// Full path: `chart/charts/sub/templates/x.yaml`.
    pub(crate) path: String,
    pub(crate) text: &'a govalue::Str,
    /// The chart's data; shared by all templates of the chart.
    pub(crate) data: Map,
    /// The folder of the chart's templates.
    pub(crate) base_path: String,
}

/// What all scopes have in common.
pub(crate) struct Common {
    release: Value,
    capabilities: Value,
    compat: Compat,
}

impl Common {
    pub(crate) fn new(release: &ReleaseInfo, capabilities: &Capabilities, compat: Compat) -> Common {
        Common { release: release.to_value(), capabilities: capabilities.to_value(compat), compat }
    }
}

/// All templates of a chart and its subcharts with their data.
pub(crate) fn renderables<'a>(chart: &'a Chart, values: Map, common: &Common) -> Vec<Renderable<'a>> {
    let mut all = Vec::new();
    collect(chart, None, values, common, &mut all);
    all
}

/// Adds the templates of one chart and those beneath it; answers the chart's data.
fn collect<'a>(
    chart: &'a Chart,
    parent: Option<&str>,
    values: Map,
    common: &Common,
    all: &mut Vec<Renderable<'a>>,
) -> Map {
    let path = chart.full_path(parent);
    let subcharts = Map::new();
    let data: Map = [
        ("Chart", chart_value(&chart.metadata, parent.is_none(), common.compat)),
        ("Files", files_value(&chart.files)),
        ("Release", common.release.clone()),
        ("Capabilities", common.capabilities.clone()),
        ("Values", Value::Map(values.retyped(values_type(common.compat)))),
        ("Subcharts", Value::Map(subcharts.clone())),
    ]
    .into_iter()
    .collect();
    for sub in &chart.dependencies {
        let sub_values = values_of(&values, sub.name());
        let sub_data = collect(sub, Some(&path), sub_values, common, all);
        subcharts.insert(sub.name(), sub_data);
    }
    let seen = data.retyped(values_type(common.compat));
    let is_library = chart.metadata.chart_type.eq_ignore_ascii_case("library");
    for file in &chart.templates {
        let base = file.name.rsplit('/').next().unwrap_or_default();
        if is_library && !base.starts_with('_') {
            continue;
        }
        all.push(Renderable {
            path: format!("{path}/{}", file.name),
            text: &file.data,
            data: seen.clone(),
            base_path: format!("{path}/templates"),
        });
    }
    data
}

/// The values of a subchart.
pub(crate) fn values_of(values: &Map, subchart: &str) -> Map {
    find_table(values, subchart).unwrap_or_default()
}
