//! The registry client against a small registry: authentication, paging, faults.

mod authentication;
mod credentials;
mod faults;
mod versions;

use std::time::Duration;

use helm_chart::{Compat, Metadata};
use helm_source::http::{Access, Client, ClientOptions};
use helm_source::oci::{Artifact, CredentialPlaces, OciError, Pulled, Reference, Session};
use helm_testkit::registry::{Auth, Registry};

/// A registry, a folder for credentials, and how both are reached.
struct Fixture {
    registry: Registry,
    folder: tempfile::TempDir,
    access: Access,
}

impl Fixture {
    fn new(auth: Auth) -> Fixture {
        let access = Access { plain_http: true, ..Access::default() };
        Fixture { registry: Registry::start(auth), folder: tempfile::tempdir().expect("a folder"), access }
    }

    fn places(&self) -> CredentialPlaces {
        CredentialPlaces {
            helm: self.folder.path().join("registry/config.json"),
            ..CredentialPlaces::default()
        }
    }

    fn session(&self) -> Session {
        Session::new(client(), &self.access, &self.places(), Compat::V4).expect("a session")
    }

    /// A session with user and password from flags.
    fn session_of(&self, username: &str, password: &str) -> Session {
        let access =
            Access { username: username.to_owned(), password: password.into(), ..self.access.clone() };
        Session::new(client(), &access, &self.places(), Compat::V4).expect("a session")
    }

    fn reference(&self, rest: &str) -> String {
        format!("oci://{}/{rest}", self.registry.host())
    }

    async fn push(&self, session: &Session, version: &str, archive: &[u8]) -> Result<(), OciError> {
        let tag = version.replace('+', "_");
        let reference = Reference::parse(&self.reference(&format!("charts/web:{tag}"))).expect("a reference");
        session.push(&reference, artifact(version, archive)).await
    }

    async fn pull(&self, session: &Session, version: &str) -> Result<Pulled, OciError> {
        let located = session.locate(&self.reference("charts/web"), version).await?;
        session.pull(located, true, &|_| None).await
    }

    /// What was asked of the registry, without the authorization.
    fn lines(&self) -> Vec<String> {
        self.registry.requests().into_iter().map(|r| r.line).collect()
    }
}

fn client() -> Client {
    Client::new(ClientOptions { idle_timeout: Duration::from_secs(1), ..ClientOptions::default() })
}

fn metadata(version: &str) -> Metadata {
    let text =
        format!(r#"{{"name":"web","version":"{version}","apiVersion":"v2","appVersion":"app-{version}"}}"#);
    serde_json::from_str(&text).expect("metadata")
}

fn artifact(version: &str, archive: &[u8]) -> Artifact {
    let provenance = Some(b"signed".to_vec());
    Artifact::chart(&metadata(version), archive.to_vec(), provenance, "2026-01-02T03:04:05Z")
        .expect("an artifact")
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

#[test]
fn what_is_pushed_is_pulled() {
    let fixture = Fixture::new(Auth::None);
    let session = fixture.session();
    run(async {
        fixture.push(&session, "1.0.0+b", b"archive").await.expect("a push");
        let lines = fixture.lines();
        assert_eq!(lines.iter().filter(|l| l.starts_with("PUT /v2/charts/web/blobs")).count(), 3);
        assert_eq!(lines.last().map(String::as_str), Some("PUT /v2/charts/web/manifests/1.0.0_b"));
        let pulled = fixture.pull(&session, "1.0.0+b").await.expect("a pull");
        assert_eq!(pulled.archive, b"archive");
        assert_eq!(pulled.provenance.as_deref(), Some(&b"signed"[..]));
        assert_eq!(pulled.metadata, metadata("1.0.0+b"));
        assert_eq!(pulled.file_name, "web-1.0.0+b.tgz");
        assert!(pulled.url.ends_with("/charts/web:1.0.0+b"));
        assert!(pulled.report[0].ends_with("/charts/web:1.0.0_b") && pulled.report.len() == 16, "{pulled:?}");
        fixture.lines();
        // What is there is not sent again.
        fixture.push(&session, "1.0.0+b", b"archive").await.expect("a push");
        let digest = &artifact("1.0.0+b", b"archive").manifest.0.digest;
        assert_eq!(
            fixture.lines(),
            [
                format!("HEAD /v2/charts/web/manifests/{digest}"),
                "PUT /v2/charts/web/manifests/1.0.0_b".to_owned()
            ]
        );
    });
}
