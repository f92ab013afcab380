//! Credentials for registries: Helm's own file first, Docker's second, both in Docker's format, both with credential
//! helpers.

mod config;
mod helper;
mod rewrite;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;

use config::Config;
use helper::Helper;

/// What proves to a registry who one is. Never shown, not even for debugging.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credential {
    /// User name.
    pub username: String,
    /// Password, or a token that is used as one.
    pub password: String,
    /// A token that a token server exchanges for access tokens (OAuth2's refresh token).
    pub identity_token: String,
    /// A token for the registry itself.
    pub registry_token: String,
}

impl Credential {
    /// A user name with a password.
    pub fn basic(username: impl Into<String>, password: impl Into<String>) -> Credential {
        Credential { username: username.into(), password: password.into(), ..Credential::default() }
    }

    /// Whether there is nothing to prove anything with.
    pub fn is_empty(&self) -> bool {
        *self == Credential::default()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Credential(none)" } else { "Credential(…)" })
    }
}

/// Why credentials cannot be read or kept; texts as oras-go's credential stores, secrets left out.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum CredentialError {
    #[error("failed to open config file at {}: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("failed to decode config file {}: invalid config format: {why}", path.display())]
    Decode { path: PathBuf, why: String },
    #[error("failed to unmarshal {field} field: invalid config format: {why}")]
    Field { field: &'static str, why: String },
    #[error("failed to decode auth field: invalid config format: {0}")]
    Auth(String),
    #[error("bad credential format: colons(:) are not allowed in username")]
    Colon,
    #[error("failed to save config file: {0}")]
    Save(io::Error),
    #[error("failed to make directory {}: {source}", path.display())]
    MakeDir { path: PathBuf, source: io::Error },
    /// What a helper says of its failure.
    #[error("{0}")]
    Helper(String),
    #[error("failed to delete the credential for {server}: {source}")]
    Delete { server: String, source: Box<CredentialError> },
}

/// Where credentials are found.
#[derive(Clone, Debug, Default)]
pub struct CredentialPlaces {
    /// Helm's file (`HELM_REGISTRY_CONFIG`).
    pub helm: PathBuf,
    /// Docker's file (`$DOCKER_CONFIG/config.json` or `~/.docker/config.json`), only read.
    pub docker: Option<PathBuf>,
    /// `PATH`: where the platform's helper is looked for when nothing is configured yet.
    pub search_path: Option<OsString>,
}

/// Helm's credentials with Docker's behind them.
#[derive(Debug)]
pub struct Store {
    own: FileStore,
    docker: Option<FileStore>,
}

impl Store {
    /// Reads the files. That there is none is no error, and neither is anything that is wrong with Docker's.
    pub fn open(places: &CredentialPlaces) -> Result<Store, CredentialError> {
        let own = FileStore::open(places.helm.clone(), places)?;
        let docker = places.docker.clone().and_then(|path| FileStore::open(path, places).ok());
        Ok(Store { own, docker })
    }

    /// The credential for a registry, empty when there is none.
    pub fn get(&self, registry: &str) -> Result<Credential, CredentialError> {
        let server = server_address(registry);
        let own = self.own.get(server)?;
        match &self.docker {
            Some(docker) if own.is_empty() => docker.get(server),
            _ => Ok(own),
        }
    }

    /// Keeps a credential in Helm's file, or with the helper that the file names.
    pub fn put(&mut self, registry: &str, credential: &Credential) -> Result<(), CredentialError> {
        self.own.put(server_address(registry), credential)
    }

    /// Forgets a credential; Docker's file is left alone.
    pub fn erase(&mut self, registry: &str) -> Result<(), CredentialError> {
        let server = server_address(registry);
        self.own
            .erase(server)
            .map_err(|source| CredentialError::Delete { server: server.to_owned(), source: Box::new(source) })
    }
}

/// The name under which a registry's credential is kept. Docker's own registry has a historical one.
fn server_address(registry: &str) -> &str {
    match registry {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/",
        other => other,
    }
}

/// One file, and the helpers that it names.
#[derive(Debug)]
struct FileStore {
    config: Config,
    /// The platform's helper, where the file configures nothing at all.
    detected: Option<Helper>,
}

impl FileStore {
    fn open(path: PathBuf, places: &CredentialPlaces) -> Result<FileStore, CredentialError> {
        let config = Config::load(path)?;
        let detected = match config.is_configured() {
            true => None,
            false => Helper::of_platform(places.search_path.as_deref()),
        };
        Ok(FileStore { config, detected })
    }

    fn helper(&self, server: &str) -> Option<Helper> {
        self.config.helper(server).map(Helper::new).or_else(|| self.detected.clone())
    }

    fn get(&self, server: &str) -> Result<Credential, CredentialError> {
        match self.helper(server) {
            Some(helper) => helper.get(server),
            None => self.config.credential(server),
        }
    }

    fn put(&mut self, server: &str, credential: &Credential) -> Result<(), CredentialError> {
        match self.helper(server) {
            Some(helper) => helper.store(server, credential)?,
            None if credential.username.contains(':') => return Err(CredentialError::Colon),
            None => self.config.put(server, credential)?,
        }
        match self.detected.take() {
            Some(helper) => self.config.set_store(helper.suffix()),
            None => Ok(()),
        }
    }

    fn erase(&mut self, server: &str) -> Result<(), CredentialError> {
        match self.helper(server) {
            Some(helper) => helper.erase(server),
            None => self.config.erase(server),
        }
    }
}
