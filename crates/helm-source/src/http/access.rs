//! How one server is spoken to: credentials, certificates, time limit.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A password or token: never shown by `Debug`, so that no log or error can hold it by accident.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Secret {
        Secret(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"***\"" })
    }
}

/// What Helm's flags and `repositories.yaml` say about reaching a server. Empty texts mean: not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// User for basic authentication.
    pub username: String,
    /// Its password.
    pub password: Secret,
    /// Whether other hosts than the repository's get the credentials too.
    pub pass_credentials: bool,
    /// File with the certificate authorities to trust instead of the system's.
    pub ca_file: String,
    /// File with the client's certificate.
    pub cert_file: String,
    /// File with its key.
    pub key_file: String,
    /// Whether the server's certificate is not looked at.
    pub insecure_skip_tls_verify: bool,
    /// Whether a registry is spoken to without TLS.
    pub plain_http: bool,
    /// How long a whole request may take; without it only silence ends one.
    pub timeout: Option<Duration>,
}

impl Access {
    /// What a registry is reached with. A certificate without a key, or the other way round, counts for nothing there,
    /// and logins are kept elsewhere.
    pub(crate) fn for_registry(&self) -> Access {
        let mut access = Access {
            username: String::new(),
            password: Secret::default(),
            pass_credentials: false,
            ..self.clone()
        };
        if access.cert_file.is_empty() || access.key_file.is_empty() {
            access.cert_file.clear();
            access.key_file.clear();
        }
        access
    }

    /// The `Authorization` header of basic authentication; Helm sends none unless both parts are given.
    pub fn basic(&self) -> Option<Secret> {
        let given = !self.username.is_empty() && !self.password.is_empty();
        given.then(|| basic(&self.username, self.password.reveal()))
    }
}

/// Go's `SetBasicAuth`.
pub(crate) fn basic(username: &str, password: &str) -> Secret {
    Secret(format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
}
