//! Why a reference leads to no chart.

use crate::{IndexError, http::HttpError, oci::OciError, provenance::ProvenanceError, quoted, repositories};

/// Why a reference leads to no chart; texts as Helm's where it has one.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path that does not exist.
    #[error("path {} not found", quoted(.0))]
    NotFound(String),
    /// A bare name that is no folder here.
    #[error("non-absolute URLs should be in form of repo_name/path_to_chart, got: {0}")]
    BareName(String),
    /// The repository of a `repository/name` reference is not known.
    #[error("repo {0} not found")]
    UnknownRepository(String),
    /// A repository without an address.
    #[error("no URL found for repository {0}")]
    NoUrl(String),
    /// A reference or address that is no URL.
    #[error("invalid chart URL format: {0}")]
    InvalidUrl(String),
    /// A protocol that no getter speaks.
    #[error("scheme {} not supported", quoted(.0))]
    Scheme(String),
    /// A repository's protocol that no getter speaks.
    #[error("could not find protocol handler for: {0}")]
    RepositoryScheme(String),
    /// The index of a repository was never fetched, or cannot be read.
    #[error("no cached repo found. (try 'helm repo update'): {0}")]
    NoCachedIndex(IndexError),
    /// The index has no such chart.
    #[error("chart {} matching {version} not found in {repository} index. (try 'helm repo update'): {reason}", quoted(.chart))]
    NotInIndex {
        /// The chart's name.
        chart: String,
        /// The version that was asked for.
        version: String,
        /// The repository's name.
        repository: String,
        /// Why.
        reason: String,
    },
    /// The repository given by `--repo` has no such chart.
    #[error("{chart} not found in {repository} repository")]
    NotInRepository {
        /// Chart and version as Helm names them.
        chart: String,
        /// The repository's URL.
        repository: String,
    },
    /// The index names no place to get the chart from.
    #[error("{0} has no downloadable URLs")]
    NoDownload(String),
    /// What is at an address is no repository.
    #[error("looks like {} is not a valid chart repository or cannot be reached: {source}", quoted(.url))]
    Repository {
        /// The repository's URL without its password.
        url: String,
        /// Why.
        source: Box<SourceError>,
    },
    /// A digest in an index that is none.
    #[error("{0}")]
    Digest(String),
    /// An archive that is not the one of the index.
    #[error("the chart at {url} does not match its index: its digest is sha256:{found}, not sha256:{wanted}")]
    WrongDigest {
        /// Where it came from, without a password.
        url: String,
        /// The digest in the index.
        wanted: String,
        /// The digest of what came.
        found: String,
    },
    /// A chart without a provenance file that has to be verified.
    #[error("failed to fetch provenance {}", quoted(.0))]
    NoProvenance(String),
    /// `repositories.yaml` cannot be used.
    #[error(transparent)]
    Repositories(#[from] repositories::FileError),
    /// A file cannot be read or written.
    #[error("{0}")]
    File(String),
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The server did not give it.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The registry did not give it.
    #[error(transparent)]
    Oci(#[from] OciError),
    /// The signature is not good.
    #[error(transparent)]
    Verify(#[from] ProvenanceError),
    /// Not a URL.
    #[error(transparent)]
    Url(#[from] gonet::ParseError),
}
