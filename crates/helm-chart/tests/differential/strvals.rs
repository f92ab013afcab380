use govalue::{Map, Value};
use helm_chart::strvals;
use serde_json::{Value as Json, json};

use crate::random::{Random, cases, table};
use crate::{BOTH, number, oracle, typed_map};

const MODES: [&str; 5] = ["set", "string", "file", "json", "literal"];

/// Pieces that lines are put together from.
const PIECES: &[&str] = &[
    "a",
    "b",
    "ab",
    "no",
    "=",
    "=",
    ",",
    ".",
    "[",
    "]",
    "[0]",
    "[1]",
    "[2]",
    "[-1]",
    "[65537]",
    "[x]",
    "{",
    "}",
    "\\",
    "\\,",
    "\\.",
    " ",
    "0",
    "1",
    "-7",
    "007",
    "1e3",
    "1.5",
    "true",
    "FALSE",
    "null",
    "\"",
    "\"t\"",
    "{\"x\":[1,2]}",
    "[1, 2]",
    "é",
    "\u{1f600}",
    "'",
    "9223372036854775808",
    "a.b",
    "a[0].b=1",
    "\t",
    "=1,",
];

/// Lines that come back to the same few lists and tables, and end anywhere.
fn nested(r: &mut Random) -> String {
    let mut line = String::new();
    for at in 0..=r.below(5) {
        if at > 0 {
            line.push(',');
        }
        line.push_str(r.pick(&["a", "a", "a", "b"]));
        let most = if r.chance(3) { 40 } else { 5 };
        for _ in 0..r.below(most) {
            line.push_str(r.pick(&[".a", ".a", "[0]", "[0]", "[1]", "[2]", ".b", ".", "[]", ".\\.", "[00]"]));
        }
        line.push_str(r.pick(&[
            "=",
            "=",
            "=1",
            "=null",
            "={1,{2,3},}",
            "={a,b}x",
            "={}",
            "={",
            "=\\",
            "=a=b",
            "",
            "=[[]]",
        ]));
    }
    if r.chance(10) {
        // Cut off between characters.
        let cut = r.below(line.len() + 1);
        line.truncate((0..=cut).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0));
    }
    line
}

/// Lines that are mostly well-formed.
fn sensible(r: &mut Random) -> String {
    let mut line = String::new();
    for at in 0..=r.below(3) {
        if at > 0 {
            line.push(',');
        }
        line.push_str(r.pick(&["a", "b", "c"]));
        for _ in 0..r.below(4) {
            line.push_str(r.pick(&[".a", ".b", "[0]", "[1]", "[3]", ".c\\.d"]));
        }
        line.push('=');
        line.push_str(r.pick(&[
            "1",
            "x",
            "true",
            "null",
            "",
            "{1,x,}",
            "{}",
            "{a,b",
            "0",
            "00",
            "a\\,b",
            "[1,null]",
            "{\"k\": 1.50}",
            "\"s\"",
            "-1",
            "9999999999",
            "+5",
            "1_000",
        ]));
    }
    line
}

fn ours(mode: &str, line: &str, values: &Map, compat: helm_chart::Compat) -> Result<(), String> {
    let mut read = |name: &str| match name.strip_prefix("no") {
        Some(_) if name.len() > 1 => Err(format!("open {name}: no such file or directory")),
        _ => Ok(format!("<{name}>").into_bytes()),
    };
    match mode {
        "set" => strvals::parse_into(line, values, compat),
        "string" => strvals::parse_string_into(line, values, compat),
        "file" => strvals::parse_file_into(line, values, compat, &mut read),
        "json" => strvals::parse_json_into(line, values, compat),
        _ => strvals::parse_literal_into(line, values, compat),
    }
    .map_err(|e| e.to_string())
}

#[test]
fn lines_parse_as_in_helm() {
    let mut r = Random::seeded("strvals");
    let mut questions = Vec::new();
    for case in 0..cases(20_000) {
        let line = match r.below(10) {
            0..=2 => sensible(&mut r),
            3..=5 => nested(&mut r),
            _ => (0..1 + r.below(9)).map(|_| r.pick(PIECES)).collect(),
        };
        let values = if r.chance(30) { table(&mut r, &["a", "b", "c"], 2) } else { json!({}) };
        let (mode, compat) = (MODES[case % 5], BOTH[case / 5 % 2]);
        questions.push(
            json!({"op": "strvals", "compat": number(compat), "mode": mode, "line": line, "values": values}),
        );
    }
    let answers = oracle().ask_all(&questions);
    for (question, answer) in questions.iter().zip(&answers) {
        let compat = BOTH[usize::from(question["compat"] == 4)];
        let values = Value::Map(crate::process::to_map(&question["values"]));
        let values = values.as_map().expect("a map");
        let (mode, line) = (question["mode"].as_str().unwrap(), question["line"].as_str().unwrap());
        let result = ours(mode, line, values, compat);
        match (result, &answer["error"]) {
            (Ok(()), Json::Null) => assert_eq!(typed_map(values), answer["values"], "{question}"),
            // The text of a JSON error is never shown: Helm names the flag's data instead.
            (Err(_), Json::String(_)) if mode == "json" => {}
            (Err(ours), theirs) => assert_eq!(json!(ours), *theirs, "{question}"),
            (Ok(()), theirs) => panic!("{question}: accepted, but Helm says {theirs}"),
        }
    }
}
