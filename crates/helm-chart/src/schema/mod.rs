//! `values.schema.json`: whether values fit the schema of a chart and of each subchart.

mod format;
mod format_time;
mod instance;
mod message;
mod number;
mod path;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use boon::{CompileError, Compiler, Schemas, UrlLoader};
use govalue::json::{self, DecodeOptions, JsonError};
use govalue::{Map, Value};
use serde_json::Value as Json;

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
    let schema = parse(schema)?;
    let unresolved = Rc::new(RefCell::new(Vec::new()));
    let mut compiler = Compiler::new();
    compiler
        .use_loader(Box::new(Documents { loader: Arc::clone(loader), unresolved: Rc::clone(&unresolved) }));
    format::register(&mut compiler);
    let instance = instance::to_json(values);
    let mut schemas = Schemas::new();
    let added = compiler.add_resource(LOCATION, schema.clone());
    let compiled = match added {
        Ok(()) => compiler.compile(LOCATION, &mut schemas),
        Err(e) => Err(e),
    };
    // Helm says it of each name once.
    for warning in unresolved.borrow().iter().map(unresolved_urn) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let compiled = compiled.map_err(|e| compile_error(&e, &schema))?;
    schemas.validate(&instance, compiled).map_err(|error| {
        let text = message::text(&error, &schema);
        // Helm cuts the line that names the schema.
        let head = format!("jsonschema validation failed with '{LOCATION}#'\n");
        format!("{}\n", text.strip_prefix(&head).unwrap_or(&text))
    })
}

/// Reads a schema document as Go's decoder does, with its words for what is wrong.
fn parse(schema: &[u8]) -> Result<Json, String> {
    let document = json::decode_with(schema, DecodeOptions { ints: true });
    document.map(|d| json::to_serde(&d)).map_err(|e| decoder_text(&e, schema))
}

/// The library decodes from a stream, whose end is told in other words.
fn decoder_text(error: &JsonError, text: &[u8]) -> String {
    let shown = error.to_string();
    if shown.contains("after top-level value") {
        return "invalid character after top-level value".to_owned();
    }
    let cut_off = shown.starts_with("invalid character ' ' in ") && text.last() != Some(&b' ');
    if cut_off || shown == "unexpected end of JSON input" {
        let blank = text.iter().all(u8::is_ascii_whitespace);
        return if blank { "EOF" } else { "unexpected EOF" }.to_owned();
    }
    shown
}

/// The documents beyond the schema itself.
struct Documents {
    loader: Arc<dyn Loader>,
    unresolved: Rc<RefCell<Vec<String>>>,
}

impl UrlLoader for Documents {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            "urn" => {
                // Helm lets everything pass that a name stands for which nothing resolves.
                let mut unresolved = self.unresolved.borrow_mut();
                if !unresolved.iter().any(|known| known == url) {
                    unresolved.push(url.to_owned());
                }
                Ok(Json::Bool(true))
            }
            "file" | "http" | "https" => Ok(parse(&self.loader.load(url)?)?),
            _ => Err(format!("no URLLoader registered for {}", quoted(url)).into()),
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

/// The library's words for a schema that cannot be compiled.
fn compile_error(error: &CompileError, schema: &Json) -> String {
    match error {
        CompileError::ParseUrlError { url, src } => format!("error in parsing {}: {src}", quoted(url)),
        CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", quoted(url)),
        CompileError::UnsupportedUrlScheme { url } => format!("no URLLoader registered for {}", quoted(url)),
        CompileError::InvalidMetaSchemaUrl { url, src } => {
            format!("invalid $schema in {}: {src}", quoted(url))
        }
        CompileError::UnsupportedDraft { url } => format!("draft {} is not supported", quoted(url)),
        CompileError::MetaSchemaCycle { url } => format!("cycle in resolving $schema in {}", quoted(url)),
        CompileError::ValidationError { url, src } => {
            format!(
                "{} is not valid against metaschema: {}",
                quoted(&with_fragment(url)),
                message::text(src, schema)
            )
        }
        CompileError::ParseIdError { loc } => format!("error in parsing id at {}", quoted(loc)),
        CompileError::ParseAnchorError { loc } => format!("error in parsing anchor at {}", quoted(loc)),
        CompileError::DuplicateId { url, id, ptr1, ptr2 } => {
            format!("duplicate id {} in {} at {} and {}", quoted(id), quoted(url), quoted(ptr1), quoted(ptr2))
        }
        CompileError::DuplicateAnchor { anchor, url, ptr1, ptr2 } => {
            format!(
                "duplicate anchor {} in {} at {} and {}",
                quoted(anchor),
                quoted(url),
                quoted(ptr1),
                quoted(ptr2)
            )
        }
        CompileError::InvalidJsonPointer(loc) => format!("invalid json-pointer {}", quoted(loc)),
        CompileError::JsonPointerNotFound(loc) => format!("json-pointer in {} not found", quoted(loc)),
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in {} not found in schema {}", quoted(reference), quoted(url))
        }
        CompileError::UnsupportedVocabulary { url, vocabulary } => {
            format!("unsupported vocabulary {} in {}", quoted(vocabulary), quoted(url))
        }
        CompileError::InvalidRegex { url, regex, src } => {
            let reason = goregexp::Regex::new(regex).err().map_or_else(|| src.to_string(), |e| e.to_string());
            format!("invalid regex {} at {}: {reason}", quoted(regex), quoted(url))
        }
        CompileError::Bug(src) => format!("unable to validate schema: {src}"),
    }
}

fn with_fragment(url: &str) -> String {
    if url.contains('#') { url.to_owned() } else { format!("{url}#") }
}
