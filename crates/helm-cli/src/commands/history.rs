//! `helm history`.

use helm_actions::history;
use helm_chart::Compat;
use helm_release::{Release, Summary};
use serde::Serialize;

use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{ansi_c, rows};

/// One revision as `-o json` shows it.
#[derive(Serialize)]
struct Entry {
    revision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    status: String,
    chart: String,
    app_version: String,
    #[serde(skip_serializing_if = "is_zero")]
    rollback_revision: u32,
    description: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let name = args.positional()[0].to_owned();
    let mut releases =
        connect::run(context, false, None, |action| async move { history(&action, &name).await })?;
    let max = usize::try_from(args.int("max")).unwrap_or(0);
    // Of many revisions the newest are shown, the oldest of them first.
    releases.drain(..releases.len().saturating_sub(max));
    let entries: Vec<Entry> = releases.iter().map(|r| entry(context, r)).collect();
    let with_rollback = args.on("show-rollback-revision");
    format.print(context, &entries, || Ok(table(&releases, &entries, with_rollback)))
}

fn entry(context: &Context, release: &Release) -> Entry {
    let summary = Summary::from(release);
    let (chart, app_version) = super::list::chart_columns(&summary);
    Entry {
        revision: release.version,
        updated: release.info.last_deployed.map(|t| t.to_string()),
        status: release.info.status.to_string(),
        chart,
        app_version,
        rollback_revision: if context.compat() == Compat::V4 { release.info.rollback_revision } else { 0 },
        description: release.info.description.clone(),
    }
}

fn table(releases: &[Release], entries: &[Entry], with_rollback: bool) -> String {
    let mut header = vec!["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
    if with_rollback {
        header.push("ROLLBACK");
    }
    header.push("DESCRIPTION");
    let row = |(release, entry): (&Release, &Entry)| {
        let updated =
            release.info.last_deployed.as_ref().map_or_else(|| "Mon Jan  1 00:00:00 0001".to_owned(), ansi_c);
        let mut cells = vec![
            entry.revision.to_string(),
            updated,
            entry.status.clone(),
            entry.chart.clone(),
            entry.app_version.clone(),
        ];
        if with_rollback {
            cells.push(if entry.rollback_revision > 0 {
                entry.rollback_revision.to_string()
            } else {
                String::new()
            });
        }
        cells.push(entry.description.clone());
        cells
    };
    rows(&header, releases.iter().zip(entries).map(row).collect())
}
