//! `helm upgrade`.

use helm_actions::{Existence, ReuseValues, UpgradeRequest, existence, install, upgrade};

use crate::conduct;
use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{self, Show};

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let conduct = conduct::conduct(context, args)?;
    let [name, reference] = args.positional()[..] else {
        return Err(CliError::usage("\"helm upgrade\" requires 2 arguments"));
    };
    let existence = match args.on("install") {
        true => connect::run(context, false, None, |action| async move { existence(&action, name).await })?,
        false => Existence::Present,
    };
    let path = crate::source::locate(context, args, reference)?;
    let values = crate::values::merged(context, args)?;
    let chart = match existence {
        Existence::Present => crate::values::load_complete(context, args, &path, false)?,
        _ => crate::values::load_installable(context, args, &path)?,
    };
    let request = UpgradeRequest {
        reuse: reuse(args),
        apply: conduct::apply_choice(context, args)?,
        take_ownership: args.on("take-ownership"),
        skip_crds: args.on("skip-crds"),
        max_history: conduct::max_history(context, args),
        cleanup_on_fail: args.on("cleanup-on-fail"),
        on_failure: conduct::on_failure(args),
        labels: conduct::labels(args),
        rendering: conduct::rendering(context, args)?,
        conduct,
        ..UpgradeRequest::new(name, chart, values)
    };
    let message = format!("Release {name} has been cancelled.");
    let create_namespace = args.on("create-namespace");
    let release = connect::run(context, false, Some(message), |action| async move {
        match existence {
            Existence::Present => upgrade(&action, request).await,
            _ => install(&action, request.into_install(create_namespace, existence)).await,
        }
    });
    let installed = existence != Existence::Present;
    let release = release.map_err(|e| if installed { e } else { e.context("UPGRADE FAILED") })?;
    // A release that was installed instead needs no word of an upgrade.
    if format == Format::Table && !installed {
        context
            .println(&format!("Release {} has been upgraded. Happy Helming!", crate::text::quote(name)))?;
    }
    let show =
        Show { everything: context.settings.debug, hide_notes: args.on("hide-notes"), ..Show::default() };
    printer::release(context, format, &release, show)
}

/// Which values of the last revision are taken over; `--reset-values` wins over the others, as in Helm.
fn reuse(args: &Args) -> ReuseValues {
    if args.on("reset-values") {
        ReuseValues::Never
    } else if args.on("reuse-values") {
        ReuseValues::Always
    } else if args.on("reset-then-reuse-values") {
        ReuseValues::OverNewDefaults
    } else {
        ReuseValues::IfNoneGiven
    }
}
