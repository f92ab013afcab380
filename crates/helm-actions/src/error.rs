use std::error::Error;
use std::fmt;

use helm_release::manifest::SortError;
use helm_release::{Compat, NameError, NotUpgradable, Release};
use helm_render::RenderError;
use helm_store::{SYSTEM_LABELS, StoreError, StoreErrorKind};

/// An operation that failed: why, at which step, and what became of the release.
#[derive(Debug)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The release as far as it came, for the user to look at. Its record is stored as failed if it was stored.
    pub release: Option<Box<Release>>,
    /// The step of the plan that failed.
    pub step: Option<String>,
    /// Why. Displays as Helm says it.
    pub source: ActionError,
}

/// What callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The request cannot be fulfilled as it stands; nothing was changed.
    Refused,
    /// There is no such release, or revision.
    NotFound,
    /// The chart does not render.
    Render,
    /// The cluster did not do what was asked.
    Cluster,
    /// The user, or a signal, ended it.
    Cancelled,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Why an operation failed; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ActionError {
    #[error("{doing}: {source}")]
    While { doing: String, source: Box<ActionError> },
    #[error("{}", join(.errors, .separator))]
    Many { errors: Vec<ActionError>, separator: &'static str },
    #[error("{}", collected(.0))]
    Collected(Vec<helm_kube::Error>),
    #[error("{0}")]
    Cluster(#[from] helm_kube::Error),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Render(#[from] RenderError),
    #[error("{0}")]
    Sort(#[from] SortError),
    #[error("{0}")]
    Name(#[from] NameError),
    #[error("{0}")]
    History(#[from] NotUpgradable),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Record(#[from] helm_release::codec::CodecError),
    #[error("{0}")]
    Regexp(#[from] goregexp::Error),
    #[error("{0}")]
    Dependencies(String),
    #[error("{}", name_in_use(.0))]
    NameInUse(Compat),
    #[error("{}iding Kubernetes secrets requires a dry-run mode", if *.0 == Compat::V3 { 'H' } else { 'h' })]
    HideSecrets(Compat),
    #[error("{context}elease name is invalid: {name}")]
    InvalidName { context: &'static str, name: String },
    #[error("user supplied labels contains system reserved label name. System labels: [{}]", SYSTEM_LABELS.join(" "))]
    SystemLabels,
    #[error(transparent)]
    KubeVersion(#[from] crate::kube_version::Mismatch),
    #[error("invalid release revision")]
    InvalidRevision,
    #[error("release has no {0} version")]
    NoSuchRevision(i64),
    #[error("no revision for release {0:?}")]
    NoRevision(String),
    #[error("no release provided")]
    MissingRelease,
    #[error("the release named {0:?} is already deleted")]
    AlreadyDeleted(String),
    #[error("failed to delete release: {0}")]
    NotDeleted(String),
    #[error("description must be {limit} characters or less, got {found}")]
    DescriptionTooLong { limit: usize, found: usize },
    #[error("failed to install CRD {name}: {problem}")]
    Crd { name: String, problem: String },
    #[error("invalid operation: cannot use server-side apply and force replace together")]
    ReplaceServerSide,
    #[error("release {0:?} is not locked: its newest revision is not pending")]
    NotPending(String),
    #[error("context canceled")]
    Cancelled,
    #[error("{0}")]
    Other(String),
}

fn join(errors: &[ActionError], separator: &str) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

/// Errors as Helm 3 lists them, a single one included.
fn collected(errors: &[helm_kube::Error]) -> String {
    let points: Vec<String> = errors.iter().map(|error| format!("* {error}")).collect();
    let heading = match errors.len() {
        1 => "1 error occurred".to_owned(),
        count => format!("{count} errors occurred"),
    };
    format!("{heading}:\n\t{}\n\n", points.join("\n\t"))
}

fn name_in_use(compat: &Compat) -> &'static str {
    match compat {
        Compat::V3 => "cannot re-use a name that is still in use",
        Compat::V4 => "cannot reuse a name that is still in use",
    }
}

impl ActionError {
    /// The error of work on several objects at once: Helm 3 lists what went wrong with each.
    pub(crate) fn of_many(error: helm_kube::Error, compat: Compat) -> ActionError {
        match (compat, error) {
            (Compat::V4, error) => error.into(),
            // What the user did is nobody's failure.
            (Compat::V3, error @ helm_kube::Error::Cancelled) => error.into(),
            (Compat::V3, helm_kube::Error::Many { errors, .. }) => ActionError::Collected(errors),
            (Compat::V3, error) => ActionError::Collected(vec![error]),
        }
    }

    /// Says what was being done.
    pub(crate) fn during(self, doing: impl Into<String>) -> ActionError {
        ActionError::While { doing: doing.into(), source: Box::new(self) }
    }

    /// The error within all that was being done.
    pub fn root(&self) -> &ActionError {
        match self {
            ActionError::While { source, .. } => source.root(),
            other => other,
        }
    }

    /// Whether there is no such release.
    pub fn is_not_found(&self) -> bool {
        matches!(self.root(), ActionError::Store(e) if e.is_not_found())
    }

    /// Whether another operation works on the release, or this one was ended while it waited for that.
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self, ActionError::Cancelled)
            || matches!(self, ActionError::Store(e) if matches!(e.kind, StoreErrorKind::Locked { .. }))
    }

    /// What callers tell apart.
    pub fn kind(&self) -> FailureKind {
        match self.root() {
            ActionError::Cancelled => FailureKind::Cancelled,
            ActionError::Cluster(helm_kube::Error::Cancelled) => FailureKind::Cancelled,
            ActionError::Cluster(_) | ActionError::Collected(_) | ActionError::Many { .. } => {
                FailureKind::Cluster
            }
            ActionError::Store(e) if e.is_not_found() => FailureKind::NotFound,
            ActionError::NoSuchRevision(_)
            | ActionError::NoRevision(_)
            | ActionError::History(NotUpgradable::NothingDeployed(_)) => FailureKind::NotFound,
            ActionError::Store(_) | ActionError::Record(_) => FailureKind::Cluster,
            ActionError::Render(_) | ActionError::Sort(_) | ActionError::Dependencies(_) => {
                FailureKind::Render
            }
            _ => FailureKind::Refused,
        }
    }
}

impl From<ActionError> for Failure {
    fn from(source: ActionError) -> Self {
        Failure { kind: source.kind(), release: None, step: None, source }
    }
}

/// Makes `?` on the errors of other crates answer a failure.
macro_rules! into_failure {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                ActionError::from(error).into()
            }
        }
    )*};
}

into_failure!(
    helm_kube::Error,
    StoreError,
    RenderError,
    SortError,
    NotUpgradable,
    serde_json::Error,
    helm_release::codec::CodecError,
    goregexp::Error,
);

impl Failure {
    /// Whether the release is refused because its newest revision is pending.
    pub fn is_pending(&self) -> bool {
        matches!(self.source.root(), ActionError::History(NotUpgradable::Pending))
    }

    /// Adds the release as far as it came.
    pub(crate) fn with_release(mut self, release: Release) -> Failure {
        self.release = Some(Box::new(release));
        self
    }
}
