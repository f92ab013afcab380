//! Rendering: bytes, error text and exit code of `helm template`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Pair, Program, Score, difference};
use crate::process::Ran;

/// One way to render one chart.
struct Case {
    chart: PathBuf,
    values: Option<PathBuf>,
}

impl Case {
    fn name(&self, base: &Path) -> String {
        let chart = self.chart.strip_prefix(base).unwrap_or(&self.chart).display().to_string();
        match self.values.as_ref().and_then(|v| v.file_name()) {
            Some(values) => format!("{chart} -f {}", values.to_string_lossy()),
            None => chart,
        }
    }

    fn args(&self) -> Vec<String> {
        let mut args = vec!["template".to_owned(), "conformance".to_owned(), ".".to_owned()];
        if let Some(values) = &self.values {
            args.push("-f".to_owned());
            args.push(values.display().to_string());
        }
        args
    }
}

/// Renders every chart of `conformance/charts` and `conformance/broken` with both programs, at both levels.
pub(crate) fn own_charts(pair: &Pair) -> Result<Score, String> {
    let mut score = Score::default();
    let base = crate::root().join("conformance");
    for folder in ["charts", "broken"] {
        for case in cases_of(&children(&base.join(folder))?) {
            for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
                let name = format!("{} ({theirs:?})", case.name(&base));
                let (theirs, ours) = (render(pair, theirs, &case)?, render(pair, ours, &case)?);
                score.count(&name, compare(&theirs, &ours));
            }
        }
    }
    println!("render: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Compares the rendering of all charts beneath a folder with Helm 4.3.1.
pub(crate) fn folder(pair: &Pair, dir: &Path, filter: Option<&str>, verbose: bool) -> Result<(), String> {
    let dir = dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut charts = Vec::new();
    find_charts(&dir, &mut charts)?;
    charts.sort();
    charts.retain(|c| filter.is_none_or(|f| c.to_string_lossy().contains(f)));
    let cases = cases_of(&charts);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let outcome = render(pair, Program::Helm4, case)
                        .and_then(|theirs| render(pair, Program::Ours, case).map(|ours| (theirs, ours)));
                    results.lock().expect("no worker panics").push((at, outcome));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no worker panics");
    results.sort_by_key(|(at, _)| *at);
    let (mut same, mut rendered) = (0, 0);
    for (at, outcome) in results {
        let (theirs, ours) = outcome?;
        rendered += usize::from(theirs.code == 0);
        match compare(&theirs, &ours) {
            None => same += 1,
            Some(text) if verbose => {
                println!(
                    "DIFFERS {}\n{text}\n--- Helm\n{}\n+++ ours\n{}",
                    cases[at].name(&dir),
                    theirs.stdout,
                    ours.stdout
                );
            }
            Some(text) => println!("DIFFERS {}\n{text}", cases[at].name(&dir)),
        }
    }
    println!("{rendered} of {} cases render with Helm; the others must fail alike", cases.len());
    println!("identical {same} of {}", cases.len());
    Ok(())
}

fn children(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut all: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|e| e.path()).filter(|p| p.is_dir()).collect();
    all.sort();
    Ok(all)
}

/// Folders with a `Chart.yaml`; charts within charts are left to their parents.
fn find_charts(dir: &Path, charts: &mut Vec<PathBuf>) -> Result<(), String> {
    if dir.join("Chart.yaml").is_file() {
        charts.push(dir.to_path_buf());
        return Ok(());
    }
    for child in children(dir)? {
        if !child.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')) {
            find_charts(&child, charts)?;
        }
    }
    Ok(())
}

/// Each chart with its defaults, and with each `ci/*-values.yaml`, the convention of chart-testing.
fn cases_of(charts: &[PathBuf]) -> Vec<Case> {
    let mut cases = Vec::new();
    for chart in charts {
        cases.push(Case { chart: chart.clone(), values: None });
        let mut values: Vec<PathBuf> = fs::read_dir(chart.join("ci"))
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|e| e.path())
            .filter(|p| p.to_string_lossy().ends_with("values.yaml"))
            .collect();
        values.sort();
        cases.extend(values.into_iter().map(|v| Case { chart: chart.clone(), values: Some(v) }));
    }
    cases
}

fn render(pair: &Pair, program: Program, case: &Case) -> Result<Ran, String> {
    let args = case.args();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    pair.run(program, &args, &case.chart, &[])
}

/// In what two runs differ; the order of what is logged is open.
pub(crate) fn compare(theirs: &Ran, ours: &Ran) -> Option<String> {
    if theirs.code != ours.code {
        return Some(format!(
            "  exit code {} instead of {}\n    -{}\n    +{}",
            ours.code,
            theirs.code,
            theirs.stderr.trim(),
            ours.stderr.trim()
        ));
    }
    difference("stdout", &theirs.stdout, &ours.stdout)
        .or_else(|| difference("stderr", &normal(&theirs.stderr), &normal(&ours.stderr)))
}

/// Helm 3 puts time stamps before what it logs.
pub(crate) fn normal(stderr: &str) -> String {
    let mut lines: Vec<String> = stderr.lines().map(without_time).collect();
    lines.sort();
    lines.join("\n")
}

fn without_time(line: &str) -> String {
    let is_time = line.len() > 20
        && line.as_bytes()[4] == b'/'
        && line.as_bytes()[7] == b'/'
        && line.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    if is_time { line[20..].to_owned() } else { line.to_owned() }
}
