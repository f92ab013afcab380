//! `helm search hub|repo`.

use helm_source::search::{Found, HubChart, Search, hub, repositories, version_range};
use serde::Serialize;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{Flag, OUTPUT};
use crate::output::{Format, table_within};
use crate::parse::Args;
use crate::source;

/// The group and its commands.
pub(crate) const COMMAND: Command = Command {
    name: "search",
    usage: "search [keyword]",
    short: "look for charts",
    long: "Looks for charts: in the repositories that were added, or in Artifact Hub.",
    arity: Arity::Any,
    subcommands: &[HUB, REPO],
    ..BLANK
};

const MAX_COL_WIDTH: Flag =
    Flag::uint("max-col-width", 50, "where columns of the table are cut off; 0 for nowhere");
const FAIL_ON_NO_RESULT: Flag = Flag::switch("fail-on-no-result", "fail when nothing is found");

const HUB: Command = Command {
    name: "hub",
    usage: "hub [KEYWORD]",
    short: "look for charts in Artifact Hub or a hub of your own",
    long: "Asks Artifact Hub, or another hub with Monocular's interface, for charts.",
    arity: Arity::Any,
    flags: &[&[
        Flag::text("endpoint", "https://hub.helm.sh", "address of the hub"),
        FAIL_ON_NO_RESULT,
        Flag::switch("list-repo-url", "print the addresses of the repositories"),
        MAX_COL_WIDTH,
        OUTPUT,
    ]],
    run: Some(search_hub),
    ..BLANK
};

const REPO: Command = Command {
    name: "repo",
    usage: "repo [keyword]",
    short: "look for charts in the repositories that were added",
    long: "Looks for charts in the indexes that 'helm repo update' fetched: names, descriptions and keywords. Shown is the \
           newest stable version of each, with --devel of any kind, with --version in a range.",
    arity: Arity::Any,
    flags: &[&[
        Flag::switch("devel", "take development versions too: the same as --version '>0.0.0-0'"),
        FAIL_ON_NO_RESULT,
        MAX_COL_WIDTH,
        OUTPUT,
        Flag::switch("regexp", "take the keyword as a regular expression").short('r'),
        Flag::text("version", "", "version range that counts"),
        Flag::switch("versions", "show every version, each on a line of its own").short('l'),
    ]],
    run: Some(search_repo),
    ..BLANK
};

fn search_repo(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args)?;
    context.log.debug("original chart version", &[("version", args.text("version"))]);
    let search = Search {
        term: args.positional().join(" "),
        regexp: args.on("regexp"),
        versions: args.on("versions"),
        version: version_range(args.text("version"), args.on("devel")).to_owned(),
    };
    let found = repositories(&source::sources(context), &search).or_fail()?;
    let header = ["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
    let row =
        |f: &Found| vec![f.name.clone(), f.version.clone(), f.app_version.clone(), f.description.clone()];
    print(context, args, format, &found, &header, row)
}

fn search_hub(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args)?;
    let sources = source::sources(context);
    let (endpoint, term) = (args.text("endpoint"), args.positional().join(" "));
    let found: Vec<HubChart> = source::run_plain(context, async { hub(&sources, endpoint, &term).await })?;
    let mut header = vec!["URL", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
    let with_repositories = args.on("list-repo-url");
    if with_repositories {
        header.push("REPO URL");
    }
    let row = |f: &HubChart| {
        let mut row = vec![f.url.clone(), f.version.clone(), f.app_version.clone(), f.description.clone()];
        row.extend(with_repositories.then(|| f.repository.url.clone()));
        row
    };
    print(context, args, format, &found, &header, row)
}

/// Prints what was found; without anything, a word for people or an error for those who want one.
fn print<T: Serialize>(
    context: &Context,
    args: &Args,
    format: Format,
    found: &[T],
    header: &[&str],
    row: impl Fn(&T) -> Vec<String>,
) -> Result<(), CliError> {
    if found.is_empty() && args.on("fail-on-no-result") {
        return Err(CliError::new("no results found"));
    }
    format.print(context, found, || {
        if found.is_empty() {
            return Ok("No results found\n".to_owned());
        }
        let header = header.iter().map(|h| (*h).to_owned()).collect();
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(found.iter().map(row)).collect();
        Ok(table_within(&rows, usize::try_from(args.uint("max-col-width")).unwrap_or(usize::MAX)))
    })
}
