//! Charts in OCI registries.
//!
//! A [`Session`] speaks with registries: [`Session::locate`] finds the artifact that a reference and a version mean,
//! [`Session::pull`] and [`Session::push`] move charts, [`Session::charts`] lists what a repository holds, [`login`]
//! and [`logout`] keep and forget credentials in Docker's `config.json`, which Helm shares.
//!
//! The client is our own, over [`crate::http`]: it is small, and what makes it Helm's is what a general one lacks.

mod blob;
mod challenge;
mod credential;
mod digest;
mod door;
mod error;
mod json;
mod login;
mod manifest;
mod pull;
mod push;
mod reference;
mod repository;
mod resolve;
mod search;
mod session;
mod tags;
mod token;

pub use credential::{Credential, CredentialError, CredentialPlaces, Store};
pub use digest::{Digest, DigestError};
pub use door::{Output, Registries, Sessions, credential_places, pull, session};
pub use error::{OciError, Refusal, Side};
pub use login::{login, logout, registry_host};
pub use manifest::{
    Artifact, CHART_LAYER, CONFIG, Descriptor, IMAGE_INDEX, IMAGE_MANIFEST, LEGACY_CHART_LAYER,
    PROVENANCE_LAYER,
};
pub use pull::{Pulled, missing_layer, transferred};
pub use reference::{Reference, ReferenceError, SCHEME, is_oci};
pub use resolve::Located;
pub use search::ChartVersion;
pub use session::Session;
pub use tags::{SelectError, matching, versions};
