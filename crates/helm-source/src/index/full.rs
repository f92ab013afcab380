//! An index with everything that is in it, for writing one: `helm repo index`.

use std::collections::BTreeMap;

use helm_chart::{ChartVersion, Compat, Time, ValidationError};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Draft, Index, IndexError, Listed};
use crate::http::Validators;

/// The content of an `index.yaml`, in the order of Helm's struct.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FullIndex {
    /// What ChartMuseum puts in.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub server_info: serde_json::Map<String, Json>,
    /// `v1`.
    pub api_version: String,
    /// When it was made.
    pub generated: Time,
    /// The charts' versions by name.
    pub entries: BTreeMap<String, Vec<ChartVersion>>,
    /// Keys that nobody uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<String>,
    /// Notes for other programs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Chart, version and error of what was left out; no error where there was no entry.
    #[serde(skip)]
    pub(super) notes: Vec<(String, String, String)>,
}

impl FullIndex {
    /// An index without charts.
    pub fn new(now: Time) -> FullIndex {
        FullIndex { api_version: "v1".to_owned(), generated: now, ..FullIndex::default() }
    }

    /// Reads an index: JSON, or YAML in which unknown fields and repeated keys are refused. Entries that are not valid
    /// are left out and noted, as Helm does.
    pub fn parse(data: &[u8], compat: Compat) -> Result<FullIndex, IndexError> {
        if data.is_empty() {
            return Err(IndexError::Empty);
        }
        let json = match serde_json::from_slice(data) {
            Ok(json) => json,
            Err(_) => govalue::yaml::sigs::to_json_value_strict(data)
                .map_err(|e| IndexError::Content(e.to_string()))?,
        };
        let mut index = FullIndex::default();
        match json {
            Json::Null => {}
            Json::Object(fields) => {
                for (key, value) in fields {
                    index.read_field(&key, value, compat)?;
                }
            }
            other => return Err(mismatch(&other, "repo.IndexFile")),
        }
        if index.api_version.is_empty() {
            return Err(IndexError::NoApiVersion);
        }
        index.sort();
        Ok(index)
    }

    fn read_field(&mut self, key: &str, value: Json, compat: Compat) -> Result<(), IndexError> {
        let text = |value: &Json| match value {
            Json::String(text) => Ok(text.clone()),
            Json::Null => Ok(String::new()),
            Json::Number(number) => Ok(number.to_string()),
            Json::Bool(b) => Ok(b.to_string()),
            other => Err(mismatch(other, "string")),
        };
        match (key, value) {
            (_, Json::Null) => {}
            ("apiVersion", value) => self.api_version = text(&value)?,
            ("entries", Json::Object(charts)) => {
                for (name, versions) in charts {
                    self.read_chart(name, versions, compat)?;
                }
            }
            ("entries", other) => return Err(mismatch(&other, "map[string]repo.ChartVersions")),
            ("generated", value) => {
                let problem = |e: String| IndexError::Content(format!("{WHILE_DECODING}{e}"));
                self.generated = text(&value)?.parse().map_err(|e| problem(format!("{e}")))?;
            }
            ("publicKeys", Json::Array(keys)) => {
                self.public_keys = keys.iter().map(text).collect::<Result<_, _>>()?;
            }
            ("publicKeys", other) => return Err(mismatch(&other, "[]string")),
            ("annotations", Json::Object(notes)) => {
                for (key, value) in notes {
                    self.annotations.insert(key, text(&value)?);
                }
            }
            ("annotations", other) => return Err(mismatch(&other, "map[string]string")),
            ("serverInfo", Json::Object(info)) => self.server_info = info,
            ("serverInfo", other) => return Err(mismatch(&other, "map[string]interface {}")),
            (unknown, _) => {
                let unknown = crate::quoted(unknown);
                return Err(IndexError::Content(format!("{WHILE_DECODING}json: unknown field {unknown}")));
            }
        }
        Ok(())
    }

    fn read_chart(&mut self, name: String, versions: Json, compat: Compat) -> Result<(), IndexError> {
        let versions = match versions {
            Json::Array(versions) => versions,
            Json::Null => Vec::new(),
            other => return Err(mismatch(&other, "repo.ChartVersions")),
        };
        let mut kept = Vec::with_capacity(versions.len());
        for entry in versions {
            if entry.is_null() {
                self.notes.push((name.clone(), String::new(), String::new()));
                continue;
            }
            let mut entry =
                ChartVersion::decode(&entry, compat).map_err(|e| IndexError::Content(e.to_string()))?;
            match check(&mut entry) {
                Ok(()) => kept.push(entry),
                Err(error) => self.notes.push((name.clone(), entry.metadata.version, error.to_string())),
            }
        }
        self.entries.insert(name, kept);
        Ok(())
    }

    /// Sorts the versions of every chart, newest first.
    pub fn sort(&mut self) {
        for versions in self.entries.values_mut() {
            versions.sort_by_cached_key(|v| {
                std::cmp::Reverse(gosemver::Version::parse(&v.metadata.version).ok())
            });
        }
    }

    /// Adds what another index has and this one has not, by name and version.
    pub fn merge(&mut self, other: FullIndex) {
        for version in other.entries.into_values().flatten() {
            let known = self.entries.entry(version.metadata.name.clone()).or_default();
            let fits = gosemver::Constraint::parse(&version.metadata.version).ok();
            let same = |known: &ChartVersion| {
                known.metadata.version == version.metadata.version
                    || fits.as_ref().is_some_and(|fits| {
                        gosemver::Version::parse(&known.metadata.version).is_ok_and(|v| fits.check(&v))
                    })
            };
            if !known.iter().any(same) {
                known.push(version);
            }
        }
    }

    /// The index as Helm writes it, in YAML or in JSON.
    pub fn encode(&self, json: bool) -> Result<Vec<u8>, IndexError> {
        let problem = |e: String| IndexError::Content(e);
        if !json {
            let value = serde_json::to_value(self).map_err(|e| problem(e.to_string()))?;
            return govalue::yaml::sigs::marshal_json(&value).map_err(|e| problem(e.to_string()));
        }
        let text = serde_json::to_string_pretty(self).map_err(|e| problem(e.to_string()))?;
        // Go's encoder escapes what HTML would misread; outside of texts there are no such characters.
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escaped += &format!("\\u{:04x}", u32::from(c)),
                c => escaped.push(c),
            }
        }
        Ok(escaped.into_bytes())
    }

    /// The index as it is kept.
    pub(super) fn compact(&self, validators: &Validators) -> Index {
        let mut draft = Draft::default();
        for (name, versions) in &self.entries {
            for entry in versions {
                let metadata = &entry.metadata;
                let listed = Listed {
                    name: &metadata.name,
                    version: &metadata.version,
                    app_version: &metadata.app_version,
                    description: &metadata.description,
                    digest: &entry.digest,
                };
                let (keywords, urls) = (metadata.keywords.iter(), entry.urls.iter());
                draft.version(listed, keywords.map(String::as_str), urls.map(String::as_str));
            }
            draft.chart(name);
        }
        for (chart, version, error) in &self.notes {
            draft.note(chart, version, error);
        }
        draft.finish(validators)
    }
}

const WHILE_DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";

/// The checks of Helm's `loadIndex` on one entry.
fn check(entry: &mut ChartVersion) -> Result<(), ValidationError> {
    if entry.metadata.api_version.is_empty() {
        "v1".clone_into(&mut entry.metadata.api_version);
    }
    match entry.metadata.validate() {
        // Some servers drop the aliases of dependencies.
        Err(ValidationError::DuplicateDependency { .. }) => Ok(()),
        outcome => outcome,
    }
}

fn mismatch(found: &Json, wanted: &str) -> IndexError {
    let found = match found {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    IndexError::Content(format!(
        "{WHILE_DECODING}json: cannot unmarshal {found} into Go value of type {wanted}"
    ))
}
