use std::fmt;

use helm_release::codec::CodecError;

/// Why a record could not be read or written; the text is that of Helm's storage drivers.
#[derive(Debug)]
pub struct StoreError {
    /// What went wrong.
    pub kind: StoreErrorKind,
    /// What was being done, where Helm says so.
    context: Option<String>,
}

/// What went wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum StoreErrorKind {
    /// There is no such record.
    #[error("release: not found")]
    NotFound,
    /// There is such a record already.
    #[error("release: already exists")]
    Exists,
    /// The API server refused, or could not be reached.
    #[error("{0}")]
    Cluster(helm_kube::Error),
    /// Somebody works on the release.
    #[error(
        "another operation on release {release:?} is in progress: {holder} has held its lease for {held}s and renewed it \
         {silent}s ago; wait longer with --lock-timeout"
    )]
    Locked {
        /// The release.
        release: String,
        /// Who works on it.
        holder: String,
        /// For how many seconds.
        held: u64,
        /// How many seconds ago the holder was last heard of.
        silent: u64,
    },
    /// Somebody took the release over because this process did not renew its lease in time.
    #[error(
        "the lease of the release was taken over by another operation, because it was not renewed in time"
    )]
    LeaseLost,
    /// The record cannot be unpacked, or packed.
    #[error("{0}")]
    Codec(#[from] CodecError),
}

impl StoreError {
    /// The error that there is no such record.
    pub fn not_found() -> StoreError {
        StoreError { kind: StoreErrorKind::NotFound, context: None }
    }

    pub(crate) fn new(kind: impl Into<StoreErrorKind>, context: Option<String>) -> StoreError {
        StoreError { kind: kind.into(), context }
    }

    /// Whether there is no such record.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, StoreErrorKind::NotFound)
    }

    /// Whether there is such a record already.
    pub fn is_exists(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Exists)
    }
}

impl From<helm_kube::Error> for StoreErrorKind {
    fn from(error: helm_kube::Error) -> Self {
        StoreErrorKind::Cluster(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => write!(f, "{context}: {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.kind)
    }
}
