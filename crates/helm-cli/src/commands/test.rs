//! `helm test`.

use helm_actions::{TestRequest, test};
use helm_chart::Compat;

use crate::conduct;
use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{self, Show};

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let mut request = TestRequest {
        logs: args.on("logs"),
        timeout: conduct::timeout(args),
        ..TestRequest::new(args.positional()[0])
    };
    for filter in args.all("filter") {
        if let Some(name) = filter.strip_prefix("name=") {
            request.include.push(name.to_owned());
        } else if let Some(name) =
            filter.strip_prefix('!').map(str::trim_start).and_then(|f| f.strip_prefix("name="))
        {
            request.exclude.push(name.to_owned());
        }
    }
    let logs = request.logs;
    let tested = connect::run(context, false, None, |action| async move { test(&action, &request).await })?;
    let show = Show {
        everything: context.settings.debug,
        hide_notes: context.compat() == Compat::V4 || args.on("hide-notes"),
        ..Show::default()
    };
    printer::release(context, Format::Table, &tested.release, show)?;
    if logs {
        context.println("")?;
        context.print(&String::from_utf8_lossy(&tested.logs))?;
    }
    if tested.errors.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = tested.errors.iter().map(ToString::to_string).collect();
    Err(CliError::new(texts.join("\n")))
}
