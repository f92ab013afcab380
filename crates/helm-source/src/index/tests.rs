//! The quick way and the patient way must see the same, and an image must give back what was put in.

use helm_chart::Compat;

use super::decode::parse_patiently;
use super::{Index, fast, json};
use crate::http::Validators;

fn quick(text: &str) -> Option<Index> {
    fast::parse(text.as_bytes(), &Validators::default(), Compat::V4)
        .or_else(|| json::parse(text.as_bytes(), &Validators::default(), Compat::V4))
}

fn patient(text: &str) -> Result<Index, super::IndexError> {
    parse_patiently(text.as_bytes(), &Validators::default(), Compat::V4)
}

/// Everything that an index says.
fn told(index: &Index) -> Vec<String> {
    let mut all = Vec::new();
    for chart in index.charts() {
        all.push(format!("chart {:?}", chart.name()));
        for v in chart.versions() {
            let (keywords, urls): (Vec<_>, Vec<_>) = (v.keywords().collect(), v.urls().collect());
            all.push(format!(
                "{:?} {:?} {:?} {:?} {:?} {keywords:?} {urls:?}",
                v.name(),
                v.version(),
                v.app_version(),
                v.description(),
                v.digest()
            ));
        }
    }
    all.extend(index.notes().map(|note| format!("{note:?}")));
    all
}

/// Text that the quick way must take, and take as the patient way does.
fn both(text: &str) -> Vec<String> {
    let quick = quick(text).unwrap_or_else(|| panic!("not understood:\n{text}"));
    let patient = patient(text).unwrap_or_else(|e| panic!("{e}:\n{text}"));
    assert_eq!(told(&quick), told(&patient), "{text}");
    told(&quick)
}

const HELMS: &str = include_str!("../../tests/data/index.yaml");

#[test]
fn what_helm_writes_is_read_quickly() {
    let told = both(HELMS);
    assert_eq!(told[0], "chart \"alpine\"");
    assert!(told[1].contains("0.10.0"), "newest first: {told:?}");
    assert!(told[1].contains("It's one: quoted"));
    assert!(told[2].contains("that goes on in a second line"));
    assert!(told[5].contains("folded in double quotes and joined 😀 \\\"x\\\" \\\\"), "{told:?}");
}

/// An index of one version with these lines more.
fn with(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nentries:\n  x:\n  - name: x\n    version: 1.0.0\n{lines}generated: 2026-01-01T00:00:00Z\n"
    )
}

#[test]
fn fields_are_read_alike() {
    for lines in [
        "description: plain",
        "description: \"\"",
        "description: ''",
        "description:",
        "description: null",
        "description: ~",
        "description: \"a\\tb\\u00e9\\x41\"",
        "description: a # b",
        "description: |\n  two\n  lines",
        "description: |-\n  two\n\n  lines\n\n",
        "description: |+\n  kept\n\n",
        "description: |2\n    deep\n  less",
        "description: >-\n  folded\n  text",
        "description: [a]",
        "description: 'two\n  lines'",
        "description: two\n  lines\n\n  more",
        "description: a: b",
        "description: ends:",
        "description: *alias",
        "description: \"ends\\ \n  here\"",
        "appVersion: 1.10",
        "appVersion: 1.10.0",
        "appVersion: 0x10",
        "appVersion: 1e3",
        "appVersion: 12e",
        "appVersion: 1_000",
        "appVersion: +1",
        "appVersion: -",
        "appVersion: -1.2.3",
        "appVersion: 2021-01-01",
        "appVersion: 2021-01-01 x",
        "appVersion: true",
        "appVersion: Yes",
        "appVersion: .5",
        "appVersion: .inf",
        "appVersion: 07.1.2",
        "appVersion: \"0o17\"",
        "appVersion: v1 ",
        "keywords: [a, b]",
        "keywords: []",
        "keywords:\n- a\n- b: c",
        "keywords:\n- a\n-",
        "keywords:\n  - a\n  - b",
        "keywords: null",
        "keywords:\n- long\n  one\n- \"two\"",
        "annotations: {}",
        "annotations: {a: b}",
        "annotations:\n  a: 1",
        "annotations:\n  a: x\n  a: y",
        "annotations:\n  a: |\n    x: y\n     z\n  b: c",
        "maintainers:\n- name: a\n  email: b\n- name: c",
        "maintainers:\n- name: a\n  phone: b",
        "maintainers:\n-",
        "dependencies:\n- name: a\n  alias: b.c",
        "dependencies:\n- name: a\n- name: a",
        "dependencies:\n- name: a\n  import-values:\n  - x",
        "dependencies:\n- name: a\n  enabled: true\n  tags:\n  - t",
        "deprecated: yes",
        "deprecated: false",
        "created: \"2026-01-01T00:00:00.5+01:00\"",
        "created: 2026-01-01",
        "created: soon",
        "unknown: field",
        "name: y",
        "type: operator",
        "apiVersion: v3",
        "# comment",
        "urls:\n# comment\n- a",
        "\n\nhome: x\n\n",
        "description: \u{a0}x\u{e9}\u{1f600}",
        "description: a\u{85}b",
        "description: a\u{2028}b",
        "description: a\tb",
        "removed: true\nchecksum: x\nengine: gotpl\ntillerVersion: '>2'\nurl: x",
    ] {
        let text = with(lines);
        match (quick(&text), patient(&text)) {
            (Some(quick), Ok(patient)) => assert_eq!(told(&quick), told(&patient), "{lines}"),
            (Some(_), Err(e)) => panic!("{lines}\nis refused: {e}"),
            (None, _) => {}
        }
    }
}

#[test]
fn invalid_versions_are_noted() {
    let told = both(&with("").replace("1.0.0", "one"));
    assert_eq!(told[0], "chart \"x\"");
    assert!(told[1].contains("chart.metadata.version \\\"one\\\" is invalid"), "{told:?}");
}

#[test]
fn what_is_cut_off_or_damaged_is_never_half_an_index() {
    for end in 0..HELMS.len() {
        let Some(cut) = HELMS.get(..end) else { continue };
        match (quick(cut), patient(cut)) {
            (Some(quick), Ok(patient)) => assert_eq!(told(&quick), told(&patient), "{cut}"),
            (Some(_), Err(e)) => panic!("{cut}\nis refused: {e}"),
            (None, _) => {}
        }
    }
}

#[test]
fn a_damaged_image_is_no_index() {
    let index = quick(HELMS).expect("an index");
    let image = index.image().to_vec();
    assert!(Index::from_image(image.clone()).is_some());
    for at in 0..image.len() {
        let mut damaged = image.clone();
        damaged[at] ^= 0x40;
        assert!(Index::from_image(damaged).is_none(), "byte {at}");
        assert!(Index::from_image(image[..at].to_vec()).is_none(), "cut at {at}");
    }
}

#[test]
fn versions_are_chosen_as_helm_does() {
    let index = patient(HELMS).expect("an index");
    let version = |name: &str, range: &str| {
        index.get(name, range).map(|v| v.version().to_owned()).map_err(|e| e.to_string())
    };
    assert_eq!(version("alpine", ""), Ok("0.10.0".to_owned()));
    assert_eq!(version("alpine", "0.2"), Ok("0.2.0".to_owned()));
    assert_eq!(version("alpine", "~0.2"), Ok("0.2.0".to_owned()));
    assert_eq!(version("nginx", ""), Err("no chart version found for nginx-".to_owned()));
    assert_eq!(version("nginx", ">0.0.0-0"), Ok("1.1.0-rc.1".to_owned()));
    assert_eq!(version("empty", ""), Err("no chart version found".to_owned()));
    assert_eq!(version("none", ""), Err("no chart name found".to_owned()));
    assert_eq!(version("alpine", "x^y"), Err("improper constraint: \"x^y\"".to_owned()));
}

#[test]
fn errors_are_helms() {
    let text = |text: &str| patient(text).expect_err("no index").to_string();
    assert_eq!(text(""), "empty index.yaml file");
    assert_eq!(text("entries: {}"), "no API version specified");
    assert_eq!(
        text("apiVersion: v1\nwhat: 1"),
        "error unmarshaling JSON: while decoding JSON: json: unknown field \"what\""
    );
    assert!(text("<html>\n<a:").contains("yaml"), "{}", text("<html>\n<a:"));
}
