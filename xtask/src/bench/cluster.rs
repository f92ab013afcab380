//! `cargo xtask bench --cluster`: installs and upgrades of a large chart on a real API server.

use std::path::Path;
use std::time::Duration;

use super::cost::{Cost, measure};
use super::{By, Row, large_chart, report};
use crate::cluster::Cluster;
use crate::conformance::{Pair, build_ours};
use crate::peers;

/// How often each program has its turn; they take turns, so that what else runs on the machine meets both.
const TURNS: u32 = 3;

/// Runs the comparison.
pub(super) fn run() -> Result<(), String> {
    let bin = peers::install()?;
    let pair = Pair::new(build_ours()?, &bin)?;
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let root = folder.path();
    large_chart::write(&root.join("large"))?;
    let cluster = Cluster::start(&bin)?;
    // From here on the definitions are present, as after a first install of the chart anywhere in the cluster.
    let definitions = root.join("large/crds");
    let applied = cluster.kubectl(&["create", "-f", &definitions.to_string_lossy()])?;
    if applied.code != 0 {
        return Err(applied.stderr);
    }
    let programs = [("helm4", &pair.helm4), ("ours", &pair.ours)];
    let mut costs = [[Cost::default(); 3]; 2];
    for turn in 0..TURNS {
        for ((name, program), costs) in programs.iter().zip(&mut costs) {
            for (total, cost) in costs.iter_mut().zip(round(&cluster, program, name, root, turn)?) {
                *total = if turn == 0 { cost } else { total.best(cost) };
            }
        }
    }
    let [theirs, ours] = costs;
    let row = |what: &str, at: usize, wanted| Row {
        what: format!("{what}, {} objects", large_chart::OBJECTS),
        by: By::Wall,
        theirs: theirs[at],
        ours: ours[at],
        wanted,
    };
    report(&[
        row(&format!("install, {} definitions there", large_chart::DEFINITIONS), 0, 5.0),
        row("upgrade, nothing changed", 1, 10.0),
        row("uninstall", 2, 1.0),
    ])
}

/// Installs, upgrades and uninstalls; every program has a namespace of its own, and its caches are those of the turn
/// before.
fn round(cluster: &Cluster, program: &Path, name: &str, root: &Path, turn: u32) -> Result<[Cost; 3], String> {
    let namespace = format!("bench-{name}-{turn}");
    let home = root.join(format!("home-{name}"));
    let config = cluster.kubeconfig();
    let config = config.to_string_lossy();
    let common = ["--kubeconfig", &config, "--namespace", &namespace];
    let run = |args: &[&str]| {
        let args: Vec<&str> = args.iter().chain(&common).copied().collect();
        // What the server does for one command must not burden the next.
        measure(program, &args, root, &home, 1, || {
            std::thread::sleep(Duration::from_secs(2));
            Ok(())
        })
    };
    cluster.kubectl(&["create", "namespace", &namespace])?;
    let costs = [
        run(&["install", "bench", "large"])?,
        run(&["upgrade", "bench", "large"])?,
        run(&["uninstall", "bench"])?,
    ];
    println!(
        "{name:6} turn {turn}: install {:.2} s, upgrade {:.2} s, uninstall {:.2} s",
        costs[0].wall.as_secs_f64(),
        costs[1].wall.as_secs_f64(),
        costs[2].wall.as_secs_f64()
    );
    Ok(costs)
}
