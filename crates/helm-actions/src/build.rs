//! Manifests bound to the kinds that the cluster serves.

use helm_chart::Compat;
use helm_kube::Resource;
use helm_release::manifest::{self, Manifest};
use k8s_object::Object;
use k8s_object::ownership::Owner;

use crate::{ActionError, Context};

/// Binds the objects of manifests. Documents without content are left out.
pub(crate) async fn bind(
    context: &Context,
    manifests: &[Manifest],
    namespace: &str,
) -> Result<Vec<Resource>, ActionError> {
    let mut objects = Vec::with_capacity(manifests.len());
    for manifest in manifests.iter().filter(|manifest| !manifest.document.is_null()) {
        let object = Object::from_value(manifest.document.clone());
        objects.push(object.map_err(|e| ActionError::Other(e.to_string()))?);
    }
    Ok(context.cluster().build(objects, namespace).await?)
}

/// Binds the objects of a text of YAML documents.
pub(crate) async fn bind_text(
    context: &Context,
    text: &str,
    namespace: &str,
) -> Result<Vec<Resource>, ActionError> {
    Ok(context.cluster().build(read(text, context.compat())?, namespace).await?)
}

/// Reads the objects of a text of YAML documents. Documents without content are left out.
pub(crate) fn read(text: &str, compat: Compat) -> Result<Vec<Object>, ActionError> {
    let manifests = manifest::read_stored(text, compat).map_err(|e| {
        // A cluster's client reads the text as it stands, without sorting it first.
        ActionError::Other(format!("error parsing : {}", e.source))
    })?;
    let documents = manifests.into_iter().map(|manifest| manifest.document);
    let objects = documents.filter(|document| !document.is_null()).map(Object::from_value);
    objects.map(|object| object.map_err(|e| ActionError::Other(e.to_string()))).collect()
}

/// Marks objects as belonging to a release.
pub(crate) fn claim(resources: &mut [Resource], owner: Owner<'_>) {
    resources.iter_mut().for_each(|resource| owner.claim(&mut resource.object));
}
