//! The drafts: what an identifier is called in each, where schemas stand within a schema, and which sets of keywords
//! (vocabularies) count.

use std::collections::BTreeMap;

use crate::error::CompileError;
use crate::location;
use crate::value::Json;

/// A draft of the specification.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Draft {
    /// The number, from 2019 on the year.
    pub(crate) version: u16,
    /// The URL of its meta-schema.
    pub(crate) url: &'static str,
    /// Its vocabularies.
    pub(crate) vocabularies: &'static [&'static str],
    /// Those that count where a schema does not say which.
    default_vocabularies: &'static [&'static str],
}

pub(crate) static DRAFTS: [Draft; 5] = [
    Draft {
        version: 4,
        url: "http://json-schema.org/draft-04/schema",
        vocabularies: &[],
        default_vocabularies: &[],
    },
    Draft {
        version: 6,
        url: "http://json-schema.org/draft-06/schema",
        vocabularies: &[],
        default_vocabularies: &[],
    },
    Draft {
        version: 7,
        url: "http://json-schema.org/draft-07/schema",
        vocabularies: &[],
        default_vocabularies: &[],
    },
    Draft {
        version: 2019,
        url: "https://json-schema.org/draft/2019-09/schema",
        vocabularies: &["core", "applicator", "validation", "meta-data", "format", "content"],
        default_vocabularies: &["core", "applicator", "validation"],
    },
    Draft {
        version: 2020,
        url: "https://json-schema.org/draft/2020-12/schema",
        vocabularies: &[
            "core",
            "applicator",
            "unevaluated",
            "validation",
            "meta-data",
            "format-annotation",
            "format-assertion",
            "content",
        ],
        default_vocabularies: &["core", "applicator", "unevaluated", "validation"],
    },
];

/// The draft of a schema that does not name its own.
pub(crate) fn latest() -> &'static Draft {
    &DRAFTS[4]
}

/// A draft by the URL of its meta-schema, with `http` or `https`.
pub(crate) fn by_url(url: &str) -> Option<&'static Draft> {
    let (url, fragment) = location::split(url);
    if !fragment.is_empty() {
        return None;
    }
    let plain = |url: &'static str| url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
    match rest {
        "json-schema.org/schema" => Some(latest()),
        _ => DRAFTS.iter().find(|draft| plain(draft.url) == rest),
    }
}

/// How a keyword holds schemas.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    /// One.
    One,
    /// A list of them.
    List,
    /// Properties that are schemas.
    Properties,
}

/// Keywords that hold schemas, and the draft that brought them.
const PLACES: &[(&str, Holds, u16)] = &[
    ("definitions", Holds::Properties, 4),
    ("not", Holds::One, 4),
    ("allOf", Holds::List, 4),
    ("anyOf", Holds::List, 4),
    ("oneOf", Holds::List, 4),
    ("properties", Holds::Properties, 4),
    ("additionalProperties", Holds::One, 4),
    ("patternProperties", Holds::Properties, 4),
    ("items", Holds::One, 4),
    ("items", Holds::List, 4),
    ("additionalItems", Holds::One, 4),
    ("dependencies", Holds::Properties, 4),
    ("propertyNames", Holds::One, 6),
    ("contains", Holds::One, 6),
    ("if", Holds::One, 7),
    ("then", Holds::One, 7),
    ("else", Holds::One, 7),
    ("$defs", Holds::Properties, 2019),
    ("dependentSchemas", Holds::Properties, 2019),
    ("unevaluatedProperties", Holds::One, 2019),
    ("unevaluatedItems", Holds::One, 2019),
    ("contentSchema", Holds::One, 2019),
    ("prefixItems", Holds::List, 2020),
];

impl Draft {
    /// The property that holds an identifier.
    pub(crate) fn id_name(&self) -> &'static str {
        if self.version == 4 { "id" } else { "$id" }
    }

    /// A schema's identifier without its fragment; empty when it has none.
    pub(crate) fn id<'j>(&self, schema: &'j BTreeMap<String, Json>) -> &'j str {
        // Beside a reference nothing else counts.
        if self.version < 2019 && schema.contains_key("$ref") {
            return "";
        }
        schema.get(self.id_name()).and_then(Json::as_str).map_or("", |id| location::split(id).0)
    }

    /// The schemas directly within a schema, with their pointers, which start with the schema's.
    pub(crate) fn subschemas<'j>(
        &self,
        schema: &'j BTreeMap<String, Json>,
        pointer: &str,
    ) -> Vec<(String, &'j Json)> {
        let mut found = Vec::new();
        for (keyword, holds, since) in PLACES {
            let Some(value) = schema.get(*keyword).filter(|_| self.version >= *since) else { continue };
            match (holds, value) {
                (Holds::One, value) => found.push((format!("{pointer}/{keyword}"), value)),
                (Holds::List, Json::Array(items)) => {
                    found.extend(
                        items.iter().enumerate().map(|(i, v)| (format!("{pointer}/{keyword}/{i}"), v)),
                    );
                }
                (Holds::Properties, Json::Object(properties)) => {
                    let named = |(name, v): (&String, _)| {
                        (format!("{pointer}/{keyword}/{}", location::escape(name)), v)
                    };
                    found.extend(properties.iter().map(named));
                }
                _ => {}
            }
        }
        found
    }

    /// The vocabularies that a meta-schema of this draft asks for; nothing when it does not say.
    pub(crate) fn vocabularies_of(
        &self,
        url: &str,
        meta: &Json,
    ) -> Result<Option<Vec<String>>, CompileError> {
        let asked = meta.as_object().and_then(|o| o.get("$vocabulary")).and_then(Json::as_object);
        let Some(asked) = asked.filter(|_| self.version >= 2019) else { return Ok(None) };
        let prefix = format!("{}vocab/", self.url.trim_end_matches("schema"));
        let mut names = Vec::new();
        for (vocabulary, _) in asked.iter().filter(|(_, required)| required.as_bool() == Some(true)) {
            match vocabulary.strip_prefix(&prefix).filter(|name| self.vocabularies.contains(name)) {
                Some(name) => names.push(name.to_owned()),
                None => {
                    let (url, vocabulary) = (url.to_owned(), vocabulary.clone());
                    return Err(CompileError::UnsupportedVocabulary { url, vocabulary });
                }
            }
        }
        if !names.iter().any(|name| name == "core") {
            names.push("core".to_owned());
        }
        Ok(Some(names))
    }
}

/// A draft with the vocabularies that count; nothing for the draft's own choice.
#[derive(Clone, Debug)]
pub(crate) struct Dialect {
    pub(crate) draft: &'static Draft,
    pub(crate) vocabularies: Option<Vec<String>>,
}

impl Dialect {
    pub(crate) fn has(&self, vocabulary: &str) -> bool {
        if vocabulary == "core" || self.draft.version < 2019 {
            return true;
        }
        match &self.vocabularies {
            Some(names) => names.iter().any(|name| name == vocabulary),
            None => self.draft.default_vocabularies.contains(&vocabulary),
        }
    }

    /// Whether `format` asserts anything: always in old drafts.
    pub(crate) fn asserts_formats(&self) -> bool {
        match self.draft.version {
            ..2019 => true,
            2019 => self.has("format"),
            _ => self.has("format-assertion"),
        }
    }
}
