//! From a YAML document to the structs of a chart, as `sigs.k8s.io/yaml` and Go's `encoding/json` do it together:
//! numbers and booleans become text where the field is a string, keys match without regard to case, `null` changes
//! nothing, the first field of a wrong type makes the error and the others are still read.

use serde_json::{Map as Object, Value as Json};

use crate::go::quoted;
use crate::{ChartVersion, Compat, Dependency, Lock, Maintainer, Metadata, Time};

/// Why a document does not fit its struct; `Display` is the text of Go's JSON decoder as `sigs.k8s.io/yaml` wraps it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are the parts of the text")]
pub enum DecodeError {
    #[error(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go struct field {owner}.{field} of type {wanted}"
    )]
    Field { found: &'static str, owner: &'static str, field: String, wanted: String },
    #[error(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type {wanted}"
    )]
    Document { found: &'static str, wanted: String },
    #[error("error unmarshaling JSON: while decoding JSON: json: unknown field {}", quoted(field))]
    UnknownField { field: String },
    #[error("error unmarshaling JSON: while decoding JSON: {reason}")]
    Time { reason: String },
}

/// The form in which the index of a repository came: Helm reads JSON as JSON, with fields that it does not know and
/// without turning numbers into text, and everything else strictly as YAML.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IndexForm {
    /// Valid JSON.
    Json,
    /// Anything else.
    Yaml,
}

/// The fields of `Chart.yaml`.
const METADATA_NAMES: &[&str] = VERSION_NAMES.split_at(17).0;

/// The fields of a version in an index: the metadata's, then its own.
const VERSION_NAMES: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
    "urls",
    "created",
    "removed",
    "digest",
    "checksum",
    "engine",
    "tillerVersion",
    "url",
];

/// What Go's decoder calls a JSON value.
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

/// The state of one decoding: where it is and the first thing that went wrong.
pub(crate) struct Decoder {
    /// The package that Go's type names are qualified with.
    package: &'static str,
    strict: bool,
    /// Whether numbers and booleans become text where text is wanted.
    converts: bool,
    owner: &'static str,
    path: Vec<&'static str>,
    error: Option<DecodeError>,
}

impl Decoder {
    pub(crate) fn new(compat: Compat) -> Decoder {
        let package = match compat {
            Compat::V3 => "chart",
            Compat::V4 => "v2",
        };
        Decoder { package, strict: false, converts: true, owner: "", path: Vec::new(), error: None }
    }

    /// For charts of the format `v3`, which have types of their own.
    pub(crate) fn experimental() -> Decoder {
        Decoder { package: "v3", ..Decoder::new(Compat::V4) }
    }

    /// Refuses fields that the struct does not have (`UnmarshalStrict`).
    pub(crate) fn strict(mut self) -> Decoder {
        self.strict = true;
        self
    }

    /// Reads a document over what `metadata` already holds.
    pub(crate) fn metadata(mut self, document: &Json, metadata: &mut Metadata) -> Result<(), DecodeError> {
        self.root(document, "Metadata", |d, fields| d.metadata_fields(fields, metadata));
        self.error.map_or(Ok(()), Err)
    }

    /// Reads the one field by which Helm 4 tells the formats of charts apart.
    pub(crate) fn api_version(document: &Json) -> Result<String, DecodeError> {
        let mut decoder = Decoder { package: "loader", ..Decoder::new(Compat::V4) };
        let mut version = String::new();
        decoder.root(document, "chartBase", |d, fields| {
            d.fields(fields, &["apiVersion"], |d, _, value| d.string(value, &mut version));
        });
        decoder.error.map_or(Ok(version), Err)
    }

    /// Reads an entry of a repository's index, `null` as none: metadata with more fields beside it. Fields of the past
    /// are read and forgotten. Numbers become text in the fields beside the metadata only: that library does not look
    /// into an embedded struct.
    pub(crate) fn chart_version(
        mut self,
        document: &Json,
        form: IndexForm,
    ) -> Result<Option<ChartVersion>, DecodeError> {
        (self.owner, self.path) = ("IndexFile", vec!["entries"]);
        self.strict = form == IndexForm::Yaml;
        let mut version = ChartVersion::default();
        let fields = match document {
            Json::Null => return Ok(None),
            Json::Object(fields) => fields,
            other => {
                self.mismatch(other, "repo.ChartVersion");
                return self.error.map_or(Ok(None), Err);
            }
        };
        self.owner = "ChartVersion";
        self.fields(fields, VERSION_NAMES, |d, name, value| {
            d.converts = form == IndexForm::Yaml;
            match name {
                "urls" => d.strings(value, &mut version.urls),
                "created" => d.time(value, &mut version.created),
                "removed" => d.boolean(value, &mut version.removed),
                "digest" => d.string(value, &mut version.digest),
                "checksum" | "engine" | "tillerVersion" | "url" => d.string(value, &mut String::new()),
                name => {
                    d.converts = false;
                    d.path.pop();
                    d.path.extend(["Metadata", name]);
                    d.metadata_field(name, value, &mut version.metadata);
                    d.path.pop();
                }
            }
        });
        self.error.map_or(Ok(Some(version)), Err)
    }

    /// Reads a lock file.
    pub(crate) fn lock(mut self, document: &Json) -> Result<Option<Lock>, DecodeError> {
        if document.is_null() {
            return Ok(None);
        }
        let mut lock = Lock::default();
        self.root(document, "Lock", |d, fields| d.lock_fields(fields, &mut lock));
        self.error.map_or(Ok(Some(lock)), Err)
    }

    fn root(
        &mut self,
        document: &Json,
        name: &'static str,
        read: impl FnOnce(&mut Self, &Object<String, Json>),
    ) {
        match document {
            Json::Null => {}
            Json::Object(fields) => {
                self.owner = name;
                read(self, fields);
            }
            other => {
                let wanted = format!("{}.{name}", self.package);
                self.error = Some(DecodeError::Document { found: kind(other), wanted });
            }
        }
    }

    fn fail(&mut self, error: DecodeError) {
        self.error.get_or_insert(error);
    }

    /// What a type's own decoder says ends the decoding: it counts more than what was wrong before.
    fn abort(&mut self, reason: String) {
        if !matches!(self.error, Some(DecodeError::Time { .. })) {
            self.error = Some(DecodeError::Time { reason });
        }
    }

    fn mismatch(&mut self, value: &Json, wanted: impl Into<String>) {
        let field = self.path.join(".");
        self.fail(DecodeError::Field { found: kind(value), owner: self.owner, field, wanted: wanted.into() });
    }

    /// Goes through the fields of an object: each key is matched with a name, first exactly, then without case.
    fn fields(
        &mut self,
        object: &Object<String, Json>,
        names: &[&'static str],
        mut read: impl FnMut(&mut Self, &'static str, &Json),
    ) {
        for (key, value) in object {
            let exact = names.iter().find(|n| **n == key.as_str());
            match exact.or_else(|| names.iter().find(|n| fold_eq(n, key))) {
                Some(name) => {
                    self.path.push(name);
                    read(self, name, value);
                    self.path.pop();
                }
                None if self.strict => self.fail(DecodeError::UnknownField { field: key.clone() }),
                None => {}
            }
        }
    }

    fn metadata_fields(&mut self, fields: &Object<String, Json>, m: &mut Metadata) {
        self.fields(fields, METADATA_NAMES, |d, name, value| d.metadata_field(name, value, m));
    }

    fn metadata_field(&mut self, name: &str, value: &Json, m: &mut Metadata) {
        match name {
            "name" => self.string(value, &mut m.name),
            "home" => self.string(value, &mut m.home),
            "sources" => {
                self.strings(value, &mut m.sources);
                m.file_shape.empty_sources = is_empty(value);
            }
            "version" => self.string(value, &mut m.version),
            "description" => self.string(value, &mut m.description),
            "keywords" => {
                self.strings(value, &mut m.keywords);
                m.file_shape.empty_keywords = is_empty(value);
            }
            "maintainers" => self.maintainers(value, m),
            "icon" => self.string(value, &mut m.icon),
            "apiVersion" => self.string(value, &mut m.api_version),
            "condition" => self.string(value, &mut m.condition),
            "tags" => self.string(value, &mut m.tags),
            "appVersion" => self.string(value, &mut m.app_version),
            "deprecated" => self.boolean(value, &mut m.deprecated),
            "annotations" => self.annotations(value, m),
            "kubeVersion" => self.string(value, &mut m.kube_version),
            "dependencies" => {
                let first_null = self.dependencies(value, &mut m.dependencies);
                m.file_shape.null_dependency = first_null;
                m.file_shape.empty_dependencies = is_empty(value);
            }
            _ => self.string(value, &mut m.chart_type),
        }
    }

    fn lock_fields(&mut self, fields: &Object<String, Json>, lock: &mut Lock) {
        self.fields(fields, &["generated", "digest", "dependencies"], |d, name, value| match name {
            "generated" => d.time(value, &mut lock.generated),
            "digest" => d.string(value, &mut lock.digest),
            _ => {
                d.dependencies(value, &mut lock.dependencies);
            }
        });
    }

    fn string(&mut self, value: &Json, into: &mut String) {
        match value {
            Json::Null => {}
            Json::String(text) => into.clone_from(text),
            Json::Bool(b) if self.converts => *into = b.to_string(),
            Json::Number(n) if self.converts => *into = number_text(n),
            other => self.mismatch(other, "string"),
        }
    }

    fn boolean(&mut self, value: &Json, into: &mut bool) {
        match value {
            Json::Null => {}
            Json::Bool(b) => *into = *b,
            other => self.mismatch(other, "bool"),
        }
    }

    fn time(&mut self, value: &Json, into: &mut Time) {
        match value {
            Json::Null => {}
            // Go looks at the text as it stands in JSON.
            Json::String(text) => match Json::from(text.as_str()).to_string().trim_matches('"').parse() {
                Ok(time) => *into = time,
                Err(e) => self.abort(format!("{e}")),
            },
            _ => self.abort("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
        }
    }

    fn strings(&mut self, value: &Json, into: &mut Vec<String>) {
        match value {
            Json::Null => into.clear(),
            Json::Array(items) => {
                into.resize(items.len(), String::new());
                for (item, slot) in items.iter().zip(into) {
                    self.string(item, slot);
                }
            }
            other => self.mismatch(other, "[]string"),
        }
    }

    fn annotations(&mut self, value: &Json, m: &mut Metadata) {
        match value {
            Json::Null => {
                m.annotations.clear();
                m.file_shape.empty_annotations = false;
            }
            Json::Object(entries) => {
                m.file_shape.empty_annotations = entries.is_empty();
                for (key, value) in entries {
                    let mut text = String::new();
                    self.string(value, &mut text);
                    m.annotations.insert(key.clone(), text);
                }
            }
            other => self.mismatch(other, "map[string]string"),
        }
    }

    fn maintainers(&mut self, value: &Json, m: &mut Metadata) {
        let items = match value {
            Json::Null => &[][..],
            Json::Array(items) => items,
            other => return self.mismatch(other, format!("[]*{}.Maintainer", self.package)),
        };
        m.file_shape.empty_maintainers = is_empty(value);
        let mut old = std::mem::take(&mut m.maintainers).into_iter();
        for item in items {
            let mut maintainer = old.next().unwrap_or_default();
            match self.entry(item, "Maintainer", |d, fields| d.maintainer_fields(fields, &mut maintainer)) {
                true => m.maintainers.push(maintainer),
                false => m.file_shape.null_maintainer = true,
            }
        }
    }

    fn maintainer_fields(&mut self, fields: &Object<String, Json>, m: &mut Maintainer) {
        self.fields(fields, &["name", "email", "url"], |d, name, value| match name {
            "name" => d.string(value, &mut m.name),
            "email" => d.string(value, &mut m.email),
            _ => d.string(value, &mut m.url),
        });
    }

    /// Reads a list of dependencies; answers where the first `null` stood. As in Go, an element of the list that
    /// was there before is read over, not replaced.
    fn dependencies(&mut self, value: &Json, into: &mut Vec<Dependency>) -> Option<usize> {
        let items = match value {
            Json::Null => &[][..],
            Json::Array(items) => items,
            other => {
                self.mismatch(other, format!("[]*{}.Dependency", self.package));
                return None;
            }
        };
        let mut first_null = None;
        let mut old = std::mem::take(into).into_iter();
        for item in items {
            let mut dependency = old.next().unwrap_or_default();
            match self.entry(item, "Dependency", |d, fields| d.dependency_fields(fields, &mut dependency)) {
                true => into.push(dependency),
                false => first_null = first_null.or(Some(into.len())),
            }
        }
        first_null
    }

    fn dependency_fields(&mut self, fields: &Object<String, Json>, dependency: &mut Dependency) {
        const NAMES: &[&str] =
            &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
        self.fields(fields, NAMES, |d, name, value| match name {
            "name" => d.string(value, &mut dependency.name),
            "version" => d.string(value, &mut dependency.version),
            "repository" => d.string(value, &mut dependency.repository),
            "condition" => d.string(value, &mut dependency.condition),
            "tags" => {
                d.strings(value, &mut dependency.tags);
                dependency.empty_tags = is_empty(value);
            }
            "enabled" => d.boolean(value, &mut dependency.enabled),
            "import-values" => match value {
                Json::Null => dependency.import_values.clear(),
                Json::Array(items) => dependency.import_values.clone_from(items),
                other => d.mismatch(other, "[]interface {}"),
            },
            _ => d.string(value, &mut dependency.alias),
        });
    }

    /// Reads an element that is a pointer to a struct; false when it is `null`.
    fn entry(
        &mut self,
        item: &Json,
        name: &'static str,
        read: impl FnOnce(&mut Self, &Object<String, Json>),
    ) -> bool {
        match item {
            Json::Null => return false,
            Json::Object(fields) => {
                let owner = std::mem::replace(&mut self.owner, name);
                read(self, fields);
                self.owner = owner;
            }
            other => self.mismatch(other, format!("{}.{name}", self.package)),
        }
        true
    }
}

/// Whether a list is there and empty: to Go that is another thing than `null`, which leaves no list.
fn is_empty(value: &Json) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// The text that `sigs.k8s.io/yaml` makes of a boolean or a number where a string is wanted.
pub fn scalar_text(value: &Json) -> String {
    let mut text = String::new();
    Decoder::new(Compat::V4).string(value, &mut text);
    text
}

/// A number as `sigs.k8s.io/yaml` turns it into text for a string field: floats with 32 bits of precision.
fn number_text(n: &serde_json::Number) -> String {
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(i), _, _) => i.to_string(),
        (_, Some(u), _) => u.to_string(),
        (_, _, Some(f)) => govalue::strconv::format_float(f, b'g', -1, 32),
        _ => n.to_string(),
    }
}

/// Go's `foldName`: simple case folding, which for the ASCII names here adds the Kelvin sign and the long s.
fn fold_eq(name: &str, key: &str) -> bool {
    let fold = |c: char| match c {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        c => c.to_ascii_lowercase(),
    };
    name.chars().map(fold).eq(key.chars().map(fold))
}
