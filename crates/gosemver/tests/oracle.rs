//! Versions and constraints against the Go library: tables, their grid, and random texts.

use std::path::Path;

use gosemver::{Constraint, Error, Overflow, Version};
use helm_testkit::oracle::Oracle;
use serde_json::{Value, json};

const VERSIONS: &str = "
0 0.0 0.0.0 0.0.1 0.0.2 0.0.3 0.0.30 0.1.0 0.1.9 0.2.3 0.2.4 0.3.0 0.9.9 0.10.0 1 1.0 1.0.0 v1.0.0 1.0.1 1.0.9 1.1 1.1.0 1.1.1 1.2
1.2.0 1.2.2 1.2.3 v1.2.3 1.2.4 1.2.30 1.3.0 1.9.9 1.10.0 1.11.1 01.02.03 2 2.0.0 2.0.1 2.1 2.1.4 2.3.4 2.9.9 3.0.0 3.1.0 3.1.4
3.22.0 4.0.0 4.0.1 4.1.0 4.3.1 4.5.6 10 10.0.0 11.0.0 11.1.0 11.1.1 11.2.1 12.0.0 20.30.40 99.99.99 1.29.3 v1.29.3-gke.100
1.30.0 1.31.0 v1.36.2+k3s1 1.30.0-eks-abc123 1.0.0-0 1.0.0-1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.2 1.0.0-alpha.10
1.0.0-alpha.beta 1.0.0-alpha.b-c 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0-rc.1.0 1.0.0-rc1 1.0.0-- 1.0.0--1
1.0.0-x-y-z.- 1.0.0-A 1.0.0-a 1.0.0+build 1.0.0+build.1 1.0.0-alpha+001 1.2.3-beta.1+b.2 1.2-beta 1-alpha v1-0 2.0.0-0 2.0.0-alpha
2.0.0-rc.1 0.0.0-alpha 0.0.3-alpha 0.2.0-beta 0.2.3-beta 1.1.0-alpha 1.1.1-alpha 1.2.0-alpha 1.2.3-alpha 1.2.3-alpha.2 1.2.4-0 1.3.0-0
3.0.0-rc.2 4.3.1-rc.1 11.1.0-beta 11.1.1-beta 1.0.0-18446744073709551615 1.0.0-18446744073709551616 1.0.0-99999999999999999999
18446744073709551615.0.0 0.18446744073709551615.0 0.0.18446744073709551615 18446744073709551615.18446744073709551615.18446744073709551615
";

const NOT_VERSIONS: &[&str] = &[
    "",
    " ",
    "v",
    "vv1",
    "V1.0",
    "x",
    "1.x",
    "1.2.x",
    "1.2.3.4",
    "1.",
    ".1",
    "1..2",
    "1.2.",
    "1.2.3-",
    "1.2.3+",
    "1.2.3-+",
    "1.2.3-a..b",
    "1.2.3-a.",
    "1.2.3-01",
    "1.2.3-a.01",
    "1.2.3-0a",
    "1.2.3-00",
    "1.2.3+01",
    "1.2.3+a..b",
    "1.2.3+a+b",
    "1.2.3-é",
    "1.2.3 ",
    " 1.2.3",
    "1.2.3\n",
    "1,2,3",
    "-1",
    "+1",
    "1.-2.3",
    "1.2.-3",
    "1.2.3-a_b",
    "01.2.3",
    "1.02.3",
    "1.2.03",
    "00.0.0",
    "18446744073709551616",
    "18446744073709551616.0.0",
    "1.18446744073709551616",
    "0.18446744073709551616.0",
    "1.2.18446744073709551616",
    "1.2.3.18446744073709551616",
    "a.b.c",
    "1.2.c",
    "1.b.3",
    "1.2.3-a/b",
    "1.2.3+a/b",
    "1+2.3.4",
    "1-2.3.4",
    "1.2+3.4",
    "1.2-3.4",
    "latest",
    "1.2.3-\u{1f600}",
    "..",
    "1..",
    "..-",
    "..+",
    "1.2.+a",
    "1.2.-a",
    "é.1.2",
];

const CONSTRAINTS: &[&str] = &[
    "*",
    "x",
    "X",
    "v*",
    "1",
    "1.x",
    "1.X.x",
    "1.*",
    "1.2",
    "1.2.x",
    "1.2.*",
    "1.2.3",
    "v1.2.3",
    "=1.2.3",
    "= 1.2.3",
    "= v1.2.3",
    "=1",
    "=1.2",
    "!=1",
    "!=1.x",
    "!=1.2",
    "!=1.2.x",
    "!=1.2.3",
    "!= 1.2.3-alpha",
    "!=1.2-alpha",
    "!=*",
    "!=0",
    "!=0.0.0",
    "!=x-0",
    ">1",
    ">1.x",
    ">1.2",
    ">1.2.3",
    ">11",
    ">11.1",
    ">11.1.0",
    ">0",
    ">0.0",
    ">0.0.0",
    ">*",
    ">1.0.0-alpha",
    ">1-0",
    ">1.1-0",
    ">*-0",
    ">=1",
    ">=1.2",
    ">=1.2.3",
    ">= 1.2.3-0",
    "=>1.2.3",
    ">=*",
    ">=0",
    ">=0-0",
    ">=11.1.3",
    "<1",
    "<1.2",
    "<1.2.3",
    "<2.x",
    "<11.1",
    "<*",
    "<0",
    "<=1",
    "<=1.2",
    "<=1.2.3",
    "=<1.2.3",
    "<=2.x",
    "<=11.1",
    "<=*",
    "<=0",
    "<=1.2-0",
    "<=1-beta",
    "~*",
    "~x",
    "~0",
    "~0.0",
    "~0.0.0",
    "~0.0.3",
    "~0.2",
    "~1",
    "~1.x",
    "~1.2",
    "~1.2.x",
    "~1.2.3",
    "~1.2.3-beta",
    "~>1",
    "~>1.2",
    "~> 1.2.3",
    "~1.0.0-0",
    "~0.0.0-0",
    "^*",
    "^x",
    "^0",
    "^0.0",
    "^0.0.0",
    "^0.0.3",
    "^0.0.3-alpha",
    "^0.2",
    "^0.2.3",
    "^0.2.3-beta",
    "^1",
    "^1.x",
    "^1.2",
    "^1.2.3",
    "^ 1.2.3",
    "^1.2.3-beta",
    "^1.2.0-beta.2",
    "^0.x",
    "^0.0.x",
    "^0-0",
    "^0.0-0",
    "^0.2-0",
    "^11",
    "^1.0.0-alpha.1",
    ">=1.0, <2",
    ">=1.0 <2",
    ">= 1.0 < 2",
    ">=1.0,<2",
    ">=1.0 , <2",
    ">=1,!=1.2.3,<3",
    "1.2 - 3",
    "1.2 - 3.4.5",
    "v1.2.3 - v2.0",
    "1 - 2-0",
    "1.0.0-alpha - 1.0.0",
    " 1.2 - 3 ",
    "1.2  -  3",
    "1.x - 2.x",
    "* - 2",
    "1 - *",
    "1 - 2 || 3 - 4",
    "1 - 2, 1.5 - 3",
    "1 - 2 1 - 3",
    "<1 || >2",
    "<1||>2",
    "1.2.3 || 4.5.6 || ~0.2",
    "^1 || >=1.0.0-0 <1.0.0",
    ">=1.2.3-0 || *",
    "1.2.3-alpha || 1",
    "1.2.3+build",
    ">=1.2.3+build.5",
    "1.x+build",
    "1.2-alpha.1",
    ">= 1.21.0-0",
    ">=1.29.0-0 <1.32.0-0",
    "~1.30-0",
    "^1.30.x-0",
    "1 2 3",
    "1  ,  1.0",
    "\t1.0\n",
    ">\t1",
    ">=1.0,\n<2",
    "1.0.0-18446744073709551616",
    "^18446744073709551615",
    "1.0.0--",
    "~1.0.0-0,!=1.0.0-alpha",
];

const NOT_CONSTRAINTS: &[&str] = &[
    "",
    " ",
    "||",
    "1||",
    "||1",
    "1 || || 2",
    "foo",
    "1.2.3.4",
    "v",
    "vx1",
    ">",
    ">=",
    "> =1",
    ">>1",
    "><1",
    "==1",
    "===1",
    "=!1",
    "!1",
    "~~1",
    "^^1",
    "^~1",
    "~<1",
    "<>1",
    ">1<2",
    "1,",
    ",1",
    "1,,2",
    "1, ,2",
    "1 , , 2",
    "1;2",
    "1|2",
    "|",
    "1 | 2",
    "x|x",
    "1.|",
    "1x",
    "xx",
    "**",
    "1.xx",
    "1.2.xx",
    "1.x.3",
    "x.2.3",
    "1x.2.3",
    "*.1",
    "1.2x.3",
    "1.2.3x",
    "-1",
    "1.2-",
    "1.2+",
    "1.2.3-01",
    "1.2.3-a..b",
    "1.x-01",
    "18446744073709551616",
    "1.18446744073709551616.1",
    "1 - ",
    " - 1",
    "1-2",
    "1 -2",
    "1- 2",
    "1 - 2 - 3",
    "1 - 2 - 3 - 4",
    "> 1 - 2",
    ">1 - 2",
    "~1 - 2",
    "1 - >2",
    "1.2.3.4 - 5",
    "5 - 1.2.3.4",
    "1 - 2foo",
    "foo1 - 2",
    "foo 1 - 2",
    "1 - 2 foo",
    "1 -  - 2",
    "é",
    "1 || é",
    "\"1\"",
    "a\tb\u{7}\\",
    "\u{200b}",
    "\u{301}",
    "\u{1f600}",
    "\u{e000}",
    "1\u{a0}2",
    "1\u{b}2",
    "1.0 - 2.0.",
    "vv1",
    "v 1",
    "V1",
    "=v",
    "latest",
    ">=1.0 and <2",
    "1.0 2.0 - 3.0 2.0 - 3.0.0 2.0 - 3.0",
];

fn versions() -> Vec<&'static str> {
    VERSIONS.split_whitespace().collect()
}

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

/// Asks all questions and reports every difference.
fn judge(questions: Vec<Value>, ours: impl Fn(&Value) -> Value) {
    let answers = oracle().ask_all(&questions);
    let mut differences = 0;
    for (question, theirs) in questions.iter().zip(answers) {
        let ours = ours(question);
        if ours != theirs {
            differences += 1;
            if differences <= 20 {
                eprintln!("{question}\n  ours   {ours}\n  theirs {theirs}");
            }
        }
    }
    assert_eq!(differences, 0, "of {}", questions.len());
}

fn text<'a>(question: &'a Value, key: &str) -> &'a str {
    question[key].as_str().unwrap_or_default()
}

fn describe(version: Result<Version, Error>) -> Value {
    let next = |v: Result<Version, Overflow>| match v {
        Ok(v) => json!([v.to_string(), v.original()]),
        Err(e) => json!(e.to_string()),
    };
    match version {
        Err(e) => json!({"error": e.to_string()}),
        Ok(v) => json!({
            "text": v.to_string(),
            "original": v.original(),
            "parts": [v.major(), v.minor(), v.patch(), v.prerelease(), v.metadata()],
            "patch": next(v.inc_patch()),
            "minor": next(v.inc_minor()),
            "major": next(v.inc_major()),
        }),
    }
}

fn describe_constraint(question: &Value) -> Value {
    let constraint = match Constraint::parse(text(question, "text")) {
        Ok(constraint) => constraint.include_prerelease(question["include"] == true),
        Err(e) => return json!({"error": e.to_string()}),
    };
    let results: Vec<_> = question["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|v| {
            let version = Version::parse(v.as_str().unwrap_or_default()).expect("a version");
            let (ok, reasons) = constraint.validate(&version);
            json!([constraint.check(&version), ok, reasons])
        })
        .collect();
    json!({"text": constraint.to_string(), "results": results})
}

fn describe_version(question: &Value) -> Value {
    match text(question, "ask") {
        "strict" => describe(Version::parse_strict(text(question, "text"))),
        _ => describe(Version::parse(text(question, "text"))),
    }
}

#[test]
fn versions_are_read_alike() {
    let long = format!("1.2.3-{}", "a".repeat(251));
    let fits = format!("1.2.3-{}", "a".repeat(250));
    let texts = versions().into_iter().chain(NOT_VERSIONS.iter().copied()).chain([&*long, &*fits]);
    let questions =
        texts.flat_map(|t| ["parse", "strict"].map(|ask| json!({"ask": ask, "text": t}))).collect();
    judge(questions, describe_version);
}

#[test]
fn versions_are_ordered_alike() {
    let versions = versions();
    let questions = versions
        .iter()
        .flat_map(|a| versions.iter().map(move |b| json!({"ask": "compare", "text": a, "other": b})))
        .collect();
    judge(questions, |q| {
        let [a, b] = ["text", "other"].map(|key| Version::parse(text(q, key)).expect("a version"));
        json!(a.cmp(&b) as i8)
    });
}

#[test]
fn parts_are_set_alike() {
    let parts = ["", "a", "alpha.1", "01", "0a", "a..b", ".", "a_b", "é", "-", "a+b", "1.02", "1.2"];
    let questions = ["1.2.3", "v1.2.3-beta+b"]
        .iter()
        .flat_map(|v| parts.iter().map(move |p| (v, p)))
        .flat_map(|(v, p)| ["prerelease", "metadata"].map(|ask| json!({"ask": ask, "text": v, "other": p})))
        .collect();
    judge(questions, |q| {
        let version = Version::parse(text(q, "text")).expect("a version");
        describe(match text(q, "ask") {
            "prerelease" => version.set_prerelease(text(q, "other")),
            _ => version.set_metadata(text(q, "other")),
        })
    });
}

#[test]
fn the_grid_of_constraints_and_versions_is_alike() {
    let versions = versions();
    assert!(CONSTRAINTS.len() >= 100 && versions.len() >= 100, "{} by {}", CONSTRAINTS.len(), versions.len());
    let many = vec!["1"; 33].join("||");
    let most = vec!["1"; 32].join("||");
    let long = format!("1{}", " ".repeat(512));
    let fits = format!("1{}", " ".repeat(511));
    let questions = CONSTRAINTS
        .iter()
        .chain(NOT_CONSTRAINTS)
        .copied()
        .chain([&*many, &*most, &*long, &*fits])
        .flat_map(|c| {
            [false, true].map(|include| json!({"text": c, "versions": versions, "include": include}))
        })
        .collect();
    judge(questions, describe_constraint);
}

#[test]
fn bytes_that_are_not_text_are_quoted() {
    let error = Constraint::parse(b"\xff1.0\xc3").expect_err("no constraint");
    assert_eq!(error.to_string(), r#"improper constraint: "\xff1.0\xc3""#);
    assert_eq!(Version::parse(b"1.0\xff").expect_err("no version"), Error::InvalidVersion);
    assert_eq!(Version::parse_strict(b"1.0.\xff").expect_err("no version"), Error::InvalidCharacters);
}

/// A small generator (xorshift), so that a seed repeats a run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn version(&mut self, numbers: &[&str]) -> String {
        let mut text = String::from(self.pick(&["", "", "", "v"]));
        text += self.pick(numbers);
        for _ in 0..self.below(3) {
            text += ".";
            text += self.pick(numbers);
        }
        if self.below(3) == 0 {
            text += "-";
            text += self.pick(&["0", "1", "10", "alpha", "alpha.1", "beta", "rc.1", "a-b", "01", "-"]);
        }
        if self.below(8) == 0 {
            text += "+b.1";
        }
        text
    }

    fn constraint(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            text += self.pick(&["", "", "", " ", "\t"]);
            text += self.pick(&[
                "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", ">", "<", "~", "^", "!",
                "~=",
            ]);
            text += self.pick(&["", "", " "]);
            text += &self.version(&["0", "1", "2", "3", "x", "*", "X", "10", "1x"]);
            text += self.pick(&[" ", ",", ", ", " || ", "||", " - ", " - ", " , ", ""]);
        }
        text += &self.version(&["0", "1", "2", "3", "x"]);
        text
    }

    fn noise(&mut self, alphabet: &[&str]) -> String {
        (0..self.below(14)).map(|_| self.pick(alphabet)).collect()
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn random_texts_are_alike() {
    let seed = setting("SEED").unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    let cases = setting("CASES").unwrap_or(20_000);
    println!("SEED={seed}");
    let mut random = Random(seed);
    let versions: Vec<_> = (0..40).map(|_| random.version(&["0", "1", "2", "3", "10"])).collect();
    let versions: Vec<_> = versions.into_iter().filter(|v| Version::parse(v).is_ok()).collect();
    let mut questions = Vec::new();
    for case in 0..cases {
        questions.push(match case % 4 {
            0 => json!({"text": random.noise(&["1", "0", "x", ".", "-", "+", " ", ",", "|", "||", ">", "=", "~", "a"]), "versions": versions}),
            1 => {
                let text = random.noise(&["1", "0", "2", ".", ".", "-", "+", "v", "a", "01"]);
                json!({"ask": (["parse", "strict"][random.below(2)]), "text": text})
            }
            _ => json!({"text": random.constraint(), "versions": versions, "include": random.below(4) == 0}),
        });
    }
    judge(questions, |q| if q["ask"].is_string() { describe_version(q) } else { describe_constraint(q) });
}
