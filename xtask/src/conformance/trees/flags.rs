//! Random command lines: values files, `--set` and its relatives, and what else changes a rendering.

use super::chart::File;
use super::draw::Draw;
use super::shape::{Shape, Step};
use super::text;

const TEXTS: &[&str] = &[
    "1",
    "0",
    "true",
    "false",
    "null",
    "null",
    "",
    "text",
    "a b",
    "1.5",
    "1e6",
    "007",
    "-5",
    "{1,2}",
    "{}",
    "{a,null}",
    "a\\,b",
    "x=y",
    "[1]",
    "9223372036854775808",
    "two",
    "\"q\"",
    "é",
];

const JSON: &[&str] = &[
    "1",
    "null",
    "true",
    "\"text\"",
    "[1,2,{\"a\":null}]",
    "{\"a\":{\"b\":null}}",
    "{\"enabled\":false}",
    "1.0",
    "1e3",
    "{}",
    "\"a\"",
    "12345678901234567890",
    "{\"a\":1,\"a\":2}",
    " {\"b\": 1} ",
];

/// The flags that set single values, in the order in which Helm takes them.
const SETTERS: [&str; 5] = ["--set-json", "--set", "--set-string", "--set-file", "--set-literal"];

/// The arguments after the name and the chart, and the files that they name. The names of files begin with `prefix`.
pub(super) fn flags(r: &mut Draw, prefix: &str, files: &mut Vec<File>) -> Vec<String> {
    let mut args = values(r, prefix, files);
    if r.chance(25) {
        other(r, &mut args);
    }
    args
}

/// Flags for values only.
pub(super) fn values(r: &mut Draw, prefix: &str, files: &mut Vec<File>) -> Vec<String> {
    let mut args = Vec::new();
    let mut shape = Shape::empty();
    let count = r.below(4);
    if count > 1 {
        r.has("several -f");
    }
    for at in 0..count {
        let name = format!("{prefix}values-{at}.yaml");
        files.push(File::text(&name, values_file(r, &mut shape)));
        args.push("-f".to_owned());
        // Several in one flag.
        match args.len() > 2 && r.gets(10, "-f with several names") {
            true => {
                let flag = args.len() - 2;
                args[flag] = format!("{},{name}", args[flag]);
                args.pop();
            }
            false => args.push(name),
        }
    }
    let mut setters: Vec<usize> =
        (0..r.below(4)).map(|_| r.pick(&[0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 4])).collect();
    setters.sort_unstable();
    let mut sets = Vec::new();
    for setter in setters {
        if let Some(text) = set(r, setter, prefix, files, &mut shape) {
            r.has(SETTERS[setter]);
            sets.push([SETTERS[setter].to_owned(), text]);
        }
    }
    // Flags of different kinds may stand in any order; those of one kind apply in theirs.
    let first = if sets.is_empty() { 0 } else { r.below(sets.len()) };
    let moved = sets.get(first).map(|set| set[0].clone());
    let (front, rest): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| Some(&set[0]) == moved.as_ref());
    args.extend(front.into_iter().chain(rest).flatten());
    args
}

/// `lint` with flags of its own.
pub(super) fn lint(r: &mut Draw, chart: &str) -> Vec<String> {
    let mut args = vec!["lint".to_owned(), chart.to_owned()];
    for flag in ["--strict", "--quiet", "--with-subcharts", "--skip-schema-validation"] {
        if r.chance(25) {
            args.push(flag.to_owned());
        }
    }
    args
}

fn values_file(r: &mut Draw, shape: &mut Shape) -> String {
    if r.bad(12) {
        let broken =
            ["- a\n", "text\n", "a: b: c\n", "a: 1\n\tb: 2\n", "{{ x }}: 1\n", "a: [1\n", "? [a]\n: 1\n"];
        return r.pick(&broken).to_owned();
    }
    let mut text = document(r, 3, shape);
    while r.gets(15, "several documents") {
        let next = document(r, 2, shape);
        let parting = r.pick(&["---\n", "---\n", "--- # next\n", "---\n---\n", "...\n---\n"]);
        text = format!("{text}{parting}{next}");
    }
    text
}

fn document(r: &mut Draw, depth: usize, shape: &mut Shape) -> String {
    let table = text::table(r, depth);
    shape.lay(&table);
    let text = table.document(r);
    if text.contains(": null") {
        r.has("null in -f");
    }
    text
}

/// The text for one setter; nothing when no path fits what is there.
fn set(
    r: &mut Draw,
    setter: usize,
    prefix: &str,
    files: &mut Vec<File>,
    shape: &mut Shape,
) -> Option<String> {
    match SETTERS[setter] {
        "--set-json" => json(r, shape),
        "--set-file" => {
            let name = if r.bad(10) { "gone.txt".to_owned() } else { format!("{prefix}file.txt") };
            if !name.starts_with("gone") && files.iter().all(|f| f.name != name) {
                let content = r.pick(&["content", "two\nlines\n", "", "a,b=c"]);
                files.push(File::text(&name, content.to_owned()));
            }
            Some(format!("{}={name}", path(r, false, shape)?))
        }
        "--set-literal" => Some(format!("{}={}", path(r, true, shape)?, r.pick(TEXTS))),
        _ => assignments(r, shape),
    }
}

fn assignments(r: &mut Draw, shape: &mut Shape) -> Option<String> {
    let mut all = Vec::new();
    for _ in 0..1 + r.below(3) {
        let path = path(r, false, shape)?;
        let text = r.pick(TEXTS);
        if text == "null" {
            r.has("null in --set");
        }
        all.push(match r.below(20) {
            0 if r.wild() => path,
            1 if r.wild() => format!("={path}"),
            2 if r.wild() => format!("{path}={{a,{{b,c}}}}"),
            _ => format!("{path}={text}"),
        });
    }
    Some(all.join(","))
}

/// A path with indexes and escapes that fits what is there, mostly.
fn path(r: &mut Draw, literal: bool, shape: &mut Shape) -> Option<String> {
    let careless = r.bad(30);
    // Another one when something is in the way.
    (0..12).find_map(|_| {
        let (text, steps) = any_path(r, literal);
        (shape.put(&steps, Shape::Other) || careless).then_some(text)
    })
}

fn any_path(r: &mut Draw, literal: bool) -> (String, Vec<Step>) {
    let mut keys = text::path(r);
    let mut text = keys.join(".");
    if r.gets(6, "--set with escapes") {
        text.push_str("\\.d");
        match literal {
            true => {
                keys.last_mut().expect("a path has a name").push('\\');
                keys.push("d".to_owned());
            }
            false => keys.last_mut().expect("a path has a name").push_str(".d"),
        }
    }
    let mut steps: Vec<Step> = keys.into_iter().map(Step::Key).collect();
    let further: (&str, Vec<Step>) = match r.below(14) {
        0 => ("[0]", vec![Step::Index(0)]),
        1 => ("[1].a", vec![Step::Index(1), Step::Key("a".to_owned())]),
        2 => ("[0][1]", vec![Step::Index(0), Step::Index(1)]),
        _ if r.bad(3) => (r.pick(&["[-1]", "[x]", "[70000]", "[", "..", "[0]a"]), Vec::new()),
        _ => ("", Vec::new()),
    };
    // Lists in the place of a subchart's values are as bad as texts.
    let slot = matches!(steps.last(), Some(Step::Key(key)) if text::SLOTS.contains(&key.as_str()));
    if !slot || r.wild() {
        if text.len() < (text.clone() + further.0).len() {
            r.has("--set with indexes");
        }
        text.push_str(further.0);
        steps.extend(further.1);
    }
    (text, steps)
}

fn json(r: &mut Draw, shape: &mut Shape) -> Option<String> {
    let value = if r.bad(20) { r.pick(&["", "{bad", "[1,", "nul"]) } else { r.pick(JSON) };
    if value.contains("null") {
        r.has("null in --set");
    }
    Some(match r.below(40) {
        0 if r.wild() => value.to_owned(),
        1..=8 => {
            let key = if r.wild() {
                text::key(r)
            } else {
                r.pick(&["a", "b", "c", "enabled", "exports"]).to_owned()
            };
            let over = if value.trim_start().starts_with('{') { Shape::empty() } else { Shape::Other };
            shape.put(&[Step::Key(key.clone())], over);
            format!("{{\"{key}\":{value}}}")
        }
        9..=15 => format!("{}={value},{}={value}", path(r, false, shape)?, path(r, false, shape)?),
        16 => format!("{}=", path(r, false, shape)?),
        _ => format!("{}={value}", path(r, false, shape)?),
    })
}

/// Flags other than those for values.
fn other(r: &mut Draw, args: &mut Vec<String>) {
    let flag: &[&str] = match r.below(12) {
        _ if r.bad(5) => &["--kube-version", "newest"],
        0 => &["--kube-version", "1.30"],
        1 => &["--kube-version", "v1.30.4"],
        3 => &["--include-crds"],
        4 => &["--skip-tests"],
        5 => &["--no-hooks"],
        6 => &["--is-upgrade"],
        7 => &["-n", "space"],
        8 => &["-a", "example.com/v1,example.com/v1/Thing"],
        9 => &["--skip-schema-validation"],
        10 => &["-s", "templates/dump.yaml"],
        _ => &["--render-subchart-notes"],
    };
    args.extend(flag.iter().map(|f| (*f).to_owned()));
}
