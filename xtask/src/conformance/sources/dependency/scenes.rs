//! The scenes of `conformance/dependencies.txt`, each played by a Helm and by this program.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use helm_testkit::document::words;

use super::super::registries::Registries;
use super::lab::{Chart, Lab, Outcome, Stage};
use super::{PAIRS, io};
use crate::conformance::{Pair, Program, Score};

const SCENES: &str = include_str!("../../../../../conformance/dependencies.txt");

/// A chart, and what is done with it.
struct Scene<'t> {
    name: &'t str,
    v1: bool,
    list: Vec<&'t str>,
    steps: Vec<&'t str>,
}

pub(super) fn run(pair: &Pair, lab: &Lab) -> Result<Score, String> {
    let scenes = read(SCENES)?;
    let mut score = Score::default();
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let play = |theirs, ours, registries, only_oci: bool| {
            let chosen = scenes.iter().filter(move |scene| !only_oci || scene.name.starts_with("oci"));
            scope.spawn(move || side_by_side(pair, lab, registries, (theirs, ours), chosen))
        };
        let mut threads: Vec<_> =
            PAIRS.into_iter().map(|(theirs, ours)| play(theirs, ours, &lab.peer, false)).collect();
        threads.push(play(Program::Helm4, Program::Ours, &lab.debian, true));
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.map(|outcome| outcome.unwrap_or_else(|_| Err("a comparison panicked".to_owned()))).collect()
    });
    for outcome in outcomes {
        score.add(outcome?);
    }
    Ok(score)
}

fn side_by_side<'s>(
    pair: &Pair,
    lab: &Lab,
    registries: &Registries,
    (theirs, ours): (Program, Program),
    scenes: impl Iterator<Item = &'s Scene<'s>>,
) -> Result<Score, String> {
    let mut score = Score::default();
    for scene in scenes {
        let list: String = scene.list.iter().map(|line| format!("{line}\n")).collect();
        let list = lab.fill(&format!("dependencies:\n{list}"), registries);
        let chart = Chart::new(if scene.list.is_empty() { "" } else { &list }, scene.v1);
        let (a, b) = (lab.stage(&chart)?, lab.stage(&chart)?);
        for line in &scene.steps {
            let line = lab.fill(line, registries);
            let (a, b) = (step(pair, lab, theirs, &a, &line)?, step(pair, lab, ours, &b, &line)?);
            if let (Some(a), Some(b)) = (a, b) {
                score.count(&format!("{}: {line} ({theirs:?})", scene.name), a.difference(&b));
            }
        }
    }
    Ok(score)
}

/// Does what a line says in a stage; answers what a command did.
fn step(
    pair: &Pair,
    lab: &Lab,
    program: Program,
    stage: &Stage,
    line: &str,
) -> Result<Option<Outcome>, String> {
    let (kind, rest) = line.split_at(2);
    let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
    match kind {
        "4 " if matches!(program, Program::Helm3 | Program::OursAs3) => {}
        "$ " | "4 " => {
            let args = words(rest);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            return stage.play(pair, program, &args).map(Some);
        }
        "> " => {
            let path = stage.path(first);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).map_err(io)?;
            fs::write(path, second.replace("\\n", "\n")).map_err(io)?;
        }
        "< " => {
            let path = stage.path(first);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            if let Err(e) = removed
                && e.kind() != ErrorKind::NotFound
            {
                return Err(format!("{line}: {e}"));
            }
        }
        "+ " => {
            fs::copy(lab.path(first), stage.path(second)).map_err(|e| format!("{line}: {e}"))?;
        }
        _ => return Err(format!("what is this: {line}")),
    }
    Ok(None)
}

fn read(text: &str) -> Result<Vec<Scene<'_>>, String> {
    let mut scenes: Vec<Scene<'_>> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix("== ") {
            scenes.push(Scene { name, v1: false, list: Vec::new(), steps: Vec::new() });
            continue;
        }
        let scene = scenes.last_mut().ok_or("a scene begins with ==")?;
        match line {
            "v1" => scene.v1 = true,
            line if line.starts_with('-') => scene.list.push(line),
            line => scene.steps.push(line),
        }
    }
    Ok(scenes)
}
