//! Indexes with random damage are read alike by the quick way and by the patient way.

use helm_chart::Compat;
use helm_source::http::Validators;
use helm_source::{FullIndex, Index, parse};

const HELMS: &str = include_str!("data/index.yaml");

/// Everything that an index says of its charts.
fn told(index: &Index) -> Vec<String> {
    let mut all = Vec::new();
    for chart in index.charts() {
        all.push(format!("chart {:?}", chart.name()));
        for v in chart.versions() {
            let (keywords, urls): (Vec<_>, Vec<_>) = (v.keywords().collect(), v.urls().collect());
            let texts = [v.name(), v.version(), v.app_version(), v.description(), v.digest()];
            all.push(format!("{texts:?} {keywords:?} {urls:?}"));
        }
    }
    all
}

/// The same of an index that was read the patient way.
fn told_patiently(index: &FullIndex) -> Vec<String> {
    let mut all = Vec::new();
    for (name, versions) in &index.entries {
        all.push(format!("chart {name:?}"));
        for v in versions {
            let m = &v.metadata;
            let texts = [&m.name, &m.version, &m.app_version, &m.description, &v.digest];
            all.push(format!("{texts:?} {:?} {:?}", m.keywords, v.urls));
        }
    }
    all
}

#[test]
fn random_damage_is_seen_alike() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (cases, seed) = (number("CASES", 2000), number("SEED", 1));
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
        let index = parse(text.as_bytes(), &Validators::default(), Compat::V4);
        let patient = FullIndex::parse(text.as_bytes(), Compat::V4);
        match (index, patient) {
            (Ok(index), Ok(patient)) => assert_eq!(told(&index), told_patiently(&patient), "{text}"),
            (index, patient) => assert_eq!(index.err(), patient.err(), "{text}"),
        }
    }
}
