//! A chart's `kubeVersion`: which versions of Kubernetes it wants.

use helm_chart::{Chart, dependencies};
use helm_render::Capabilities;

/// A chart that does not want the cluster's version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")]
pub struct Mismatch {
    /// The chart's constraint.
    pub constraint: String,
    /// The version that it excludes.
    pub version: String,
}

/// Refuses a chart whose constraint excludes the version; no constraint is satisfied by any version, a malformed one
/// by none.
pub(crate) fn check(chart: &Chart, capabilities: &Capabilities) -> Result<(), Mismatch> {
    let constraint = &chart.metadata.kube_version;
    let version = &capabilities.kube_version;
    if constraint.is_empty() || dependencies::is_compatible_range(constraint, version.for_constraints()) {
        return Ok(());
    }
    Err(Mismatch { constraint: constraint.clone(), version: version.version.clone() })
}
