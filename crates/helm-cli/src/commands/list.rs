//! `helm list`.

use helm_actions::{ListRequest, SortBy, list};
use helm_chart::Compat;
use helm_release::{Status, Summary};
use serde::Serialize;

use crate::connect;
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{go_time, rows};

/// One release as `-o json` shows it.
#[derive(Serialize)]
struct Entry {
    name: String,
    namespace: String,
    revision: String,
    updated: String,
    status: String,
    chart: String,
    app_version: String,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let request = ListRequest {
        filter: args.text("filter").to_owned(),
        selector: args.text("selector").to_owned(),
        states: states(context, args),
        sort: if args.on("date") { SortBy::Date } else { SortBy::Name },
        reverse: args.on("reverse"),
        offset: usize::try_from(args.int("offset")).unwrap_or(0),
        max: usize::try_from(args.int("max")).unwrap_or(0),
    };
    let everywhere = args.on("all-namespaces");
    let found =
        connect::run(context, everywhere, None, |action| async move { list(&action, &request).await })?;
    if args.on("short") {
        let names: Vec<&str> = found.iter().map(|s| s.name.as_str()).collect();
        return format.print(context, &names, || Ok(names.iter().map(|n| format!("{n}\n")).collect()));
    }
    let layout = args.text_if_given("time-format");
    let entries = found.iter().map(|s| entry(s, layout)).collect::<Result<Vec<_>, _>>()?;
    format.print(context, &entries, || Ok(table(context, &found, &entries, args.on("no-headers"))))
}

/// The states that flags name; without any, Helm 3 shows what is deployed or failed and Helm 4 everything.
fn states(context: &Context, args: &Args) -> Vec<Status> {
    let flags: [(&str, &[Status]); 6] = [
        ("deployed", &[Status::Deployed]),
        ("uninstalled", &[Status::Uninstalled]),
        ("uninstalling", &[Status::Uninstalling]),
        ("pending", &[Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback]),
        ("failed", &[Status::Failed]),
        ("superseded", &[Status::Superseded]),
    ];
    let chosen: Vec<Status> = flags
        .iter()
        .filter(|(flag, _)| args.on(flag))
        .flat_map(|(_, states)| states.iter().cloned())
        .collect();
    if context.compat() == Compat::V3 && args.on("all") {
        return Vec::new();
    }
    match (chosen.is_empty(), context.compat()) {
        (true, Compat::V3) => vec![Status::Deployed, Status::Failed],
        _ => chosen,
    }
}

/// What stands in the columns for the chart.
pub(crate) fn chart_columns(summary: &Summary) -> (String, String) {
    match summary.chart_name.is_empty() && summary.chart_version.is_empty() {
        // Seen in the wild: a record without a chart.
        true => ("MISSING".to_owned(), "MISSING".to_owned()),
        false => (format!("{}-{}", summary.chart_name, summary.chart_version), summary.app_version.clone()),
    }
}

fn entry(summary: &Summary, layout: Option<&str>) -> Result<Entry, CliError> {
    let (chart, app_version) = chart_columns(summary);
    let updated = match (&summary.last_deployed, layout) {
        (None, _) => "-".to_owned(),
        (Some(time), None) => go_time(time),
        (Some(time), Some(layout)) => {
            let text = time.to_string();
            govalue::time::parse("2006-01-02T15:04:05.999999999Z07:00", &text).or_fail()?.format(layout)
        }
    };
    Ok(Entry {
        name: summary.name.clone(),
        namespace: summary.namespace.clone(),
        revision: summary.version.to_string(),
        updated,
        status: summary.status.to_string(),
        chart,
        app_version,
    })
}

fn table(context: &Context, found: &[Summary], entries: &[Entry], no_headers: bool) -> String {
    let palette = context.palette;
    let row = |(s, e): (&Summary, &Entry)| {
        vec![
            e.name.clone(),
            palette.namespace(&e.namespace),
            e.revision.clone(),
            e.updated.clone(),
            palette.status(&s.status),
            e.chart.clone(),
            e.app_version.clone(),
        ]
    };
    let cells: Vec<Vec<String>> = found.iter().zip(entries).map(row).collect();
    if no_headers {
        return crate::output::table(&cells);
    }
    let header = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]
        .map(|h| palette.header(h));
    rows(&header.each_ref().map(String::as_str), cells)
}
