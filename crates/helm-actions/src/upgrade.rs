use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use govalue::Map;
use helm_chart::{Chart, Compat, values};
use helm_kube::{Adoption, Resource};
use helm_release::manifest::Manifest;
use helm_release::plan::{self, ApplyMode, Change, StageKind};
use helm_release::{
    ApplyMethod, ChartRecord, History, Info, NotUpgradable, Release, Revision, Status, validate_name,
};
use helm_render::{Capabilities, ReleaseInfo};
use helm_store::{Record, is_system_label};
use k8s_object::ObjectRef;
use k8s_object::ownership::Owner;

use crate::execute::{Executor, StageFailure};
use crate::install::{config, description};
use crate::render::{self, Output};
use crate::rollback::{RollbackRequest, rollback};
use crate::target::now;
use crate::unlock::claimed_records;
use crate::{
    ActionError, ApplyChoice, Conduct, Context, DryRun, Event, Failure, IfMissing, InstallRequest, Labels,
    Level, OnFailure, Rendering, ReuseValues, Wait, build, install, objects,
};

/// The next revision from a chart.
#[derive(Clone)]
pub struct UpgradeRequest {
    /// The name of the release.
    pub name: String,
    /// The chart as it was loaded.
    pub chart: Arc<Chart>,
    /// The values that the user gave, merged.
    pub values: Map,
    /// Which values of the last revision are taken over.
    pub reuse: ReuseValues,
    /// What happens when there is no such release.
    pub if_missing: IfMissing,
    /// How objects are written.
    pub apply: ApplyChoice,
    /// Whether objects of others are taken over.
    pub take_ownership: bool,
    /// Whether an install leaves the chart's `crds/` alone.
    pub skip_crds: bool,
    /// How many revisions are kept; 0 for all.
    pub max_history: usize,
    /// Whether objects that a failed upgrade made are deleted.
    pub cleanup_on_fail: bool,
    /// What becomes of it when it fails.
    pub on_failure: OnFailure,
    /// The user's labels; the value `null` removes one of the last revision.
    pub labels: Labels,
    /// How to go about it.
    pub conduct: Conduct,
    /// How the chart is rendered.
    pub rendering: Rendering,
}

impl UpgradeRequest {
    /// An upgrade with Helm's defaults.
    pub fn new(name: &str, chart: Arc<Chart>, values: Map) -> UpgradeRequest {
        UpgradeRequest {
            name: name.to_owned(),
            chart,
            values,
            reuse: ReuseValues::IfNoneGiven,
            if_missing: IfMissing::Fail,
            apply: ApplyChoice::Latched { force_conflicts: false },
            take_ownership: false,
            skip_crds: false,
            max_history: 10,
            cleanup_on_fail: false,
            on_failure: OnFailure::Keep,
            labels: Labels::new(),
            conduct: Conduct::default(),
            rendering: Rendering::default(),
        }
    }

    fn wait(&self) -> Wait {
        self.conduct.wait.for_failure(self.on_failure)
    }

    /// The install that takes the place of this upgrade.
    pub fn into_install(self, create_namespace: bool, existence: Existence) -> InstallRequest {
        let replace = existence == Existence::Uninstalled;
        let mode = match self.apply {
            ApplyChoice::Fixed(mode) => mode,
            ApplyChoice::Latched { force_conflicts } => ApplyMode::ServerSide { force_conflicts },
            // There is nothing to replace.
            ApplyChoice::LatchedReplace => ApplyMode::ServerSide { force_conflicts: false },
        };
        InstallRequest {
            mode,
            create_namespace,
            replace,
            take_ownership: self.take_ownership,
            skip_crds: self.skip_crds,
            on_failure: self.on_failure,
            labels: self.labels,
            conduct: self.conduct,
            rendering: self.rendering,
            ..InstallRequest::new(&self.name, self.chart, self.values)
        }
    }
}

impl ApplyChoice {
    /// How objects are written, given how those of an earlier revision were.
    pub(crate) fn decide(self, before: &Release, compat: Compat) -> Result<ApplyMode, ActionError> {
        Ok(match self {
            ApplyChoice::LatchedReplace if before.is_server_side() && compat == Compat::V4 => {
                return Err(ActionError::ReplaceServerSide);
            }
            ApplyChoice::LatchedReplace => ApplyMode::Replace,
            ApplyChoice::Fixed(ApplyMode::ServerSide { .. }) if compat == Compat::V3 => ApplyMode::ThreeWay,
            ApplyChoice::Fixed(mode) => mode,
            ApplyChoice::Latched { force_conflicts } if before.is_server_side() && compat == Compat::V4 => {
                ApplyMode::ServerSide { force_conflicts }
            }
            ApplyChoice::Latched { .. } => ApplyMode::ThreeWay,
        })
    }
}

/// The word for a way of writing that a record keeps.
pub(crate) fn apply_method(mode: ApplyMode, compat: Compat) -> Option<ApplyMethod> {
    (compat == Compat::V4).then_some(match mode {
        ApplyMode::ServerSide { .. } => ApplyMethod::ServerSide,
        _ => ApplyMethod::ClientSide,
    })
}

/// Whether there is something to upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// There is a release.
    Present,
    /// There was one, whose records were kept.
    Uninstalled,
    /// There is none.
    Absent,
}

/// Asks whether an upgrade that may install has a release to upgrade; the observer is told when it has none. Helm asks
/// before it looks for the chart.
pub async fn existence(context: &Context, name: &str) -> Result<Existence, Failure> {
    context.cluster().check_reachable().await?;
    if validate_name(name).is_err() {
        return Err(invalid_name(name).into());
    }
    let existence = match context.store().records(name).await {
        Ok(records) => match History::new(records) {
            Some(history) if *history.last().status() != Status::Uninstalled => Existence::Present,
            Some(_) => Existence::Uninstalled,
            None => Existence::Absent,
        },
        Err(error) if error.is_not_found() => Existence::Absent,
        Err(error) => return Err(error.into()),
    };
    if existence != Existence::Present {
        context.observer.event(Event::Installing { release: name });
    }
    Ok(existence)
}

/// Upgrades a release to a chart. A dry run answers the release that would have been.
pub async fn upgrade(context: &Context, request: UpgradeRequest) -> Result<Release, Failure> {
    if let IfMissing::Install { create_namespace } = request.if_missing {
        let existence = existence(context, &request.name).await?;
        if existence != Existence::Present {
            return install(context, request.into_install(create_namespace, existence)).await;
        }
    }
    let prepared = prepare(context, &request).await?;
    perform(context, &request, prepared).await
}

fn invalid_name(name: &str) -> ActionError {
    ActionError::InvalidName { context: "r", name: name.to_owned() }
}

/// All that is known before objects are looked at.
struct Prepared {
    history: History<Record>,
    current: Release,
    release: Release,
    manifests: Vec<Manifest>,
    mode: ApplyMode,
}

async fn prepare(context: &Context, request: &UpgradeRequest) -> Result<Prepared, ActionError> {
    let compat = context.compat();
    let server = render::reach(context).await?;
    if compat >= Compat::V4 && request.chart.metadata.is_experimental() {
        return Err(ActionError::Other("invalid chart apiVersion".to_owned()));
    }
    if validate_name(&request.name).is_err() {
        return Err(invalid_name(&request.name));
    }
    if request.rendering.hide_secrets && !request.conduct.dry_run.is_dry() {
        return Err(ActionError::HideSecrets(compat));
    }
    let nothing = || ActionError::from(NotUpgradable::NothingDeployed(request.name.clone()));
    let records = render::while_discovering(context, async {
        match request.conduct.dry_run.is_dry() {
            true => context.store().records(&request.name).await.map_err(ActionError::from),
            false => claimed_records(context, &request.name).await,
        }
    });
    let records = records.await.map_err(|error| if error.is_not_found() { nothing() } else { error })?;
    let history = History::new(records).ok_or_else(nothing)?;
    let current = history.upgrade_base()?.release()?;
    // The base is the last revision unless that one failed.
    let last = match history.last().version() == current.version {
        true => None,
        false => Some(history.last().release()?),
    };
    let last = last.as_ref().unwrap_or(&current);
    let (chart, values) = reuse_values(context, request, &current)?;
    let chart = render::process_dependencies(context, &chart, &values)?;
    let capabilities = render::capabilities(context, server).await?;
    let version = history.next_version();
    let output = render(context, request, &chart, &values, &capabilities, &current, version).await?;
    if request.labels.keys().any(|key| is_system_label(key)) {
        return Err(ActionError::SystemLabels);
    }
    let mode = request.apply.decide(last, compat)?;
    let release = Release {
        name: request.name.clone(),
        namespace: current.namespace.clone(),
        chart: Some(ChartRecord::of(&chart)?),
        config: config(&values)?,
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(now()),
            status: Status::PendingUpgrade,
            description: "Preparing upgrade".to_owned(),
            notes: output.notes,
            ..Info::default()
        },
        version,
        manifest: output.text,
        hooks: output.manifests.hooks,
        labels: merge_labels(&last.labels, &request.labels),
        apply_method: apply_method(mode, compat),
        ..Release::default()
    };
    Ok(Prepared { history, current, release, manifests: output.manifests.objects, mode })
}

/// The labels of the last revision under those that the user gave; the word `null` removes one.
fn merge_labels(last: &Labels, given: &Labels) -> Labels {
    let kept = last.iter().filter(|(key, _)| !is_system_label(key));
    let mut merged: Labels = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    merged.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
    merged.retain(|_, value| value != "null");
    merged
}

async fn render(
    context: &Context,
    request: &UpgradeRequest,
    chart: &Arc<Chart>,
    values: &Map,
    capabilities: &Capabilities,
    current: &Release,
    version: u32,
) -> Result<Output, ActionError> {
    let release = ReleaseInfo::upgrade(&request.name, &current.namespace, version);
    let lookups = request.conduct.dry_run != DryRun::Client;
    render::render(context, chart, values, capabilities, release, &request.rendering, lookups).await
}

/// The chart and the values to render, after what is taken over from the last revision.
fn reuse_values(
    context: &Context,
    request: &UpgradeRequest,
    current: &Release,
) -> Result<(Arc<Chart>, Map), ActionError> {
    let given = &request.values;
    let chart = request.chart.clone();
    let compat = context.compat();
    let mut warnings = Vec::new();
    let answer = match request.reuse {
        ReuseValues::Never => (chart, given.clone()),
        ReuseValues::Always => {
            let before = current.config_values()?;
            let old = match &current.chart {
                Some(record) => values::coalesce(&record.to_chart()?, &before, compat, &mut warnings)
                    .map_err(|e| ActionError::Other(e.to_string()).during("failed to rebuild old values"))?,
                None => before.deep_copy(),
            };
            let merged = values::coalesce_tables(given, &before, compat, &mut warnings);
            (Arc::new(Chart { values: old, ..(*chart).clone() }), merged)
        }
        ReuseValues::OverNewDefaults => {
            let before = current.config_values()?;
            (chart, values::coalesce_tables(given, &before, compat, &mut warnings))
        }
        ReuseValues::IfNoneGiven if given.is_empty() => (chart, current.config_values()?),
        ReuseValues::IfNoneGiven => (chart, given.clone()),
    };
    render::report(context, &warnings);
    Ok(answer)
}

async fn perform(
    context: &Context,
    request: &UpgradeRequest,
    prepared: Prepared,
) -> Result<Release, Failure> {
    let Prepared { history, current, mut release, manifests, mode } = prepared;
    let objects = objects_of(context, request, &current, &release, &manifests).await;
    let Objects { before, wanted, unchanged, adopted } = match objects {
        Ok(objects) => objects,
        Err(error) => return Err(Failure::from(error).with_release(release)),
    };
    if request.conduct.dry_run.is_dry() {
        release.info.description = description(&request.conduct, "Dry run complete").to_owned();
        return Ok(release);
    }
    let outdated = match request.max_history {
        0 => Vec::new(),
        max => history.to_prune(max - 1),
    };
    let plan = plan::upgrade(Change {
        release: &release,
        current: &current,
        current_objects: before.into_iter().map(|resource| resource.object).collect(),
        objects: wanted.into_iter().map(|resource| resource.object).collect(),
        adopted,
        deployed: Vec::new(),
        outdated,
        mode,
        hooks: request.conduct.hooks,
        wait: request.wait() != Wait::HookOnly,
        wait_for_jobs: request.conduct.wait_for_jobs,
        description: Some(description(&request.conduct, "Upgrade complete")),
    });
    let mut executor = Executor::new(context, release, [current]);
    executor.unchanged = unchanged;
    executor.wait = request.wait();
    executor.timeout = request.conduct.timeout;
    executor.server_side = matches!(mode, ApplyMode::ServerSide { .. });
    executor.skip_validation = request.rendering.skip_openapi_validation;
    match executor.run(plan).await {
        Ok(()) => Ok(executor.into_release()),
        Err(failure) => Err(fail(context, request, executor, failure).await),
    }
}

/// What an upgrade is about.
struct Objects {
    /// The objects of the current revision.
    before: Vec<Resource>,
    /// The wanted ones.
    wanted: Vec<Resource>,
    /// Which of them were wanted in the same form before.
    unchanged: HashSet<ObjectRef>,
    /// Which of the new ones are on the cluster.
    adopted: Vec<ObjectRef>,
}

async fn objects_of(
    context: &Context,
    request: &UpgradeRequest,
    current: &Release,
    release: &Release,
    manifests: &[Manifest],
) -> Result<Objects, ActionError> {
    let mut wanted = build::bind(context, manifests, &release.namespace).await?;
    let before = build::bind_text(context, &current.manifest, &release.namespace).await;
    let before =
        before.map_err(|e| e.during("unable to build kubernetes objects from current release manifest"))?;
    let known: HashMap<ObjectRef, &Resource> = before.iter().map(|old| (old.reference(), old)).collect();
    let is_same =
        |wanted: &&Resource| known.get(&wanted.reference()).is_some_and(|old| old.object == wanted.object);
    let unchanged = wanted.iter().filter(is_same).map(Resource::reference).collect();
    let owner = Owner { name: &release.name, namespace: &release.namespace };
    build::claim(&mut wanted, owner);
    let is_new = |resource: &&Resource| !known.contains_key(&resource.reference());
    let new: Vec<Resource> = wanted.iter().filter(is_new).cloned().collect();
    let doing = match context.compat() {
        Compat::V3 => "Unable to continue with update",
        Compat::V4 => "unable to continue with update",
    };
    let adoption = if request.take_ownership { Adoption::Any } else { Adoption::Owned(owner) };
    let adopted = context.cluster().existing(&new, adoption).await;
    let adopted = adopted.map_err(|e| ActionError::Cluster(e).during(doing))?;
    let adopted = adopted.into_iter().map(|at| new[at].reference()).collect();
    Ok(Objects { before, wanted, unchanged, adopted })
}

/// Records the failure, removes what was made and goes back, as far as that was asked for.
async fn fail(
    context: &Context,
    request: &UpgradeRequest,
    mut executor: Executor<'_>,
    failure: StageFailure,
) -> Failure {
    let StageFailure { stage, step, error } = failure;
    let error = match &stage {
        StageKind::Hooks(event) => error.during(format!("{event} hooks failed")),
        _ => error,
    };
    let kind = error.kind();
    // The record of the new revision could not be made: somebody else was quicker, or nothing can be stored.
    if stage == StageKind::Record && executor.release().info.status == Status::PendingUpgrade {
        return Failure { kind, release: None, step, source: error };
    }
    let text = error.to_string();
    // Helm 3 says so to those who debug only.
    let level = if context.compat() == Compat::V3 { Level::Debug } else { Level::Warn };
    context.log(level, "upgrade failed", &[("name", &request.name), ("error", &text)]);
    executor.release().set_status(Status::Failed, format!("Upgrade \"{}\" failed: {text}", request.name));
    executor.record().await;
    let source = go_back(context, request, &mut executor, error).await;
    Failure { kind, release: Some(Box::new(executor.into_release())), step, source }
}

async fn go_back(
    context: &Context,
    request: &UpgradeRequest,
    executor: &mut Executor<'_>,
    error: ActionError,
) -> ActionError {
    // What is done from here on is done although the operation was ended.
    let calm = Context { cancel: crate::Cancel::never(), ..context.clone() };
    let created = std::mem::take(&mut executor.created);
    if request.cleanup_on_fail && !created.is_empty() {
        let deleted = objects::delete(&calm, created, plan::Propagation::Background).await;
        if let Err(second) = deleted {
            return second.during("unable to cleanup resources").during(format!(
                "an error occurred while cleaning up resources. original upgrade error: {error}"
            ));
        }
    }
    if request.on_failure == OnFailure::Keep {
        return error;
    }
    let target = match calm.store().records(&request.name).await {
        Ok(records) => History::new(records).and_then(|history| Some(history.last_successful()?.version())),
        Err(second) => {
            return ActionError::from(second).during(format!(
                "an error occurred while finding last successful release. original upgrade error: {error}"
            ));
        }
    };
    let Some(revision) = target else {
        let doing = "unable to find a previously successful release when attempting to rollback. original upgrade error";
        return error.during(doing);
    };
    let request = RollbackRequest {
        revision: i64::from(revision),
        apply: request.apply,
        conduct: Conduct {
            wait: request.wait(),
            description: String::new(),
            dry_run: DryRun::No,
            ..request.conduct.clone()
        },
        ..RollbackRequest::new(&request.name)
    };
    let flag = match context.compat() {
        Compat::V3 => "atomic",
        Compat::V4 => "rollback-on-failure",
    };
    // Boxed, because a rollback is part of an upgrade's future.
    match Box::pin(rollback(&calm, &request)).await {
        Ok(_) => {
            let doing =
                format!("release {} failed, and has been rolled back due to {flag} being set", request.name);
            error.during(doing)
        }
        Err(second) => second.source.during(format!(
            "an error occurred while rolling back the release. original upgrade error: {error}"
        )),
    }
}

/// The values of a release as its chart saw them: those of the user over the defaults of the chart.
pub(crate) fn all_values(context: &Context, release: &Release) -> Result<Map, ActionError> {
    let given = release.config_values()?;
    let Some(chart) = &release.chart else { return Ok(given) };
    let mut warnings = Vec::new();
    let merged = values::coalesce(&chart.to_chart()?, &given, context.compat(), &mut warnings)
        .map_err(|e| ActionError::Other(e.to_string()))?;
    render::report(context, &warnings);
    Ok(merged)
}
