//! Bringing sets of objects to the cluster: Helm's `Create`, `Update` and `Delete`.

use std::ops::Range;

use futures::stream::{self, StreamExt};
use govalue::strconv::quote;
use k8s_object::patch::managed_fields;
use k8s_object::patch::merge;
use k8s_object::patch::strategic::Strategic;
use k8s_object::{Object, ownership};
use serde_json::Value;

use crate::retry::{is_quota_conflict, retry};
use crate::{Cluster, Error, Patch, Propagation, Resource, WriteOptions};

/// The field manager of everything Helm writes.
pub const FIELD_MANAGER: &str = "helm";

/// How many objects of one kind are written at once.
const CONCURRENT_WRITES: usize = 32;

/// How objects are brought to the state wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyMode {
    /// The server works out the difference and keeps account of who owns which field.
    ServerSide {
        /// Whether to take fields over from other managers.
        force_conflicts: bool,
    },
    /// The client works out a patch from the previous release, the new one and the live object.
    ThreeWay,
    /// The live object is replaced.
    Replace,
}

/// How strictly the server looks for fields it does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Unknown fields are dropped.
    Ignore,
    /// Unknown fields are dropped with a warning.
    Warn,
    /// Unknown fields are an error.
    #[default]
    Strict,
}

impl FieldValidation {
    fn as_str(self) -> &'static str {
        match self {
            FieldValidation::Ignore => "Ignore",
            FieldValidation::Warn => "Warn",
            FieldValidation::Strict => "Strict",
        }
    }
}

/// How objects are to be created or updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplyOptions {
    /// How the difference is worked out.
    pub mode: ApplyMode,
    /// Whether the server is only to say what it would do.
    pub dry_run: bool,
    /// How strictly the server checks fields; not sent with client-side patches.
    pub field_validation: FieldValidation,
    /// For server-side apply: whether fields owned through earlier client-side patches are first handed over.
    pub upgrade_managed_fields: bool,
    /// For three-way patches: whether kinds that are not built in get one, too. Without it they get the difference
    /// between the two releases, whatever the live object looks like.
    pub three_way_for_custom_kinds: bool,
}

impl Default for ApplyOptions {
    fn default() -> ApplyOptions {
        ApplyOptions {
            mode: ApplyMode::ServerSide { force_conflicts: false },
            dry_run: false,
            field_validation: FieldValidation::default(),
            upgrade_managed_fields: false,
            three_way_for_custom_kinds: false,
        }
    }
}

impl ApplyOptions {
    fn write_options(&self) -> WriteOptions<'static> {
        let force = self.mode == ApplyMode::ServerSide { force_conflicts: true };
        WriteOptions {
            field_manager: FIELD_MANAGER,
            dry_run: self.dry_run,
            field_validation: self.field_validation.as_str(),
            force,
        }
    }
}

/// What became of a set of objects, as indices into the sets given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateResult {
    /// Targets that were not there and have been created, or tried to be.
    pub created: Vec<usize>,
    /// Targets that were there and have been updated, or tried to be.
    pub updated: Vec<usize>,
}

/// What was done to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was not there.
    Created,
    /// It was there.
    Updated,
}

impl Cluster {
    /// Creates objects, those of one kind at once, and puts what the server made of them in their place. One that
    /// fails does not keep others from being tried; all errors come back, one a line.
    pub async fn create_all(&self, resources: &mut [Resource], options: &ApplyOptions) -> Result<(), Error> {
        if resources.is_empty() {
            return Err(Error::NoObjects);
        }
        // Client-side creation goes one by one, as in Helm, so that a quota is not counted against twice at once.
        let server_side = matches!(options.mode, ApplyMode::ServerSide { .. });
        let width = if server_side { CONCURRENT_WRITES } else { 1 };
        let mut errors = Vec::new();
        for batch in batches(resources) {
            let outcomes = stream::iter(&mut resources[batch])
                .map(|resource| self.create_one(resource, options))
                .buffered(width)
                .collect::<Vec<_>>()
                .await;
            errors.extend(outcomes.into_iter().filter_map(Result::err));
        }
        Error::join(errors, "\n").map_or(Ok(()), Err)
    }

    /// Creates one object.
    pub async fn create_one(&self, resource: &mut Resource, options: &ApplyOptions) -> Result<(), Error> {
        if let ApplyMode::ServerSide { .. } = options.mode {
            return retry(is_quota_conflict, async || self.apply_server_side(resource, options).await)
                .await
                .map(drop);
        }
        let write = WriteOptions { field_validation: "", ..options.write_options() };
        let created = retry(Error::is_conflict, async || {
            self.create(&resource.resource_type, &resource.namespace, &resource.object, &write).await
        });
        resource.refresh(created.await?);
        Ok(())
    }

    /// Brings objects to the state wanted, creating those that are not there. Objects of one kind are written at
    /// once. An object that cannot be created ends the work; other errors are collected.
    ///
    /// `originals` is what the previous release applied; objects that are there but not among them are compared
    /// with the live state alone.
    pub async fn update_all(
        &self,
        originals: &[Resource],
        targets: &mut [Resource],
        options: &ApplyOptions,
    ) -> (UpdateResult, Result<(), Error>) {
        let (mut result, mut errors) = (UpdateResult::default(), Vec::new());
        for batch in batches(targets) {
            let first = batch.start;
            let outcomes = stream::iter(&mut targets[batch])
                .map(|target| {
                    let original = originals.iter().find(|original| original.same_object(target));
                    self.update_one(original, target, options)
                })
                .buffered(CONCURRENT_WRITES)
                .collect::<Vec<_>>()
                .await;
            let mut fatal = None;
            for (index, outcome) in outcomes.into_iter().enumerate() {
                match outcome {
                    Outcome { applied: Some(Applied::Created), error } => {
                        result.created.push(first + index);
                        fatal = fatal.or(error.map(|e| e.during("failed to create resource")));
                    }
                    Outcome { applied: Some(Applied::Updated), error } => {
                        result.updated.push(first + index);
                        errors.extend(error);
                    }
                    Outcome { applied: None, error } => fatal = fatal.or(error),
                }
            }
            if let Some(fatal) = fatal {
                return (result, Err(fatal));
            }
        }
        (result, Error::join(errors, " && ").map_or(Ok(()), Err))
    }

    /// Brings objects to the state that they should be in already, all at once: where nothing is new, no order
    /// matters. Answers those that are as wanted, and those that are not because of some error, to be tried again in
    /// their order.
    pub async fn put_right(
        &self,
        originals: &[Resource],
        targets: Vec<Resource>,
        options: &ApplyOptions,
    ) -> (Vec<(Applied, Resource)>, Vec<Resource>) {
        let outcomes = stream::iter(targets)
            .map(|mut target| async move {
                let original = originals.iter().find(|original| original.same_object(&target));
                let outcome = self.update_one(original, &mut target, options).await;
                (outcome, target)
            })
            .buffered(CONCURRENT_WRITES);
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        let mut outcomes = std::pin::pin!(outcomes);
        while let Some((outcome, target)) = outcomes.next().await {
            match outcome {
                Outcome { applied: Some(applied), error: None } => right.push((applied, target)),
                _ => wrong.push(target),
            }
        }
        (right, wrong)
    }

    /// Deletes what a release had and has no more, but for objects whose own annotation keeps them. Gives back the
    /// indices of the originals that were deleted.
    pub async fn prune(
        &self,
        originals: &[Resource],
        targets: &[Resource],
    ) -> (Vec<usize>, Result<(), Error>) {
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for (index, original) in originals.iter().enumerate() {
            if targets.iter().any(|target| target.same_object(original)) {
                continue;
            }
            let Resource { resource_type, namespace, name, .. } = original;
            // As in Helm, an object that cannot be read is left alone without an error.
            let Ok(live) = self.get(resource_type, namespace, name).await else { continue };
            if ownership::is_kept(&live) {
                continue;
            }
            match self.delete_one(original, Propagation::Background).await {
                Ok(()) => deleted.push(index),
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(error.during(format!(
                    "failed to delete resource namespace={namespace}, name={name}, kind={}",
                    resource_type.kind
                ))),
            }
        }
        (deleted, Error::join(errors, " && ").map_or(Ok(()), Err))
    }

    /// Deletes objects, those of one kind at once. Gives back the indices of those that are gone, whether they
    /// were there or not, and the errors of the others.
    pub async fn delete_all(
        &self,
        resources: &[Resource],
        propagation: Propagation,
    ) -> (Vec<usize>, Vec<Error>) {
        if resources.is_empty() {
            return (Vec::new(), vec![Error::NoObjects.during("object not found, skipping delete")]);
        }
        let (mut gone, mut errors) = (Vec::new(), Vec::new());
        for batch in batches(resources) {
            let first = batch.start;
            let outcomes = stream::iter(&resources[batch])
                .map(|resource| self.delete_one(resource, propagation))
                .buffered(CONCURRENT_WRITES)
                .collect::<Vec<_>>()
                .await;
            for (index, outcome) in outcomes.into_iter().enumerate() {
                match outcome {
                    Err(error) if !error.is_not_found() => errors.push(error),
                    _ => gone.push(first + index),
                }
            }
        }
        (gone, errors)
    }

    async fn delete_one(&self, resource: &Resource, propagation: Propagation) -> Result<(), Error> {
        let Resource { resource_type, namespace, name, .. } = resource;
        retry(Error::is_conflict, async || {
            self.delete(resource_type, namespace, name, Some(propagation)).await
        })
        .await
    }

    /// Brings one object to the state wanted.
    async fn update_one(
        &self,
        original: Option<&Resource>,
        target: &mut Resource,
        options: &ApplyOptions,
    ) -> Outcome {
        match options.mode {
            ApplyMode::ServerSide { .. } if !options.upgrade_managed_fields => {
                self.update_server_side(target, options).await
            }
            mode => {
                let live = match self.find(&target.resource_type, &target.namespace, &target.name).await {
                    Ok(Some(live)) => live,
                    Ok(None) => {
                        let created = self.create_one(target, options).await;
                        return Outcome { applied: Some(Applied::Created), error: created.err() };
                    }
                    Err(error) => {
                        let error = error.during("could not get information about the resource");
                        return Outcome { applied: None, error: Some(error) };
                    }
                };
                let updated = match mode {
                    ApplyMode::ServerSide { .. } => self.hand_over_and_apply(target, live, options).await,
                    ApplyMode::ThreeWay => {
                        let original = original.map(|original| &original.object);
                        self.patch_three_way(original, target, live, options).await
                    }
                    ApplyMode::Replace => self.replace_live(target, &live, options).await,
                };
                Outcome { applied: Some(Applied::Updated), error: updated.err() }
            }
        }
    }

    /// Applies without a look at the live object first: the answer says whether it was there.
    async fn update_server_side(&self, target: &mut Resource, options: &ApplyOptions) -> Outcome {
        match retry(is_quota_conflict, async || self.apply_server_side(target, options).await).await {
            Ok(applied) => Outcome { applied: Some(applied), error: None },
            Err(error) => {
                // Which of the two failed decides what is said and whether the others go on.
                match self.find(&target.resource_type, &target.namespace, &target.name).await {
                    Ok(Some(_)) => Outcome { applied: Some(Applied::Updated), error: Some(error) },
                    Ok(None) => Outcome { applied: Some(Applied::Created), error: Some(error) },
                    Err(unreadable) => {
                        let error = unreadable.during("could not get information about the resource");
                        Outcome { applied: None, error: Some(error) }
                    }
                }
            }
        }
    }

    async fn apply_server_side(
        &self,
        resource: &mut Resource,
        options: &ApplyOptions,
    ) -> Result<Applied, Error> {
        let Resource { resource_type, namespace, name, object } = &mut *resource;
        // The patch takes the object as it is; it is put back if the server refuses it.
        let patch =
            Patch::Apply(std::mem::replace(object, Object::from_map(serde_json::Map::new())).into_value());
        let outcome =
            self.patch_with_outcome(resource_type, namespace, name, &patch, &options.write_options()).await;
        match outcome {
            Ok((applied, live)) => {
                resource.refresh(live);
                Ok(applied)
            }
            Err(error) => {
                if let Patch::Apply(Value::Object(map)) = patch {
                    resource.object = Object::from_map(map);
                }
                let label = resource.label();
                let unsupported = error.status().is_some_and(|status| status.code == 415);
                Err(if unsupported {
                    error.during("server-side apply not available on the server")
                } else if error.is_conflict() {
                    error.during(format!("conflict occurred while applying object {label}"))
                } else {
                    error.during(format!("server-side apply failed for object {label}"))
                })
            }
        }
    }

    /// Hands fields that client-side patches own over to server-side apply, then applies.
    async fn hand_over_and_apply(
        &self,
        target: &mut Resource,
        live: Object,
        options: &ApplyOptions,
    ) -> Result<(), Error> {
        let label = target.label();
        let Resource { resource_type, namespace, name, .. } = &*target;
        let mut live = Some(live);
        let handed_over = retry(Error::is_conflict, async || {
            let live = match live.take() {
                Some(live) => live,
                None => self
                    .get(resource_type, namespace, name)
                    .await
                    .map_err(|e| e.during(format!("failed to get object {label}")))?,
            };
            let Some(patch) = managed_fields::upgrade_patch(&live, FIELD_MANAGER) else { return Ok(()) };
            let write = WriteOptions { force: false, ..options.write_options() };
            match self.patch(resource_type, namespace, name, &Patch::Json(patch), &write).await {
                Err(error) if !error.is_conflict() => {
                    Err(error.during(format!("failed to patch object to upgrade CSA field manager {label}")))
                }
                outcome => outcome.map(drop),
            }
        });
        handed_over.await?;
        self.apply_server_side(target, options).await.map(drop)
    }

    async fn patch_three_way(
        &self,
        original: Option<&Object>,
        target: &mut Resource,
        live: Object,
        options: &ApplyOptions,
    ) -> Result<(), Error> {
        let patch = three_way_patch(original.unwrap_or(&live), &target.object, &live, options)
            .map_err(|e| e.during("failed to create patch"))?;
        let Some(patch) = patch else {
            target.refresh(live);
            return Ok(());
        };
        let write = WriteOptions { field_manager: FIELD_MANAGER, ..WriteOptions::default() };
        let Resource { resource_type, namespace, name, .. } = &*target;
        let patched = self.patch(resource_type, namespace, name, &patch, &write).await;
        let patched = patched.map_err(|e| {
            e.during(format!("cannot patch {} with kind {}", quote(name), resource_type.kind))
        })?;
        target.refresh(patched);
        Ok(())
    }

    async fn replace_live(
        &self,
        target: &mut Resource,
        live: &Object,
        options: &ApplyOptions,
    ) -> Result<(), Error> {
        if target.object.resource_version().is_empty() {
            target.object.set_resource_version(live.resource_version());
        }
        let Resource { resource_type, namespace, name, object } = &*target;
        let replaced = self.replace(resource_type, namespace, name, object, &options.write_options()).await;
        target.refresh(replaced.map_err(|e| e.during("failed to replace object"))?);
        Ok(())
    }
}

/// What became of one object; without `applied` nothing could be told or done.
struct Outcome {
    applied: Option<Applied>,
    error: Option<Error>,
}

/// The patch Helm sends for an object: strategic for kinds built into Kubernetes, a merge patch for others; none
/// when nothing changes.
fn three_way_patch(
    original: &Object,
    target: &Object,
    live: &Object,
    options: &ApplyOptions,
) -> Result<Option<Patch>, Error> {
    let kind = target.group_version_kind();
    let (original, target, live) = (original.as_map(), target.as_map(), live.as_map());
    let (is_strategic, patch) = match Strategic::of_kind(&kind) {
        Some(strategic) => (true, strategic.three_way(original, target, live)?),
        None if options.three_way_for_custom_kinds => (false, merge::three_way(original, target, live)?),
        None => (false, merge::diff(original, target)),
    };
    if patch.is_empty() {
        return Ok(None);
    }
    let patch = Value::Object(patch);
    Ok(Some(if is_strategic { Patch::Strategic(patch) } else { Patch::Merge(patch) }))
}

/// Runs of neighbours of one kind.
fn batches(resources: &[Resource]) -> Vec<Range<usize>> {
    let mut start = 0;
    resources
        .chunk_by(|a, b| a.resource_type.kind == b.resource_type.kind)
        .map(|batch| {
            let range = start..start + batch.len();
            start = range.end;
            range
        })
        .collect()
}
