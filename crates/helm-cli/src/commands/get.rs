//! `helm get`: what is recorded of a release.

use std::collections::BTreeMap;

use gotmpl::{Options, TemplateSet};
use govalue::{Map, Value};
use helm_actions::{ReleaseMetadata, get, get_metadata, get_values};
use helm_chart::Compat;
use helm_release::Release;

use crate::connect;
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{self, Show, yaml_of};

fn fetch(context: &Context, args: &Args) -> Result<Release, CliError> {
    let (name, revision) = (args.positional()[0].to_owned(), args.int("revision"));
    connect::run(context, false, None, |action| async move { get(&action, &name, revision).await })
}

pub(crate) fn all(context: &Context, args: &Args) -> Result<(), CliError> {
    let release = fetch(context, args)?;
    if let Some(template) = args.text_if_given("template") {
        return from_template(context, template, &release);
    }
    let show = Show { everything: true, chart: true, ..Show::default() };
    printer::release(context, Format::Table, &release, show)
}

pub(crate) fn hooks(context: &Context, args: &Args) -> Result<(), CliError> {
    let release = fetch(context, args)?;
    release
        .hooks
        .iter()
        .try_for_each(|hook| context.print(&format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest)))
}

pub(crate) fn manifest(context: &Context, args: &Args) -> Result<(), CliError> {
    context.println(&fetch(context, args)?.manifest)
}

pub(crate) fn notes(context: &Context, args: &Args) -> Result<(), CliError> {
    match fetch(context, args)?.info.notes {
        notes if notes.is_empty() => Ok(()),
        notes => context.print(&format!("NOTES:\n{notes}\n")),
    }
}

pub(crate) fn values(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let (name, revision, all) = (args.positional()[0].to_owned(), args.int("revision"), args.on("all"));
    let values = connect::run(context, false, None, |action| async move {
        get_values(&action, &name, revision, all).await
    })?;
    let value = if all { Value::Map(values) } else { printer::supplied_value(values) };
    match format {
        Format::Json => context.println(&String::from_utf8_lossy(&govalue::json::encode(&value).or_fail()?)),
        Format::Yaml => context.print(&yaml_of(&value)?),
        Format::Table => {
            context.println(if all { "COMPUTED VALUES:" } else { "USER-SUPPLIED VALUES:" })?;
            context.print(&yaml_of(&value)?)
        }
    }
}

pub(crate) fn metadata(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let (name, revision) = (args.positional()[0].to_owned(), args.int("revision"));
    let metadata =
        connect::run(
            context,
            false,
            None,
            |action| async move { get_metadata(&action, &name, revision).await },
        )?;
    format.print(context, &metadata, || Ok(metadata_table(context, &metadata)))
}

fn metadata_table(context: &Context, m: &ReleaseMetadata) -> String {
    let pairs = |map: &BTreeMap<String, String>| {
        map.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",")
    };
    let mut names: Vec<&str> = m.dependencies.iter().map(|d| d.name.as_str()).collect();
    names.sort_unstable();
    let mut lines = vec![
        format!("NAME: {}", m.name),
        format!("CHART: {}", m.chart),
        format!("VERSION: {}", m.version),
        format!("APP_VERSION: {}", m.app_version),
        format!("ANNOTATIONS: {}", pairs(&m.annotations)),
    ];
    if context.compat() == Compat::V4 {
        lines.push(format!("LABELS: {}", pairs(&m.labels)));
    }
    lines.push(format!("DEPENDENCIES: {}", names.join(",")));
    lines.push(format!("NAMESPACE: {}", m.namespace));
    lines.push(format!("REVISION: {}", m.revision));
    lines.push(format!("STATUS: {}", m.status));
    lines.push(format!("DEPLOYED_AT: {}", m.deployed_at));
    if context.compat() == Compat::V4 {
        let method = match m.apply_method.as_str() {
            "" => "client-side apply (defaulted)".to_owned(),
            "csa" => "client-side apply".to_owned(),
            "ssa" => "server-side apply".to_owned(),
            other => format!("unknown ({})", crate::text::quote(other)),
        };
        lines.push(format!("APPLY_METHOD: {method}"));
    }
    lines.join("\n") + "\n"
}

/// `--template`: the release under the field names of Helm's own structures.
fn from_template(context: &Context, template: &str, release: &Release) -> Result<(), CliError> {
    let functions = helm_render::functions(context.compat(), std::sync::Arc::new(crate::world::Machine));
    let mut set = TemplateSet::new(Options::default()).with_funcs(std::sync::Arc::new(functions));
    set.parse("_", template).or_fail()?;
    let data: Map = [("Release", Value::Map(fields(release)?))].into_iter().collect();
    let mut out = Vec::new();
    set.execute("_", &Value::Map(data), &mut out).or_fail()?;
    context.print(&String::from_utf8_lossy(&out))
}

fn fields(release: &Release) -> Result<Map, CliError> {
    let time =
        |t: &Option<helm_release::Time>| Value::str(t.map(|t| printer::go_time(&t)).unwrap_or_default());
    let info: Map = [
        ("FirstDeployed", time(&release.info.first_deployed)),
        ("LastDeployed", time(&release.info.last_deployed)),
        ("Deleted", time(&release.info.deleted)),
        ("Description", Value::str(release.info.description.as_str())),
        ("Status", Value::str(release.info.status.to_string())),
        ("Notes", Value::str(release.info.notes.as_str())),
    ]
    .into_iter()
    .collect();
    let hooks: govalue::List = release
        .hooks
        .iter()
        .map(|hook| {
            let map: Map = [
                ("Name", Value::str(hook.name.as_str())),
                ("Kind", Value::str(hook.kind.as_str())),
                ("Path", Value::str(hook.path.as_str())),
                ("Manifest", Value::str(hook.manifest.as_str())),
                ("Weight", Value::int(hook.weight)),
            ]
            .into_iter()
            .collect();
            Value::Map(map)
        })
        .collect();
    let chart = match &release.chart {
        Some(record) => record.metadata().or_fail()?,
        None => Default::default(),
    };
    let metadata: Map = [
        ("Name", Value::str(chart.name)),
        ("Version", Value::str(chart.version)),
        ("AppVersion", Value::str(chart.app_version)),
        ("Description", Value::str(chart.description)),
    ]
    .into_iter()
    .collect();
    let chart: Map = [("Metadata", Value::Map(metadata))].into_iter().collect();
    Ok([
        ("Name", Value::str(release.name.as_str())),
        ("Namespace", Value::str(release.namespace.as_str())),
        ("Version", Value::int(i64::from(release.version))),
        ("Manifest", Value::str(release.manifest.as_str())),
        ("Config", Value::Map(release.config_values().or_fail()?)),
        ("Info", Value::Map(info)),
        ("Chart", Value::Map(chart)),
        ("Hooks", Value::List(hooks)),
    ]
    .into_iter()
    .collect())
}
