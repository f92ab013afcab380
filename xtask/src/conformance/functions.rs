//! Template functions: every one of the real function maps against ours. The comparison is a test of `helm-render`; its
//! report is `docs/functions.md`.

use std::fs;
use std::process::Command;

use super::{Score, difference};

/// What is compared beneath this number of random cases for each function would make another report.
const CASES: &str = "25";

/// Compares all functions, and the report with the committed one, which it replaces when asked to.
pub(crate) fn run(update: bool) -> Result<Score, String> {
    let root = crate::root();
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = dir.path().join("functions.md");
    let test = ["--test", "functions", "every_function_is_as_in_helm"];
    let mut command = Command::new("cargo");
    command.args(["test", "--quiet", "--package", "helm-render"]).args(test).current_dir(&root);
    let status = command
        .env("REPORT", &path)
        .env("CASES", CASES)
        .env("SEED", std::env::var_os("SEED").unwrap_or_else(|| "1".into()))
        .status()
        .map_err(|e| format!("run {command:?}: {e}"))?;
    let report = fs::read_to_string(&path)
        .map_err(|e| format!("the comparison of functions left no report ({status}): {e}"))?;
    let committed = root.join("docs/functions.md");
    if update {
        fs::write(&committed, &report).map_err(|e| format!("{}: {e}", committed.display()))?;
    }
    let mut score = Score::default();
    for line in report.lines().filter(|line| line.starts_with("| `")) {
        let name = line.split('`').nth(1).unwrap_or_default();
        let differs = line.contains("DIFFERS");
        score.count(&format!("function {name}"), differs.then(|| format!("    {line}")));
    }
    let present = fs::read_to_string(&committed).unwrap_or_default();
    let stale = difference("the report is not up to date: --functions --update writes it", &report, &present);
    score.count("docs/functions.md", stale);
    println!("functions: {} of {} equal", score.passed, score.passed + score.failed);
    Ok(score)
}
