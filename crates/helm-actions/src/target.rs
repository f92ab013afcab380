use std::sync::Arc;

use helm_kube::Cluster;
use helm_release::{Compat, Time};
use helm_store::Store;
use jiff::Zoned;

use crate::{Cancel, Event, Level, Observer};

/// Where releases live: a cluster, the records, a namespace.
#[derive(Clone)]
pub struct Target {
    /// The cluster.
    pub cluster: Cluster,
    /// The records of the namespace.
    pub store: Store,
    /// The namespace.
    pub namespace: String,
    /// The Helm to imitate.
    pub compat: Compat,
}

/// What every operation is given: where, for whom, and until when.
#[derive(Clone)]
pub struct Context {
    /// Where releases live.
    pub target: Target,
    /// Who is told what happens.
    pub observer: Arc<dyn Observer>,
    /// Ends the operation before its time.
    pub cancel: Cancel,
    /// Clock, randomness and names for templates.
    pub host: Arc<dyn sprig::Host>,
}

impl Context {
    /// The cluster.
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.target.cluster
    }

    /// The records.
    pub(crate) fn store(&self) -> &Store {
        &self.target.store
    }

    /// The Helm to imitate.
    pub(crate) fn compat(&self) -> Compat {
        self.target.compat
    }

    /// Tells the observer something.
    pub(crate) fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        self.observer.event(Event::Log { level, message, fields });
    }
}

/// Now, at the local offset, as Helm records it.
pub(crate) fn now() -> Time {
    let now = Zoned::now();
    Time::new(now.timestamp(), now.offset())
}
