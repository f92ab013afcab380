use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Dependency;

/// The newest chart format that Helm 3 and 4 read by default.
pub(crate) const API_V2: &str = "v2";
/// The experimental format that Helm 4 reads and shows but makes no release of.
pub(crate) const API_V3: &str = "v3";
/// The format of Helm 2: dependencies live in `requirements.yaml`.
pub(crate) const API_V1: &str = "v1";

/// A person or organisation that looks after a chart.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Maintainer {
    /// Name.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// E-mail address.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Address of a page.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// What the file had that the fields cannot say. Entries that are `null` are not kept; validation refuses them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileShape {
    /// Whether `maintainers` had a `null`.
    pub null_maintainer: bool,
    /// How many entries stood before the first `null` in `dependencies`.
    pub null_dependency: Option<usize>,
    /// Whether `dependencies` was an empty list, which is not the same to Helm as none.
    pub empty_dependencies: bool,
    /// Whether `sources` was an empty list; templates can tell it from none.
    pub empty_sources: bool,
    /// Whether `keywords` was an empty list.
    pub empty_keywords: bool,
    /// Whether `maintainers` was an empty list.
    pub empty_maintainers: bool,
    /// Whether `annotations` was an empty table.
    pub empty_annotations: bool,
}

/// The content of `Chart.yaml`. Serialises with Helm's names, empty fields left out, in Helm's order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata {
    /// The chart's name.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Address of the project's page.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub home: String,
    /// Addresses of source code.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The chart's version, a semantic version.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// One sentence about the chart.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Words to find the chart by.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Who looks after the chart.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub maintainers: Vec<Maintainer>,
    /// Address of an icon.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub icon: String,
    /// Chart format: `v1`, `v2` or the experimental `v3`.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Value path that switches the chart on; Helm reads the dependency's entry instead.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Tags that switch the chart on; Helm reads the dependency's entry instead.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub tags: String,
    /// Version of the application inside.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    /// Whether the chart should no longer be used.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Notes for other programs.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Constraint on the version of Kubernetes.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub kube_version: String,
    /// Charts that this one needs.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// `application` (also when empty) or `library`.
    #[serde(rename = "type", deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub chart_type: String,
    /// What the fields cannot say.
    #[serde(skip)]
    pub file_shape: FileShape,
}

/// Why metadata is refused; texts as Helm's `chart.ValidationError`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ValidationError {
    #[error("validation: chart.metadata is required")]
    NoMetadata,
    #[error("validation: chart.metadata.apiVersion is required")]
    NoApiVersion,
    #[error("validation: chart.metadata.name is required")]
    NoName,
    #[error("validation: chart.metadata.name {} is not allowed", crate::go::quoted(name))]
    NameNotAllowed { name: String },
    #[error("validation: chart.metadata.name {} is invalid", crate::go::quoted(name))]
    NameInvalid { name: String },
    #[error("validation: chart.metadata.version is required")]
    NoVersion,
    #[error("validation: chart.metadata.version {} is invalid", crate::go::quoted(version))]
    VersionInvalid { version: String },
    #[error("validation: chart.metadata.type must be application or library")]
    Type,
    #[error("validation: maintainers must not contain empty or null nodes")]
    NullMaintainer,
    #[error("validation: dependencies must not contain empty or null nodes")]
    NullDependency,
    #[error(
        "validation: dependency {} has disallowed characters in the alias",
        crate::go::quoted(dependency)
    )]
    Alias { dependency: String },
    #[error("validation: more than one dependency with name or alias {}", crate::go::quoted(key))]
    DuplicateDependency { key: String },
}

impl Metadata {
    /// Whether this is a library chart, which renders nothing of its own.
    pub fn is_library(&self) -> bool {
        self.chart_type == "library"
    }

    /// Whether the chart is of the experimental format `v3`, of which Helm 4 makes no release.
    pub fn is_experimental(&self) -> bool {
        self.api_version == API_V3
    }

    /// Cleans the texts and checks the fields in Helm's order (`Metadata.Validate`).
    pub fn validate(&mut self) -> Result<(), ValidationError> {
        self.sanitize();
        if self.api_version.is_empty() {
            return Err(ValidationError::NoApiVersion);
        }
        self.validate_name()?;
        if self.version.is_empty() {
            return Err(ValidationError::NoVersion);
        }
        if gosemver::Version::parse(&self.version).is_err() {
            return Err(ValidationError::VersionInvalid { version: self.version.clone() });
        }
        if !matches!(self.chart_type.as_str(), "" | "application" | "library") {
            return Err(ValidationError::Type);
        }
        self.validate_lists()
    }

    fn sanitize(&mut self) {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        texts.into_iter().for_each(sanitize);
        self.sources.iter_mut().for_each(sanitize);
        self.keywords.iter_mut().for_each(sanitize);
    }

    fn validate_name(&self) -> Result<(), ValidationError> {
        let name = self.name.clone();
        match self.name.as_str() {
            "" => Err(ValidationError::NoName),
            "." | ".." => Err(ValidationError::NameNotAllowed { name }),
            // filepath.Base changes any name that holds a separator.
            n if n.contains('/') => Err(ValidationError::NameInvalid { name }),
            _ => Ok(()),
        }
    }

    fn validate_lists(&mut self) -> Result<(), ValidationError> {
        for maintainer in &mut self.maintainers {
            [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url].into_iter().for_each(sanitize);
        }
        if self.file_shape.null_maintainer {
            return Err(ValidationError::NullMaintainer);
        }
        for at in 0..self.dependencies.len() {
            if self.file_shape.null_dependency == Some(at) {
                return Err(ValidationError::NullDependency);
            }
            let (before, rest) = self.dependencies.split_at_mut(at);
            rest[0].validate()?;
            let key = rest[0].key();
            if before.iter().any(|d| d.key() == key) {
                return Err(ValidationError::DuplicateDependency { key: key.to_owned() });
            }
        }
        match self.file_shape.null_dependency {
            Some(_) => Err(ValidationError::NullDependency),
            None => Ok(()),
        }
    }
}

/// Helm's `sanitizeString`: white space becomes a blank, what cannot be printed is dropped.
pub(crate) fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return;
    }
    let clean = |c: char| match c {
        // unicode.IsSpace is the White_Space property, as char::is_whitespace is.
        c if c.is_whitespace() => Some(' '),
        c if govalue::strconv::is_print(c) => Some(c),
        _ => None,
    };
    *text = text.chars().filter_map(clean).collect();
}

/// JSON `null` leaves a Go field at its zero value.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
