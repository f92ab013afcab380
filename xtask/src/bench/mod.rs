//! `cargo xtask bench`: this program beside Helm 4.3.1 in one run, on the same data and the same server.

mod cluster;
mod cost;
mod data;
mod large_chart;

use std::fs;
use std::path::{Path, PathBuf};

use cost::{Cost, measure};

use crate::conformance::{Pair, Web, build_ours};
use crate::peers;

/// How much memory this program may hold, in KiB.
const MEMORY: u64 = 100 * 1024;

/// What is compared.
#[derive(Clone, Copy)]
enum By {
    Cpu,
    Wall,
}

/// A measured command.
struct Row {
    what: String,
    by: By,
    theirs: Cost,
    ours: Cost,
    /// Which part of Helm's time this program may take at most: one in so many.
    wanted: f64,
}

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    match args {
        [] => repositories_and_dependencies(),
        [flag] if flag == "--cluster" => cluster::run(),
        _ => Err("bench takes --cluster or nothing".to_owned()),
    }
}

fn repositories_and_dependencies() -> Result<(), String> {
    let bin = peers::install_helm()?;
    let pair = Pair::new(build_ours()?, &bin)?;
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let root = folder.path();
    fs::create_dir_all(root.join("charts/large")).map_err(|e| e.to_string())?;
    data::repository(&pair, root, "charts/small")?;
    let web = Web::start(root)?;
    let mut rows = repositories(&pair, root, &format!("{}/large", web.plain))?;
    rows.push(dependencies(&pair, root, &format!("{}/small", web.plain))?);
    report(&rows)
}

/// The home of a program in which a repository is configured and nothing else.
fn home(root: &Path, name: &str, url: &str) -> Result<PathBuf, String> {
    let home = root.join(format!("home-{name}"));
    let config = home.join(".config/helm");
    let known = format!("repositories:\n- {{name: main, url: \"{url}\"}}\n");
    let made = fs::create_dir_all(&config);
    made.and_then(|()| fs::write(config.join("repositories.yaml"), known)).map_err(|e| e.to_string())?;
    Ok(home)
}

/// `repo update` of a large index that has changed, and searches in it.
fn repositories(pair: &Pair, root: &Path, url: &str) -> Result<Vec<Row>, String> {
    let index = root.join("charts/large/index.yaml");
    let mut moment = 0;
    let mut change = || {
        moment += 1;
        fs::write(&index, data::large_index(moment)).map_err(|e| e.to_string())
    };
    let (their_home, our_home) = (home(root, "helm4", url)?, home(root, "ours", url)?);
    let theirs = measure(&pair.helm4, &["repo", "update"], root, &their_home, 3, &mut change)?;
    let ours = measure(&pair.ours, &["repo", "update"], root, &our_home, 10, &mut change)?;
    let size = fs::metadata(&index).map_or(0, |found| found.len()) / 1_000_000;
    let update =
        Row { what: format!("repo update, index of {size} MB"), by: By::Cpu, theirs, ours, wanted: 8.0 };
    let args = ["search", "repo", "chart-0012"];
    let theirs = measure(&pair.helm4, &args, root, &their_home, 3, || Ok(()))?;
    let ours = measure(&pair.ours, &args, root, &our_home, 50, || Ok(()))?;
    let search = Row { what: "search repo in it".to_owned(), by: By::Cpu, theirs, ours, wanted: 50.0 };
    Ok(vec![update, search])
}

/// `dependency build`, each time with an empty cache.
fn dependencies(pair: &Pair, root: &Path, url: &str) -> Result<Row, String> {
    data::chart(pair, root, url)?;
    let build = |program: &Path, name: &str| {
        let home = home(root, name, url)?;
        let empty = || {
            for folder in [home.join(".cache"), root.join("app/charts")] {
                if folder.exists() {
                    fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
                }
            }
            Ok(())
        };
        let cost = measure(program, &["dependency", "build", "app"], root, &home, 5, empty)?;
        match fs::read_dir(root.join("app/charts")).map_or(0, Iterator::count) {
            data::CHARTS => Ok(cost),
            built => Err(format!("{} built {built} charts", program.display())),
        }
    };
    let (theirs, ours) = (build(&pair.helm4, "helm4-small")?, build(&pair.ours, "ours-small")?);
    let what = format!("dependency build, {} charts", data::CHARTS);
    Ok(Row { what, by: By::Wall, theirs, ours, wanted: 5.0 })
}

fn report(rows: &[Row]) -> Result<(), String> {
    println!("{:32} {:9} {:>18} {:>18} {:>7} {:>7}", "", "", "Helm 4.3.1", "helm-rs", "ratio", "wanted");
    let mut missed = Vec::new();
    for Row { what, by, theirs, ours, wanted } in rows {
        let (unit, time) = match by {
            By::Cpu => ("CPU time", (|cost: &Cost| cost.cpu) as fn(&Cost) -> _),
            By::Wall => ("wall time", (|cost: &Cost| cost.wall) as fn(&Cost) -> _),
        };
        // What is too short to be seen by the kernel's clock counts as one of its ticks in all runs.
        let seconds = |cost: &Cost| time(cost).as_secs_f64().max(0.0002);
        let ratio = seconds(theirs) / seconds(ours);
        let shown = |cost: &Cost| {
            format!("{:.3} s {:5.0} MiB", time(cost).as_secs_f64(), cost.memory as f64 / 1024.0)
        };
        println!(
            "{what:32} {unit:9} {:>18} {:>18} {:>7} {:>7}",
            shown(theirs),
            shown(ours),
            format!("1/{ratio:.0}"),
            format!("1/{wanted:.0}")
        );
        if ratio < *wanted || ours.memory > MEMORY {
            missed.push(what.as_str());
        }
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("not as wanted: {}", missed.join("; "))) }
}
