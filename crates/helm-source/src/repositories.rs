//! `repositories.yaml`: the repositories that the user added, in Helm's form.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use crate::files;
use crate::http::{Access, Secret};

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("couldn't load repositories file ({path}): open {path}: {reason}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
        /// Whether there is none.
        missing: bool,
    },
    /// It is no YAML, or no list of repositories.
    #[error("{0}")]
    Content(String),
    /// It cannot be written.
    #[error("{0}")]
    Write(String),
}

impl FileError {
    /// Whether there is no file.
    pub fn is_missing(&self) -> bool {
        matches!(self, FileError::Read { missing: true, .. })
    }
}

/// One repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Name, which references begin with.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Address.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// User for basic authentication.
    #[serde(deserialize_with = "text")]
    pub username: String,
    /// Its password.
    #[serde(deserialize_with = "secret", serialize_with = "revealed")]
    pub password: Secret,
    /// The client's certificate.
    #[serde(rename = "certFile", deserialize_with = "text")]
    pub cert_file: String,
    /// Its key.
    #[serde(rename = "keyFile", deserialize_with = "text")]
    pub key_file: String,
    /// Authorities to trust.
    #[serde(rename = "caFile", deserialize_with = "text")]
    pub ca_file: String,
    /// Whether the server's certificate is not checked.
    #[serde(deserialize_with = "boolean")]
    pub insecure_skip_tls_verify: bool,
    /// Whether other hosts get the credentials too.
    #[serde(deserialize_with = "boolean")]
    pub pass_credentials_all: bool,
}

impl Entry {
    /// How the repository is spoken to.
    pub fn access(&self) -> Access {
        Access {
            username: self.username.clone(),
            password: self.password.clone(),
            pass_credentials: self.pass_credentials_all,
            ca_file: self.ca_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            ..Access::default()
        }
    }
}

/// The file. Its times and versions are kept as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct File {
    /// `v1`, or empty as `helm repo add` leaves it.
    #[serde(deserialize_with = "text")]
    pub api_version: String,
    /// When the file was made; Helm writes the zero time.
    #[serde(deserialize_with = "time")]
    pub generated: String,
    /// The repositories.
    #[serde(deserialize_with = "entries")]
    pub repositories: Vec<Entry>,
}

impl Default for File {
    fn default() -> File {
        File { api_version: String::new(), generated: ZERO_TIME.to_owned(), repositories: Vec::new() }
    }
}

const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

impl File {
    /// Reads the file; a missing one is an error ([`FileError::is_missing`]).
    pub fn load(path: &Path) -> Result<File, FileError> {
        let data = std::fs::read(path).map_err(|e| FileError::Read {
            path: path.to_path_buf(),
            reason: gonet::system_reason(&e),
            missing: e.kind() == std::io::ErrorKind::NotFound,
        })?;
        File::parse(&data)
    }

    /// Reads the file; a missing one is empty.
    pub fn load_or_default(path: &Path) -> Result<File, FileError> {
        match File::load(path) {
            Err(e) if e.is_missing() => Ok(File::default()),
            outcome => outcome,
        }
    }

    /// Reads the content of the file.
    pub fn parse(data: &[u8]) -> Result<File, FileError> {
        let json = govalue::yaml::sigs::to_json_value(data).map_err(|e| FileError::Content(e.to_string()))?;
        if json.is_null() {
            return Ok(File::default());
        }
        // What does not fit is told as Go's decoder tells it, as far as one line can.
        serde_json::from_value(json).map_err(|e| {
            FileError::Content(format!("error unmarshaling JSON: while decoding JSON: json: {e}"))
        })
    }

    /// The repository of a name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.repositories.iter().find(|entry| entry.name == name)
    }

    /// Replaces the repository of the same name, or adds one.
    pub fn update(&mut self, entry: Entry) {
        match self.repositories.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => *known = entry,
            None => self.repositories.push(entry),
        }
    }

    /// Removes all repositories of a name; false when there is none.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.repositories.len();
        self.repositories.retain(|entry| entry.name != name);
        self.repositories.len() < before
    }

    /// Writes the file, readable by its owner only: it may hold passwords.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let json = serde_json::to_value(self).map_err(|e| FileError::Write(e.to_string()))?;
        let yaml = govalue::yaml::sigs::marshal_json(&json).map_err(|e| FileError::Write(e.to_string()))?;
        if let Some(parent) = path.parent() {
            files::make_dir(parent).map_err(|e| FileError::Write(files::path_error("mkdir", parent, &e)))?;
        }
        files::write_atomic(path, &yaml, 0o600)
            .map_err(|e| FileError::Write(files::path_error("open", path, &e)))
    }
}

/// The lock that Helm takes while it changes the file: `repositories.lock` beside `repositories.yaml`.
pub fn lock_path(config: &Path) -> PathBuf {
    match config.extension() {
        Some(_) => config.with_extension("lock"),
        None => {
            let mut name = config.as_os_str().to_owned();
            name.push(".lock");
            PathBuf::from(name)
        }
    }
}

/// Text as `sigs.k8s.io/yaml` reads it into a string: numbers and booleans too, `null` as none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    use serde::de::Error;
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => Ok(String::new()),
        serde_json::Value::String(text) => Ok(text),
        serde_json::Value::Bool(b) => Ok(b.to_string()),
        serde_json::Value::Number(n) => Ok(n.to_string()),
        serde_json::Value::Array(_) => {
            Err(D::Error::custom("cannot unmarshal array into Go value of type string"))
        }
        serde_json::Value::Object(_) => {
            Err(D::Error::custom("cannot unmarshal object into Go value of type string"))
        }
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = text(deserializer)?;
    Ok(if text.is_empty() { ZERO_TIME.to_owned() } else { text })
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    text(deserializer).map(Secret::from)
}

fn revealed<S: serde::Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.reveal())
}

fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<bool>::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Entry>, D::Error> {
    let entries = Option::<Vec<Option<Entry>>>::deserialize(deserializer)?;
    Ok(entries.unwrap_or_default().into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_helms() {
        let mut file = File::default();
        file.update(Entry {
            name: "x".to_owned(),
            url: "http://h".to_owned(),
            password: "p".into(),
            ..Entry::default()
        });
        let json = serde_json::to_value(&file).expect("plain data");
        let yaml = govalue::yaml::sigs::marshal_json(&json).expect("plain data");
        let expected = "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: \"\"\n  \
                        certFile: \"\"\n  insecure_skip_tls_verify: false\n  keyFile: \"\"\n  name: x\n  \
                        pass_credentials_all: false\n  password: p\n  url: http://h\n  username: \"\"\n";
        assert_eq!(String::from_utf8_lossy(&yaml), expected);
        assert_eq!(File::parse(&yaml).expect("the same"), file);
    }

    #[test]
    fn what_people_write_by_hand_is_read() {
        let file =
            File::parse(b"repositories:\n- name: 1\n  url: http://h\n  more: [x]\n-\n").expect("a file");
        assert_eq!(file.repositories.len(), 1);
        assert_eq!(file.repositories[0].name, "1");
        assert!(File::parse(b"").expect("a file").repositories.is_empty());
        assert!(File::parse(b"repositories: 3").is_err());
    }

    #[test]
    fn no_password_is_shown() {
        let entry = Entry { password: "geheim".into(), ..Entry::default() };
        assert!(!format!("{entry:?}").contains("geheim"));
    }

    #[test]
    fn the_lock_is_helms() {
        assert_eq!(lock_path(Path::new("/c/repositories.yaml")), Path::new("/c/repositories.lock"));
        assert_eq!(lock_path(Path::new("/c/repositories")), Path::new("/c/repositories.lock"));
    }
}
