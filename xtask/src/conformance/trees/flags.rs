//! Random command lines: values files, `--set` and its relatives, and what else changes a rendering.

use helm_testkit::random::Random;

use super::chart::File;
use super::text;

const TEXTS: &[&str] = &[
    "1",
    "0",
    "true",
    "false",
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

/// The arguments after the name and the chart, and the files that they name.
pub(super) fn flags(r: &mut Random, files: &mut Vec<File>) -> Vec<String> {
    let mut args = Vec::new();
    for at in 0..r.below(4) {
        let name = format!("values-{at}.yaml");
        files.push(File::text(&name, values_file(r)));
        args.push("-f".to_owned());
        // Several in one flag.
        match args.len() > 2 && r.chance(10) {
            true => {
                let flag = args.len() - 2;
                args[flag] = format!("{},{name}", args[flag]);
                args.pop();
            }
            false => args.push(name),
        }
    }
    for _ in 0..r.below(4) {
        set(r, files, &mut args);
    }
    if r.chance(25) {
        other(r, &mut args);
    }
    args
}

/// `lint` with flags of its own.
pub(super) fn lint(r: &mut Random, chart: &str) -> Vec<String> {
    let mut args = vec!["lint".to_owned(), chart.to_owned()];
    for flag in ["--strict", "--quiet", "--with-subcharts", "--skip-schema-validation"] {
        if r.chance(25) {
            args.push(flag.to_owned());
        }
    }
    args
}

fn values_file(r: &mut Random) -> String {
    match r.below(150) {
        0 => return "- a\n".to_owned(),
        1 => return "text\n".to_owned(),
        2 => return "a: b: c\n".to_owned(),
        3 => return "a: 1\n\tb: 2\n".to_owned(),
        4 => return "{{ x }}: 1\n".to_owned(),
        5 => return "a: [1\n".to_owned(),
        _ => {}
    }
    let mut text = text::table(r, 3).document(r);
    while r.chance(15) {
        let next = text::table(r, 2).document(r);
        text = format!(
            "{text}{}{next}",
            r.pick(&["---\n", "---\n", "--- # next\n", "---\n---\n", "...\n---\n"])
        );
    }
    text
}

fn set(r: &mut Random, files: &mut Vec<File>, args: &mut Vec<String>) {
    let (flag, text) = match r.below(12) {
        0..=4 => ("--set", assignments(r)),
        5 | 6 => ("--set-string", assignments(r)),
        7 | 8 => ("--set-json", json(r)),
        9 | 10 => ("--set-literal", format!("{}={}", path(r), r.pick(TEXTS))),
        _ => {
            let name = if r.chance(92) { "file.txt" } else { "gone.txt" };
            if name == "file.txt" && files.iter().all(|f| f.name != name) {
                files.push(File::text(name, r.pick(&["content", "two\nlines\n", "", "a,b=c"]).to_owned()));
            }
            ("--set-file", format!("{}={name}", path(r)))
        }
    };
    args.push(flag.to_owned());
    args.push(text);
}

fn assignments(r: &mut Random) -> String {
    let mut all = Vec::new();
    for _ in 0..1 + r.below(3) {
        let path = path(r);
        all.push(match r.below(30) {
            0 if r.chance(30) => path,
            1 if r.chance(30) => format!("={path}"),
            2 if r.chance(30) => format!("{path}={{a,{{b,c}}}}"),
            _ => format!("{path}={}", r.pick(TEXTS)),
        });
    }
    all.join(",")
}

/// A path with indexes and escapes.
fn path(r: &mut Random) -> String {
    let mut path = text::path(r);
    match r.below(14) {
        0 => path.push_str("[0]"),
        1 => path.push_str("[1].a"),
        2 => path.push_str("[0][1]"),
        3 => path.push_str("\\.d"),
        4 if r.chance(30) => path.push_str(r.pick(&["[-1]", "[x]", "[70000]", "[", "..", "[0]a"])),
        _ => {}
    }
    path
}

fn json(r: &mut Random) -> String {
    let value = r.pick(&[
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
        "",
        "\"a\"",
        "12345678901234567890",
        "{\"a\":1,\"a\":2}",
        " {\"b\": 1} ",
    ]);
    let value = if r.chance(3) { r.pick(&["", "{bad", "[1,", "nul"]) } else { value };
    match r.below(40) {
        0 => value.to_owned(),
        1..=8 => format!("{{\"{}\":{value}}}", text::key(r)),
        9..=15 => format!("{}={value},{}={value}", path(r), path(r)),
        _ => format!("{}={value}", path(r)),
    }
}

/// Flags other than those for values.
fn other(r: &mut Random, args: &mut Vec<String>) {
    let flag: &[&str] = match r.below(12) {
        0 => &["--kube-version", "1.25"],
        1 => &["--kube-version", "v1.30.4"],
        2 if r.chance(20) => &["--kube-version", "newest"],
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
