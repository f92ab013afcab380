//! Rules for a chart's dependencies.

use helm_chart::Chart;

use super::{Linter, Severity};

pub(super) fn check(linter: &mut Linter<'_>) {
    let chart = match linter.load() {
        Ok(chart) => chart,
        Err(e) => {
            linter.rule(Severity::Error, "", Err(format!("unable to load chart\n\t{e}")));
            return;
        }
    };
    let path = linter.dir.to_string_lossy().into_owned();
    linter.rule(Severity::Error, &path, in_metadata(&chart));
    linter.rule(Severity::Error, &path, unique(&chart));
    linter.rule(Severity::Warning, &path, in_folder(&chart));
}

fn listed(names: &[&str], text: &str) -> Result<(), String> {
    if names.is_empty() { Ok(()) } else { Err(format!("{text}: {}", names.join(","))) }
}

fn in_metadata(chart: &Chart) -> Result<(), String> {
    let known = |name: &str| chart.metadata.dependencies.iter().any(|d| d.name == name);
    let missing: Vec<&str> = chart.dependencies.iter().map(|c| c.name()).filter(|n| !known(n)).collect();
    listed(&missing, "chart metadata is missing these dependencies")
}

fn in_folder(chart: &Chart) -> Result<(), String> {
    let present = |name: &str| chart.dependencies.iter().any(|c| c.name() == name);
    let missing: Vec<&str> =
        chart.metadata.dependencies.iter().map(|d| d.name.as_str()).filter(|n| !present(n)).collect();
    listed(&missing, "chart directory is missing these dependencies")
}

fn unique(chart: &Chart) -> Result<(), String> {
    let keys: Vec<&str> = chart.metadata.dependencies.iter().map(|d| d.key()).collect();
    let twice: Vec<&str> =
        keys.iter().enumerate().filter(|(at, key)| keys[..*at].contains(key)).map(|(_, key)| *key).collect();
    listed(&twice, "multiple dependencies with name or alias")
}
