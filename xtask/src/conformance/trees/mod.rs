//! Random trees of charts with values files and flags: what templates see, against both Helms.
//!
//! `SEED` repeats a run, `TREES` sets how many trees it has, `TREE` picks one of them and keeps its files.
//! With `LINT` set the charts are linted instead of rendered.

mod chart;
mod dependencies;
mod draw;
mod flags;
mod metadata;
mod schema;
mod shape;
mod text;
mod upgrade;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use helm_testkit::random::{Random, seed};

use self::chart::File;
use self::draw::Draw;
use self::upgrade::Stage;
use super::judge::{self, Judge, Judges};
use super::{Pair, Program, Score};
use crate::process::Ran;

/// How many trees a normal run has.
const TREES: usize = 1500;
/// How many of them are asked of the real programs too.
const PROVEN: usize = 20;
/// For so many trees there is one story of a release and its upgrades.
const UPGRADED: usize = 40;
/// One in so many trees is linted instead of rendered.
const LINTED: usize = 10;

/// A tree and the command that is given it.
struct Tree {
    files: Vec<File>,
    args: Vec<String>,
    /// What is in it.
    features: BTreeSet<&'static str>,
}

fn tree(seed: u64, at: usize) -> Tree {
    let mut r = Draw::new(Random::new(seed.wrapping_mul(1_000_003).wrapping_add(at as u64)));
    let depth = 1 + r.below(4);
    let mut files = chart::chart(&mut r, "root", "chart/", depth);
    let mut chart = "chart";
    if r.gets(8, "packed chart") {
        // What lies beside the chart is left out.
        let inside = files.drain(..).filter(|f| f.name.starts_with("chart/"));
        let inner: Vec<File> =
            inside.map(|f| File { name: f.name.replacen("chart/", "root/", 1), ..f }).collect();
        files.push(File {
            name: "root.tgz".to_owned(),
            content: chart::Content::Data(chart::archive(&inner)),
        });
        chart = "root.tgz";
    }
    let args = match std::env::var_os("LINT").is_some() || at % LINTED == LINTED - 1 {
        true => {
            r.has("lint");
            let mut args = flags::lint(&mut r, chart);
            args.extend(flags::values(&mut r, "", &mut files));
            args
        }
        false => {
            r.has("template");
            let mut args = vec!["template".to_owned(), "release".to_owned(), chart.to_owned()];
            args.extend(flags::flags(&mut r, "", &mut files));
            args
        }
    };
    Tree { files, args, features: r.drawn() }
}

/// What came of the comparisons.
#[derive(Default)]
struct Outcome {
    score: Score,
    /// How many were to be rendered, and how many were.
    asked: usize,
    rendered: usize,
    varying: usize,
    /// Stories of upgrades, and those of them that went well.
    stories: usize,
    happy: usize,
    /// Each feature with the trees that have it, and those of them that Helm 4 takes.
    features: BTreeMap<&'static str, [usize; 2]>,
}

impl Outcome {
    fn count(&mut self, features: &BTreeSet<&'static str>, answer: &Ran) {
        let mut seen: BTreeSet<&'static str> = features.clone();
        for (words, feature) in REMARKS {
            if answer.stderr.contains(words) || answer.stdout.contains(words) {
                seen.insert(feature);
            }
        }
        for feature in seen {
            let [drawn, fine] = self.features.entry(feature).or_default();
            *drawn += 1;
            *fine += usize::from(answer.code == 0);
        }
    }
}

/// What Helm says of a tree tells what was in it.
const REMARKS: &[(&str, &str)] = &[
    ("Not a table", "said: value is no table"),
    ("cannot overwrite table", "said: table and other value"),
    ("is a table", "said: table and other value"),
    ("skipping globals", "said: global is no table"),
    ("don't meet the specifications", "said: schema violated"),
    ("non-bool", "said: condition or tag is no boolean"),
    ("ImportValues missing table", "said: nothing to import"),
    ("type mismatch", "said: values of a subchart are no table"),
    ("unable to parse key", "said: --set through a value"),
];

/// Compares as many trees as `TREES` says.
pub(crate) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let number = |name: &str| std::env::var(name).ok().and_then(|s| s.parse::<usize>().ok());
    let judges = Judges::install(bin)?;
    let (seed, one) = (seed(), number("TREE"));
    let (first, end) = one.map_or((0, number("TREES").unwrap_or(TREES)), |at| (at, at + 1));
    println!("trees: SEED={seed} TREES={}", end - first);
    let began = Instant::now();
    let next = AtomicUsize::new(first);
    let outcome = Mutex::new(Outcome::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(end - first);
    let work = || -> Result<(), String> {
        let mut worker = Worker::new(pair, &judges)?;
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= end {
                return Ok(());
            }
            worker.compare(seed, at, one.is_some(), &outcome)?;
            if at.is_multiple_of(UPGRADED) {
                worker.upgrade(seed, at, one.is_some(), &outcome)?;
            }
        }
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|w| w.join().map_err(|_| "a worker panicked".to_owned())?)
    })?;
    let Outcome { score, asked, rendered, varying, stories, happy, features } =
        outcome.into_inner().map_err(|e| e.to_string())?;
    let all = score.passed + score.failed;
    let counters = features.iter().fold(String::new(), |mut line, (feature, [drawn, fine])| {
        // Writing to a string does not fail.
        let _ = write!(line, "; {feature} {drawn}/{fine}");
        line
    });
    println!("upgrades: {stories} stories of a release, {happy} of them without an error");
    println!("trees with this in them/of these fine with Helm 4{counters}");
    println!(
        "trees: {} of {all} identical, {rendered} of {asked} ({}%) rendered, in {varying} Helm's own answers vary, {:.0?}",
        score.passed,
        rendered * 100 / asked.max(1),
        began.elapsed()
    );
    Ok(score)
}

struct Worker<'a> {
    pair: &'a Pair,
    judges: [Judge; 2],
    stage: Stage,
    dir: tempfile::TempDir,
}

impl<'a> Worker<'a> {
    fn new(pair: &'a Pair, judges: &Judges) -> Result<Worker<'a>, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let judge = |program| Judge::new(judges, program, dir.path());
        Ok(Worker {
            pair,
            judges: [judge(Program::Helm4), judge(Program::Helm3)],
            stage: Stage::new(dir.path())?,
            dir,
        })
    }

    fn compare(&mut self, seed: u64, at: usize, keep: bool, outcome: &Mutex<Outcome>) -> Result<(), String> {
        let tree = tree(seed, at);
        let dir = self.dir.path().join(format!("tree-{at}"));
        std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
        tree.files.iter().try_for_each(|f| f.write(&dir)).map_err(|e| format!("tree {at}: {e}"))?;
        let args: Vec<&str> = tree.args.iter().map(String::as_str).collect();
        let programs = [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)];
        for (judge, (theirs, ours)) in self.judges.iter_mut().zip(programs) {
            let ours = self.pair.run(ours, &args, &dir, &[])?;
            let answer = judge.ask(&dir, &tree.args);
            let first = judge::compare(&answer, &ours);
            let varies = first.is_some() && judge.may_answer(&dir, &tree.args, &ours);
            let mut difference = if varies { None } else { first };
            if difference.is_none() && !varies && at < PROVEN {
                // An error may be another one in each run.
                let runs = if answer.code == 0 { 1 } else { 40 };
                for _ in 0..runs {
                    difference = judge::compare(&self.pair.run(theirs, &args, &dir, &[])?, &ours)
                        .map(|d| format!("  the program in parts answers otherwise\n{d}"));
                    if difference.is_none() {
                        break;
                    }
                }
            }
            let mut outcome = outcome.lock().map_err(|e| e.to_string())?;
            if tree.args[0] == "template" {
                outcome.asked += 1;
                outcome.rendered += usize::from(answer.code == 0);
            }
            if theirs == Program::Helm4 {
                outcome.count(&tree.features, &answer);
            }
            outcome.varying += usize::from(varies);
            let name = format!("tree {at} of SEED={seed} ({theirs:?}): helm {}", tree.args.join(" "));
            outcome.score.count(&name, difference);
        }
        match keep {
            true => println!("trees: kept {}", self.keep()?.join(format!("tree-{at}")).display()),
            false => std::fs::remove_dir_all(&dir).map_err(|e| e.to_string())?,
        }
        Ok(())
    }

    /// Plays one story of a release and its upgrades.
    fn upgrade(&mut self, seed: u64, at: usize, keep: bool, outcome: &Mutex<Outcome>) -> Result<(), String> {
        let dir = self.dir.path().join(format!("story-{at}"));
        for (judge, ours) in self.judges.iter_mut().zip([Program::Ours, Program::OursAs3]) {
            let (told, difference, fine) = self.stage.compare(self.pair, judge, ours, &dir, (seed, at))?;
            let mut outcome = outcome.lock().map_err(|e| e.to_string())?;
            outcome.stories += 1;
            outcome.happy += usize::from(fine);
            outcome.score.count(&format!("story {at} of SEED={seed} ({ours:?}): {told}"), difference);
            if !keep {
                std::fs::remove_dir_all(&dir).map_err(|e| e.to_string())?;
            }
        }
        if keep {
            println!("trees: kept {}", self.keep()?.join(format!("story-{at}")).display());
        }
        Ok(())
    }

    /// Leaves the files where they are.
    fn keep(&mut self) -> Result<std::path::PathBuf, String> {
        let fresh = tempfile::tempdir().map_err(|e| e.to_string())?;
        Ok(std::mem::replace(&mut self.dir, fresh).keep())
    }
}
