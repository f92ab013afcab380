//! The chart's `crds/`: made before anything is rendered, and never changed by the client afterwards.

use std::collections::HashSet;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use helm_chart::Crd;
use helm_kube::{Resource, ResourceType};
use helm_release::plan::ApplyMode;
use k8s_object::GroupVersionKind;
use serde_json::Value;

use crate::objects::{self, Writes};
use crate::{ActionError, Context, Level, Wait, build};

/// How long the API server may take to serve new kinds.
const ESTABLISH_TIMEOUT: Duration = Duration::from_secs(60);

/// How often discovery is asked for kinds that are established but not listed yet, and how long between two times:
/// the API server lists a kind some time after it reports it as established.
const LISTING_TRIES: u32 = 60;
const LISTING_PAUSE: Duration = Duration::from_millis(250);

/// How many files are sent at once.
const CONCURRENT_FILES: usize = 16;

/// Makes the definitions that the cluster does not have, all at once, and waits until their kinds are served. What
/// exists is left: it is not even sent.
pub(crate) async fn install(
    context: &Context,
    crds: &[Crd<'_>],
    mode: ApplyMode,
    wait: Wait,
) -> Result<(), ActionError> {
    let writes = match mode {
        ApplyMode::ServerSide { force_conflicts } => {
            Writes { server_side: true, force_conflicts, ..Writes::default() }
        }
        _ => Writes::default(),
    };
    let files = crds.iter().map(|crd| read(context, crd)).collect::<Vec<_>>();
    let (names, files) = futures::join!(existing(context), futures::future::join_all(files));
    let (mut missing, mut present) = (Vec::new(), Vec::new());
    for (crd, resources) in crds.iter().zip(files) {
        let (there, new): (Vec<_>, Vec<_>) = resources?.into_iter().partition(|resource| {
            resource.resource_type.is_definition() && names.contains(resource.name.as_str())
        });
        if !there.is_empty() {
            already_present(context, crd);
        }
        present.extend(there);
        missing.push((crd, new));
    }
    let mut made = send(context, missing, &writes).await?;
    // What somebody else is just making has to be waited for as well.
    let discovery = context.cluster().discovery().await?;
    let is_unlisted = |definition: &Resource| {
        let mut kinds = served_kinds(definition.object.as_value());
        kinds.next().is_some_and(|kind| discovery.preferred(&kind.group, &kind.kind).is_none())
    };
    made.extend(present.into_iter().filter(is_unlisted));
    if made.is_empty() {
        return Ok(());
    }
    // Custom resources cannot be made before their kinds are served, whatever else is waited for.
    let wait = if wait == Wait::Legacy { Wait::Legacy } else { Wait::Watcher };
    let ready = objects::wait_ready(context, &made, wait, false, ESTABLISH_TIMEOUT);
    tokio::select! {
        () = context.cancel.cancelled() => return Err(ActionError::Cancelled),
        ready = ready => ready?,
    }
    tokio::select! {
        () = context.cancel.cancelled() => Err(ActionError::Cancelled),
        listed = await_listing(context, &made) => listed,
    }
}

fn during(crd: &Crd<'_>, error: ActionError) -> ActionError {
    error.during(format!("failed to install CRD {}", crd.name))
}

fn already_present(context: &Context, crd: &Crd<'_>) {
    context.log(Level::Debug, "CRD is already present. Skipping", &[("crd", crd.name)]);
}

/// Reads a file, on another thread because definitions are large, and binds its objects.
async fn read(context: &Context, crd: &Crd<'_>) -> Result<Vec<Resource>, ActionError> {
    let problem = |problem: &str| ActionError::Crd { name: crd.name.to_owned(), problem: problem.to_owned() };
    if crd.file.data.is_empty() {
        return Err(problem("file data is empty"));
    }
    let (text, compat) = (crd.file.data.to_str().into_owned(), context.compat());
    let objects = tokio::task::spawn_blocking(move || build::read(&text, compat)).await;
    let objects = objects.map_err(|e| ActionError::Other(e.to_string())).and_then(|objects| objects);
    let objects = objects.map_err(|e| during(crd, e))?;
    let resources = context.cluster().build(objects, &context.target.namespace).await;
    let resources = resources.map_err(|e| during(crd, e.into()))?;
    if resources.is_empty() { Err(problem("resources are empty")) } else { Ok(resources) }
}

/// The names of the definitions that the cluster has. Who may not ask learns it from each one's refusal.
async fn existing(context: &Context) -> HashSet<String> {
    context.cluster().list_names(&ResourceType::DEFINITION).await.unwrap_or_default()
}

/// Sends what is missing; answers what was made. Files of definitions alone go at once; others, which may need one
/// another, one after the other.
async fn send(
    context: &Context,
    missing: Vec<(&Crd<'_>, Vec<Resource>)>,
    writes: &Writes,
) -> Result<Vec<Resource>, ActionError> {
    let missing: Vec<_> = missing.into_iter().filter(|(_, resources)| !resources.is_empty()).collect();
    let mut resources = missing.iter().flat_map(|(_, resources)| resources);
    let width = if resources.all(|r| r.resource_type.is_definition()) { CONCURRENT_FILES } else { 1 };
    let mut sent = stream::iter(missing)
        .map(|(crd, resources)| async move {
            let outcome = objects::create(context, resources, writes).await;
            (crd, outcome)
        })
        .buffered(width);
    let mut made = Vec::new();
    while let Some((crd, outcome)) = sent.next().await {
        let outcome = outcome.map_err(|e| during(crd, e))?;
        match outcome.error {
            None => made.extend(outcome.created),
            Some(error) if objects::is_already_exists(&error) => already_present(context, crd),
            Some(error) => return Err(during(crd, error)),
        }
    }
    Ok(made)
}

/// Waits until discovery lists the new kinds. One that never comes is left to the object that needs it, whose error
/// names it.
async fn await_listing(context: &Context, definitions: &[Resource]) -> Result<(), ActionError> {
    let kinds: Vec<_> =
        definitions.iter().flat_map(|definition| served_kinds(definition.object.as_value())).collect();
    for _ in 0..LISTING_TRIES {
        context.cluster().forget_discovery().await;
        let discovery = context.cluster().discovery().await?;
        if kinds.iter().all(|kind| discovery.resource_type(kind).is_some()) {
            break;
        }
        tokio::time::sleep(LISTING_PAUSE).await;
    }
    Ok(())
}

/// The kinds that a `CustomResourceDefinition` (`apiextensions.k8s.io`) has the API server serve.
fn served_kinds(definition: &Value) -> impl Iterator<Item = GroupVersionKind> + '_ {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let versions = spec["versions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let served = versions.iter().filter(|version| version["served"] == true);
    served.map(move |version| GroupVersionKind {
        group: text(&spec["group"]),
        version: text(&version["name"]),
        kind: text(&spec["names"]["kind"]),
    })
}
