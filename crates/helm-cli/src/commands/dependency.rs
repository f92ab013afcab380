//! `helm dependency list|build|update`.

use helm_source::dependency::{self, clean_path};

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::Flag;
use crate::output::table_within;
use crate::parse::Args;

/// The group and its commands.
pub(crate) const COMMAND: Command = Command {
    name: "dependency",
    aliases: &["dep", "dependencies"],
    usage: "dependency update|build|list",
    short: "manage the charts that a chart needs",
    long: "Manages the charts that a chart needs: those that its Chart.yaml names under 'dependencies', each with \
           name, version or version range, and repository. A repository is the address of a chart repository, the \
           name of a configured one ('@name' or 'alias:name'), a registry ('oci://...') or a folder ('file://...'); \
           without one the chart lies in 'charts/' already.",
    arity: Arity::Any,
    subcommands: &[LIST],
    ..BLANK
};

const LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    usage: "list CHART",
    short: "print what a chart needs and what of it is there",
    long: "Prints the dependencies of a chart, a folder or an archive, and how each one stands in 'charts/'.",
    arity: Arity::AtMost(1),
    flags: &[&[Flag::uint("max-col-width", 80, "where columns of the table are cut off; 0 for nowhere")]],
    run: Some(list),
    ..BLANK
};

/// The chart that is meant: the current folder unless another one is named.
fn chart(args: &Args) -> String {
    clean_path(args.positional().first().copied().unwrap_or("."))
}

fn list(context: &Context, args: &Args) -> Result<(), CliError> {
    let mut warnings = Vec::new();
    let listing = dependency::list(&chart(args), context.compat(), &mut warnings);
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    let listing = listing.or_fail()?;
    let Some(dependencies) = listing.dependencies else {
        return context.println(&format!("WARNING: no dependencies at {}", listing.folder));
    };
    let header = ["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec();
    let rows = dependencies.into_iter().map(|(dependency, status)| {
        vec![dependency.name, dependency.version, dependency.repository, status.to_string()]
    });
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    let max = usize::try_from(args.uint("max-col-width")).unwrap_or(usize::MAX);
    context.println(&table_within(&rows, max))?;
    listing.strays.iter().try_for_each(|stray| context.println(&stray.to_string()))
}
