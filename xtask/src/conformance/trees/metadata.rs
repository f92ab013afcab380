//! Random `Chart.yaml`, `requirements.yaml` and lock files.

use super::chart::File;
use super::dependencies;
use super::draw::Draw;

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
    "keywords: []",
    "sources: [https://example.com, true]",
    "sources: []",
    "home: https://example.com",
    "icon: https://example.com/icon.png",
    "annotations: {a: 1, b: yes}",
    "annotations: {}",
    "maintainers: [{name: m, email: m@example.com}]",
    "maintainers: []",
    "kubeVersion: \">=1.20.0-0\"",
    "kubeVersion: \"^1.29\"",
    "condition: a",
    "tags: a,b",
    "type: application",
    "unknown: 1",
    "engine: gotpl",
    "home: null",
];

/// Lines that Helm refuses or that keep the chart from being rendered.
const BAD_LINES: &[&str] = &[
    "maintainers: [{name: m}, null]",
    "kubeVersion: \"<1.5\"",
    "kubeVersion: \"not a range\"",
    "type: library",
    "type: other",
    "type: Library",
    "icon: [x]",
    "annotations: {a: [x]}",
    "deprecated: maybe",
];

const VERSIONS: &[&str] = &["1.2.3", "1.2.3", "1.0.0", "2.0.0-rc.1", "1.2", "v1.2.3", "1.2.3+build.5"];

/// Writes the metadata of a chart with the given subcharts; answers the names that its dependencies go by.
pub(super) fn write(r: &mut Draw, name: &str, prefix: &str, subcharts: &[&str], files: &mut Vec<File>) {
    let root = !prefix.contains("charts/");
    let api_version = api_version(r, root);
    let mut text = String::new();
    if !api_version.is_empty() {
        text.push_str(&format!("apiVersion: {api_version}\n"));
    }
    let named = if r.bad(4) { r.pick(&["other", "", "a/b", "..", "with.dot", "1"]) } else { name };
    let version = if r.bad(4) { r.pick(&["", "x", "1.2.3.4", "[1]", "1.02.3"]) } else { r.pick(VERSIONS) };
    text.push_str(&format!("name: {named}\nversion: {version}\n"));
    for _ in 0..r.below(4) {
        let line = if r.bad(12) { r.pick(BAD_LINES) } else { r.pick(LINES) };
        let key = line.split(':').next().unwrap_or_default();
        if !text.contains(&format!("\n{key}:")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    if !root && !text.contains("\ntype:") && r.gets(8, "library subchart") {
        text.push_str("type: library\n");
    }
    let list = dependencies::list(r, subcharts);
    let in_chart = api_version != "v1" || r.chance(10);
    if !list.is_empty() || r.chance(5) {
        let written = dependencies::yaml(&list);
        match in_chart {
            true => text.push_str(&written),
            false => {
                r.has("requirements.yaml");
                files.push(File::text(&format!("{prefix}requirements.yaml"), written));
            }
        }
    }
    if r.chance(3) {
        files.push(File::text(&format!("{prefix}requirements.yaml"), "dependencies: []\n".to_owned()));
    }
    if r.gets(8, "lock file") {
        let name = r.pick(&["Chart.lock", "requirements.lock"]);
        let lock = "dependencies:\n- name: one\n  repository: \"\"\n  version: 1.2.3\ndigest: sha256:0\ngenerated: \"2024-01-02T03:04:05.6Z\"\n";
        files.push(File::text(&format!("{prefix}{name}"), lock.to_owned()));
    }
    files.insert(0, File::text(&format!("{prefix}Chart.yaml"), text));
}

fn api_version(r: &mut Draw, root: bool) -> &'static str {
    if r.bad(5) {
        return r.pick(&["", "v9", "1"]);
    }
    match r.below(100) {
        0..=76 => "v2",
        77..=93 => {
            r.has("apiVersion v1");
            "v1"
        }
        // Helm 4 lints such a chart and renders it beneath another one only.
        94..=97 if root => "v2",
        _ => {
            r.has("apiVersion v3");
            "v3"
        }
    }
}
