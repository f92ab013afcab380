use std::sync::Arc;

use govalue::Map;
use helm_chart::{Chart, Compat};
use helm_kube::{Adoption, Resource, ServerVersion};
use helm_release::plan::{self, ApplyMode, InstallPlan, StageKind};
use helm_release::{ApplyMethod, ChartRecord, History, Info, Raw, Release, Revision, Status, validate_name};
use helm_render::{Capabilities, ReleaseInfo};
use helm_store::is_system_label;
use k8s_object::ownership::Owner;

use crate::execute::{Executor, StageFailure};
use crate::render::{self, Output};
use crate::target::now;
use crate::uninstall::uninstall;
use crate::unlock::claimed_records;
use crate::{
    ActionError, Conduct, Context, DryRun, Failure, Labels, Level, OnFailure, Rendering, UninstallOptions,
    Wait, build, crds,
};

/// A first revision that is wanted.
#[derive(Clone)]
pub struct InstallRequest {
    /// The name of the release.
    pub name: String,
    /// The chart as it was loaded.
    pub chart: Arc<Chart>,
    /// The values that the user gave, merged.
    pub values: Map,
    /// How objects are written.
    pub mode: ApplyMode,
    /// Whether the namespace is made.
    pub create_namespace: bool,
    /// Whether the name of a release that was removed or failed may be used again.
    pub replace: bool,
    /// Whether objects of others are taken over.
    pub take_ownership: bool,
    /// Whether the chart's `crds/` are left alone.
    pub skip_crds: bool,
    /// What becomes of it when it fails.
    pub on_failure: OnFailure,
    /// The user's labels of the record.
    pub labels: Labels,
    /// What a dry run without a cluster takes for its abilities; `None` for what Helm assumes.
    pub capabilities: Option<Capabilities>,
    /// How to go about it.
    pub conduct: Conduct,
    /// How the chart is rendered.
    pub rendering: Rendering,
}

impl InstallRequest {
    /// An install with Helm's defaults.
    pub fn new(name: &str, chart: Arc<Chart>, values: Map) -> InstallRequest {
        InstallRequest {
            name: name.to_owned(),
            chart,
            values,
            mode: ApplyMode::ServerSide { force_conflicts: false },
            create_namespace: false,
            replace: false,
            take_ownership: false,
            skip_crds: false,
            on_failure: OnFailure::Keep,
            labels: Labels::new(),
            capabilities: None,
            conduct: Conduct::default(),
            rendering: Rendering::default(),
        }
    }

    /// Helm 3's dry runs ask the cluster all the same, `lookup` apart.
    fn asks_cluster(&self, compat: Compat) -> bool {
        self.conduct.dry_run.asks_cluster() || compat == Compat::V3
    }

    fn wait(&self) -> Wait {
        self.conduct.wait.for_failure(self.on_failure)
    }
}

/// Installs a chart as the first revision of a release. A dry run answers the release that would have been.
pub async fn install(context: &Context, mut request: InstallRequest) -> Result<Release, Failure> {
    let compat = context.compat();
    if compat == Compat::V3 && matches!(request.mode, ApplyMode::ServerSide { .. }) {
        request.mode = ApplyMode::ThreeWay;
    }
    let (version, last) = check(context, &request).await?;
    let chart = render::process_dependencies(context, &request.chart, &request.values);
    let chart = chart.map_err(|e| refused(context, "chart dependencies processing failed", e))?;
    if version.is_some() && !request.skip_crds {
        install_crds(context, &request, &chart).await?;
    }
    let capabilities = match version {
        Some(version) => render::capabilities(context, version).await?,
        None => request.capabilities.clone().unwrap_or_else(Capabilities::offline),
    };
    if request.labels.keys().any(|key| is_system_label(key)) {
        return Err(ActionError::SystemLabels.into());
    }
    let mut release = new_release(context, &request, &chart)?;
    let output = render(context, &request, &chart, &capabilities).await;
    let output = output.map_err(|error| {
        let mut release = release.clone();
        release.set_status(Status::Failed, format!("failed to render resource: {error}"));
        Failure::from(error).with_release(release)
    })?;
    release.manifest = output.text;
    release.info.notes = output.notes;
    release.hooks = output.manifests.hooks;
    release.set_status(Status::PendingInstall, "Initial install underway");
    let (resources, existing) = match request.asks_cluster(compat) {
        true => bind(context, &request, &release, &output.manifests.objects).await?,
        false => (Vec::new(), Vec::new()),
    };
    if request.conduct.dry_run.is_dry() {
        release.info.description = "Dry run complete".to_owned();
        return Ok(release);
    }
    let (superseded, release) = supersede(release, last)?;
    let plan = plan::install(InstallPlan {
        release: &release,
        objects: resources.into_iter().map(|resource| resource.object).collect(),
        existing,
        mode: request.mode,
        take_ownership: request.take_ownership,
        create_namespace: request.create_namespace,
        supersedes: superseded.as_ref().map(|release| release.version),
        hooks: request.conduct.hooks,
        wait: request.wait() != Wait::HookOnly,
        wait_for_jobs: request.conduct.wait_for_jobs,
        description: description(&request.conduct, "Install complete"),
    });
    let mut executor = Executor::new(context, release, superseded);
    executor.wait = request.wait();
    executor.timeout = request.conduct.timeout;
    executor.server_side = matches!(request.mode, ApplyMode::ServerSide { .. });
    executor.skip_validation = request.rendering.skip_openapi_validation;
    match executor.run(plan).await {
        Ok(()) => Ok(executor.into_release()),
        Err(failure) => Err(fail(context, &request, executor, failure).await),
    }
}

/// The user's description, or Helm's.
pub(crate) fn description<'a>(conduct: &'a Conduct, own: &'a str) -> &'a str {
    if conduct.description.is_empty() { own } else { &conduct.description }
}

/// Checks what needs no rendering. Answers the version of the server, if it is to be asked, and the newest revision
/// of a release with the name.
async fn check(
    context: &Context,
    request: &InstallRequest,
) -> Result<(Option<ServerVersion>, Option<Release>), ActionError> {
    let compat = context.compat();
    let mut version = None;
    if request.asks_cluster(compat) {
        let reached = render::reach(context).await;
        version = Some(reached.map_err(|e| refused(context, "cluster reachability check failed", e))?);
    }
    if request.rendering.hide_secrets && !request.conduct.dry_run.is_dry() {
        return Err(ActionError::HideSecrets(compat));
    }
    let last = match version {
        Some(_) => render::while_discovering(context, available_name(context, request)).await,
        None => available_name(context, request).await,
    };
    Ok((version, last.map_err(|e| refused(context, "release name check failed", e))?))
}

/// Helm 4 says at which check an install ended, in its log and in the error.
fn refused(context: &Context, check: &str, error: ActionError) -> ActionError {
    if context.compat() == Compat::V3 {
        return error;
    }
    let text = error.to_string();
    context.log(Level::Error, check, &[("error", &text)]);
    error.during(check)
}

async fn available_name(context: &Context, request: &InstallRequest) -> Result<Option<Release>, ActionError> {
    let name = &request.name;
    validate_name(name).map_err(|e| ActionError::Name(e).during(format!("release name \"{name}\"")))?;
    if request.conduct.dry_run.is_dry() {
        return Ok(None);
    }
    let records = match claimed_records(context, name).await {
        Err(error) if error.is_locked() => return Err(error),
        records => records.unwrap_or_default(),
    };
    let Some(history) = History::new(records) else { return Ok(None) };
    let last = history.last();
    match last.status() {
        Status::Uninstalled | Status::Failed if request.replace => Ok(Some(last.release()?)),
        // Its writer died and it was just marked: the install goes on where that one stopped.
        Status::Failed if last.holder().is_some() && history.revisions().len() == 1 => {
            Ok(Some(last.release()?))
        }
        _ => Err(ActionError::NameInUse(context.compat())),
    }
}

async fn install_crds(context: &Context, request: &InstallRequest, chart: &Chart) -> Result<(), ActionError> {
    let crds = chart.crds();
    if crds.is_empty() {
        return Ok(());
    }
    if request.conduct.dry_run.is_dry() {
        let message =
            "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        context.log(Level::Warn, message, &[]);
        return Ok(());
    }
    crds::install(context, &crds, request.mode, request.wait()).await
}

fn new_release(context: &Context, request: &InstallRequest, chart: &Chart) -> Result<Release, ActionError> {
    let now = now();
    let method = match request.mode {
        ApplyMode::ServerSide { .. } => ApplyMethod::ServerSide,
        _ => ApplyMethod::ClientSide,
    };
    Ok(Release {
        name: request.name.clone(),
        namespace: context.target.namespace.clone(),
        chart: Some(ChartRecord::of(chart)?),
        config: config(&request.values)?,
        info: Info {
            first_deployed: Some(now),
            last_deployed: Some(now),
            status: Status::Unknown,
            ..Info::default()
        },
        version: 1,
        labels: request.labels.clone(),
        apply_method: (context.compat() == Compat::V4).then_some(method),
        ..Release::default()
    })
}

/// Values as a record holds them.
pub(crate) fn config(values: &Map) -> Result<Option<Raw>, ActionError> {
    if values.is_empty() {
        return Ok(None);
    }
    Ok(Some(Raw::of(&govalue::Value::Map(values.clone()))?))
}

async fn render(
    context: &Context,
    request: &InstallRequest,
    chart: &Arc<Chart>,
    capabilities: &Capabilities,
) -> Result<Output, ActionError> {
    let release = ReleaseInfo::install(&request.name, &context.target.namespace);
    let lookups = request.conduct.dry_run != DryRun::Client;
    render::render(context, chart, &request.values, capabilities, release, &request.rendering, lookups).await
}

/// Binds the objects and finds those that are there already.
async fn bind(
    context: &Context,
    request: &InstallRequest,
    release: &Release,
    manifests: &[helm_release::manifest::Manifest],
) -> Result<(Vec<Resource>, Vec<k8s_object::ObjectRef>), ActionError> {
    let mut resources = build::bind(context, manifests, &release.namespace)
        .await
        .map_err(|e| e.during("unable to build kubernetes objects from release manifest"))?;
    let owner = Owner { name: &release.name, namespace: &release.namespace };
    build::claim(&mut resources, owner);
    let doing = match context.compat() {
        Compat::V3 => "Unable to continue with install",
        Compat::V4 => "unable to continue with install",
    };
    let adoption = if request.take_ownership { Adoption::Any } else { Adoption::Owned(owner) };
    let existing = context.cluster().existing(&resources, adoption).await;
    let existing = existing.map_err(|e| ActionError::Cluster(e).during(doing))?;
    let existing = existing.into_iter().map(|at| resources[at].reference()).collect();
    Ok((resources, existing))
}

/// The record of the release that had the name before, if it has to be changed, and the new one with its number.
fn supersede(mut release: Release, last: Option<Release>) -> Result<(Option<Release>, Release), ActionError> {
    let Some(last) = last else { return Ok((None, release)) };
    release.version = last.version.saturating_add(1);
    // The record of a failure stays as it is.
    Ok((Some(last).filter(|last| last.info.status != Status::Failed), release))
}

/// Records the failure, or removes what was installed if that was asked for.
async fn fail(
    context: &Context,
    request: &InstallRequest,
    mut executor: Executor<'_>,
    failure: StageFailure,
) -> Failure {
    let StageFailure { stage, step, error } = failure;
    let stored = !matches!(stage, StageKind::Namespace | StageKind::Record);
    let error = match &stage {
        StageKind::Hooks(event) => error.during(format!("failed {event}")),
        _ => error,
    };
    let kind = error.kind();
    let done = |source, release| Failure { kind, release: Some(Box::new(release)), step, source };
    if !stored {
        return done(error, executor.into_release());
    }
    let text = format!("Release \"{}\" failed: {error}", request.name);
    executor.release().set_status(Status::Failed, text);
    executor.record().await;
    let release = executor.into_release();
    if request.on_failure == OnFailure::Keep {
        return done(error, release);
    }
    let options = UninstallOptions {
        hooks: request.conduct.hooks,
        timeout: request.conduct.timeout,
        wait: request.wait(),
        ..UninstallOptions::default()
    };
    let calm = Context { cancel: crate::Cancel::never(), ..context.clone() };
    let flag = match context.compat() {
        Compat::V3 => "atomic",
        Compat::V4 => "rollback-on-failure",
    };
    match uninstall(&calm, &request.name, &options).await {
        Ok(_) => {
            let doing =
                format!("release {} failed, and has been uninstalled due to {flag} being set", request.name);
            done(error.during(doing), release)
        }
        Err(second) => {
            let doing =
                format!("an error occurred while uninstalling the release. original install error: {error}");
            done(second.source.during(doing), release)
        }
    }
}
