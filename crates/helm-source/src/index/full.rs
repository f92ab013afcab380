//! An index with everything that is in it, for writing one: `helm repo index`.

use std::collections::BTreeMap;

use helm_chart::{ChartVersion, Compat, DecodeError, IndexForm, Metadata, Time, ValidationError};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Draft, Index, IndexError};
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
        let (json, form) = match serde_json::from_slice(data) {
            Ok(json) => (json, IndexForm::Json),
            Err(_) => {
                let json = govalue::yaml::sigs::to_json_value_strict(data);
                (json.map_err(|e| IndexError::Content(e.to_string()))?, IndexForm::Yaml)
            }
        };
        let mut index = Reader::read(json, form, compat)?;
        index.sort();
        if index.api_version.is_empty() {
            return Err(IndexError::NoApiVersion);
        }
        Ok(index)
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
                draft.entry(entry);
            }
            draft.chart(name);
        }
        for (chart, version, error) in &self.notes {
            draft.note(chart, version, error);
        }
        draft.finish(validators)
    }
}

/// How `sigs.k8s.io/yaml` begins what the decoder of JSON says.
const WHILE_DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";

/// The checks of Helm's `loadIndex` on one entry.
pub(super) fn check(metadata: &mut Metadata) -> Result<(), ValidationError> {
    if metadata.api_version.is_empty() {
        "v1".clone_into(&mut metadata.api_version);
    }
    match metadata.validate() {
        // Some servers drop the aliases of dependencies.
        Err(ValidationError::DuplicateDependency { .. }) => Ok(()),
        outcome => outcome,
    }
}

/// The fields of an index.
pub(super) const FIELDS: [&str; 6] =
    ["serverInfo", "apiVersion", "generated", "entries", "publicKeys", "annotations"];

/// Goes through a document in the order of its keys. The first problem counts, unless a time cannot be read: that ends
/// the reading in Go.
pub(super) struct Reader {
    index: FullIndex,
    form: IndexForm,
    compat: Compat,
    problem: Option<String>,
}

/// A time that cannot be read.
struct Fatal(String);

impl Reader {
    pub(super) fn read(document: Json, form: IndexForm, compat: Compat) -> Result<FullIndex, IndexError> {
        let mut reader = Reader { index: FullIndex::default(), form, compat, problem: None };
        let fatal = reader.document(document).err().map(|Fatal(problem)| problem);
        match fatal.or(reader.problem) {
            None => Ok(reader.index),
            Some(problem) if form == IndexForm::Json => Err(IndexError::Content(problem)),
            Some(problem) => Err(IndexError::Content(format!("{WHILE_DECODING}{problem}"))),
        }
    }

    fn document(&mut self, document: Json) -> Result<(), Fatal> {
        let fields = match document {
            Json::Null => return Ok(()),
            Json::Object(fields) => fields,
            other => {
                let found = kind(&other);
                self.fail(format!("json: cannot unmarshal {found} into Go value of type repo.IndexFile"));
                return Ok(());
            }
        };
        for (key, value) in fields {
            let known = FIELDS.iter().find(|f| **f == key);
            match known.or_else(|| FIELDS.iter().find(|f| f.eq_ignore_ascii_case(&key))) {
                Some(field) => self.field(field, value)?,
                None if self.form == IndexForm::Json => {}
                None => self.fail(format!("json: unknown field {}", crate::quoted(&key))),
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &str, value: Json) -> Result<(), Fatal> {
        match (field, value) {
            (_, Json::Null) => {}
            ("apiVersion", value) => self.index.api_version = self.text(value, "apiVersion"),
            ("generated", Json::String(text)) => {
                self.index.generated = text.parse().map_err(|e| Fatal(format!("{e}")))?;
            }
            ("generated", _) => {
                return Err(Fatal("Time.UnmarshalJSON: input is not a JSON string".to_owned()));
            }
            ("entries", Json::Object(charts)) => {
                for (name, versions) in charts {
                    self.chart(name, versions)?;
                }
            }
            ("entries", other) => self.mismatch(&other, "entries", "map[string]repo.ChartVersions"),
            ("publicKeys", Json::Array(keys)) => {
                self.index.public_keys = keys.into_iter().map(|key| self.text(key, "publicKeys")).collect();
            }
            ("publicKeys", other) => self.mismatch(&other, "publicKeys", "[]string"),
            ("annotations", Json::Object(notes)) => {
                for (key, value) in notes {
                    let text = self.text(value, "annotations");
                    self.index.annotations.insert(key, text);
                }
            }
            ("annotations", other) => self.mismatch(&other, "annotations", "map[string]string"),
            (_, Json::Object(info)) => self.index.server_info = info,
            (_, other) => self.mismatch(&other, "serverInfo", "map[string]interface {}"),
        }
        Ok(())
    }

    fn chart(&mut self, name: String, versions: Json) -> Result<(), Fatal> {
        let versions = match versions {
            Json::Array(versions) => versions,
            Json::Null => Vec::new(),
            other => {
                self.mismatch(&other, "entries", "repo.ChartVersions");
                return Ok(());
            }
        };
        let mut kept = Vec::with_capacity(versions.len());
        for entry in versions {
            match ChartVersion::decode(&entry, self.form, self.compat) {
                Ok(None) => self.index.notes.push((name.clone(), String::new(), String::new())),
                Ok(Some(mut entry)) => match check(&mut entry.metadata) {
                    Ok(()) => kept.push(entry),
                    Err(error) => {
                        self.index.notes.push((name.clone(), entry.metadata.version, error.to_string()));
                    }
                },
                Err(error) => {
                    let text = error.to_string();
                    let text = text.strip_prefix(WHILE_DECODING).unwrap_or(&text).to_owned();
                    match error {
                        DecodeError::Time { .. } => return Err(Fatal(text)),
                        _ => self.fail(text),
                    }
                }
            }
        }
        self.index.entries.insert(name, kept);
        Ok(())
    }

    /// Text; numbers and booleans of YAML become text.
    fn text(&mut self, value: Json, field: &str) -> String {
        match value {
            Json::String(text) => return text,
            Json::Null => {}
            Json::Number(_) | Json::Bool(_) if self.form == IndexForm::Yaml => {
                return helm_chart::scalar_text(&value);
            }
            other => self.mismatch(&other, field, "string"),
        }
        String::new()
    }

    fn fail(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    fn mismatch(&mut self, found: &Json, field: &str, wanted: &str) {
        let found = kind(found);
        self.fail(format!(
            "json: cannot unmarshal {found} into Go struct field IndexFile.{field} of type {wanted}"
        ));
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
