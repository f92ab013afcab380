//! What a run tells while it works; `Display` is Helm's line.

use gonet::mask_password;
use helm_chart::Warning;

use super::DependencyError;

/// A step of [`super::build`] or [`super::update`]; passwords in addresses are hidden.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum Event<'a> {
    /// Indexes of repositories that only the chart knows are about to be fetched.
    #[error("Getting updates for unmanaged Helm repositories...")]
    RefreshingUnmanaged,
    /// Indexes of configured repositories are about to be fetched.
    #[error("Hang tight while we grab the latest from your chart repositories...")]
    Refreshing,
    /// An index was fetched; an unmanaged repository goes by its address.
    #[error("...Successfully got an update from the {} chart repository", quoted(repository))]
    Refreshed { repository: &'a str },
    /// An index could not be fetched; what is in the cache serves on.
    #[error("...Unable to get an update from the {} chart repository{}:\n\t{reason}", quoted(repository), in_brackets(*url))]
    NotRefreshed { repository: &'a str, url: Option<&'a str>, reason: &'a str },
    #[error("Update Complete. ⎈Happy Helming!⎈")]
    AllRefreshed,
    #[error("Saving {0} charts")]
    Saving(usize),
    #[error("Dependency {name} did not declare a repository. Assuming it exists in the charts directory")]
    ByHand { name: &'a str },
    #[error("Downloading {name} from repo {}", mask_password(repository))]
    Downloading { name: &'a str, repository: &'a str },
    #[error("Already downloaded {name} from repo {}", mask_password(repository))]
    AlreadyDownloaded { name: &'a str, repository: &'a str },
    #[error("Archiving {name} from repo {repository}")]
    Archiving { name: &'a str, repository: &'a str },
    #[error("Repository from local path: {repository}")]
    LocalRepository { repository: &'a str },
    #[error("Save error occurred:  {0}")]
    SaveFailed(&'a DependencyError),
    #[error("Deleting outdated charts")]
    DeletingOutdated,
    #[error("Could not verify {path} for deletion: {reason} (Skipping)")]
    NotDeleted { path: &'a str, reason: &'a str },
    /// A remark of the program that serves a registry or checks signatures.
    #[error("{0}")]
    Line(&'a str),
    /// What loading a chart remarked; no line of Helm's output.
    #[error("{0}")]
    Warning(&'a Warning),
    /// How many of the downloads are complete; no line of Helm's output.
    #[error("{done}/{total}")]
    Progress { done: usize, total: usize },
}

fn quoted(text: &str) -> String {
    govalue::strconv::quote(mask_password(text).as_bytes())
}

fn in_brackets(url: Option<&str>) -> String {
    url.map_or_else(String::new, |url| format!(" ({})", mask_password(url)))
}

/// Who is told of [`Event`]s.
pub type Observer<'o> = dyn FnMut(Event<'_>) + 'o;
