//! Rules for `values.yaml` and its schema.

use std::rc::Rc;

use helm_chart::{Compat, schema, values};

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

fn check_file(linter: &Linter<'_>) -> Result<(), String> {
    let request = linter.request;
    let data = std::fs::read(linter.dir.join(FILE)).map_err(|e| e.to_string())?;
    let defaults =
        values::load_first(&data, request.compat).map_err(|e| format!("unable to parse YAML: {e}"))?;
    // Only the chart's own values are checked here, as Helm 2 did: those of subcharts are when it is rendered.
    let merged = values::coalesce_tables(request.values, &defaults, request.compat, &mut Vec::new());
    let schema = std::fs::read(linter.dir.join("values.schema.json")).unwrap_or_default();
    if schema.is_empty() || (request.skip_schema_validation && request.compat == Compat::V4) {
        return Ok(());
    }
    let loader: Rc<dyn schema::Loader> = Rc::new(schema::Offline);
    schema::validate_one(&merged, &schema, &loader, &mut Vec::new())
}
