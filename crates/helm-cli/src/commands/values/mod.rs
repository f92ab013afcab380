//! `helm values`: the values that templates see, where each comes from, and which ones nobody reads.

mod explain;
mod unused;

pub(crate) use unused::{Found, find};

use govalue::{Map, Value};
use helm_chart::origin::{Origins, Source};
use helm_chart::values::coalesce;
use helm_chart::{Chart, dependencies};
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;
use crate::printer::yaml_of;

/// The structured formats of `-o`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    crate::request::exclusive(args, &["explain", "unused"])?;
    let format = format(args)?;
    let reference = args.positional()[0];
    let path = crate::source::locate(context, args, reference)?;
    if args.given("explain") || args.on("unused") {
        let chart = crate::values::load_complete(context, args, &path, true)?;
        let mut read = |name: &str| crate::values::read_file(context, name);
        let options = crate::values::options(args);
        let origins = Origins::new(&chart, &options, context.compat(), &mut read).or_fail()?;
        return match args.on("unused") {
            true => unused::run(context, args, &origins, format),
            false => explain::run(context, args, &chart, &origins, format),
        };
    }
    let supplied = crate::values::merged(context, args)?;
    let chart = crate::values::load_complete(context, args, &path, true)?;
    let (_, values) = computed(context, &chart, &supplied)?;
    match format.unwrap_or(Format::Yaml) {
        Format::Yaml => context.print(&yaml_of(&Value::Map(values))?),
        Format::Json => {
            let bytes = govalue::json::encode(&Value::Map(values)).or_fail()?;
            context.println(&String::from_utf8_lossy(&bytes))
        }
    }
}

fn format(args: &Args) -> Result<Option<Format>, CliError> {
    match args.text("output") {
        "" => Ok(None),
        "json" => Ok(Some(Format::Json)),
        "yaml" => Ok(Some(Format::Yaml)),
        other => Err(CliError::usage(format!(
            "invalid argument {} for \"-o, --output\" flag: invalid format type",
            crate::text::quote(other)
        ))),
    }
}

/// The chart with its dependencies processed, and what `helm template` would give templates as `.Values`; a schema is
/// not asked.
fn computed(context: &Context, chart: &Chart, supplied: &Map) -> Result<(Chart, Map), CliError> {
    let mut warnings = Vec::new();
    let processed = dependencies::process(chart, supplied, context.compat(), &mut warnings);
    let computed = processed.and_then(|chart| {
        let values = coalesce(&chart, supplied, context.compat(), &mut warnings)?;
        Ok((chart, values))
    });
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    computed.or_fail()
}

/// What switches a subchart on and off, in brackets.
fn switches(condition: &str, tags: &[String]) -> String {
    let condition = (!condition.is_empty()).then(|| format!("condition {condition}"));
    let tags = (!tags.is_empty()).then(|| format!("tags {}", tags.join(", ")));
    let all: Vec<String> = condition.into_iter().chain(tags).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join("; ")) }
}

/// A source as people write it.
fn source_text(source: &Source) -> String {
    match source {
        Source::File { file, line } => format!("{file}:{line}"),
        Source::Flag { flag, argument } => format!("--{flag} {argument}"),
        Source::Chart { chart, line } => format!("{chart}/values.yaml:{line}"),
    }
}

/// A source for programs.
fn source_json(source: &Source) -> Json {
    match source {
        Source::File { file, line } => json!({"kind": "file", "file": file, "line": line}),
        Source::Flag { flag, argument } => json!({"kind": "flag", "flag": flag, "argument": argument}),
        Source::Chart { chart, line } => {
            json!({"kind": "chart", "chart": chart, "file": format!("{chart}/values.yaml"), "line": line})
        }
    }
}

fn print_json(context: &Context, format: Format, value: &Json) -> Result<(), CliError> {
    match format {
        Format::Json => context.println(&crate::output::json(value)?),
        Format::Yaml => context.print(&crate::output::yaml(value)?),
    }
}
