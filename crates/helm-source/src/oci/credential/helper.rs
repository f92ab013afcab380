//! Docker's credential helpers: programs `docker-credential-NAME` that are spoken to by standard input and output.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::{Credential, CredentialError};

const PREFIX: &str = "docker-credential-";
/// The user name that marks a secret as an identity token.
const TOKEN_USER: &str = "<token>";
/// What a helper says when it has nothing.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A credential helper.
#[derive(Clone, Debug)]
pub(super) struct Helper {
    suffix: String,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Exchanged {
    #[serde(rename = "ServerURL")]
    server_url: String,
    username: String,
    secret: String,
}

impl Helper {
    pub(super) fn new(suffix: &str) -> Helper {
        Helper { suffix: suffix.to_owned() }
    }

    /// The platform's helper, if its program is installed: Docker's defaults for Linux, macOS and Windows.
    pub(super) fn of_platform(search_path: Option<&OsStr>) -> Option<Helper> {
        let search_path = search_path?;
        let suffix = match std::env::consts::OS {
            "macos" => "osxkeychain",
            "windows" => "wincred",
            "linux" if is_installed("pass", search_path) => "pass",
            "linux" => "secretservice",
            _ => return None,
        };
        is_installed(&format!("{PREFIX}{suffix}"), search_path).then(|| Helper::new(suffix))
    }

    pub(super) fn suffix(&self) -> &str {
        &self.suffix
    }

    pub(super) fn get(&self, server: &str) -> Result<Credential, CredentialError> {
        let answer = match self.ask("get", server.as_bytes()) {
            Err(CredentialError::Helper(why)) if why == NOT_FOUND => return Ok(Credential::default()),
            answer => answer?,
        };
        // The answer holds the secret, so the parser's words about it are not passed on.
        let found: Exchanged = serde_json::from_slice(&answer)
            .map_err(|_| CredentialError::Helper(format!("{} answered no JSON", self.program())))?;
        Ok(match found.username == TOKEN_USER {
            true => Credential { identity_token: found.secret, ..Credential::default() },
            false => Credential::basic(found.username, found.secret),
        })
    }

    pub(super) fn store(&self, server: &str, credential: &Credential) -> Result<(), CredentialError> {
        let (username, secret) = match credential.identity_token.as_str() {
            "" => (credential.username.as_str(), credential.password.as_str()),
            token => (TOKEN_USER, token),
        };
        let request = Exchanged {
            server_url: server.to_owned(),
            username: username.to_owned(),
            secret: secret.to_owned(),
        };
        let request = serde_json::to_vec(&request).map_err(|e| CredentialError::Helper(e.to_string()))?;
        self.ask("store", &request).map(drop)
    }

    pub(super) fn erase(&self, server: &str) -> Result<(), CredentialError> {
        self.ask("erase", server.as_bytes()).map(drop)
    }

    fn program(&self) -> String {
        format!("{PREFIX}{}", self.suffix)
    }

    /// Runs the program and answers what it printed; what it has to say to a person goes to stderr as it is.
    fn ask(&self, action: &str, request: &[u8]) -> Result<Vec<u8>, CredentialError> {
        let program = self.program();
        let failed = |e: io::Error| {
            let program = govalue::strconv::quote(program.as_bytes());
            CredentialError::Helper(match e.kind() {
                io::ErrorKind::NotFound => format!("exec: {program}: executable file not found in $PATH"),
                _ => format!("exec: {program}: {e}"),
            })
        };
        let mut child = Command::new(&program)
            .arg(action)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // A helper that ends without reading says itself what it disliked.
            let _ = input.write_all(request);
        }
        let output = child.wait_with_output().map_err(failed)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Err(CredentialError::Helper(match (said.is_empty(), output.status.code()) {
            (false, _) => said,
            (true, Some(code)) => format!("exit status {code}"),
            (true, None) => format!("{program} was ended by a signal"),
        }))
    }
}

/// Whether a program is in one of the folders of `PATH`.
fn is_installed(program: &str, search_path: &OsStr) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(search_path).any(|folder| is_executable(&folder.join(&name)))
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &std::path::Path) -> bool {
    path.is_file()
}
