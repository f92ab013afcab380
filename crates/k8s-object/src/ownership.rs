//! The label and annotations that tie an object to a release, as Helm sets and checks them.

use std::fmt;

use govalue::strconv::quote;

use crate::Object;

/// The label that says who manages an object.
pub const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";
/// The value of [`MANAGED_BY_LABEL`] on objects of a release.
pub const MANAGED_BY_HELM: &str = "Helm";
/// The annotation with the name of the release.
pub const RELEASE_NAME_ANNOTATION: &str = "meta.helm.sh/release-name";
/// The annotation with the namespace of the release.
pub const RELEASE_NAMESPACE_ANNOTATION: &str = "meta.helm.sh/release-namespace";
/// The annotation that can keep an object from being deleted.
pub const RESOURCE_POLICY_ANNOTATION: &str = "helm.sh/resource-policy";
/// The value of [`RESOURCE_POLICY_ANNOTATION`] that does.
pub const KEEP_POLICY: &str = "keep";

/// A release as the owner of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The release's name.
    pub name: &'a str,
    /// The release's namespace.
    pub namespace: &'a str,
}

/// What keeps an object from belonging to a release. Displays as Helm says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnershipError {
    /// Every piece of metadata that is absent or has another value.
    pub mismatches: Vec<Mismatch>,
}

/// One piece of ownership metadata that is absent or has another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Whether this is a label or an annotation.
    pub part: MetadataPart,
    /// The label's or annotation's key.
    pub key: &'static str,
    /// The value it has to have.
    pub wanted: String,
    /// The value it has.
    pub found: Option<String>,
}

/// A label or an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataPart {
    /// `metadata.labels`
    Label,
    /// `metadata.annotations`
    Annotation,
}

impl Owner<'_> {
    /// Checks that the object carries this release's label and annotations.
    pub fn check(&self, object: &Object) -> Result<(), OwnershipError> {
        let wanted = [
            (MetadataPart::Label, MANAGED_BY_LABEL, MANAGED_BY_HELM),
            (MetadataPart::Annotation, RELEASE_NAME_ANNOTATION, self.name),
            (MetadataPart::Annotation, RELEASE_NAMESPACE_ANNOTATION, self.namespace),
        ];
        let mismatches: Vec<Mismatch> = wanted
            .into_iter()
            .filter_map(|(part, key, value)| {
                let found = match part {
                    MetadataPart::Label => object.label(key),
                    MetadataPart::Annotation => object.annotation(key),
                };
                (found != Some(value)).then(|| Mismatch {
                    part,
                    key,
                    wanted: value.to_owned(),
                    found: found.map(str::to_owned),
                })
            })
            .collect();
        if mismatches.is_empty() { Ok(()) } else { Err(OwnershipError { mismatches }) }
    }

    /// Writes this release's label and annotations, over whatever was there.
    pub fn claim(&self, object: &mut Object) {
        object.set_label(MANAGED_BY_LABEL, MANAGED_BY_HELM);
        object.set_annotation(RELEASE_NAME_ANNOTATION, self.name);
        object.set_annotation(RELEASE_NAMESPACE_ANNOTATION, self.namespace);
    }
}

/// Whether the object's own annotation asks for it to be kept when its release lets go of it.
pub fn is_kept(object: &Object) -> bool {
    object.annotation(RESOURCE_POLICY_ANNOTATION) == Some(KEEP_POLICY)
}

impl fmt::Display for OwnershipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid ownership metadata")?;
        for mismatch in &self.mismatches {
            write!(f, "; {mismatch}")?;
        }
        Ok(())
    }
}

impl std::error::Error for OwnershipError {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            MetadataPart::Label => "label",
            MetadataPart::Annotation => "annotation",
        };
        let (key, wanted) = (self.key, quote(&self.wanted));
        match &self.found {
            None => write!(f, "{part} validation error: missing key \"{key}\": must be set to {wanted}"),
            Some(found) => write!(
                f,
                "{part} validation error: key \"{key}\" must equal {wanted}: current value is {}",
                quote(found)
            ),
        }
    }
}
