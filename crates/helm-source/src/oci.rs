//! Charts in OCI registries.

use crate::Sources;
use crate::http::Access;

/// Why a registry gave no chart.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// Charts are fetched from chart repositories only.
    #[error("cannot fetch {0}: registries are not supported")]
    Unsupported(String),
}

/// A chart out of a registry.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// `oci://host/path:tag`, the tag that the version led to.
    pub url: String,
    /// `name-version.tgz`.
    pub file_name: String,
    /// The archive, its digest checked against the manifest's.
    pub archive: Vec<u8>,
    /// The provenance file, where it was asked for and there is one.
    pub provenance: Option<Vec<u8>>,
}

/// Whether a reference is one to a registry.
pub fn is_oci(reference: &str) -> bool {
    reference.starts_with("oci://")
}

/// Fetches the chart that a reference and a version (a tag, a range, or empty) mean.
pub async fn pull(
    _sources: &Sources,
    reference: &str,
    _version: &str,
    _access: &Access,
    _with_provenance: bool,
) -> Result<Pulled, OciError> {
    Err(OciError::Unsupported(reference.to_owned()))
}
