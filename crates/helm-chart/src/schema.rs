//! `values.schema.json`: whether values fit the schema of a chart and of each subchart.

use std::collections::BTreeMap;
use std::sync::Arc;

use gojsonschema::{Compiler, Json, Load};
use govalue::{Map, Value};

use crate::go::quoted;
use crate::warning::Level;
use crate::{Chart, Warning};

/// Where the schema of a chart is said to lie: what a relative `$ref` starts from.
const LOCATION: &str = "file:///values.schema.json";

/// Fetches what a `$ref` points to beyond the schema itself.
pub trait Loader: Send + Sync {
    /// The document at a `file:`, `http:` or `https:` address; an error's text is shown as it is.
    fn load(&self, url: &str) -> Result<Vec<u8>, String>;
}

/// Refuses every document.
pub struct Offline;

impl Loader for Offline {
    fn load(&self, _url: &str) -> Result<Vec<u8>, String> {
        Err("remote schemas are not read while offline".to_owned())
    }
}

/// What is wrong, chart by chart; text as Helm's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{report}")]
pub struct SchemaError {
    report: String,
}

/// Checks coalesced values against the schema of the chart and, table by table, of its subcharts
/// (`ValidateAgainstSchema`).
pub fn validate(
    chart: &Chart,
    values: &Map,
    loader: &Arc<dyn Loader>,
    warnings: &mut Vec<Warning>,
) -> Result<(), SchemaError> {
    let mut report = String::new();
    collect(chart, values, loader, warnings, &mut report);
    if report.is_empty() { Ok(()) } else { Err(SchemaError { report }) }
}

fn collect(
    chart: &Chart,
    values: &Map,
    loader: &Arc<dyn Loader>,
    warnings: &mut Vec<Warning>,
    report: &mut String,
) {
    if let Some(schema) = &chart.schema
        && let Err(problem) = validate_one(values, schema, loader, warnings)
    {
        report.push_str(&format!("{}:\n{problem}", chart.name()));
    }
    warnings.push(dependency_count(chart));
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(values)) => collect(subchart, &values, loader, warnings, report),
            Some(other) => report.push_str(&format!(
                "{}:\ninvalid type for values: expected object (map), got {}\n",
                subchart.name(),
                other.type_name()
            )),
        }
    }
}

/// What Helm 4 logs between a chart and its subcharts.
fn dependency_count(chart: &Chart) -> Warning {
    let fields =
        vec![("chart", chart.name().to_owned()), ("dependencies", chart.dependencies.len().to_string())];
    Warning::structured(Level::Debug, "number of dependencies in the chart", fields, String::new())
}

/// Checks values against one schema; the error is Helm's text (`ValidateAgainstSingleSchema`).
pub fn validate_one(
    values: &Map,
    schema: &[u8],
    loader: &Arc<dyn Loader>,
    warnings: &mut Vec<Warning>,
) -> Result<(), String> {
    let schema = Json::parse(schema).map_err(|e| e.to_string())?;
    let mut documents = Documents { loader, unresolved: Vec::new() };
    let mut compiler = Compiler::new(&mut documents);
    let added = compiler.add_resource(LOCATION, schema);
    let compiled = added.and_then(|()| compiler.compile(LOCATION));
    // Helm says it of each name once.
    for warning in documents.unresolved.iter().map(unresolved_urn) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let compiled = compiled.map_err(|e| e.to_string())?;
    compiled.validate(&to_json(values)?).map_err(|error| {
        let text = error.to_string();
        // Helm cuts the line that names the schema.
        let head = format!("jsonschema validation failed with '{LOCATION}#'\n");
        format!("{}\n", text.strip_prefix(&head).unwrap_or(&text))
    })
}

/// Values as the validator takes them; a nil map is an empty one (`AsMap`).
fn to_json(values: &Map) -> Result<Json, String> {
    if values.is_nil() {
        return Ok(Json::Object(BTreeMap::new()));
    }
    Json::from_value(&Value::Map(values.clone()))
        .ok_or_else(|| "values are nested too deep for a schema".to_owned())
}

/// The documents beyond the schema itself.
struct Documents<'l> {
    loader: &'l Arc<dyn Loader>,
    unresolved: Vec<String>,
}

impl Load for Documents<'_> {
    fn load(&mut self, url: &str) -> Result<Json, String> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            "urn" => {
                // Helm lets everything pass that a name stands for which nothing resolves.
                if !self.unresolved.iter().any(|known| known == url) {
                    self.unresolved.push(url.to_owned());
                }
                Ok(Json::Bool(true))
            }
            "file" | "http" | "https" => Json::parse(&self.loader.load(url)?).map_err(|e| e.to_string()),
            _ => Err(format!("no URLLoader registered for {}", quoted(url))),
        }
    }
}

fn unresolved_urn(urn: &String) -> Warning {
    Warning::structured(
        Level::Warn,
        "unresolved URN reference ignored; using permissive schema",
        vec![("urn", urn.clone())],
        format!(
            "jsonschema.go:192: WARNING: unresolved URN reference ignored; using permissive schema: {urn}"
        ),
    )
}
