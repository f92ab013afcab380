//! From version ranges to versions: what the newest fitting chart of each dependency is.

use gosemver::{Constraint, Version};
use helm_chart::{Compat, Dependency, Warning};

use super::repositories::Names;
use super::{DependencyError, local};
use crate::oci::is_oci;

/// What repositories and registries offer.
pub(super) trait Offers {
    /// The versions of a chart in a cached index, the newest first, those without a URL left out; `None` when the
    /// index does not know the chart.
    fn in_index(&self, repository: &str, chart: &str) -> Result<Option<Vec<&str>>, String>;
    /// The tags of a chart in a registry, the newest first.
    fn in_registry(&self, repository: &str, chart: &str) -> Result<Vec<&str>, String>;
}

/// Whether a dependency's version is told by the tags of a registry, not by its own text.
pub(super) fn needs_tags(dependency: &Dependency) -> bool {
    is_oci(&dependency.repository) && Version::parse(&dependency.version).is_err()
}

/// The versions that a lock file holds (Helm's `Resolver.Resolve`).
pub(super) fn resolve(
    dependencies: &[Dependency],
    names: &Names,
    chart: &str,
    compat: Compat,
    offers: &dyn Offers,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Dependency>, DependencyError> {
    let mut resolved = Vec::with_capacity(dependencies.len());
    let mut missing = Vec::new();
    for dependency in dependencies {
        let constraint = Constraint::parse(&dependency.version)
            .map_err(|source| DependencyError::Constraint { name: dependency.name.clone(), source })?;
        match choose(dependency, &constraint, names, chart, compat, offers, warnings)? {
            Some(version) => resolved.push(Dependency {
                name: dependency.name.clone(),
                version,
                repository: dependency.repository.clone(),
                ..Dependency::default()
            }),
            None => {
                let quoted = |text: &str| govalue::strconv::quote(text.as_bytes());
                missing.push(format!(
                    "{} (repository {}, version {})",
                    quoted(&dependency.name),
                    quoted(&gonet::mask_password(&dependency.repository)),
                    quoted(&dependency.version)
                ));
            }
        }
    }
    if missing.is_empty() { Ok(resolved) } else { Err(DependencyError::NoVersion(missing)) }
}

/// The version of one dependency; `None` when there is none that fits.
fn choose(
    dependency: &Dependency,
    constraint: &Constraint,
    names: &Names,
    chart: &str,
    compat: Compat,
    offers: &dyn Offers,
    warnings: &mut Vec<Warning>,
) -> Result<Option<String>, DependencyError> {
    let Dependency { name, version, repository, .. } = dependency;
    if repository.is_empty() {
        local::folder(&format!("charts/{name}"), chart)?;
        return Ok(Some(version.clone()));
    }
    if local::is_local(repository) {
        let found = local::version(&local::folder(repository, chart)?, compat, warnings)?;
        let fits = Version::parse(&found).is_ok_and(|v| constraint.check(&v));
        return Ok(fits.then_some(found));
    }
    let first = |offered: &[&str]| {
        let versions = offered.iter().filter_map(|text| Version::parse(text).ok());
        versions.into_iter().find(|v| constraint.check(v)).map(|v| v.original().to_owned())
    };
    if is_oci(repository) {
        if !needs_tags(dependency) {
            return Ok(Some(first(&[version]).unwrap_or_else(|| version.clone())));
        }
        let tags = offers
            .in_registry(repository, name)
            .map_err(|reason| DependencyError::NoTags { repository: repository.clone(), reason })?;
        // Without a tag that fits Helm locks the range itself, which fails when it is downloaded.
        return Ok(Some(first(&tags).unwrap_or_else(|| version.clone())));
    }
    let Some(cached) = names.get(name) else { return Ok(Some(version.clone())) };
    let offered = offers
        .in_index(cached, name)
        .map_err(|reason| DependencyError::NoCachedIndex { repository: cached.clone(), reason })?;
    let Some(offered) = offered else {
        return Err(DependencyError::NotInRepository { name: name.clone(), repository: repository.clone() });
    };
    Ok(first(&offered))
}
