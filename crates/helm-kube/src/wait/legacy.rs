//! Waiting by reading every two seconds, with Helm 3's rules.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::stream::StreamExt;
use k8s_object::readiness::{Verdict, hook, legacy};
use k8s_object::{Object, selector};
use serde_json::Value;

use super::{WaitFor, WaitOptions};
use crate::watch::{WatchEvent, WatchTarget};
use crate::{Cluster, Error, ListOptions, Resource, ResourceType};

/// The pause between two readings.
const PAUSE: Duration = Duration::from_secs(2);
/// How often in a row the state of one object may fail to be read.
const RETRIES: usize = 30;

pub(super) async fn wait(
    cluster: &Cluster,
    resources: &[Resource],
    options: &WaitOptions<'_>,
) -> Result<(), Error> {
    match options.until {
        WaitFor::Ready | WaitFor::ReadyWithJobs => {
            let outcome = limited(options, until_ready(cluster, resources, options)).await;
            outcome.unwrap_or_else(Err)
        }
        WaitFor::Deleted => limited(options, until_deleted(cluster, resources)).await.unwrap_or_else(Err),
        WaitFor::HookDone => until_done(cluster, resources, options).await,
    }
}

/// Runs something until the time is up or the caller cancels, which is the outer error.
async fn limited<T>(options: &WaitOptions<'_>, work: impl Future<Output = T>) -> Result<T, Error> {
    let time_is_up = async {
        if options.timeout.is_zero() {
            std::future::pending().await
        } else {
            tokio::time::sleep(options.timeout).await
        }
    };
    tokio::select! {
        outcome = work => Ok(outcome),
        () = time_is_up => Err(Error::DeadlineExceeded),
        () = options.cancelled() => Err(Error::Cancelled),
    }
}

async fn until_ready(
    cluster: &Cluster,
    resources: &[Resource],
    options: &WaitOptions<'_>,
) -> Result<(), Error> {
    let mut failures = vec![0; resources.len()];
    'reading: loop {
        for (resource, failures) in resources.iter().zip(&mut failures) {
            match is_ready(cluster, resource, options.until).await {
                Ok(true) => {
                    *failures = 0;
                    options.tell(&resource.reference(), &ready());
                }
                Ok(false) => {
                    *failures = 0;
                    tokio::time::sleep(PAUSE).await;
                    continue 'reading;
                }
                Err(error) if is_transient(&error) && *failures < RETRIES => {
                    *failures += 1;
                    tokio::time::sleep(PAUSE).await;
                    continue 'reading;
                }
                Err(error) => return Err(error),
            }
        }
        return Ok(());
    }
}

fn ready() -> Verdict {
    Verdict {
        status: k8s_object::readiness::Status::Current,
        reason: String::new(),
        message: "Resource is ready".to_owned(),
    }
}

/// Whether reading again can help: not when the server has refused for good.
fn is_transient(error: &Error) -> bool {
    error.status().is_none_or(|status| {
        status.code == 0 || status.code == 429 || (status.code >= 500 && status.code != 501)
    })
}

/// Reads an object and judges it. Kinds without a rule are ready.
async fn is_ready(cluster: &Cluster, resource: &Resource, until: WaitFor) -> Result<bool, Error> {
    let kind = resource.resource_type.group_version_kind();
    let live = || cluster.get(&resource.resource_type, &resource.namespace, &resource.name);
    Ok(match (kind.group.as_str(), kind.version.as_str(), kind.kind.as_str()) {
        ("", "v1", "Pod") => legacy::pod(&live().await?),
        ("batch", "v1", "Job") if until == WaitFor::ReadyWithJobs => {
            legacy::job(&live().await?).map_err(|e| Error::NotReady(e.to_string()))?
        }
        ("apps", "v1", "Deployment") => {
            let deployment = live().await?;
            // A paused Deployment is as ready as it will get.
            if deployment.field(&["spec", "paused"]).is_some_and(|paused| paused == true) {
                return Ok(true);
            }
            let labels = deployment.field(&["spec", "selector"]).and_then(selector::from_label_selector);
            let labels = labels.unwrap_or_default();
            let options = ListOptions { label_selector: &labels, ..ListOptions::default() };
            let sets = cluster.list(&ResourceType::REPLICA_SET, &resource.namespace, &options).await?;
            legacy::new_replica_set(&deployment, &sets)
                .is_some_and(|set| legacy::deployment(&deployment, set))
        }
        ("", "v1", "PersistentVolumeClaim") => legacy::volume_claim(&live().await?),
        ("", "v1", "Service") => legacy::service(&live().await?),
        ("apps", "v1", "DaemonSet") => legacy::daemon_set(&live().await?),
        ("apiextensions.k8s.io", "v1" | "v1beta1", "CustomResourceDefinition") => {
            legacy::definition(&live().await?)
        }
        ("apps", "v1", "StatefulSet") => legacy::stateful_set(&live().await?),
        ("", "v1", "ReplicationController") => {
            legacy::is_observed(&live().await?)
                && pods_are_ready(cluster, resource, selector::from_labels).await?
        }
        ("apps", "v1", "ReplicaSet") => {
            legacy::is_observed(&live().await?)
                && pods_are_ready(cluster, resource, selector::from_label_selector).await?
        }
        _ => true,
    })
}

/// Whether all pods are ready that the object as it was applied selects.
async fn pods_are_ready(
    cluster: &Cluster,
    resource: &Resource,
    selector: fn(&Value) -> Option<String>,
) -> Result<bool, Error> {
    let labels = resource.object.field(&["spec", "selector"]).and_then(selector).unwrap_or_default();
    let options = ListOptions { label_selector: &labels, ..ListOptions::default() };
    let pods = cluster.list(&ResourceType::POD, &resource.namespace, &options).await;
    Ok(pods.map_err(|e| e.during("failed to list pods"))?.iter().all(legacy::pod))
}

async fn until_deleted(cluster: &Cluster, resources: &[Resource]) -> Result<(), Error> {
    'reading: loop {
        for resource in resources {
            let found = cluster.find(&resource.resource_type, &resource.namespace, &resource.name).await?;
            if found.is_some() {
                tokio::time::sleep(PAUSE).await;
                continue 'reading;
            }
        }
        return Ok(());
    }
}

/// Waits for hooks: those of one kind at once, one kind after the other.
async fn until_done(
    cluster: &Cluster,
    resources: &[Resource],
    options: &WaitOptions<'_>,
) -> Result<(), Error> {
    if resources.is_empty() {
        return Err(Error::NoObjects);
    }
    let mut errors = Vec::new();
    for batch in resources.chunk_by(|a, b| a.resource_type.kind == b.resource_type.kind) {
        let outcomes =
            futures::future::join_all(batch.iter().map(|hook| one_done(cluster, hook, options))).await;
        errors.extend(outcomes.into_iter().filter_map(Result::err));
    }
    Error::join(errors, "\n").map_or(Ok(()), Err)
}

async fn one_done(cluster: &Cluster, resource: &Resource, options: &WaitOptions<'_>) -> Result<(), Error> {
    let is_job = match resource.resource_type.kind.as_ref() {
        "Job" => true,
        "Pod" => false,
        _ => return Ok(()),
    };
    let target = WatchTarget {
        resource_type: (*resource.resource_type).clone(),
        namespace: resource.namespace.clone(),
        name: resource.name.clone(),
    };
    let mut events = pin!(cluster.watch(target));
    let done = async {
        while let Some(event) = events.next().await {
            match event? {
                WatchEvent::Present(object) => {
                    if finished(&object, is_job, options, resource)? {
                        return Ok(());
                    }
                }
                WatchEvent::Gone(_) => return Ok(()),
                WatchEvent::Synchronized => {}
            }
        }
        Ok(())
    };
    match limited(options, done).await {
        Ok(outcome) => outcome,
        // What client-go's watches say when their time is up.
        Err(_) => Err(Error::NotReady("timed out waiting for the condition".to_owned())),
    }
}

/// Whether a hook is done; an error when it has failed.
fn finished(
    object: &Object,
    is_job: bool,
    options: &WaitOptions<'_>,
    resource: &Resource,
) -> Result<bool, Error> {
    use k8s_object::readiness::Status;

    let verdict = if is_job { hook::job(object) } else { Ok(hook::pod(object)) };
    let verdict = verdict.map_err(|e| Error::NotReady(e.to_string()))?;
    options.tell(&resource.reference(), &verdict);
    match verdict.status {
        Status::Current => Ok(true),
        Status::Failed if is_job => {
            let name = &resource.name;
            Err(Error::NotReady(format!("job {name} failed: {}", failure_reason(object))))
        }
        Status::Failed => Err(Error::NotReady(format!("pod {} failed", object.name()))),
        _ => Ok(false),
    }
}

/// The reason of a Job's `Failed` condition.
fn failure_reason(job: &Object) -> &str {
    let conditions = job.field(&["status", "conditions"]).and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .find(|condition| condition["type"] == "Failed" && condition["status"] == "True")
        .and_then(|condition| condition["reason"].as_str())
        .unwrap_or_default()
}
