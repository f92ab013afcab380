//! A document with schemas: which of them have an identifier or an anchor.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::draft::Dialect;
use crate::error::CompileError;
use crate::location::{self, Address};
use crate::value::Json;

/// A document and what is known of it so far.
#[derive(Clone)]
pub(crate) struct Root {
    pub(crate) url: String,
    pub(crate) document: Rc<Json>,
    /// By pointer.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// The pointers of the schemas that were looked at.
    pub(crate) seen: BTreeSet<String>,
}

/// A schema with an identifier of its own, or the whole document.
#[derive(Clone)]
pub(crate) struct Resource {
    pub(crate) pointer: String,
    pub(crate) id: String,
    pub(crate) dialect: Dialect,
    /// Pointers by anchor.
    pub(crate) anchors: BTreeMap<String, String>,
    pub(crate) dynamic_anchors: Vec<String>,
}

impl Resource {
    pub(crate) fn new(pointer: &str, id: &str, dialect: Dialect) -> Resource {
        let (pointer, id) = (pointer.to_owned(), id.to_owned());
        Resource { pointer, id, dialect, anchors: BTreeMap::new(), dynamic_anchors: Vec::new() }
    }
}

impl Root {
    pub(crate) fn new(url: &str, document: Rc<Json>) -> Root {
        Root { url: url.to_owned(), document, resources: BTreeMap::new(), seen: BTreeSet::new() }
    }

    /// The resource that a schema is part of.
    pub(crate) fn resource(&self, pointer: &str) -> Option<&Resource> {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return Some(resource);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// The pointer that a fragment means in a resource.
    pub(crate) fn resolve_in(&self, fragment: &str, resource: &Resource) -> Result<String, CompileError> {
        if location::is_pointer(fragment) {
            return Ok(format!("{}{fragment}", resource.pointer));
        }
        resource.anchors.get(fragment).cloned().ok_or_else(|| CompileError::AnchorNotFound {
            url: self.url.clone(),
            reference: Address { url: resource.id.clone(), fragment: fragment.to_owned() }.shown(),
        })
    }

    /// The pointer that an address means in this document; nothing when it means another document.
    pub(crate) fn resolve(&self, address: &Address) -> Result<Option<String>, CompileError> {
        let resource = match address.url == self.url {
            true => self.resources.get(""),
            false => self.resources.values().find(|resource| resource.id == address.url),
        };
        resource.map(|resource| self.resolve_in(&address.fragment, resource)).transpose()
    }

    /// The value at a pointer.
    pub(crate) fn lookup(&self, pointer: &str) -> Result<&Json, CompileError> {
        let mut value = &*self.document;
        for token in pointer.split('/').skip(1) {
            let shown = || location::shown(&self.url, pointer);
            let token = location::unescape(token).ok_or_else(|| CompileError::InvalidPointer(shown()))?;
            let inner = match value {
                Json::Object(properties) => properties.get(&*token),
                Json::Array(items) => {
                    let index = govalue::strconv::atoi(&*token).ok().and_then(|i| usize::try_from(i).ok());
                    index.and_then(|i| items.get(i))
                }
                _ => None,
            };
            value = inner.ok_or_else(|| CompileError::PointerNotFound(shown()))?;
        }
        Ok(value)
    }

    /// Notes the anchors of a schema, which is part of the resource at a pointer.
    pub(crate) fn collect_anchors(
        &mut self,
        schema: &Json,
        pointer: &str,
        resource: &str,
    ) -> Result<(), CompileError> {
        let Some(schema) = schema.as_object() else { return Ok(()) };
        let Some(resource) = self.resources.get_mut(resource) else { return Ok(()) };
        let draft = resource.dialect.draft;
        let text = |name: &str| schema.get(name).and_then(Json::as_str);
        let mut anchors = Vec::new();
        if draft.version < 2019 {
            if schema.contains_key("$ref") {
                return Ok(());
            }
            // An anchor is the fragment of an identifier.
            if let Some(id) = text(draft.id_name()) {
                let (_, fragment) = location::split_fragment(id)
                    .map_err(|_| CompileError::ParseAnchor(location::shown(&self.url, pointer)))?;
                anchors.extend(Some(fragment).filter(|f| !location::is_pointer(f)));
            }
        } else {
            anchors.extend(text("$anchor").map(str::to_owned));
        }
        let dynamic = text("$dynamicAnchor").filter(|_| draft.version >= 2020).map(str::to_owned);
        for anchor in anchors.into_iter().chain(dynamic.clone()) {
            if let Some(other) = resource.anchors.get(&anchor).filter(|other| *other != pointer) {
                let (first, second) = (other.clone(), pointer.to_owned());
                return Err(CompileError::DuplicateAnchor { anchor, url: self.url.clone(), first, second });
            }
            resource.anchors.insert(anchor, pointer.to_owned());
        }
        resource.dynamic_anchors.extend(dynamic);
        Ok(())
    }
}
