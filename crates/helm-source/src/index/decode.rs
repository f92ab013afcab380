//! From the text of an index to an [`Index`], with Helm's checks.

use helm_chart::{ChartVersion, Compat, ValidationError};
use serde_json::Value as Json;

use super::{Draft, Index, IndexError, Listed};
use crate::http::Validators;

/// Reads an index: JSON, or YAML in which unknown fields and repeated keys are refused. Entries that are not valid are
/// left out and noted, as Helm does.
pub fn parse(data: &[u8], validators: &Validators, compat: Compat) -> Result<Index, IndexError> {
    if data.is_empty() {
        return Err(IndexError::Empty);
    }
    parse_tree(data, validators, compat)
}

/// The patient way: any valid text, by way of a tree of values.
fn parse_tree(data: &[u8], validators: &Validators, compat: Compat) -> Result<Index, IndexError> {
    let json = match serde_json::from_slice(data) {
        Ok(json) => json,
        Err(_) => {
            govalue::yaml::sigs::to_json_value_strict(data).map_err(|e| IndexError::Content(e.to_string()))?
        }
    };
    let mut draft = Draft::default();
    let mut api_version = String::new();
    match json {
        Json::Null => {}
        Json::Object(fields) => {
            for (key, value) in fields {
                read_field(&key, value, &mut draft, &mut api_version, compat)?;
            }
        }
        other => return Err(mismatch(&other, "repo.IndexFile")),
    }
    if api_version.is_empty() {
        return Err(IndexError::NoApiVersion);
    }
    Ok(draft.finish(validators))
}

fn read_field(
    key: &str,
    value: Json,
    draft: &mut Draft,
    api_version: &mut String,
    compat: Compat,
) -> Result<(), IndexError> {
    match key {
        "apiVersion" => match value {
            Json::String(text) => *api_version = text,
            Json::Null => {}
            Json::Number(number) => *api_version = number.to_string(),
            other => return Err(mismatch(&other, "string")),
        },
        "entries" => match value {
            Json::Object(charts) => {
                for (name, versions) in charts {
                    read_chart(&name, versions, draft, compat)?;
                }
            }
            Json::Null => {}
            other => return Err(mismatch(&other, "map[string]repo.ChartVersions")),
        },
        "generated" | "publicKeys" | "annotations" | "serverInfo" => {}
        unknown => {
            return Err(IndexError::Content(format!(
                "error unmarshaling JSON: while decoding JSON: json: unknown field {}",
                crate::quoted(unknown)
            )));
        }
    }
    Ok(())
}

fn read_chart(name: &str, versions: Json, draft: &mut Draft, compat: Compat) -> Result<(), IndexError> {
    let versions = match versions {
        Json::Array(versions) => versions,
        Json::Null => Vec::new(),
        other => return Err(mismatch(&other, "repo.ChartVersions")),
    };
    for entry in versions {
        if entry.is_null() {
            draft.note(name, "", "");
            continue;
        }
        let mut entry =
            ChartVersion::decode(&entry, compat).map_err(|e| IndexError::Content(e.to_string()))?;
        match check(&mut entry) {
            Ok(()) => draft.version(
                Listed {
                    name: &entry.metadata.name,
                    version: &entry.metadata.version,
                    app_version: &entry.metadata.app_version,
                    description: &entry.metadata.description,
                    digest: &entry.digest,
                },
                entry.metadata.keywords.iter().map(String::as_str),
                entry.urls.iter().map(String::as_str),
            ),
            Err(error) => draft.note(name, &entry.metadata.version, &error.to_string()),
        }
    }
    draft.chart(name);
    Ok(())
}

/// The checks of Helm's `loadIndex` on one entry.
pub(crate) fn check(entry: &mut ChartVersion) -> Result<(), ValidationError> {
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
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type {wanted}"
    ))
}
