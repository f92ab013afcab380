//! The life cycle on a real API server: the same steps by different programs must leave the same objects, the same
//! records and the same words.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};

use super::{Pair, Program, Score, difference};
use crate::cluster::Cluster;
use crate::process::{Ran, wait_until};

/// Kinds that are compared: those of the namespace, then those of the cluster that the charts make.
const NAMESPACED: &str = "configmap,secret,service,serviceaccount,deployment,statefulset,job,cronjob,pod,\
    persistentvolumeclaim,ingress,networkpolicy,role,rolebinding,poddisruptionbudget,resourcequota,limitrange,\
    horizontalpodautoscaler";
const CLUSTERED: &str = "clusterrole,clusterrolebinding,priorityclass,customresourcedefinition";

/// Steps that one release goes through.
struct Scenario {
    name: &'static str,
    /// Whether its chart makes objects of the whole cluster, which two plays at the same time would fight for.
    makes_cluster_objects: bool,
    steps: &'static [&'static [&'static str]],
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "shop",
        makes_cluster_objects: false,
        steps: &[
            &["install", "shop", "shop", "--wait"],
            &["get", "values", "shop", "--all"],
            &["get", "all", "shop"],
            &["upgrade", "shop", "shop", "--set", "color=red,replicas=2"],
            &["upgrade", "shop", "shop", "--set", "color=green,sim=fail"],
            &["history", "shop", "-o", "json"],
            &["rollback", "shop", "2"],
            &[
                "upgrade",
                "shop",
                "shop",
                "--reuse-values",
                "--set",
                "cache.enabled=false",
                "--description",
                "smaller",
            ],
            &["upgrade", "shop", "shop", "--reset-then-reuse-values", "--set", "cache.size=2"],
            &["rollback", "shop"],
            &["test", "shop"],
            &["get", "manifest", "shop"],
            &["get", "hooks", "shop"],
            &["get", "notes", "shop"],
            &["get", "values", "shop", "-o", "json"],
            &["get", "metadata", "shop", "-o", "json"],
            &["status", "shop", "-o", "json"],
            &["status", "shop", "--revision", "3"],
            &["list", "-o", "json"],
            &["list", "--no-headers", "--time-format", "2006"],
            &["list", "--failed", "--superseded", "-q"],
            &["history", "shop", "-o", "yaml", "--max", "3"],
            &["uninstall", "shop"],
            &["list", "-q", "--uninstalled"],
        ],
    },
    Scenario {
        name: "database",
        makes_cluster_objects: false,
        steps: &[
            &["install", "db", "database", "--set", "sim=fail"],
            &["list", "--failed", "-q"],
            &["upgrade", "db", "database", "--install", "--set", "backup.keep=3"],
            &[
                "upgrade",
                "db",
                "database",
                "--rollback-on-failure",
                "--set",
                "auth.username=other,sim=fail",
                "--timeout",
                "20s",
            ],
            &["history", "db", "-o", "json"],
            &["upgrade", "db", "database", "--dry-run=server", "--set", "backup.keep=4"],
            &["upgrade", "db", "database", "--dry-run=client", "--hide-secret"],
            &["uninstall", "db", "--keep-history"],
            &["history", "db", "-o", "json"],
            &["rollback", "db", "2"],
            &["uninstall", "db", "--no-hooks"],
            &["uninstall", "db"],
            &["uninstall", "db", "--ignore-not-found"],
        ],
    },
    Scenario {
        name: "operator",
        makes_cluster_objects: true,
        steps: &[
            &["install", "op", "operator", "--set", "sample.enabled=true"],
            &["install", "op", "operator"],
            &["upgrade", "op", "operator", "--set", "sample.enabled=true,sample.size=5", "--wait"],
            &["upgrade", "op", "operator", "--set", "sample.enabled=false"],
            &["rollback", "op", "1"],
            &["uninstall", "op", "--wait"],
        ],
    },
    Scenario {
        name: "policies",
        makes_cluster_objects: true,
        steps: &[
            &["install", "pol", "policies"],
            &["install", "pol", "policies", "--set", "role=false"],
            &["install", "pol", "nosuch"],
            &["install", "BAD_NAME", "policies"],
            &["upgrade", "absent", "policies"],
            &["rollback", "absent"],
            &["status", "absent"],
            &["get", "values", "absent"],
            &["test", "absent"],
            &["history", "absent"],
            &["uninstall", "pol"],
        ],
    },
];

/// Who takes which step.
struct Cast {
    name: &'static str,
    /// Programs in turn, from the first step on.
    turns: &'static [Program],
}

/// For each Helm: itself, which says what is right, then ours alone and in turn with it.
const CASTS: &[&[Cast]] = &[
    &[
        Cast { name: "Helm 4", turns: &[Program::Helm4] },
        Cast { name: "ours", turns: &[Program::Ours] },
        Cast { name: "ours, then Helm 4 in turn", turns: &[Program::Ours, Program::Helm4] },
        Cast { name: "Helm 4, then ours in turn", turns: &[Program::Helm4, Program::Ours] },
    ],
    &[
        Cast { name: "Helm 3", turns: &[Program::Helm3] },
        Cast { name: "ours as Helm 3", turns: &[Program::OursAs3] },
        Cast { name: "ours as Helm 3, then Helm 3 in turn", turns: &[Program::OursAs3, Program::Helm3] },
    ],
];

/// What there is to see after a step.
#[derive(PartialEq)]
struct Seen {
    ran: Ran,
    objects: Value,
    records: Value,
}

/// Plays all scenarios, or the one that `$SCENARIO` names, for each of the two Helms; at the same time, each in a
/// namespace of its own.
pub(crate) fn run(pair: &Pair, cluster: &Cluster) -> Result<Score, String> {
    let filter = std::env::var("SCENARIO").ok();
    let chosen: Vec<&Scenario> =
        SCENARIOS.iter().filter(|s| filter.as_ref().is_none_or(|f| f == s.name)).collect();
    let jobs = chosen.iter().flat_map(|s| match s.makes_cluster_objects {
        true => vec![(*s, CASTS)],
        false => CASTS.chunks(1).map(|casts| (*s, casts)).collect(),
    });
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = jobs
            .enumerate()
            .map(|(number, (scenario, casts))| {
                let stage = Stage { cluster, namespace: format!("life-{}-{number}", scenario.name) };
                scope.spawn(move || judge(pair, &stage, scenario, casts))
            })
            .collect();
        workers
            .into_iter()
            .map(|w| w.join().unwrap_or_else(|_| Err("a scenario panicked".to_owned())))
            .collect()
    });
    let mut score = Score::default();
    for outcome in outcomes {
        score.add(outcome?);
    }
    println!("life cycle: {} of {} steps identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Has each cast play a scenario and compares what is to be seen after every step.
fn judge(pair: &Pair, stage: &Stage<'_>, scenario: &Scenario, groups: &[&[Cast]]) -> Result<Score, String> {
    let mut score = Score::default();
    for casts in groups {
        let expected = stage.play(pair, scenario, &casts[0])?;
        for cast in &casts[1..] {
            let seen = stage.play(pair, scenario, cast)?;
            for ((step, a), b) in scenario.steps.iter().zip(&expected).zip(&seen) {
                let name = format!("{} by {}: helm {}", scenario.name, cast.name, step.join(" "));
                score.count(&name, compare(a, b));
            }
        }
    }
    Ok(score)
}

/// Where a scenario is played.
struct Stage<'a> {
    cluster: &'a Cluster,
    namespace: String,
}

fn compare(expected: &Seen, seen: &Seen) -> Option<String> {
    let pretty = |v: &Value| serde_json::to_string_pretty(v).unwrap_or_default();
    let code = (expected.ran.code != seen.ran.code).then(|| {
        format!(
            "  exit code {} instead of {}\n    -{}\n    +{}",
            seen.ran.code,
            expected.ran.code,
            expected.ran.stderr.trim(),
            seen.ran.stderr.trim()
        )
    });
    code.or_else(|| difference("stdout", &expected.ran.stdout, &seen.ran.stdout))
        .or_else(|| difference("stderr", &expected.ran.stderr, &seen.ran.stderr))
        .or_else(|| difference("live objects", &pretty(&expected.objects), &pretty(&seen.objects)))
        .or_else(|| difference("release records", &pretty(&expected.records), &pretty(&seen.records)))
}

/// Helm 3 has other names for some flags.
fn applies(arg: &str, program: Program) -> bool {
    let three = matches!(program, Program::Helm3 | Program::OursAs3);
    !(three && arg == "--rollback-on-failure")
}

impl Stage<'_> {
    fn play(&self, pair: &Pair, scenario: &Scenario, cast: &Cast) -> Result<Vec<Seen>, String> {
        self.reset()?;
        let dir = crate::root().join("conformance/charts");
        let config = self.cluster.kubeconfig();
        let env = [
            ("KUBECONFIG", config.to_str().unwrap_or_default()),
            ("HELM_NAMESPACE", self.namespace.as_str()),
        ];
        let mut seen = Vec::new();
        for (step, program) in scenario.steps.iter().zip(cast.turns.iter().cycle()) {
            let args: Vec<&str> = step.iter().copied().filter(|a| applies(a, *program)).collect();
            let mut ran = pair.run(*program, &args, Path::new(&dir), &env)?;
            ran.stdout = steady(&ran.stdout);
            ran.stderr = steady_errors(&ran.stderr);
            let (namespaced, clustered) = self.settle()?;
            let objects = self.objects(&namespaced, &clustered);
            seen.push(Seen { ran, objects, records: records(&namespaced)? });
        }
        Ok(seen)
    }

    /// An empty namespace and no object of an earlier cast in the cluster.
    fn reset(&self) -> Result<(), String> {
        let (cluster, namespace) = (self.cluster, self.namespace.as_str());
        cluster.kubectl(&[
            "delete",
            "namespace",
            namespace,
            "--ignore-not-found",
            "--wait=true",
            "--timeout=60s",
        ])?;
        if namespace.contains("operator") {
            let definition =
                ["delete", "customresourcedefinition", "widgets.demo.example.com", "--ignore-not-found"];
            cluster.kubectl(&definition)?;
        }
        let made = cluster.kubectl(&["create", "namespace", namespace])?;
        if made.code != 0 {
            return Err(format!("namespace {namespace} cannot be made: {}", made.stderr));
        }
        let account = wait_until(Duration::from_secs(30), || {
            cluster.kubectl(&["get", "serviceaccount", "default", "-n", namespace]).is_ok_and(|r| r.code == 0)
        });
        if account { Ok(()) } else { Err("the namespace got no default service account".to_owned()) }
    }

    /// Waits until nothing is on its way out any more, and answers what there is: the objects of the namespace and
    /// those that the programs made for the whole cluster.
    fn settle(&self) -> Result<(Vec<Value>, Vec<Value>), String> {
        let mut namespaced = Vec::new();
        let gone = wait_until(Duration::from_secs(30), || {
            namespaced = self.list(&[NAMESPACED, "-n", &self.namespace]).unwrap_or_default();
            let leaving = |i: &Value| !i["metadata"]["deletionTimestamp"].is_null() && owned(i).is_null();
            // The default service account and the certificate authority are always there.
            !namespaced.is_empty() && !namespaced.iter().any(leaving)
        });
        if !gone {
            return Err("objects do not go away".to_owned());
        }
        Ok((namespaced, self.list(&[CLUSTERED, "-l", "app.kubernetes.io/managed-by=Helm"])?))
    }

    fn list(&self, what: &[&str]) -> Result<Vec<Value>, String> {
        let args = [&["get", "-o", "json", "--show-managed-fields"], what].concat();
        let ran = self.cluster.kubectl(&args)?;
        let mut list: Value =
            serde_json::from_str(&ran.stdout).map_err(|e| format!("kubectl get: {e}: {}", ran.stderr))?;
        match list["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(format!("kubectl get: no list: {}", ran.stderr)),
        }
    }

    /// Everything that the programs made, without what the API server and the controllers add by chance.
    fn objects(&self, namespaced: &[Value], clustered: &[Value]) -> Value {
        let all = namespaced.iter().chain(clustered);
        all.filter(|o| interesting(o) && self.is_ours(o)).map(normal).collect()
    }

    /// Objects of the cluster may belong to another scenario.
    fn is_ours(&self, object: &Value) -> bool {
        let metadata = &object["metadata"];
        !metadata["namespace"].is_null()
            || metadata["annotations"]["meta.helm.sh/release-namespace"] == self.namespace.as_str()
    }
}

/// The release records, decoded.
fn records(namespaced: &[Value]) -> Result<Value, String> {
    let is_record = |o: &&Value| o["kind"] == "Secret" && o["metadata"]["labels"]["owner"] == "helm";
    let mut all = Vec::new();
    for secret in namespaced.iter().filter(is_record) {
        let mut labels = secret["metadata"]["labels"].clone();
        if let Some(labels) = labels.as_object_mut() {
            labels.remove("modifiedAt");
            labels.remove("createdAt");
        }
        let mut record = decode(secret["data"]["release"].as_str().unwrap_or_default())?;
        clear_times(&mut record);
        all.push(json!({
            "name": secret["metadata"]["name"], "type": secret["type"], "labels": labels, "release": record,
        }));
    }
    Ok(Value::Array(all))
}

fn owned(object: &Value) -> &Value {
    &object["metadata"]["ownerReferences"]
}

fn interesting(object: &Value) -> bool {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    owned(object).is_null()
        && name != "kube-root-ca.crt"
        && name != "default"
        && !name.starts_with("sh.helm.release")
}

/// An object without its status and the marks of time and chance.
fn normal(object: &Value) -> Value {
    let mut object = object.clone();
    let Some(map) = object.as_object_mut() else { return object };
    map.remove("status");
    if let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut) {
        for field in ["clusterIP", "clusterIPs", "nodeName", "volumeName"] {
            if spec.get(field).is_some_and(|v| *v != json!("None") && *v != json!(["None"])) {
                spec.remove(field);
            }
        }
        // A Job's controller puts its own identity into labels and selector.
        for path in ["/selector/matchLabels", "/template/metadata/labels"] {
            if let Some(labels) = spec_pointer(spec, path) {
                labels.retain(|key, _| !key.contains("controller-uid"));
            }
        }
        spec.remove("volumes");
        spec_containers(spec);
    }
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation", "finalizers"] {
            metadata.remove(field);
        }
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            labels.retain(|key, _| !key.contains("controller-uid"));
        }
        if let Some(managers) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
            managers.retain(|m| m["manager"] == "helm");
            for manager in managers {
                if let Some(m) = manager.as_object_mut() {
                    m.remove("time");
                }
            }
        }
    }
    object
}

fn spec_pointer<'a>(
    spec: &'a mut serde_json::Map<String, Value>,
    path: &str,
) -> Option<&'a mut serde_json::Map<String, Value>> {
    let mut parts = path.trim_start_matches('/').split('/');
    let mut at = spec.get_mut(parts.next()?)?;
    for part in parts {
        at = at.get_mut(part)?;
    }
    at.as_object_mut()
}

/// Pods get a token volume with a name by chance.
fn spec_containers(spec: &mut serde_json::Map<String, Value>) {
    for container in spec.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(c) = container.as_object_mut() {
            c.remove("volumeMounts");
        }
    }
}

fn decode(data: &str) -> Result<Value, String> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let inner = base64.decode(data).map_err(|e| format!("record: {e}"))?;
    let packed = base64.decode(inner).map_err(|e| format!("record: {e}"))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut text)
        .map_err(|e| format!("record: {e}"))?;
    serde_json::from_str(&text).map_err(|e| format!("record: {e}"))
}

/// Replaces every time stamp: two runs are never at the same time.
fn clear_times(value: &mut Value) {
    match value {
        Value::String(s) if is_time(s) => *s = "TIME".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(clear_times),
        Value::Object(map) => {
            map.remove("modifiedAt");
            map.values_mut().for_each(clear_times);
        }
        _ => {}
    }
}

fn is_time(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() >= 20
        && b[4] == b'-'
        && b[7] == b'-'
        && matches!(b[10], b'T' | b' ')
        && b[13] == b':'
        && b[..4].iter().all(u8::is_ascii_digit)
}

/// Output without times, and without the table of live objects, whose ages and names are of the moment.
pub(super) fn steady(stdout: &str) -> String {
    if let Ok(mut value) = serde_json::from_str::<Value>(stdout) {
        clear_times(&mut value);
        if let Some(info) = value.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("resources");
        }
        return value.to_string();
    }
    let mut out = String::new();
    let mut in_resources = false;
    for line in stdout.lines() {
        in_resources =
            (in_resources || line == "RESOURCES:") && !line.starts_with("TEST SUITE:") && line != "NOTES:";
        if in_resources {
            continue;
        }
        let timed = ["LAST DEPLOYED:", "Last Started:", "Last Completed:", "  updated:", "- updated:"];
        match timed.iter().find(|t| line.starts_with(*t)) {
            Some(label) => out += &format!("{label} TIME\n"),
            None => out += &format!("{line}\n"),
        }
    }
    out
}

/// Errors without what depends on the moment: ports of the server and times.
pub(super) fn steady_errors(stderr: &str) -> String {
    let mut lines: Vec<String> = stderr
        .lines()
        // Now and then Helm's Kubernetes client tells of a watch that it ended itself.
        .filter(|line| !line.contains(" reflector.go:"))
        .map(|line| {
            let words: Vec<&str> =
                line.split(' ').map(|w| if is_time(w.trim_matches('"')) { "TIME" } else { w }).collect();
            words.join(" ")
        })
        .collect();
    lines.sort();
    lines.join("\n")
}
