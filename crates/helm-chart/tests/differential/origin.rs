//! Where values come from: what is told must be what merging does.

use govalue::{Map, Value, yaml};
use helm_chart::origin::{Explanation, Origins, Path, Route, Source};
use helm_chart::{BufferedFile, Chart, Compat, assemble, dependencies, values};
use serde_json::Value as Json;

use crate::BOTH;
use crate::process::{KEYS, build, chart, to_map};
use crate::random::{Random, cases, table};

/// What templates would see.
fn computed(chart: &Chart, supplied: &Map, compat: Compat) -> Option<Map> {
    let mut warnings = Vec::new();
    let chart = dependencies::process(chart, supplied, compat, &mut warnings).ok()?;
    values::coalesce(&chart, supplied, compat, &mut warnings).ok()
}

fn random_options(r: &mut Random) -> (values::Options, Vec<Vec<u8>>) {
    let files: Vec<Vec<u8>> = (0..r.below(3))
        .map(|_| yaml::sigs::marshal(&Value::Map(to_map(&table(r, KEYS, 3)))).expect("it can be written"))
        .collect();
    let lines =
        ["a=1", "a.b=x", "one.a=null", "global.x=5", "b[0]=x,b[2]=y", "x={p,q}", "two.b.a[1].c=z", "a[1]=1"];
    let options = values::Options {
        files: (0..files.len()).map(|at| at.to_string()).collect(),
        set: (0..r.below(3)).map(|_| r.pick(&lines).to_owned()).collect(),
        json: (0..r.below(2))
            .map(|_| r.pick(&["a={\"b\":[1,null]}", "b=null", "one=[]"]).to_owned())
            .collect(),
        literals: (0..r.below(2)).map(|_| r.pick(&["b=,", "x.a=null", "enabled=y"]).to_owned()).collect(),
        ..values::Options::default()
    };
    (options, files)
}

#[test]
fn origins_add_up_to_the_computed_values() {
    let mut r = Random::seeded("origins");
    let mut explained = 0;
    for case in 0..cases(1500) {
        let compat = BOTH[case % 2];
        let depth = r.below(3);
        let tree: Json = chart(&mut r, "root", depth);
        let chart = build(&tree);
        let (options, files) = random_options(&mut r);
        let mut read = |name: &str| Ok(files[name.parse::<usize>().expect("the number of a file")].clone());
        let Ok(supplied) = options.merge(compat, &mut read) else { continue };
        let Some(values) = computed(&chart, &supplied, compat) else { continue };
        let origins = Origins::new(&chart, &options, compat, &mut read).expect("what merged before merges");
        let context = || format!("{tree} {options:?} {:?}", files.iter().map(|f| String::from_utf8_lossy(f)));
        assert_eq!(origins.values(), values.retyped(Map::string_any()), "{}", context());
        for Explanation { path, value, chain } in origins.explain(&Path::default()) {
            let Some(value) = value else { continue };
            // No source is told for empty tables; and several nulls may each be enough to keep a key null.
            if matches!(&value, Value::Nil) || matches!(&value, Value::Map(map) if map.is_empty()) {
                continue;
            }
            explained += 1;
            let first = chain.first().unwrap_or_else(|| panic!("nothing set {path}: {}", context()));
            assert_eq!(first.value.clone().unwrap_or_default(), value, "{path}: {}", context());
        }
    }
    assert!(explained > 100);
}

const PARENT: &str = "\
image:
  tag: v1
  repo: web   # a note
redis:
  auth: parent
  port: 1
global: {zone: a}
hosts: [one]
gone: default
imported: {}
";

const CHILD: &str = "\
auth: child
port: 6379
exports:
  data:
    imported:
      key: from-child
size: 1
";

const FILE: &str = "\
image:
  tag: v2
---
image:
  tag: v3
redis:
  auth: file
gone: null
";

fn example() -> Chart {
    let file =
        |name: &str, text: &str| BufferedFile { name: name.to_owned(), mod_time: None, data: text.into() };
    let metadata = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- name: redis\n  version: '*'\n  \
        import-values: [data]\n- name: off\n  version: '*'\n  condition: off.enabled\n";
    let files = vec![
        file("Chart.yaml", metadata),
        file("values.yaml", PARENT),
        file("charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n"),
        file("charts/redis/values.yaml", CHILD),
        file("charts/off/Chart.yaml", "apiVersion: v2\nname: off\nversion: 1.0.0\n"),
        file("charts/off/values.yaml", "enabled: false\nx: 1\n"),
    ];
    assemble(files, Compat::V4, &mut Vec::new()).expect("the chart is right")
}

/// The chain of one path, a setting a line.
fn chain(options: &values::Options, path: &str) -> Vec<String> {
    let chart = example();
    let mut read = |name: &str| match name {
        "f.yaml" => Ok(FILE.as_bytes().to_vec()),
        name => Err(format!("open {name}: no such file or directory")),
    };
    let origins = Origins::new(&chart, options, Compat::V4, &mut read).expect("the options are right");
    let path = Path::parse(path).expect("a path");
    let explanations = origins.explain(&path);
    let show = |value: &Option<Value>| match value {
        Some(value) => {
            let bytes = govalue::json::encode(value).expect("it can be written");
            String::from_utf8(bytes).expect("JSON is text")
        }
        None => "removed".to_owned(),
    };
    explanations
        .iter()
        .flat_map(|e| {
            e.chain.iter().map(move |s| {
                let source = match &s.source {
                    Source::File { file, line } => format!("{file}:{line}"),
                    Source::Flag { flag, argument } => format!("--{flag} {argument}"),
                    Source::Chart { chart, line } => format!("{chart}:{line}"),
                };
                let route = match s.route {
                    Route::Direct => "",
                    Route::Global => " global",
                    Route::Import => " import",
                };
                format!("{}={} {source}{route}", e.path, show(&s.value))
            })
        })
        .collect()
}

#[test]
fn chains_go_from_the_winner_down() {
    let options = values::Options {
        files: vec!["f.yaml".to_owned()],
        set: vec!["image.tag=v4,hosts[1]=two".to_owned(), "redis.port=null".to_owned()],
        ..values::Options::default()
    };
    assert_eq!(
        chain(&options, "image.tag"),
        [
            "image.tag=\"v4\" --set image.tag=v4,hosts[1]=two",
            "image.tag=\"v3\" f.yaml:5",
            "image.tag=\"v1\" web:2"
        ]
    );
    assert_eq!(
        chain(&options, "redis.auth"),
        [
            "redis.auth=\"file\" f.yaml:7",
            "redis.auth=\"parent\" web:5",
            "redis.auth=\"child\" web/charts/redis:1"
        ]
    );
    assert_eq!(
        chain(&options, "redis.port"),
        [
            "redis.port=removed --set redis.port=null",
            "redis.port=1 web:6",
            "redis.port=6379 web/charts/redis:2"
        ]
    );
    assert_eq!(chain(&options, "gone"), ["gone=removed f.yaml:8", "gone=\"default\" web:9"]);
    assert_eq!(chain(&options, "redis.global.zone"), ["redis.global.zone=\"a\" web:7 global"]);
    assert_eq!(chain(&options, "imported.key"), ["imported.key=\"from-child\" web/charts/redis:6 import"]);
    assert_eq!(
        chain(&options, "hosts"),
        ["hosts=[null,\"two\"] --set image.tag=v4,hosts[1]=two", "hosts=[\"one\"] web:8"]
    );
    assert_eq!(chain(&values::Options::default(), "hosts[0]"), ["hosts[0]=\"one\" web:8"]);
    assert_eq!(chain(&options, "nothing"), [] as [&str; 0]);
    assert_eq!(chain(&options, "off.x"), [] as [&str; 0]);
}

#[test]
fn a_table_that_became_something_else_is_told() {
    let options = values::Options { set: vec!["image=x".to_owned()], ..values::Options::default() };
    assert_eq!(chain(&options, "image.tag"), ["image.tag=\"x\" --set image=x", "image.tag=\"v1\" web:2"]);
}

#[test]
fn supplied_keys_have_their_places() {
    let chart = example();
    let options = values::Options {
        files: vec!["f.yaml".to_owned()],
        strings: vec!["a.b=1,list={x,y},m[0].k=v".to_owned()],
        ..values::Options::default()
    };
    let mut read = |_: &str| Ok(FILE.as_bytes().to_vec());
    let origins = Origins::new(&chart, &options, Compat::V4, &mut read).expect("the options are right");
    let supplied: Vec<String> = origins
        .supplied()
        .iter()
        .map(|s| match &s.source {
            Source::File { line, .. } => format!("{line} {}", s.path),
            _ => s.path.to_string(),
        })
        .collect();
    assert_eq!(supplied, ["2 image.tag", "5 image.tag", "7 redis.auth", "8 gone", "a.b", "list", "m[0].k"]);
}
