//! Values: the example of `docs/values.md` with the real Helm, and how long a large file takes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use helm_testkit::document::Example;

use super::{Pair, Program, Score, difference};

/// Size of the large values file, in bytes.
const LARGE: usize = 4 << 20;
/// How often each program reads it; the best time counts.
const RUNS: usize = 5;

/// Runs what the document shows of `helm template` with Helm 4.3.1, and times both programs.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let mut score = Score::default();
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let document = fs::read_to_string(crate::root().join("docs/values.md")).map_err(|e| e.to_string())?;
    let example = Example::read(&document);
    example.write(dir.path()).map_err(|e| e.to_string())?;
    let templates = example.commands.iter().filter(|c| c.words.get(1).is_some_and(|w| w == "template"));
    for shown in templates {
        let args: Vec<&str> = shown.words.iter().skip(1).map(String::as_str).collect();
        let ran = pair.run(Program::Helm4, &args, dir.path(), &[])?;
        let name = format!("docs/values.md: {}", shown.words.join(" "));
        score.count(&name, difference("output", &(ran.stdout + &ran.stderr), &shown.output));
    }
    for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
        large(pair, dir.path(), (theirs, ours), &mut score)?;
    }
    println!("values: {} of {} as said", score.passed, score.passed + score.failed);
    Ok(score)
}

/// A large values file must have the same outcome; how long it takes beside Helm is printed and not judged.
fn large(
    pair: &Pair,
    dir: &Path,
    (theirs, ours): (Program, Program),
    score: &mut Score,
) -> Result<(), String> {
    write_large(dir).map_err(|e| e.to_string())?;
    for verb in ["template", "lint"] {
        let args = [verb, "large", "-f", "large.yaml"];
        let name = format!("{verb} with values of 4 MiB ({theirs:?})");
        let (mut best, mut outputs) = ([Duration::MAX; 2], [String::new(), String::new()]);
        for _ in 0..RUNS {
            for (at, program) in [theirs, ours].into_iter().enumerate() {
                let began = Instant::now();
                let ran = pair.run(program, &args, dir, &[])?;
                best[at] = best[at].min(began.elapsed());
                outputs[at] = format!("{}{}{}", ran.code, ran.stdout, ran.stderr);
            }
        }
        let [theirs, ours] = best;
        println!(
            "{name}: {ours:.0?}, Helm {theirs:.0?}, {:.1} times",
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
        score.count(&name, difference("output", &outputs[0], &outputs[1]));
    }
    Ok(())
}

fn write_large(dir: &Path) -> std::io::Result<()> {
    let chart = dir.join("large");
    fs::create_dir_all(chart.join("templates"))?;
    fs::write(
        chart.join("Chart.yaml"),
        "apiVersion: v2\nname: large\nversion: 1.0.0\nicon: https://example.com/i.png\n",
    )?;
    fs::write(chart.join("values.yaml"), "items: []\n")?;
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\ndata:\n  items: {{ len .Values.items | quote }}\n";
    fs::write(chart.join("templates/large.yaml"), template)?;
    let mut text = String::with_capacity(LARGE + 1024);
    let mut tables = String::from("tables:\n");
    text += "items:\n";
    let mut number = 0;
    while text.len() + tables.len() < LARGE {
        number += 1;
        let wrote = write!(
            text,
            "- name: item-{number}\n  port: {number}\n  enabled: {}\n  note: \"some text of ordinary length\"\n  \
             labels: {{app.kubernetes.io/name: n{number}, tier: 'web'}}\n  args:\n  - --number={number}\n  - \"b\"\n",
            number % 2 == 0
        )
        .and_then(|()| {
            write!(
                tables,
                "  key{number}:\n    image:\n      tag: \"{number}.0\"\n    limits: {{cpu: 100m, memory: 128Mi}}\n    \
                 text: |\n      first line of {number}\n      second line\n"
            )
        });
        wrote.map_err(std::io::Error::other)?;
    }
    fs::write(dir.join("large.yaml"), text + &tables)
}
