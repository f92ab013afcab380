use std::sync::Arc;

use helm_kube::Cluster;
use helm_release::{Compat, Release};

use crate::memory::Memory;
use crate::objects::{Kind, Objects};
use crate::{Driver, Record, StoreError};

/// The records of a namespace, or of all namespaces.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    namespace: String,
    compat: Compat,
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
        Store { backend, namespace: namespace.to_owned(), compat }
    }

    /// An empty store in the memory of this process.
    pub fn memory(namespace: &str, compat: Compat) -> Store {
        Store { backend: Backend::Memory(Arc::default()), namespace: namespace.to_owned(), compat }
    }

    /// The same records seen from another namespace.
    pub fn in_namespace(&self, namespace: &str) -> Store {
        Store { namespace: namespace.to_owned(), ..self.clone() }
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
            Ok(objects) => objects.create(release).await,
            Err(memory) => memory.create(&self.namespace, release),
        }
    }

    /// Stores an existing revision anew.
    pub async fn update(&self, release: &Release) -> Result<(), StoreError> {
        match self.objects() {
            Ok(objects) => objects.update(release).await,
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
