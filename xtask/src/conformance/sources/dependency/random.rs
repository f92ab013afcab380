//! Random charts: names, ranges and repositories of all kinds, some of which lead nowhere.

use std::fs;

use helm_testkit::random::{Random, cases};

use super::lab::{Chart, Lab, NAMES, Outcome, VERSIONS};
use super::{PAIRS, io};
use crate::conformance::{Pair, Program, Score};

/// How many charts are tried when `CASES` says nothing.
const CASES: usize = 20;
const RANGES: [&str; 18] = [
    "1.2.3",
    "^1.0.0",
    "~1.2",
    "1.x",
    "*",
    ">0.0.0-0",
    ">=1, <2",
    ">=1 <3 || >9",
    "!=1.2.3",
    "1.3.0-rc.1",
    "2.0.0+build.7",
    "2.0.0",
    "v1.0.0",
    "1.0 - 2",
    "~1.3.0-0",
    "^7",
    "no version",
    "",
];

pub(super) fn run(pair: &Pair, lab: &Lab) -> Result<Score, String> {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("random dependencies: SEED={seed}");
    let mut score = Score::default();
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let threads = PAIRS.map(|(theirs, ours)| scope.spawn(move || compare(pair, lab, seed, theirs, ours)));
        threads.map(|thread| thread.join().unwrap_or_else(|_| Err("a comparison panicked".to_owned()))).into()
    });
    for outcome in outcomes {
        score.add(outcome?);
    }
    Ok(score)
}

fn compare(pair: &Pair, lab: &Lab, seed: u64, theirs: Program, ours: Program) -> Result<Score, String> {
    let mut score = Score::default();
    for case in 0..cases(CASES) {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(case as u64));
        let chart = random_chart(lab, &mut random);
        let name = format!("random dependencies, SEED={seed} case {case} ({theirs:?})");
        let (a, b) = (play(pair, lab, theirs, &chart)?, play(pair, lab, ours, &chart)?);
        let found = a.iter().zip(&b).enumerate().find_map(|(step, (a, b))| {
            Some(format!("  step {step}\n{}", without_others(a, &chart).difference(b)?))
        });
        score.count(&name, found.map(|text| format!("{chart:?}\n{text}")));
    }
    Ok(score)
}

/// A random chart.
struct Drawn {
    chart: Chart,
    /// Whether it needs the configured repository, which Helm asks in any case.
    needed: bool,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Chart { files, present, configured } = &self.chart;
        for (name, text) in files {
            writeln!(f, "  {name}:\n{text}")?;
        }
        write!(f, "  present: {present:?}, configured: {configured}")
    }
}

fn random_chart(lab: &Lab, random: &mut Random) -> Drawn {
    let (one, two) = (lab.url("one"), lab.url("two"));
    let (slash, nowhere) = (format!("{one}/"), lab.url("nowhere"));
    let oci = format!("oci://{}/charts", lab.peer.plain.host);
    let configured = random.chance(70);
    // Without configuration Helm 4 takes an address with a slash more for another repository, whose index it does not
    // fetch, and what it does about aliases is its luck.
    let mut repositories = vec![one.as_str(), &two, &oci];
    if configured {
        repositories.extend([slash.as_str(), "@main", "alias:main"]);
    }
    // What leads nowhere ends the run, so it is rare.
    repositories.extend_from_slice(&repositories.clone());
    repositories.extend(["file://../local", "", &nowhere]);
    repositories.extend(if configured { ["@unknown", "stable"] } else { [one.as_str(), &two] });
    let mut list = "dependencies:\n".to_owned();
    let mut needed = false;
    for at in 0..=random.below(5) {
        let repository = random.pick(&repositories);
        needed |= [one.as_str(), &slash, "@main", "alias:main"].contains(&repository);
        let name = match repository {
            "file://../local" => "local",
            "" => "hand",
            // Others are not there.
            text if text == oci => "alpha",
            _ => random.pick(&NAMES),
        };
        // Ranges that have an answer come more often.
        let ranges = if random.chance(30) { &RANGES[..] } else { &RANGES[..9] };
        let range = random.pick(ranges);
        list += &format!("- name: {name}\n  version: \"{range}\"\n  repository: \"{repository}\"\n");
        if random.chance(90) {
            list += &format!("  alias: a{at}\n");
        }
        if random.chance(30) {
            list +=
                "  condition: x.<on>\n  tags: [t, \"&\"]\n  import-values: [{child: c, parent: p}, all]\n";
        }
    }
    let mut chart = Chart::new(&list, random.chance(20));
    for _ in 0..random.below(4) {
        chart.present.push(format!("{}-{}.tgz", random.pick(&NAMES), random.pick(&VERSIONS)));
    }
    chart.configured = configured;
    Drawn { chart, needed }
}

/// Update, build, list, build of a chart that changed since.
fn play(pair: &Pair, lab: &Lab, program: Program, drawn: &Drawn) -> Result<Vec<Outcome>, String> {
    let stage = lab.stage(&drawn.chart)?;
    let mut outcomes = Vec::new();
    for args in [
        ["dependency", "update", "app", "--plain-http"].as_slice(),
        &["dep", "build", "app", "--skip-refresh", "--plain-http"],
        &["dependency", "list", "app"],
    ] {
        outcomes.push(stage.play(pair, program, args)?);
    }
    let file = drawn.chart.files.last().map_or("Chart.yaml", |(name, _)| *name);
    let path = stage.path("app").join(file);
    let text = fs::read_to_string(&path).map_err(io)?;
    fs::write(&path, text.replace("alias: a0", "alias: other")).map_err(io)?;
    outcomes.push(stage.play(pair, program, &["dependency", "build", "./app", "--plain-http"])?);
    Ok(outcomes)
}

/// What Helm did, without the line for a repository that is not needed.
fn without_others(theirs: &Outcome, drawn: &Drawn) -> Outcome {
    let line = "...Successfully got an update from the \"main\" chart repository\n";
    let output = match drawn.needed {
        true => theirs.output.clone(),
        false => theirs.output.replacen(line, "", 1),
    };
    Outcome { code: theirs.code, output, errors: theirs.errors.clone(), files: theirs.files.clone() }
}
