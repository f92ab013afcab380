//! Real registries on loopback for the length of a run.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::process::{step, wait_until};

/// User and password that the registries with a login know.
pub(super) const USER: (&str, &str) = ("ann", "s3cr3t-ann");
/// The same as `htpasswd -B` writes it.
const HTPASSWD: &str = "ann:$2y$05$fNHicNVp4pX1.8zvp3V76.0VCeT9t6rT5G9qPVUV7FDw202tLUhNy\n";

/// One registry process.
pub(super) struct Registry {
    process: Child,
    /// `127.0.0.1:port`.
    pub(super) host: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A registry of each kind.
pub(super) struct Registries {
    pub(super) plain: Registry,
    pub(super) auth: Registry,
    pub(super) tls: Registry,
    pub(super) mutual: Registry,
}

/// What a registry wants of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    No,
    /// It shows a certificate.
    Server,
    /// It wants to see one, too.
    Mutual,
}

impl Registries {
    /// Starts them with a program; `dir` holds certificates made by [`certificates`].
    pub(super) fn start(program: &Path, dir: &Path) -> Result<Registries, String> {
        Ok(Registries {
            plain: Registry::start(program, dir, false, Tls::No)?,
            auth: Registry::start(program, dir, true, Tls::No)?,
            tls: Registry::start(program, dir, true, Tls::Server)?,
            mutual: Registry::start(program, dir, false, Tls::Mutual)?,
        })
    }

    fn names(&self) -> [(&'static str, &Registry); 4] {
        [("PLAIN", &self.plain), ("AUTH", &self.auth), ("TLS", &self.tls), ("MUTUAL", &self.mutual)]
    }

    /// A text with the registries' addresses instead of their names.
    pub(super) fn filled_in(&self, text: &str) -> String {
        self.names().iter().fold(text.to_owned(), |text, (name, registry)| text.replace(name, &registry.host))
    }

    /// A text with the registries' names instead of their addresses.
    pub(super) fn masked(&self, text: &str) -> String {
        self.names().iter().fold(text.to_owned(), |text, (name, registry)| text.replace(&registry.host, name))
    }
}

impl Registry {
    pub(super) fn start(program: &Path, dir: &Path, login: bool, tls: Tls) -> Result<Registry, String> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|e| e.to_string())?
            .port();
        let host = format!("127.0.0.1:{port}");
        let at = |name: &str| dir.join(name).display().to_string();
        let mut config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{inmemory: {{}}}}\n\
             http:\n  addr: {host}\n"
        );
        if tls != Tls::No {
            let authorities = match tls {
                Tls::Mutual => format!(", clientcas: [{}]", at("ca.pem")),
                _ => String::new(),
            };
            let (certificate, key) = (at("server.pem"), at("server.key"));
            config += &format!("  tls: {{certificate: {certificate}, key: {key}{authorities}}}\n");
        }
        if login {
            fs::write(dir.join("htpasswd"), HTPASSWD).map_err(|e| e.to_string())?;
            config += &format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", at("htpasswd"));
        }
        let file = dir.join(format!("registry-{port}.yaml"));
        fs::write(&file, config).map_err(|e| e.to_string())?;
        let log = File::create(dir.join(format!("registry-{port}.log"))).map_err(|e| e.to_string())?;
        let process = Command::new(program)
            .arg("serve")
            .arg(&file)
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        let registry = Registry { process, host };
        match wait_until(Duration::from_secs(30), || TcpStream::connect(&registry.host).is_ok()) {
            true => Ok(registry),
            false => Err(format!("{} does not answer at {}", program.display(), registry.host)),
        }
    }
}

/// Makes an authority, and certificates for 127.0.0.1 and for a client by it.
pub(super) fn certificates(dir: &Path) -> Result<(), String> {
    let openssl = |args: &[&str]| {
        step(Command::new("openssl").args(args).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null()))
    };
    let (subject, days) = (["-subj", "/CN=a registry for tests"], ["-days", "2"]);
    let key = ["-newkey", "rsa:2048", "-nodes"];
    let authority = ["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl(&[&authority[..], &key, &subject, &days].concat())?;
    let request =
        ["req", "-keyout", "server.key", "-out", "server.csr", "-addext", "subjectAltName=IP:127.0.0.1"];
    openssl(&[&request[..], &key, &subject].concat())?;
    let client =
        ["req", "-keyout", "client.key", "-out", "client.csr", "-addext", "extendedKeyUsage=clientAuth"];
    openssl(&[&client[..], &key, &subject].concat())?;
    let authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy"];
    for (request, certificate) in [("server.csr", "server.pem"), ("client.csr", "client.pem")] {
        let signature = ["x509", "-req", "-in", request, "-out", certificate];
        openssl(&[&signature[..], &authority, &days].concat())?;
    }
    Ok(())
}

/// The registry programs: the peer, and Debian's older one.
pub(super) fn programs(bin: &Path) -> [PathBuf; 2] {
    [bin.join("registry"), PathBuf::from("/usr/bin/docker-registry")]
}
