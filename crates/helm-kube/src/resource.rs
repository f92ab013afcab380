use std::sync::Arc;

use govalue::strconv::quote;
use k8s_object::{Object, ObjectRef};
use serde_json::Value;

use crate::{Cluster, Discovery, Error, ResourceType, manifest_check};

/// An object bound to the resource type that serves it and to the namespace it lives in (Helm's `resource.Info`).
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// How the cluster serves the object's kind.
    pub resource_type: Arc<ResourceType>,
    /// The namespace; empty for objects of the whole cluster.
    pub namespace: String,
    /// The name; empty where the server generates it.
    pub name: String,
    /// The object: what is to be applied, then what the server made of it.
    pub object: Object,
}

impl Resource {
    /// Binds an object. Namespaced objects without a namespace get `namespace`; objects of the whole cluster lose
    /// the one they may name.
    pub fn new(resource_type: Arc<ResourceType>, mut object: Object, namespace: &str) -> Resource {
        if !resource_type.namespaced {
            object.set_namespace("");
        } else if object.namespace().is_empty() {
            object.set_namespace(namespace);
        }
        let (namespace, name) = (object.namespace().to_owned(), object.name().to_owned());
        Resource { resource_type, namespace, name, object }
    }

    /// Takes over what the server made of the object, and the name it may have generated.
    pub(crate) fn refresh(&mut self, live: Object) {
        self.name = live.name().to_owned();
        self.object = live;
    }

    /// Whether both are the same object on the cluster, whatever version each was written in.
    pub fn same_object(&self, other: &Resource) -> bool {
        self.name == other.name
            && self.namespace == other.namespace
            && self.resource_type.group == other.resource_type.group
            && self.resource_type.kind == other.resource_type.kind
    }

    /// What names the object.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            api_version: self.resource_type.api_version(),
            kind: self.resource_type.kind.to_string(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }

    /// `Kind "name" in namespace "namespace"`, as Helm's errors name a resource.
    pub fn describe(&self) -> String {
        let (name, namespace) = (quote(&self.name), quote(&self.namespace));
        format!("{} {name} in namespace {namespace}", self.resource_type.kind)
    }

    /// Refuses an object that has both a name and a name to generate; says whether the server is to generate one.
    pub fn generates_name(&self) -> Result<bool, Error> {
        match (self.name.is_empty(), self.object.generate_name().is_empty()) {
            (_, true) => Ok(false),
            (true, false) => Ok(true),
            (false, false) => Err(Error::InvalidObject(
                "metadata.name and metadata.generateName cannot both be set".to_owned(),
            )),
        }
    }

    /// `namespace/name group/version, Kind=kind`, as Helm's errors on applying name a resource.
    pub(crate) fn label(&self) -> String {
        format!("{}/{} {}", self.namespace, self.name, self.resource_type.group_version_kind())
    }
}

impl Cluster {
    /// Binds objects to the kinds this cluster serves; lists are taken apart. Every kind that is not served is
    /// named in the error.
    pub async fn build(
        &self,
        objects: impl IntoIterator<Item = Object>,
        namespace: &str,
    ) -> Result<Vec<Resource>, Error> {
        let mut flat = Vec::new();
        for object in objects {
            flatten(object, false, &mut flat)?;
        }
        if flat.is_empty() {
            return Ok(Vec::new());
        }
        let discovery = self.discovery().await?;
        let mut types: Vec<Arc<ResourceType>> = Vec::new();
        let (mut resources, mut errors) = (Vec::with_capacity(flat.len()), Vec::new());
        for (object, is_item) in flat {
            match find_type(&discovery, &object, is_item, &mut types) {
                Ok(resource_type) => resources.push(Resource::new(resource_type, object, namespace)),
                Err(error) => errors.push(error),
            }
        }
        match errors.len() {
            0 => Ok(resources),
            1 => Err(errors.remove(0)),
            // Go's aggregate errors print as a list.
            _ => {
                let texts: Vec<String> = errors.iter().map(Error::to_string).collect();
                Err(Error::InvalidObject(format!("[{}]", texts.join(", "))))
            }
        }
    }
}

/// Takes a list apart into its items, which may be lists again. Items of a `…List` of one kind need not say what
/// they are.
fn flatten(object: Object, is_item: bool, out: &mut Vec<(Object, bool)>) -> Result<(), Error> {
    if object.list_items().is_none() {
        out.push((object, is_item));
        return Ok(());
    }
    let kind = object.kind().strip_suffix("List").unwrap_or_default().to_owned();
    let api_version = object.api_version().to_owned();
    let Some(Value::Array(items)) = object.into_value().as_object_mut().and_then(|map| map.remove("items"))
    else {
        return Ok(());
    };
    for item in items {
        let mut item = Object::from_value(item).map_err(|e| Error::InvalidObject(e.to_string()))?;
        if !kind.is_empty() && item.kind().is_empty() {
            item.as_map_mut().insert("kind".to_owned(), kind.as_str().into());
            item.as_map_mut().insert("apiVersion".to_owned(), api_version.as_str().into());
        }
        flatten(item, true, out)?;
    }
    Ok(())
}

/// The type that serves an object's kind; one shared value per type.
fn find_type(
    discovery: &Discovery,
    object: &Object,
    is_item: bool,
    types: &mut Vec<Arc<ResourceType>>,
) -> Result<Arc<ResourceType>, Error> {
    manifest_check::check(object)?;
    let found = discovery.resource_type(&object.group_version_kind()).ok_or_else(|| {
        let (kind, api_version) = (object.kind().to_owned(), object.api_version().to_owned());
        if is_item {
            return Error::InvalidObject(format!(
                "unable to recognize no matches for kind {} in version {}",
                quote(&kind),
                quote(&api_version)
            ));
        }
        let (name, namespace) = (object.name().to_owned(), object.namespace().to_owned());
        Error::NoMatch { name, namespace, kind, api_version }
    })?;
    Ok(match types.iter().find(|known| ***known == *found) {
        Some(known) => Arc::clone(known),
        None => {
            types.push(Arc::new(found.clone()));
            Arc::clone(&types[types.len() - 1])
        }
    })
}
