//! Records in objects of the cluster.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use helm_kube::{Cluster, ListOptions, ResourceType, WriteOptions};
use helm_release::{Compat, Release, Status, codec};
use k8s_object::Object;
use serde_json::{Map, Value, json};

use crate::record::{Content, Record, is_system_label};
use crate::{StoreError, StoreErrorKind};

/// How many records one answer of the API server holds.
const PAGE_SIZE: u32 = 250;

/// The annotation of a pending record that names its writer, who holds a lease.
const HOLDER: &str = "helm-rs/holder";

/// Sets a field of an object's metadata.
pub(crate) fn set_metadata(object: &mut Object, key: &str, value: Value) {
    let metadata = object.as_map_mut().entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert(key.to_owned(), value);
    }
}

/// The kind of object that holds a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Secret,
    ConfigMap,
}

/// Records in Secrets or ConfigMaps of a namespace, or of all when it is empty.
pub(crate) struct Objects<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) kind: Kind,
    pub(crate) namespace: &'a str,
    pub(crate) compat: Compat,
}

impl Objects<'_> {
    fn resource_type(&self) -> &'static ResourceType {
        const SECRET: &ResourceType = &ResourceType::SECRET;
        const CONFIG_MAP: &ResourceType = &ResourceType::CONFIG_MAP;
        match self.kind {
            Kind::Secret => SECRET,
            Kind::ConfigMap => CONFIG_MAP,
        }
    }

    /// Helm's driver for Secrets says what it was doing, the one for ConfigMaps does not.
    fn fail(&self, kind: impl Into<StoreErrorKind>, context: impl FnOnce() -> String) -> StoreError {
        StoreError::new(kind, (self.kind == Kind::Secret).then(context))
    }

    pub(crate) async fn get(&self, name: &str, version: u32) -> Result<Release, StoreError> {
        let key = key(name, version);
        let found = self.cluster.get(self.resource_type(), self.namespace, &key).await;
        let object = found.map_err(|e| match e.is_not_found() {
            true => StoreError::not_found(),
            false => self.fail(e, || format!("get: failed to get \"{key}\"")),
        })?;
        let record = self.record(object);
        let mut release =
            record.release().map_err(|e| self.fail(e, || format!("get: failed to decode data \"{key}\"")))?;
        release.labels.retain(|label, _| !is_system_label(label));
        Ok(release)
    }

    /// The records that a label selector matches.
    pub(crate) async fn records(&self, selector: &str, context: &str) -> Result<Vec<Record>, StoreError> {
        let options =
            ListOptions { label_selector: selector, page_size: PAGE_SIZE, ..ListOptions::default() };
        let objects = self.cluster.list(self.resource_type(), self.namespace, &options).await;
        let objects = objects.map_err(|e| self.fail(e, || context.to_owned()))?;
        Ok(objects.into_iter().map(|object| self.record(object)).collect())
    }

    pub(crate) async fn create(&self, release: &Release, holder: Option<&str>) -> Result<(), StoreError> {
        let mut object = self
            .object(release, "createdAt")
            .map_err(|e| self.fail(e, || format!("create: failed to encode release \"{}\"", release.name)))?;
        if let Some(holder) = holder.filter(|_| release.info.status.is_pending()) {
            // Gone with the next write, which says how the operation ended.
            set_metadata(&mut object, "annotations", json!({ HOLDER: holder }));
        }
        let options = WriteOptions::default();
        match self.cluster.create(self.resource_type(), self.namespace, &object, &options).await {
            Ok(_) => Ok(()),
            Err(e) if e.is_already_exists() => Err(StoreError::new(StoreErrorKind::Exists, None)),
            Err(e) => Err(self.fail(e, || "create: failed to create".to_owned())),
        }
    }

    /// Stores a revision anew; with the version of an object only if it is still that one.
    pub(crate) async fn update(&self, release: &Release, version: Option<&str>) -> Result<(), StoreError> {
        let mut object = self
            .object(release, "modifiedAt")
            .map_err(|e| self.fail(e, || format!("update: failed to encode release \"{}\"", release.name)))?;
        if let Some(version) = version {
            set_metadata(&mut object, "resourceVersion", version.into());
        }
        let key = key(&release.name, release.version);
        let options = WriteOptions::default();
        let updated =
            self.cluster.replace(self.resource_type(), self.namespace, &key, &object, &options).await;
        updated.map(drop).map_err(|e| self.fail(e, || "update: failed to update".to_owned()))
    }

    pub(crate) async fn delete(&self, name: &str, version: u32) -> Result<(), StoreError> {
        let deleted =
            self.cluster.delete(self.resource_type(), self.namespace, &key(name, version), None).await;
        deleted.map_err(|e| match e.is_not_found() {
            true => StoreError::not_found(),
            false => StoreError::new(e, None),
        })
    }

    /// The object that holds a release, with the time now under a label.
    fn object(&self, release: &Release, stamp: &str) -> Result<Object, codec::CodecError> {
        let packed = codec::encode(release, self.compat)?;
        let mut object = match self.kind {
            Kind::Secret => Object::new("v1", "Secret", "", &key(&release.name, release.version)),
            Kind::ConfigMap => Object::new("v1", "ConfigMap", "", &key(&release.name, release.version)),
        };
        for (key, value) in release.labels.iter().filter(|(key, _)| !is_system_label(key)) {
            object.set_label(key, value);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        object.set_label(stamp, &now.to_string());
        object.set_label("name", &release.name);
        object.set_label("owner", "helm");
        object.set_label("status", release.info.status.as_str());
        object.set_label("version", &release.version.to_string());
        let mut data = Map::new();
        match self.kind {
            Kind::Secret => {
                data.insert("release".to_owned(), BASE64_STANDARD.encode(packed).into());
                object.as_map_mut().insert("type".to_owned(), "helm.sh/release.v1".into());
            }
            Kind::ConfigMap => {
                data.insert("release".to_owned(), packed.into());
            }
        }
        object.as_map_mut().insert("data".to_owned(), Value::Object(data));
        Ok(object)
    }

    fn record(&self, object: Object) -> Record {
        let text = |key: &str| object.label(key).unwrap_or_default();
        // The object's own name counts where labels were changed by hand.
        let (name, version) = split_key(object.name()).unwrap_or((text("name"), 0));
        let (name, version) = (name.to_owned(), text("version").parse().unwrap_or(version));
        let status = Status::from(text("status"));
        let labels: BTreeMap<String, String> = object
            .field(&["metadata", "labels"])
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect();
        let content = object.text(&["data", "release"]).as_bytes();
        let packed = match self.kind {
            // What is no base64 is left for the codec to complain about.
            Kind::Secret => BASE64_STANDARD.decode(content).unwrap_or_else(|_| content.to_vec()),
            Kind::ConfigMap => content.to_vec(),
        };
        let namespace = object.namespace().to_owned();
        let holder =
            Some(object.text(&["metadata", "annotations", HOLDER])).filter(|holder| !holder.is_empty());
        Record {
            namespace,
            name,
            version,
            status,
            labels,
            content: Content::Packed(packed),
            holder: holder.map(str::to_owned),
            resource_version: object.text(&["metadata", "resourceVersion"]).to_owned(),
        }
    }
}

/// The name of the object that holds a revision.
pub(crate) fn key(name: &str, version: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

fn split_key(key: &str) -> Option<(&str, u32)> {
    let (name, version) = key.strip_prefix("sh.helm.release.v1.")?.rsplit_once(".v")?;
    Some((name, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_release_and_revision() {
        assert_eq!(key("my.app", 3), "sh.helm.release.v1.my.app.v3");
        assert_eq!(split_key("sh.helm.release.v1.my.v2.v3"), Some(("my.v2", 3)));
        assert_eq!(split_key("other"), None);
    }
}
