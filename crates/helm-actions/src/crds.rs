//! The chart's `crds/`: made before anything is rendered, and never changed by the client afterwards.

use std::time::Duration;

use helm_chart::Crd;
use helm_release::plan::ApplyMode;

use crate::objects::{self, Writes};
use crate::{ActionError, Context, Level, Wait, build};

/// How long the API server may take to serve new kinds.
const ESTABLISH_TIMEOUT: Duration = Duration::from_secs(60);

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
    context.cluster().forget_discovery().await;
    Ok(())
}
