//! Hundreds of runs on one cache and one `repositories.yaml`, some of them on the same chart; and runs that are killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use helm_testkit::random::Random;

use super::io;
use super::lab::{Chart, Lab, NAMES, Stage, tree, write_chart};
use crate::conformance::{Pair, Program, Score};

/// How many runs share a cache when `RUNS` says nothing.
const RUNS: usize = 60;
/// How many runs are killed when `KILLS` says nothing.
const KILLS: usize = 25;
/// Charts that the runs are about.
const CHARTS: usize = 8;

pub(super) fn run(pair: &Pair, lab: &Lab) -> Result<Score, String> {
    let mut score = Score::default();
    many_runs(pair, lab, &mut score)?;
    killed_runs(pair, lab, &mut score)?;
    Ok(score)
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A chart that resolves, with three versions of each of four charts.
fn plain_chart(lab: &Lab) -> Chart {
    let (one, two) = (lab.url("one"), lab.url("two"));
    let mut list = "dependencies:\n".to_owned();
    for name in NAMES {
        for (range, url) in [("1.0.0", &one), ("1.2.3", &two), ("10.0.0", &one)] {
            let alias = format!("{name}-{}", range.replace('.', "-"));
            list += &format!("- {{name: {name}, version: {range}, repository: \"{url}\", alias: {alias}}}\n");
        }
    }
    Chart { present: vec!["beta-0.1.0.tgz".to_owned()], configured: true, ..Chart::new(&list, false) }
}

fn start(pair: &Pair, home: &Path, folder: &Path, args: &[&str]) -> Result<Child, String> {
    Command::new(&pair.ours)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", home)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", pair.ours.display()))
}

/// Updates, builds, pulls, searches and changes to `repositories.yaml`, all at once.
fn many_runs(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    let runs = number("RUNS", RUNS);
    let chart = plain_chart(lab);
    let shared = lab.stage(&chart)?;
    let home = shared.path("home");
    let apps: Vec<PathBuf> = (0..CHARTS).map(|at| shared.path(&format!("chart{at}/app"))).collect();
    for app in &apps {
        fs::create_dir_all(app).map_err(io)?;
        fs::write(app.join("Chart.yaml"), &chart.files[0].1).map_err(io)?;
    }
    let (one, two) = (lab.url("one"), lab.url("two"));
    let known = format!("repositories:\n- {{name: main, url: {one}}}\n- {{name: second, url: {two}}}\n");
    fs::write(home.join(".config/helm/repositories.yaml"), known).map_err(io)?;
    succeeded(start(pair, &home, &home, &["repo", "update"])?)?;
    let mut children = Vec::new();
    for at in 0..runs {
        let (pulled, name) = (format!("pulled{at}"), format!("name{at}"));
        let args = match at % 5 {
            0 => vec!["dependency", "update"],
            1 => vec!["repo", "add", &name, if at % 2 == 0 { &one } else { &two }],
            2 => vec!["repo", "update"],
            3 => vec!["pull", "main/beta", "--version", "1.2.3", "-d", &pulled],
            _ => vec!["dependency", "build"],
        };
        let folder = &apps[(at / 5) % CHARTS];
        if at % 5 == 3 {
            fs::create_dir(folder.join(&pulled)).map_err(io)?;
        }
        children.push((args.join(" "), start(pair, &home, folder, &args)?));
    }
    let mut failed = Vec::new();
    for (line, child) in children {
        if let Err(text) = succeeded(child) {
            failed.push(format!("helm {line}: {text}"));
        }
    }
    let what = format!("{runs} runs at the same time");
    let text = failed.first().map(|text| format!("  {} failed: {text}", failed.len()));
    score.count(&what, text);
    left(pair, &shared, &apps, runs, &what, score)
}

/// What lies there when all is over: whole charts, whole indexes and every repository, for Helm to read as well.
fn left(
    pair: &Pair,
    shared: &Stage,
    apps: &[PathBuf],
    runs: usize,
    what: &str,
    score: &mut Score,
) -> Result<(), String> {
    let mut odd = Vec::new();
    for app in apps {
        let files = tree(app)?;
        let charts = files.keys().filter(|n| n.starts_with("charts/") && n.ends_with(".tgz")).count();
        if charts != 3 * NAMES.len() || !files.contains_key("Chart.lock") {
            odd.push(format!("{:?}", files.keys().collect::<Vec<_>>()));
        }
        let pulled = files.keys().filter(|n| n.starts_with("pulled") && !n.ends_with('/'));
        odd.extend(pulled.filter(|n| !n.ends_with("/beta-1.2.3.tgz")).cloned());
        odd.extend(files.into_keys().filter(|n| n.ends_with(".tmp")));
    }
    score.count(&format!("the charts of {what}"), (!odd.is_empty()).then(|| format!("  {odd:?}")));
    for program in [Program::Helm4, Program::Ours] {
        let names = shared.play(pair, program, &["repo", "list"])?;
        let found = names.output.lines().filter(|line| line.starts_with("name")).count();
        let expected = (0..runs).filter(|at| at % 5 == 1).count();
        let missing = (found != expected).then(|| format!("  {found} of {expected}"));
        score.count(&format!("the repositories of {what}, as {program:?} reads them"), missing);
        let search = shared.play(pair, program, &["search", "repo", "alpha", "-l", "--devel"])?;
        // The line of the head, and six versions in each repository.
        let lines = search.output.lines().count();
        let wrong = (lines != 1 + 6 * (2 + expected)).then(|| format!("  {lines} lines: {}", search.errors));
        score.count(&format!("the indexes of {what}, as {program:?} reads them"), wrong);
    }
    Ok(())
}

/// Runs that are killed at random moments leave `charts/` as it was or as it is to be, never in between.
fn killed_runs(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    let chart = plain_chart(lab);
    let stage = lab.stage(&chart)?;
    let (home, charts) = (stage.path("home"), stage.path("app/charts"));
    let update = || start(pair, &home, &stage.path(""), &["dependency", "update", "app"]);
    let old = tree(&charts)?;
    let begin = std::time::Instant::now();
    succeeded(update()?)?;
    let usual = begin.elapsed();
    let new = tree(&charts)?;
    let mut random = Random::seeded("killed runs");
    let (kills, mut before, mut after) = (number("KILLS", KILLS), 0, 0);
    let mut problem = None;
    for _ in 0..kills {
        fs::remove_dir_all(&charts).map_err(io)?;
        fs::create_dir(&charts).map_err(io)?;
        write_chart(&charts.join("hand"), "hand", "1.0.0")?;
        for archive in &chart.present {
            fs::copy(lab.path("charts/one").join(archive), charts.join(archive)).map_err(io)?;
        }
        let mut child = update()?;
        let pause = Duration::from_micros(random.below(usual.as_micros() as usize) as u64);
        std::thread::sleep(pause);
        child.kill().map_err(io)?;
        child.wait().map_err(io)?;
        match tree(&charts)? {
            found if found == old => before += 1,
            found if found == new => after += 1,
            found => problem = Some(format!("  after {pause:?}: {:?}", found.keys().collect::<Vec<_>>())),
        }
    }
    println!("killed runs: {before} before the change, {after} after it");
    score.count(&format!("{kills} killed runs"), problem);
    succeeded(update()?)?;
    let left: Vec<String> = tree(&stage.path("app"))?
        .into_keys()
        .filter(|n| n.contains(".tmp") || n.contains("download"))
        .collect();
    score.count("what killed runs left", (!left.is_empty()).then(|| format!("  {left:?}")));
    Ok(())
}

fn succeeded(child: Child) -> Result<(), String> {
    let output = child.wait_with_output().map_err(io)?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
