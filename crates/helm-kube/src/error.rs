use std::fmt;

use govalue::strconv::quote;
use k8s_object::patch::PatchError;
use serde::Deserialize;

/// What can go wrong between us and a cluster. Displays as Helm and client-go say it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered that it will not.
    #[error("{0}")]
    Api(Box<Status>),
    /// There was no answer.
    #[error("{0}")]
    Transport(Box<TransportError>),
    /// The cluster does not answer at all, or there is none to ask. Helm 3 writes this with a capital letter.
    #[error("kubernetes cluster unreachable: {0}")]
    Unreachable(Box<Error>),
    /// The kubeconfig does not lead to a cluster.
    #[error("{0}")]
    Config(String),
    /// The answer was not what the API promises.
    #[error("{context}: {message}")]
    Decode {
        /// What was being read.
        context: &'static str,
        /// What was wrong with it.
        message: String,
    },
    /// The server serves no such kind.
    #[error(
        "resource mapping not found for name: {} namespace: {} from \"\": no matches for kind {} in version {}\n\
         ensure CRDs are installed first",
        quote(name),
        quote(namespace),
        quote(kind),
        quote(api_version)
    )]
    NoMatch {
        /// The object's name.
        name: String,
        /// The object's namespace, as written.
        namespace: String,
        /// The kind that is not served.
        kind: String,
        /// Its `apiVersion`.
        api_version: String,
    },
    /// An object lacks what every object needs.
    #[error("{0}")]
    InvalidObject(String),
    /// No patch could be computed.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// There was nothing to act on.
    #[error("no objects visited")]
    NoObjects,
    /// The time was up.
    #[error("context deadline exceeded")]
    DeadlineExceeded,
    /// The caller cancelled.
    #[error("context canceled")]
    Cancelled,
    /// A hook did not succeed, an object never became ready or never went away.
    #[error("{0}")]
    NotReady(String),
    /// What was being done when something went wrong.
    #[error("{doing}: {source}")]
    While {
        /// What was being done.
        doing: String,
        /// What went wrong.
        source: Box<Error>,
    },
    /// Several things went wrong.
    #[error("{}", .errors.iter().map(Error::to_string).collect::<Vec<_>>().join(.separator))]
    Many {
        /// What stands between the texts.
        separator: &'static str,
        /// Everything that went wrong, in order.
        errors: Vec<Error>,
    },
}

impl Error {
    /// Says what was being done when this error came up.
    pub fn during(self, doing: impl Into<String>) -> Error {
        Error::While { doing: doing.into(), source: Box::new(self) }
    }

    /// One error for all of them; none for none.
    pub fn join(mut errors: Vec<Error>, separator: &'static str) -> Option<Error> {
        match errors.len() {
            0 | 1 => errors.pop(),
            _ => Some(Error::Many { separator, errors }),
        }
    }

    /// The server's answer, if this error is one.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Error::Api(status) => Some(status),
            Error::While { source, .. } | Error::Unreachable(source) => source.status(),
            _ => None,
        }
    }

    /// Whether the server answered that there is no such object.
    pub fn is_not_found(&self) -> bool {
        self.status().is_some_and(|status| status.reason == "NotFound")
    }

    /// Whether the server answered that the object has changed meanwhile, or another field manager owns a field.
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(|status| status.reason == "Conflict")
    }

    /// Whether the server answered that the object is already there.
    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(|status| status.reason == "AlreadyExists")
    }

    /// Whether the server answered that we may not.
    pub fn is_forbidden(&self) -> bool {
        self.status().is_some_and(|status| status.reason == "Forbidden")
    }

    /// Whether the time was up or the caller cancelled.
    pub fn is_interruption(&self) -> bool {
        match self {
            Error::DeadlineExceeded | Error::Cancelled => true,
            Error::While { source, .. } => source.is_interruption(),
            Error::Many { errors, .. } => errors.iter().any(Error::is_interruption),
            _ => false,
        }
    }

    pub(crate) fn decode(context: &'static str, error: impl fmt::Display) -> Error {
        Error::Decode { context, message: error.to_string() }
    }
}

/// The API's answer to a request it does not fulfil (`metav1.Status`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Status {
    /// The HTTP status code.
    #[serde(default)]
    pub code: u16,
    /// One word for what is wrong, such as `NotFound`.
    #[serde(default)]
    pub reason: String,
    /// What is wrong, for people.
    #[serde(default)]
    pub message: String,
    /// More about it: causes, the object it is about.
    #[serde(default)]
    pub details: Option<serde_json::Value>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A request that got no answer. Displays as Go's `url.Error`: `Get "https://…": dial tcp …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// The HTTP method as Go's errors write it, such as `Get`.
    pub operation: &'static str,
    /// The URL asked for.
    pub url: String,
    /// Why there was no answer, in the words of Go's network packages.
    pub cause: String,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\": {}", self.operation, self.url, self.cause)
    }
}
