use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use helm_release::Release;

use crate::record::{Content, Record};
use crate::{StoreError, StoreErrorKind};

/// Records in the memory of this process, by namespace, name and revision.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<BTreeMap<(String, String, u32), Release>>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String, u32), Release>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, namespace: &str, name: &str, version: u32) -> Result<Release, StoreError> {
        let key = (namespace.to_owned(), name.to_owned(), version);
        self.lock().get(&key).cloned().ok_or_else(StoreError::not_found)
    }

    /// All records, or those of a namespace, or of a release.
    pub(crate) fn records(&self, namespace: &str, name: Option<&str>) -> Vec<Record> {
        let wanted = |key: &(String, String, u32)| {
            (namespace.is_empty() || key.0 == namespace) && name.is_none_or(|name| key.1 == name)
        };
        self.lock()
            .iter()
            .filter(|(key, _)| wanted(key))
            .map(|(key, release)| record(&key.0, release))
            .collect()
    }

    pub(crate) fn create(&self, namespace: &str, release: &Release) -> Result<(), StoreError> {
        let key = (namespace.to_owned(), release.name.clone(), release.version);
        let mut records = self.lock();
        if records.contains_key(&key) {
            return Err(StoreError::new(StoreErrorKind::Exists, None));
        }
        records.insert(key, release.clone());
        Ok(())
    }

    pub(crate) fn update(&self, namespace: &str, release: &Release) -> Result<(), StoreError> {
        let key = (namespace.to_owned(), release.name.clone(), release.version);
        match self.lock().get_mut(&key) {
            Some(stored) => {
                *stored = release.clone();
                Ok(())
            }
            None => Err(StoreError::not_found()),
        }
    }

    pub(crate) fn delete(&self, namespace: &str, name: &str, version: u32) -> Result<(), StoreError> {
        let key = (namespace.to_owned(), name.to_owned(), version);
        self.lock().remove(&key).map(drop).ok_or_else(StoreError::not_found)
    }
}

fn record(namespace: &str, release: &Release) -> Record {
    let mut labels = release.labels.clone();
    labels.insert("name".to_owned(), release.name.clone());
    labels.insert("owner".to_owned(), "helm".to_owned());
    labels.insert("status".to_owned(), release.info.status.to_string());
    labels.insert("version".to_owned(), release.version.to_string());
    Record {
        namespace: namespace.to_owned(),
        name: release.name.clone(),
        version: release.version,
        status: release.info.status.clone(),
        labels,
        content: Content::Release(Box::new(release.clone())),
        holder: None,
        resource_version: String::new(),
    }
}
