//! `helm pull`: a chart into a folder.

use std::path::{Path, PathBuf};

use helm_source::{Downloaded, Query, Verify, download};

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{CHART_SOURCE, Flag};
use crate::parse::Args;
use crate::source;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "pull",
    aliases: &["fetch"],
    usage: "pull [chart URL | repo/chartname] [...]",
    short: "fetch charts into a folder",
    long: "Fetches packaged charts, and with --untar unpacks them. With --verify a chart must have a good signature, or \
           nothing is written.",
    arity: Arity::AtLeast(1),
    flags: &[
        &[
            Flag::text("destination", ".", "folder to write the chart to").short('d'),
            Flag::switch("prov", "fetch the signature too, without checking it"),
            Flag::switch("untar", "unpack the chart"),
            Flag::text("untardir", ".", "with --untar, folder to unpack to, beneath the destination"),
        ],
        CHART_SOURCE,
    ],
    run: Some(run),
    ..BLANK
};

fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let mut query = source::query(context, args);
    if query.verify == Verify::Never && args.on("prov") {
        query.verify = Verify::Later;
    }
    for reference in args.positional() {
        pull(context, args, reference, &query)?;
    }
    Ok(())
}

fn pull(context: &Context, args: &Args, reference: &str, query: &Query) -> Result<(), CliError> {
    let destination = Path::new(args.text("destination"));
    if !args.on("untar") {
        let fetched = fetch(context, reference, query, destination)?;
        return report(context, &fetched);
    }
    let folder = tempfile::Builder::new()
        .prefix("helm-")
        .tempdir()
        .map_err(|e| CliError::new(format!("failed to untar: {}", crate::text::io_error(&e))))?;
    let fetched = fetch(context, reference, query, folder.path())?;
    let target = untar_folder(args, reference)?;
    let data = std::fs::read(&fetched.path)
        .map_err(|e| CliError::new(crate::text::path_error("open", &fetched.path, &e)))?;
    helm_chart::archive::expand(&data, &target, context.compat()).or_fail()?;
    report(context, &fetched)
}

fn fetch(context: &Context, reference: &str, query: &Query, folder: &Path) -> Result<Downloaded, CliError> {
    let sources = source::sources(context);
    source::run(context, async { download(&sources, reference, query, folder).await })
}

/// What Helm says of a chart that it fetched: what is missing, who signed it.
fn report(context: &Context, fetched: &Downloaded) -> Result<(), CliError> {
    for message in &fetched.messages {
        context.println(message)?;
    }
    match &fetched.verification {
        Some(verification) => super::verify::print(context, verification),
        None => Ok(()),
    }
}

/// The folder to unpack to; Helm makes the folder that it takes to be the chart's, and refuses one that is there.
fn untar_folder(args: &Args, reference: &str) -> Result<PathBuf, CliError> {
    let destination = Path::new(args.text("destination"));
    let folder = Path::new(args.text("untardir"));
    let folder = if folder.is_absolute() { folder.to_path_buf() } else { go_join(destination, folder) };
    let name = reference.rsplit('/').next().unwrap_or_default();
    let own = if folder == Path::new(".") { PathBuf::from(name) } else { go_join(&folder, Path::new(name)) };
    if own.exists() {
        return Err(CliError::new(format!(
            "failed to untar: a file or directory with the name {} already exists",
            own.display()
        )));
    }
    std::fs::create_dir_all(&own).map_err(|e| {
        CliError::new(format!("failed to untar (mkdir): {}", crate::text::path_error("mkdir", &own, &e)))
    })?;
    Ok(folder)
}

/// Go's `filepath.Join`: cleaned.
fn go_join(folder: &Path, more: &Path) -> PathBuf {
    PathBuf::from(helm_source::dependency::clean_path(&folder.join(more).to_string_lossy()))
}
