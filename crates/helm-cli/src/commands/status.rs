//! `helm status`.

use helm_actions::status;
use helm_chart::Compat;

use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{self, Show};

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let (name, revision) = (args.positional()[0].to_owned(), args.int("revision"));
    let tables = format == Format::Table;
    let mut status = connect::run(context, false, None, |action| async move {
        status(&action, &name, revision, tables).await
    })?;
    // The chart is no part of a status.
    status.release.chart = None;
    if context.compat() == Compat::V3 && !args.on("show-resources") {
        status.release.info.resources = None;
        status.tables.clear();
    }
    printer::release(
        context,
        format,
        &status.release,
        Show { tables: &status.tables, description: args.on("show-desc"), ..Show::default() },
    )
}
