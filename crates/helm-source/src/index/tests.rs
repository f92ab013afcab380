//! The quick way and the patient way must see the same, and an image must give back what was put in.

use helm_chart::Compat;

use super::decode::parse_patiently;
use super::{Index, fast};
use crate::http::Validators;

fn quick(text: &str) -> Option<Index> {
    fast::parse(text.as_bytes(), &Validators::default())
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

const HELMS: &str = r#"apiVersion: v1
entries:
  alpine:
  - annotations:
      artifacthub.io/changes: |
        - kind: added
          description: "x"

        - more
      category: Infrastructure
    apiVersion: v2
    appVersion: "3.10"
    created: "2026-11-21T08:55:16.123456789Z"
    dependencies:
    - condition: common.enabled
      name: common
      repository: oci://registry.example.com/charts
      tags:
      - bitnami-common
      version: 2.x.x
    description: Deploy a basic Alpine Linux pod, which is a rather long description that
      goes on in a second line
    digest: 9900a29c1d2bb9a1f2c7f1c1e1a1b1c1d1e1f1a2b2c2d2e2f2a3b3c3d3e3f3a4
    home: https://helm.sh/helm
    keywords:
    - linux
    - "on"
    maintainers:
    - email: a@example.com
      name: A
      url: https://example.com
    name: alpine
    sources:
    - https://github.com/helm/helm
    type: application
    urls:
    - https://example.com/charts/alpine-0.2.0.tgz
    version: 0.2.0
  - apiVersion: v1
    created: "2026-11-21T08:55:16Z"
    deprecated: true
    description: 'It''s one: quoted'
    digest: 705ebc5d83e9a1f2c7f1c1e1a1b1c1d1e1f1a2b2c2d2e2f2a3b3c3d3e3f3a4aa
    name: alpine
    urls:
    - charts/alpine-0.10.0.tgz
    version: 0.10.0
  empty: []
  nginx:
    - apiVersion: v2
      description: "folded in double quotes
        and \
        joined \U0001F600 \"x\" \\"
      name: nginx
      version: 1.1.0-rc.1
      urls: []
generated: "2026-11-21T08:55:16.123456789Z"
"#;

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
fn random_damage_is_seen_alike() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (cases, seed) = (number("CASES", 1500), number("SEED", 1));
    println!("CASES={cases} SEED={seed}");
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    let pieces = [
        " ",
        "  ",
        "\n",
        ":",
        ": ",
        "- ",
        "#",
        " #",
        "'",
        "\"",
        "\\",
        "|",
        "|-",
        "null",
        "1",
        "1.5",
        "x",
        "[]",
        "{}",
        "~",
        "yes",
        "\n\n",
        "\n    ",
        "\t",
        "é",
        "---\n",
        "&a ",
        "*a",
        "!!str ",
        "<<",
        "? ",
        ">-",
        "apiVersion: v1\n",
    ];
    let mut understood = 0;
    for _ in 0..cases {
        let mut text = HELMS.to_owned();
        for _ in 0..=random(3) {
            let mut at = random(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match random(3) {
                0 => text.insert_str(at, pieces[random(pieces.len())]),
                1 => {
                    text.remove(at);
                }
                _ => {
                    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
                    text.replace_range(line..end, "");
                }
            }
        }
        match (quick(&text), patient(&text)) {
            (Some(quick), Ok(patient)) => {
                assert_eq!(told(&quick), told(&patient), "{text}");
                understood += 1;
            }
            (Some(_), Err(e)) => panic!("{text}\nis refused: {e}"),
            (None, _) => {}
        }
    }
    assert!(understood * 6 > cases, "the quick way took {understood} of {cases} only");
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
