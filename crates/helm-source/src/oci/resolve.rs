//! From what the user typed to one artifact: versions, constraints, digests.

use gosemver::Version;
use helm_chart::Compat;

use super::digest::Digest;
use super::error::OciError;
use super::reference::{Reference, SCHEME};
use super::repository::Repository;
use super::session::Session;
use super::tags;

/// The artifact that a reference and a version mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Located {
    /// The artifact, by tag or by digest.
    pub reference: Reference,
    /// The digest in the reference, where the version's tag was found to be that very artifact: the key under which
    /// Helm 4 keeps the chart in its content cache.
    pub cache_key: Option<Digest>,
    /// The version that a tag was made from, with `+`; empty for a digest.
    pub version: String,
    /// Further versions that fit, best first: a tag may turn out to be no chart.
    pub others: Vec<String>,
}

impl Located {
    /// The reference with its scheme, and the version with `+`, as Helm carries it about.
    pub fn url(&self) -> String {
        let Reference { registry, repository, digest, .. } = &self.reference;
        match digest {
            Some(digest) => format!("{SCHEME}{registry}/{repository}@{digest}"),
            None => format!("{SCHEME}{registry}/{repository}:{}", self.version),
        }
    }

    /// The name of the archive that `helm pull` writes.
    pub fn file_name(&self) -> String {
        let name = self.reference.base_name();
        match &self.reference.digest {
            Some(digest) => format!("{name}@{}.tgz", digest.to_string().replace(':', "-")),
            None => format!("{name}-{}.tgz", self.version),
        }
    }
}

impl Session {
    /// Finds out which artifact is meant (Helm's `ValidateReference`). An exact version is taken as it is; a
    /// constraint, or no version, is looked up among the tags; a digest stands, but a version next to it must be the
    /// same artifact.
    pub async fn locate(&self, typed: &str, version: &str) -> Result<Located, OciError> {
        let reference = Reference::parse(typed)?;
        if let Some(tag) = reference.tag.as_deref()
            && !version.is_empty()
            && tag != version.replace('+', "_")
        {
            return Err(OciError::Other(format!(
                "chart reference and version mismatch: {version} is not {tag}"
            )));
        }
        // A tag in the reference is a version with _ for +.
        let tag_version = reference.tag.as_deref().map(|tag| tag.replace('_', "+"));
        let version = if version.is_empty() { tag_version.unwrap_or_default() } else { version.to_owned() };
        if reference.digest.is_some() {
            return self.locate_digest(reference, &version).await;
        }
        if Version::parse(&version).is_ok() {
            let reference = reference.with_tag(&version)?;
            return Ok(Located { reference, cache_key: None, version, others: Vec::new() });
        }
        let versions = self.versions(&reference).await?;
        if versions.is_empty() {
            let unable = if self.compat == Compat::V3 { "Unable" } else { "unable" };
            return Err(OciError::Other(format!(
                "{unable} to locate any tags in provided repository: {typed}"
            )));
        }
        let mut fitting = tags::matching(&versions, &version, self.compat)?.into_iter().map(str::to_owned);
        let version = fitting.next().unwrap_or_default();
        Ok(Located {
            reference: reference.with_tag(&version)?,
            cache_key: None,
            version,
            others: fitting.collect(),
        })
    }

    async fn locate_digest(&self, reference: Reference, version: &str) -> Result<Located, OciError> {
        let wanted = reference.digest.clone();
        let mut cache_key = None;
        if !version.is_empty()
            && let Ok(tagged) = reference.with_tag(version)
        {
            // The artifact need not have a tag when its digest is known.
            let found = Repository { session: self, reference: &tagged }.resolve().await.ok();
            if let (Some(found), Some(wanted)) = (&found, &wanted)
                && found != wanted
            {
                return Err(OciError::Other(format!(
                    "chart reference digest mismatch: {found} is not {wanted}"
                )));
            }
            // Helm does not find the tags of versions with +, and so does not keep their charts under this key.
            cache_key = found.filter(|_| !version.contains('+'));
        }
        let reference = Reference { tag: None, ..reference };
        Ok(Located { reference, cache_key, version: String::new(), others: Vec::new() })
    }

    /// The chart versions among a repository's tags, the newest first.
    pub async fn versions(&self, reference: &Reference) -> Result<Vec<String>, OciError> {
        let tags = Repository { session: self, reference }.tags().await?;
        Ok(tags::versions(tags))
    }
}
