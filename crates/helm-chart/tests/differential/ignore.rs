use helm_chart::dir::Rules;
use serde_json::{Value as Json, json};

use crate::oracle;
use crate::random::{Random, cases};

const PIECES: &[&str] = &[
    "a",
    "b",
    "abc",
    "/",
    "*",
    "?",
    ".",
    "[a-c]",
    "[^b]",
    "[",
    "]",
    "\\",
    "-",
    "!",
    "#",
    " ",
    "templates",
    "é",
    "[é-ü]",
    "[]a]",
    "[a-]",
    "[b-a]",
    "\\*",
    ".txt",
    "**",
];
const NAMES: &[&str] =
    &["a", "b", "abc", "/", ".", "a.txt", "templates/", "é", "*", "[", "ab", ".hidden", "-"];

#[test]
fn files_are_ignored_as_in_helm() {
    let mut r = Random::seeded("ignore");
    let mut questions = Vec::new();
    for _ in 0..cases(6000) {
        let mut rules = String::new();
        for _ in 0..1 + r.below(3) {
            rules.extend((0..1 + r.below(4)).map(|_| r.pick(PIECES)));
            rules.push_str(r.pick(&["\n", "\n", "\r\n", "/\n", "\n\n"]));
        }
        let paths: Vec<Json> = (0..6)
            .map(|_| {
                let name: String = (0..1 + r.below(4)).map(|_| r.pick(NAMES)).collect();
                json!({"name": name.trim_matches('/'), "folder": r.chance(40)})
            })
            .collect();
        questions.push(json!({"op": "ignore", "rules": rules, "paths": paths}));
    }
    let answers = oracle().ask_all(&questions);
    for (question, answer) in questions.iter().zip(answers) {
        match Rules::parse(question["rules"].as_str().unwrap().as_bytes()) {
            Err(error) => assert_eq!(json!(error.to_string()), answer["error"], "{question}"),
            Ok(mut rules) => {
                rules.add_defaults();
                let paths = question["paths"].as_array().unwrap().iter();
                let ignored: Vec<bool> = paths
                    .map(|p| rules.ignore(p["name"].as_str().unwrap(), p["folder"].as_bool().unwrap()))
                    .collect();
                assert_eq!(json!(ignored), answer["ignored"], "{question} {answer}");
            }
        }
    }
}
