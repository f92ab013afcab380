use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use helm_release::plan::{ApplyMode, Propagation};
use helm_render::Schema;

use crate::PostRenderer;

/// Whether an operation changes anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It does.
    #[default]
    No,
    /// It asks no cluster.
    Client,
    /// It asks the cluster and changes nothing.
    Server,
}

impl DryRun {
    /// Whether nothing is changed.
    pub fn is_dry(self) -> bool {
        self != DryRun::No
    }

    /// Whether the cluster is asked.
    pub fn asks_cluster(self) -> bool {
        self != DryRun::Client
    }
}

/// What becomes of an operation that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It stays as it is, for the user to look at.
    #[default]
    Keep,
    /// What was there before comes back; a first install is removed.
    RollBack,
}

/// What an upgrade does when there is no release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfMissing {
    /// It fails.
    #[default]
    Fail,
    /// It installs.
    Install {
        /// Whether the namespace is made.
        create_namespace: bool,
    },
}

/// How long and for what an operation waits after it changed objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// For hooks only.
    #[default]
    HookOnly,
    /// Until watches say that all objects are reconciled (kstatus).
    Watcher,
    /// Until polling says that all objects are ready, as Helm 3 does.
    Legacy,
}

impl Wait {
    /// The strategy when objects have to be waited for in any case: a rollback on failure needs to know of it.
    pub(crate) fn for_failure(self, on_failure: OnFailure) -> Wait {
        match (self, on_failure) {
            (Wait::HookOnly, OnFailure::RollBack) => Wait::Watcher,
            (wait, _) => wait,
        }
    }
}

/// How an upgrade or a rollback writes objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyChoice {
    /// As the revision before was written (Helm 4's default).
    Latched {
        /// Whether fields that others manage are taken over, with server-side apply.
        force_conflicts: bool,
    },
    /// As the revision before was written, but by replacing objects: refused where that was server-side apply.
    LatchedReplace,
    /// In this way.
    Fixed(ApplyMode),
}

/// Which values an upgrade starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReuseValues {
    /// The given ones, or those of the last revision when none are given.
    #[default]
    IfNoneGiven,
    /// The given ones only (`--reset-values`).
    Never,
    /// Those of the last revision over the defaults of its chart (`--reuse-values`).
    Always,
    /// Those of the last revision over the defaults of the new chart (`--reset-then-reuse-values`).
    OverNewDefaults,
}

/// What install, upgrade and rollback have in common.
#[derive(Clone, Debug)]
pub struct Conduct {
    /// Whether anything is changed.
    pub dry_run: DryRun,
    /// Whether hooks run.
    pub hooks: bool,
    /// What is waited for.
    pub wait: Wait,
    /// Whether Jobs have to be complete.
    pub wait_for_jobs: bool,
    /// How long each wait may take.
    pub timeout: Duration,
    /// What the record says afterwards; empty for Helm's own words.
    pub description: String,
}

impl Default for Conduct {
    fn default() -> Self {
        Conduct {
            dry_run: DryRun::No,
            hooks: true,
            wait: Wait::HookOnly,
            wait_for_jobs: false,
            timeout: Duration::from_secs(300),
            description: String::new(),
        }
    }
}

/// How a chart is rendered.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// Whether the notes of subcharts are shown too.
    pub subchart_notes: bool,
    /// Whether and how values are checked against the charts' schemas.
    pub schema: Schema,
    /// Whether Secrets are left out of the answer of a dry run.
    pub hide_secrets: bool,
    /// Whether `getHostByName` asks for names.
    pub enable_dns: bool,
    /// Whether the server does not check objects for unknown fields.
    pub skip_openapi_validation: bool,
    /// What rendered manifests go through.
    pub post_renderer: Option<Arc<dyn PostRenderer>>,
}

/// The user's labels of a record.
pub type Labels = BTreeMap<String, String>;

/// What a removal does.
#[derive(Clone, Debug)]
pub struct UninstallOptions {
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// Whether hooks run.
    pub hooks: bool,
    /// Whether it is fine that there is no release.
    pub ignore_not_found: bool,
    /// Whether the records stay.
    pub keep_history: bool,
    /// What happens to dependent objects.
    pub propagation: Propagation,
    /// What is waited for.
    pub wait: Wait,
    /// How long each wait may take.
    pub timeout: Duration,
    /// What the record says afterwards; empty for Helm's own words.
    pub description: String,
}

impl Default for UninstallOptions {
    fn default() -> Self {
        UninstallOptions {
            dry_run: false,
            hooks: true,
            ignore_not_found: false,
            keep_history: false,
            propagation: Propagation::Background,
            wait: Wait::HookOnly,
            timeout: Duration::from_secs(300),
            description: String::new(),
        }
    }
}
