//! When an object counts as ready.
//!
//! [`kstatus`] follows the rules published with `kstatus` (sigs.k8s.io/cli-utils), which Helm 4 waits by;
//! [`hook`] those for hooks, which have to have finished; [`legacy`] those of Helm 3.

use std::fmt;

pub mod hook;
pub mod kstatus;
pub mod legacy;

/// Where an object is on its way to what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not there yet.
    InProgress,
    /// It will not get there by itself.
    Failed,
    /// There.
    Current,
    /// Being deleted.
    Terminating,
    /// Gone.
    NotFound,
    /// Nothing is known.
    Unknown,
}

/// As kstatus names it.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::InProgress => "InProgress",
            Status::Failed => "Failed",
            Status::Current => "Current",
            Status::Terminating => "Terminating",
            Status::NotFound => "NotFound",
            Status::Unknown => "Unknown",
        })
    }
}

/// A status with what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// One word for why, where it is not `Current`.
    pub reason: String,
    /// Why, for people.
    pub message: String,
}

impl Verdict {
    pub(crate) fn current(message: impl Into<String>) -> Verdict {
        Verdict { status: Status::Current, reason: String::new(), message: message.into() }
    }

    pub(crate) fn in_progress(reason: impl Into<String>, message: impl Into<String>) -> Verdict {
        Verdict { status: Status::InProgress, reason: reason.into(), message: message.into() }
    }

    pub(crate) fn failed(reason: impl Into<String>, message: impl Into<String>) -> Verdict {
        Verdict { status: Status::Failed, reason: reason.into(), message: message.into() }
    }

    /// The verdict on an object that is gone.
    pub fn not_found() -> Verdict {
        Verdict { status: Status::NotFound, reason: String::new(), message: "Resource not found".to_owned() }
    }

    /// The verdict on an object nothing has been heard of.
    pub fn unknown() -> Verdict {
        Verdict { status: Status::Unknown, reason: String::new(), message: String::new() }
    }
}

/// An object whose parts have the wrong types for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadinessError {
    /// A pod in a phase that does not exist.
    #[error("unknown phase {0}")]
    UnknownPhase(String),
    /// A field that should hold a whole number.
    #[error("looking up {field} from resource: .{field} accessor error: {found} is not a whole number")]
    NotANumber {
        /// The path of the field.
        field: &'static str,
        /// What it holds.
        found: String,
    },
    /// `status.conditions` is no list of conditions.
    #[error("status.conditions is not a list of conditions")]
    MalformedConditions,
}

/// One entry of `status.conditions`.
pub(crate) struct Condition<'a> {
    pub kind: &'a str,
    pub status: &'a str,
    pub reason: &'a str,
    pub message: &'a str,
}

/// The entries of `status.conditions`.
pub(crate) fn conditions(object: &crate::Object) -> Result<Vec<Condition<'_>>, ReadinessError> {
    use serde_json::Value;

    let list = match object.field(&["status", "conditions"]) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(ReadinessError::MalformedConditions),
    };
    list.iter()
        .map(|entry| {
            let map = entry.as_object().ok_or(ReadinessError::MalformedConditions)?;
            let text = |key: &str| match map.get(key) {
                None | Some(Value::Null) => Ok(""),
                Some(Value::String(text)) => Ok(text.as_str()),
                Some(_) => Err(ReadinessError::MalformedConditions),
            };
            Ok(Condition {
                kind: text("type")?,
                status: text("status")?,
                reason: text("reason")?,
                message: text("message")?,
            })
        })
        .collect()
}
