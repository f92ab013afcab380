use std::path::Path;

use helm_chart::scaffold;
use serde_json::{Map, Value as Json, json};

use crate::oracle;
use crate::random::{Random, cases};

fn files(folder: &Path, prefix: &str, into: &mut Vec<Json>) {
    for entry in std::fs::read_dir(folder).expect("the scaffold") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), into);
        } else {
            let data = std::fs::read_to_string(entry.path()).expect("text");
            into.push(json!({"name": name, "data": data}));
        }
    }
}

/// Values that a user may set, each on or off.
fn toggles(r: &mut Random) -> Json {
    let choices = [
        ("replicaCount", json!(3)),
        ("image", json!({"tag": "v2", "pullPolicy": "Always"})),
        ("imagePullSecrets", json!([{"name": "s"}])),
        ("nameOverride", json!("other")),
        ("fullnameOverride", json!("quite-a-name-that-is-far-too-long-for-a-label-of-kubernetes-to-hold-it")),
        ("serviceAccount", json!({"create": false})),
        ("serviceAccount", json!({"name": "me", "annotations": {"a": "b"}, "automount": false})),
        ("podAnnotations", json!({"a": "b"})),
        ("podLabels", json!({"l": "m"})),
        ("podSecurityContext", json!({"fsGroup": 2000})),
        ("securityContext", json!({"runAsUser": 1})),
        ("service", json!({"type": "NodePort", "port": 8080})),
        ("service", json!({"type": "LoadBalancer"})),
        ("ingress", json!({"enabled": true, "className": "nginx", "annotations": {"a": "b"}})),
        (
            "ingress",
            json!({"enabled": true, "tls": [{"secretName": "t", "hosts": ["x", "y"]}],
            "hosts": [{"host": "h", "paths": [{"path": "/a"}, {"path": "/b", "pathType": "Exact"}]}]}),
        ),
        ("httpRoute", json!({"enabled": true, "annotations": {"a": "b"}})),
        (
            "httpRoute",
            json!({"enabled": true, "hostnames": [], "rules": [
            {"matches": [{"path": {"type": "Exact", "value": "/"}}], "filters": [{"type": "X"}]},
            {"matches": [{"headers": []}]}]}),
        ),
        ("resources", json!({"limits": {"cpu": "1"}})),
        ("livenessProbe", json!(null)),
        ("readinessProbe", json!({"httpGet": {"path": "/ready"}})),
        ("autoscaling", json!({"enabled": true})),
        (
            "autoscaling",
            json!({"enabled": true, "targetCPUUtilizationPercentage": null, "targetMemoryUtilizationPercentage": 70}),
        ),
        ("volumes", json!([{"name": "v"}])),
        ("volumeMounts", json!([{"name": "v", "mountPath": "/v"}])),
        ("nodeSelector", json!({"a": "b"})),
        ("tolerations", json!([{"key": "k"}])),
        ("affinity", json!({"nodeAffinity": {}})),
    ];
    let mut values = Map::new();
    let percent = r.pick(&[5, 20, 50]);
    for (key, value) in choices {
        if r.chance(percent) {
            values.insert(key.to_owned(), value);
        }
    }
    Json::Object(values)
}

#[test]
fn the_scaffold_renders_as_helms() {
    let mut r = Random::seeded("scaffold");
    let folder = tempfile::tempdir().expect("a folder");
    let created = scaffold::create("app", folder.path()).expect("a chart");
    assert!(created.path.join("charts").is_dir());
    let mut scaffold = Vec::new();
    files(&created.path, "", &mut scaffold);
    let questions: Vec<Json> = (0..cases(150))
        .map(|case| {
            let values = if case == 0 { json!({}) } else { toggles(&mut r) };
            let release = r.pick(&["r", "my-app", "a-release-with-a-name-that-is-rather-long-in-itself"]);
            json!({"op": "scaffold", "compat": 4, "line": release, "files": scaffold, "values": values})
        })
        .collect();
    for (question, answer) in questions.iter().zip(oracle().ask_all(&questions)) {
        assert_eq!(answer["error"], Json::Null, "{}", question["values"]);
        assert_eq!(answer["oursValues"], answer["theirsValues"]);
        assert_eq!(answer["oursMetadata"], answer["theirsMetadata"]);
        assert_eq!(answer["ours"], answer["theirs"], "{} {}", question["line"], question["values"]);
    }
}
