//! `helm values --explain`: who set a value, and what that overrode.

use govalue::Value;
use helm_chart::origin::{Explanation, Origins, Path, Route, Setting, Step, closest};
use helm_chart::{Chart, Dependency};
use serde_json::{Value as Json, json};

use super::{Format, print_json, source_json, source_text};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;

/// How much of a value is shown in a line.
const MAX_SHOWN: usize = 72;

pub(super) fn run(
    context: &Context,
    args: &Args,
    chart: &Chart,
    origins: &Origins<'_>,
    format: Option<Format>,
) -> Result<(), CliError> {
    let (processed, values) = super::computed(context, chart, origins.supplied_values())?;
    let mut explanations = Vec::new();
    for text in args.all("explain") {
        let path = Path::parse(&text).map_err(|e| CliError::usage(e.to_string()))?;
        let found = origins.explain(&path);
        if let [only] = &found[..] {
            check(only, &values, chart, &processed)?;
        }
        explanations.extend(found);
    }
    match format {
        Some(format) => print_json(context, format, &explanations.iter().map(to_json).collect()),
        None => {
            let blocks: Vec<String> = explanations.iter().map(block).collect();
            context.print(&blocks.join("\n"))
        }
    }
}

/// Refuses a path that leads to nothing, with what may help.
fn check(
    explanation: &Explanation,
    values: &govalue::Map,
    chart: &Chart,
    processed: &Chart,
) -> Result<(), CliError> {
    let Explanation { path, value, chain } = explanation;
    if value.is_some() {
        return Ok(());
    }
    match chain.first() {
        Some(Setting { sets, value: Some(value), source, .. }) if sets != path => {
            let what = match value {
                Value::List(list) => format!("a list of {}", list.len()),
                value => shown(value),
            };
            Err(CliError::new(format!(
                "no value at {path}: {sets} is not a table but {what}, set by {}",
                source_text(source)
            )))
        }
        Some(_) => Ok(()),
        None => {
            let hint = off(chart, processed, path).or_else(|| meant(path, values)).unwrap_or_default();
            Err(CliError::new(format!("no value at {path}{hint}")))
        }
    }
}

/// What to say of a path into a subchart that is off. `processed` is what dependencies left of the chart.
fn off(chart: &Chart, processed: &Chart, path: &Path) -> Option<String> {
    let (mut chart, mut processed) = (chart, processed);
    for step in &path.0 {
        let Step::Key(key) = step else { return None };
        let key = key.to_str();
        let named = |d: &&Dependency| if d.alias.is_empty() { d.name == key } else { d.alias == key };
        let dependency = chart.metadata.dependencies.iter().find(named)?;
        let Some(on) = processed.dependencies.iter().find(|c| c.name() == key) else {
            let switches = super::switches(&dependency.condition, &dependency.tags);
            return Some(format!("; subchart {key} is off{switches}"));
        };
        chart = chart.dependencies.iter().find(|c| c.name() == dependency.name)?;
        processed = on;
    }
    None
}

/// The path that was probably meant.
fn meant(path: &Path, values: &govalue::Map) -> Option<String> {
    for length in (0..path.0.len()).rev() {
        let above = Path(path.0[..length].to_vec());
        let Some(Value::Map(table)) = above.find(values) else { continue };
        let Step::Key(wrong) = &path.0[length] else { return None };
        let entries = table.snapshot();
        let keys: Vec<String> =
            entries.iter().filter_map(|(k, _)| k.as_str()).map(|k| k.to_str().into_owned()).collect();
        let right = closest(&wrong.to_str(), keys.iter().map(String::as_str))?;
        let mut corrected = above.key(right);
        corrected.0.extend_from_slice(&path.0[length + 1..]);
        // The rest may be wrong too; then the part that was corrected is all that can be said.
        let corrected = if corrected.find(values).is_some() { corrected } else { above.key(right) };
        return Some(format!("; did you mean {corrected}?"));
    }
    None
}

/// The value in a line, and the chain below it.
fn block(explanation: &Explanation) -> String {
    let Explanation { path, value, chain } = explanation;
    let value = value.as_ref().map_or_else(|| "(no value)".to_owned(), shown);
    let path = if path.0.is_empty() { ".Values".to_owned() } else { path.to_string() };
    let rows: Vec<(String, String)> = chain.iter().map(|s| (set_value(s), origin(s, explanation))).collect();
    let width = rows.iter().map(|(value, _)| value.chars().count()).max().unwrap_or(0);
    let rows: String = rows.iter().map(|(value, origin)| format!("  {value:width$}  {origin}\n")).collect();
    format!("{path}: {value}\n{rows}")
}

fn set_value(setting: &Setting) -> String {
    setting.value.as_ref().map_or_else(|| "null".to_owned(), shown)
}

fn origin(setting: &Setting, explanation: &Explanation) -> String {
    let mut text = source_text(&setting.source);
    match setting.route {
        Route::Direct => {}
        Route::Global => text += &format!(" ({}, a global)", setting.path),
        Route::Import => text += &format!(" ({}, by import-values)", setting.path),
    }
    if setting.value.is_none() {
        let same_key = setting.path.0.last() == explanation.path.0.last();
        text += if same_key { " (removes the key)" } else { " (removes the table)" };
    } else if setting.sets != explanation.path {
        text += &format!(" (sets {})", setting.sets);
    }
    text
}

/// A value as JSON, shortened.
fn shown(value: &Value) -> String {
    let options = govalue::json::EncodeOptions { escape_html: false, ..Default::default() };
    let text = govalue::json::encode_with(value, &options);
    let text = text.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    if text.chars().count() <= MAX_SHOWN {
        return text;
    }
    text.chars().take(MAX_SHOWN - 1).chain(std::iter::once('…')).collect()
}

fn to_json(explanation: &Explanation) -> Json {
    let json_of = |value: &Option<Value>| value.as_ref().map_or(Json::Null, govalue::json::to_serde);
    let chain: Json = explanation
        .chain
        .iter()
        .map(|s| {
            let route = match s.route {
                Route::Direct => "direct",
                Route::Global => "global",
                Route::Import => "import-values",
            };
            json!({
                "source": source_json(&s.source),
                "key": s.path.to_string(),
                "sets": s.sets.to_string(),
                "route": route,
                "removes": s.value.is_none(),
                "value": json_of(&s.value),
            })
        })
        .collect();
    json!({
        "path": explanation.path.to_string(),
        "present": explanation.value.is_some(),
        "value": json_of(&explanation.value),
        "chain": chain,
    })
}
