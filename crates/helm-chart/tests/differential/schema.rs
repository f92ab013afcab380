use std::sync::Arc;

use helm_chart::schema::{self, Loader};
use serde_json::{Map, Value as Json, json};

use crate::oracle;
use crate::process::{build, to_map};
use crate::random::{Random, cases, table};

const KEYS: &[&str] = &["a", "b", "c", "long name", "x/y"];
const TYPES: &[&str] = &["null", "boolean", "number", "integer", "string", "array", "object"];
const FORMATS: &[&str] = &[
    "ipv4",
    "ipv6",
    "hostname",
    "email",
    "uuid",
    "date",
    "time",
    "date-time",
    "duration",
    "period",
    "uri",
    "semver",
    "unknown",
    "regex",
    "json-pointer",
    "idn-hostname",
];
const TEXTS: &[&str] = &[
    "text",
    "",
    "1.2.3.4",
    "1.2.3.400",
    "01.2.3.4",
    "::1",
    "::x:",
    "1::2%eth0",
    "1::%",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7",
    "12345::",
    "1::2::3",
    "::1.2.3.4",
    "::1.2.3.400",
    "1:2:3.4.5.6",
    "::01.2.3.4",
    "1.2.3.4:5",
    "1:2:3:4:5:6:7::8",
    "1:2:3:4:5:6:7:",
    "%:",
    "1:g",
    "a@b.c",
    "a..b@c",
    "2024-02-30",
    "2024-2-3",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00",
    "12:00:00Z",
    "25:00:00Z",
    "P1D",
    "PT",
    "P1X",
    "P1D1Y",
    "P1W",
    "PT1H",
    "P1Dé",
    "2024-01-01T00:00:00+24:00",
    "23:59:60Z",
    "-1:00:00Z",
    "12:00:00.5+01:00",
    "http://x/y",
    "x",
    "1.2.3",
    "01.2.3",
    "1.2",
    "1.2.3-01",
    "[a",
    "(?=x)",
    "-a",
    "a_b",
    "/a~2",
    "it's \"quoted\" é",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
    "123e4567",
];
const PATTERNS: &[&str] = &["^[a-z]+$", "^\\d{2}", "x|y", "^$", "[A-Z]", "(?i)TEXT", "^it's"];

fn schema(r: &mut Random, depth: usize) -> Json {
    if r.chance(6) {
        return json!(r.chance(50));
    }
    let mut schema = Map::new();
    for _ in 0..1 + r.below(3) {
        let (key, value) = keyword(r, depth);
        schema.insert(key.to_owned(), value);
    }
    Json::Object(schema)
}

fn keyword(r: &mut Random, depth: usize) -> (&'static str, Json) {
    let number = |r: &mut Random| {
        r.pick(&[json!(0), json!(2), json!(1.5), json!(1000), json!(-3), json!(2_000_000)].each_ref()).clone()
    };
    if depth > 0 && r.chance(60) {
        return nested(r, depth - 1);
    }
    match r.below(20) {
        0..=3 => ("type", json!(r.pick(TYPES))),
        4 => ("type", json!([r.pick(TYPES), r.pick(&["string", "null"])])),
        5 => ("enum", json!([r.pick(TEXTS), 1, null, true])),
        6 => ("enum", json!([[1], "text"])),
        7 => ("const", json!(r.pick(TEXTS))),
        8 => (r.pick(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), number(r)),
        9 => ("multipleOf", json!(2)),
        10 => (r.pick(&["minLength", "maxLength"]), json!(r.below(5))),
        11 => ("pattern", json!(r.pick(PATTERNS))),
        12 | 13 => ("format", json!(r.pick(FORMATS))),
        14 => (r.pick(&["minItems", "maxItems"]), json!(r.below(4))),
        15 => ("uniqueItems", json!(true)),
        16 => (r.pick(&["minProperties", "maxProperties"]), json!(r.below(3))),
        17 => ("required", json!([r.pick(KEYS), "zz"])),
        18 => ("dependentRequired", json!({"a": [r.pick(KEYS), "zz"]})),
        _ => ("additionalProperties", json!(false)),
    }
}

fn nested(r: &mut Random, depth: usize) -> (&'static str, Json) {
    let list = |r: &mut Random| -> Json { (0..1 + r.below(3)).map(|_| schema(r, depth)).collect() };
    match r.below(14) {
        0..=4 => {
            let properties = (0..1 + r.below(3)).map(|_| (r.pick(KEYS).to_owned(), schema(r, depth)));
            ("properties", Json::Object(properties.collect()))
        }
        5 => ("items", schema(r, depth)),
        6 => ("additionalProperties", schema(r, depth)),
        7 => (r.pick(&["allOf", "anyOf", "oneOf"]), list(r)),
        8 => ("not", schema(r, depth)),
        9 => ("if", schema(r, depth)),
        10 => (r.pick(&["then", "else"]), schema(r, depth)),
        11 => ("$ref", json!(r.pick(&["#/definitions/d", "#/definitions/e"]))),
        12 => ("contains", schema(r, depth)),
        _ => ("patternProperties", json!({"^[ab]$": schema(r, depth)})),
    }
}

fn document(r: &mut Random) -> String {
    match r.below(40) {
        0 => return r.pick(&["", "{", "{} x", "[1,", "nul", "{\"a\" 1}"]).to_owned(),
        1 => {
            return r
                .pick(&[
                    "{\"type\": 5}",
                    "{\"$ref\": \"#/nowhere\"}",
                    "{\"$schema\": \"x:y\"}",
                    "{\"required\": \"a\"}",
                ])
                .to_owned();
        }
        2 => {
            return r
                .pick(&[
                    "{\"pattern\": \"(?=x)\"}",
                    "{\"$ref\": \"missing.json\"}",
                    "{\"$ref\": \"urn:x:y\"}",
                    "{\"$ref\": \"ftp://x/y\"}",
                ])
                .to_owned();
        }
        _ => {}
    }
    let mut schema = match schema(r, 3) {
        Json::Object(schema) => schema,
        other => return other.to_string(),
    };
    schema.insert("definitions".to_owned(), json!({"d": self::schema(r, 1), "e": self::schema(r, 1)}));
    let draft = r.pick(&[
        "",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-06/schema#",
        "https://json-schema.org/draft/2019-09/schema",
    ]);
    if !draft.is_empty() {
        schema.insert("$schema".to_owned(), json!(draft));
    }
    Json::Object(schema).to_string()
}

fn instance(r: &mut Random, depth: usize) -> Json {
    let mut map = Map::new();
    for key in KEYS {
        if r.chance(60) {
            let value = match r.below(if depth == 0 { 5 } else { 8 }) {
                0 | 1 => json!(r.pick(TEXTS)),
                2 => json!(r.pick(&[0.0, 1.5, 2.0, 1500.0, 3_000_000.0, -7.25])),
                3 => json!([1, 1, "text", null]),
                4 => json!(r.chance(50)),
                _ => instance(r, depth - 1),
            };
            map.insert((*key).to_owned(), value);
        }
    }
    Json::Object(map)
}

struct Missing;

impl Loader for Missing {
    fn load(&self, url: &str) -> Result<Vec<u8>, String> {
        let path = url.strip_prefix("file://").ok_or("only files")?;
        Err(format!("open {path}: no such file or directory"))
    }
}

/// Lines in an order, and names within a line too: Go walks its maps in any.
fn normal(text: &str) -> Vec<String> {
    // Nothing parts a subchart's report from an error of compilation.
    let text = text.replace("sub:\n", "\nsub:\n");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| match line.split_once("additional properties ") {
            Some((head, names)) => {
                let mut names: Vec<&str> = names.trim_end_matches(" not allowed").split(", ").collect();
                names.sort_unstable();
                format!("{head}additional properties {}", names.join(", "))
            }
            None => line.to_owned(),
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn schemas_judge_as_in_helm() {
    let mut r = Random::seeded("schema");
    let questions: Vec<Json> = (0..cases(1000))
        .map(|case| {
            let mut chart = json!({"name": "root", "version": "1.0.0", "schema": document(&mut r)});
            if r.chance(30) {
                chart["charts"] = json!([{"name": "sub", "version": "1.0.0", "schema": document(&mut r)}]);
            }
            let mut values = instance(&mut r, 2);
            if r.chance(60) {
                values["sub"] = if r.chance(90) { table(&mut r, KEYS, 2) } else { json!("none") };
            }
            json!({"op": "schema", "compat": 3 + case % 2, "chart": chart, "values": values})
        })
        .collect();
    let answers = oracle().ask_all(&questions);
    let loader: Arc<dyn Loader> = Arc::new(Missing);
    for (question, answer) in questions.iter().zip(answers) {
        let mut warnings = Vec::new();
        let (chart, values) = (build(&question["chart"]), to_map(&question["values"]));
        let ours = schema::validate(&chart, &values, &loader, &mut warnings).err().map(|e| e.to_string());
        let theirs = answer["error"].as_str();
        assert_eq!(
            ours.as_deref().map(normal),
            theirs.map(normal),
            "ours: {}\ntheirs: {}\n{question}",
            ours.unwrap_or_default(),
            theirs.unwrap_or_default()
        );
    }
}
