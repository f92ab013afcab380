use serde::{Deserialize, Serialize};

use crate::decode::{DecodeError, Decoder, IndexForm};
use crate::metadata::null_as_default;
use crate::{Compat, Metadata, Time};

/// A chart as the index of a repository lists it: its metadata, and where and what the archive is (Helm's
/// `repo.ChartVersion`).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartVersion {
    /// The chart's `Chart.yaml`; its fields stand beside the others.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Where the archive is, absolute or relative to the repository; the first is taken.
    #[serde(deserialize_with = "null_as_default")]
    pub urls: Vec<String>,
    /// When the entry was made.
    pub created: Time,
    /// Whether the chart was taken back.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// SHA-256 of the archive in hexadecimal.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

impl ChartVersion {
    /// Reads an entry of an index as Helm does; `null` is none.
    pub fn decode(
        document: &serde_json::Value,
        form: IndexForm,
        compat: Compat,
    ) -> Result<Option<ChartVersion>, DecodeError> {
        Decoder::new(compat).chart_version(document, form)
    }
}
