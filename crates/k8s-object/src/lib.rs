//! One Kubernetes object as data: identity, order, patches, readiness.
