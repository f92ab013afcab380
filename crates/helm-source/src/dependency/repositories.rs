//! Which repository each dependency comes from.

use std::collections::HashMap;

use gonet::Url;
use helm_chart::Dependency;
use sha2::{Digest, Sha256};

use super::event::{Event, Observer};
use super::{DependencyError, local};
use crate::oci::is_oci;
use crate::repositories::Entry;

/// The name under which a dependency's index is cached, by the dependency's name: Helm knows no finer key, so two
/// dependencies of one name and different repositories share the last one's index.
pub(super) type Names = HashMap<String, String>;

/// Finds the configured repository of each dependency, and puts the address in the place of an alias (Helm's
/// `resolveRepoNames`).
pub(super) fn resolve(
    dependencies: &mut [Dependency],
    known: &[Entry],
    chart: &str,
    debug: bool,
    observer: &mut Observer<'_>,
) -> Result<Names, DependencyError> {
    let mut names = Names::new();
    let mut missing = Vec::new();
    for dependency in dependencies {
        let repository = dependency.repository.clone();
        if repository.is_empty() {
            continue;
        }
        if local::is_local(&repository) {
            local::folder(&repository, chart)?;
            if debug {
                observer(Event::LocalRepository { repository: &repository });
            }
            names.insert(dependency.name.clone(), repository);
        } else if is_oci(&repository) {
            names.insert(dependency.name.clone(), repository);
        } else if let Some(found) = known.iter().find(|k| is_meant(k, &repository)) {
            if alias(&repository).is_some() {
                dependency.repository.clone_from(&found.url);
            }
            names.insert(dependency.name.clone(), found.name.clone());
        } else if is_request_uri(&repository) {
            // Helm files it under its own name, where only a dependency of that name would find it.
            names.insert(repository.clone(), repository);
        } else {
            missing.push(repository);
        }
    }
    if missing.is_empty() { Ok(names) } else { Err(DependencyError::NoDefinition(missing)) }
}

fn is_meant(known: &Entry, repository: &str) -> bool {
    alias(repository) == Some(known.name.as_str()) || same(&known.url, repository)
}

/// The name in `@name` and `alias:name`.
fn alias(repository: &str) -> Option<&str> {
    repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"))
}

/// Gives the repositories that are not configured names to cache their indexes under, and answers those with their
/// addresses (Helm's `ensureMissingRepos`).
pub(super) fn name_unmanaged(dependencies: &[Dependency], names: &mut Names) -> Vec<(String, String)> {
    let mut unmanaged = Vec::new();
    for dependency in dependencies.iter().filter(|d| !d.repository.is_empty()) {
        if names.contains_key(&dependency.name) {
            continue;
        }
        let name = unmanaged_name(&dependency.repository);
        names.insert(dependency.name.clone(), name.clone());
        if !unmanaged.iter().any(|(known, _)| *known == name) {
            unmanaged.push((name, dependency.repository.clone()));
        }
    }
    unmanaged
}

/// The name under which Helm caches the index of a repository that is not configured.
pub(super) fn unmanaged_name(url: &str) -> String {
    let hash = Sha256::digest(url.as_bytes());
    hash.iter().fold("helm-manager-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

/// The repositories of a lock that are not configured (Helm's `hasAllRepos`).
pub(super) fn not_configured(dependencies: &[Dependency], known: &[Entry]) -> Vec<String> {
    let remote = |d: &&Dependency| {
        !d.repository.is_empty() && !local::is_local(&d.repository) && !is_oci(&d.repository)
    };
    let is_known = |url: &str| known.iter().any(|k| same(&k.url, url.strip_suffix('/').unwrap_or(url)));
    let missing = dependencies.iter().filter(remote).filter(|d| !is_known(&d.repository));
    missing.map(|d| d.repository.clone()).collect()
}

/// Whether two addresses mean the same repository (Helm's `urlutil.Equal`).
pub(super) fn same(a: &str, b: &str) -> bool {
    let cleaned = |mut url: Url| {
        url.path = super::path::clean(if url.path.is_empty() { "/" } else { &url.path });
        url
    };
    match (Url::parse(a), Url::parse(b)) {
        (Ok(a), Ok(b)) => cleaned(a).to_string() == cleaned(b).to_string(),
        (Err(_), _) => super::path::clean(a) == super::path::clean(b),
        (Ok(_), Err(_)) => false,
    }
}

/// Go's `url.ParseRequestURI`, as far as whether it takes a text.
fn is_request_uri(text: &str) -> bool {
    text == "*" || (Url::parse(text).is_ok_and(|url| url.is_absolute()) || text.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> [Entry; 2] {
        [("main", "https://charts.example.com"), ("other", "http://127.0.0.1:8080/x")]
            .map(|(name, url)| Entry { name: name.to_owned(), url: url.to_owned(), ..Entry::default() })
    }

    fn dependency(name: &str, repository: &str) -> Dependency {
        Dependency { name: name.to_owned(), repository: repository.to_owned(), ..Dependency::default() }
    }

    #[test]
    fn names_and_aliases() {
        let mut all = [
            dependency("a", "@main"),
            dependency("b", "alias:other"),
            dependency("c", "https://charts.example.com/"),
            dependency("d", "oci://r/x"),
            dependency("e", ""),
            dependency("f", "https://unknown/x"),
        ];
        let mut names = resolve(&mut all, &known(), ".", false, &mut |_| {}).expect("all have one");
        assert_eq!(all[0].repository, "https://charts.example.com");
        assert_eq!(all[1].repository, "http://127.0.0.1:8080/x");
        let unmanaged = name_unmanaged(&all, &mut names);
        assert_eq!(unmanaged.len(), 1);
        let name = |key: &str| names.get(key).map(String::as_str);
        assert_eq!((name("a"), name("b"), name("c")), (Some("main"), Some("other"), Some("main")));
        assert_eq!((name("d"), name("e")), (Some("oci://r/x"), None));
        assert_eq!(name("f"), Some(unmanaged[0].0.as_str()));
    }

    #[test]
    fn unknown_names_come_with_a_hint() {
        let mut all = [dependency("a", "stable"), dependency("b", "@nope")];
        let error = resolve(&mut all, &known(), ".", false, &mut |_| {}).expect_err("unknown").to_string();
        assert!(error.starts_with("no repository definition for stable, @nope. Please add them"), "{error}");
        assert!(error.contains("\nNote that repositories must be URLs or aliases."), "{error}");
        let mut all = [dependency("b", "@nope")];
        let error = resolve(&mut all, &known(), ".", false, &mut |_| {}).expect_err("unknown").to_string();
        assert!(error.ends_with("'helm repo add'"), "{error}");
    }

    #[test]
    fn a_slash_more_makes_no_difference() {
        assert!(same("http://h/x/", "http://h/x") && same("http://h", "http://h/"));
        assert!(!same("http://h/x", "https://h/x") && !same("http://h/x", "http://h/X"));
    }
}
