use govalue::{Map, Value, json};

use super::{ValuesError, load, merge_maps};
use crate::Compat;
use crate::strvals::{self, ParseError};

/// What the user gave to set values with; merged in the order of the fields, later entries win.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--values`: paths, URLs, or `-` for standard input.
    pub files: Vec<String>,
    /// `--set-json`: `path=JSON,…`, or since Helm 4 one JSON object.
    pub json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub strings: Vec<String>,
    /// `--set-file`: the values are names of files to take the content of.
    pub file_contents: Vec<String>,
    /// `--set-literal`.
    pub literals: Vec<String>,
}

/// Why options make no values. The reader's own error is shown as it is.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum MergeError {
    #[error("{0}")]
    Read(String),
    #[error("failed to parse {file}: {source}")]
    File { file: String, source: ValuesError },
    #[error("failed parsing --set-json data JSON: {data}")]
    JsonObject { data: String },
    #[error("failed parsing --set-json data {data}")]
    Json { data: String },
    #[error("failed parsing --{flag} data: {source}")]
    Set { flag: &'static str, source: ParseError },
}

/// Fetches a file by the name that the user gave; the error is its text.
pub type Reader<'r> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'r;

impl Options {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        let all = [&self.files, &self.json, &self.set, &self.strings, &self.file_contents, &self.literals];
        all.iter().all(|list| list.is_empty())
    }

    /// Merges everything into one map (Helm's `values.Options.MergeValues`). `read` fetches a file by the name that
    /// the user gave; its error text is passed on unchanged.
    pub fn merge(&self, compat: Compat, read: &mut Reader<'_>) -> Result<Map, MergeError> {
        let mut base = Map::new();
        for file in &self.files {
            let data = read(file).map_err(MergeError::Read)?;
            let values =
                load(&data, compat).map_err(|source| MergeError::File { file: file.clone(), source })?;
            base = merge_maps(&base, &values);
        }
        for (setter, line) in self.setters() {
            base = setter.apply(line, base, compat, read)?;
        }
        Ok(base)
    }

    /// The flags that set single values, in the order in which they apply.
    pub(crate) fn setters(&self) -> impl Iterator<Item = (Setter, &str)> {
        let lists = [
            (Setter::Json, &self.json),
            (Setter::Set, &self.set),
            (Setter::Text, &self.strings),
            (Setter::FileContent, &self.file_contents),
            (Setter::Literal, &self.literals),
        ];
        lists.into_iter().flat_map(|(setter, lines)| lines.iter().map(move |l| (setter, l.as_str())))
    }
}

/// A flag that sets single values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Setter {
    Json,
    Set,
    Text,
    FileContent,
    Literal,
}

impl Setter {
    /// The flag's name.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Setter::Json => "set-json",
            Setter::Set => "set",
            Setter::Text => "set-string",
            Setter::FileContent => "set-file",
            Setter::Literal => "set-literal",
        }
    }

    /// Sets what a line says; `base` may be changed.
    pub(crate) fn apply(
        self,
        line: &str,
        base: Map,
        compat: Compat,
        read: &mut Reader<'_>,
    ) -> Result<Map, MergeError> {
        let parsed = match self {
            Setter::Json => return merge_json(base, line, compat),
            Setter::Set => strvals::parse_into(line, &base, compat),
            Setter::Text => strvals::parse_string_into(line, &base, compat),
            Setter::FileContent => strvals::parse_file_into(line, &base, compat, read),
            Setter::Literal => strvals::parse_literal_into(line, &base, compat),
        };
        parsed.map(|()| base).map_err(|source| MergeError::Set { flag: self.flag(), source })
    }
}

fn merge_json(base: Map, data: &str, compat: Compat) -> Result<Map, MergeError> {
    if compat >= Compat::V4 && data.trim().starts_with('{') {
        return match json::decode(data.trim().as_bytes()) {
            Ok(Value::Map(object)) => Ok(merge_maps(&base, &object)),
            _ => Err(MergeError::JsonObject { data: data.to_owned() }),
        };
    }
    match strvals::parse_json_into(data, &base, compat) {
        Ok(()) => Ok(base),
        Err(_) => Err(MergeError::Json { data: data.to_owned() }),
    }
}
