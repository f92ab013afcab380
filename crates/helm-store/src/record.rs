use std::collections::BTreeMap;

use helm_release::codec::{self, CodecError};
use helm_release::{Release, Revision, Status, Summary};

/// The labels that the drivers write themselves and users cannot.
pub const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Whether a label is one of the drivers' own.
pub fn is_system_label(key: &str) -> bool {
    SYSTEM_LABELS.contains(&key)
}

/// A stored record that has not been unpacked: what its labels say, and its content.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) status: Status,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) content: Content,
    /// Who wrote a pending record under a lease.
    pub(crate) holder: Option<String>,
    /// The version of the object that holds it.
    pub(crate) resource_version: String,
}

/// The content of a record.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// As the drivers pack it.
    Packed(Vec<u8>),
    /// As the memory driver keeps it.
    Release(Box<Release>),
}

impl Record {
    /// The namespace in which the record lies.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Who wrote a pending record under a lease; none for records of Helm.
    pub fn holder(&self) -> Option<&str> {
        self.holder.as_deref()
    }

    /// All labels, the driver's own included.
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }

    /// Unpacks the release; its labels are all labels of the record.
    pub fn release(&self) -> Result<Release, CodecError> {
        let mut release = match &self.content {
            Content::Packed(packed) => codec::decode(packed)?,
            Content::Release(release) => (**release).clone(),
        };
        release.labels.clone_from(&self.labels);
        Ok(release)
    }

    /// Unpacks what a list shows.
    pub fn summary(&self) -> Result<Summary, CodecError> {
        let mut summary = match &self.content {
            Content::Packed(packed) => codec::decode_summary(packed)?,
            Content::Release(release) => Summary::from(&**release),
        };
        summary.labels.clone_from(&self.labels);
        Ok(summary)
    }
}

impl Revision for Record {
    fn release(&self) -> &str {
        &self.name
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn status(&self) -> &Status {
        &self.status
    }
}
