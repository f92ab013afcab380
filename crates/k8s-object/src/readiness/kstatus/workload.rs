//! Rules for the kinds that run pods.

use super::super::{ReadinessError, Verdict, conditions};
use super::{number, whole_number};
use crate::Object;

pub(super) fn stateful_set(object: &Object) -> Verdict {
    if object.text(&["spec", "updateStrategy", "type"]) == "OnDelete" {
        return Verdict::current("StatefulSet is using the ondelete update strategy");
    }
    let wanted = number(object, &["spec", "replicas"], 1);
    let ready = number(object, &["status", "readyReplicas"], 0);
    let current = number(object, &["status", "currentReplicas"], 0);
    let updated = number(object, &["status", "updatedReplicas"], 0);
    let existing = number(object, &["status", "replicas"], 0);

    if wanted > existing {
        return Verdict::in_progress("LessReplicas", format!("Replicas: {existing}/{wanted}"));
    }
    if wanted > ready {
        return Verdict::in_progress("LessReady", format!("Ready: {ready}/{wanted}"));
    }
    if existing > wanted {
        return Verdict::in_progress("ExtraPods", format!("Pending termination: {}", existing - wanted));
    }
    let partition = number(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], -1);
    if partition != -1 {
        let to_update = wanted - partition;
        if updated < to_update {
            return Verdict::in_progress("PartitionRollout", format!("updated: {updated}/{to_update}"));
        }
        return Verdict::current(format!("Partition rollout complete. updated: {updated}"));
    }
    if wanted > current {
        return Verdict::in_progress("LessCurrent", format!("current: {current}/{wanted}"));
    }
    if object.text(&["status", "currentRevision"]) != object.text(&["status", "updateRevision"]) {
        return Verdict::in_progress("RevisionMismatch", "Waiting for updated revision to match current");
    }
    Verdict::current(format!("All replicas scheduled as expected. Replicas: {existing}"))
}

pub(super) fn deployment(object: &Object) -> Result<Verdict, ReadinessError> {
    // Without a deadline (the largest value says so too) the controller never reports progress.
    let no_deadline = i64::from(i32::MAX);
    let mut progressed = number(object, &["spec", "progressDeadlineSeconds"], no_deadline) == no_deadline;
    let mut available = false;
    for condition in conditions(object)? {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return Ok(Verdict::failed(condition.reason, "Progress deadline exceeded"));
            }
            "Progressing" if condition.status == "True" && condition.reason == "NewReplicaSetAvailable" => {
                progressed = true;
            }
            "Available" if condition.status == "True" => available = true,
            _ => {}
        }
    }
    let wanted = number(object, &["spec", "replicas"], 1);
    let existing = number(object, &["status", "replicas"], 0);
    let updated = number(object, &["status", "updatedReplicas"], 0);
    let ready = number(object, &["status", "readyReplicas"], 0);
    let usable = number(object, &["status", "availableReplicas"], 0);

    Ok(if wanted > existing {
        Verdict::in_progress("LessReplicas", format!("Replicas: {existing}/{wanted}"))
    } else if wanted > updated {
        Verdict::in_progress("LessUpdated", format!("Updated: {updated}/{wanted}"))
    } else if existing > wanted {
        Verdict::in_progress("ExtraPods", format!("Pending termination: {}", existing - wanted))
    } else if updated > usable {
        Verdict::in_progress("LessAvailable", format!("Available: {usable}/{updated}"))
    } else if wanted > ready {
        Verdict::in_progress("LessReady", format!("Ready: {ready}/{wanted}"))
    } else if !progressed {
        Verdict::in_progress("ReplicaSetNotAvailable", "ReplicaSet not Available")
    } else if !available {
        Verdict::in_progress("DeploymentNotAvailable", "Deployment not Available")
    } else {
        Verdict::current(format!("Deployment is available. Replicas: {existing}"))
    })
}

pub(super) fn replica_set(object: &Object) -> Result<Verdict, ReadinessError> {
    if conditions(object)?.iter().any(|c| c.kind == "ReplicaFailure" && c.status == "True") {
        return Ok(Verdict::in_progress("ReplicaFailure", "Replica Failure condition. Check Pods"));
    }
    let wanted = number(object, &["spec", "replicas"], 1);
    let existing = number(object, &["status", "replicas"], 0);
    let ready = number(object, &["status", "readyReplicas"], 0);
    let available = number(object, &["status", "availableReplicas"], 0);
    let labelled = number(object, &["status", "fullyLabeledReplicas"], 0);

    Ok(if wanted > labelled {
        Verdict::in_progress("LessLabelled", format!("Labelled: {labelled}/{wanted}"))
    } else if wanted > available {
        Verdict::in_progress("LessAvailable", format!("Available: {available}/{wanted}"))
    } else if wanted > ready {
        Verdict::in_progress("LessReady", format!("Ready: {ready}/{wanted}"))
    } else if existing > wanted {
        Verdict::in_progress("ExtraPods", format!("Pending termination: {}", existing - wanted))
    } else {
        Verdict::current(format!("ReplicaSet is available. Replicas: {existing}"))
    })
}

pub(super) fn daemon_set(object: &Object) -> Result<Verdict, ReadinessError> {
    // Its controller always sets both, so their absence says that it has not looked yet.
    let kind = object.kind();
    if whole_number(object, &["metadata", "generation"], "metadata.generation")?.is_none() {
        let message = format!("{kind} metadata.generation not found");
        return Ok(Verdict::in_progress("NoGeneration", message));
    }
    if whole_number(object, &["status", "observedGeneration"], "status.observedGeneration")?.is_none() {
        let message = format!("{kind} status.observedGeneration not found");
        return Ok(Verdict::in_progress("NoObservedGeneration", message));
    }
    let wanted = number(object, &["status", "desiredNumberScheduled"], -1);
    let current = number(object, &["status", "currentNumberScheduled"], 0);
    let updated = number(object, &["status", "updatedNumberScheduled"], 0);
    let available = number(object, &["status", "numberAvailable"], 0);
    let ready = number(object, &["status", "numberReady"], 0);

    Ok(if wanted == -1 {
        Verdict::in_progress("NoDesiredNumber", "Missing .status.desiredNumberScheduled")
    } else if wanted > current {
        Verdict::in_progress("LessCurrent", format!("Current: {current}/{wanted}"))
    } else if wanted > updated {
        Verdict::in_progress("LessUpdated", format!("Updated: {updated}/{wanted}"))
    } else if wanted > available {
        Verdict::in_progress("LessAvailable", format!("Available: {available}/{wanted}"))
    } else if wanted > ready {
        Verdict::in_progress("LessReady", format!("Ready: {ready}/{wanted}"))
    } else {
        Verdict::current(format!("All replicas scheduled as expected. Replicas: {wanted}"))
    })
}
