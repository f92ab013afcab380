//! `Chart.yaml` field by field: absent, null, empty, of other types, odd; each through every verb that reads it.
//!
//! The format of the chart changes from case to case; with `FIELDS=all` each case is tried in all of them.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::judge::{self, Judge, Judges};
use super::{Pair, Program, Score};

const FIELDS: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
    "unknown",
];

const VALUES: &[&str] = &[
    "null",
    "\"\"",
    "text",
    "1.10",
    "true",
    "[]",
    "{}",
    "[null]",
    "[a, null, 1]",
    "{a: b}",
    "{a: null, b: [x]}",
    "\"a\\tb\\u200b\\x07\\u00e9\\n\"",
    "[{name: a}, null]",
    "2024-01-01",
    "[{a: b}]",
    "-1e400",
];

/// Values for one field each.
const SPECIAL: &[(&str, &str)] = &[
    ("apiVersion", "null"),
    ("apiVersion", "\"\""),
    ("apiVersion", "v9"),
    ("apiVersion", "1"),
    ("apiVersion", "[v2]"),
    ("apiversion", "v1"),
    ("Name", "other"),
    ("name", "a/b"),
    ("name", ".."),
    ("name", "."),
    ("name", "with.dot"),
    ("name", "UPPER_case"),
    ("version", "1.2.3.4"),
    ("version", "v1.2.3"),
    ("version", "1"),
    ("version", "01.2.3"),
    ("version", "1.2.3+a_b"),
    ("version", "1.2.3-"),
    ("version", "1.2.3+build.1"),
    ("type", "library"),
    ("type", "Library"),
    ("type", "application"),
    ("kubeVersion", "\">=1.20.0-0\""),
    ("kubeVersion", "\"<1.0\""),
    ("kubeVersion", "\"a range\""),
    ("deprecated", "yes"),
    ("deprecated", "\"true\""),
    ("icon", "ftp//x"),
    ("icon", "\"https://exa mple\""),
    ("home", "\"%zz\""),
    ("sources", "[\"x y\", \"https://example.com\"]"),
    ("maintainers", "[{name: a, email: nobody, url: \"::\"}]"),
    ("maintainers", "[{email: a@example.com}]"),
    ("maintainers", "[{name: a, email: \"a b\", unknown: 1}]"),
    ("dependencies", "[{name: one}, {name: one}]"),
    ("dependencies", "[{name: one}, {name: two, alias: one}]"),
    ("dependencies", "[{name: gone, version: 1.0.0, repository: \"https://example.com\"}]"),
    ("dependencies", "[{name: one, version: 9.x}]"),
    ("dependencies", "[{name: one, version: \"\", alias: \"a b\"}]"),
    ("dependencies", "[{name: one, unknown: 1}]"),
];

const MAINTAINER: &[&str] = &["name", "email", "url"];
const DEPENDENCY: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

const VERBS: &[&str] = &["template r chart", "show chart chart", "lint chart", "package chart -d out"];

/// The lines of the file that differ from those of every chart.
struct Case {
    field: &'static str,
    /// What stands after the name of the field; nothing when the field is left out.
    value: Option<String>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = FIELDS.iter().map(|field| Case { field, value: None }).collect();
    for field in FIELDS {
        cases.extend(VALUES.iter().map(|value| Case { field, value: Some((*value).to_owned()) }));
    }
    cases.extend(SPECIAL.iter().map(|(field, value)| Case { field, value: Some((*value).to_owned()) }));
    for (list, fields, base) in [
        ("maintainers", MAINTAINER, [("name", "one"), ("email", "a@example.com")]),
        ("dependencies", DEPENDENCY, [("name", "one"), ("version", "1.0.0")]),
    ] {
        for field in fields {
            for value in VALUES {
                let rest = base.iter().filter(|(name, _)| name != field);
                let rest: String = rest.map(|(name, value)| format!("{name}: {value}, ")).collect();
                cases.push(Case { field: list, value: Some(format!("[{{{rest}{field}: {value}}}]")) });
            }
        }
    }
    cases
}

impl Case {
    fn write(&self, dir: &Path, format: &str) -> std::io::Result<()> {
        let chart = dir.join("chart");
        fs::create_dir_all(chart.join("templates"))?;
        fs::create_dir_all(chart.join("charts/one"))?;
        fs::create_dir_all(dir.join("out"))?;
        let mut text = String::new();
        for (name, value) in [("apiVersion", format), ("name", "chart"), ("version", "1.0.0")] {
            if !name.eq_ignore_ascii_case(self.field) {
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        if let Some(value) = &self.value {
            let line = format!("{}: {value}\n", self.field);
            match self.field == "dependencies" && format == "v1" {
                true => fs::write(chart.join("requirements.yaml"), line)?,
                false => text.push_str(&line),
            }
        }
        fs::write(chart.join("Chart.yaml"), text)?;
        fs::write(chart.join("values.yaml"), "a: 1\n")?;
        fs::write(chart.join("charts/one/Chart.yaml"), "apiVersion: v2\nname: one\nversion: 1.0.0\n")?;
        let template = "json: {{ toJson .Chart | quote }}\nyaml: {{ toYaml .Chart | quote }}\n\
                        toml: {{ toToml .Chart | quote }}\nlists: {{ toJson .Chart.Keywords }}\n\
                        notes: {{ toJson .Chart.Annotations | quote }}\n";
        fs::write(chart.join("templates/chart.yaml"), template)
    }
}

/// Compares every case.
pub(crate) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let judges = Judges::install(bin)?;
    let all = std::env::var("FIELDS").is_ok_and(|v| v == "all");
    let formats = ["v1", "v2", "v2", "v3"];
    let cases = cases();
    let mut runs: Vec<(&Case, &str)> = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        match all {
            true => runs.extend(["v1", "v2", "v3"].map(|format| (case, format))),
            false => runs.push((case, formats[at % formats.len()])),
        }
    }
    let next = AtomicUsize::new(0);
    let score = Mutex::new(Score::default());
    let work = || -> Result<(), String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut judges = [Program::Helm4, Program::Helm3].map(|p| Judge::new(&judges, p, dir.path()));
        while let Some((case, format)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let folder = dir.path().join("case");
            case.write(&folder, format).map_err(|e| e.to_string())?;
            compare(pair, &mut judges, &folder, (case, format), &score)?;
            fs::remove_dir_all(&folder).map_err(|e| e.to_string())?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|w| w.join().map_err(|_| "a worker panicked".to_owned())?)
    })?;
    let score = score.into_inner().map_err(|e| e.to_string())?;
    println!("fields: {} of {} identical, {} cases", score.passed, score.passed + score.failed, runs.len());
    Ok(score)
}

fn compare(
    pair: &Pair,
    judges: &mut [Judge; 2],
    folder: &Path,
    (case, format): (&Case, &str),
    score: &Mutex<Score>,
) -> Result<(), String> {
    for verb in VERBS {
        let args: Vec<&str> = verb.split(' ').collect();
        let given: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        for (judge, program) in judges.iter_mut().zip([Program::Ours, Program::OursAs3]) {
            let ours = pair.run(program, &args, folder, &[])?;
            let found = judge::compare(&judge.ask(folder, &given), &ours)
                .filter(|_| !judge.may_answer(folder, &given, &ours));
            let value = case.value.as_deref().map_or("absent".to_owned(), |v| format!("{v:?}"));
            let name = format!("{format} {}: {value}: helm {verb} ({program:?})", case.field);
            score.lock().map_err(|e| e.to_string())?.count(&name, found);
        }
    }
    Ok(())
}
