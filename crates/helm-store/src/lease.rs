//! Who works on a release: a `coordination.k8s.io` Lease beside its records, renewed while its holder lives.
//!
//! Helm knows nothing of it and is not disturbed by it: the Lease is an object of its own, which goes when the
//! operation ends. Where there may be none (no right to it, no such API) operations go on without, as in Helm.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use helm_kube::{Cluster, Patch, ResourceType, WriteOptions};
use jiff::Timestamp;
use k8s_object::Object;
use serde_json::json;
use tokio::time::Instant;

use crate::{StoreError, StoreErrorKind};

/// How long a holder may be silent before it counts as dead.
const TIME_TO_LIVE: Duration = Duration::from_secs(15);
/// How often a holder says that it lives.
const RENEWAL: Duration = Duration::from_secs(3);
/// How long a holder that looks dead by the clock is watched: its clock may be another than ours.
const CONFIRMATION: Duration = Duration::from_secs(5);
/// How often those who wait look.
const POLL: Duration = Duration::from_millis(500);

const TYPE: &ResourceType = &ResourceType::LEASE;

/// What a process holds, or wants to.
#[derive(Clone)]
pub(crate) struct Lease {
    /// Who holds it: `host/pid/start`.
    holder: Arc<str>,
    /// How long another holder is waited for.
    patience: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
enum State {
    /// No lease is held.
    #[default]
    Free,
    /// One was asked for, and the answer is not known.
    Asked { namespace: String, key: String },
    /// There is no namespace yet in which it could be.
    NoNamespace,
    /// It is held, and renewed by a task.
    Held { namespace: String, key: String, renewal: tokio::task::JoinHandle<()> },
    /// Another one took it over: we were silent for too long.
    Lost,
}

impl Lease {
    pub(crate) fn new(holder: &str, patience: Duration) -> Lease {
        Lease { holder: holder.into(), patience, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who we are, once the release is ours.
    pub(crate) fn held(&self) -> Option<&str> {
        matches!(*self.state(), State::Held { .. }).then_some(&*self.holder)
    }

    /// An error when another one took the release over.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match *self.state() {
            State::Lost => Err(StoreError::new(StoreErrorKind::LeaseLost, None)),
            _ => Ok(()),
        }
    }

    /// Asks again where there was no namespace before.
    pub(crate) async fn claim_late(
        &self,
        cluster: &Cluster,
        namespace: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        let late = matches!(*self.state(), State::NoNamespace);
        if late { self.claim(cluster, namespace, name).await.map(drop) } else { Ok(()) }
    }

    /// Takes the release, after others if need be. Answers whether there was another holder.
    pub(crate) async fn claim(
        &self,
        cluster: &Cluster,
        namespace: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        let key = key(name);
        *self.state() = State::Asked { namespace: namespace.to_owned(), key: key.clone() };
        let started = Instant::now();
        let mut seen: Option<(String, Instant)> = None;
        let mut contended = false;
        loop {
            let object = self.object(&key);
            match cluster.create(TYPE, namespace, &object, &WriteOptions::default()).await {
                Ok(created) => {
                    self.hold(cluster, namespace, &key, &created);
                    return Ok(contended);
                }
                Err(error) if error.is_already_exists() => contended = true,
                Err(error) => {
                    let free = if error.is_not_found() { State::NoNamespace } else { State::Free };
                    *self.state() = free;
                    return Ok(contended);
                }
            }
            let Ok(found) = cluster.find(TYPE, namespace, &key).await else {
                *self.state() = State::Free;
                return Ok(contended);
            };
            let Some(found) = found else { continue };
            let version = found.text(&["metadata", "resourceVersion"]).to_owned();
            let since = match &seen {
                Some((known, since)) if *known == version => *since,
                _ => Instant::now(),
            };
            let quiet = since.elapsed();
            let age = age(&found);
            let suspect = age >= TIME_TO_LIVE;
            if quiet >= TIME_TO_LIVE || (suspect && quiet >= CONFIRMATION) {
                if self.take_over(cluster, namespace, &key, &version).await {
                    return Ok(true);
                }
                continue;
            }
            seen = Some((version, since));
            if started.elapsed() >= self.patience && !suspect {
                *self.state() = State::Free;
                return Err(locked(name, &found, age));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Writes our name into the lease of a dead holder, if nobody else did.
    async fn take_over(&self, cluster: &Cluster, namespace: &str, key: &str, version: &str) -> bool {
        let mut object = self.object(key);
        crate::objects::set_metadata(&mut object, "resourceVersion", version.into());
        match cluster.replace(TYPE, namespace, key, &object, &WriteOptions::default()).await {
            Ok(replaced) => {
                self.hold(cluster, namespace, key, &replaced);
                true
            }
            Err(_) => {
                tokio::time::sleep(POLL).await;
                false
            }
        }
    }

    fn object(&self, key: &str) -> Object {
        let mut object = Object::new("coordination.k8s.io/v1", "Lease", "", key);
        let now = micro_time();
        let spec = json!({
            "holderIdentity": &*self.holder,
            "leaseDurationSeconds": TIME_TO_LIVE.as_secs(),
            "acquireTime": now,
            "renewTime": now,
        });
        object.as_map_mut().insert("spec".to_owned(), spec);
        object
    }

    fn hold(&self, cluster: &Cluster, namespace: &str, key: &str, object: &Object) {
        let version = object.text(&["metadata", "resourceVersion"]).to_owned();
        let renewal =
            renew(Arc::clone(&self.state), cluster.clone(), namespace.to_owned(), key.to_owned(), version);
        *self.state() = State::Held {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            renewal: tokio::spawn(renewal),
        };
    }

    /// Lets the release go.
    pub(crate) async fn release(&self, cluster: &Cluster) {
        let state = std::mem::take(&mut *self.state());
        let (namespace, key) = match state {
            State::Held { namespace, key, renewal } => {
                renewal.abort();
                (namespace, key)
            }
            State::Asked { namespace, key } => match cluster.find(TYPE, &namespace, &key).await {
                Ok(Some(found)) if found.text(&["spec", "holderIdentity"]) == &*self.holder => {
                    (namespace, key)
                }
                _ => return,
            },
            State::Free | State::NoNamespace | State::Lost => return,
        };
        // Where it cannot be deleted it dies of age.
        let _ = cluster.delete(TYPE, &namespace, &key, None).await;
    }
}

/// Says that the holder lives, until the lease is another's.
async fn renew(
    state: Arc<Mutex<State>>,
    cluster: Cluster,
    namespace: String,
    key: String,
    mut version: String,
) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let patch = Patch::Merge(json!({
            "metadata": { "resourceVersion": version },
            "spec": { "renewTime": micro_time() },
        }));
        match cluster.patch(TYPE, &namespace, &key, &patch, &WriteOptions::default()).await {
            Ok(object) => object.text(&["metadata", "resourceVersion"]).clone_into(&mut version),
            Err(error) if error.is_conflict() || error.is_not_found() => {
                // An answer that was lost may have renewed it all the same.
                let found = cluster.find(TYPE, &namespace, &key).await;
                let mine = |found: &Object| {
                    matches!(&*state.lock().unwrap_or_else(PoisonError::into_inner), State::Held { .. })
                        && found.text(&["metadata", "resourceVersion"]) == version
                };
                match found {
                    Ok(Some(found)) if mine(&found) => {}
                    Err(_) => {}
                    Ok(_) => {
                        *state.lock().unwrap_or_else(PoisonError::into_inner) = State::Lost;
                        return;
                    }
                }
            }
            // The server may come back.
            Err(_) => {}
        }
    }
}

/// The name of the lease of a release.
fn key(name: &str) -> String {
    format!("sh.helm.lease.v1.{name}")
}

fn micro_time() -> String {
    format!("{:.6}", Timestamp::now())
}

/// How long the holder has been silent, by the clock.
fn age(lease: &Object) -> Duration {
    let renewed = lease.text(&["spec", "renewTime"]).parse::<Timestamp>();
    renewed
        .ok()
        .and_then(|at| Duration::try_from(Timestamp::now().duration_since(at)).ok())
        .unwrap_or_default()
}

fn locked(name: &str, lease: &Object, age: Duration) -> StoreError {
    let mut parts = lease.text(&["spec", "holderIdentity"]).splitn(3, '/');
    let (host, pid) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let taken = lease.text(&["spec", "acquireTime"]).parse::<Timestamp>();
    let held = taken.ok().and_then(|at| Duration::try_from(Timestamp::now().duration_since(at)).ok());
    let kind = StoreErrorKind::Locked {
        release: name.to_owned(),
        holder: format!("process {pid} on host {host}"),
        held: held.unwrap_or_default().as_secs(),
        silent: age.as_secs(),
    };
    StoreError::new(kind, None)
}
