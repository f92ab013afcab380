//! `helm lint`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use helm_actions::lint::{LintRequest, Linted, Severity, lint};
use helm_chart::Compat;
use helm_render::{KubeVersion, LintNote, Offline};

use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;
use crate::world::Machine;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let given = args.positional();
    let mut paths: Vec<PathBuf> = given.iter().map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let kube_version = match args.text_if_given("kube-version") {
        Some(text) => Some(
            KubeVersion::parse(text, context.compat())
                .map_err(|e| CliError::usage(format!("invalid kube version '{text}': {e}")))?,
        ),
        None => None,
    };
    if args.on("with-subcharts") {
        for path in paths.clone() {
            find_subcharts(&path.join("charts"), &mut paths);
        }
    }
    let values = crate::values::merged(context, args)?;
    let namespace = context.settings.namespace();
    let request = LintRequest {
        values: &values,
        namespace: &namespace,
        kube_version,
        schema: crate::schema::choice(context, args),
        compat: context.compat(),
        world: Arc::new(Offline::new(Arc::new(Machine))),
    };
    let (strict, quiet) = (args.on("strict"), args.on("quiet"));
    let limit = if strict { Severity::Warning } else { Severity::Error };
    let (mut failed, mut noticed) = (0, 0);
    for path in &paths {
        let report = check(path, &request);
        let found_more_than_info = match &report {
            Ok(linted) => linted.findings.iter().any(|f| f.severity > Severity::Info),
            Err(_) => true,
        };
        noticed += usize::from(found_more_than_info);
        let broken = match &report {
            Ok(linted) => linted.findings.iter().any(|f| f.severity >= limit),
            Err(_) => true,
        };
        if let Ok(linted) = &report {
            linted.warnings.iter().for_each(|w| context.log.chart_warning(w));
            print_notes(context, linted);
        }
        if quiet && !found_more_than_info {
            continue;
        }
        print_report(context, path, &report, quiet)?;
        failed += usize::from(broken);
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        return Err(CliError::new(summary));
    }
    if !quiet || noticed > 0 { context.println(&summary) } else { Ok(()) }
}

/// Checks a chart folder, or an archive unpacked into a folder that goes away again.
fn check(path: &Path, request: &LintRequest<'_>) -> Result<Linted, String> {
    let name = path.to_string_lossy();
    if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
        let dir = tempfile::Builder::new()
            .prefix("helm-lint")
            .tempdir()
            .map_err(|e| format!("unable to create temp dir to extract tarball: {e}"))?;
        let data = std::fs::read(path)
            .map_err(|e| format!("unable to open tarball: {}", crate::text::path_error("open", path, &e)))?;
        let chart = helm_chart::archive::expand(&data, dir.path(), request.compat)
            .map_err(|e| format!("unable to extract tarball: {e}"))?;
        return Ok(lint(&chart, request));
    }
    let file = match path.to_str() {
        Some(".") => PathBuf::from("Chart.yaml"),
        _ => path.join("Chart.yaml"),
    };
    match std::fs::metadata(&file) {
        Ok(_) => Ok(lint(path, request)),
        Err(e) => Err(format!(
            "unable to check Chart.yaml file in chart: {}",
            crate::text::path_error("stat", &file, &e)
        )),
    }
}

fn print_report(
    context: &Context,
    path: &Path,
    report: &Result<Linted, String>,
    quiet: bool,
) -> Result<(), CliError> {
    context.println(&format!("==> Linting {}", path.display()))?;
    match report {
        Err(e) => context.println(&format!("Error {e}"))?,
        Ok(linted) => {
            for finding in linted.findings.iter().filter(|f| !quiet || f.severity > Severity::Info) {
                context.println(&finding.to_string())?;
            }
        }
    }
    context.println("")
}

fn print_notes(context: &Context, linted: &Linted) {
    for note in &linted.notes {
        match (note, context.compat()) {
            (LintNote::MissingRequired { message, nil }, Compat::V4) => {
                let text = if *nil { "missing required value" } else { "missing required values" };
                context.log.warn(text, &[("message", message)]);
            }
            (LintNote::MissingRequired { message, nil }, Compat::V3) => {
                let line = if *nil { 206 } else { 214 };
                context.log.plain(&format!("engine.go:{line}: [INFO] Missing required value: {message}"));
            }
            (LintNote::Fail { message }, Compat::V4) => {
                context.log.info("funcMap fail", &[("message", message)])
            }
            (LintNote::Fail { message }, Compat::V3) => {
                context.log.plain(&format!("engine.go:227: [INFO] Fail: {message}"));
            }
        }
    }
}

/// Charts beneath `charts/`, folders and archives, in the order of their names.
fn find_subcharts(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            find_subcharts(&path, found);
        } else if name == "Chart.yaml" {
            found.extend(path.parent().map(Path::to_path_buf));
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            found.push(path);
        }
    }
}
