//! `helm install`.

use helm_actions::{Conduct, DryRun, InstallRequest, install};

use crate::conduct;
use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::parse::Args;
use crate::printer::{self, Show};
use crate::request::name_and_chart;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    let conduct = conduct::conduct(context, args)?;
    let request = request(context, args, conduct, None).map_err(failed)?;
    let message = format!("Release {} has been cancelled.", args.positional()[0]);
    let release =
        connect::run(context, false, Some(message), |action| async move { install(&action, request).await })
            .map_err(failed)?;
    let show =
        Show { everything: context.settings.debug, hide_notes: args.on("hide-notes"), ..Show::default() };
    printer::release(context, format, &release, show)
}

fn failed(error: CliError) -> CliError {
    error.context("INSTALLATION FAILED")
}

/// What `install` and `template --dry-run=server` ask for.
pub(crate) fn request(
    context: &Context,
    args: &Args,
    conduct: Conduct,
    default_name: Option<&str>,
) -> Result<InstallRequest, CliError> {
    context.log.debug("Original chart version", &[("version", args.text("version"))]);
    let (name, reference) = name_and_chart(args, default_name)?;
    let path = crate::source::locate(context, args, &reference)?;
    let values = crate::values::merged(context, args)?;
    let chart = crate::values::load_installable(context, args, &path)?;
    Ok(InstallRequest {
        mode: conduct::install_mode(context, args)?,
        create_namespace: args.on("create-namespace"),
        replace: args.on("replace"),
        take_ownership: args.on("take-ownership"),
        skip_crds: args.on("skip-crds"),
        on_failure: conduct::on_failure(args),
        labels: conduct::labels(args),
        rendering: conduct::rendering(context, args)?,
        conduct,
        ..InstallRequest::new(&name, chart, values)
    })
}

/// `helm template --dry-run=server`: what an install on this cluster would send.
pub(crate) fn template_on_server(context: &Context, args: &Args) -> Result<(), CliError> {
    let conduct = Conduct { dry_run: DryRun::Server, ..Conduct::default() };
    let mut request = request(context, args, conduct, Some("release-name"))?;
    // The name need not be free: nothing is installed under it.
    request.replace = true;
    let include_crds = args.on("include-crds");
    let chart = request.chart.clone();
    let name = request.name.clone();
    let release =
        connect::run(context, false, None, |action| async move { install(&action, request).await })?;
    let mut objects = Vec::new();
    if include_crds {
        objects.extend(chart.crds().iter().map(|c| (c.filename.clone(), c.file.data.to_string())));
    }
    for document in helm_release::manifest::split(&release.manifest, context.compat()) {
        let (source, text) = document.split_once('\n').unwrap_or(("", document));
        let path = source.strip_prefix("# Source: ").unwrap_or_default();
        objects.push((path.to_owned(), text.to_owned()));
    }
    let output =
        helm_actions::template::TemplateOutput { objects, hooks: release.hooks, ..Default::default() };
    super::template::print(context, args, &name, output)
}
