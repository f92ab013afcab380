//! Random indexes of repositories, and random searches in them, by this program and both Helms.
//!
//! `SEED` repeats a run, `SEARCHES` sets how many indexes it has, `SEARCH` picks one of them and prints it.

mod text;

use std::fs;
use std::path::Path;

use helm_testkit::random::{Random, seed};

use super::super::judge::{Judge, Judges};
use super::super::{Pair, Program, Score, difference};

/// How many indexes a normal run has.
const INDEXES: usize = 500;

pub(super) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let number = |name: &str| std::env::var(name).ok().and_then(|s| s.parse::<usize>().ok());
    let judges = Judges::install(bin)?;
    let (seed, one) = (seed(), number("SEARCH"));
    let (first, end) = one.map_or((0, number("SEARCHES").unwrap_or(INDEXES)), |at| (at, at + 1));
    println!("searches: SEED={seed} SEARCHES={}", end - first);
    let programs = [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)];
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let threads = programs.map(|(theirs, ours)| {
            let judges = &judges;
            scope.spawn(move || {
                let mut scene = Scene::new(pair, judges, theirs, ours)?;
                (first..end).try_for_each(|at| scene.compare(seed, at, one.is_some()))?;
                Ok(scene.score)
            })
        });
        threads.map(|thread| thread.join().unwrap_or_else(|_| Err("a search panicked".to_owned()))).into()
    });
    let mut score = Score::default();
    for outcome in outcomes {
        score.add(outcome?);
    }
    println!("searches: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// A home with one repository, and the two programs that look into it.
struct Scene<'a> {
    pair: &'a Pair,
    judge: Judge,
    theirs: Program,
    ours: Program,
    home: tempfile::TempDir,
    score: Score,
}

impl<'a> Scene<'a> {
    fn new(pair: &'a Pair, judges: &Judges, theirs: Program, ours: Program) -> Result<Scene<'a>, String> {
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        let config = home.path().join(".config/helm");
        fs::create_dir_all(&config).map_err(|e| e.to_string())?;
        fs::create_dir_all(home.path().join(".cache/helm/repository")).map_err(|e| e.to_string())?;
        fs::write(
            config.join("repositories.yaml"),
            "apiVersion: \"\"\nrepositories:\n- name: r\n  url: http://127.0.0.1:1/x\n",
        )
        .map_err(|e| e.to_string())?;
        let judge = Judge::new(judges, theirs, home.path());
        Ok(Scene { pair, judge, theirs, ours, home, score: Score::default() })
    }

    fn compare(&mut self, seed: u64, at: usize, show: bool) -> Result<(), String> {
        let mut r = Random::new(seed.wrapping_mul(1_000_033).wrapping_add(at as u64));
        let index = text::index(&mut r);
        if show {
            println!("{index}");
        }
        let cache = self.home.path().join(".cache/helm/repository");
        let _ = fs::remove_file(cache.join("r-index.compact"));
        fs::write(cache.join("r-index.yaml"), &index).map_err(|e| e.to_string())?;
        let name = format!("index {at} of SEED={seed}");
        let all = ["search", "repo", "-l", "--devel", "-o", "json"].map(str::to_owned);
        // One difference in what was read shows in everything that comes after it.
        if !self.both(&name, &all)? {
            return Ok(());
        }
        for _ in 0..3 {
            let line = search(&mut r);
            self.both(&name, &line)?;
        }
        let chart = format!("r/{}", r.pick(&["demo", "web", "façade", "on", "1", "demo-web"]));
        let mut pull = vec!["pull".to_owned(), chart];
        if r.chance(60) {
            pull.extend([
                "--version".to_owned(),
                r.pick(&["1.0.0", "^1", "1.2", "2.x", ">0-0", "one", ""]).to_owned(),
            ]);
        }
        self.both(&name, &pull)?;
        Ok(())
    }

    fn both(&mut self, name: &str, line: &[String]) -> Result<bool, String> {
        let dir = self.home.path().to_path_buf();
        let home = dir.to_str().unwrap_or_default();
        let args: Vec<&str> = line.iter().map(String::as_str).collect();
        let ours = self.pair.run(self.ours, &args, &dir, &[("HOME", home)])?;
        let theirs = self.judge.ask(&dir, line);
        let found = (theirs.code != ours.code)
            .then(|| {
                format!(
                    "  exit code {} instead of {}\n{}{}",
                    ours.code, theirs.code, ours.stderr, theirs.stderr
                )
            })
            .or_else(|| difference("stdout", &theirs.stdout, &ours.stdout))
            .or_else(|| difference("stderr", &problems(&theirs.stderr), &problems(&ours.stderr)));
        let same = found.is_none();
        self.score.count(&format!("{name} ({:?}): helm {}", self.theirs, line.join(" ")), found);
        Ok(same)
    }
}

/// What was said, in any order: Helm goes through charts in random order. Of several values of the wrong type in JSON
/// any may be told, and what is left out of an index without a version is nobody's concern.
fn problems(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(at) = lines.iter().position(|line| line.contains("no API version specified")) {
        lines = vec![lines[at]];
    }
    lines.sort_unstable();
    for line in &mut lines {
        if let Some((start, _)) = line.split_once("yaml: json: cannot unmarshal") {
            *line = start;
        }
    }
    lines.join("\n")
}

/// A search for anything, by any means.
fn search(r: &mut Random) -> Vec<String> {
    let mut line = vec!["search".to_owned(), "repo".to_owned()];
    let words = [
        "demo",
        "web",
        "WEB",
        "e",
        "r/",
        "r/demo",
        "plain",
        "words",
        "plain words",
        "a",
        "ß",
        "Größer",
        "\u{b}",
        "colon",
        ".",
        "",
        "http",
        "x",
        "😀",
        "ends",
        "1",
        "$$",
        "null",
    ];
    let expressions = ["d.mo", "^web", "words$", "(a|b)c?", "[", "(?i)WEB", "\\d", "", "x*", "e.*o", "\u{b}"];
    let mut push = |word: &str| line.push(word.to_owned());
    if r.chance(30) {
        push("-r");
        push(r.pick(&expressions));
    } else if r.chance(90) {
        push(r.pick(&words));
        if r.chance(15) {
            push(r.pick(&words));
        }
    }
    if r.chance(40) {
        push("-l");
    }
    if r.chance(30) {
        push("--devel");
    }
    if r.chance(40) {
        push("--version");
        push(r.pick(&[
            "^1",
            "1",
            "1.0.0",
            ">=1.0.0-0",
            "~1.1",
            "*",
            "x",
            "1 - 2",
            "!=1.0.0",
            "",
            "zz",
            "<2 || >3",
            "v1",
        ]));
    }
    match r.below(4) {
        0 => line.extend(["-o".to_owned(), "json".to_owned()]),
        1 => line.extend(["-o".to_owned(), "yaml".to_owned()]),
        2 => line
            .extend(["--max-col-width".to_owned(), r.pick(&["0", "1", "10", "20", "50", "80"]).to_owned()]),
        _ => {}
    }
    if r.chance(10) {
        line.push("--fail-on-no-result".to_owned());
    }
    line
}
