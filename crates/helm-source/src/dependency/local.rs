//! Charts that lie on the disk: beneath `charts/`, or where `file://` says.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use gosemver::{Constraint, Version};
use helm_chart::{Compat, Dependency, PathError, Time, Warning, archive, dir};

use super::DependencyError;
use super::path::{clean, join};

/// What the repository of a chart on the disk begins with.
pub(super) const SCHEME: &str = "file://";

/// Whether a repository is a folder.
pub(super) fn is_local(repository: &str) -> bool {
    repository.starts_with(SCHEME)
}

/// The folder that a `file://` repository, or a path within the chart, means (Helm's `GetLocalPath`).
pub(super) fn folder(repository: &str, chart: &str) -> Result<String, DependencyError> {
    let path = repository.strip_prefix(SCHEME).unwrap_or(repository);
    let path = if path.starts_with('/') { clean(path) } else { join(&[chart, path]) };
    match fs::metadata(&path) {
        Ok(_) => Ok(path),
        Err(e) if e.kind() == ErrorKind::NotFound => Err(DependencyError::NoFolder(path)),
        Err(source) => Err(PathError { operation: "stat", path, source }.into()),
    }
}

/// The version of the chart in a folder.
pub(super) fn version(
    folder: &str,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<String, DependencyError> {
    Ok(dir::load(Path::new(folder), compat, warnings)?.metadata.version)
}

/// Checks that a chart without repository lies in `charts/` at a version that will do.
pub(super) fn check_by_hand(
    dependency: &Dependency,
    charts: &str,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<(), DependencyError> {
    let name = &dependency.name;
    let path = join(&[charts, name]);
    let chart = dir::load(Path::new(&path), compat, warnings)
        .map_err(|source| DependencyError::ByHand { path, source })?;
    let constraint = Constraint::parse(&dependency.version)
        .map_err(|source| DependencyError::LocalConstraint { name: name.clone(), source })?;
    let version = Version::parse(&chart.metadata.version).map_err(|source| {
        DependencyError::InvalidVersion { name: name.clone(), version: dependency.version.clone(), source }
    })?;
    if constraint.check(&version) {
        return Ok(());
    }
    Err(DependencyError::NotSatisfied {
        name: name.clone(),
        version: chart.metadata.version,
        constraint: dependency.version.clone(),
    })
}

/// How a chart from a folder is packed.
#[derive(Clone, Copy)]
pub(super) struct Packing<'a> {
    /// Folder of the chart that needs it.
    pub(super) chart: &'a str,
    pub(super) compat: Compat,
    pub(super) now: Time,
    /// `SOURCE_DATE_EPOCH`: the time of all files.
    pub(super) epoch: Option<Time>,
}

/// Packs the chart of a `file://` repository into a folder; answers its version.
pub(super) fn pack(
    dependency: &Dependency,
    into: &Path,
    packing: Packing<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<String, DependencyError> {
    let path = folder(&dependency.repository, packing.chart)?;
    let mut chart = dir::load(Path::new(&path), packing.compat, warnings)?;
    if let Some(epoch) = packing.epoch {
        chart = chart.stamped(epoch);
    }
    let name = &dependency.name;
    let constraint = Constraint::parse(&dependency.version)
        .map_err(|source| DependencyError::LocalConstraint { name: name.clone(), source })?;
    let version = Version::parse(&chart.metadata.version).map_err(DependencyError::Version)?;
    if !constraint.check(&version) {
        return Err(DependencyError::NoLocalVersion(name.clone()));
    }
    archive::save(&chart, into, packing.now, packing.compat)?;
    Ok(chart.metadata.version)
}
