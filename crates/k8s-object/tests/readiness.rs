//! Readiness: kstatus against the published implementation over random objects, Helm 3's rules by examples.

mod random;

use std::path::Path;

use helm_testkit::oracle::Oracle;
use k8s_object::Object;
use k8s_object::readiness::{kstatus, legacy};
use random::Random;
use serde_json::{Value, json};

fn object(value: Value) -> Object {
    Object::from_value(value).expect("a map")
}

const KINDS: [(&str, &str); 16] = [
    ("v1", "Service"),
    ("v1", "Pod"),
    ("v1", "Secret"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("extensions/v1beta1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("policy/v1", "PodDisruptionBudget"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("example.com/v1", "Widget"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("v1", "ConfigMap"),
];

const COUNTS: [&str; 14] = [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "fullyLabeledReplicas",
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberReady",
    "succeeded",
    "failed",
    "active",
];

fn random_condition(random: &mut Random) -> Value {
    let kinds = [
        "Ready",
        "Progressing",
        "Available",
        "Reconciling",
        "Stalled",
        "Complete",
        "Failed",
        "ReplicaFailure",
        "NamesAccepted",
        "Established",
        "PodScheduled",
    ];
    let reasons =
        ["ProgressDeadlineExceeded", "NewReplicaSetAvailable", "Unschedulable", "Installing", "Other"];
    json!({
        "type": random.pick(&kinds),
        "status": random.pick(&["True", "False", "Unknown", "odd"]),
        "reason": random.pick(&reasons),
        "message": "a message",
    })
}

fn random_object(random: &mut Random) -> Value {
    let (api_version, kind) = KINDS[random.below(KINDS.len())];
    let mut spec = json!({});
    let mut status = json!({});
    let mut metadata = json!({ "name": "x", "creationTimestamp": "2020-01-01T00:00:00Z" });
    for field in ["replicas", "completions", "parallelism"] {
        if random.below(2) == 0 {
            spec[field] = random.below(3).into();
        }
    }
    match random.below(4) {
        0 => spec["updateStrategy"] = json!({ "type": "OnDelete" }),
        1 => spec["updateStrategy"] = json!({ "rollingUpdate": { "partition": random.below(3) } }),
        _ => {}
    }
    match random.below(3) {
        0 => spec["progressDeadlineSeconds"] = 600.into(),
        1 => spec["progressDeadlineSeconds"] = i32::MAX.into(),
        _ => {}
    }
    match random.below(3) {
        0 => spec["type"] = "LoadBalancer".into(),
        1 => spec["clusterIP"] = "10.0.0.1".into(),
        _ => {}
    }
    for field in COUNTS {
        if random.below(3) > 0 {
            status[field] = random.below(3).into();
        }
    }
    if random.below(2) == 0 {
        let phases = ["Pending", "Running", "Succeeded", "Failed", "Bound", "Odd"];
        status["phase"] = phases[random.below(phases.len())].into();
    }
    if random.below(3) == 0 {
        status["startTime"] = "2020-01-01T00:00:00Z".into();
    }
    if random.below(2) == 0 {
        status["conditions"] = (0..random.below(3)).map(|_| random_condition(random)).collect();
    }
    for field in ["currentRevision", "updateRevision"] {
        status[field] = ["a", "b"][random.below(2)].into();
    }
    if random.below(4) == 0 {
        status["containerStatuses"] =
            json!([{ "name": "c", "state": { "waiting": { "reason": "CrashLoopBackOff" } } }]);
    }
    if random.below(8) == 0 {
        metadata["deletionTimestamp"] = "2020-01-01T00:00:00Z".into();
    }
    if random.below(2) == 0 {
        metadata["generation"] = 2.into();
    }
    match random.below(8) {
        0 => status["observedGeneration"] = 1.into(),
        1..4 => status["observedGeneration"] = 2.into(),
        4 => status["observedGeneration"] = true.into(),
        _ => {}
    }
    json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, "status": status })
}

#[test]
fn kstatus_verdicts_are_the_published_ones() {
    let (seed, cases) = random::settings(20_000);
    let mut random = Random::new(seed);
    let mut oracle = Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"));
    let questions: Vec<Value> =
        (0..cases).map(|_| json!({ "op": "kstatus", "object": random_object(&mut random) })).collect();
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    for (question, answer) in questions.iter().zip(oracle.ask_all(&questions)) {
        let ours = match kstatus::compute(&object(question["object"].clone()), now as i64) {
            Ok(verdict) => json!({ "value": {
                "status": verdict.status.to_string(), "message": verdict.message, "reason": verdict.reason,
            } }),
            Err(_) => {
                json!({ "error": answer["error"].as_str().unwrap_or_else(|| panic!("no error there: {question} {answer}")) })
            }
        };
        assert_eq!(ours, answer, "SEED={seed}\n{question}");
    }
}

#[test]
fn a_pod_without_a_node_has_some_time() {
    let pod = object(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "p", "creationTimestamp": "1970-01-01T00:01:40Z" },
        "status": { "phase": "Pending", "conditions": [
            { "type": "PodScheduled", "status": "False", "reason": "Unschedulable" },
        ] },
    }));
    assert_eq!(kstatus::compute(&pod, 110).expect("a verdict").reason, "PodNotScheduled");
    assert_eq!(kstatus::compute(&pod, 116).expect("a verdict").reason, "PodUnschedulable");
    assert!(kstatus::is_unschedulable_pod(&pod));
}

#[test]
fn observed_generations_may_be_texts() {
    let rollout = |observed: &str| {
        object(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
            "metadata": { "name": "r", "generation": 2 }, "status": { "observedGeneration": observed },
        }))
    };
    assert_eq!(kstatus::compute(&rollout("2"), 0).expect("a verdict").status.to_string(), "Current");
    assert_eq!(kstatus::compute(&rollout("1"), 0).expect("a verdict").status.to_string(), "InProgress");
    assert!(kstatus::compute(&rollout("two"), 0).is_err());
}

#[test]
fn deployments_by_helm_3() {
    let deployment = |replicas: i64, unavailable: Value| {
        object(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "d", "uid": "u", "generation": 1 },
            "spec": {
                "replicas": replicas,
                "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": unavailable, "maxSurge": 1 } },
                "template": { "metadata": { "labels": { "a": "b" } }, "spec": {} },
            },
            "status": { "observedGeneration": 1 },
        }))
    };
    let set = |name: &str, hash: &str, image: Value, ready: i64| {
        object(json!({
            "metadata": {
                "name": name, "generation": 1, "creationTimestamp": "2020-01-01T00:00:00Z",
                "ownerReferences": [{ "uid": "u", "controller": true }],
            },
            "spec": { "template": { "metadata": { "labels": { "a": "b", "pod-template-hash": hash } }, "spec": image } },
            "status": { "observedGeneration": 1, "readyReplicas": ready },
        }))
    };
    let sets = [set("old", "1", json!({ "x": 1 }), 9), set("new", "2", json!({ "volumes": [] }), 2)];
    let find = |d: &Object| legacy::new_replica_set(d, &sets).map(|set| set.name().to_owned());
    let three = deployment(3, json!(1));
    assert_eq!(find(&three).as_deref(), Some("new"));
    assert!(legacy::deployment(&three, &sets[1]));
    assert!(!legacy::deployment(&deployment(4, json!(1)), &sets[1]));
    assert!(legacy::deployment(&deployment(4, json!("50%")), &sets[1]));
    assert!(!legacy::deployment(&deployment(4, json!("49%")), &sets[1]), "shares are rounded down");
    assert!(legacy::deployment(&deployment(1, json!("x")), &sets[1]));
}

#[test]
fn other_kinds_by_helm_3() {
    let service =
        |spec: Value, status: Value| legacy::service(&object(json!({ "spec": spec, "status": status })));
    assert!(service(json!({ "type": "ExternalName" }), json!({})));
    assert!(!service(json!({ "type": "ClusterIP" }), json!({})));
    assert!(service(json!({ "clusterIP": "None" }), json!({})));
    let balanced = json!({ "type": "LoadBalancer", "clusterIP": "1.2.3.4" });
    assert!(!service(balanced.clone(), json!({})));
    assert!(service(balanced, json!({ "loadBalancer": { "ingress": [] } })));
    assert!(service(
        json!({ "type": "LoadBalancer", "clusterIP": "1.2.3.4", "externalIPs": ["x"] }),
        json!({})
    ));

    let job = |failed: i64, succeeded: i64| {
        legacy::job(&object(json!({
            "metadata": { "name": "j", "namespace": "n" },
            "spec": { "backoffLimit": 1, "completions": 2 },
            "status": { "failed": failed, "succeeded": succeeded },
        })))
    };
    assert_eq!((job(1, 1), job(1, 2)), (Ok(false), Ok(true)));
    assert_eq!(job(2, 0).expect_err("too often").to_string(), "job is failed: n/j");

    let set = |spec: Value, status: Value| {
        object(json!({ "metadata": { "generation": 1 }, "spec": spec, "status": status }))
    };
    let rolling = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": 1 } });
    let daemons = |updated: i64, ready: i64| {
        legacy::daemon_set(&set(
            json!({ "updateStrategy": rolling }),
            json!({
                "observedGeneration": 1, "desiredNumberScheduled": 3,
                "updatedNumberScheduled": updated, "numberReady": ready,
            }),
        ))
    };
    assert!(daemons(3, 2) && !daemons(3, 1) && !daemons(2, 3));

    let stateful = |partition: i64, updated: i64, ready: i64, revision: &str| {
        legacy::stateful_set(&set(
            json!({ "replicas": 3, "updateStrategy": {
                "type": "RollingUpdate", "rollingUpdate": { "partition": partition },
            } }),
            json!({
                "observedGeneration": 1, "updatedReplicas": updated, "readyReplicas": ready,
                "currentRevision": revision, "updateRevision": "b",
            }),
        ))
    };
    assert!(stateful(0, 3, 3, "b") && !stateful(0, 3, 3, "a") && !stateful(0, 2, 3, "b"));
    assert!(stateful(2, 1, 3, "a") && !stateful(2, 1, 2, "a"));

    let definition = |kind: &str, status: &str| {
        legacy::definition(&object(
            json!({ "status": { "conditions": [{ "type": kind, "status": status }] } }),
        ))
    };
    assert!(definition("Established", "True") && definition("NamesAccepted", "False"));
    assert!(!definition("Established", "False") && !definition("NamesAccepted", "True"));
}
