//! Registries as the rest of the crate uses them: one session for each way of reaching them in a run.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use helm_chart::Compat;

use super::credential::CredentialPlaces;
use super::digest::Digest;
use super::error::OciError;
use super::pull::Pulled;
use super::session::Session;
use crate::http::Access;
use crate::{ContentCache, Sources};

/// Takes the lines that Helm's registry client prints.
pub type Output = Arc<dyn Fn(&str) + Send + Sync>;

/// What work with registries needs beside what all sources need. The default reads no credentials but Helm's and
/// prints nothing.
#[derive(Clone)]
pub struct Registries {
    /// Docker's `config.json`, which is read when Helm's has no credential.
    pub docker_config: Option<PathBuf>,
    /// `PATH`, where credential helpers are looked for.
    pub search_path: Option<OsString>,
    /// Takes what is said of charts that were pulled.
    pub output: Output,
    /// The sessions of this run.
    pub sessions: Sessions,
}

/// Sessions by the way in which registries are reached; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<Vec<Known>>>);

type Known = (Access, Arc<Session>);

impl Default for Registries {
    fn default() -> Registries {
        Registries {
            docker_config: None,
            search_path: None,
            output: Arc::new(|_| {}),
            sessions: Sessions::default(),
        }
    }
}

impl fmt::Debug for Registries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registries").field("docker_config", &self.docker_config).finish_non_exhaustive()
    }
}

/// The files with credentials.
pub fn credential_places(sources: &Sources) -> CredentialPlaces {
    CredentialPlaces {
        helm: sources.places.registry_config.clone(),
        docker: sources.registries.docker_config.clone(),
        search_path: sources.registries.search_path.clone(),
    }
}

/// The session for registries that are reached in one way; what they were asked once they are not asked again.
pub fn session(sources: &Sources, access: &Access) -> Result<Arc<Session>, OciError> {
    let mut sessions = sources.registries.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, session)) = sessions.iter().find(|(known, _)| known == access) {
        return Ok(session.clone());
    }
    let places = credential_places(sources);
    let session = Arc::new(Session::new(sources.client.clone(), access, &places, sources.compat)?);
    sessions.push((access.clone(), session.clone()));
    Ok(session)
}

/// Fetches the chart that a reference and a version (a tag, a range, or empty) mean, out of Helm 4's content cache
/// where it is there.
pub async fn pull(
    sources: &Sources,
    reference: &str,
    version: &str,
    access: &Access,
    with_provenance: bool,
) -> Result<Pulled, OciError> {
    let session = session(sources, access)?;
    let located = session.locate(reference, version).await?;
    let cache = ContentCache::new(&sources.places.content_cache);
    let cached = |digest: &Digest| match sources.compat {
        Compat::V4 if digest.is_sha256() => std::fs::read(cache.path(digest.hex(), "chart")).ok(),
        _ => None,
    };
    let pulled = session.pull(located, with_provenance, &cached).await?;
    pulled.report.iter().for_each(|line| (sources.registries.output)(line));
    Ok(pulled)
}
