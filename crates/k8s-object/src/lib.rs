//! One Kubernetes object as data: identity, order, patches, readiness.
//!
//! Nothing here talks to a cluster. An [`Object`] is a JSON map with the accessors every Kubernetes object
//! shares; an [`ObjectRef`] names one. The client side computes patches and judges readiness from what it has
//! read; a server can apply the same patches, and for every kind of patch `apply(diff(a, b), a) == b`.
//!
//! - [`order`]: the order kinds are installed and removed in,
//! - [`ownership`]: the labels and annotations that tie an object to a release,
//! - [`patch`]: JSON patch, JSON merge patch, strategic merge patch, the managed-fields upgrade,
//! - [`readiness`]: when an object counts as ready, by the published kstatus rules and by Helm 3's own.

mod object;
pub mod order;
pub mod ownership;
pub mod patch;
pub mod readiness;
mod reference;
pub mod selector;

pub use object::{NotAnObject, Object};
pub use reference::{GroupVersionKind, ObjectRef};
