//! YAML judged by Go: `sigs.k8s.io/yaml` and `go.yaml.in/yaml/v3`, linked into a small program.

#[path = "yaml/generate.rs"]
mod generate;

use std::path::Path;

use base64_text as base64;
use generate::{Random, documents, values};
use govalue::yaml::{YamlError, sigs, v3};
use govalue::{Key, Map, Value};
use helm_testkit::oracle::Oracle;
use serde_json::{Value as Json, json};

const AWKWARD: &str = include_str!("yaml/awkward.txt");

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml_oracle"))
}

/// The awkward documents, and each of them with other line ends and as a stream's second document.
fn awkward() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for text in AWKWARD.split("=====\n") {
        texts.push(text.as_bytes().to_vec());
        texts.push(text.trim_end_matches('\n').as_bytes().to_vec());
        texts.push(text.replace('\n', "\r\n").into_bytes());
        texts.push(text.replace('\n', "\r").into_bytes());
        texts.push(format!("first: 1\n---\n{text}").into_bytes());
        texts.push(format!("\n# comment\n\n{text}").into_bytes());
        texts.push(format!("\u{feff}{text}").into_bytes());
        texts.push(format!("a:\n  b:\n{}", indent(text, "    ")).into_bytes());
        texts.push(format!("- - |\n    x\n  -\n{}", indent(text, "      ")).into_bytes());
        texts.push(text.encode_utf16().fold(vec![0xff, 0xfe], |mut out, unit| {
            out.extend(unit.to_le_bytes());
            out
        }));
    }
    texts
}

fn indent(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}

/// A value as JSON, which is how the oracle shows it.
fn shown(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Float(f) => json!(f),
        Value::Str(s) => json!(s.to_str()),
        Value::List(l) => l.items().iter().map(shown).collect(),
        Value::Map(m) if m.is_nil() => Json::Null,
        Value::Map(m) => {
            let entries = m.snapshot();
            Json::Object(entries.iter().map(|(k, v)| (text_of(k), shown(v))).collect())
        }
        other => panic!("unexpected {other:?}"),
    }
}

fn text_of(key: &Key) -> String {
    key.as_str().expect("a string key").to_str().into_owned()
}

/// What version 3 decoded, with the types of scalars and keys.
fn shown_with_types(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Float(_) => {
            let text = String::from_utf8(v3::encode(value, 2).expect("a float")).expect("UTF-8");
            let text = text.trim_end().replace(".inf", "Inf").replace(".nan", "NaN");
            json!(format!("float64 {}", text.replace("Inf", "+Inf").replace("-+", "-")))
        }
        Value::List(l) => l.items().iter().map(shown_with_types).collect(),
        Value::Map(m) => {
            let entries = m.snapshot();
            let key = |k: &Key| match shown_with_types(&k.to_value()) {
                Json::String(s) => s,
                other => other.to_string(),
            };
            Json::Object(entries.iter().map(|(k, v)| (key(k), shown_with_types(v))).collect())
        }
        Value::Str(s) => json!(format!("string {}", s.to_str())),
        Value::Bool(b) => json!(format!("bool {b}")),
        Value::Int(i) => json!(format!("{} {i}", value.type_name())),
        other => json!(format!("{} {}", other.type_name(), "?")),
    }
}

/// JSON with the types of its numbers.
fn shown_numbers(value: Json) -> Json {
    match value {
        Json::Number(n) if n.is_i64() => json!(format!("int64 {n}")),
        Json::Number(n) => {
            let float = n.as_f64().expect("a float");
            json!(format!("float64 {}", govalue::strconv::format_float(float, b'g', -1, 64)))
        }
        Json::Array(items) => items.into_iter().map(shown_numbers).collect(),
        Json::Object(entries) => entries.into_iter().map(|(k, v)| (k, shown_numbers(v))).collect(),
        other => other,
    }
}

fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            // The test's own JSON reader may be off by one in the last place.
            a == b || ((a - b) / b).abs() < 1e-15
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        // Version 3 makes a `time.Time` of what we leave as text.
        (Json::String(a), Json::String(b)) if a.starts_with("time ") && a != b => b.starts_with("string "),
        _ => a == b,
    }
}

/// What the oracle answers, or what it complains about.
fn answer(answer: &Json) -> Result<Json, String> {
    match answer.get("error").and_then(Json::as_str) {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer["ok"].clone()),
    }
}

fn ours(op: &str, text: &[u8]) -> Result<Json, String> {
    let show = |result: Result<Value, YamlError>| result.map(|v| shown(&v)).map_err(|e| e.to_string());
    match op {
        "sigs" => show(sigs::unmarshal(text)),
        "sigs-map" => sigs::unmarshal_map(text)
            .map(|m| if m.is_nil() { Json::Null } else { shown(&Value::Map(m)) })
            .map_err(|e| e.to_string()),
        "sigs-strict" => show(sigs::unmarshal_strict(text)),
        "sigs-json" => sigs::to_json_value(text).map_err(|e| e.to_string()),
        "kubernetes" => sigs::to_json_value(text).map_err(|e| e.to_string()).map(|mut value| {
            sigs::settle_numbers(&mut value);
            shown_numbers(value)
        }),
        "v3" => {
            v3::decode_all(text).map(|l| l.iter().map(shown_with_types).collect()).map_err(|e| e.to_string())
        }
        "v3-first" => v3::decode(text).map(|v| shown_with_types(&v)).map_err(|e| e.to_string()),
        _ => panic!("unknown operation {op}"),
    }
}

fn expectation(op: &str, reply: &Json) -> Result<Json, String> {
    match (op, answer(reply)) {
        ("sigs-json", Ok(text)) => {
            Ok(serde_json::from_str(text.as_str().expect("JSON text")).expect("valid JSON"))
        }
        // YAMLToJSON does not say what it was doing.
        ("sigs-json" | "kubernetes", Err(error)) => Err(format!("error converting YAML to JSON: {error}")),
        (_, expected) => expected,
    }
}

/// Whether both say the same, as far as they are meant to.
fn agree(op: &str, expected: &Result<Json, String>, found: &Result<Json, String>) -> bool {
    let same = match (expected, found) {
        (Ok(a), Ok(b)) => same(a, b),
        (Err(a), Err(b)) => a == b,
        _ => false,
    };
    same || op.starts_with("v3") && is_known_difference(expected, found)
}

/// What is different on purpose in version 3 (which reads plugin files only).
fn is_known_difference(expected: &Result<Json, String>, found: &Result<Json, String>) -> bool {
    match (expected, found) {
        // Our maps have no null keys.
        (_, Err(found)) if found.ends_with("must not be null") => true,
        // Dates are times there, as keys too.
        (Ok(expected), Ok(_)) => expected.to_string().contains("\"time "),
        _ => false,
    }
}

/// Asks Go and ourselves about every text, and fails with the differences.
fn compare(texts: &[Vec<u8>], ops: &[&str]) {
    let mut oracle = oracle();
    let mut failures = Vec::new();
    // Version 3 looks for comments while it reads tokens, and thereby finds some errors sooner, or forgets them and
    // runs into the next.
    let mut other_words = 0;
    for op in ops {
        let questions: Vec<Json> = texts.iter().map(|t| json!({"op": op, "text": base64(t)})).collect();
        let replies = oracle.ask_all(&questions);
        for ((text, question), reply) in texts.iter().zip(&questions).zip(replies) {
            let found = ours(op, text);
            let mut expected = expectation(op, &reply);
            // Where keys only differ before they become strings, Go's random order of maps decides.
            for _ in 0..100 {
                if agree(op, &expected, &found) {
                    break;
                }
                expected = expectation(op, &oracle.ask(question));
            }
            if op.starts_with("v3") && expected.is_err() && found.is_err() && expected != found {
                other_words += 1;
            } else if !agree(op, &expected, &found) {
                let text = String::from_utf8_lossy(text);
                failures.push(format!("{op} of {text:?}\n  Go   {expected:?}\n  ours {found:?}"));
            }
        }
    }
    report(&failures, texts.len() * ops.len());
    assert!(other_words * 100 < texts.len(), "{other_words} errors of version 3 have another text");
}

fn report(failures: &[String], of: usize) {
    let shown = failures.iter().take(std::env::var("SHOW").ok().and_then(|s| s.parse().ok()).unwrap_or(20));
    let list: Vec<&str> = shown.map(String::as_str).collect();
    assert!(failures.is_empty(), "{} of {of} differ:\n{}", failures.len(), list.join("\n"));
}

fn cases(default: usize) -> usize {
    std::env::var("CASES").map_or(default, |c| c.parse().expect("CASES is a number"))
}

#[test]
fn awkward_documents_read_as_in_go() {
    compare(&awkward(), &["sigs", "sigs-map", "sigs-strict", "sigs-json", "kubernetes", "v3", "v3-first"]);
}

#[test]
fn generated_documents_read_as_in_go() {
    let mut random = Random::from_environment();
    let pool: Vec<String> = AWKWARD.split("=====\n").map(str::to_owned).collect();
    let texts = documents(&mut random, &pool, cases(4000));
    compare(&texts, &["sigs", "sigs-strict", "kubernetes", "v3"]);
}

#[test]
fn generated_values_are_written_as_in_go() {
    let mut random = Random::from_environment();
    let values = values(&mut random, cases(4000));
    let mut oracle = oracle();
    let mut failures = Vec::new();
    for (op, indent) in [("sigs-marshal", 0), ("v3-marshal", 2), ("v3-marshal", 4)] {
        let questions: Vec<Json> = values
            .iter()
            .map(|(_, question)| json!({"op": op, "value": question, "indent": indent}))
            .collect();
        for ((value, question), reply) in values.iter().zip(oracle.ask_all(&questions)) {
            let found = match op {
                "sigs-marshal" => sigs::marshal(value),
                _ => v3::encode(value, indent),
            };
            let found = found.map(|bytes| json!(base64(&bytes))).map_err(|e| e.to_string());
            let expected = answer(&reply);
            // Where go-yaml's order of keys contradicts itself, what it writes depends on the random order of the map:
            // its answers differ among themselves.
            let question_again = json!({"op": op, "value": question, "indent": indent});
            if found != expected && (0..20).all(|_| answer(&oracle.ask(&question_again)) == expected) {
                let plain = |r: &Result<Json, String>| {
                    r.as_ref().map(|j| unbase64(j.as_str().unwrap_or(""))).map_err(String::clone)
                };
                failures.push(format!(
                    "{op} {indent} of {question}\n  Go   {:?}\n  ours {:?}",
                    plain(&expected),
                    plain(&found)
                ));
            }
        }
    }
    report(&failures, values.len() * 3);
}

/// Documents that are small and stand for something huge, or nested beyond measure.
fn bombs() -> Vec<Vec<u8>> {
    let mut texts: Vec<String> =
        ["[", "{a: ", "- ", "? ", "{? ", "[[{a: ", "- a:\n"].iter().map(|s| s.repeat(20_000)).collect();
    let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..9 {
        let references = vec![format!("*a{}", i - 1); 9].join(",");
        laughs.push_str(&format!("a{i}: &a{i} [{references}]\n"));
    }
    texts.push(laughs);
    let mut merges = "a0: &a0 {k0: 1, l0: 2}\n".to_owned();
    for i in 1..40 {
        merges.push_str(&format!("a{i}: &a{i}\n  <<: [*a{}, *a{}]\n  k{i}: 1\n", i - 1, i - 1));
    }
    texts.push(merges);
    texts.push(format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(500), "*a,".repeat(2000)));
    texts.push(format!("[{}{}]", "[],".repeat(100_000), "x"));
    texts.push(format!("{}{}", "[".repeat(9_000), "x,".repeat(100_000)));
    texts.push(format!("? {}", "x: ".repeat(50_000)));
    texts.push("%TAG !a! b\n".repeat(3) + "--- a");
    texts.push((0..50_000).map(|i| format!("%TAG !{i}! b\n")).collect::<String>() + "--- !7!x y");
    texts.push("a: &a 1\nb: [".to_owned() + &"*a,".repeat(100_000) + "]");
    texts.push("'".repeat(100_001));
    texts.push("\"\\\n".repeat(20_000));
    texts.into_iter().map(String::into_bytes).collect()
}

#[test]
fn bombs_are_defused_as_in_go() {
    // Go's own marshaller of the answer would be the victim of what it may read, hence only texts that it refuses.
    compare(&bombs(), &["sigs", "v3-first"]);
}

#[test]
fn nesting_is_bounded() {
    // Without optimisation, every level takes some kilobytes.
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(check_nesting);
    thread.expect("a thread").join().expect("the checks hold");
}

fn check_nesting() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [1, 10, 1000] {
        let value = sigs::unmarshal(nested(depth).as_bytes()).expect("not too deep");
        assert_eq!(sigs::marshal(&value).expect("not too deep").len(), 2 * depth + 1);
        assert_eq!(v3::encode(&value, 2).expect("not too deep").len(), 2 * depth + 1);
        assert!(sigs::to_json_value(nested(depth).as_bytes()).is_ok());
        assert!(v3::decode(nested(depth).as_bytes()).is_ok());
    }
    let error = sigs::unmarshal(nested(1001).as_bytes()).expect_err("too deep");
    assert_eq!(error.to_string(), "error converting YAML to JSON: yaml: exceeded max depth of 1000");
    let around = Map::new();
    around.insert("self", Value::Map(around.clone()));
    let error = sigs::marshal(&Value::Map(around.clone())).expect_err("a cycle");
    assert!(error.to_string().starts_with("error marshaling into JSON: json: unsupported value"), "{error}");
    assert!(v3::encode(&Value::Map(around.clone()), 2).is_err());
    around.remove("self");
}

/// Go's `[]byte` in JSON.
fn base64_text(bytes: &[u8]) -> String {
    let yaml = sigs::marshal(&Value::Bytes(bytes.into())).expect("bytes");
    let text = sigs::unmarshal(&yaml).expect("base64 text");
    text.as_str().map(|s| s.to_str().into_owned()).unwrap_or_default()
}

fn unbase64(text: &str) -> String {
    let value = v3::decode(format!("!!binary {text}").as_bytes()).expect("base64");
    value.as_str().map(|s| s.to_str().into_owned()).unwrap_or_default()
}
