//! From one revision to the next: what is to be done, as a value.
//!
//! [`install`], [`upgrade`], [`rollback`] and [`uninstall`] are pure: they look at records and objects and answer a
//! [`Plan`], which can be printed, stored as JSON and carried out by one executor. A plan holds the wanted order and
//! nothing that only the cluster knows; what a step meets there is the executor's business.

use k8s_object::{Object, ObjectRef};
use serde::Serialize;

use crate::{DeletePolicy, Hook, HookEvent, Status};

mod build;
mod display;

pub use build::{Change, InstallPlan, UninstallPlan, hook_steps, install, rollback, uninstall, upgrade};

/// What is to be done to bring a release to another revision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The verb.
    pub operation: Operation,
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision that the plan leads to; for an uninstall the one that is removed.
    pub revision: u32,
    /// What is done one after the other.
    pub stages: Vec<Stage>,
}

/// The four ways to make a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// The first revision.
    Install,
    /// The next revision from a chart.
    Upgrade,
    /// The next revision from an earlier one.
    Rollback,
    /// Removal.
    Uninstall,
}

/// Steps that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// What the stage is for, which decides how its steps run and what their errors mean.
    pub kind: StageKind,
    /// Whether the plan goes on after an error, which is told at the end: where going back is no way out.
    pub goes_on: bool,
    /// The steps.
    pub steps: Vec<Step>,
}

/// What a stage is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// The namespace of the release is made.
    Namespace,
    /// Records are written, one after the other.
    Record,
    /// Hooks run, one after the other.
    Hooks(HookEvent),
    /// New objects are made: those of one kind at a time together; all are tried.
    Create,
    /// Objects are made or changed, one kind at a time; what cannot be made ends the stage, what cannot be changed
    /// does not. If all went well, objects that are no longer wanted are deleted.
    Update,
    /// The objects of the release are deleted, one kind at a time; all are tried.
    Delete,
    /// The objects become ready, or are gone.
    Wait,
}

/// One action: the unit of cancellation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Makes a namespace unless it is there.
    CreateNamespace {
        /// Its name.
        name: String,
    },
    /// Writes a record.
    WriteRecord(RecordWrite),
    /// Deletes a record.
    DeleteRecord {
        /// The revision.
        revision: u32,
    },
    /// Deletes the objects of a hook if one of its delete policies says so, and waits until they are gone.
    DeleteHook {
        /// Which hook.
        hook: HookRef,
        /// The policy that is due.
        policy: DeletePolicy,
    },
    /// Makes the objects of a hook and waits until they completed.
    RunHook {
        /// Which hook.
        hook: HookRef,
    },
    /// Shows the logs of a hook that succeeded, if it asks for that.
    ShowHookLogs {
        /// Which hook.
        hook: HookRef,
    },
    /// Makes an object or brings it to the wanted state.
    Apply(Box<Apply>),
    /// Deletes an object that is no longer wanted, unless it asks to be kept.
    Prune {
        /// Which object.
        object: ObjectRef,
    },
    /// Deletes an object.
    Delete {
        /// Which object.
        object: ObjectRef,
        /// What happens to the objects that it owns.
        propagation: Propagation,
    },
    /// Waits until objects are ready.
    WaitReady {
        /// Which objects.
        objects: Vec<ObjectRef>,
        /// Whether Jobs have to be complete.
        jobs: bool,
    },
    /// Waits until objects are gone.
    WaitDeleted {
        /// Which objects.
        objects: Vec<ObjectRef>,
    },
}

/// A record to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordWrite {
    /// The revision.
    pub revision: u32,
    /// Whether the record is new. An existing record with its name is an error then.
    pub create: bool,
    /// The status that it gets.
    pub status: Status,
    /// The description that it gets; `None` leaves it.
    pub description: Option<String>,
    /// Whether a failure to write ends the plan. Helm goes on where the objects are already in place.
    pub required: bool,
}

/// A hook of the release that the plan is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookRef {
    /// Its index among the hooks of the release.
    pub index: usize,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: i64,
}

/// An object and how it gets to the cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Apply {
    /// The wanted object.
    pub object: Object,
    /// How it is written.
    pub method: Method,
}

/// How an object is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// It is made; that it exists is an error.
    Create,
    /// Server-side apply.
    ServerSide {
        /// Whether fields that others manage are taken over.
        force_conflicts: bool,
        /// Whether what a client-side apply owned before is first moved to server-side apply.
        upgrade_manager: bool,
    },
    /// A patch from the last applied object, the wanted one and the live one.
    ThreeWay {
        /// The last applied object; without it the live one stands in.
        original: Option<Object>,
        /// Whether kinds without a known schema get a three-way merge too, instead of the difference between the
        /// last applied and the wanted object.
        merge_unstructured: bool,
    },
    /// It is replaced as a whole.
    Replace,
}

/// What happens to the objects that a deleted object owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Propagation {
    /// They are deleted after it.
    #[default]
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// How objects are written throughout an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyMode {
    /// Server-side apply.
    ServerSide {
        /// Whether fields that others manage are taken over.
        force_conflicts: bool,
    },
    /// Three-way merge by the client.
    ThreeWay,
    /// Objects are replaced.
    Replace,
}

impl HookRef {
    fn new(index: usize, hook: &Hook) -> HookRef {
        HookRef { index, kind: hook.kind.clone(), name: hook.name.clone(), weight: hook.weight }
    }
}
