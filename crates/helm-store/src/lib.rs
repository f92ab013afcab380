//! Where release records live: Secrets, ConfigMaps, or the memory of this process.
//!
//! A [`Store`] is made from a [`Driver`] (what `HELM_DRIVER` names) and a cluster. Records are named
//! `sh.helm.release.v1.NAME.vREVISION` and carry the labels `name`, `owner`, `status`, `version`, `createdAt` and
//! `modifiedAt` beside the user's own, so that Helm 3 and Helm 4 find them, and we theirs.
//!
//! A store that was given a holder ([`Store::leased`]) holds a lease while its release is worked on; a revision whose
//! writer died is found by [`Store::claimed_records`], which marks it as failed.
//!
//! [`Store::records`] answers the revisions of a release without unpacking them: name, number and status stand in
//! the labels, and most operations look into one or two of them only.

mod driver;
mod error;
mod lease;
mod memory;
mod objects;
mod record;
mod store;

pub use driver::{Driver, UnknownDriver};
pub use error::{StoreError, StoreErrorKind};
pub use record::{Record, SYSTEM_LABELS, is_system_label};
pub use store::Store;
