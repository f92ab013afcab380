//! All documents: loading them, finding the schemas in them, checking these against their meta-schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use gourl::Parts;

use crate::draft::{self, Dialect, Draft};
use crate::error::CompileError;
use crate::location::{self, Address};
use crate::meta;
use crate::root::{Resource, Root};
use crate::value::Json;

/// Reads documents that are neither meta-schemas nor given to the compiler.
pub trait Load {
    /// The document at a URL; an error's text is shown as it is.
    fn load(&mut self, url: &str) -> Result<Json, String>;
}

/// The documents that were read.
pub(crate) struct Roots<'l> {
    pub(crate) known: BTreeMap<String, Root>,
    documents: BTreeMap<String, Rc<Json>>,
    loader: &'l mut dyn Load,
    /// Whether schemas are taken without a look at their meta-schemas, which are compiled so themselves.
    trusted: bool,
}

/// A schema that was found and not yet looked at.
struct Found<'j> {
    pointer: String,
    schema: &'j Json,
    /// What its identifier is relative to.
    base: Rc<str>,
    dialect: Rc<Dialect>,
}

/// How deep `$schema` of a meta-schema may lead on.
type Cycle = BTreeSet<String>;

impl<'l> Roots<'l> {
    pub(crate) fn new(loader: &'l mut dyn Load, trusted: bool) -> Roots<'l> {
        Roots { known: BTreeMap::new(), documents: BTreeMap::new(), loader, trusted }
    }

    /// Adds a document; false when there is one already.
    pub(crate) fn add(&mut self, url: &str, document: Json) -> bool {
        let new = !self.documents.contains_key(url) && meta::document(url).is_none();
        if new {
            self.documents.insert(url.to_owned(), Rc::new(document));
        }
        new
    }

    fn load(&mut self, url: &str) -> Result<Rc<Json>, CompileError> {
        if let Some(document) = self.documents.get(url) {
            return Ok(Rc::clone(document));
        }
        if meta::is_folder(url) {
            let path = url.split_once("://json-schema.org/").map_or("", |(_, path)| path);
            return Err(CompileError::Document(format!("read metaschemas/{path}/: is a directory")));
        }
        let document = match meta::document(url) {
            Some(document) => document,
            None => {
                self.loader.load(url).map_err(|reason| CompileError::Load { url: url.to_owned(), reason })?
            }
        };
        let document = Rc::new(document);
        self.documents.insert(url.to_owned(), Rc::clone(&document));
        Ok(document)
    }

    /// A document with its schemas found and checked.
    pub(crate) fn root(&mut self, url: &str) -> Result<&Root, CompileError> {
        if !self.known.contains_key(url) {
            let document = self.load(url)?;
            let mut root = Root::new(url, Rc::clone(&document));
            let dialect = Dialect { draft: draft::latest(), vocabularies: None };
            self.collect(&mut root, &document, url, "", &dialect)?;
            let own = ["http://json-schema.org/", "https://json-schema.org/"];
            if !own.iter().any(|own| url.starts_with(own)) {
                self.check(&root, &document, "")?;
            }
            self.known.insert(url.to_owned(), root);
        }
        self.known.get(url).ok_or_else(|| CompileError::Document(String::new()))
    }

    /// The document and pointer that an address means.
    pub(crate) fn resolve(&mut self, address: &Address) -> Result<(String, String), CompileError> {
        let root = self.root(&address.url)?;
        let whole = root.resource("");
        let pointer = whole.map(|whole| root.resolve_in(&address.fragment, whole)).transpose()?;
        Ok((address.url.clone(), pointer.unwrap_or_default()))
    }

    /// Makes sure that a schema was found, one that a reference leads to where no schema is expected included.
    pub(crate) fn ensure(&mut self, url: &str, pointer: &str) -> Result<(), CompileError> {
        let root = self.root(url)?;
        if root.seen.contains(pointer) {
            return Ok(());
        }
        let mut root = root.clone();
        let document = Rc::clone(&root.document);
        let schema = root.lookup(pointer)?.clone();
        if let Some(resource) = root.resource(pointer).cloned() {
            self.collect(&mut root, &schema, &resource.id, pointer, &resource.dialect)?;
            if !root.resources.contains_key(pointer) {
                root.collect_anchors(&schema, pointer, &resource.pointer)?;
            }
        }
        drop(document);
        self.check(&root, &schema, pointer)?;
        self.known.insert(url.to_owned(), root);
        Ok(())
    }

    /// Finds the schemas within a schema, itself included.
    fn collect(
        &mut self,
        root: &mut Root,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: &Dialect,
    ) -> Result<(), CompileError> {
        let first = Found {
            pointer: pointer.to_owned(),
            schema,
            base: Rc::from(base),
            dialect: Rc::new(fallback.clone()),
        };
        let mut found = vec![first];
        while let Some(next) = found.pop() {
            if !root.seen.insert(next.pointer.clone()) {
                continue;
            }
            match next.schema.as_object() {
                Some(object) => self.collect_object(root, next, object, &mut found)?,
                None if next.pointer.is_empty() => {
                    let whole = Resource::new("", &next.base, (*next.dialect).clone());
                    root.resources.insert(String::new(), whole);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Notes what identifies a schema, and finds the schemas directly within it.
    fn collect_object<'j>(
        &mut self,
        root: &mut Root,
        schema: Found<'j>,
        object: &'j BTreeMap<String, Json>,
        found: &mut Vec<Found<'j>>,
    ) -> Result<(), CompileError> {
        let Found { pointer, schema, base, dialect: fallback } = schema;
        let pointer = pointer.as_str();
        let mut own = object.get("$schema").and_then(Json::as_str);
        let mut draft = self.draft(&root.url, pointer, schema, fallback.draft, &mut Cycle::new())?;
        let mut id = draft.id(object);
        if id.is_empty() && !pointer.is_empty() {
            // Only what has an identifier may have a draft of its own.
            draft = fallback.draft;
            own = None;
            id = draft.id(object);
        }
        let mut base = base.to_string();
        if !id.is_empty() {
            base = Address::join(&base, id)
                .map_err(|_| CompileError::ParseId(location::shown(&root.url, pointer)))?
                .url;
        }
        if !id.is_empty() || pointer.is_empty() {
            let same = root.resources.values().find(|resource| resource.id == base);
            match same {
                Some(other) if other.pointer != pointer => {
                    let (first, second) = (pointer.to_owned(), other.pointer.clone());
                    return Err(CompileError::DuplicateId { id: base, url: root.url.clone(), first, second });
                }
                Some(_) => {}
                None => {
                    let dialect = match own {
                        Some(own) => Dialect { draft, vocabularies: self.vocabularies(own, draft)? },
                        None => (*fallback).clone(),
                    };
                    root.resources.insert(pointer.to_owned(), Resource::new(pointer, &base, dialect));
                }
            }
        }
        let resource = root.resources.values().find(|resource| resource.id == base);
        let Some((at, dialect)) = resource.map(|r| (r.pointer.clone(), r.dialect.clone())) else {
            return Ok(());
        };
        root.collect_anchors(schema, pointer, &at)?;
        let (base, dialect) = (Rc::<str>::from(base), Rc::new(dialect));
        let inner = draft.subschemas(object, pointer).into_iter().rev();
        found.extend(inner.map(|(pointer, schema)| Found {
            pointer,
            schema,
            base: Rc::clone(&base),
            dialect: Rc::clone(&dialect),
        }));
        Ok(())
    }

    /// The draft that a schema asks for, by way of its meta-schema's where that is not one of the known.
    fn draft(
        &mut self,
        url: &str,
        pointer: &str,
        schema: &Json,
        fallback: &'static Draft,
        cycle: &mut Cycle,
    ) -> Result<&'static Draft, CompileError> {
        let Some(asked) = schema.as_object().and_then(|o| o.get("$schema")).and_then(Json::as_str) else {
            return Ok(fallback);
        };
        if let Some(draft) = draft::by_url(asked) {
            return Ok(draft);
        }
        let (asked, _) = location::split(asked);
        if let Err(e) = Parts::parse(asked.as_bytes()) {
            let url = location::shown(url, pointer);
            return Err(CompileError::MetaSchemaUrl { url, reason: e.to_string() });
        }
        if pointer.is_empty() && asked == url {
            return Err(CompileError::UnsupportedDraft(asked.to_owned()));
        }
        if !cycle.insert(asked.to_owned()) {
            return Err(CompileError::MetaSchemaCycle(asked.to_owned()));
        }
        let document = self.load(asked)?;
        self.draft(asked, "", &document, fallback, cycle)
    }

    /// The vocabularies that the meta-schema at a URL asks for.
    fn vocabularies(&mut self, asked: &str, draft: &Draft) -> Result<Option<Vec<String>>, CompileError> {
        if draft::by_url(asked).is_some() {
            return Ok(None);
        }
        let (asked, _) = location::split(asked);
        let document = self.load(asked)?;
        draft.vocabularies_of(asked, &document)
    }

    /// Checks a schema against its meta-schema.
    fn check(&self, root: &Root, schema: &Json, pointer: &str) -> Result<(), CompileError> {
        if self.trusted {
            return Ok(());
        }
        meta::check(root, schema, pointer)
            .map_err(|reason| CompileError::MetaSchema { url: location::shown(&root.url, pointer), reason })
    }
}
