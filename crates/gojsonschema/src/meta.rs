//! The meta-schemas of the drafts, as far as they assert anything, and the check of schemas against them.
//!
//! A draft is a table of keywords with the shape that each must have; the table is written out as the documents that
//! the specification publishes under its URLs, so that references into them work.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::compile::Compiler;
use crate::draft::{DRAFTS, Dialect, Draft, by_url};
use crate::error::ValidationError;
use crate::root::Root;
use crate::roots::Load;
use crate::schema::{Id, Schema};
use crate::validate;
use crate::value::Json;

/// What a keyword's value must be.
#[derive(Clone, Copy)]
enum Shape {
    Anything,
    Text,
    Flag,
    Number,
    Positive,
    /// A count.
    Count,
    /// A count that is 0 when it is left out.
    CountOrNone,
    Uri,
    Reference,
    Regex,
    Anchor,
    Schema,
    SchemaOrFlag,
    Schemas,
    SchemaOrSchemas,
    Map,
    /// Schemas by patterns.
    PatternMap,
    Texts,
    TextsByName,
    /// Lists of texts or schemas.
    Dependencies,
    Type,
    Choice,
    List,
    /// An identifier without a fragment.
    Identifier,
    Vocabulary,
}

use Shape::*;

/// Keywords, the vocabulary that they are in, and the drafts that know them, from the first to the last.
#[rustfmt::skip]
const KEYWORDS: &[(&str, Shape, &str, u16, u16)] = &[
    ("id", Reference, "core", 4, 4),
    ("$id", Reference, "core", 6, 7),
    ("$id", Identifier, "core", 2019, 2020),
    ("$schema", Uri, "core", 4, 2020),
    ("$ref", Text, "core", 4, 4),
    ("$ref", Reference, "core", 6, 2020),
    ("$anchor", Anchor, "core", 2019, 2020),
    ("$recursiveRef", Reference, "core", 2019, 2019),
    ("$recursiveAnchor", Flag, "core", 2019, 2019),
    ("$dynamicRef", Reference, "core", 2020, 2020),
    ("$dynamicAnchor", Anchor, "core", 2020, 2020),
    ("$vocabulary", Vocabulary, "core", 2019, 2020),
    ("$comment", Text, "core", 7, 2020),
    ("$defs", Map, "core", 2019, 2020),
    ("title", Text, "meta-data", 4, 2020),
    ("description", Text, "meta-data", 4, 2020),
    ("default", Anything, "meta-data", 4, 2020),
    ("deprecated", Flag, "meta-data", 2019, 2020),
    ("readOnly", Flag, "meta-data", 7, 2020),
    ("writeOnly", Flag, "meta-data", 7, 2020),
    ("examples", List, "meta-data", 7, 2020),
    ("multipleOf", Positive, "validation", 4, 2020),
    ("maximum", Number, "validation", 4, 2020),
    ("exclusiveMaximum", Flag, "validation", 4, 4),
    ("exclusiveMaximum", Number, "validation", 6, 2020),
    ("minimum", Number, "validation", 4, 2020),
    ("exclusiveMinimum", Flag, "validation", 4, 4),
    ("exclusiveMinimum", Number, "validation", 6, 2020),
    ("maxLength", Count, "validation", 4, 2020),
    ("minLength", CountOrNone, "validation", 4, 2020),
    ("pattern", Regex, "validation", 4, 2020),
    ("maxItems", Count, "validation", 4, 2020),
    ("minItems", CountOrNone, "validation", 4, 2020),
    ("uniqueItems", Flag, "validation", 4, 2020),
    ("maxContains", Count, "validation", 2019, 2020),
    ("minContains", Count, "validation", 2019, 2020),
    ("maxProperties", Count, "validation", 4, 2020),
    ("minProperties", CountOrNone, "validation", 4, 2020),
    ("required", Texts, "validation", 4, 2020),
    ("dependentRequired", TextsByName, "validation", 2019, 2020),
    ("const", Anything, "validation", 6, 2020),
    ("enum", Choice, "validation", 4, 2020),
    ("type", Type, "validation", 4, 2020),
    ("additionalItems", SchemaOrFlag, "applicator", 4, 4),
    ("additionalItems", Schema, "applicator", 6, 2019),
    ("prefixItems", Schemas, "applicator", 2020, 2020),
    ("items", SchemaOrSchemas, "applicator", 4, 2019),
    ("items", Schema, "applicator", 2020, 2020),
    ("contains", Schema, "applicator", 6, 2020),
    ("additionalProperties", SchemaOrFlag, "applicator", 4, 4),
    ("additionalProperties", Schema, "applicator", 6, 2020),
    ("properties", Map, "applicator", 4, 2020),
    ("patternProperties", Map, "applicator", 4, 6),
    ("patternProperties", PatternMap, "applicator", 7, 2020),
    ("dependentSchemas", Map, "applicator", 2019, 2020),
    ("propertyNames", Schema, "applicator", 6, 2020),
    ("if", Schema, "applicator", 7, 2020),
    ("then", Schema, "applicator", 7, 2020),
    ("else", Schema, "applicator", 7, 2020),
    ("allOf", Schemas, "applicator", 4, 2020),
    ("anyOf", Schemas, "applicator", 4, 2020),
    ("oneOf", Schemas, "applicator", 4, 2020),
    ("not", Schema, "applicator", 4, 2020),
    ("unevaluatedItems", Schema, "applicator", 2019, 2019),
    ("unevaluatedProperties", Schema, "applicator", 2019, 2019),
    ("unevaluatedItems", Schema, "unevaluated", 2020, 2020),
    ("unevaluatedProperties", Schema, "unevaluated", 2020, 2020),
    ("format", Text, "format", 4, 2020),
    ("contentMediaType", Text, "content", 7, 2020),
    ("contentEncoding", Text, "content", 7, 2020),
    ("contentSchema", Schema, "content", 2019, 2020),
    // Beside the vocabularies: what old drafts had.
    ("definitions", Map, "", 4, 2020),
    ("dependencies", Dependencies, "", 4, 2020),
    ("$recursiveAnchor", Anchor, "", 2020, 2020),
    ("$recursiveRef", Reference, "", 2020, 2020),
];

/// `{"NAME": VALUE, …}`.
fn object<const N: usize>(properties: [(&str, Json); N]) -> Json {
    Json::Object(properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

fn number(number: &str) -> Json {
    Json::Number(number.to_owned())
}

fn a(name: &str) -> Json {
    object([("type", text(name))])
}

fn list(items: Json) -> BTreeMap<String, Json> {
    [("type".to_owned(), text("array")), ("items".to_owned(), items)].into()
}

/// Writes a draft's documents.
struct Writer {
    draft: &'static Draft,
    /// The document that is being written, by its vocabulary; empty for the main one.
    vocabulary: &'static str,
}

impl Writer {
    fn version(&self) -> u16 {
        self.draft.version
    }

    fn has_vocabularies(&self) -> bool {
        self.version() >= 2019
    }

    /// A reference to the whole.
    fn whole(&self) -> Json {
        match self.version() {
            2019 => object([("$recursiveRef", text("#"))]),
            2020 => object([("$dynamicRef", text("#meta"))]),
            _ => object([("$ref", text("#"))]),
        }
    }

    /// A reference to a definition, which is in a vocabulary where there are such.
    fn defined(&self, vocabulary: &str, name: &str) -> Json {
        let place = if self.has_vocabularies() { "#/$defs/" } else { "#/definitions/" };
        let elsewhere = self.has_vocabularies() && vocabulary != self.vocabulary;
        let document = if elsewhere { format!("meta/{vocabulary}") } else { String::new() };
        object([("$ref", text(&format!("{document}{place}{name}")))])
    }

    fn count_name(&self) -> &'static str {
        if self.version() == 4 { "positiveInteger" } else { "nonNegativeInteger" }
    }

    fn map(&self) -> BTreeMap<String, Json> {
        [("type".to_owned(), text("object")), ("additionalProperties".to_owned(), self.whole())].into()
    }

    fn formatted(&self, format: &str) -> Json {
        object([("type", text("string")), ("format", text(format))])
    }

    fn either(choices: Vec<Json>) -> Json {
        object([("anyOf", Json::Array(choices))])
    }

    fn shape(&self, shape: Shape) -> Json {
        match shape {
            Anything if self.version() < 7 => object([]),
            Anything => Json::Bool(true),
            Text => a("string"),
            Flag => a("boolean"),
            Number => a("number"),
            Positive if self.version() == 4 => object([
                ("type", text("number")),
                ("minimum", number("0")),
                ("exclusiveMinimum", Json::Bool(true)),
            ]),
            Positive => object([("type", text("number")), ("exclusiveMinimum", number("0"))]),
            Count => self.defined("validation", self.count_name()),
            CountOrNone => self.defined("validation", &format!("{}Default0", self.count_name())),
            Uri if self.version() == 2020 => self.defined("core", "uriString"),
            Uri => self.formatted("uri"),
            Reference if self.version() == 2020 => self.defined("core", "uriReferenceString"),
            // The fourth draft's name for it is no format.
            Reference if self.version() == 4 => self.formatted("uriref"),
            Reference => self.formatted("uri-reference"),
            Regex => self.formatted("regex"),
            Anchor if self.version() == 2020 => self.defined("core", "anchorString"),
            Anchor => object([("type", text("string")), ("pattern", text("^[A-Za-z][-A-Za-z0-9.:_]*$"))]),
            Identifier => {
                let mut shape = self.shape(Reference);
                if let Json::Object(shape) = &mut shape {
                    shape.insert("pattern".to_owned(), text("^[^#]*#?$"));
                }
                shape
            }
            Schema => self.whole(),
            SchemaOrFlag => Writer::either(vec![a("boolean"), self.whole()]),
            Schemas => self.defined("applicator", "schemaArray"),
            SchemaOrSchemas => Writer::either(vec![self.whole(), self.shape(Schemas)]),
            Map => Json::Object(self.map()),
            PatternMap => {
                let mut shape = self.map();
                shape.insert("propertyNames".to_owned(), object([("format", text("regex"))]));
                Json::Object(shape)
            }
            Texts => self.defined("validation", "stringArray"),
            TextsByName => object([("type", text("object")), ("additionalProperties", self.shape(Texts))]),
            Dependencies => object([
                ("type", text("object")),
                ("additionalProperties", Writer::either(vec![self.whole(), self.shape(Texts)])),
            ]),
            Type => {
                let mut several = list(self.defined("validation", "simpleTypes"));
                several.insert("minItems".to_owned(), number("1"));
                several.insert("uniqueItems".to_owned(), Json::Bool(true));
                Writer::either(vec![self.defined("validation", "simpleTypes"), Json::Object(several)])
            }
            Choice if self.has_vocabularies() => self.shape(List),
            Choice => object([
                ("type", text("array")),
                ("minItems", number("1")),
                ("uniqueItems", Json::Bool(true)),
            ]),
            List => Json::Object(list(Json::Bool(true))),
            Vocabulary => object([
                ("type", text("object")),
                (
                    "propertyNames",
                    if self.version() == 2020 { self.shape(Uri) } else { self.formatted("uri") },
                ),
                ("additionalProperties", a("boolean")),
            ]),
        }
    }

    /// The definitions that are in a vocabulary, or all.
    fn definitions(&self) -> BTreeMap<String, Json> {
        let here = |vocabulary: &str| !self.has_vocabularies() || self.vocabulary == vocabulary;
        let mut all = BTreeMap::new();
        if here("applicator") {
            let mut schemas = list(self.whole());
            schemas.insert("minItems".to_owned(), number("1"));
            all.insert("schemaArray".to_owned(), Json::Object(schemas));
        }
        if here("validation") {
            let count = self.defined("validation", self.count_name());
            let or_none = match self.has_vocabularies() {
                true => count,
                false => object([("allOf", Json::Array(vec![count, object([])]))]),
            };
            all.insert(format!("{}Default0", self.count_name()), or_none);
            let count = object([("type", text("integer")), ("minimum", number("0"))]);
            all.insert(self.count_name().to_owned(), count);
            let names = ["array", "boolean", "integer", "null", "number", "object", "string"].map(text);
            all.insert("simpleTypes".to_owned(), object([("enum", Json::Array(names.into()))]));
            let mut texts = list(a("string"));
            texts.insert("uniqueItems".to_owned(), Json::Bool(true));
            if self.version() == 4 {
                texts.insert("minItems".to_owned(), number("1"));
            }
            all.insert("stringArray".to_owned(), Json::Object(texts));
        }
        if self.version() == 2020 && here("core") {
            let anchor = object([("type", text("string")), ("pattern", text("^[A-Za-z_][-A-Za-z0-9._]*$"))]);
            all.insert("anchorString".to_owned(), anchor);
            all.insert("uriString".to_owned(), self.formatted("uri"));
            all.insert("uriReferenceString".to_owned(), self.formatted("uri-reference"));
        }
        all
    }

    fn document(&self) -> Json {
        let prefix = self.draft.url.trim_end_matches("schema");
        let id = match self.vocabulary {
            "" => self.draft.url.to_owned(),
            vocabulary => format!("{prefix}meta/{vocabulary}"),
        };
        // Old drafts have an empty fragment behind theirs.
        let shown = |url: &str| if self.has_vocabularies() { text(url) } else { text(&format!("{url}#")) };
        let mut document = BTreeMap::from([("$schema".to_owned(), shown(self.draft.url))]);
        if self.version() > 4 {
            document.insert("$id".to_owned(), shown(&id));
        }
        let types = match self.version() {
            4 => text("object"),
            _ => Json::Array(vec![text("object"), text("boolean")]),
        };
        document.insert("type".to_owned(), types);
        // Two vocabularies of the last draft have the one keyword.
        let vocabulary = if self.vocabulary.starts_with("format-") { "format" } else { self.vocabulary };
        let here = |(_, _, of, first, last): &&(&str, Shape, &str, u16, u16)| {
            (*of == vocabulary || !self.has_vocabularies()) && (*first..=*last).contains(&self.version())
        };
        let properties =
            KEYWORDS.iter().filter(here).map(|(name, shape, ..)| ((*name).to_owned(), self.shape(*shape)));
        document.insert("properties".to_owned(), Json::Object(properties.collect()));
        let definitions = self.definitions();
        if !definitions.is_empty() {
            let name = if self.has_vocabularies() { "$defs" } else { "definitions" };
            document.insert(name.to_owned(), Json::Object(definitions));
        }
        if self.version() == 4 {
            let needs = |limit: &str| Json::Array(vec![text(limit)]);
            let dependencies =
                object([("exclusiveMaximum", needs("maximum")), ("exclusiveMinimum", needs("minimum"))]);
            document.insert("dependencies".to_owned(), dependencies);
        }
        if self.has_vocabularies() {
            self.add_vocabularies(&mut document, prefix);
        }
        Json::Object(document)
    }

    fn add_vocabularies(&self, document: &mut BTreeMap<String, Json>, prefix: &str) {
        match self.version() {
            2019 => document.insert("$recursiveAnchor".to_owned(), Json::Bool(true)),
            _ => document.insert("$dynamicAnchor".to_owned(), text("meta")),
        };
        // Nothing asks for the assertion of formats.
        let main: Vec<&str> =
            self.draft.vocabularies.iter().copied().filter(|name| *name != "format-assertion").collect();
        let named = if self.vocabulary.is_empty() { main.clone() } else { vec![self.vocabulary] };
        let required = |name: &str| Json::Bool(name != "format");
        let url = |name: &str| format!("{prefix}vocab/{name}");
        let vocabulary = named.iter().map(|name| (url(name), required(name))).collect();
        document.insert("$vocabulary".to_owned(), Json::Object(vocabulary));
        if self.vocabulary.is_empty() {
            let all = main.iter().map(|name| object([("$ref", text(&format!("meta/{name}")))])).collect();
            document.insert("allOf".to_owned(), Json::Array(all));
        }
    }
}

/// The specification's place, without which nothing is a meta-schema.
fn own_path(url: &str) -> Option<&str> {
    ["http://json-schema.org/", "https://json-schema.org/"].iter().find_map(|own| url.strip_prefix(own))
}

/// The document that the specification publishes under a URL.
pub(crate) fn document(url: &str) -> Option<Json> {
    let path = own_path(url)?;
    if path == "schema" {
        return document(DRAFTS[4].url);
    }
    DRAFTS.iter().find_map(|draft| {
        let folder = own_path(draft.url)?.strip_suffix("schema")?;
        let name = path.strip_prefix(folder)?;
        let vocabulary = match name.strip_prefix("meta/") {
            Some(name) => draft.vocabularies.iter().copied().find(|known| *known == name)?,
            None if name == "schema" => "",
            None => return None,
        };
        Some(Writer { draft, vocabulary }.document())
    })
}

/// Whether a URL is that of a folder of meta-schemas, which the library tries to read as a document.
pub(crate) fn is_folder(url: &str) -> bool {
    let folders = ["draft", "draft-04", "draft-06", "draft-07"];
    let years = ["draft/2019-09", "draft/2020-12", "draft/2019-09/meta", "draft/2020-12/meta"];
    own_path(url).is_some_and(|path| folders.contains(&path) || years.contains(&path))
}

/// All meta-schemas, compiled.
struct Metas {
    schemas: Vec<Schema>,
    /// By draft: the whole, and each vocabulary.
    drafts: Vec<(Id, Vec<(&'static str, Id)>)>,
}

static METAS: LazyLock<Metas> = LazyLock::new(|| {
    struct Nowhere;
    impl Load for Nowhere {
        fn load(&mut self, url: &str) -> Result<Json, String> {
            Err(format!("{url} is no meta-schema"))
        }
    }
    let mut nowhere = Nowhere;
    let mut compiler = Compiler::trusted(&mut nowhere);
    // A test compiles them all.
    let mut add = |url: &str| compiler.add(url).unwrap_or_default();
    let drafts = DRAFTS.iter().map(|draft| {
        let prefix = draft.url.trim_end_matches("schema");
        let whole = add(draft.url);
        let vocabularies =
            draft.vocabularies.iter().map(|name| (*name, add(&format!("{prefix}meta/{name}"))));
        (whole, vocabularies.collect())
    });
    let drafts = drafts.collect();
    Metas { schemas: compiler.into_schemas(), drafts }
});

/// Checks a schema of a document against the meta-schema of its dialect; a schema in it that has its own identifier,
/// against that of its own dialect.
pub(crate) fn check(root: &Root, schema: &Json, pointer: &str) -> Result<(), ValidationError> {
    let metas = &*METAS;
    let mut made: Option<Vec<Schema>> = None;
    let mut dialects = BTreeMap::new();
    for (pointer, resource) in &root.resources {
        dialects.insert(pointer.clone(), meta_of(metas, &resource.dialect, &mut made));
    }
    let Some(resource) = root.resource(pointer) else { return Ok(()) };
    let meta = dialects.get(&resource.pointer).copied().unwrap_or_default();
    let schemas = made.as_deref().unwrap_or(&metas.schemas);
    validate::validate_schema(schemas, meta, &dialects, schema).map_err(|e| ValidationError::new(&e))
}

/// The meta-schema of a dialect; one is made where the schema chose its vocabularies.
fn meta_of(metas: &Metas, dialect: &Dialect, made: &mut Option<Vec<Schema>>) -> Id {
    let at = by_url(dialect.draft.url).and_then(|draft| DRAFTS.iter().position(|d| d == draft));
    let (whole, vocabularies) = &metas.drafts[at.unwrap_or(DRAFTS.len() - 1)];
    let Some(chosen) = &dialect.vocabularies else { return *whole };
    let schemas = made.get_or_insert_with(|| metas.schemas.clone());
    let id = schemas.len();
    let of = |name: &String| vocabularies.iter().find(|(known, _)| known == name).map(|(_, id)| *id);
    let mut schema = Schema {
        url: "urn:mem:metaschema".to_owned(),
        location: "urn:mem:metaschema".to_owned(),
        draft: dialect.draft.version,
        all_of: chosen.iter().filter_map(of).collect(),
        resource: id,
        ..Schema::default()
    };
    if schema.draft >= 2020 {
        schema.dynamic_anchor = "meta".to_owned();
        schema.dynamic_anchors.insert("meta".to_owned(), id);
    }
    schemas.push(schema);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_schemas_are_schemas() {
        for (draft, (whole, vocabularies)) in DRAFTS.iter().zip(&METAS.drafts) {
            let document = document(draft.url).expect("a document");
            let all = vocabularies.iter().map(|(_, id)| *id).chain([*whole]);
            for id in all {
                assert!(!METAS.schemas[id].location.is_empty(), "{}: a schema is not compiled", draft.url);
            }
            let checked = validate::validate(&METAS.schemas, *whole, &document);
            assert!(checked.is_ok(), "{}: {:?}", draft.url, checked.map_err(|e| ValidationError::new(&e)));
        }
    }
}
