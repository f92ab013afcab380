//! `helm package`.

use std::path::Path;

use helm_chart::{Compat, Time, archive};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;
use crate::signing::Signing;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let paths = args.positional();
    if paths.is_empty() {
        return Err(CliError::usage("need at least one argument, the path to the chart"));
    }
    let epoch = source_date_epoch(context.compat())?;
    let signing = Signing::from_args(context, args)?;
    for path in paths {
        let path = Path::new(path);
        std::fs::metadata(path).map_err(|e| CliError::new(crate::text::path_error("stat", path, &e)))?;
        if args.on("dependency-update") {
            let absolute = std::path::absolute(path).or_fail()?;
            super::dependency::update_for(context, args, &absolute, true)?;
        }
        let saved = package(context, args, path, epoch)?;
        if let Some(signing) = &signing {
            signing.sign(context, &saved)?;
        }
        context.println(&format!("Successfully packaged chart and saved it to: {}", saved.display()))?;
    }
    Ok(())
}

fn package(
    context: &Context,
    args: &Args,
    path: &Path,
    epoch: Option<i64>,
) -> Result<std::path::PathBuf, CliError> {
    let mut warnings = Vec::new();
    let chart = helm_chart::load_dir(path, context.compat(), &mut warnings);
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    let mut chart = chart.or_fail()?;
    if context.compat() >= Compat::V4 && chart.metadata.is_experimental() {
        return Err(CliError::new("invalid chart apiVersion"));
    }
    if let Some(version) = args.text_if_given("version") {
        chart.metadata.version = version.to_owned();
    }
    if gosemver::Version::parse_strict(&chart.metadata.version).is_err() {
        gosemver::Version::parse(&chart.metadata.version).or_fail()?;
    }
    if let Some(version) = args.text_if_given("app-version") {
        chart.metadata.app_version = version.to_owned();
    }
    crate::values::check_dependencies(context.compat(), &chart)?;
    let destination = match args.text("destination") {
        "." => std::env::current_dir().or_fail()?,
        other => Path::new(other).to_path_buf(),
    };
    let now = epoch.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let now = Time::from_unix(now, 0);
    let chart = if epoch.is_some() { chart.stamped(now) } else { chart };
    archive::save(&chart, &destination, now, context.compat())
        .map_err(|e| CliError::new(format!("failed to save: {e}")))
}

/// `SOURCE_DATE_EPOCH`: the time that all files of an archive get, in seconds since 1970. Helm 3 does not know it.
pub(crate) fn source_date_epoch(compat: Compat) -> Result<Option<i64>, CliError> {
    let text = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_default();
    if text.is_empty() || compat == Compat::V3 {
        return Ok(None);
    }
    let failed = |reason: String| CliError::new(format!("invalid SOURCE_DATE_EPOCH: {reason}"));
    match govalue::strconv::parse_int(&text, 10, 64) {
        Ok(seconds) if seconds < 0 => Err(failed("must not be negative".to_owned())),
        Ok(seconds) => Ok(Some(seconds)),
        Err(e) => Err(failed(e.to_string())),
    }
}
