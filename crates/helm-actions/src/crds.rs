//! The chart's `crds/`: made before anything is rendered, and never changed by the client afterwards.

use std::time::Duration;

use helm_chart::Crd;
use helm_kube::Resource;
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

/// Makes the definitions, one file after the other, and waits until their kinds are served. What exists is left.
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
    let mut made = Vec::new();
    for crd in crds {
        let doing = || format!("failed to install CRD {}", crd.name);
        let problem =
            |problem: &str| ActionError::Crd { name: crd.name.to_owned(), problem: problem.to_owned() };
        if crd.file.data.is_empty() {
            return Err(problem("file data is empty"));
        }
        let text = crd.file.data.to_str();
        let resources = build::bind_text(context, &text, &context.target.namespace).await;
        let resources = resources.map_err(|e| e.during(doing()))?;
        if resources.is_empty() {
            return Err(problem("resources are empty"));
        }
        let outcome =
            objects::create(context, resources.clone(), &writes).await.map_err(|e| e.during(doing()))?;
        match outcome.error {
            None => made.extend(resources),
            Some(error) if objects::is_already_exists(&error) => {
                context.log(Level::Debug, "CRD is already present. Skipping", &[("crd", crd.name)]);
            }
            Some(error) => return Err(error.during(doing())),
        }
    }
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
