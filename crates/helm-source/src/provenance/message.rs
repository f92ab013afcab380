//! The text that is signed: metadata, a line `...`, checksums.

use std::collections::BTreeMap;

use helm_chart::Compat;
use serde_json::Value as Json;
use sha2::Digest as _;

use super::error::ProvenanceError;

/// What is between metadata and checksums: the mark that ends a YAML document, because the one that begins a
/// document would begin a part of an armoured message.
const SEPARATOR: &[u8] = b"\n...\n";

/// `sha256:` and the digest of an archive.
pub(super) fn checksum(archive: &[u8]) -> String {
    let digits: String = sha2::Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// The text for an archive of this name.
pub(super) fn compose(archive: &[u8], name: &str, metadata: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
    let sums = serde_json::json!({ "files": { name: checksum(archive) } });
    let sums = govalue::yaml::sigs::marshal_json(&sums).map_err(|e| ProvenanceError::Yaml(e.to_string()))?;
    Ok([metadata, SEPARATOR, &sums].concat())
}

/// The checksums of files by their names.
pub(super) fn checksums(text: &[u8], compat: Compat) -> Result<BTreeMap<String, String>, ProvenanceError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|w| w == SEPARATOR) {
        parts.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    parts.push(rest);
    let [metadata, sums, ..] = parts[..] else { return Err(ProvenanceError::NoChecksums) };
    if compat == Compat::V3 {
        // Helm 4 does not look at the metadata.
        yaml(metadata)?;
    }
    match yaml(sums)? {
        Json::Object(fields) => {
            for images in fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case("images")) {
                texts("images", images.1)?;
            }
            let files = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("files"));
            files.map_or_else(|| Ok(BTreeMap::new()), |(_, files)| texts("files", files))
        }
        Json::Null => Ok(BTreeMap::new()),
        other => Err(wrong_type(&other, "value of type provenance.SumCollection")),
    }
}

fn yaml(text: &[u8]) -> Result<Json, ProvenanceError> {
    govalue::yaml::sigs::to_json_value(text).map_err(|e| ProvenanceError::Yaml(e.to_string()))
}

fn texts(field: &str, value: &Json) -> Result<BTreeMap<String, String>, ProvenanceError> {
    match value {
        Json::Null => Ok(BTreeMap::new()),
        Json::Object(entries) => entries
            .iter()
            .map(|(name, value)| match value {
                Json::String(text) => Ok((name.clone(), text.clone())),
                Json::Null => Ok((name.clone(), String::new())),
                // Where a text is wanted, `sigs.k8s.io/yaml` takes other scalars as they are printed.
                Json::Bool(_) => Ok((name.clone(), value.to_string())),
                Json::Number(number) => {
                    let float = number.as_f64().filter(|_| number.is_f64());
                    let text = float.map(|f| govalue::strconv::format_float(f, b'g', -1, 64));
                    Ok((name.clone(), text.unwrap_or_else(|| number.to_string())))
                }
                other => {
                    Err(wrong_type(other, &format!("struct field SumCollection.{field} of type string")))
                }
            })
            .collect(),
        other => {
            Err(wrong_type(other, &format!("struct field SumCollection.{field} of type map[string]string")))
        }
    }
}

/// The error of Go's `json.Unmarshal` as `sigs.k8s.io/yaml` shows it.
fn wrong_type(value: &Json, target: &str) -> ProvenanceError {
    let kind = match value {
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        _ => "object",
    };
    let unmarshal = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
    ProvenanceError::Yaml(format!("{unmarshal} {kind} into Go {target}"))
}
