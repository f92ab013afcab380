//! The published kstatus rules: what every object's generation, deletion and standard conditions say, then rules
//! for the built-in kinds, then a `Ready` condition if there is one.

use jiff::Timestamp;
use serde_json::Value;

use super::{Condition, ReadinessError, Status, Verdict, conditions};
use crate::Object;

mod workload;

/// How long, in seconds, a pod may be without a node before that counts as a failure.
pub const SCHEDULE_WINDOW: i64 = 15;

/// The verdict on an object at a time, in seconds since 1970.
pub fn compute(object: &Object, now: i64) -> Result<Verdict, ReadinessError> {
    if let Some(verdict) = generic(object)? {
        return Ok(verdict);
    }
    let kind = object.group_version_kind();
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Service") => Ok(service(object)),
        ("", "Pod") => pod(object, now),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => {
            Ok(Verdict::current("Resource is always ready"))
        }
        ("", "PersistentVolumeClaim") => Ok(volume_claim(object)),
        ("apps", "StatefulSet") => Ok(workload::stateful_set(object)),
        ("apps" | "extensions", "DaemonSet") => workload::daemon_set(object),
        ("apps" | "extensions", "Deployment") => workload::deployment(object),
        ("apps" | "extensions", "ReplicaSet") => workload::replica_set(object),
        ("policy", "PodDisruptionBudget") => Ok(Verdict::current("AllowedDisruptions has been computed.")),
        ("batch", "Job") => job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        _ => other(object),
    }
}

/// What holds for objects of any kind.
fn generic(object: &Object) -> Result<Option<Verdict>, ReadinessError> {
    if !object.text(&["metadata", "deletionTimestamp"]).is_empty() {
        let message = "Resource scheduled for deletion".to_owned();
        return Ok(Some(Verdict { status: Status::Terminating, reason: String::new(), message }));
    }
    if let Some(generation) = whole_number(object, &["metadata", "generation"], "metadata.generation")?
        && let Some(observed) =
            whole_number(object, &["status", "observedGeneration"], "status.observedGeneration")?
        && generation != observed
    {
        let kind = object.kind();
        return Ok(Some(Verdict::in_progress(
            "LatestGenerationNotObserved",
            format!("{kind} generation is {generation}, but latest observed generation is {observed}"),
        )));
    }
    for condition in conditions(object)?.iter().filter(|condition| condition.status == "True") {
        match condition.kind {
            "Reconciling" => return Ok(Some(Verdict::in_progress(condition.reason, condition.message))),
            "Stalled" => return Ok(Some(Verdict::failed(condition.reason, condition.message))),
            _ => {}
        }
    }
    Ok(None)
}

/// A whole number, be it written as text: some controllers do that with `observedGeneration`.
fn whole_number(object: &Object, path: &[&str], field: &'static str) -> Result<Option<i64>, ReadinessError> {
    let Some(value) = object.field(path) else { return Ok(None) };
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.map(Some).ok_or_else(|| ReadinessError::NotANumber { field, found: value.to_string() })
}

/// A whole number, or a default.
fn number(object: &Object, path: &[&str], default: i64) -> i64 {
    object.integer(path).unwrap_or(default)
}

/// Kinds without rules of their own: a `Ready` condition counts, its absence means ready.
fn other(object: &Object) -> Result<Verdict, ReadinessError> {
    for condition in conditions(object)?.iter().filter(|condition| condition.kind == "Ready") {
        match condition.status {
            "True" => return Ok(Verdict::current("Resource is Ready")),
            "False" | "Unknown" => return Ok(Verdict::in_progress(condition.reason, condition.message)),
            _ => {}
        }
    }
    Ok(Verdict::current("Resource is current"))
}

fn service(object: &Object) -> Verdict {
    let is_load_balancer = object.text(&["spec", "type"]) == "LoadBalancer";
    if is_load_balancer && object.text(&["spec", "clusterIP"]).is_empty() {
        return Verdict::in_progress("NoIPAssigned", "ClusterIP not set. Service type: LoadBalancer");
    }
    Verdict::current("Service is ready")
}

fn volume_claim(object: &Object) -> Verdict {
    match object.field(&["status", "phase"]).and_then(Value::as_str).unwrap_or("unknown") {
        "Bound" => Verdict::current("PVC is Bound"),
        phase => Verdict::in_progress("NotBound", format!("PVC is not Bound. phase: {phase}")),
    }
}

fn pod(object: &Object, now: i64) -> Result<Verdict, ReadinessError> {
    let conditions = conditions(object)?;
    let has = |kind: &str, status: &str| -> Option<&Condition<'_>> {
        conditions.iter().find(|condition| condition.kind == kind && condition.status == status)
    };
    Ok(match object.text(&["status", "phase"]) {
        "Succeeded" => Verdict::current("Pod has completed successfully"),
        "Failed" => Verdict::current("Pod has completed, but not successfully"),
        "Running" if has("Ready", "True").is_some() => Verdict::current("Pod is Ready"),
        "Running" => match crash_looping(object) {
            names if names.is_empty() => {
                Verdict::in_progress("PodRunningNotReady", "Pod is running but is not Ready")
            }
            names => Verdict::failed(
                "ContainerCrashLooping",
                format!("Containers in CrashLoop state: {}", names.join(",")),
            ),
        },
        "Pending" if has("PodScheduled", "False").is_some_and(|c| c.reason == "Unschedulable") => {
            let created: Option<Timestamp> = object.text(&["metadata", "creationTimestamp"]).parse().ok();
            if created.is_some_and(|created| now - SCHEDULE_WINDOW < created.as_second()) {
                Verdict::in_progress("PodNotScheduled", "Pod has not been scheduled")
            } else {
                Verdict::failed("PodUnschedulable", "Pod could not be scheduled")
            }
        }
        "Pending" => Verdict::in_progress("PodPending", "Pod is in the Pending phase"),
        "" => Verdict::in_progress("PodNotObserved", "Pod phase not available"),
        phase => return Err(ReadinessError::UnknownPhase(phase.to_owned())),
    })
}

/// The names of containers that keep crashing.
fn crash_looping(object: &Object) -> Vec<&str> {
    let statuses = object.field(&["status", "containerStatuses"]).and_then(Value::as_array);
    statuses
        .into_iter()
        .flatten()
        .filter(|status| {
            status.pointer("/state/waiting/reason").and_then(Value::as_str) == Some("CrashLoopBackOff")
        })
        .filter_map(|status| status.get("name")?.as_str())
        .collect()
}

/// Whether a pod waits for a node that is not there: a state that can pass by itself.
pub fn is_unschedulable_pod(object: &Object) -> bool {
    let kind = object.group_version_kind();
    kind.group.is_empty()
        && kind.kind == "Pod"
        && conditions(object).is_ok_and(|conditions| {
            conditions
                .iter()
                .any(|c| c.kind == "PodScheduled" && c.status == "False" && c.reason == "Unschedulable")
        })
}

fn job(object: &Object) -> Result<Verdict, ReadinessError> {
    let completions = number(object, &["spec", "completions"], number(object, &["spec", "parallelism"], 1));
    let succeeded = number(object, &["status", "succeeded"], 0);
    let failed = number(object, &["status", "failed"], 0);
    for condition in conditions(object)?.iter().filter(|condition| condition.status == "True") {
        match condition.kind {
            "Complete" => {
                return Ok(Verdict::current(format!("Job Completed. succeeded: {succeeded}/{completions}")));
            }
            "Failed" => {
                return Ok(Verdict::failed(
                    "JobFailed",
                    format!("Job Failed. failed: {failed}/{completions}"),
                ));
            }
            _ => {}
        }
    }
    if object.text(&["status", "startTime"]).is_empty() {
        return Ok(Verdict::in_progress("JobNotStarted", "Job not started"));
    }
    let active = number(object, &["status", "active"], 0);
    Ok(Verdict::current(format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}")))
}

fn definition(object: &Object) -> Result<Verdict, ReadinessError> {
    for condition in conditions(object)? {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return Ok(Verdict::failed(condition.reason, condition.message)),
            ("Established", "False") if condition.reason != "Installing" => {
                return Ok(Verdict::failed(condition.reason, condition.message));
            }
            ("Established", "True") => return Ok(Verdict::current("CRD is established")),
            _ => {}
        }
    }
    Ok(Verdict::in_progress("Installing", "Install in progress"))
}
