//! `helm search hub|repo`.

use helm_source::oci::{self, ChartVersion, Reference, is_oci};
use helm_source::search::{Found, HubChart, Search, hub, repositories, version_range};
use serde::Serialize;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{Flag, INSECURE_SKIP_TLS_VERIFY, OUTPUT, PASSWORD, REGISTRY, USERNAME};
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
           newest stable version of each, with --devel of any kind, with --version in a range. An oci:// reference \
           instead of a keyword shows the charts of a repository in a registry.",
    arity: Arity::Any,
    flags: &[
        &[
            Flag::switch("devel", "take development versions too: the same as --version '>0.0.0-0'"),
            FAIL_ON_NO_RESULT,
            MAX_COL_WIDTH,
            OUTPUT,
            Flag::switch("regexp", "take the keyword as a regular expression").short('r'),
            Flag::text("version", "", "version range that counts"),
            Flag::switch("versions", "show every version, each on a line of its own").short('l'),
            INSECURE_SKIP_TLS_VERIFY,
            PASSWORD,
            USERNAME,
        ],
        REGISTRY,
    ],
    run: Some(search_repo),
    ..BLANK
};

fn search_repo(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    context.log.debug("original chart version", &[("version", args.text("version"))]);
    let search = Search {
        term: args.positional().join(" "),
        regexp: args.on("regexp"),
        versions: args.on("versions"),
        version: version_range(args.text("version"), args.on("devel")).to_owned(),
    };
    let found = match args.positional()[..] {
        [reference] if is_oci(reference) => search_registry(context, args, reference)?,
        _ => repositories(&source::sources(context), &search).or_fail()?,
    };
    let header = ["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
    let row =
        |f: &Found| vec![f.name.clone(), f.version.clone(), f.app_version.clone(), f.description.clone()];
    print(context, args, format, &found, &header, row)
}

/// The charts of one repository in a registry: registries cannot be searched by words.
fn search_registry(context: &Context, args: &Args, reference: &str) -> Result<Vec<Found>, CliError> {
    let version = match args.text("version") {
        "" if args.on("devel") => ">0.0.0-0",
        // Without a range all versions are listed that an installation could take.
        version => version,
    };
    let sources = source::sources(context);
    let access = source::access(args);
    let repository = Reference::parse(reference).or_fail()?;
    if repository.tag.is_some() || repository.digest.is_some() {
        return Err(CliError::new("a registry is searched by repository: leave tag and digest out"));
    }
    let found = source::run(context, async {
        let session = oci::session(&sources, &access)?;
        session.charts(&repository, version, args.on("versions")).await
    })?;
    let name = format!("{}{repository}", oci::SCHEME);
    let shown = |chart: ChartVersion| Found {
        name: name.clone(),
        version: chart.version,
        app_version: chart.metadata.app_version,
        description: chart.metadata.description,
    };
    Ok(found.into_iter().map(shown).collect())
}

fn search_hub(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
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
