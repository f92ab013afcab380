//! Values from the command line, and the chart that they go to.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use govalue::Map;
use helm_chart::{Chart, Compat, values};
use helm_source::http::{Access, Client, Fetch};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

/// Merges what `-f`, `--set` and their relatives say.
pub(crate) fn merged(context: &Context, args: &Args) -> Result<Map, CliError> {
    options(args).merge(context.compat(), &mut |name| read_file(context, name)).or_fail()
}

/// What `-f`, `--set` and their relatives say.
pub(crate) fn options(args: &Args) -> values::Options {
    values::Options {
        files: args.all("values"),
        json: args.all("set-json"),
        set: args.all("set"),
        strings: args.all("set-string"),
        file_contents: args.all("set-file"),
        literals: args.all("set-literal"),
    }
}

/// What is read of a values file at most, in bytes, when it comes from a server.
const DOWNLOAD_LIMIT: u64 = 100 << 20;
/// How long a server may take to give a values file, as long as in Helm.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// Reads each file once, so that standard input and servers are asked once only.
pub(crate) struct Files<'c> {
    context: &'c Context,
    read: HashMap<String, Vec<u8>>,
}

impl<'c> Files<'c> {
    pub(crate) fn new(context: &'c Context) -> Files<'c> {
        Files { context, read: HashMap::new() }
    }

    /// As [`read_file`].
    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        if let Some(data) = self.read.get(name) {
            return Ok(data.clone());
        }
        let data = read_file(self.context, name)?;
        self.read.insert(name.to_owned(), data.clone());
        Ok(data)
    }
}

/// A file that `-f` or `--set-file` names: standard input for `-`, a URL, or a path. Nothing but a URL that needs it
/// starts a runtime.
pub(crate) fn read_file(context: &Context, name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        let mut data = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut data);
        return read.map(|_| data).map_err(|e| format!("read /dev/stdin: {}", crate::text::io_error(&e)));
    }
    // As in Helm, what is no URL is no name of a file either.
    let url = gonet::Url::parse(name).map_err(|e| e.to_string())?;
    let client = crate::source::client(context);
    if client.speaks(&url.scheme) {
        return download(context, client, url).map_err(|e| e.to_string());
    }
    helm_chart::dir::read_named(Path::new(name), DOWNLOAD_LIMIT).map_err(|e| {
        let operation = if e.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        crate::text::path_error(operation, Path::new(name), &e)
    })
}

fn download(context: &Context, client: Client, url: gonet::Url) -> Result<Vec<u8>, CliError> {
    crate::source::run(context, async move {
        let access = Access { timeout: Some(DOWNLOAD_TIMEOUT), ..Access::default() };
        let fetch = Fetch {
            url: &url,
            owner: &url,
            access: &access,
            accept: "",
            known: None,
            compressed: false,
            limit: DOWNLOAD_LIMIT,
        };
        client.fetch_bytes(fetch).await
    })
}

/// Loads the chart at a path, with what loading remarked on stderr.
pub(crate) fn load_chart(context: &Context, path: &Path) -> Result<Arc<Chart>, CliError> {
    context.log.debug("Chart path", &[("path", &path.to_string_lossy())]);
    let mut warnings = Vec::new();
    let chart = helm_chart::load(path, context.compat(), &mut warnings);
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    Ok(Arc::new(chart.or_fail()?))
}

/// As [`load_chart`], and refuses a chart with missing dependencies unless they are to be fetched; `quiet` for a verb
/// whose output is its result alone.
pub(crate) fn load_complete(
    context: &Context,
    args: &Args,
    path: &Path,
    quiet: bool,
) -> Result<Arc<Chart>, CliError> {
    let chart = load_chart(context, path)?;
    let chart = completed(context, args, path, chart, quiet)?;
    warn_if_deprecated(context, &chart);
    Ok(chart)
}

/// As [`load_complete`], and refuses what cannot be installed: libraries.
pub(crate) fn load_installable(context: &Context, args: &Args, path: &Path) -> Result<Arc<Chart>, CliError> {
    let chart = load_chart(context, path)?;
    if !matches!(chart.metadata.chart_type.as_str(), "" | "application") {
        return Err(CliError::new(format!("{} charts are not installable", chart.metadata.chart_type)));
    }
    warn_if_deprecated(context, &chart);
    let chart = completed(context, args, path, chart, false)?;
    // Helm 3 does not know the format and takes such a chart for one of its own.
    if context.compat() >= Compat::V4 && chart.metadata.is_experimental() {
        return Err(CliError::new("invalid chart apiVersion"));
    }
    Ok(chart)
}

/// The chart with the charts it needs; with `--dependency-update` those that are missing are fetched.
fn completed(
    context: &Context,
    args: &Args,
    path: &Path,
    chart: Arc<Chart>,
    quiet: bool,
) -> Result<Arc<Chart>, CliError> {
    if !chart.metadata.dependencies.is_empty() {
        crate::commands::package::source_date_epoch(context.compat())?;
    }
    let Err(missing) = check_dependencies(context.compat(), &chart) else { return Ok(chart) };
    if !args.on("dependency-update") {
        let (first, quote) = if context.compat() == Compat::V3 { ("An", '`') } else { ("an", '\'') };
        return Err(missing.context(&format!(
            "{first} error occurred while checking for chart dependencies. You may need to run {quote}helm dependency \
             build{quote} to fetch missing dependencies"
        )));
    }
    crate::commands::dependency::update_for(context, args, path, quiet)?;
    load_chart(context, path).map_err(|e| e.context("failed reloading chart after repo update"))
}

fn warn_if_deprecated(context: &Context, chart: &Chart) {
    if chart.metadata.deprecated {
        let text = match context.compat() {
            Compat::V3 => "This chart is deprecated",
            Compat::V4 => "this chart is deprecated",
        };
        context.log.warn(text, &[]);
    }
}

/// Helm's `CheckDependencies`: what `Chart.yaml` asks for must be in `charts/`.
pub(crate) fn check_dependencies(compat: Compat, chart: &Chart) -> Result<(), CliError> {
    // Helm makes room for as many entries as there are subcharts, and trips over those that stay empty.
    let has_gap = chart.dependencies.len() > chart.metadata.dependencies.len();
    if compat >= Compat::V4 && chart.metadata.is_experimental() && has_gap {
        return Err(CliError::new("unsupported chart dependency type"));
    }
    let missing: Vec<&str> = chart
        .metadata
        .dependencies
        .iter()
        .filter(|d| !chart.dependencies.iter().any(|c| c.name() == d.name))
        .map(|d| d.name.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    Err(CliError::new(format!("found in Chart.yaml, but missing in charts/ directory: {names}")))
}
