//! Sets of objects: made, changed, deleted, waited for.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures::StreamExt;
use helm_kube::{
    Applied, ApplyMode, ApplyOptions, Cluster, Error, FieldValidation, LogOptions, Resource, WaitEvent,
    WaitFor, WaitOptions, WaitStrategy,
};
use helm_release::Compat;
use helm_release::plan::Propagation;
use k8s_object::{Object, ObjectRef};

use crate::{ActionError, Context, Event, Wait};

/// How a set of objects is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Writes {
    /// By server-side apply.
    pub(crate) server_side: bool,
    /// Fields of others are taken over.
    pub(crate) force_conflicts: bool,
    /// What client-side apply owned is moved first.
    pub(crate) upgrade_manager: bool,
    /// Objects are replaced.
    pub(crate) replace: bool,
    /// Kinds without a known schema get a three-way merge too.
    pub(crate) merge_unstructured: bool,
    /// Unknown fields are no error.
    pub(crate) skip_validation: bool,
}

impl Writes {
    fn options(&self) -> ApplyOptions {
        ApplyOptions {
            mode: match (self.server_side, self.replace) {
                (true, _) => ApplyMode::ServerSide { force_conflicts: self.force_conflicts },
                (false, true) => ApplyMode::Replace,
                (false, false) => ApplyMode::ThreeWay,
            },
            dry_run: false,
            field_validation: match self.skip_validation {
                true => FieldValidation::Ignore,
                false => FieldValidation::Strict,
            },
            upgrade_managed_fields: self.upgrade_manager,
            three_way_for_custom_kinds: self.merge_unstructured,
        }
    }
}

/// What became of a set of objects.
pub(crate) struct Outcome {
    /// Those that were made, or tried to be.
    pub(crate) created: Vec<Resource>,
    /// What went wrong.
    pub(crate) error: Option<ActionError>,
}

/// Makes objects.
pub(crate) async fn create(
    context: &Context,
    mut resources: Vec<Resource>,
    writes: &Writes,
) -> Result<Outcome, ActionError> {
    let created = context.cluster().create_all(&mut resources, &writes.options()).await;
    let error = created.err().map(|error| ActionError::of_many(error, context.compat()));
    Ok(Outcome { created: resources, error })
}

/// Makes or changes objects, and then deletes those that are no longer wanted.
pub(crate) async fn update(
    context: &Context,
    originals: Vec<Resource>,
    wanted: Vec<Resource>,
    pruned: Vec<Resource>,
    unchanged: &HashSet<ObjectRef>,
    writes: &Writes,
) -> Result<Outcome, ActionError> {
    let cluster = context.cluster();
    let options = writes.options();
    // An object that is replaced is new, whatever it was before.
    let is_steady = |resource: &Resource| !writes.replace && unchanged.contains(&resource.reference());
    let order: HashMap<ObjectRef, usize> = wanted.iter().map(Resource::reference).zip(0..).collect();
    let (steady, mut wanted): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_steady);
    let (right, wrong) = cluster.put_right(&originals, steady, &options).await;
    let new = right.into_iter().filter(|(applied, _)| *applied == Applied::Created);
    let mut created: Vec<Resource> = new.map(|(_, resource)| resource).collect();
    if !wrong.is_empty() {
        wanted.extend(wrong);
        wanted.sort_by_key(|resource| order.get(&resource.reference()).copied());
    }
    let (result, updated) = cluster.update_all(&originals, &mut wanted, &options).await;
    created.extend(result.created.iter().map(|at| wanted[*at].clone()));
    let updated = match updated {
        Ok(()) => cluster.prune(&pruned, &[]).await.1,
        error => error,
    };
    Ok(Outcome { created, error: updated.err().map(ActionError::from) })
}

/// Deletes objects. What is gone already is fine; of the others all errors are answered.
pub(crate) async fn delete(
    context: &Context,
    resources: Vec<Resource>,
    propagation: Propagation,
) -> Result<(), ActionError> {
    let propagation = match propagation {
        Propagation::Background => helm_kube::Propagation::Background,
        Propagation::Foreground => helm_kube::Propagation::Foreground,
        Propagation::Orphan => helm_kube::Propagation::Orphan,
    };
    if resources.is_empty() {
        return Ok(());
    }
    let (_, errors) = context.cluster().delete_all(&resources, propagation).await;
    match errors.len() {
        0 => Ok(()),
        _ => {
            let errors = errors.into_iter().map(ActionError::from).collect();
            Err(ActionError::Many { errors, separator: "; " })
        }
    }
}

/// Makes a namespace unless it is there.
pub(crate) async fn create_namespace(
    context: &Context,
    name: &str,
    server_side: bool,
) -> Result<(), ActionError> {
    let mut namespace = Object::new("v1", "Namespace", "", name);
    namespace.set_label("name", name);
    let resources = context.cluster().build([namespace], "").await?;
    let writes = Writes { server_side, ..Writes::default() };
    match create(context, resources, &writes).await?.error {
        Some(error) if !is_already_exists(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Whether an error says that an object is there already.
pub(crate) fn is_already_exists(error: &ActionError) -> bool {
    match error.root() {
        ActionError::Cluster(error) => any_already_exists(error),
        ActionError::Collected(errors) => errors.iter().any(any_already_exists),
        _ => false,
    }
}

fn any_already_exists(error: &Error) -> bool {
    match error {
        Error::Many { errors, .. } => errors.iter().any(any_already_exists),
        error => error.is_already_exists(),
    }
}

/// Helm 3 knows one way to wait.
fn strategy(context: &Context, wait: Wait) -> WaitStrategy {
    match wait {
        _ if context.compat() == Compat::V3 => WaitStrategy::Legacy,
        Wait::HookOnly => WaitStrategy::HookOnly,
        Wait::Watcher => WaitStrategy::Watcher,
        Wait::Legacy => WaitStrategy::Legacy,
    }
}

async fn wait_for(
    context: &Context,
    resources: &[Resource],
    wait: Wait,
    until: WaitFor,
    timeout: Duration,
) -> Result<(), ActionError> {
    if resources.is_empty() {
        return Ok(());
    }
    let observer = |event: &WaitEvent| context.observer.event(Event::Waiting(event));
    let options = WaitOptions {
        cancel: Some(context.cancel.signal()),
        observer: Some(&observer),
        ..WaitOptions::new(strategy(context, wait), until, timeout)
    };
    match context.cluster().wait(resources, &options).await {
        Err(error) if until == WaitFor::HookDone => Err(ActionError::of_many(error, context.compat())),
        other => Ok(other?),
    }
}

/// Waits until objects are ready.
pub(crate) async fn wait_ready(
    context: &Context,
    resources: &[Resource],
    wait: Wait,
    jobs: bool,
    timeout: Duration,
) -> Result<(), ActionError> {
    let until = if jobs { WaitFor::ReadyWithJobs } else { WaitFor::Ready };
    wait_for(context, resources, wait, until, timeout).await
}

/// Waits until objects are gone.
pub(crate) async fn wait_deleted(
    context: &Context,
    resources: &[Resource],
    wait: Wait,
    timeout: Duration,
) -> Result<(), ActionError> {
    wait_for(context, resources, wait, WaitFor::Deleted, timeout).await
}

/// Waits until the objects of a hook have done what they are for.
pub(crate) async fn wait_hook(
    context: &Context,
    resources: &[Resource],
    wait: Wait,
    timeout: Duration,
) -> Result<(), ActionError> {
    wait_for(context, resources, wait, WaitFor::HookDone, timeout).await
}

/// Reads the log of a container to its present end.
pub(crate) async fn read_log(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
    container: &str,
) -> Result<Vec<u8>, Error> {
    let options = LogOptions { container, ..LogOptions::default() };
    let mut pieces = std::pin::pin!(cluster.logs(namespace, pod, &options).await?);
    let mut text = Vec::new();
    while let Some(piece) = pieces.next().await {
        text.extend_from_slice(&piece?);
    }
    Ok(text)
}
