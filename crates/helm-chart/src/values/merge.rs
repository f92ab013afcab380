use govalue::yaml::{Placed, YamlError, sigs};
use govalue::{Map, Value};

use super::values_type;
use crate::Compat;

/// Why a values document cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ValuesError {
    #[error("{0}")]
    Yaml(#[from] YamlError),
    #[error("cannot unmarshal yaml document: {0}")]
    Document(#[source] YamlError),
    #[error("{text}")]
    Type { text: String },
    #[error("error reading yaml document: invalid Yaml document separator: {rest}")]
    Separator { rest: String },
}

/// Reads values as Helm reads `values.yaml` and value files.
///
/// Helm 4 takes several documents in one file and merges them, later ones winning; Helm 3 reads the first only.
pub fn load(data: &[u8], compat: Compat) -> Result<Map, ValuesError> {
    match compat {
        Compat::V3 => match sigs::unmarshal_map(data)? {
            // Go's decoder leaves the empty map that it was given alone when it meets null.
            map if map.is_nil() => Ok(Map::new()),
            map => Ok(map),
        },
        Compat::V4 => load_documents(data),
    }
}

/// Reads the first document of a values file, as `helm lint` does at both levels (`ReadValues`).
pub fn load_first(data: &[u8], compat: Compat) -> Result<Map, ValuesError> {
    match sigs::unmarshal_map(data) {
        Ok(map) if map.is_nil() => Ok(Map::new()),
        Ok(map) => Ok(map),
        // The map that Helm decodes into is of a type with a name.
        Err(error) => match error.to_string().strip_suffix("map[string]interface {}") {
            Some(text) => Err(ValuesError::Type { text: format!("{text}{}", values_type(compat)) }),
            None => Err(error.into()),
        },
    }
}

fn load_documents(data: &[u8]) -> Result<Map, ValuesError> {
    let mut values = Map::new();
    for document in Documents::new(data) {
        let map = sigs::unmarshal_map(&document?.text).map_err(ValuesError::Document)?;
        // The usual file has one document: nothing to merge it with.
        values = if values.is_empty() && !map.is_nil() { map } else { merge_maps(&values, &map) };
    }
    Ok(values)
}

/// As [`load`], document by document, with the lines on which everything stands. Nothing is merged.
pub(crate) fn load_placed(data: &[u8], compat: Compat) -> Result<Vec<(u32, Placed)>, ValuesError> {
    match compat {
        Compat::V3 => Ok(vec![(0, sigs::unmarshal_placed(data)?)]),
        Compat::V4 => Documents::new(data)
            .map(|document| {
                let Part { text, first_line } = document?;
                Ok((first_line, sigs::unmarshal_placed(&text).map_err(ValuesError::Document)?))
            })
            .collect(),
    }
}

/// The documents of a stream, cut at lines that begin with `---` (Kubernetes' `YAMLReader`).
struct Documents<'a> {
    rest: &'a [u8],
    /// Lines that were read.
    lines: u32,
}

/// A document of a stream.
struct Part {
    text: Vec<u8>,
    /// The number of lines before its first one.
    first_line: u32,
}

impl<'a> Documents<'a> {
    fn new(rest: &'a [u8]) -> Documents<'a> {
        Documents { rest, lines: 0 }
    }

    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|b| *b == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        self.lines = self.lines.saturating_add(1);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Part, ValuesError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut document, first_line) = (Vec::new(), self.lines);
        while let Some(line) = self.next_line() {
            if let Some(rest) = line.strip_prefix(b"---") {
                let rest = String::from_utf8_lossy(rest);
                let rest = rest.trim();
                if !rest.is_empty() && !rest.starts_with('#') {
                    self.rest = &[];
                    return Some(Err(ValuesError::Separator { rest: rest.to_owned() }));
                }
                if !document.is_empty() {
                    return Some(Ok(Part { text: document, first_line }));
                }
            }
            document.extend_from_slice(line);
            document.push(b'\n');
        }
        (!document.is_empty()).then_some(Ok(Part { text: document, first_line }))
    }
}

/// Lays `over` over `base`: tables are merged, anything else in `over` replaces (`MergeMaps`). Neither is changed;
/// tables that only one of them has are shared with the result.
pub fn merge_maps(base: &Map, over: &Map) -> Map {
    let merged = if base.is_nil() { Map::new() } else { base.shallow_copy() };
    for (key, value) in over.snapshot().iter() {
        let value = match (value, merged.get_key(key)) {
            (Value::Map(over), Some(Value::Map(base))) => Value::Map(merge_maps(&base, over)),
            (value, _) => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}
