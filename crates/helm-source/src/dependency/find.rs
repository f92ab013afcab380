//! Where the archives of resolved dependencies are.

use gonet::{Url, mask_password};
use gosemver::Version;
use helm_chart::{Compat, Dependency};

use super::event::{Event, Observer};
use super::index::Needed;
use super::path::join;
use super::repositories;
use super::run::Run;
use crate::http::Access;
use crate::repositories::Entry;
use crate::{Index, Resolved, fetch, oci};

impl Run<'_> {
    /// Where the archive of a version is (Helm's `findChartURL`).
    pub(super) async fn find(
        &mut self,
        dependency: &Dependency,
        observer: &mut Observer<'_>,
    ) -> Result<Resolved, String> {
        let Dependency { name, version, repository, .. } = dependency;
        let compat = self.request.sources.compat;
        let same = |entry: &&Entry| repositories::same(repository, &entry.url);
        // Of several names for one address the one whose index was fetched.
        let entry = self
            .configured
            .iter()
            .filter(same)
            .find(|e| self.indexes.has_own(&e.name))
            .or_else(|| self.configured.iter().find(same));
        if let Some(entry) = entry.cloned() {
            let index = self.indexes.get(&entry.name)?;
            let chart = index.chart(name).ok_or("entry not found")?;
            let found = chart.versions().find(|v| v.urls().len() > 0 && is_version(version, v.version()));
            let found = found.ok_or("no matching version")?;
            return place(repository, found, entry.access(), compat);
        }
        self.find_unmanaged(dependency, observer)
            .await
            .map_err(|reason| format!("chart {name} not found in {}: {reason}", mask_password(repository)))
    }

    /// As [`Self::find`], for a repository that is not configured.
    async fn find_unmanaged(
        &mut self,
        dependency: &Dependency,
        observer: &mut Observer<'_>,
    ) -> Result<Resolved, String> {
        let Dependency { name, version, repository, .. } = dependency;
        let cached = repositories::unmanaged_name(repository);
        if self.indexes.get(&cached).is_err() {
            let needed = Needed::unmanaged(cached.clone(), repository.clone());
            let mut reason = String::new();
            let mut quiet = |event: Event<'_>| match event {
                Event::NotRefreshed { reason: why, .. } => why.clone_into(&mut reason),
                Event::Warning(_) => observer(event),
                _ => {}
            };
            self.indexes.refresh(&[needed], &mut quiet).await.map_err(|e| e.to_string())?;
            if !reason.is_empty() {
                let url = crate::quoted(&mask_password(repository));
                return Err(format!(
                    "looks like {url} is not a valid chart repository or cannot be reached: {reason}"
                ));
            }
        }
        let index: &Index = self.indexes.get(&cached)?;
        let mut wanted = format!("chart {}", crate::quoted(name));
        if !version.is_empty() {
            wanted += &format!(" version {}", crate::quoted(version));
        }
        let found = index
            .get(name, version)
            .map_err(|_| format!("{wanted} not found in {} repository", mask_password(repository)))?;
        if found.urls().len() == 0 {
            return Err(format!("{wanted} has no downloadable URLs"));
        }
        place(repository, found, Access::default(), Compat::V4)
            .map_err(|e| format!("failed to make chart URL absolute: {e}"))
    }
}

/// Whether a version of an index is the one that is locked: equal as versions, or as texts if they are none.
fn is_version(wanted: &str, found: &str) -> bool {
    match (Version::parse(wanted), Version::parse(found)) {
        _ if wanted.is_empty() => true,
        (Ok(wanted), Ok(found)) => wanted.cmp(&found).is_eq(),
        (Err(_), _) => wanted == found,
        (Ok(_), Err(_)) => false,
    }
}

/// The place of an archive that an index lists.
fn place(
    repository: &str,
    version: crate::Version<'_>,
    access: Access,
    compat: Compat,
) -> Result<Resolved, String> {
    let reference = version.urls().next().unwrap_or_default();
    let unparsed = |text: &str, e: gonet::ParseError| match compat {
        Compat::V3 => e.to_string(),
        Compat::V4 => format!("failed to parse {text} as URL: {e}"),
    };
    let parsed = Url::parse(reference).map_err(|e| unparsed(reference, e))?;
    let owner = Url::parse(repository).map_err(|e| match compat {
        Compat::V3 => format!("base URL failed to parse: {e}"),
        Compat::V4 => unparsed(repository, e),
    })?;
    let url = match compat {
        _ if parsed.is_absolute() => parsed,
        // Helm 3 takes what the index says for a path, even one that begins at the root of the server.
        Compat::V3 => Url { path: join(&[&owner.path, &reference.replace('?', "%3F")]), ..owner.clone() },
        Compat::V4 => fetch::in_repository(&owner, reference).map_err(|e| unparsed(reference, e))?,
    };
    let digest = version.digest();
    let digest = digest.split_once(':').map_or(digest, |(_, digest)| digest).to_ascii_lowercase();
    // What cannot be a digest is not compared with one: Helm does not look at it at all.
    let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    Ok(Resolved { url, owner, access, digest: is_digest.then_some(digest) })
}

/// Repository and tag of `oci://host:port/path:tag`, as far as they can be told apart (Helm's `parseOCIRef`).
pub(super) fn split_reference(text: &str) -> Option<(&str, &str)> {
    let start = oci::SCHEME.len();
    let (host, after) = text.get(start..)?.split_once(':')?;
    let colon = start + host.len();
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=5).contains(&digits)
        && let Some(tag) = after[digits..].find(':')
        && tag > 0
        && !host.is_empty()
    {
        let at = colon + 1 + digits + tag;
        return Some((&text[..at], &text[at + 1..]));
    }
    (host.len() > 1).then(|| (&text[..colon], after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_split_as_in_helm() {
        for (text, split) in [
            ("oci://host/x/name:1.2.3", Some(("oci://host/x/name", "1.2.3"))),
            ("oci://host:5000/x/name:^1", Some(("oci://host:5000/x/name", "^1"))),
            ("oci://host:5000/x/name:", Some(("oci://host:5000/x/name", ""))),
            ("oci://host/x/name", None),
            ("oci://:1", None),
        ] {
            assert_eq!(split_reference(text), split, "{text}");
        }
    }

    #[test]
    fn locked_versions_are_compared_as_versions() {
        assert!(is_version("1.2", "v1.2.0") && is_version("1.2.0+a", "1.2.0+b") && is_version("", "x"));
        assert!(is_version("x", "x") && !is_version("1.2.0", "1.2.1") && !is_version("1", "x"));
    }
}
