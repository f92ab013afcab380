use std::sync::Arc;

use govalue::{Map, Str, Value};
use helm_chart::{Chart, Compat, Dependency, Metadata, dependencies, values};
use serde_json::{Value as Json, json};

use crate::random::{Random, cases, table};
use crate::{BOTH, lines, number, oracle, typed_map, without_place};

/// A JSON object as Go reads it into `map[string]any`.
pub fn to_map(object: &Json) -> Map {
    match to_value(object) {
        Value::Map(map) => map,
        _ => Map::nil(Map::string_any()),
    }
}

fn to_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().expect("a number")),
        Json::String(s) => Value::str(s.as_str()),
        Json::Array(items) => Value::from(items.iter().map(to_value).collect::<Vec<_>>()),
        Json::Object(entries) => Value::Map(entries.iter().map(|(k, v)| (k.as_str(), to_value(v))).collect()),
    }
}

const NAMES: &[&str] = &["one", "two", "three"];
pub const KEYS: &[&str] = &["a", "b", "one", "two", "three", "x", "global", "tags", "exports", "enabled"];

pub fn chart(r: &mut Random, name: &str, depth: usize) -> Json {
    let mut charts = Vec::new();
    if depth > 0 {
        for sub in NAMES {
            if r.chance(45) {
                charts.push(chart(r, sub, depth - 1));
            }
        }
    }
    let mut chart = json!({"name": name, "version": r.pick(&["1.0.0", "1.2.3", "2.0.0"]), "charts": charts});
    if r.chance(85) {
        chart["values"] = table(r, KEYS, 3);
    }
    if r.chance(75) {
        chart["dependencies"] = (0..r.below(4)).map(|_| dependency(r)).collect();
    }
    chart
}

fn dependency(r: &mut Random) -> Json {
    let mut entry = json!({"name": r.pick(NAMES), "repository": ""});
    entry["version"] = json!(r.pick(&["*", "*", "1.x", ">0", "^2.0.0", "bad range", ""]));
    if r.chance(30) {
        entry["alias"] = json!(r.pick(&["x", "y", "one", "two"]));
    }
    if r.chance(30) {
        entry["condition"] =
            json!(r.pick(&["a.enabled", "one.enabled,enabled", "x.enabled", " b", "a,b", "one.a.b", "."]));
    }
    if r.chance(25) {
        entry["tags"] = json!([r.pick(&["a", "b"]), r.pick(&["one", "x"])]);
    }
    if r.chance(40) {
        let imports = (0..1 + r.below(2)).map(|_| match r.below(3) {
            0 => json!(r.pick(&["a", "b", "x"])),
            1 => json!({"child": r.pick(&["a", "b.a", "exports.a"]), "parent": r.pick(&[".", "a", "one", "x.a"])}),
            _ => json!({"child": r.pick(&["global", "one"]), "parent": r.pick(&["b", "global"])}),
        });
        entry["import-values"] = imports.collect();
    }
    entry
}

pub fn build(node: &Json) -> Chart {
    let dependencies = node["dependencies"].as_array();
    let mut metadata = Metadata {
        api_version: "v2".to_owned(),
        name: node["name"].as_str().unwrap_or_default().to_owned(),
        version: node["version"].as_str().unwrap_or_default().to_owned(),
        dependencies: dependencies.into_iter().flatten().map(entry).collect(),
        ..Metadata::default()
    };
    metadata.file_shape.empty_dependencies = dependencies.is_some_and(Vec::is_empty);
    Chart {
        metadata,
        values: to_map(&node["values"]),
        schema: node["schema"].as_str().filter(|s| !s.is_empty()).map(Str::from),
        dependencies: node["charts"].as_array().into_iter().flatten().map(|c| Arc::new(build(c))).collect(),
        ..Chart::default()
    }
}

fn entry(json: &Json) -> Dependency {
    serde_json::from_value(json.clone()).expect("a dependency")
}

fn dump(chart: &Chart, parent: Option<&str>) -> Json {
    let path = chart.full_path(parent);
    json!({
        "metadata": chart.metadata,
        "values": crate::typed(&Value::Map(chart.values.clone())),
        "charts": chart.dependencies.iter().map(|d| dump(d, Some(&path))).collect::<Vec<_>>(),
        "path": path,
    })
}

fn ours(question: &Json, compat: Compat) -> (Json, Vec<String>) {
    let (chart, supplied) = (build(&question["chart"]), to_map(&question["values"]));
    let before = dump(&chart, None);
    let mut warnings = Vec::new();
    let mut answer = json!({});
    let outcome = if question["mode"] == "coalesce" {
        let coalesced = values::coalesce(&chart, &supplied, compat, &mut warnings);
        coalesced.and_then(|coalesced| {
            answer["coalesced"] = typed_map(&coalesced);
            answer["merged"] = typed_map(&values::merge(&chart, &supplied, compat, &mut warnings)?);
            Ok(())
        })
    } else {
        dependencies::process(&chart, &supplied, compat, &mut warnings).and_then(|processed| {
            answer["chart"] = dump(&processed, None);
            answer["coalesced"] = typed_map(&values::coalesce(&processed, &supplied, compat, &mut warnings)?);
            Ok(())
        })
    };
    if let Err(e) = outcome {
        answer["error"] = json!(e.to_string());
    }
    assert_eq!(dump(&chart, None), before, "the chart was changed: {question}");
    assert_eq!(to_map(&question["values"]), supplied, "the values were changed: {question}");
    (answer, lines(&warnings, compat))
}

fn compare(mode: &str, default: usize) {
    let mut r = Random::seeded(mode);
    let questions: Vec<Json> = (0..cases(default))
        .map(|case| {
            let depth = 1 + r.below(3);
            let chart = chart(&mut r, "root", depth);
            let values = table(&mut r, KEYS, 3);
            let compat = number(BOTH[case % 2]);
            json!({"op": "process", "compat": compat, "mode": mode, "chart": chart, "values": values})
        })
        .collect();
    let answers = oracle().ask_all(&questions);
    for (question, answer) in questions.iter().zip(answers) {
        let compat = BOTH[usize::from(question["compat"] == 4)];
        let (ours, warnings) = ours(question, compat);
        for part in ["error", "chart", "merged", "coalesced"] {
            if part == "error" || answer["error"].is_null() {
                assert_eq!(ours[part], answer[part], "{part} of {question}");
            }
        }
        if answer["error"].is_null() {
            let warnings = without_place(&json!({ "warnings": warnings }));
            assert_eq!(warnings, without_place(&answer), "{question}");
        }
    }
}

#[test]
fn values_coalesce_as_in_helm() {
    compare("coalesce", 6000);
}

#[test]
fn dependencies_are_processed_as_in_helm() {
    compare("process", 6000);
}
