//! Helm 3's rules (`kube.ReadyChecker`), which `--wait=legacy` keeps in Helm 4.

use serde_json::{Map, Value};

use super::conditions;
use crate::Object;

/// A Job that has failed more often than it may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("job is failed: {namespace}/{name}")]
pub struct JobFailed {
    /// The Job's namespace.
    pub namespace: String,
    /// The Job's name.
    pub name: String,
}

fn has_condition(object: &Object, kind: &str, status: &str) -> bool {
    conditions(object).is_ok_and(|list| list.iter().any(|c| c.kind == kind && c.status == status))
}

fn status(object: &Object, field: &str) -> i64 {
    object.integer(&["status", field]).unwrap_or(0)
}

/// Whether the controller has seen the object as it is.
pub fn is_observed(object: &Object) -> bool {
    status(object, "observedGeneration") == object.generation().unwrap_or(0)
}

/// Whether a Pod is ready.
pub fn pod(object: &Object) -> bool {
    has_condition(object, "Ready", "True")
}

/// Whether a Job has completed; an error when it cannot any more.
pub fn job(object: &Object) -> Result<bool, JobFailed> {
    // Six is what the server fills in.
    let limit = object.integer(&["spec", "backoffLimit"]).unwrap_or(6);
    if status(object, "failed") > limit {
        return Err(JobFailed { namespace: object.namespace().to_owned(), name: object.name().to_owned() });
    }
    let completions = object.integer(&["spec", "completions"]);
    Ok(completions.is_none_or(|completions| status(object, "succeeded") >= completions))
}

/// Whether a Service has the addresses its type calls for.
pub fn service(object: &Object) -> bool {
    let list_is_empty =
        |path: &[&str]| object.field(path).and_then(Value::as_array).is_none_or(|list| list.is_empty());
    match object.text(&["spec", "type"]) {
        // It stands for something outside the cluster.
        "ExternalName" => true,
        _ if object.text(&["spec", "clusterIP"]).is_empty() => false,
        "LoadBalancer" => {
            !list_is_empty(&["spec", "externalIPs"])
                || object.field(&["status", "loadBalancer", "ingress"]).is_some_and(Value::is_array)
        }
        _ => true,
    }
}

/// Whether a PersistentVolumeClaim is bound.
pub fn volume_claim(object: &Object) -> bool {
    object.text(&["status", "phase"]) == "Bound"
}

/// Whether a CustomResourceDefinition is established. One whose names are taken counts too: going on is better
/// than to wait for what will not come.
pub fn definition(object: &Object) -> bool {
    has_condition(object, "Established", "True") || has_condition(object, "NamesAccepted", "False")
}

/// The ReplicaSet that runs a Deployment's present pod template: the oldest with it that the Deployment owns.
pub fn new_replica_set<'a>(deployment: &Object, sets: &'a [Object]) -> Option<&'a Object> {
    let template = deployment.field(&["spec", "template"])?;
    sets.iter()
        .filter(|set| is_controlled_by(set, deployment.uid()))
        .filter(|set| set.field(&["spec", "template"]).is_some_and(|other| same_template(other, template)))
        .min_by_key(|set| (set.text(&["metadata", "creationTimestamp"]), set.name()))
}

fn is_controlled_by(object: &Object, uid: &str) -> bool {
    let owners = object.field(&["metadata", "ownerReferences"]).and_then(Value::as_array);
    owners
        .into_iter()
        .flatten()
        .find(|owner| owner["controller"] == true)
        .is_some_and(|owner| owner["uid"] == uid)
}

/// Equal but for the label that tells the ReplicaSets of a Deployment apart, and for what is absent in one and
/// empty in the other.
fn same_template(a: &Value, b: &Value) -> bool {
    fn is_empty(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(map) => map.values().all(is_empty),
            Value::Array(list) => list.is_empty(),
            _ => false,
        }
    }
    fn same_map(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
        let covered = |a: &Map<String, Value>, b: &Map<String, Value>| {
            a.iter().all(|(key, value)| key == "pod-template-hash" || b.contains_key(key) || is_empty(value))
        };
        covered(b, a)
            && covered(a, b)
            && a.iter()
                .filter(|(key, _)| *key != "pod-template-hash")
                .all(|(key, value)| b.get(key).is_none_or(|other| same_template(value, other)))
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => same_map(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_template(a, b))
        }
        (a, b) => a == b,
    }
}

/// Whether a Deployment is ready, given the ReplicaSet of its present template.
pub fn deployment(object: &Object, new_replica_set: &Object) -> bool {
    if !is_observed(new_replica_set) || !is_observed(object) {
        return false;
    }
    let wanted = object.integer(&["spec", "replicas"]).unwrap_or(1);
    status(new_replica_set, "readyReplicas") >= wanted - max_unavailable(object, wanted)
}

/// How many pods a rolling Deployment may be short of.
fn max_unavailable(object: &Object, wanted: i64) -> i64 {
    if object.text(&["spec", "strategy", "type"]) != "RollingUpdate" || wanted == 0 {
        return 0;
    }
    let setting = |name: &str| object.field(&["spec", "strategy", "rollingUpdate", name]);
    let surge = scaled(setting("maxSurge"), wanted, Rounding::Up);
    let unavailable = scaled(setting("maxUnavailable"), wanted, Rounding::Down);
    match (surge, unavailable) {
        // Both can come out as nothing; then one pod at a time has to go.
        (Some(0), Some(0)) => 1,
        (Some(_), Some(unavailable)) => unavailable.min(wanted),
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounding {
    Up,
    Down,
}

/// A number, or a percentage of a total; none when it is neither.
fn scaled(value: Option<&Value>, total: i64, rounding: Rounding) -> Option<i64> {
    let Some(value) = value else { return Some(0) };
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let product = percent.checked_mul(total)?;
    Some(match rounding {
        Rounding::Up => product.checked_add(99)?.div_euclid(100),
        Rounding::Down => product.div_euclid(100),
    })
}

/// Whether a DaemonSet is ready.
pub fn daemon_set(object: &Object) -> bool {
    if !is_observed(object) {
        return false;
    }
    if object.text(&["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return true;
    }
    let wanted = status(object, "desiredNumberScheduled");
    if status(object, "updatedNumberScheduled") != wanted {
        return false;
    }
    let setting = object.field(&["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]);
    // As in Helm, a setting that says nothing lets all pods be missing.
    let unavailable = setting.and_then(|_| scaled(setting, wanted, Rounding::Up)).unwrap_or(wanted);
    status(object, "numberReady") >= wanted - unavailable
}

/// Whether a StatefulSet is ready.
pub fn stateful_set(object: &Object) -> bool {
    if !is_observed(object) {
        return false;
    }
    if object.text(&["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return true;
    }
    let partition = object.integer(&["spec", "updateStrategy", "rollingUpdate", "partition"]).unwrap_or(0);
    let replicas = object.integer(&["spec", "replicas"]).unwrap_or(1);
    if status(object, "updatedReplicas") < replicas - partition || status(object, "readyReplicas") != replicas
    {
        return false;
    }
    // Below a partition, both revisions stay in use.
    partition != 0
        || object.text(&["status", "currentRevision"]) == object.text(&["status", "updateRevision"])
}
