//! The parts of the conformance run, and how they are run: two at a time, those that need a cluster one after another.
//!
//! A new part is a row in [`PARTS`]. `cargo xtask conformance --NAME` runs it alone.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use super::{
    Pair, Score, commands, completion, fields, functions, hostile, killed, lifecycle, lint, packages, render,
    sources, trees, values,
};
use crate::cluster::Cluster;

/// What a part works with.
pub(crate) struct Bench<'a> {
    /// The programs, with a home that no part running at the same time uses.
    pub(crate) pair: &'a Pair,
    /// The folder of the peers.
    pub(crate) bin: &'a Path,
    /// The control plane; parts of [`Needs::Nothing`] have none.
    cluster: Option<&'a Cluster>,
}

impl Bench<'_> {
    /// The control plane of a part that needs one.
    pub(crate) fn cluster(&self) -> Result<&Cluster, String> {
        self.cluster.ok_or_else(|| "this part has no cluster".to_owned())
    }
}

/// What a part needs beside the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    /// The control plane, which such parts share one after another.
    Cluster,
}

/// One part of the run.
pub(crate) struct Part {
    name: &'static str,
    needs: Needs,
    /// Whether the whole run has it. The others are pieces of a larger part, for working on them.
    in_whole_run: bool,
    run: fn(&Bench) -> Result<Score, String>,
}

/// A part of the whole run.
const fn part(name: &'static str, needs: Needs, run: fn(&Bench) -> Result<Score, String>) -> Part {
    Part { name, needs, in_whole_run: true, run }
}

/// A piece of a larger part.
const fn piece(name: &'static str, run: fn(&Bench) -> Result<Score, String>) -> Part {
    Part { name, needs: Needs::Nothing, in_whole_run: false, run }
}

/// All parts. The longest stand first, so that the two lanes end at about the same time.
const PARTS: &[Part] = &[
    part("lifecycle", Needs::Cluster, |b| lifecycle::run(b.pair, b.cluster()?)),
    part("killed", Needs::Cluster, |b| killed::run(b.pair, b.cluster()?)),
    part("sources-live", Needs::Cluster, |b| sources::run_live(b.pair, b.cluster()?)),
    part("completion-live", Needs::Cluster, |b| completion::run_live(b.pair, b.cluster()?)),
    part("sources", Needs::Nothing, |b| sources::run(b.pair, b.bin)),
    part("trees", Needs::Nothing, |b| trees::run(b.pair, b.bin)),
    part("fields", Needs::Nothing, |b| fields::run(b.pair, b.bin)),
    part("lint", Needs::Nothing, |b| lint::run(b.pair, b.bin)),
    part("render", Needs::Nothing, |b| render::own_charts(b.pair)),
    part("completion", Needs::Nothing, |b| completion::run(b.pair)),
    part("commands", Needs::Nothing, |b| commands::run(b.pair)),
    part("functions", Needs::Nothing, |_| functions::run(false)),
    part("hostile", Needs::Nothing, |b| hostile::run(b.pair)),
    part("values", Needs::Nothing, |b| values::run(b.pair)),
    part("packages", Needs::Nothing, |b| packages::run(b.pair)),
    piece("dependencies", |b| sources::dependencies(b.pair, b.bin)),
    piece("proxies", |b| sources::proxies(b.pair, b.bin)),
    piece("searches", |b| sources::searches(b.pair, b.bin)),
];

/// The parts that the arguments ask for: those named by `--NAME`, or else the whole run, or its half that needs
/// (`--live`) or does not need (`--offline`) a cluster.
pub(crate) fn chosen(args: &[String]) -> Vec<&'static Part> {
    let named: Vec<&Part> =
        PARTS.iter().filter(|p| args.iter().any(|a| a.strip_prefix("--") == Some(p.name))).collect();
    if !named.is_empty() {
        return named;
    }
    let has = |flag: &str| args.iter().any(|a| a == flag);
    let wanted = |needs: Needs| match needs {
        Needs::Nothing => !has("--live"),
        Needs::Cluster => !has("--offline"),
    };
    PARTS.iter().filter(|p| p.in_whole_run && wanted(p.needs)).collect()
}

/// Runs the parts in two lanes. A part that cannot be finished counts as one failure and does not stop the others.
pub(crate) fn run(parts: &[&'static Part], ours: &Path, bin: &Path) -> Result<Score, String> {
    let (live, rest): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|p| p.needs == Needs::Cluster);
    let mut jobs: Vec<Vec<&Part>> = rest.into_iter().map(|p| vec![p]).rev().collect();
    if !live.is_empty() {
        jobs.push(live);
    }
    let (jobs, total) = (Mutex::new(jobs), Mutex::new(Score::default()));
    let lane = || -> Result<(), String> {
        let pair = Pair::new(ours.to_owned(), bin)?;
        loop {
            let Some(job) = jobs.lock().map_err(|e| e.to_string())?.pop() else { return Ok(()) };
            let score = run_job(&job, &pair, bin);
            total.lock().map_err(|e| e.to_string())?.add(score);
        }
    };
    std::thread::scope(|scope| {
        let lanes = [scope.spawn(lane), scope.spawn(lane)];
        lanes.into_iter().try_for_each(|l| l.join().map_err(|_| "a lane panicked".to_owned())?)
    })?;
    total.into_inner().map_err(|e| e.to_string())
}

/// Runs parts one after another; those that need a cluster share the one that is started here.
fn run_job(job: &[&Part], pair: &Pair, bin: &Path) -> Score {
    let needed = job.iter().any(|p| p.needs == Needs::Cluster);
    let cluster = needed.then(|| Cluster::start(bin)).transpose();
    let mut total = Score::default();
    for part in job {
        let begun = Instant::now();
        let outcome = cluster
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|cluster| (part.run)(&Bench { pair, bin, cluster: cluster.as_ref() }));
        let score = outcome.unwrap_or_else(|message| {
            println!("FAILED {}: {message}", part.name);
            Score { passed: 0, failed: 1 }
        });
        println!(
            "part {}: {} agree, {} differ, {} s",
            part.name,
            score.passed,
            score.failed,
            begun.elapsed().as_secs()
        );
        total.add(score);
    }
    total
}
