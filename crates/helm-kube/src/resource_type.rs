use std::borrow::Cow;

use k8s_object::GroupVersionKind;

/// A kind as a server serves it: where its objects live in the API's paths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceType {
    /// The API group; empty for the core group.
    pub group: Cow<'static, str>,
    /// The version within the group.
    pub version: Cow<'static, str>,
    /// The kind.
    pub kind: Cow<'static, str>,
    /// The name in paths, such as `deployments`.
    pub plural: Cow<'static, str>,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

impl ResourceType {
    /// `v1` Namespace.
    pub const NAMESPACE: ResourceType = ResourceType::core("Namespace", "namespaces", false);
    /// `v1` Secret.
    pub const SECRET: ResourceType = ResourceType::core("Secret", "secrets", true);
    /// `v1` ConfigMap.
    pub const CONFIG_MAP: ResourceType = ResourceType::core("ConfigMap", "configmaps", true);
    /// `v1` Pod.
    pub const POD: ResourceType = ResourceType::core("Pod", "pods", true);
    /// `coordination.k8s.io/v1` Lease.
    pub const LEASE: ResourceType = ResourceType {
        group: Cow::Borrowed("coordination.k8s.io"),
        version: Cow::Borrowed("v1"),
        kind: Cow::Borrowed("Lease"),
        plural: Cow::Borrowed("leases"),
        namespaced: true,
    };
    /// `apiextensions.k8s.io/v1` CustomResourceDefinition.
    pub const DEFINITION: ResourceType = ResourceType {
        group: Cow::Borrowed("apiextensions.k8s.io"),
        version: Cow::Borrowed("v1"),
        kind: Cow::Borrowed("CustomResourceDefinition"),
        plural: Cow::Borrowed("customresourcedefinitions"),
        namespaced: false,
    };
    /// `apps/v1` ReplicaSet.
    pub const REPLICA_SET: ResourceType = ResourceType {
        group: Cow::Borrowed("apps"),
        version: Cow::Borrowed("v1"),
        kind: Cow::Borrowed("ReplicaSet"),
        plural: Cow::Borrowed("replicasets"),
        namespaced: true,
    };

    const fn core(kind: &'static str, plural: &'static str, namespaced: bool) -> ResourceType {
        ResourceType {
            group: Cow::Borrowed(""),
            version: Cow::Borrowed("v1"),
            kind: Cow::Borrowed(kind),
            plural: Cow::Borrowed(plural),
            namespaced,
        }
    }

    /// Whether objects define kinds, in whatever version.
    pub fn is_definition(&self) -> bool {
        self.group == ResourceType::DEFINITION.group && self.kind == ResourceType::DEFINITION.kind
    }

    /// `version`, or `group/version`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Group, version and kind.
    pub fn group_version_kind(&self) -> GroupVersionKind {
        GroupVersionKind {
            group: self.group.to_string(),
            version: self.version.to_string(),
            kind: self.kind.to_string(),
        }
    }

    /// `deployments.apps`, or `pods`: how the API's messages name the resource.
    pub fn group_resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_string()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// The path of all objects, or of those in one namespace.
    pub(crate) fn collection_path(&self, namespace: &str) -> String {
        let mut path = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if self.namespaced && !namespace.is_empty() {
            path.push_str("/namespaces/");
            push_escaped(&mut path, namespace);
        }
        path.push('/');
        path.push_str(&self.plural);
        path
    }

    /// The path of one object.
    pub(crate) fn object_path(&self, namespace: &str, name: &str) -> String {
        let mut path = self.collection_path(namespace);
        path.push('/');
        push_escaped(&mut path, name);
        path
    }
}

/// Appends text with everything but unreserved characters percent-encoded, for one segment of a path or one value
/// of a query.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
