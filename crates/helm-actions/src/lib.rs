//! The verbs: install, upgrade, roll back, uninstall, test, and what can be asked about releases.
//!
//! Every verb is an async function over a [`Context`]: a [`Target`] (cluster, records, namespace), an [`Observer`]
//! who is told what happens, and a [`Cancel`] that ends the operation at its current step. The verbs that change
//! something make a [`helm_release::plan::Plan`] and have one executor carry it out:
//!
//! 1. the request is checked, the history read, the chart rendered on a thread of its own while the task answers
//!    its `lookup`s;
//! 2. objects are bound to the kinds that the cluster serves, and those that others own are refused;
//! 3. the plan is carried out stage by stage; every stage is an event;
//! 4. what fails is recorded as failed before the [`Failure`] is answered, whatever the reason: an error, the end of
//!    the time, or the user. No record stays pending.

pub mod kube_version;
pub mod lint;
pub mod template;
pub mod unused;

mod build;
mod cancel;
mod crds;
mod error;
mod execute;
mod get;
mod hooks;
mod install;
mod list;
mod objects;
mod observer;
mod options;
mod post_render;
mod render;
mod rollback;
mod selector;
mod status;
mod target;
mod test;
mod uninstall;
mod unlock;
mod upgrade;
mod world;

pub use cancel::{Cancel, Canceller};
pub use error::{ActionError, Failure, FailureKind};
pub use get::{ReleaseMetadata, computed_values, get, get_metadata, get_values, history};
pub use helm_release::plan::{ApplyMode, Plan, Propagation};
pub use install::{InstallRequest, install};
pub use list::{ListRequest, SortBy, list};
pub use observer::{Event, Level, Observer, Silent};
pub use options::{
    ApplyChoice, Conduct, DryRun, IfMissing, Labels, OnFailure, Rendering, ReuseValues, UninstallOptions,
    Wait,
};
pub use post_render::PostRenderer;
pub use rollback::{RollbackRequest, rollback};
pub use status::{ReleaseStatus, status};
pub use target::{Context, Target};
pub use test::{TestRequest, Tested, test};
pub use uninstall::{Uninstalled, uninstall};
pub use unlock::unlock;
pub use upgrade::{Existence, UpgradeRequest, existence, upgrade};
