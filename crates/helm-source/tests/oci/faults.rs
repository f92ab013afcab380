//! A registry that misbehaves: a clear error, or none when asking again helps.

use std::time::{Duration, Instant};

use helm_source::oci::IMAGE_MANIFEST;
use helm_testkit::registry::{Auth, Failure};

use crate::{Fixture, artifact, run};

fn answer(status: u16, headers: &[(&str, &str)]) -> Failure {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Failure::Answer { status, headers, body: String::new() }
}

/// A registry with one chart of some size.
async fn filled() -> (Fixture, Vec<u8>) {
    let fixture = Fixture::new(Auth::None);
    let archive: Vec<u8> = (0..100_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    fixture.push(&fixture.session(), "1.0.0", &archive).await.expect("a push");
    fixture.lines();
    (fixture, archive)
}

fn layer(archive: &[u8]) -> String {
    let artifact = artifact("1.0.0", archive);
    artifact.blobs.iter().find(|(_, content)| content == archive).expect("a layer").0.digest.to_string()
}

#[test]
fn what_breaks_off_is_resumed() {
    run(async {
        let (fixture, archive) = filled().await;
        let layer = layer(&archive);
        let at = format!("GET /v2/charts/web/blobs/{layer}");
        fixture.registry.fail(&at, 3, Failure::Cut(40_000));
        fixture.registry.fail(&at, 1, Failure::Close);
        let pulled = fixture.pull(&fixture.session(), "1.0.0").await.expect("a pull");
        assert_eq!(pulled.archive, archive);
        let asked = fixture.lines().into_iter().filter(|line| line.starts_with(&at)).count();
        assert!((3..=5).contains(&asked), "{asked} requests");
    });
}

#[test]
fn what_never_comes_whole_is_an_error() {
    run(async {
        let (fixture, archive) = filled().await;
        let layer = layer(&archive);
        let at = format!("GET /v2/charts/web/blobs/{layer}");
        fixture.registry.fail(&at, 100, Failure::Cut(0));
        let error = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("it is cut").to_string();
        assert_eq!(
            error,
            format!(
                "failed to perform \"Push\" on destination: read failed: expected content size of 100000, \
                 got 0, for digest {layer}: unexpected EOF"
            )
        );
    });
}

#[test]
fn wrong_content_is_refused() {
    run(async {
        let (fixture, archive) = filled().await;
        let layer = layer(&archive);
        fixture.registry.fail(&format!("GET /v2/charts/web/blobs/{layer}"), 1, Failure::Corrupt);
        let error = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("corrupt").to_string();
        assert_eq!(error, "failed to perform \"Push\" on destination: mismatched digest");
        fixture.registry.fail("GET /v2/charts/web/manifests", 1, Failure::Corrupt);
        let error = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("corrupt").to_string();
        assert_eq!(error, "failed to perform \"FetchReference\" on source: mismatched digest");
        let session = fixture.session();
        let digest = artifact("1.0.0", &archive).manifest.0.digest;
        let other = format!("sha256:{}", "0".repeat(64));
        fixture.registry.fail("GET", 1, answer(200, &[("Docker-Content-Digest", &other)]));
        let located = session.locate(&fixture.reference(&format!("charts/web@{digest}")), "").await;
        let error =
            session.pull(located.expect("a digest"), false, &|_| None).await.expect_err("another one");
        assert!(error.to_string().contains("digest mismatch in Docker-Content-Digest"), "{error}");
    });
}

#[test]
fn a_lying_size_is_refused() {
    run(async {
        let (fixture, archive) = filled().await;
        let (_, manifest) = artifact("1.0.0", &archive).manifest;
        let text = String::from_utf8(manifest).expect("UTF-8");
        for (size, error) in [
            ("99999", "mismatch Content-Length"),
            (
                "4611686018427387904",
                "content size 4611686018427387904 exceeds the limit of 104857600 bytes for a chart",
            ),
            ("-1", "failed to perform \"Successors\" on source: "),
        ] {
            let lie = text.replace("\"size\":100000", &format!("\"size\":{size}"));
            fixture.registry.put("charts/web", "1.0.0", IMAGE_MANIFEST, lie.as_bytes());
            let found = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("a lie").to_string();
            assert!(found.contains(error), "{found}");
        }
    });
}

#[test]
fn a_registry_that_is_busy_is_asked_again() {
    run(async {
        let (fixture, archive) = filled().await;
        fixture.registry.fail("GET /v2/charts/web/manifests", 1, answer(429, &[("Retry-After", "1")]));
        fixture.registry.fail("GET /v2/charts/web/blobs", 1, answer(503, &[]));
        let start = Instant::now();
        let pulled = fixture.pull(&fixture.session(), "1.0.0").await.expect("a pull");
        assert_eq!(pulled.archive, archive);
        assert!(start.elapsed() >= Duration::from_secs(1), "the registry asked for a second");
        fixture.registry.fail("PUT /v2/charts/web/blobs", 1, answer(502, &[]));
        fixture.registry.fail("PUT /v2/charts/web/blobs", 1, Failure::Close);
        fixture.registry.fail("PUT /v2/charts/web/manifests", 1, Failure::Close);
        fixture.push(&fixture.session(), "2.0.0", b"another").await.expect("a push");
    });
}

#[test]
fn refusals_say_what_was_asked() {
    run(async {
        let (fixture, _) = filled().await;
        let host = fixture.registry.host();
        for (applies, status, error) in [
            (
                "GET /v2/charts/web/manifests",
                500,
                format!(
                    "failed to perform \"FetchReference\" on source: GET \"http://{host}/v2/charts/web/manifests/1.0.0\": \
                     response status code 500: Internal Server Error"
                ),
            ),
            (
                "GET /v2/charts/web/manifests",
                429,
                format!(
                    "failed to perform \"FetchReference\" on source: GET \"http://{host}/v2/charts/web/manifests/1.0.0\": \
                     response status code 429: Too Many Requests"
                ),
            ),
        ] {
            // An hour is longer than anyone waits.
            fixture.registry.fail(applies, 1, answer(status, &[("Retry-After", "3600")]));
            let found = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("refused").to_string();
            assert_eq!(found, error);
        }
        fixture.registry.fail("POST", 1, answer(403, &[]));
        let found =
            fixture.push(&fixture.session(), "2.0.0", b"another").await.expect_err("refused").to_string();
        assert_eq!(
            found,
            format!(
                "failed to perform \"Push\" on destination: POST \"http://{host}/v2/charts/web/blobs/uploads/\": \
                 response status code 403: Forbidden"
            )
        );
        fixture.registry.fail(
            "POST",
            3,
            answer(202, &[("Location", "http://other.example.com/v2/charts/web/blobs/uploads/1")]),
        );
        let found =
            fixture.push(&fixture.session(), "2.0.0", b"another").await.expect_err("elsewhere").to_string();
        assert_eq!(
            found,
            format!(
                "failed to perform \"Push\" on destination: blob upload Location \"other.example.com\" is on a \
                 different host than the registry \"{host}\""
            )
        );
    });
}

#[test]
fn a_registry_that_hangs_is_given_up() {
    run(async {
        let (fixture, _) = filled().await;
        fixture.registry.fail("GET /v2/charts/web/manifests", 1, Failure::Hang);
        let start = Instant::now();
        let error = fixture.pull(&fixture.session(), "1.0.0").await.expect_err("silence").to_string();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(error.ends_with("net/http: timeout awaiting response headers"), "{error}");
    });
}

#[test]
fn links_lead_to_the_registry_only() {
    run(async {
        let (fixture, _) = filled().await;
        fixture.registry.fail(
            "GET /v2/charts/web/tags",
            1,
            Failure::Answer {
                status: 200,
                headers: vec![(
                    "Link".to_owned(),
                    "<http://other.example.com/v2/tags>; rel=\"next\"".to_owned(),
                )],
                body: r#"{"tags":["1.0.0"]}"#.to_owned(),
            },
        );
        let error = fixture.pull(&fixture.session(), "^1").await.expect_err("elsewhere").to_string();
        assert!(error.contains("not the same origin as"), "{error}");
        fixture.registry.fail("GET /v2/charts/web/tags", 1, answer(200, &[]));
        let error = fixture.pull(&fixture.session(), "^1").await.expect_err("nothing").to_string();
        assert!(error.contains("failed to decode response"), "{error}");
    });
}
