//! Carries out plans, step by step.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::time::Duration;

use helm_kube::Resource;
use helm_release::Release;
use helm_release::plan::{Method, Plan, Propagation, RecordWrite, Stage, StageKind, Step};
use k8s_object::{Object, ObjectRef};

use crate::objects::{self, Writes};
use crate::target::now;
use crate::{ActionError, Context, Event, Level, Wait};

/// How long the record of a failure may take to be written once an operation was ended.
const LAST_WRITE: Duration = Duration::from_secs(15);

/// A stage that failed.
#[derive(Debug)]
pub(crate) struct StageFailure {
    pub(crate) stage: StageKind,
    pub(crate) step: Option<String>,
    pub(crate) error: ActionError,
}

/// Carries out a plan. Holds the records that it changes.
pub(crate) struct Executor<'a> {
    pub(crate) context: &'a Context,
    /// The records that the plan writes, by revision.
    pub(crate) records: BTreeMap<u32, Release>,
    /// The revision that the plan is for.
    pub(crate) revision: u32,
    /// What is waited for.
    pub(crate) wait: Wait,
    /// How long each wait may take.
    pub(crate) timeout: Duration,
    /// Whether objects of hooks are made by server-side apply.
    pub(crate) server_side: bool,
    /// Whether the server does not check objects for unknown fields.
    pub(crate) skip_validation: bool,
    /// Objects that the revision before had in the same form.
    pub(crate) unchanged: HashSet<ObjectRef>,
    /// The objects that the plan made.
    pub(crate) created: Vec<Resource>,
    /// Errors of stages after which the plan went on.
    pub(crate) tolerated: Vec<(StageKind, ActionError)>,
}

impl<'a> Executor<'a> {
    /// An executor for a revision whose record, and others that the plan changes, are given.
    pub(crate) fn new(
        context: &'a Context,
        release: Release,
        others: impl IntoIterator<Item = Release>,
    ) -> Executor<'a> {
        let revision = release.version;
        let mut records: BTreeMap<u32, Release> =
            others.into_iter().map(|other| (other.version, other)).collect();
        records.insert(revision, release);
        Executor {
            context,
            records,
            revision,
            wait: Wait::HookOnly,
            timeout: Duration::from_secs(300),
            server_side: true,
            skip_validation: false,
            unchanged: HashSet::new(),
            created: Vec::new(),
            tolerated: Vec::new(),
        }
    }

    /// The record that the plan is for.
    pub(crate) fn release(&mut self) -> &mut Release {
        let revision = self.revision;
        // Put there by `new` and never taken out.
        self.records.entry(revision).or_default()
    }

    /// Takes the record out, at the end.
    pub(crate) fn into_release(mut self) -> Release {
        self.records.remove(&self.revision).unwrap_or_default()
    }

    /// Carries out a plan until a stage fails.
    pub(crate) async fn run(&mut self, plan: Plan) -> Result<(), StageFailure> {
        self.context.observer.event(Event::Planned(&plan));
        for stage in plan.stages {
            self.context.observer.event(Event::StageBegins(&stage));
            let (kind, goes_on) = (stage.kind.clone(), stage.goes_on);
            match self.stage(stage).await {
                Ok(()) => {}
                Err((_, error)) if goes_on && !matches!(error.root(), ActionError::Cancelled) => {
                    self.tolerated.push((kind, error));
                }
                Err((step, error)) => return Err(StageFailure { stage: kind, step, error }),
            }
        }
        Ok(())
    }

    async fn stage(&mut self, stage: Stage) -> Result<(), (Option<String>, ActionError)> {
        match stage.kind {
            StageKind::Record => return self.records(stage.steps).await,
            StageKind::Hooks(event) => {
                let outcome = self.hooks(&event, stage.steps).await;
                let cleaned = self.clean_hooks(outcome.cleanup).await;
                return match outcome.error {
                    Some((step, error)) => Err((Some(step), error)),
                    None => cleaned.map_err(|error| (None, error)),
                };
            }
            _ => {}
        }
        if self.context.cancel.is_cancelled() {
            return Err((None, ActionError::Cancelled));
        }
        match stage.kind {
            StageKind::Create | StageKind::Update => self.apply(stage.kind, stage.steps).await,
            StageKind::Delete => self.delete(stage.steps).await,
            _ => self.each(stage.steps).await,
        }
    }

    /// Steps that run one after the other.
    async fn each(&mut self, steps: Vec<Step>) -> Result<(), (Option<String>, ActionError)> {
        for step in steps {
            self.interruptible(self.single(&step)).await.map_err(|error| (Some(step.to_string()), error))?;
            self.context.observer.event(Event::StepDone(&step));
        }
        Ok(())
    }

    async fn single(&self, step: &Step) -> Result<(), ActionError> {
        match step {
            Step::CreateNamespace { name } => {
                objects::create_namespace(self.context, name, self.server_side).await
            }
            Step::WaitReady { objects, jobs } => {
                let resources = self.bind(objects).await?;
                objects::wait_ready(self.context, &resources, self.wait, *jobs, self.timeout).await
            }
            Step::WaitDeleted { objects } => {
                let resources = self.bind(objects).await?;
                objects::wait_deleted(self.context, &resources, self.wait, self.timeout).await
            }
            _ => Ok(()),
        }
    }

    async fn bind(&self, references: &[ObjectRef]) -> Result<Vec<Resource>, ActionError> {
        let objects = references.iter().filter(|reference| !reference.name.is_empty()).map(identity);
        Ok(self.context.cluster().build(objects, "").await?)
    }

    async fn apply(
        &mut self,
        kind: StageKind,
        steps: Vec<Step>,
    ) -> Result<(), (Option<String>, ActionError)> {
        let mut writes = Writes { skip_validation: self.skip_validation, ..Writes::default() };
        let (mut wanted, mut pruned, mut originals) = (Vec::new(), Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Apply(apply) => {
                    match apply.method {
                        Method::Create => {}
                        Method::ServerSide { force_conflicts, upgrade_manager } => {
                            writes.server_side = true;
                            writes.force_conflicts |= force_conflicts;
                            writes.upgrade_manager |= upgrade_manager;
                        }
                        Method::ThreeWay { original, merge_unstructured } => {
                            writes.merge_unstructured |= merge_unstructured;
                            originals.extend(original);
                        }
                        Method::Replace => writes.replace = true,
                    }
                    wanted.push(apply.object);
                }
                Step::Prune { object } => pruned.push(identity(&object)),
                _ => {}
            }
        }
        let build = |objects| self.context.cluster().build(objects, "");
        let done = async {
            let (wanted, originals) = (build(wanted).await?, build(originals).await?);
            let pruned = build(pruned).await?;
            self.interruptible(async {
                match kind {
                    StageKind::Create => objects::create(self.context, wanted, &writes).await,
                    _ => {
                        objects::update(self.context, originals, wanted, pruned, &self.unchanged, &writes)
                            .await
                    }
                }
            })
            .await
        };
        let outcome: Result<objects::Outcome, ActionError> = done.await;
        let outcome = outcome.map_err(|error| (None, error))?;
        self.created.extend(outcome.created);
        match outcome.error {
            Some(error) => Err((None, error)),
            None => Ok(()),
        }
    }

    async fn delete(&mut self, steps: Vec<Step>) -> Result<(), (Option<String>, ActionError)> {
        let mut how = Propagation::Background;
        let mut objects = Vec::with_capacity(steps.len());
        for step in &steps {
            if let Step::Delete { object, propagation } = step {
                how = *propagation;
                objects.push(identity(object));
            }
        }
        let deleted = self.interruptible(async {
            let resources = self.context.cluster().build(objects, "").await?;
            objects::delete(self.context, resources, how).await
        });
        deleted.await.map_err(|error| (None, error))
    }

    async fn records(&mut self, steps: Vec<Step>) -> Result<(), (Option<String>, ActionError)> {
        for step in steps {
            let written = match &step {
                Step::WriteRecord(write) => self.write(write).await,
                Step::DeleteRecord { revision } => self.delete_record(*revision).await,
                _ => Ok(()),
            };
            written.map_err(|error| (Some(step.to_string()), error))?;
            self.context.observer.event(Event::StepDone(&step));
        }
        Ok(())
    }

    async fn write(&mut self, write: &RecordWrite) -> Result<(), ActionError> {
        let Some(record) = self.records.get_mut(&write.revision) else { return Ok(()) };
        record.info.status = write.status.clone();
        if let Some(description) = &write.description {
            record.info.description.clone_from(description);
        }
        let store = self.context.store();
        let written = if write.create { store.create(record).await } else { store.update(record).await };
        match written {
            Err(error) if !write.required => {
                let text = error.to_string();
                self.context.log(
                    Level::Warn,
                    "failed to update release",
                    &[("name", &record.name), ("revision", &record.version.to_string()), ("error", &text)],
                );
                Ok(())
            }
            other => Ok(other?),
        }
    }

    async fn delete_record(&mut self, revision: u32) -> Result<(), ActionError> {
        let name = self.release().name.clone();
        match self.context.store().delete(&name, revision).await {
            // Another one made room before us.
            Err(error) if error.is_not_found() => Ok(()),
            other => Ok(other?),
        }
    }

    /// Writes the record of the release as it is, come what may; an error is only remarked.
    pub(crate) async fn record(&mut self) {
        let (context, revision) = (self.context, self.revision);
        let Some(release) = self.records.get(&revision) else { return };
        record_anyhow(context, release).await;
    }

    /// Runs until the operation is cancelled.
    pub(crate) async fn interruptible<T>(
        &self,
        work: impl Future<Output = Result<T, ActionError>>,
    ) -> Result<T, ActionError> {
        tokio::select! {
            biased;
            () = self.context.cancel.cancelled() => Err(ActionError::Cancelled),
            done = work => done,
        }
    }
}

/// Writes a record after something else failed: an error is only remarked, and no server can hold it up for long.
pub(crate) async fn record_anyhow(context: &Context, release: &Release) {
    let written = tokio::time::timeout(LAST_WRITE, context.store().update(release)).await;
    let text = match written {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "context deadline exceeded".to_owned(),
    };
    let revision = release.version.to_string();
    let fields = [("name", release.name.as_str()), ("revision", &revision), ("error", &text)];
    context.log(Level::Warn, "failed to update release", &fields);
}

/// An object with nothing but its identity.
pub(crate) fn identity(reference: &ObjectRef) -> Object {
    Object::new(&reference.api_version, &reference.kind, &reference.namespace, &reference.name)
}

/// Stamps a hook's record.
pub(crate) fn stamp() -> Option<helm_release::Time> {
    Some(now())
}
