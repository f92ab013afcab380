//! The managed-fields upgrade against client-go's `csaupgrade`.

mod random;

use std::path::Path;

use helm_testkit::oracle::Oracle;
use k8s_object::Object;
use k8s_object::patch::managed_fields;
use random::Random;
use serde_json::{Map, Value, json};

fn field_set(random: &mut Random, depth: usize) -> Value {
    let paths =
        ["f:a", "f:b", "k:{\"name\":\"x\"}", "k:{\"port\":80,\"protocol\":\"TCP\"}", "v:\"w\"", "i:1", "z:?"];
    let mut set = Map::new();
    for path in paths {
        if random.below(3) == 0 {
            let below = if depth == 0 { json!({}) } else { field_set(random, depth - 1) };
            set.insert(path.to_owned(), below);
        }
    }
    if depth < 2 && random.below(3) == 0 {
        set.insert(".".to_owned(), json!({}));
    }
    Value::Object(set)
}

fn entry(random: &mut Random) -> Value {
    let mut entry = json!({
        "manager": random.pick(&["helm", "kubectl"]),
        "operation": random.pick(&["Update", "Apply"]),
        "apiVersion": random.pick(&["v1", "v2"]),
        "time": format!("2020-01-0{}T00:00:00Z", random.below(9) + 1),
        "fieldsType": "FieldsV1",
        "fieldsV1": field_set(random, 2),
    });
    if random.below(5) == 0 {
        entry["subresource"] = "status".into();
    }
    entry
}

#[test]
fn entries_are_joined_as_client_go_joins_them() {
    let (seed, cases) = random::settings(5000);
    let mut random = Random::new(seed);
    let questions: Vec<Value> = (0..cases)
        .map(|_| {
            let entries: Vec<Value> = (0..random.below(5)).map(|_| entry(&mut random)).collect();
            let metadata = json!({ "name": "x", "resourceVersion": "7", "managedFields": entries });
            json!({ "op": "csa-upgrade", "manager": "helm", "object": {
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
            } })
        })
        .collect();
    let answers =
        Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")).ask_all(&questions);
    for (question, answer) in questions.iter().zip(answers) {
        assert!(answer.get("error").is_none(), "{question}: {answer}");
        let object = Object::from_value(question["object"].clone()).expect("a map");
        let ours = managed_fields::upgrade_patch(&object, "helm");
        let theirs = answer.get("value").filter(|patch| !is_idle(&object, patch));
        assert_eq!(ours.as_ref(), theirs, "SEED={seed}\n{question}");
    }
}

/// Whether their patch says what is there already: it may be sent because the bytes of a set came out in another
/// order, or because paths of an unknown kind were dropped. We send nothing then.
fn is_idle(object: &Object, patch: &Value) -> bool {
    let updates = |entry: &Value| {
        entry["manager"] == "helm" && entry["operation"] == "Update" && entry.get("subresource").is_none()
    };
    let entries = object.field(&["metadata", "managedFields"]).and_then(Value::as_array);
    !entries.into_iter().flatten().any(updates) && patch.is_array()
}
