use serde::{Deserialize, Serialize};

use crate::metadata::{ValidationError, null_as_default, sanitize};
use crate::{Metadata, Time};

/// A chart that another chart needs: an entry of `dependencies` in `Chart.yaml` or in a lock file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependency {
    /// Name, as the needed chart's own `Chart.yaml` has it.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// Version or version range; a lock file holds exact versions.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Where the chart comes from: a repository URL, `alias:` or `@` name, `file://` or `oci://`.
    #[serde(deserialize_with = "null_as_default")]
    pub repository: String,
    /// Comma-separated value paths; the first that holds a boolean switches the chart on or off.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Names under `tags` in the values that switch the chart on or off.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether the chart is to be loaded; set by dependency processing.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "std::ops::Not::not")]
    pub enabled: bool,
    /// Values to take over from the chart: names under `exports`, or pairs of `child` and `parent`.
    #[serde(
        rename = "import-values",
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub import_values: Vec<serde_json::Value>,
    /// Name to use for the chart instead of its own.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub alias: String,
    /// Whether `tags` was an empty list; templates can tell it from none.
    #[serde(skip)]
    pub empty_tags: bool,
}

impl Dependency {
    /// The name by which values and the chart tree know it: the alias, or else the name.
    pub fn key(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    /// Cleans the texts and checks the alias (Helm's `Dependency.Validate`).
    pub fn validate(&mut self) -> Result<(), ValidationError> {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().for_each(sanitize);
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !self.alias.bytes().all(allowed) {
            return Err(ValidationError::Alias { dependency: self.name.clone() });
        }
        Ok(())
    }
}

/// A lock file (`Chart.lock`, `requirements.lock`): what a dependency update resolved to.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lock {
    /// When the file was made.
    pub generated: Time,
    /// Hash of the dependencies in `Chart.yaml` and of those resolved.
    #[serde(deserialize_with = "null_as_default")]
    pub digest: String,
    /// The charts with their exact versions.
    #[serde(deserialize_with = "null_as_default", serialize_with = "empty_as_null")]
    pub dependencies: Vec<Dependency>,
}

/// A nil slice is `null` in Go's JSON, and a lock without dependencies has a nil slice.
fn empty_as_null<S: serde::Serializer>(list: &[Dependency], serializer: S) -> Result<S::Ok, S::Error> {
    if list.is_empty() { serializer.serialize_none() } else { list.serialize(serializer) }
}

impl Metadata {
    /// The dependency of that name or alias.
    pub fn dependency(&self, key: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|d| d.key() == key)
    }
}
