//! Docker's `config.json`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::{RawValue, to_raw_value};

use super::{Credential, CredentialError, rewrite};

/// Raw JSON by name. What is not understood is kept and written back as it was.
type Fields = BTreeMap<String, Box<RawValue>>;

const AUTHS: &str = "auths";
const STORE: &str = "credsStore";
const HELPERS: &str = "credHelpers";

/// A configuration file of Docker's.
#[derive(Debug, Default)]
pub(super) struct Config {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Default)]
struct Content {
    fields: Fields,
    auths: Fields,
    store: String,
    helpers: BTreeMap<String, String>,
}

impl Config {
    /// Reads a file; one that is missing or empty configures nothing.
    pub(super) fn load(path: PathBuf) -> Result<Config, CredentialError> {
        let content = Content::load(&path)?;
        Ok(Config { path, content })
    }

    /// Whether the file says anything about credentials.
    pub(super) fn is_configured(&self) -> bool {
        let content = &self.content;
        !content.store.is_empty() || !content.helpers.is_empty() || !content.auths.is_empty()
    }

    /// The helper for a server: its own one, else the one for all.
    pub(super) fn helper(&self, server: &str) -> Option<&str> {
        let own = self.content.helpers.get(server).filter(|h| !h.is_empty());
        own.or(Some(&self.content.store).filter(|s| !s.is_empty())).map(String::as_str)
    }

    /// The credential that the file itself holds for a server.
    pub(super) fn credential(&self, server: &str) -> Result<Credential, CredentialError> {
        let auths = &self.content.auths;
        // Old files have addresses, with https:// and paths, where newer ones have host names.
        let found = auths.get(server).or_else(|| {
            auths.iter().find(|(address, _)| host_name(address) == server).map(|(_, entry)| entry)
        });
        match found {
            Some(entry) => credential_of(entry),
            None => Ok(Credential::default()),
        }
    }

    pub(super) fn put(&mut self, server: &str, credential: &Credential) -> Result<(), CredentialError> {
        let mut entry = BTreeMap::new();
        if !credential.username.is_empty() || !credential.password.is_empty() {
            let text = format!("{}:{}", credential.username, credential.password);
            entry.insert("auth", STANDARD.encode(text));
        }
        for (name, token) in
            [("identitytoken", &credential.identity_token), ("registrytoken", &credential.registry_token)]
        {
            if !token.is_empty() {
                entry.insert(name, token.clone());
            }
        }
        let entry = to_raw_value(&entry).map_err(|e| CredentialError::Save(e.into()))?;
        self.change(|content| {
            content.auths.insert(server.to_owned(), entry);
            true
        })
    }

    pub(super) fn erase(&mut self, server: &str) -> Result<(), CredentialError> {
        if !self.content.auths.contains_key(server) {
            return Ok(());
        }
        self.change(|content| content.auths.remove(server).is_some())
    }

    pub(super) fn set_store(&mut self, suffix: &str) -> Result<(), CredentialError> {
        self.change(|content| {
            content.store = suffix.to_owned();
            true
        })
    }

    /// Reads the file again, changes it, and writes it if something changed: programs that log in at the same time
    /// must not undo one another. The lock is on the folder, so that no file for it is left behind.
    fn change(&mut self, change: impl FnOnce(&mut Content) -> bool) -> Result<(), CredentialError> {
        // A link to the file stays a link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        make_folder(folder)?;
        // Where folders cannot be locked, the last writer wins, as in Helm.
        let lock = File::open(folder).ok();
        if let Some(lock) = &lock {
            let _ = lock.lock();
        }
        self.content = Content::load(&path)?;
        match change(&mut self.content) {
            true => self.content.save(&path, folder),
            false => Ok(()),
        }
    }
}

impl Content {
    fn load(path: &Path) -> Result<Content, CredentialError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
            Err(source) => return Err(CredentialError::Open { path: path.to_owned(), source }),
        };
        // Go's decoder reads the first value and does not mind what follows.
        let first = serde_json::Deserializer::from_slice(&text).into_iter::<Option<Fields>>().next();
        let fields = match first {
            None => Fields::default(),
            Some(Ok(fields)) => fields.unwrap_or_default(),
            Some(Err(_)) => {
                return Err(CredentialError::Decode { path: path.to_owned(), why: go_error(&text) });
            }
        };
        Ok(Content {
            store: field(&fields, STORE, "creds store", "string")?,
            helpers: field(&fields, HELPERS, "cred helpers", "map[string]string")?,
            auths: field(&fields, AUTHS, "auths", "map[string]json.RawMessage")?,
            fields,
        })
    }

    fn save(&mut self, path: &Path, folder: &Path) -> Result<(), CredentialError> {
        let raw = |e: serde_json::Error| CredentialError::Save(e.into());
        match self.store.is_empty() {
            true => self.fields.remove(STORE),
            false => self.fields.insert(STORE.to_owned(), to_raw_value(&self.store).map_err(raw)?),
        };
        self.fields.insert(AUTHS.to_owned(), to_raw_value(&self.auths).map_err(raw)?);
        let text = rewrite::indent(&serde_json::to_string(&self.fields).map_err(raw)?);
        // Temporary files are readable by their owner only, and the rename keeps that.
        let mut file = tempfile::Builder::new()
            .prefix("helm_credentials_")
            .tempfile_in(folder)
            .map_err(CredentialError::Save)?;
        file.write_all(text.as_bytes()).map_err(CredentialError::Save)?;
        file.persist(path).map_err(|e| CredentialError::Save(e.error))?;
        Ok(())
    }
}

fn field<T: serde::de::DeserializeOwned + Default>(
    fields: &Fields,
    name: &str,
    shown: &'static str,
    go_type: &str,
) -> Result<T, CredentialError> {
    let Some(raw) = fields.get(name) else { return Ok(T::default()) };
    let value: Option<T> = serde_json::from_str(raw.get())
        .map_err(|_| CredentialError::Field { field: shown, why: mismatch(raw.get(), go_type) })?;
    Ok(value.unwrap_or_default())
}

/// What Go would say of JSON that is not of the right shape. The words of serde quote values, and values may be
/// secrets, so they are not used.
fn mismatch(text: &str, wanted: &str) -> String {
    let kind = match text.trim_start().chars().next() {
        Some('[') => "array",
        Some('{') => "object",
        Some('"') => "string",
        Some('t' | 'f') => "bool",
        _ => "number",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

/// What Go's decoder would say of a file that holds no JSON object.
fn go_error(text: &[u8]) -> String {
    match govalue::json::decode(text) {
        Err(e) => e.to_string().replace("unexpected end of JSON input", "unexpected EOF"),
        Ok(_) => mismatch(&String::from_utf8_lossy(text), "map[string]json.RawMessage"),
    }
}

fn credential_of(entry: &RawValue) -> Result<Credential, CredentialError> {
    let fields: Option<BTreeMap<String, serde_json::Value>> =
        serde_json::from_str(entry.get()).map_err(|_| CredentialError::Field {
            field: "auth",
            why: mismatch(entry.get(), "config.AuthConfig"),
        })?;
    let fields = fields.unwrap_or_default();
    // Go matches the names of fields in any letter case.
    let text = |name: &str| {
        let found = fields.get(name).or_else(|| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        });
        found.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let credential = Credential {
        username: text("username"),
        password: text("password"),
        identity_token: text("identitytoken"),
        registry_token: text("registrytoken"),
    };
    let auth = text("auth");
    if auth.is_empty() {
        return Ok(credential);
    }
    // Neither message shows what was decoded: it may be the password.
    let decoded =
        STANDARD.decode(auth).map_err(|_| CredentialError::Auth("illegal base64 data".to_owned()))?;
    let decoded = String::from_utf8_lossy(&decoded);
    let (username, password) = decoded.split_once(':').ok_or_else(|| {
        CredentialError::Auth("auth does not conform the base64(username:password) format".to_owned())
    })?;
    Ok(Credential { username: username.to_owned(), password: password.to_owned(), ..credential })
}

/// The host name in an address.
fn host_name(address: &str) -> &str {
    let address = address.strip_prefix("http://").unwrap_or(address);
    let address = address.strip_prefix("https://").unwrap_or(address);
    address.split('/').next().unwrap_or_default()
}

/// Makes a folder that only its owner can look into.
fn make_folder(folder: &Path) -> Result<(), CredentialError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| CredentialError::MakeDir { path: folder.to_owned(), source })
}
