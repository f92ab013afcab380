use std::time::Duration;

use helm_kube::ResourceType;
use helm_release::plan::hook_steps;
use helm_release::{Hook, HookEvent, Release, execution_order, validate_name};

use crate::execute::Executor;
use crate::hooks::container_names;
use crate::{ActionError, Context, Failure, Wait, objects};

/// Which tests of a release are run.
#[derive(Clone, Debug)]
pub struct TestRequest {
    /// The name of the release.
    pub name: String,
    /// Only tests of these names; all when empty.
    pub include: Vec<String>,
    /// No tests of these names.
    pub exclude: Vec<String>,
    /// Whether the logs of the tests' pods are answered.
    pub logs: bool,
    /// How long each test may take.
    pub timeout: Duration,
}

impl TestRequest {
    /// All tests of a release.
    pub fn new(name: &str) -> TestRequest {
        TestRequest {
            name: name.to_owned(),
            include: Vec::new(),
            exclude: Vec::new(),
            logs: false,
            timeout: Duration::from_secs(300),
        }
    }

    fn selects(&self, hook: &Hook) -> bool {
        !self.exclude.contains(&hook.name) && (self.include.is_empty() || self.include.contains(&hook.name))
    }
}

/// How the tests of a release went.
#[derive(Debug)]
pub struct Tested {
    /// The release with what is now known of its tests.
    pub release: Release,
    /// The logs, if they were asked for.
    pub logs: Vec<u8>,
    /// Why tests, or reading their logs, failed; in this order.
    pub errors: Vec<ActionError>,
}

/// Runs the tests of a release. An error is answered only where there is no release to run tests of.
pub async fn test(context: &Context, request: &TestRequest) -> Result<Tested, Failure> {
    let name = &request.name;
    context.cluster().check_reachable().await?;
    if validate_name(name).is_err() {
        return Err(ActionError::InvalidName { context: "releaseTest: R", name: name.clone() }.into());
    }
    let mut release = crate::get::release(context, name, 0).await?;
    // Hooks that are left out come first in the record afterwards, as in Helm.
    release.hooks.sort_by_key(|hook| request.selects(hook));
    let skipped = release.hooks.iter().filter(|hook| !request.selects(hook)).count();
    let left_out: Vec<Hook> = release.hooks.drain(..skipped).collect();

    let steps = hook_steps(&release, &HookEvent::Test);
    let server_side = release.is_server_side();
    let mut executor = Executor::new(context, release, []);
    executor.wait = Wait::Watcher;
    executor.timeout = request.timeout;
    executor.server_side = server_side;
    let outcome = executor.hooks(&HookEvent::Test, steps).await;
    let mut errors: Vec<ActionError> = outcome.error.map(|(_, error)| error).into_iter().collect();

    executor.release().hooks.splice(0..0, left_out);
    if let Err(error) = context.store().update(executor.release()).await
        && errors.is_empty()
    {
        errors.push(error.into());
    }
    let mut logs = Vec::new();
    if request.logs
        && let Err(error) = read_logs(context, request, executor.release(), &mut logs).await
    {
        errors.push(error);
    }
    // The steps that are left name hooks by their place before the others came back.
    let cleanup = outcome.cleanup;
    executor.release().hooks.drain(..skipped);
    if let Err(error) = executor.clean_hooks(cleanup).await
        && errors.is_empty()
    {
        errors.push(error);
    }
    Ok(Tested { release: restored(context, executor, skipped).await?, logs, errors })
}

/// The record as it was stored, with all hooks.
async fn restored(context: &Context, executor: Executor<'_>, skipped: usize) -> Result<Release, ActionError> {
    let release = executor.into_release();
    if skipped == 0 {
        return Ok(release);
    }
    let mut stored = context.store().get(&release.name, release.version).await?;
    stored.labels = release.labels;
    Ok(stored)
}

/// Reads the logs of the pods that tests ran in. Goes on after an error and answers all.
async fn read_logs(
    context: &Context,
    request: &TestRequest,
    release: &Release,
    logs: &mut Vec<u8>,
) -> Result<(), ActionError> {
    let hooks = execution_order(&release.hooks, &HookEvent::Test).into_iter().map(|at| &release.hooks[at]);
    for hook in hooks.filter(|hook| hook.kind == "Pod" && request.selects(hook)) {
        read_pod_logs(context, &hook.name, logs).await?;
    }
    Ok(())
}

async fn read_pod_logs(context: &Context, pod_name: &str, logs: &mut Vec<u8>) -> Result<(), ActionError> {
    let namespace = &context.target.namespace;
    let pod = context.cluster().get(&ResourceType::POD, namespace, pod_name).await;
    let pod = pod.map_err(|e| ActionError::Cluster(e).during(format!("unable to get pod {pod_name}")))?;
    let mut errors = Vec::new();
    for container in container_names(&pod, &["initContainers", "containers"]) {
        match objects::read_log(context.cluster(), namespace, pod_name, container).await {
            Ok(text) => {
                logs.extend_from_slice(format!("POD LOGS: {pod_name} ({container})\n").as_bytes());
                logs.extend_from_slice(&text);
                logs.push(b'\n');
            }
            Err(error) => {
                let doing = format!("unable to get logs for pod {pod_name}, container {container}");
                errors.push(ActionError::Cluster(error).during(doing));
            }
        }
    }
    match errors.len() {
        0 => Ok(()),
        _ => Err(ActionError::Many { errors, separator: "\n" }),
    }
}
