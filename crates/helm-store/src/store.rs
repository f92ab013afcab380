use std::sync::Arc;
use std::time::Duration;

use helm_kube::Cluster;
use helm_release::{Compat, Release, Revision, Status};

use crate::lease::Lease;
use crate::memory::Memory;
use crate::objects::{Kind, Objects};
use crate::record::Content;
use crate::{Driver, Record, StoreError};

/// The records of a namespace, or of all namespaces.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    namespace: String,
    compat: Compat,
    lease: Option<Lease>,
}

#[derive(Clone)]
enum Backend {
    Objects(Cluster, Kind),
    Memory(Arc<Memory>),
}

impl Store {
    /// The records that a driver keeps for a namespace; an empty one means all, which is for lists only.
    /// Records are written as the given generation of Helm writes them.
    pub fn new(driver: Driver, cluster: Cluster, namespace: &str, compat: Compat) -> Store {
        let backend = match driver {
            Driver::Secrets => Backend::Objects(cluster, Kind::Secret),
            Driver::ConfigMaps => Backend::Objects(cluster, Kind::ConfigMap),
            Driver::Memory => Backend::Memory(Arc::default()),
        };
        Store { backend, namespace: namespace.to_owned(), compat, lease: None }
    }

    /// An empty store in the memory of this process.
    pub fn memory(namespace: &str, compat: Compat) -> Store {
        let backend = Backend::Memory(Arc::default());
        Store { backend, namespace: namespace.to_owned(), compat, lease: None }
    }

    /// The same records seen from another namespace.
    pub fn in_namespace(&self, namespace: &str) -> Store {
        Store { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// The same records for a writer who holds a lease of the release that it works on: a holder is named
    /// `host/pid/start`, and waits so long for another one.
    pub fn leased(self, holder: &str, patience: Duration) -> Store {
        Store { lease: Some(Lease::new(holder, patience)), ..self }
    }

    /// The revisions of a release that is about to be changed, for which its lease is taken while they are read. A newest
    /// revision that is pending and whose writer died is marked as failed.
    pub async fn claimed_records(&self, name: &str) -> Result<Vec<Record>, StoreError> {
        let (Some(lease), Ok(objects)) = (&self.lease, self.objects()) else {
            return self.records(name).await;
        };
        if lease.held().is_some() {
            return self.records(name).await;
        }
        let claim = lease.claim(objects.cluster, &self.namespace, name);
        let (contended, records) = tokio::join!(claim, self.records(name));
        // What was read while another one held it is old.
        let mut records = if contended? { self.records(name).await? } else { records? };
        if let (Some(us), Some(last)) =
            (lease.held(), records.iter_mut().max_by_key(|record| record.version()))
        {
            let dead = last.holder().filter(|holder| last.status().is_pending() && *holder != us);
            if let Some(holder) = dead.map(str::to_owned) {
                let mut parts = holder.splitn(3, '/');
                let (host, pid) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let reason = format!("client died (process {pid} on host {host})");
                self.mark_failed(last, &reason).await?;
            }
        }
        Ok(records)
    }

    /// Marks a pending revision as failed, if nobody has written it meanwhile.
    pub async fn mark_failed(&self, record: &mut Record, reason: &str) -> Result<(), StoreError> {
        let mut release = record.release().map_err(|e| StoreError::new(e, None))?;
        let doing = match record.status() {
            Status::PendingUpgrade => "Upgrade",
            Status::PendingRollback => "Rollback",
            _ => "Release",
        };
        release.set_status(Status::Failed, format!("{doing} \"{}\" failed: {reason}", release.name));
        match self.objects() {
            Ok(objects) => objects.update(&release, Some(&record.resource_version)).await?,
            Err(memory) => memory.update(&self.namespace, &release)?,
        }
        record.labels.insert("status".to_owned(), Status::Failed.to_string());
        record.status = Status::Failed;
        record.content = Content::Release(Box::new(release));
        Ok(())
    }

    /// Lets go of the lease, at the end.
    pub async fn let_go(&self) {
        if let (Some(lease), Ok(objects)) = (&self.lease, self.objects()) {
            lease.release(objects.cluster).await;
        }
    }

    /// Reads one revision; its labels are the user's.
    pub async fn get(&self, name: &str, version: u32) -> Result<Release, StoreError> {
        match self.objects() {
            Ok(objects) => objects.get(name, version).await,
            Err(memory) => memory.get(&self.namespace, name, version),
        }
    }

    /// The revisions of a release in no particular order. That there are none is an error.
    pub async fn records(&self, name: &str) -> Result<Vec<Record>, StoreError> {
        let records = match self.objects() {
            Ok(objects) => {
                let selector = format!("name={name},owner=helm");
                objects.records(&selector, "query: failed to query with labels").await?
            }
            Err(memory) => memory.records(&self.namespace, Some(name)),
        };
        if records.is_empty() { Err(StoreError::not_found()) } else { Ok(records) }
    }

    /// All records.
    pub async fn list(&self) -> Result<Vec<Record>, StoreError> {
        match self.objects() {
            Ok(objects) => objects.records("owner=helm", "list: failed to list").await,
            Err(memory) => Ok(memory.records(&self.namespace, None)),
        }
    }

    /// Stores a new revision; that it exists is an error.
    pub async fn create(&self, release: &Release) -> Result<(), StoreError> {
        match self.objects() {
            Ok(objects) => {
                let Some(lease) = &self.lease else { return objects.create(release, None).await };
                lease.claim_late(objects.cluster, &self.namespace, &release.name).await?;
                lease.check()?;
                objects.create(release, lease.held()).await
            }
            Err(memory) => memory.create(&self.namespace, release),
        }
    }

    /// Stores an existing revision anew.
    pub async fn update(&self, release: &Release) -> Result<(), StoreError> {
        match self.objects() {
            Ok(objects) => {
                self.lease.as_ref().map_or(Ok(()), Lease::check)?;
                objects.update(release, None).await
            }
            Err(memory) => memory.update(&self.namespace, release),
        }
    }

    /// Deletes a revision.
    pub async fn delete(&self, name: &str, version: u32) -> Result<(), StoreError> {
        match self.objects() {
            Ok(objects) => objects.delete(name, version).await,
            Err(memory) => memory.delete(&self.namespace, name, version),
        }
    }

    fn objects(&self) -> Result<Objects<'_>, &Memory> {
        match &self.backend {
            Backend::Objects(cluster, kind) => {
                Ok(Objects { cluster, kind: *kind, namespace: &self.namespace, compat: self.compat })
            }
            Backend::Memory(memory) => Err(memory),
        }
    }
}
