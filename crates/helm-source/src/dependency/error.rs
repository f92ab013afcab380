//! Why dependencies cannot be resolved or fetched.

use gonet::mask_password;
use helm_chart::archive::SaveError;
use helm_chart::{Compat, LoadError, PathError};

use super::{LockError, StageError};

/// Why a run failed; texts as Helm's where Helm knows the failure.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum DependencyError {
    #[error("could not find {chart}: {source}")]
    NoChart { chart: String, source: PathError },
    #[error("only unpacked charts can be updated")]
    NotUnpacked,
    #[error("{0}")]
    Load(#[from] LoadError),
    #[error("{0}")]
    Repositories(String),
    #[error("directory {0} not found")]
    NoFolder(String),
    #[error("{0}")]
    Path(#[from] PathError),
    #[error("no repository definition for {}. Please add them via 'helm repo add'{}", shown(.0), hint(.0))]
    NoDefinition(Vec<String>),
    /// `build` needs repositories that are configured.
    #[error("no repository definition for {}. Please add the missing repos via 'helm repo add'", shown(.0))]
    NotConfigured(Vec<String>),
    #[error("{}", out_of_sync(*compat, *v1))]
    OutOfSync { compat: Compat, v1: bool },
    #[error("dependency {} has an invalid version/constraint format: {source}", quoted(name))]
    Constraint { name: String, source: gosemver::Error },
    #[error("no cached repository for {repository} found. (try 'helm repo update'): {reason}")]
    NoCachedIndex { repository: String, reason: String },
    #[error("{name} chart not found in repo {}", mask_password(repository))]
    NotInRepository { name: String, repository: String },
    #[error("could not retrieve list of tags for repository {}: {reason}", mask_password(repository))]
    NoTags { repository: String, reason: String },
    #[error(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
        .0.len(),
        .0.join(", ")
    )]
    NoVersion(Vec<String>),
    #[error("unable to load chart '{path}': {source}")]
    ByHand { path: String, source: LoadError },
    #[error("dependency {name} has an invalid version/constraint format: {source}")]
    LocalConstraint { name: String, source: gosemver::Error },
    #[error("invalid version {version} for dependency {name}: {source}")]
    InvalidVersion { name: String, version: String, source: gosemver::Error },
    #[error("{0}")]
    Version(gosemver::Error),
    #[error("dependency {name} at version {version} does not satisfy the constraint {constraint}")]
    NotSatisfied { name: String, version: String, constraint: String },
    #[error("can't get a valid version for dependency {0}")]
    NoLocalVersion(String),
    #[error("{0}")]
    Save(#[from] SaveError),
    #[error("could not find : {0}")]
    NotFound(String),
    #[error("could not download {url}: {reason}")]
    Download { url: String, reason: String },
    /// The content is not what the index promises; Helm does not look.
    #[error(
        "could not download {url}: dependency {name} from repository {} has the digest {found}, but the index says {expected}",
        mask_password(repository)
    )]
    Digest { url: String, name: String, repository: String, found: String, expected: String },
    /// What came is no chart; Helm leaves such a file out and goes on.
    #[error(
        "could not download {url}: dependency {name} from repository {} is no chart: {source}",
        mask_password(repository)
    )]
    NotAChart { url: String, name: String, repository: String, source: Box<LoadError> },
    #[error("could not parse OCI reference: improperly formatted oci chart reference: {0}")]
    OciReference(String),
    #[error("{0}")]
    Stage(#[from] StageError),
    #[error("{0}")]
    Lock(#[from] LockError),
}

fn quoted(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}

/// Repositories in one line; passwords in addresses are hidden.
fn shown(repositories: &[String]) -> String {
    let all: Vec<String> = repositories.iter().map(|r| mask_password(r)).collect();
    all.join(", ")
}

/// People write the name of a repository where its address is wanted.
fn hint(missing: &[String]) -> &'static str {
    let is_name =
        |text: &String| !text.contains("//") && !text.starts_with('@') && !text.starts_with("alias:");
    if missing.iter().any(is_name) {
        "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\nrepository, use \
         \"https://charts.example.com/\" or \"@example\" instead of\n\"example\". Don't forget to add the repo, too \
         ('helm repo add')."
    } else {
        ""
    }
}

fn out_of_sync(compat: Compat, v1: bool) -> &'static str {
    match (v1, compat) {
        (true, _) => {
            "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please \
             update the dependencies"
        }
        (false, Compat::V3) => {
            "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the \
             dependencies"
        }
        (false, Compat::V4) => {
            "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the \
             dependencies with 'helm dependency update'"
        }
    }
}
