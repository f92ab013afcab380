//! Random lists of dependencies: ranges, aliases, conditions, tags, imports.

use serde_json::{Value as Json, json};

use super::draw::Draw;

/// The list as it stands in `Chart.yaml` or `requirements.yaml`.
pub(super) fn yaml(list: &[Json]) -> String {
    let lines: String = list.iter().map(|entry| format!("- {entry}\n")).collect();
    if lines.is_empty() { "dependencies: []\n".to_owned() } else { format!("dependencies:\n{lines}") }
}

/// Dependencies on some of the subcharts, some of them twice.
pub(super) fn list(r: &mut Draw, subcharts: &[&str]) -> Vec<Json> {
    let mut list = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for name in subcharts {
        if r.gets(12, "undeclared subchart") {
            continue;
        }
        r.has("declared dependency");
        add(r, name, &mut taken, &mut list);
        while r.gets(20, "one chart several times") {
            add(r, name, &mut taken, &mut list);
        }
    }
    if r.bad(4) {
        let mut missing = dependency(r, "four");
        missing["condition"] = json!("enabled");
        list.push(missing);
    }
    if r.bad(4) {
        list.push(Json::Null);
    }
    if r.chance(20) {
        list.reverse();
    }
    list
}

/// Adds a dependency under a name that is free, mostly.
fn add(r: &mut Draw, name: &str, taken: &mut Vec<String>, list: &mut Vec<Json>) {
    let mut entry = dependency(r, name);
    let own_name_taken = taken.iter().any(|t| t == name);
    if r.bad(4) {
        entry["alias"] = json!(r.pick(&["not ok", "a", "one", "two", ""]));
    } else if own_name_taken || r.chance(25) {
        let free: Vec<&str> =
            ["x", "y", "data", "two"].into_iter().filter(|f| !taken.iter().any(|t| t == f)).collect();
        // `two` may be the name of a subchart of its own.
        let free: Vec<&str> = free.into_iter().filter(|f| *f != "two" || r.wild()).collect();
        if free.is_empty() {
            return;
        }
        entry["alias"] = json!(r.pick(&free));
        r.has("alias");
    }
    let called = entry["alias"].as_str().unwrap_or(name).to_owned();
    if taken.contains(&called) && !r.wild() {
        return;
    }
    taken.push(called);
    list.push(entry);
}

fn dependency(r: &mut Draw, name: &str) -> Json {
    let mut entry = json!({"name": name});
    let version = if r.gets(8, "version not met, odd or absent") {
        r.pick(&["", "2.x", "bad range", "=1.0.0", "1.2.3 || 2.0.0-rc.1"])
    } else {
        r.pick(&["*", "1.x", ">=1.0.0-0", "~1.2", "^1", ">=1.2-0", ">0.1.0-0"])
    };
    entry["version"] = json!(version);
    if r.chance(70) {
        entry["repository"] =
            json!(r.pick(&["", "https://example.com/charts", "file://../x", "@stable", "oci://example.com"]));
    }
    if r.gets(40, "condition") {
        entry["condition"] = json!(condition(r, name));
    }
    if r.gets(30, "tags") {
        entry["tags"] = json!([r.pick(&["a", "b", "c"]), r.pick(&["x", "y", "a"])]);
    }
    if r.chance(40) {
        entry["import-values"] = (0..1 + r.below(3)).map(|_| import(r)).collect();
    }
    if r.chance(3) {
        entry["enabled"] = json!(r.chance(50));
    }
    entry
}

fn condition(r: &mut Draw, name: &str) -> String {
    let one = |r: &mut Draw| match r.below(8) {
        0..=2 => format!("{name}.enabled"),
        3 => "enabled".to_owned(),
        4 => r.pick(&["global.a", "global.enabled"]).to_owned(),
        5 => "x.enabled".to_owned(),
        6 => r.pick(&["a", "a.b", "b.c", " a", "", ".", "tags.a", "one.a.b", "one.two.enabled"]).to_owned(),
        _ => format!("{name}.a"),
    };
    let all: Vec<String> = (0..1 + r.below(3)).map(|_| one(r)).collect();
    if all.len() > 1 {
        r.has("condition with several paths");
    }
    all.join(r.pick(&[",", ",", ", "]))
}

fn import(r: &mut Draw) -> Json {
    let child =
        r.pick(&["a", "b", "data", "exports.a", "b.a", "global", "one", "one.a", "exports", ".", "two.a"]);
    let parent = r.pick(&[".", "a", "b", "x.a", "global", "one", "imported", "a.b.c", "exports", "one.a"]);
    match r.below(20) {
        0..=8 => {
            r.has("import-values from exports");
            json!(r.pick(&["a", "b", "data", "x", "one", "a.b"]))
        }
        9..=17 => {
            r.has("import-values from child to parent");
            if child.contains('.') && parent.contains('.') {
                r.has("import-values with nested paths");
            }
            json!({"child": child, "parent": parent})
        }
        _ => {
            r.has("import-values of wrong types");
            let odd = [
                json!(1),
                json!(null),
                json!(["a"]),
                json!({"parent": 1, "child": "a"}),
                json!({"child": child}),
                json!({"parent": parent}),
                json!({"child": {"a": 1}, "parent": [1]}),
                json!({}),
            ];
            odd[r.below(odd.len())].clone()
        }
    }
}
