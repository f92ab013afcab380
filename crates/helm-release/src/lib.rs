//! A release: manifests, hooks, history, stored form, and the plan from one revision to the next.
//!
//! Nothing here talks to a cluster. The way of a release through this crate:
//!
//! 1. [`manifest::sort`] turns rendered files into objects in install order and [`Hook`]s;
//! 2. [`Release`] joins them with chart, values and [`Status`] to one revision, [`History`] tells what may follow;
//! 3. [`codec`] packs a revision as Helm 3 and Helm 4 store it, and unpacks what they stored; fields that this
//!    program does not know survive;
//! 4. [`plan`] answers what has to be done: pure functions from records and objects to a printable [`plan::Plan`].
//!
//! ```
//! use helm_release::{Compat, manifest, Order};
//!
//! let files = [("demo/templates/all.yaml", "kind: Service\n---\nkind: Namespace\n")];
//! let sorted = manifest::sort(files, Order::Install, Compat::V4).unwrap();
//! let kinds: Vec<_> = sorted.objects.iter().map(|m| m.head.kind.as_str()).collect();
//! assert_eq!(kinds, ["Namespace", "Service"]);
//! ```

pub mod codec;
pub mod json;
pub mod manifest;
pub mod plan;

mod chart_record;
mod history;
mod hook;
mod name;
mod names;
mod release;
mod summary;
mod time;

pub use chart_record::{ChartHead, ChartRecord};
pub use helm_chart::Compat;
pub use history::{History, NotUpgradable, Revision};
pub use hook::{Hook, HookRun, execution_order};
pub use json::{Extra, Raw};
pub use k8s_object::order::Order;
pub use name::{NameError, validate_name};
pub use names::{ApplyMethod, DeletePolicy, HookEvent, HookPhase, OutputLogPolicy, Status};
pub use release::{Info, Release, ReleaseForm};
pub use summary::Summary;
pub use time::Time;
