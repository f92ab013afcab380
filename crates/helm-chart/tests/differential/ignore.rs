use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use helm_chart::dir::Rules;
use serde_json::{Value as Json, json};

use crate::load::{normal, tree};
use crate::random::{Random, cases};
use crate::{BOTH, number, oracle};

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

/// Rules that mean something in the folders below.
const RULES: &[&str] = &[
    "a",
    "a/",
    "/a",
    "/a/",
    "*.txt",
    "a/*.txt",
    "a/b",
    "/a/b/",
    "!a",
    "!*.txt",
    "!/a/",
    "!a/b.txt",
    "b*",
    "[ab].txt",
    "?",
    "a/**",
    "**/b",
    "templates/*",
    "/templates",
    ".*",
    "# a",
    "",
    " a ",
    "link",
    "link/",
    "!link",
    "a\\b",
    "[",
    "*/b.txt",
    "Chart.yaml",
    "values.yaml",
    "!Chart.yaml",
    "*",
    "/*",
    "!/*",
    "é*",
];

/// A chart's folder with a few folders, files and links.
fn write_folder(r: &mut Random, folder: &Path, outside: &Path) {
    let write = |name: &str, data: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, data).expect("a file");
    };
    write("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n");
    for name in [
        "a/b/x",
        "a/b.txt",
        "a/a/y.txt",
        "b/a",
        "b.txt",
        "templates/a",
        "templates/.h",
        "é/a",
        "values.yaml",
        "c/a/b",
    ] {
        if r.chance(60) {
            write(name, "{}");
        }
    }
    for name in ["link", "a.d", "k.txt"] {
        if r.chance(30) {
            let target = outside.join(r.pick(&["file", "folder", "folder/inner", "folder/b.txt"]));
            symlink(target, folder.join(name)).expect("a link");
        }
    }
    let rules: Vec<&str> = (0..r.below(4)).map(|_| r.pick(RULES)).collect();
    write(".helmignore", &rules.join(r.pick(&["\n", "\r\n", "\n\n"])));
}

#[test]
fn folders_are_read_without_what_is_ignored_as_in_helm() {
    let mut r = Random::seeded("ignored folders");
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path().canonicalize().expect("the folder");
    let outside = root.join("outside");
    fs::create_dir_all(outside.join("folder/inner/a")).expect("a folder");
    for name in ["file", "folder/b.txt", "folder/inner/a/b"] {
        fs::write(outside.join(name), "linked").expect("a file");
    }
    let mut questions = Vec::new();
    for case in 0..cases(300) {
        let folder = root.join(format!("case-{case}"));
        write_folder(&mut r, &folder, &outside);
        let ask =
            |compat| json!({"op": "path", "compat": number(compat), "line": folder.display().to_string()});
        questions.extend(BOTH.map(ask));
    }
    for (question, answer) in questions.iter().zip(oracle().ask_all(&questions)) {
        let compat = BOTH[usize::from(question["compat"] == 4)];
        let folder = Path::new(question["line"].as_str().expect("a path"));
        let rules = fs::read_to_string(folder.join(".helmignore")).unwrap_or_default();
        match helm_chart::load(folder, compat, &mut Vec::new()) {
            Err(error) => assert_eq!(json!(error.to_string()), answer["error"], "{rules:?}"),
            Ok(chart) => {
                assert_eq!(answer["error"], Json::Null, "{rules:?}");
                assert_eq!(normal(tree(&chart)), normal(answer["chart"].clone()), "{rules:?}");
            }
        }
    }
}
