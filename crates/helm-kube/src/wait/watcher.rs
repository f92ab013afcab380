//! Waiting by watching, with the kstatus rules.

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::stream::{self, StreamExt};
use k8s_object::readiness::{ReadinessError, Status, Verdict, hook, kstatus};
use k8s_object::{Object, ObjectRef, selector};
use tokio::time::Instant;

use super::{WaitFor, WaitOptions};
use crate::watch::{WatchEvent, WatchTarget};
use crate::{Cluster, Error, ListOptions, Resource, ResourceType};

/// How long a zero timeout is.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn wait(
    cluster: &Cluster,
    resources: &[Resource],
    options: &WaitOptions<'_>,
) -> Result<(), Error> {
    let timeout = if options.timeout.is_zero() { DEFAULT_TIMEOUT } else { options.timeout };
    // A paused Deployment does not move; waiting for it would be in vain. When things go away it counts.
    let is_paused = |resource: &Resource| {
        let kind = resource.object.group_version_kind();
        (kind.group.as_str(), kind.version.as_str(), kind.kind.as_str()) == ("apps", "v1", "Deployment")
            && resource.object.field(&["spec", "paused"]).is_some_and(|paused| paused == true)
    };
    let resources = resources.iter().filter(|r| options.until == WaitFor::Deleted || !is_paused(r));
    let mut wait = Wait::new(cluster, options, resources.collect());
    let interrupted = tokio::select! {
        outcome = wait.run() => match outcome {
            Ok(()) => None,
            Err(error) => return Err(error),
        },
        () = tokio::time::sleep(timeout) => Some(Error::DeadlineExceeded),
        () = options.cancelled() => Some(Error::Cancelled),
    };
    let errors = wait.failures().into_iter().chain(interrupted).collect();
    Error::join(errors, "\n").map_or(Ok(()), Err)
}

struct Wait<'a> {
    cluster: &'a Cluster,
    options: &'a WaitOptions<'a>,
    objects: Vec<Watched>,
    /// Where each object stands in `objects`.
    index: HashMap<Identity, usize>,
    /// What to watch: one target a kind and namespace.
    targets: Vec<WatchTarget>,
    /// Pods without a node, and when to look at them again.
    rechecks: BTreeMap<usize, Instant>,
}

/// Group, kind, namespace and name.
type Identity = (String, String, String, String);

struct Watched {
    reference: ObjectRef,
    resource_type: ResourceType,
    verdict: Verdict,
}

impl<'a> Wait<'a> {
    fn new(cluster: &'a Cluster, options: &'a WaitOptions<'a>, resources: Vec<&Resource>) -> Wait<'a> {
        let (mut objects, mut index, mut targets) = (Vec::new(), HashMap::new(), Vec::<WatchTarget>::new());
        for resource in resources {
            let reference = resource.reference();
            let kind = reference.group_version_kind();
            let identity = (kind.group, kind.kind, reference.namespace.clone(), reference.name.clone());
            if index.contains_key(&identity) {
                continue;
            }
            index.insert(identity, objects.len());
            let same = |target: &&mut WatchTarget| {
                target.resource_type == *resource.resource_type
                    && target.namespace == resource.namespace
                    // Definitions are large, and a cluster may have thousands: none but those waited for are read.
                    && !resource.resource_type.is_definition()
            };
            match targets.iter_mut().find(same) {
                // More than one object of a kind: all of the kind in the namespace are watched.
                Some(target) => target.name.clear(),
                None => targets.push(WatchTarget {
                    resource_type: (*resource.resource_type).clone(),
                    namespace: resource.namespace.clone(),
                    name: resource.name.clone(),
                }),
            }
            let resource_type = (*resource.resource_type).clone();
            objects.push(Watched { reference, resource_type, verdict: Verdict::unknown() });
        }
        Wait { cluster, options, objects, index, targets, rechecks: BTreeMap::new() }
    }

    /// Watches until every object is as wanted or has failed for good.
    async fn run(&mut self) -> Result<(), Error> {
        let targets = std::mem::take(&mut self.targets);
        let mut unsynchronized = targets.len();
        let watches = targets.into_iter().map(|target| self.cluster.watch(target).boxed());
        let mut events = pin!(stream::select_all(watches));
        loop {
            // What has not been listed yet may still be there.
            if unsynchronized == 0 && self.is_over() {
                return Ok(());
            }
            let recheck = self.rechecks.iter().min_by_key(|(_, at)| **at).map(|(index, at)| (*index, *at));
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(WatchEvent::Synchronized)) => unsynchronized = unsynchronized.saturating_sub(1),
                    Some(Ok(WatchEvent::Present(object))) => self.present(&object).await,
                    Some(Ok(WatchEvent::Gone(object))) => self.gone(&object),
                    // The kind is not served any more: nothing more will be heard of its objects.
                    Some(Err(error)) if error.is_not_found() => unsynchronized = unsynchronized.saturating_sub(1),
                    Some(Err(error)) => return Err(error),
                    None if unsynchronized == 0 && self.is_over() => return Ok(()),
                    // Nothing is left to watch, and it is not over: only time can end this.
                    None => std::future::pending().await,
                },
                index = due(recheck) => self.recheck(index).await,
            }
        }
    }

    fn position(&self, object: &Object) -> Option<usize> {
        let kind = object.group_version_kind();
        let identity = (kind.group, kind.kind, object.namespace().to_owned(), object.name().to_owned());
        self.index.get(&identity).copied()
    }

    async fn present(&mut self, object: &Object) {
        let Some(position) = self.position(object) else { return };
        // A verdict that cannot be reached is no verdict, as in Helm: the object stays unknown.
        let verdict = self.judge(object).await.unwrap_or_else(|_| Verdict::unknown());
        self.rechecks.remove(&position);
        if verdict.status == Status::InProgress && kstatus::is_unschedulable_pod(object) {
            let window = Duration::from_secs(kstatus::SCHEDULE_WINDOW.unsigned_abs());
            self.rechecks.insert(position, Instant::now() + window);
        }
        self.set(position, verdict);
    }

    fn gone(&mut self, object: &Object) {
        if let Some(position) = self.position(object) {
            self.rechecks.remove(&position);
            self.set(position, Verdict::not_found());
        }
    }

    /// Reads a pod that had no node some time ago.
    async fn recheck(&mut self, position: usize) {
        self.rechecks.remove(&position);
        let Watched { reference, resource_type, .. } = &self.objects[position];
        match self.cluster.find(resource_type, &reference.namespace, &reference.name).await {
            Ok(Some(object)) => self.present(&object).await,
            Ok(None) => self.set(position, Verdict::not_found()),
            Err(_) => {}
        }
    }

    fn set(&mut self, position: usize, verdict: Verdict) {
        let watched = &mut self.objects[position];
        if watched.verdict != verdict {
            self.options.tell(&watched.reference, &verdict);
            watched.verdict = verdict;
        }
    }

    async fn judge(&self, object: &Object) -> Result<Verdict, ReadinessError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let kind = object.group_version_kind();
        match (self.options.until, kind.group.as_str(), kind.kind.as_str()) {
            (WaitFor::HookDone, _, _) => hook::compute(object),
            (WaitFor::ReadyWithJobs, "batch", "Job") => hook::job(object),
            (_, "apps", "StatefulSet" | "ReplicaSet") => {
                let verdict = kstatus::compute(object, now)?;
                Ok(match verdict.status {
                    Status::InProgress => self.with_failed_pods(object, verdict, now).await,
                    _ => verdict,
                })
            }
            _ => kstatus::compute(object, now),
        }
    }

    /// What makes no progress has failed if pods of it have.
    async fn with_failed_pods(&self, object: &Object, verdict: Verdict, now: i64) -> Verdict {
        let Some(labels) = object.field(&["spec", "selector"]).and_then(selector::from_label_selector) else {
            return Verdict::unknown();
        };
        let options = ListOptions { label_selector: &labels, ..ListOptions::default() };
        let Ok(pods) = self.cluster.list(&ResourceType::POD, object.namespace(), &options).await else {
            return Verdict::unknown();
        };
        let has_failed = |pod: &&Object| {
            let status = kstatus::compute(pod, now).map(|verdict| verdict.status);
            // A cluster that grows can give it a node yet.
            status == Ok(Status::Failed) && !kstatus::is_unschedulable_pod(pod)
        };
        match pods.iter().filter(has_failed).count() {
            0 => verdict,
            failed => Verdict {
                status: Status::Failed,
                reason: "PodsFailed".to_owned(),
                message: format!("{failed} pods have failed"),
            },
        }
    }

    fn is_over(&self) -> bool {
        let mut statuses = self.objects.iter().map(|watched| watched.verdict.status);
        if self.options.until == WaitFor::Deleted {
            // Unknown is what was gone before the wait began.
            statuses.all(|status| matches!(status, Status::NotFound | Status::Unknown))
        } else {
            statuses.all(|status| matches!(status, Status::Current | Status::Failed))
        }
    }

    /// An error for each object that is not as wanted.
    fn failures(&self) -> Vec<Error> {
        let deletion = self.options.until == WaitFor::Deleted;
        let is_fine = |status| match status {
            Status::Current => !deletion,
            Status::NotFound | Status::Unknown => deletion,
            _ => false,
        };
        let what = if deletion { "still exists" } else { "not ready" };
        self.objects
            .iter()
            .filter(|watched| !is_fine(watched.verdict.status))
            .map(|Watched { reference, verdict: Verdict { status, message, .. }, .. }| {
                Error::NotReady(format!("resource {reference} {what}. status: {status}, message: {message}"))
            })
            .collect()
    }
}

/// The object to look at again, when it is time.
async fn due(recheck: Option<(usize, Instant)>) -> usize {
    match recheck {
        Some((index, at)) => {
            tokio::time::sleep_until(at).await;
            index
        }
        None => std::future::pending().await,
    }
}
