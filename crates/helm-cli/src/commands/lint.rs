//! `helm lint`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use helm_actions::lint::{Finding, LintRequest, Linted, Severity, lint};
use helm_chart::Compat;
use helm_chart::origin::Origins;
use helm_render::{KubeVersion, LintNote, Mode, Offline};

use crate::commands::values::Found;
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;
use crate::values::Files;
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
            find_subcharts(&cleaned(&path.join("charts")), &mut paths);
        }
    }
    let mut files = Files::new(context);
    let options = crate::values::options(args);
    let values = options.merge(context.compat(), &mut |name| files.read(name)).or_fail()?;
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
    if args.on("strict-values") {
        let findings = strict_values(context, args, &given, &mut files)?;
        let shown: Vec<&Finding> =
            findings.iter().filter(|f| !quiet || f.severity > Severity::Info).collect();
        if !shown.is_empty() {
            context.println("==> Linting values")?;
            shown.iter().try_for_each(|finding| context.println(&finding.to_string()))?;
            context.println("")?;
        }
        if findings.iter().any(|f| f.severity >= limit) {
            failed = failed.max(1);
        }
        noticed += usize::from(findings.iter().any(|f| f.severity > Severity::Info));
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        return Err(CliError::new(summary));
    }
    if !quiet || noticed > 0 { context.println(&summary) } else { Ok(()) }
}

/// Supplied keys that the templates of none of the charts read. A chart that does not render says so elsewhere.
fn strict_values(
    context: &Context,
    args: &Args,
    charts: &[&str],
    files: &mut Files<'_>,
) -> Result<Vec<Finding>, CliError> {
    let options = crate::values::options(args);
    let mut common: Option<Vec<Found>> = None;
    for path in if charts.is_empty() { &["."][..] } else { charts } {
        let Ok(chart) = helm_chart::load(Path::new(path), context.compat(), &mut Vec::new()) else {
            continue;
        };
        let mut read = |name: &str| files.read(name);
        let origins = Origins::new(&chart, &options, context.compat(), &mut read).or_fail()?;
        let Ok(found) = super::values::find(context, args, &origins, Mode::Lint) else { continue };
        common = Some(match common {
            None => found,
            Some(before) => before.into_iter().filter_map(|b| b.in_both(&found)).collect(),
        });
    }
    let finding = |found: Found| Finding {
        severity: if found.unused.is_mistake() { Severity::Error } else { Severity::Info },
        path: found.place(),
        text: found.message(),
    };
    Ok(common.unwrap_or_default().into_iter().map(finding).collect())
}

/// Checks a chart folder, or an archive unpacked into a folder that goes away again.
fn check(path: &Path, request: &LintRequest<'_>) -> Result<Linted, String> {
    let name = path.to_string_lossy();
    if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
        let dir = tempfile::Builder::new()
            .prefix("helm-lint")
            .tempdir()
            .map_err(|e| format!("unable to create temp dir to extract tarball: {e}"))?;
        let data = helm_chart::dir::read_regular(path, 2 * helm_chart::MAX_CHART_SIZE)
            .map_err(|e| format!("unable to open tarball: {}", crate::text::path_error("open", path, &e)))?;
        let chart = helm_chart::archive::expand(&data, dir.path(), request.compat)
            .map_err(|e| format!("unable to extract tarball: {e}"))?;
        return Ok(lint(&chart, request));
    }
    let file = cleaned(&path.join("Chart.yaml"));
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

/// A path as Go's `filepath.Join` leaves it, for it is shown.
fn cleaned(path: &Path) -> PathBuf {
    PathBuf::from(helm_source::dependency::clean_path(&path.to_string_lossy()))
}

/// Charts beneath `charts/`, folders and archives, in the order of their names. Links are not followed
/// (`filepath.Walk`).
fn find_subcharts(path: &Path, found: &mut Vec<PathBuf>) {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name == "Chart.yaml" {
        found.extend(path.parent().map(Path::to_path_buf));
    } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
        found.push(path.to_path_buf());
    }
    if metadata.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let mut entries: Vec<PathBuf> = entries.map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| find_subcharts(entry, found));
    }
}
