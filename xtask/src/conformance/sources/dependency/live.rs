//! Verbs that need a cluster and bring dependencies up to date on the way.

use std::fs;

use super::lab::{Chart, Outcome, Stage};
use super::{PAIRS, io};
use crate::cluster::Cluster;
use crate::conformance::{Pair, Program, Score, lifecycle};

const LINES: [&str; 11] = [
    "upgrade one app --install",
    "upgrade one nowhere --install",
    "upgrade BAD_NAME app --install",
    "upgrade one local --install",
    "upgrade one app --install --dependency-update",
    "upgrade one app --install --dependency-update",
    "upgrade one app",
    "upgrade one app --dependency-update",
    "install two app",
    "install two app --dependency-update",
    "uninstall one two",
];

/// Plays the lines, each after what was fetched is gone.
pub(crate) fn run(pair: &Pair, cluster: &Cluster) -> Result<Score, String> {
    let mut score = Score::default();
    for (theirs, ours) in PAIRS {
        let (a, b) = (play(pair, cluster, theirs)?, play(pair, cluster, ours)?);
        for ((line, a), b) in LINES.iter().zip(&a).zip(&b) {
            score.count(&format!("helm {line} ({theirs:?})"), a.difference(b));
        }
    }
    println!("dependencies on a cluster: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

fn play(pair: &Pair, cluster: &Cluster, program: Program) -> Result<Vec<Outcome>, String> {
    let list = "dependencies:\n- {name: local, version: 1.x, repository: \"file://../local\"}\n- {name: hand, version: ^1}\n";
    let stage = Stage::new(&Chart::new(list, false))?;
    // A chart that cannot be installed.
    let library = "apiVersion: v2\nname: local\nversion: 1.2.3\ntype: library\n";
    fs::write(stage.path("local/Chart.yaml"), library).map_err(io)?;
    let config = cluster.kubeconfig();
    let env = [("KUBECONFIG", config.to_str().unwrap_or_default())];
    let mut outcomes = Vec::new();
    for line in LINES {
        let args: Vec<&str> = line.split(' ').collect();
        let mut outcome = stage.play_with(pair, program, &args, &env)?;
        outcome.output = lifecycle::steady(&outcome.output);
        outcome.errors = lifecycle::steady_errors(&outcome.errors);
        outcomes.push(outcome);
        for name in ["app/charts/local-1.2.3.tgz", "app/Chart.lock"] {
            // It is not there after each line.
            let _ = fs::remove_file(stage.path(name));
        }
    }
    Ok(outcomes)
}
