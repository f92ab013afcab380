//! `helm lint`: a chart for every rule, in both Helms' words.

use std::fs;
use std::path::Path;

use helm_testkit::files;

use super::judge::{self, Judge, Judges};
use super::{Pair, Program, Score};

/// What every case begins with.
const SOUND: &[(&str, &str)] = &[
    ("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\nicon: https://example.com/i.png\n"),
    ("values.yaml", "a: 1\n"),
    ("templates/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n"),
];

const RUNS: &[&str] = &["lint chart", "lint --strict chart", "lint --quiet chart"];

#[derive(Default)]
struct Case<'a> {
    title: &'a str,
    runs: Vec<&'a str>,
    /// Files with their text; `None` for one that is left out.
    files: Vec<(&'a str, Option<String>)>,
}

fn parse(text: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("== ") {
            cases.push(Case { title, ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(run) = line.strip_prefix("$ ") {
            case.runs.push(run);
        } else if let Some((name, rest)) = line.strip_prefix("-- ").and_then(|l| l.split_once(" --")) {
            case.files.push((name, (rest.trim() != "none").then(String::new)));
        } else if let Some((_, Some(text))) = case.files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    cases
}

impl Case<'_> {
    fn write(&self, dir: &Path, server: &str) -> std::io::Result<()> {
        let own = |name: &str| self.files.iter().any(|(n, _)| *n == name);
        let sound = SOUND.iter().filter(|(name, _)| !own(name)).map(|(name, text)| (*name, *text));
        let files = self.files.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?)));
        for (name, text) in sound.chain(files) {
            let path = dir.join("chart").join(name);
            fs::create_dir_all(path.parent().unwrap_or(dir))?;
            fs::write(path, text.replace("SERVER", server))?;
        }
        Ok(())
    }
}

/// Runs every case of `conformance/lint.txt` with both programs, at both levels.
pub(crate) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let path = crate::root().join("conformance/lint.txt");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let judges = Judges::install(bin)?;
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let mut judge3 = Judge::new(&judges, Program::Helm3, dir.path());
    let mut judge4 = Judge::new(&judges, Program::Helm4, dir.path());
    let server = files::serve(dir.path());
    let mut score = Score::default();
    for (at, case) in parse(&text).iter().enumerate() {
        let folder = dir.path().join(at.to_string());
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        case.write(&folder, &format!("{}/{at}/chart", server.url()))
            .map_err(|e| format!("{}: {e}", case.title))?;
        let runs = if case.runs.is_empty() { RUNS } else { &case.runs };
        for run in runs {
            let args: Vec<&str> = run.split(' ').collect();
            let given: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
            for (judge, ours) in [(&mut judge4, Program::Ours), (&mut judge3, Program::OursAs3)] {
                let theirs = judge.ask(&folder, &given);
                let answer = pair.run(ours, &args, &folder, &[])?;
                let found =
                    judge::compare(&theirs, &answer).filter(|_| !judge.may_answer(&folder, &given, &answer));
                score.count(&format!("{}: helm {run} ({ours:?})", case.title), found);
            }
        }
    }
    println!("lint: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}
