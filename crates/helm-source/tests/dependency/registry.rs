//! Dependencies from a registry: what goes wrong there is told, changes nothing and shows no password.

use std::fs;

use helm_chart::{Compat, Metadata};
use helm_source::http::{Access, Client, ClientOptions};
use helm_source::oci::{Artifact, CredentialPlaces, Reference, Session};
use helm_testkit::registry::{Auth, Failure, Registry};

use super::{Fixture, Verb, runtime, save};

const PASSWORD: &str = "s3cret-of-ann";

fn access(password: &str) -> Access {
    Access { username: "ann".to_owned(), password: password.into(), plain_http: true, ..Access::default() }
}

/// A registry with two versions of the chart `web`, and a chart that needs it besides one of a repository.
fn filled(range: &str) -> (Fixture, Registry) {
    let auth = Auth::Basic { username: "ann".to_owned(), password: PASSWORD.to_owned() };
    let registry = Registry::start(auth);
    let mut fixture = Fixture::new(1);
    fixture.access = access(PASSWORD);
    let session = Session::new(
        Client::new(ClientOptions::default()),
        &fixture.access,
        &CredentialPlaces::default(),
        Compat::V4,
    )
    .expect("a session");
    let host = registry.host();
    for version in ["1.0.0", "1.1.0"] {
        let archive = fs::read(save(&fixture.path(""), "web", version)).expect("readable");
        let text = format!(r#"{{"name":"web","version":"{version}","apiVersion":"v2"}}"#);
        let metadata: Metadata = serde_json::from_str(&text).expect("metadata");
        let artifact =
            Artifact::chart(&metadata, archive, None, "2026-01-02T03:04:05Z").expect("an artifact");
        let reference = Reference::parse(&format!("oci://{host}/charts/web:{version}")).expect("a reference");
        runtime().block_on(session.push(&reference, artifact)).expect("pushed");
    }
    fixture.chart(&[("c0", "1.x")]);
    let path = fixture.path("app/Chart.yaml");
    let text = fs::read_to_string(&path).expect("readable");
    let more = format!("- {{name: web, version: \"{range}\", repository: \"oci://{host}/charts\"}}\n");
    fs::write(path, text + &more).expect("written");
    (fixture, registry)
}

fn answer(status: u16) -> Failure {
    Failure::Answer { status, headers: Vec::new(), body: String::new() }
}

#[test]
fn a_failed_pull_changes_nothing() {
    let (fixture, registry) = filled("^1.0.0");
    let charts = fixture.path("app/charts");
    fs::create_dir(&charts).expect("made");
    save(&charts, "web", "0.9.0");
    fs::write(fixture.path("app/Chart.lock"), "digest: old\n").expect("written");
    let before = fixture.tree();
    let at = format!("could not download oci://{}/charts/web: ", registry.host());
    let tags = format!("could not retrieve list of tags for repository oci://{}/charts: ", registry.host());
    for (applies, fault, start, expected) in [
        ("GET /v2/charts/web/tags", answer(403), &tags, "403"),
        ("GET /v2/charts/web/tags", Failure::Close, &tags, "EOF"),
        ("GET /v2/charts/web/manifests", answer(401), &at, "401"),
        ("GET /v2/charts/web/manifests", answer(429), &at, "429"),
        ("GET /v2/charts/web/manifests", answer(500), &at, "500"),
        ("GET /v2/charts/web/manifests", Failure::Corrupt, &at, "digest"),
        ("GET /v2/charts/web/blobs", answer(404), &at, "not found"),
        ("GET /v2/charts/web/blobs", Failure::Hang, &at, "timeout"),
        ("GET /v2/charts/web/blobs", Failure::Cut(0), &at, "EOF"),
        ("GET /v2/charts/web/blobs", Failure::Corrupt, &at, "mismatched digest"),
    ] {
        registry.fail(applies, usize::MAX, fault.clone());
        let (outcome, lines) = fixture.run(Verb::Update);
        let text = outcome.expect_err(applies).to_string();
        assert!(text.starts_with(start.as_str()) && text.contains(expected), "{applies} {fault:?}: {text}");
        assert!(!text.contains(PASSWORD), "{text}");
        assert!(!lines.iter().any(|line| line.contains(PASSWORD)), "{lines:?}");
        assert_eq!(fixture.tree(), before, "{applies} {fault:?}");
        registry.heal();
    }
    fixture.run(Verb::Update).0.expect("the registry is well again");
    assert_eq!(fixture.charts(), ["c0-1.1.0.tgz", "web-1.1.0.tgz"]);
}

#[test]
fn a_short_fault_is_got_over() {
    let (fixture, registry) = filled("1.0.0");
    registry.fail("GET /v2/charts/web/blobs", 1, Failure::Cut(20));
    registry.fail("GET /v2/charts/web/manifests", 1, answer(503));
    fixture.run(Verb::Update).0.expect("the next try is good");
    assert_eq!(fixture.charts(), ["c0-1.1.0.tgz", "web-1.0.0.tgz"]);
}

#[test]
fn a_wrong_password_is_refused_without_showing_it() {
    let (mut fixture, _registry) = filled("1.0.0");
    fixture.access = access("wr0ng-password");
    let before = fixture.tree();
    let text = fixture.run(Verb::Update).0.expect_err("refused").to_string();
    assert!(text.contains("401") && !text.contains("wr0ng"), "{text}");
    assert_eq!(fixture.tree(), before);
}
