//! Templates against client-go's own package, by the Go program in `tests/oracle`.
//!
//! `SEED` repeats a run, `CASES` sets how many templates are drawn.

use std::path::Path;

use helm_testkit::oracle::Oracle;
use serde_json::{Map, Value as Json, json};

struct Random(u64);

impl Random {
    fn seeded() -> Random {
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_nanos() as u64);
        let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(clock);
        println!("SEED={seed}");
        Random(seed)
    }

    fn below(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const KEYS: &[&str] = &["a", "b", "c", "a.b", "d-e"];

/// Data whose maps have one key at most where `single`: Go visits the entries of a map in random order.
fn data(r: &mut Random, depth: usize, single: bool) -> Json {
    match r.below(if depth == 0 { 6 } else { 11 }) {
        0 => Json::Null,
        1 => json!(r.below(2) == 0),
        2 => json!(r.below(4)),
        3 => json!(1_234_567.0),
        4 => json!(r.pick(&["x", "", "1", "<&>", "text with blanks", "é"])),
        5 => json!(0.5),
        6 | 7 => (0..r.below(4)).map(|_| data(r, depth - 1, single)).collect(),
        _ => {
            let count = if single { r.below(2) } else { r.below(4) };
            let entry = |r: &mut Random| (r.pick(KEYS).to_owned(), data(r, depth - 1, single));
            Json::Object((0..count).map(|_| entry(r)).collect::<Map<_, _>>())
        }
    }
}

fn object(r: &mut Random, single: bool) -> Json {
    let mut map = Map::new();
    for key in if single { vec![r.pick(KEYS)] } else { KEYS.to_vec() } {
        map.insert(key.to_owned(), data(r, 4, single));
    }
    Json::Object(map)
}

const STEPS: &[&str] = &[
    ".a",
    ".b",
    ".c",
    ".a\\.b",
    ".d-e",
    "['a']",
    "['d-e']",
    "[0]",
    "[1]",
    "[-1]",
    "[0:2]",
    "[1:]",
    "[:1]",
    "[::2]",
    "[*]",
    ".*",
    "..",
    "..a",
    "[0,1]",
    "['a','b']",
    "[?(@.a)]",
    "[?(@.a==1)]",
    "[?(@.b==\"x\")]",
    "[?(@.a!='1')]",
    "[?(@==1)]",
    "[?(@.a<@.b)]",
    "[?(@.a>=0.5)]",
    "[?(@.a==true)]",
    "[?(@.a<=\"x\")]",
    "[?(@[0]>\"\")]",
    "[]",
    ".",
    "[1:0]",
    "[5]",
    "[0:1:0]",
    "@",
    "$",
];

const ODD: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "{}",
    "\"",
    "'",
    "\\",
    " ",
    "#",
    "range",
    "end",
    "true",
    "1",
    "-",
    "+2",
    "1.5",
    "1.2.3",
    "..",
    "...",
    "[?(",
    ")]",
    "==",
    "@",
    "$",
    ",",
    ":",
    "\n",
    "[?(@.a",
    "'it\\'s'",
    "\"\\n\"",
    "\"\\x\"",
    "é",
    "[1:2:3:4]",
    "[--1]",
    "[-]",
    "[99999999999999999999]",
    "{end}",
    "{range .a[*]}",
    "[?(1==1)]",
    "[?(@.a===1)]",
    "\t",
];

fn action(r: &mut Random) -> String {
    (0..1 + r.below(4)).map(|_| if r.below(15) == 0 { r.pick(ODD) } else { r.pick(STEPS) }).collect()
}

fn template(r: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + r.below(3) {
        text += &match r.below(8) {
            0 => r.pick(&["text ", "\n", "a=", "}"]).to_owned(),
            1 => r.pick(&["{\"\\n\"}", "{'q'}", "{1}", "{true}", "{2.5}", "{@}", "{$}"]).to_owned(),
            2 if depth > 0 => {
                let body = template(r, depth - 1);
                format!("{{range {}}}{body}{{end}}", action(r))
            }
            3 => (0..r.below(5)).map(|_| r.pick(ODD)).collect(),
            _ => format!("{{{}}}", action(r)),
        };
    }
    text
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Parse(String),
    Exec(String),
    Out(String),
}

fn ours(template: &str, data: &Json) -> Outcome {
    let template = match gojsonpath::Template::parse(template) {
        Ok(template) => template,
        Err(e) => return Outcome::Parse(e.to_string()),
    };
    let text = data.to_string();
    let data = govalue::json::decode(text.as_bytes()).expect("it is JSON");
    let mut out = Vec::new();
    match template.execute(&data, &mut out) {
        Ok(()) => Outcome::Out(String::from_utf8_lossy(&out).into_owned()),
        Err(e) => Outcome::Exec(e.to_string()),
    }
}

fn theirs(answer: &Json) -> Option<Outcome> {
    let text = |key: &str| answer[key].as_str().map(str::to_owned);
    if text("panic").is_some() {
        return None;
    }
    let outcome = text("parse").map(Outcome::Parse).or_else(|| text("exec").map(Outcome::Exec));
    outcome.or_else(|| {
        let bytes = bytes_of(answer["out"].as_str().unwrap_or_default());
        Some(Outcome::Out(String::from_utf8_lossy(&bytes).into_owned()))
    })
}

/// Go's encoding of bytes in JSON.
fn bytes_of(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|b| *b != b'=') {
        let digit = ALPHABET.iter().position(|a| *a == byte).expect("base64");
        bits = (bits << 6) | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

fn compare(questions: &[Json]) -> usize {
    let mut oracle = Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"));
    let mut compared = 0;
    for (question, answer) in questions.iter().zip(oracle.ask_all(questions)) {
        let Some(theirs) = theirs(&answer) else { continue };
        compared += 1;
        let ours = ours(question["template"].as_str().expect("a text"), &question["data"]);
        assert_eq!(ours, theirs, "{question}");
    }
    compared
}

#[test]
fn random_templates_do_what_client_go_does() {
    let mut r = Random::seeded();
    let cases = std::env::var("CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(20_000);
    let questions: Vec<Json> = (0..cases)
        .map(|_| {
            let template = template(&mut r, 2);
            let single = template.contains('*') || template.contains("..");
            json!({"template": template, "data": object(&mut r, single)})
        })
        .collect();
    let compared = compare(&questions);
    assert!(compared * 10 > cases * 9, "{compared} of {cases}");
}

#[test]
fn what_people_write() {
    let data = json!({
        "image": {"repository": "nginx", "tag": "1.27"},
        "replicas": 3,
        "big": 1_000_000,
        "hosts": [
            {"name": "a", "tls": true, "port": 80, "paths": ["/", "/x"]},
            {"name": "b", "tls": false, "port": 443.5, "paths": []},
            {"name": "c"},
        ],
        "labels": {"app.kubernetes.io/name": "web"},
        "nothing": null,
        "empty": {},
        "none": [],
    });
    let templates = [
        "{.image.tag}",
        "{.image}",
        "{.replicas} {.big}",
        "{.nothing}",
        "{.missing}",
        "{.missing.deep}",
        "{.hosts[*].name}",
        "{.hosts[0].paths[1]}",
        "{.hosts[-1:].name}",
        "{.hosts[?(@.tls)].name}",
        "{.hosts[?(@.tls==true)].name}",
        "{.hosts[?(@.name==\"b\")].port}",
        "{.hosts[?(@.port>100)].name}",
        "{.hosts[?(@.port>100.0)].name}",
        "{range .hosts[*]}{.name}={.port}{\"\\n\"}{end}",
        "{range .hosts[*]}{.name}:{range .paths[*]}{@},{end};{end}tail",
        "{range .none[*]}{.x}{end}after",
        "{.labels.app\\.kubernetes\\.io/name}",
        "{.labels['app\\.kubernetes\\.io/name']}",
        "{.image['repository','tag']}",
        "{.hosts[0,2].name}",
        "{.hosts}",
        "{.empty}{.none}",
        "{$.image.tag}",
        "{@.image.tag}",
        "image.tag",
        ".image.tag",
        "{image.tag}",
        "{.image.tag",
        "{.hosts[x]}",
        "{.hosts[?(@.a]}",
        "{end}",
        "",
    ];
    let questions: Vec<Json> = templates.iter().map(|t| json!({"template": t, "data": data})).collect();
    assert_eq!(compare(&questions), questions.len());
}
