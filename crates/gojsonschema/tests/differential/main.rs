//! Schemas and values against the Go library itself, error texts to the byte.
//!
//! Cases are random; `SEED` repeats a run, `CASES` sets how many. The library walks maps in random order: lines, and
//! names within a line, are compared sorted; a case with several faults in its schema may name any of them.

mod generate;

use std::collections::BTreeMap;
use std::path::Path;

use gojsonschema::{Compiler, Json, Load};
use helm_testkit::oracle::Oracle;
use helm_testkit::random::{Random, cases};
use serde_json::{Value, json};

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

struct Documents<'d>(&'d BTreeMap<String, String>);

impl Load for Documents<'_> {
    fn load(&mut self, url: &str) -> Result<Json, String> {
        let text = self.0.get(url).ok_or("no such document")?;
        Json::parse(text.as_bytes()).map_err(|e| e.to_string())
    }
}

fn judge(schema: &str, value: &Value, documents: &BTreeMap<String, String>) -> String {
    const URL: &str = "file:///values.schema.json";
    let schema = match Json::parse(schema.as_bytes()) {
        Ok(schema) => schema,
        Err(e) => return format!("document: {e}"),
    };
    let mut documents = Documents(documents);
    let mut compiler = Compiler::new(&mut documents);
    if let Err(e) = compiler.add_resource(URL, schema) {
        return format!("schema: {e}");
    }
    let compiled = match compiler.compile(URL) {
        Ok(compiled) => compiled,
        Err(e) => return format!("schema: {e}"),
    };
    // As a chart's values: every number is a float.
    let value = govalue::json::decode(value.to_string().as_bytes()).expect("a value");
    let value = Json::from_value(&value).expect("a value that JSON holds");
    compiled.validate(&value).map_or_else(|e| format!("value: {e}"), |()| String::new())
}

/// Lines in an order, and names within a line too.
fn normal(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| match line.split_once("additional properties ") {
            // The library names a place here that it has overwritten since.
            None if line.contains("': invalid propertyName ") => {
                let (head, name) = line.split_once("at '").expect("a place");
                format!("{head}{}", name.rsplit_once("': ").map_or(name, |(_, text)| text))
            }
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

fn compare(all: &[generate::Case]) {
    let questions: Vec<Value> = all
        .iter()
        .map(|case| json!({"Schema": case.schema, "Value": case.value, "Documents": case.documents}))
        .collect();
    let mut oracle = oracle();
    let answers = oracle.ask_all(&questions);
    let (mut valid, mut different) = (0, 0);
    for ((case, question), answer) in all.iter().zip(&questions).zip(answers) {
        let ours = judge(&case.schema, &case.value, &case.documents);
        let theirs = answer.as_str().expect("a text").to_owned();
        valid += usize::from(ours.is_empty());
        if normal(&ours) == normal(&theirs) {
            continue;
        }
        // Another fault may be found first; asked often enough, the library finds ours too.
        let again = std::iter::repeat_n(question.clone(), 40).collect::<Vec<_>>();
        let found =
            oracle.ask_all(&again).iter().any(|a| a.as_str().is_some_and(|a| normal(a) == normal(&ours)));
        if !found {
            different += 1;
            println!("ours:\n{ours}\ntheirs:\n{theirs}\nschema: {}\nvalue: {}\n", case.schema, case.value);
        }
    }
    println!("{} cases, {valid} of them valid", all.len());
    assert_eq!(different, 0, "cases that differ");
}

#[test]
fn schemas_judge_as_the_library_does() {
    let mut r = Random::seeded("schemas");
    let all: Vec<generate::Case> = (0..cases(2500)).map(|_| generate::case(&mut r)).collect();
    compare(&all);
}

#[test]
fn formats_are_judged_as_by_the_library() {
    let mut r = Random::seeded("formats");
    let all: Vec<generate::Case> = (0..cases(2500)).map(|_| generate::format_case(&mut r)).collect();
    compare(&all);
}

#[test]
fn schemas_that_are_none() {
    let all: Vec<generate::Case> = include_str!("broken.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| generate::Case {
            schema: line.to_owned(),
            value: json!({"a": 1, "b": [1, "x"]}),
            documents: generate::documents(),
        })
        .collect();
    compare(&all);
}

/// Deep schemas and values end in a verdict or an error, on the small stack of a test.
#[test]
fn nesting_is_bounded() {
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let deep = json!({"a": (0..400).fold(json!(1), |inner, _| json!({"a": inner}))});
    for (schema, end) in [
        (nested("{\"not\":", "{}", "}", 500), ""),
        (nested("{\"properties\":{\"a\":", "{}", "}}", 250), ""),
        (nested("{\"allOf\":[", "false", "]}", 250), "false schema"),
        ("{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"type\":[\"object\",\"number\"]}".to_owned(), ""),
        ("{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"properties\":{\"a\":{\"anyOf\":[{\"$ref\":\"#\"}]}},\"type\":\"object\"}}}".to_owned(), "want object"),
        (nested("{\"not\":", "{}", "}", 600), "exceeded max depth"),
        (nested("[", "", "]", 100_000), "exceeded max depth"),
    ] {
        let verdict = judge(&schema, &deep, &BTreeMap::new());
        assert!(verdict.ends_with(end) && verdict.is_empty() == end.is_empty(), "{verdict:.300}");
    }
}
