//! What one program resolves the other builds: locks, caches and `repositories.yaml` are everyone's.

use std::fs;

use super::io;
use super::lab::{Chart, Lab, Stage, tree};
use crate::conformance::{Pair, Program, Score};

const TURNS: [(Program, Program); 6] = [
    (Program::Helm4, Program::Ours),
    (Program::Ours, Program::Helm4),
    (Program::Helm3, Program::OursAs3),
    (Program::OursAs3, Program::Helm3),
    (Program::Ours, Program::Helm3),
    (Program::Helm3, Program::Ours),
];

pub(super) fn run(pair: &Pair, lab: &Lab) -> Result<Score, String> {
    let mut score = Score::default();
    let oci = format!("oci://{}/charts", lab.peer.plain.host);
    let list = format!(
        "dependencies:\n- {{name: alpha, version: ~1.3.0-0, repository: \"{oci}\"}}\n- {{name: beta, version: \"1.x\", \
         repository: \"@main\", alias: b, import-values: [{{child: a.b, parent: c}}, \"ü<&>\"], tags: [one, two]}}\n- \
         {{name: gamma, version: \">0.0.0-0\", repository: \"{}/\", condition: gamma.enabled}}\n- {{name: local, version: '*', \
         repository: \"file://../local\"}}\n- {{name: hand, version: ^1}}\n",
        lab.url("one"),
    );
    for v1 in [false, true] {
        for (first, second) in TURNS {
            let chart = Chart { configured: true, ..Chart::new(&list, v1) };
            let found = in_turn(pair, &lab.stage(&chart)?, first, second)?;
            score.count(&format!("{second:?} builds what {first:?} resolved, v1: {v1}"), found);
        }
    }
    Ok(score)
}

fn in_turn(pair: &Pair, stage: &Stage, first: Program, second: Program) -> Result<Option<String>, String> {
    let update = ["dependency", "update", "app", "--plain-http"];
    let resolved = stage.play(pair, first, &update)?;
    if resolved.code != 0 {
        return Ok(Some(format!("  {first:?}: {}", resolved.errors)));
    }
    let lock = ["Chart.lock", "requirements.lock"]
        .into_iter()
        .find(|name| stage.path("app").join(name).exists())
        .ok_or("there is no lock file")?;
    let lock = stage.path("app").join(lock);
    let before = fs::read(&lock).map_err(io)?;
    for entry in fs::read_dir(stage.path("app/charts")).map_err(io)?.flatten() {
        if entry.path().is_file() {
            fs::remove_file(entry.path()).map_err(io)?;
        }
    }
    for args in [["dependency", "build", "app", "--plain-http"], update] {
        let ran = stage.play(pair, second, &args)?;
        if ran.code != 0 {
            return Ok(Some(format!("  {second:?}: {}", ran.errors)));
        }
        if tree(&stage.path("app"))? != resolved.files {
            return Ok(Some(format!("  {:?}\n  {:?}", resolved.files, ran.files)));
        }
    }
    // A lock that still fits is not written again.
    let same = fs::read(&lock).map_err(io)? == before;
    Ok((!same).then(|| "  the lock file was written again".to_owned()))
}
