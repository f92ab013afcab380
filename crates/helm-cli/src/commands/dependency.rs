//! `helm dependency list|build|update`.

use std::io::IsTerminal;
use std::time::Duration;

use helm_chart::Time;
use helm_source::Verify;
use helm_source::dependency::{self, Event, Request, clean_path};
use indicatif::{ProgressBar, ProgressStyle};

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{
    CA_FILE, CERT_FILE, Flag, INSECURE_SKIP_TLS_VERIFY, KEY_FILE, KEYRING, PASSWORD, USERNAME,
};
use crate::output::table_within;
use crate::parse::Args;
use crate::source;

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
    subcommands: &[BUILD, LIST, UPDATE],
    ..BLANK
};

/// How registries are spoken to where dependencies are fetched.
pub(crate) const REGISTRY: &[Flag] = &[
    CA_FILE,
    CERT_FILE,
    INSECURE_SKIP_TLS_VERIFY,
    KEY_FILE,
    PASSWORD,
    Flag::switch("plain-http", "speak to registries without TLS"),
    USERNAME,
];

const FETCH: &[Flag] = &[
    KEYRING,
    Flag::switch("skip-refresh", "use the indexes of repositories as they are in the cache"),
    Flag::switch("verify", "check the signatures of the charts"),
];

const BUILD: Command = Command {
    name: "build",
    usage: "build CHART",
    short: "fetch the charts of the lock file",
    long: "Fetches the charts that Chart.lock names into 'charts/'. Without a lock file this is the same as 'helm \
           dependency update'.",
    arity: Arity::AtMost(1),
    flags: &[REGISTRY, FETCH],
    run: Some(build),
    ..BLANK
};

const UPDATE: Command = Command {
    name: "update",
    aliases: &["up"],
    usage: "update CHART",
    short: "choose the newest charts that fit and fetch them",
    long: "Chooses for each dependency in Chart.yaml the newest version that fits, fetches the charts into 'charts/', \
           removes other versions from there, and writes Chart.lock. Charts that lie there as folders stay.",
    arity: Arity::AtMost(1),
    flags: &[REGISTRY, FETCH],
    run: Some(update),
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

fn build(context: &Context, args: &Args) -> Result<(), CliError> {
    let verify = if args.on("verify") { Verify::IfPossible } else { Verify::Never };
    fetch(context, args, &Fetch { verb: Verb::Build, chart: &chart(args), verify, quiet: false })
}

fn update(context: &Context, args: &Args) -> Result<(), CliError> {
    let verify = if args.on("verify") { Verify::Always } else { Verify::Never };
    fetch(context, args, &Fetch { verb: Verb::Update, chart: &chart(args), verify, quiet: false })
}

/// Brings the dependencies of a chart up to date for another verb (`--dependency-update`); `quiet` for a verb whose
/// output is its result alone.
pub(crate) fn update_for(
    context: &Context,
    args: &Args,
    chart: &std::path::Path,
    quiet: bool,
) -> Result<(), CliError> {
    let chart = chart.to_string_lossy();
    fetch(context, args, &Fetch { verb: Verb::Update, chart: &chart, verify: Verify::Never, quiet })
}

enum Verb {
    Build,
    Update,
}

struct Fetch<'a> {
    verb: Verb,
    chart: &'a str,
    verify: Verify,
    quiet: bool,
}

fn fetch(context: &Context, args: &Args, fetch: &Fetch<'_>) -> Result<(), CliError> {
    let epoch = super::package::source_date_epoch(context.compat())?;
    let sources = source::sources(context);
    let request = Request {
        sources: &sources,
        chart: fetch.chart,
        registry: &source::access(args),
        skip_refresh: args.on("skip-refresh"),
        verify: fetch.verify,
        keyring: &source::keyring(context, args),
        debug: context.settings.debug,
        now: now(),
        epoch: epoch.map(|seconds| Time::from_unix(seconds, 0)),
    };
    let mut report = Report { context, quiet: fetch.quiet, bar: None, failed: None };
    let mut observer = |event: Event<'_>| report.event(&event);
    let outcome = source::run_plain(context, async {
        match fetch.verb {
            Verb::Build => dependency::build(&request, &mut observer).await,
            Verb::Update => dependency::update(&request, &mut observer).await,
        }
    });
    report.end();
    report.failed.map_or(outcome, Err)
}

/// The time with the machine's offset, as Helm writes it into lock files.
fn now() -> Time {
    let text = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    text.parse().unwrap_or_default()
}

/// Prints what happens, and how far downloads are to a terminal.
struct Report<'a> {
    context: &'a Context,
    quiet: bool,
    bar: Option<ProgressBar>,
    /// Why nothing can be printed any more.
    failed: Option<CliError>,
}

impl Report<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Warning(warning) => self.context.log.chart_warning(warning),
            Event::Progress { done, total } => self.progress(*done, *total),
            _ if self.quiet || self.failed.is_some() => {}
            line => {
                let print = || self.context.println(&line.to_string()).and_then(|()| self.context.flush());
                let printed = match &self.bar {
                    Some(bar) => bar.suspend(print),
                    None => print(),
                };
                self.failed = printed.err();
            }
        }
    }

    /// Takes the bar away.
    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn progress(&mut self, done: usize, total: usize) {
        if done == total {
            return self.end();
        }
        if self.bar.is_none() && std::io::stderr().is_terminal() && !self.context.settings.dumb_terminal {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} charts, {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(total as u64).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
        }
    }
}
