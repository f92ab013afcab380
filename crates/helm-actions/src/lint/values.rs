//! Rules for `values.yaml` and its schema.

use std::sync::Arc;

use helm_chart::MAX_CHART_SIZE;
use helm_chart::dir::read_regular;
use helm_chart::{Compat, schema, values};
use helm_render::Schema;

use super::{Linter, Severity};

const FILE: &str = "values.yaml";

pub(super) fn check(linter: &mut Linter<'_>) {
    let path = linter.dir.join(FILE);
    let exists = if path.exists() { Ok(()) } else { Err("file does not exist") };
    if !linter.rule(Severity::Info, FILE, exists) {
        return;
    }
    let outcome = check_file(linter);
    linter.rule(Severity::Error, FILE, outcome);
}

fn check_file(linter: &mut Linter<'_>) -> Result<(), String> {
    let request = linter.request;
    let warnings = &mut linter.linted.warnings;
    let data = read_regular(&linter.dir.join(FILE), MAX_CHART_SIZE).map_err(|e| e.to_string())?;
    let defaults =
        values::load_first(&data, request.compat).map_err(|e| format!("unable to parse YAML: {e}"))?;
    // Only the chart's own values are checked here, as Helm 2 did: those of subcharts are when it is rendered.
    let merged = values::coalesce_tables(&request.values.shallow_copy(), &defaults, request.compat, warnings);
    let schema = read_regular(&linter.dir.join("values.schema.json"), MAX_CHART_SIZE).unwrap_or_default();
    let loader: Arc<dyn schema::Loader> = match &request.schema {
        _ if schema.is_empty() => return Ok(()),
        // Helm 3 checks this one all the same.
        Schema::Skip if request.compat >= Compat::V4 => return Ok(()),
        Schema::Skip | Schema::Offline => Arc::new(schema::Offline),
        Schema::Load(loader) => Arc::clone(loader),
    };
    schema::validate_one(&merged, &schema, &loader, warnings)
}
