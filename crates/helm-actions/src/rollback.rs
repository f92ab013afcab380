use helm_chart::Compat;
use helm_kube::Resource;
use helm_release::plan::{self, ApplyMode, Change, StageKind};
use helm_release::{History, Info, Release, Revision, Status, validate_name};
use k8s_object::ownership::Owner;

use crate::execute::{Executor, StageFailure, record_anyhow};
use crate::target::now;
use crate::unlock::claimed_records;
use crate::upgrade::apply_method;
use crate::{ActionError, ApplyChoice, Conduct, Context, Failure, Level, Wait, build, objects};

/// The longest description of a rollback, in characters.
const MAX_DESCRIPTION: usize = 256;

/// The next revision from an earlier one.
#[derive(Clone, Debug)]
pub struct RollbackRequest {
    /// The name of the release.
    pub name: String,
    /// The revision to go back to; 0 for the one before the last.
    pub revision: i64,
    /// How objects are written.
    pub apply: ApplyChoice,
    /// How many revisions are kept; 0 for all.
    pub max_history: usize,
    /// Whether objects that a failed rollback made are deleted.
    pub cleanup_on_fail: bool,
    /// How to go about it.
    pub conduct: Conduct,
}

impl RollbackRequest {
    /// A rollback to the revision before the last, with Helm's defaults.
    pub fn new(name: &str) -> RollbackRequest {
        RollbackRequest {
            name: name.to_owned(),
            revision: 0,
            apply: ApplyChoice::Latched { force_conflicts: false },
            max_history: 0,
            cleanup_on_fail: false,
            conduct: Conduct::default(),
        }
    }
}

/// Brings an earlier revision back as the next one. A dry run answers the release that would have been.
pub async fn rollback(context: &Context, request: &RollbackRequest) -> Result<Release, Failure> {
    let found = request.conduct.description.chars().count();
    if found > MAX_DESCRIPTION {
        return Err(ActionError::DescriptionTooLong { limit: MAX_DESCRIPTION, found }.into());
    }
    context.cluster().check_reachable().await?;
    let prepared = prepare(context, request).await?;
    if request.conduct.dry_run.is_dry() {
        return Ok(prepared.release);
    }
    perform(context, request, prepared).await
}

struct Prepared {
    current: Release,
    release: Release,
    /// Revisions other than the last one that are deployed.
    deployed: Vec<Release>,
    outdated: Vec<u32>,
    mode: ApplyMode,
}

async fn prepare(context: &Context, request: &RollbackRequest) -> Result<Prepared, ActionError> {
    let name = &request.name;
    if validate_name(name).is_err() {
        return Err(ActionError::InvalidName { context: "prepareRollback: R", name: name.clone() });
    }
    if request.revision < 0 {
        return Err(ActionError::InvalidRevision);
    }
    let records = match request.conduct.dry_run.is_dry() {
        true => context.store().records(name).await?,
        false => claimed_records(context, name).await?,
    };
    let history = History::new(records).ok_or_else(|| ActionError::NoRevision(name.clone()))?;
    let current = history.last().release()?;
    let wanted = match request.revision {
        0 => i64::from(current.version) - 1,
        revision => revision,
    };
    let previous = u32::try_from(wanted).ok().and_then(|version| history.revision(version));
    let previous = previous.ok_or(ActionError::NoSuchRevision(wanted))?.release()?;
    let mode = request.apply.decide(&previous, context.compat())?;
    let description = match request.conduct.description.as_str() {
        "" => format!("Rollback to {}", previous.version),
        own => own.to_owned(),
    };
    let deployed = history.revisions().iter().filter(|r| *r.status() == Status::Deployed);
    let deployed = deployed.filter(|r| r.version() != current.version).map(helm_store::Record::release);
    let deployed = deployed.collect::<Result<_, _>>()?;
    let outdated = match request.max_history {
        0 => Vec::new(),
        max => history.to_prune(max - 1),
    };
    let mut labels = previous.labels;
    labels.retain(|key, _| !helm_store::is_system_label(key));
    let release = Release {
        name: name.clone(),
        namespace: current.namespace.clone(),
        chart: previous.chart,
        config: previous.config,
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(now()),
            status: Status::PendingRollback,
            notes: previous.info.notes,
            rollback_revision: if context.compat() == Compat::V4 { previous.version } else { 0 },
            description,
            ..Info::default()
        },
        version: history.next_version(),
        labels,
        manifest: previous.manifest,
        hooks: previous.hooks,
        apply_method: apply_method(mode, context.compat()),
        ..Release::default()
    };
    Ok(Prepared { current, release, deployed, outdated, mode })
}

async fn perform(
    context: &Context,
    request: &RollbackRequest,
    prepared: Prepared,
) -> Result<Release, Failure> {
    let Prepared { current, release, deployed, outdated, mode } = prepared;
    let objects = objects_of(context, &current, &release).await;
    let (current_objects, wanted) = objects.map_err(|e| Failure::from(e).with_release(release.clone()))?;
    let mut superseded: Vec<u32> = deployed.iter().map(|release| release.version).collect();
    if current.info.status == Status::Deployed {
        superseded.push(current.version);
    }
    let plan = plan::rollback(Change {
        release: &release,
        current: &current,
        current_objects: current_objects.into_iter().map(|resource| resource.object).collect(),
        objects: wanted.into_iter().map(|resource| resource.object).collect(),
        adopted: Vec::new(),
        deployed: superseded,
        outdated,
        mode,
        hooks: request.conduct.hooks,
        wait: request.conduct.wait != Wait::HookOnly,
        wait_for_jobs: request.conduct.wait_for_jobs,
        description: None,
    });
    let last = current.version;
    let mut executor = Executor::new(context, release, deployed.into_iter().chain([current]));
    executor.wait = request.conduct.wait;
    executor.timeout = request.conduct.timeout;
    executor.server_side = matches!(mode, ApplyMode::ServerSide { .. });
    // Objects of an earlier revision are brought back as they were accepted then.
    executor.skip_validation = true;
    match executor.run(plan).await {
        Ok(()) => Ok(executor.into_release()),
        Err(failure) => Err(fail(context, request, executor, failure, last).await),
    }
}

/// The objects of the last revision and those that are wanted.
async fn objects_of(
    context: &Context,
    current: &Release,
    release: &Release,
) -> Result<(Vec<Resource>, Vec<Resource>), ActionError> {
    let before = build::bind_text(context, &current.manifest, &release.namespace).await;
    let before =
        before.map_err(|e| e.during("unable to build kubernetes objects from current release manifest"))?;
    let wanted = build::bind_text(context, &release.manifest, &release.namespace).await;
    let mut wanted =
        wanted.map_err(|e| e.during("unable to build kubernetes objects from new release manifest"))?;
    build::claim(&mut wanted, Owner { name: &release.name, namespace: &release.namespace });
    Ok((before, wanted))
}

/// Records the failure. Helm leaves the record pending where a hook failed, which blocks every later operation;
/// here it says failed.
async fn fail(
    context: &Context,
    request: &RollbackRequest,
    mut executor: Executor<'_>,
    failure: StageFailure,
    last: u32,
) -> Failure {
    let StageFailure { stage, step, error } = failure;
    let kind = error.kind();
    if stage == StageKind::Record && executor.release().info.status == Status::PendingRollback {
        return Failure { kind, release: None, step, source: error };
    }
    let name = &request.name;
    let waited = stage == StageKind::Wait;
    let text = match waited {
        true => format!("Release \"{name}\" failed: {error}"),
        false => format!("Rollback \"{name}\" failed: {error}"),
    };
    context.log(Level::Warn, &text, &[]);
    executor.release().set_status(Status::Failed, text);
    executor.record().await;
    let mut source = error;
    if stage == StageKind::Update {
        // The objects of the last revision are no longer all there.
        if let Some(record) = executor.records.get_mut(&last) {
            record.info.status = Status::Superseded;
            record_anyhow(context, record).await;
        }
        let created = std::mem::take(&mut executor.created);
        if request.cleanup_on_fail && !created.is_empty() {
            let calm = Context { cancel: crate::Cancel::never(), ..context.clone() };
            if let Err(second) = objects::delete(&calm, created, plan::Propagation::Background).await {
                source = second
                    .during("unable to cleanup resources")
                    .during("an error occurred while cleaning up resources. original rollback error");
            }
        }
    }
    if waited {
        source = source.during(format!("release {name} failed"));
    }
    Failure { kind, release: Some(Box::new(executor.into_release())), step, source }
}
