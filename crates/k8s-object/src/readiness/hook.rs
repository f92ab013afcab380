//! When a hook is done: a Job when it has completed, a Pod when it has succeeded, anything else at once (Helm's
//! status readers for `WatchUntilReady`).

use super::{ReadinessError, Verdict, conditions};
use crate::Object;

/// The verdict on an object that is a hook.
pub fn compute(object: &Object) -> Result<Verdict, ReadinessError> {
    let kind = object.group_version_kind();
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("batch", "Job") => job(object),
        ("", "Pod") => Ok(pod(object)),
        _ => Ok(Verdict::current("Resource is current")),
    }
}

/// The verdict on a Job that has to complete, be it a hook or waited for with `--wait-for-jobs`.
pub fn job(object: &Object) -> Result<Verdict, ReadinessError> {
    let number = |path: &[&str], default: i64| object.integer(path).unwrap_or(default);
    let completions = number(&["spec", "completions"], number(&["spec", "parallelism"], 1));
    for condition in conditions(object)?.iter().filter(|condition| condition.status == "True") {
        match condition.kind {
            "Complete" => {
                let succeeded = number(&["status", "succeeded"], 0);
                return Ok(Verdict::current(format!("Job Completed. succeeded: {succeeded}/{completions}")));
            }
            "Failed" => {
                let failed = number(&["status", "failed"], 0);
                return Ok(Verdict::failed(
                    "JobFailed",
                    format!("Job Failed. failed: {failed}/{completions}"),
                ));
            }
            _ => {}
        }
    }
    Ok(Verdict::in_progress("JobInProgress", "Job in progress"))
}

/// The verdict on a Pod that has to succeed.
pub fn pod(object: &Object) -> Verdict {
    let name = object.name();
    match object.text(&["status", "phase"]) {
        "Succeeded" => Verdict::current(format!("pod {name} succeeded")),
        "Failed" => Verdict::failed("PodFailed", format!("pod {name} failed")),
        _ => Verdict::in_progress("PodInProgress", "Pod in progress"),
    }
}
