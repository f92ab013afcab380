use govalue::Str;
use helm_chart::{BufferedFile, Chart, Compat, assemble};
use serde_json::{Value as Json, json};

use crate::random::{Random, cases};
use crate::{BOTH, lines, number, oracle, without_place};

const CHART_LINES: &[&str] = &[
    "apiVersion: v1",
    "apiVersion: v2",
    "apiVersion: v2",
    "apiVersion: v2",
    "apiVersion: 2",
    "name: c",
    "name: c",
    "name: c",
    "name: 1.5",
    "name: ..",
    "name: a/b",
    "name: [x]",
    "NAME: d",
    "version: 1.0.0",
    "version: 1.0.0",
    "version: 1.0.0",
    "version: 1.10",
    "version: 20250101123",
    "version: x",
    "version: {}",
    "appVersion: 1.0",
    "appVersion: true",
    "appVersion: 0x10",
    "appVersion: 1e3",
    "appVersion: null",
    "description: \"a\\tb\\u200bc\\u0007\"",
    "description: |\n  two\n  lines",
    "type: library",
    "type: other",
    "deprecated: true",
    "deprecated: \"yes\"",
    "deprecated: yes",
    "keywords: [a, 1, null]",
    "keywords: a",
    "sources: [1.50, true]",
    "annotations: {a: 1, b: [x]}",
    "annotations: {a: 1.25, b: null, c: yes}",
    "annotations: x",
    "maintainers: [{name: m, email: 1}, null]",
    "maintainers: [{name: m, url: x}]",
    "maintainers: [x]",
    "maintainers: {a: b}",
    "icon: 1",
    "home: 2001-01-01",
    "kubeVersion: 1.20",
    "kubeVersion: \">=1.20\"",
    "dependencies: []",
    "dependencies: [null]",
    "dependencies: [{name: a}, {name: b, alias: a}]",
    "dependencies: [{name: a, alias: \"x y\"}]",
    "dependencies: [{name: d, version: 1, repository: null, condition: true, tags: [1], import-values: [1, a, {child: b}]}]",
    "dependencies: [x]",
    "dependencies: {a: b}",
    "dependencies: [{name: [x]}]",
    "unknown: 1",
    "condition: a",
    "tags: 1",
    "tags: [x]",
    "name: 0o7",
    "version: \"v1.2\"",
    "- x",
    "a: b: c",
    "\tx",
];
const LOCKS: &[&str] = &[
    "dependencies:\n- name: a\n  version: 1.0\ndigest: sha256:x\ngenerated: \"2021-03-29T12:42:34.3+02:00\"\n",
    "generated: 2021-03-29T12:42:34Z\n",
    "generated: yesterday\n",
    "generated: 5\n",
    "",
    "digest: [x]\n",
    "- a\n",
    "generated: null\ndependencies: null\n",
];
const VALUES: &[&str] = &[
    "a: 1\nb: {c: null}\n",
    "",
    "# nothing\n",
    "- a\n",
    "text\n",
    "1\n",
    "a: 1\n---\nb: 2\na: {x: 1}\n",
    "---\na: 1\n",
    "a: 1\n---\n",
    "a: 1\n--- # more\nb: 2\n",
    "a: 1\n--- x\nb: 2\n",
    "a: 1000000\nb: 1.50\nc: 0x1F\n1: one\n",
    "a: [1, {b: 2}]\r\nc: d\r\n",
    "a: b: c\n",
    "a: 1\na: 2\n",
    "---\n---\na: {b: 1}\n---\na: {c: 2}\n",
    "~\n",
];
const NAMES: &[&str] = &[
    "templates/a.yaml",
    "templates/_h.tpl",
    "templates/tests/t.yaml",
    "crds/a.yaml",
    "README.md",
    "files/x",
    "charts/README.md",
    "charts/one.tgz.prov",
    "charts/_off/Chart.yaml",
    "charts/.git/config",
    "charts/x.prov",
    "values.schema.json",
    "charts/a.tgz/b",
];

fn chartfile(r: &mut Random) -> String {
    let mut text = "apiVersion: v2\nname: app\nversion: 0.1.0\n".to_owned();
    if r.chance(40) {
        text.clear();
    }
    for _ in 0..r.below(5) {
        let line = r.pick(CHART_LINES);
        let key = line.split(':').next().unwrap();
        // A second value for a key is an error of its own, which would hide all others.
        if !text.contains(&format!("{key}:")) || r.chance(3) {
            text.push_str(line);
            text.push('\n');
        } else {
            text = text.lines().map(|l| if l.starts_with(&format!("{key}:")) { line } else { l }).fold(
                String::new(),
                |mut text, l| {
                    text.push_str(l);
                    text.push('\n');
                    text
                },
            );
        }
    }
    text
}

fn files(r: &mut Random, prefix: &str, depth: usize) -> Vec<Json> {
    let mut files = Vec::new();
    let mut add =
        |name: &str, data: String| files.push(json!({"name": format!("{prefix}{name}"), "data": data}));
    if r.chance(95) {
        add("Chart.yaml", chartfile(r));
    }
    if r.chance(60) {
        add("values.yaml", r.pick(VALUES).to_owned());
    }
    if r.chance(15) {
        add(r.pick(&["Chart.lock", "requirements.lock"]), r.pick(LOCKS).to_owned());
    }
    if r.chance(12) {
        let line = ["dependencies: [{name: r, tags: [t]}]\n", "name: renamed\n", "dependencies: []\n", "[\n"];
        add("requirements.yaml", r.pick(&line).to_owned());
    }
    for _ in 0..r.below(3) {
        add(r.pick(NAMES), r.pick(&["", "x", "{}", "\u{feff}bom"]).to_owned());
    }
    if depth > 0 {
        for name in ["one", "two"] {
            if r.chance(25) {
                files.extend(self::files(r, &format!("{prefix}charts/{name}/"), depth - 1));
            }
        }
    }
    files
}

pub fn tree(chart: &Chart) -> Json {
    let charts: Vec<Json> = chart.dependencies.iter().map(|d| tree(d)).collect();
    json!({"record": chart, "charts": charts})
}

/// Without the time that Helm 4 stamps a chart with, and subcharts in an order: Go loads them in any.
pub fn normal(mut tree: Json) -> Json {
    if let Some(charts) = tree["charts"].as_array_mut() {
        charts.iter_mut().for_each(|c| *c = normal(c.take()));
        charts.sort_by_key(Json::to_string);
    }
    if let Some(record) = tree["record"].as_object_mut() {
        record.remove("schemamodtime");
    }
    tree
}

#[test]
fn files_make_charts_as_in_helm() {
    let mut r = Random::seeded("load");
    let questions: Vec<Json> = (0..cases(8000))
        .map(|case| json!({"op": "load", "compat": number(BOTH[case % 2]), "files": files(&mut r, "", 2)}))
        .collect();
    let answers = oracle().ask_all(&questions);
    for (question, answer) in questions.iter().zip(answers) {
        let compat = BOTH[usize::from(question["compat"] == 4)];
        check(question, &answer, compat);
    }
}

fn check(question: &Json, answer: &Json, compat: Compat) {
    let files = question["files"].as_array().unwrap().iter().map(|f| BufferedFile {
        name: f["name"].as_str().unwrap().to_owned(),
        mod_time: None,
        data: Str::from(f["data"].as_str().unwrap()),
    });
    let mut warnings = Vec::new();
    match assemble(files.collect(), compat, &mut warnings) {
        Ok(chart) => {
            assert_eq!(answer["error"], Json::Null, "{question}");
            assert_eq!(normal(tree(&chart)), normal(answer["chart"].clone()), "{question}");
            let ours = without_place(&json!({"warnings": lines(&warnings, compat)}));
            assert_eq!(ours, without_place(answer), "{question}");
        }
        Err(error) => {
            // Go loads subcharts in random order: with two bad ones either error may come.
            let subchart = |text: &str| text.starts_with("error unpacking subchart");
            let (ours, theirs) = (error.to_string(), answer["error"].as_str().unwrap_or_default());
            assert!(ours == theirs || subchart(&ours) && subchart(theirs), "{ours}\n{theirs}\n{question}");
        }
    }
}
