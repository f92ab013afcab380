//! Random `Chart.yaml`, `requirements.yaml` and lock files.

use helm_testkit::random::Random;
use serde_json::{Value as Json, json};

use super::chart::File;

/// Lines that now and then stand in a `Chart.yaml`.
const LINES: &[&str] = &[
    "appVersion: \"1.0\"",
    "appVersion: 1.10",
    "appVersion: 2024-01-01",
    "description: \"a\\tb\\u200bc\"",
    "description: |\n  two\n  lines",
    "deprecated: true",
    "deprecated: yes",
    "keywords: [a, 1]",
    "sources: [https://example.com, true]",
    "home: https://example.com",
    "icon: https://example.com/icon.png",
    "annotations: {a: 1, b: yes}",
    "maintainers: [{name: m, email: m@example.com}]",
    "maintainers: [{name: m}, null]",
    "kubeVersion: \">=1.20.0-0\"",
    "kubeVersion: \"^1.29\"",
    "kubeVersion: \"<1.5\"",
    "kubeVersion: \"not a range\"",
    "condition: a",
    "tags: a,b",
    "type: application",
    "type: application",
    "type: library",
    "type: other",
    "type: Library",
    "unknown: 1",
    "icon: [x]",
    "annotations: {a: [x]}",
    "engine: gotpl",
];

const VERSIONS: &[&str] = &["1.2.3", "1.2.3", "1.0.0", "2.0.0-rc.1", "1.2", "v1.2.3", "1.2.3+build.5"];

pub(super) fn write(r: &mut Random, name: &str, prefix: &str, subcharts: &[&str], files: &mut Vec<File>) {
    let api_version = match r.below(100) {
        0..=77 => "v2",
        78..=94 => "v1",
        95 | 96 => "",
        97 => "v3",
        98 => "v9",
        _ => "1",
    };
    let mut text = String::new();
    if !api_version.is_empty() {
        text.push_str(&format!("apiVersion: {api_version}\n"));
    }
    let named = if r.chance(99) { name } else { r.pick(&["other", "", "a/b", "..", "with.dot", "1"]) };
    text.push_str(&format!("name: {named}\n"));
    let version =
        if r.chance(99) { r.pick(VERSIONS) } else { r.pick(&["", "x", "1.2.3.4", "[1]", "1.02.3"]) };
    text.push_str(&format!("version: {version}\n"));
    for _ in 0..r.below(3) {
        let line = if r.chance(8) { r.pick(LINES) } else { r.pick(&LINES[..11]) };
        let key = line.split(':').next().unwrap_or_default();
        if !text.contains(&format!("\n{key}:")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    let list = dependencies(r, subcharts);
    let in_chart = api_version == "v2" || r.chance(10);
    if !list.is_empty() || r.chance(5) {
        let written = yaml(&list);
        match in_chart {
            true => text.push_str(&written),
            false => files.push(File::text(&format!("{prefix}requirements.yaml"), written)),
        }
    }
    if r.chance(4) {
        files.push(File::text(&format!("{prefix}requirements.yaml"), "dependencies: []\n".to_owned()));
    }
    if r.chance(8) {
        let name = r.pick(&["Chart.lock", "requirements.lock"]);
        let lock = "dependencies:\n- name: one\n  repository: \"\"\n  version: 1.2.3\ndigest: sha256:0\ngenerated: \"2024-01-02T03:04:05.6Z\"\n";
        files.push(File::text(&format!("{prefix}{name}"), lock.to_owned()));
    }
    files.insert(0, File::text(&format!("{prefix}Chart.yaml"), text));
}

fn yaml(list: &[Json]) -> String {
    let lines: String = list.iter().map(|entry| format!("- {entry}\n")).collect();
    if lines.is_empty() { "dependencies: []\n".to_owned() } else { format!("dependencies:\n{lines}") }
}

fn dependencies(r: &mut Random, subcharts: &[&str]) -> Vec<Json> {
    let mut list = Vec::new();
    for name in subcharts.iter().filter(|_| r.chance(85)).collect::<Vec<_>>() {
        list.push(dependency(r, name));
        // The same chart once more, by another name.
        if r.chance(15) {
            let mut again = dependency(r, name);
            again["alias"] = json!(r.pick(&["x", "y", "data", "two"]));
            list.push(again);
        }
    }
    if r.chance(3) {
        let mut missing = dependency(r, "four");
        missing["condition"] = json!("enabled");
        list.push(missing);
    }
    if r.chance(1) {
        list.push(Json::Null);
    }
    if r.chance(20) {
        list.reverse();
    }
    list
}

fn dependency(r: &mut Random, name: &str) -> Json {
    let mut entry = json!({"name": name});
    let version = if r.chance(90) {
        r.pick(&["*", "1.x", ">=1.0.0-0", "~1.2", "^1", "1.2.3", ">0.1.0-0"])
    } else {
        r.pick(&["", "2.x", "bad range", "=1.0.0", "1.2.3 || 2.0.0-rc.1"])
    };
    entry["version"] = json!(version);
    if r.chance(70) {
        entry["repository"] =
            json!(r.pick(&["", "https://example.com/charts", "file://../x", "@stable", "oci://example.com"]));
    }
    if r.chance(20) {
        entry["alias"] =
            json!(if r.chance(85) { r.pick(&["x", "y", "data", "a"]) } else { r.pick(&["one", "two"]) });
    } else if r.chance(1) {
        entry["alias"] = json!("not ok");
    }
    if r.chance(40) {
        entry["condition"] = json!(condition(r, name));
    }
    if r.chance(30) {
        entry["tags"] = json!([r.pick(&["a", "b", "c"]), r.pick(&["x", "y", "a"])]);
    }
    if r.chance(35) {
        entry["import-values"] = (0..1 + r.below(3)).map(|_| import(r)).collect();
    }
    if r.chance(3) {
        entry["enabled"] = json!(r.chance(50));
    }
    entry
}

fn condition(r: &mut Random, name: &str) -> String {
    let one = |r: &mut Random| match r.below(8) {
        0..=2 => format!("{name}.enabled"),
        3 => "enabled".to_owned(),
        4 => "global.a".to_owned(),
        5 => "x.enabled".to_owned(),
        6 => r.pick(&["a", "a.b", "b.c", " a", "", ".", "tags.a", "one.a.b"]).to_owned(),
        _ => format!("{name}.a"),
    };
    let all: Vec<String> = (0..1 + r.below(3)).map(|_| one(r)).collect();
    all.join(r.pick(&[",", ",", ", "]))
}

fn import(r: &mut Random) -> Json {
    let child = r.pick(&["a", "b", "data", "exports.a", "b.a", "global", "one", "one.a", "exports", "."]);
    let parent = r.pick(&[".", "a", "b", "x.a", "global", "one", "imported", "a.b.c", "exports"]);
    match r.below(20) {
        0..=8 => json!(r.pick(&["a", "b", "data", "x", "one"])),
        9..=17 => json!({"child": child, "parent": parent}),
        18 => json!({"child": child}),
        _ => r
            .pick(&[json!(1), json!(null), json!(["a"]), json!({"parent": 1, "child": "a"})].each_ref())
            .clone(),
    }
}
