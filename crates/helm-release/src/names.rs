//! The words that a stored release is written with.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enum over fixed words that keeps any other word as it came.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $default:expr, $($(#[$vdoc:meta])* $variant:ident = $word:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A word of another version of Helm, kept as it came.
            Other(String),
        }

        impl $name {
            /// The word as it is stored and printed.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    word => Self::Other(word.to_owned()),
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $default
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer).map(|word| Self::from(&*word))
            }
        }
    };
}

words! {
    /// Where a release stands.
    Status, Status::Other(String::new()),
    /// Nothing is known.
    Unknown = "unknown",
    /// The objects of this revision are on the cluster.
    Deployed = "deployed",
    /// The release was removed and its record kept.
    Uninstalled = "uninstalled",
    /// A later revision took its place.
    Superseded = "superseded",
    /// The objects could not be brought onto the cluster.
    Failed = "failed",
    /// Its objects are being removed.
    Uninstalling = "uninstalling",
    /// The first install is under way.
    PendingInstall = "pending-install",
    /// An upgrade is under way.
    PendingUpgrade = "pending-upgrade",
    /// A rollback is under way.
    PendingRollback = "pending-rollback",
}

impl Status {
    /// Whether an operation is under way, so that no other one may begin.
    pub fn is_pending(&self) -> bool {
        matches!(self, Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback)
    }
}

words! {
    /// The moment in the life of a release at which a hook runs.
    HookEvent, HookEvent::Other(String::new()),
    /// Before the first objects are created.
    PreInstall = "pre-install",
    /// After all objects are there.
    PostInstall = "post-install",
    /// Before the objects are deleted.
    PreDelete = "pre-delete",
    /// After the objects are deleted.
    PostDelete = "post-delete",
    /// Before an upgrade changes objects.
    PreUpgrade = "pre-upgrade",
    /// After an upgrade changed objects.
    PostUpgrade = "post-upgrade",
    /// Before a rollback changes objects.
    PreRollback = "pre-rollback",
    /// After a rollback changed objects.
    PostRollback = "post-rollback",
    /// When the user asks for tests.
    Test = "test",
}

impl HookEvent {
    /// The event that a `helm.sh/hook` annotation names; `test-success` is Helm 2's name of `test`.
    pub fn from_annotation(word: &str) -> Option<HookEvent> {
        match HookEvent::from(word) {
            HookEvent::Other(other) => (other == "test-success").then_some(HookEvent::Test),
            event => Some(event),
        }
    }
}

words! {
    /// When the objects of a hook are deleted.
    DeletePolicy, DeletePolicy::BeforeHookCreation,
    /// After the hook succeeded.
    HookSucceeded = "hook-succeeded",
    /// After the hook failed.
    HookFailed = "hook-failed",
    /// Before the hook runs again; what Helm does when nothing is said.
    BeforeHookCreation = "before-hook-creation",
}

words! {
    /// When the logs of a hook's pods are shown.
    OutputLogPolicy, OutputLogPolicy::Other(String::new()),
    /// After the hook succeeded.
    HookSucceeded = "hook-succeeded",
    /// After the hook failed.
    HookFailed = "hook-failed",
}

words! {
    /// How the last run of a hook ended.
    HookPhase, HookPhase::Other(String::new()),
    /// Nothing is known.
    Unknown = "Unknown",
    /// It runs.
    Running = "Running",
    /// It succeeded.
    Succeeded = "Succeeded",
    /// It failed.
    Failed = "Failed",
}

words! {
    /// How the objects of a release were written: `apply_method` in the record (Helm 4). A record without it means
    /// client-side apply.
    ApplyMethod, ApplyMethod::ClientSide,
    /// Three-way merges made by the client.
    ClientSide = "csa",
    /// Server-side apply.
    ServerSide = "ssa",
}
