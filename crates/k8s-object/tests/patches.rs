//! Patches against Kubernetes' own packages, and the law that a patch leads from one state to the other.

mod random;

use std::path::Path;

use helm_testkit::oracle::Oracle;
use k8s_object::GroupVersionKind;
use k8s_object::patch::strategic::Strategic;
use k8s_object::patch::{PatchError, merge};
use random::Random;
use serde_json::{Map, Value, json};

const KINDS: [(&str, &str); 8] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("networking.k8s.io/v1", "Ingress"),
    ("policy/v1", "PodDisruptionBudget"),
    ("v1", "ConfigMap"),
];

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

fn strategic(api_version: &str, kind: &str) -> Strategic {
    Strategic::of_kind(&GroupVersionKind::from_api_version(api_version, kind)).expect("a built-in kind")
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().expect("a map").clone()
}

#[test]
fn the_schema_table_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/patch/strategic/kubernetes.schema");
    let answer = oracle().ask(&json!({ "op": "schema" }));
    let table = answer["value"].as_str().expect("a table");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, table).expect("the table can be written");
    }
    let ours = std::fs::read_to_string(&path).expect("the table is there");
    assert!(
        ours == table,
        "src/patch/strategic/kubernetes.schema is out of date: run this test with UPDATE=1"
    );
}

/// Compares one of our patches, or errors, with Kubernetes' own.
fn compare(question: &Value, answer: &Value, ours: Result<Map<String, Value>, PatchError>, seed: u64) {
    let error = answer["error"].as_str().unwrap_or_default();
    match ours {
        Ok(patch) => assert!(
            error.is_empty() && answer["value"] == Value::Object(patch.clone()),
            "SEED={seed}\nquestion {question}\nwanted {answer}\ngot    {}",
            Value::Object(patch)
        ),
        Err(ours) => {
            assert!(!error.is_empty(), "SEED={seed}\nquestion {question}\nwanted {answer}\ngot error {ours}")
        }
    }
}

#[test]
fn strategic_patches_are_those_of_kubernetes() {
    let (seed, cases) = random::settings(3000);
    let mut random = Random::new(seed);
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for _ in 0..cases {
        let (api_version, kind) = KINDS[random.below(KINDS.len())];
        let original = random.object(api_version, kind);
        let modified = random.mutated(&original);
        let current = random.mutated(&original);
        let patches = strategic(api_version, kind);
        let (o, m, c) = (map(&original), map(&modified), map(&current));
        for op in ["strategic-three-way", "strategic-two-way", "strategic-apply"] {
            let mut question = json!({
                "op": op, "apiVersion": api_version, "kind": kind,
                "original": original, "modified": modified, "current": current,
            });
            ours.push(match op {
                "strategic-three-way" => patches.three_way(&o, &m, &c),
                "strategic-two-way" => patches.diff(&o, &m),
                _ => {
                    let patch = patches.diff(&o, &m).unwrap_or_default();
                    question["original"] = current.clone();
                    question["patch"] = Value::Object(patch.clone());
                    patches.apply(patch, c.clone())
                }
            });
            questions.push(question);
        }
    }
    let answers = oracle().ask_all(&questions);
    for ((question, answer), ours) in questions.iter().zip(&answers).zip(ours) {
        compare(question, answer, ours, seed);
    }
}

#[test]
fn merge_patches_are_those_of_kubernetes() {
    let (seed, cases) = random::settings(3000);
    let mut random = Random::new(seed);
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for _ in 0..cases {
        let original = random.object("example.com/v1", "Widget");
        let modified = random.mutated(&original);
        let current = random.mutated(&original);
        let (o, m, c) = (map(&original), map(&modified), map(&current));
        for op in ["merge-three-way", "merge-diff", "merge-apply"] {
            let patch = merge::diff(&o, &m);
            ours.push(match op {
                "merge-three-way" => merge::three_way(&o, &m, &c),
                "merge-diff" => Ok(patch.clone()),
                _ => {
                    let mut document = original.clone();
                    merge::apply(&Value::Object(patch.clone()), &mut document);
                    Ok(map(&document))
                }
            });
            questions.push(json!({
                "op": op, "original": original, "modified": modified, "current": current, "patch": patch,
            }));
        }
    }
    let answers = oracle().ask_all(&questions);
    for ((question, answer), ours) in questions.iter().zip(&answers).zip(ours) {
        compare(question, answer, ours, seed);
    }
}

#[test]
fn a_patch_leads_from_one_state_to_the_other() {
    let (seed, cases) = random::settings(3000);
    let mut random = Random::new(seed);
    for _ in 0..cases {
        let (api_version, kind) = KINDS[random.below(KINDS.len())];
        let from = random.unambiguous_object(api_version, kind);
        let to = random.unambiguous_mutated(&from);
        let context = format!("SEED={seed}\nfrom {from}\nto   {to}");

        let patch = merge::diff(&map(&from), &map(&to));
        let mut patched = from.clone();
        merge::apply(&Value::Object(patch), &mut patched);
        assert_eq!(patched, to, "merge patch, {context}");

        let patches = strategic(api_version, kind);
        let patch = match patches.diff(&map(&from), &map(&to)) {
            Ok(patch) => patch,
            // Fields the kind does not have cannot be patched; some of the random ones are such.
            Err(PatchError::UnknownField { .. }) => continue,
            Err(error) => panic!("{error}, {context}"),
        };
        let text = Value::Object(patch.clone()).to_string();
        let patched = patches.apply(patch, map(&from)).unwrap_or_else(|e| panic!("{e}, {context}"));
        assert_eq!(
            unordered_sets(Value::Object(patched)),
            unordered_sets(to),
            "strategic patch {text}, {context}"
        );
    }
}

/// A set of scalars in the object, without its order: a patch does not carry a mere change of that.
fn unordered_sets(mut object: Value) -> Value {
    if let Some(Value::Array(finalizers)) = object.pointer_mut("/metadata/finalizers") {
        finalizers.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    object
}
