//! Which version is meant.

use helm_source::oci::{IMAGE_MANIFEST, Reference};
use helm_testkit::registry::Auth;

use crate::{Fixture, artifact, run};

/// An image, as builders of images push them.
const IMAGE: &[u8] = br#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",
    "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}"#;

/// A repository with versions, an image among them, and tags that are no versions.
async fn filled() -> Fixture {
    let fixture = Fixture::new(Auth::None);
    let session = fixture.session();
    for minor in 0..20 {
        let version = format!("1.{minor}.0");
        fixture.push(&session, &version, format!("archive {minor}").as_bytes()).await.expect("a push");
    }
    fixture.push(&session, "1.19.0+build.7", b"build").await.expect("a push");
    fixture.push(&session, "2.0.0-rc.1", b"next").await.expect("a push");
    fixture.registry.put("charts/web", "1.25.0", IMAGE_MANIFEST, IMAGE);
    fixture.registry.put("charts/web", "latest", IMAGE_MANIFEST, IMAGE);
    fixture.registry.put("charts/web", "v3", IMAGE_MANIFEST, IMAGE);
    fixture.registry.page(4);
    fixture
}

#[test]
fn a_search_finds_the_charts_that_an_installation_takes() {
    run(async {
        let fixture = filled().await;
        let session = fixture.session();
        let reference = Reference::parse(&fixture.reference("charts/web")).expect("a reference");
        let all = session.charts(&reference, ">0.0.0-0", true).await.expect("a search");
        assert_eq!(all.len(), 22);
        assert_eq!(all[0].version, "2.0.0-rc.1");
        assert!(all[1..3].iter().any(|v| v.version == "1.19.0+build.7"));
        assert!(all.iter().all(|v| v.metadata.app_version == format!("app-{}", v.version)));
        fixture.lines();
        for constraint in ["", "^1", "~1.7", "<1.5", "1.x", ">0.0.0-0"] {
            let found = session.charts(&reference, constraint, false).await.expect("a search");
            let pulled = fixture.pull(&session, constraint).await.expect("a pull");
            assert_eq!(found[0].metadata, pulled.metadata, "{constraint}");
        }
        assert_eq!(session.charts(&reference, "^7", true).await.expect("a search"), []);
    });
}

#[test]
fn all_pages_of_tags_are_read() {
    run(async {
        let fixture = filled().await;
        let reference = Reference::parse(&fixture.reference("charts/web")).expect("a reference");
        fixture.lines();
        let versions = fixture.session().versions(&reference).await.expect("tags");
        assert_eq!(versions.len(), 23);
        assert_eq!(fixture.lines().len(), 7);
    });
}

#[test]
fn a_digest_is_the_artifact_whatever_its_tag() {
    run(async {
        let fixture = filled().await;
        let session = fixture.session();
        let digest = artifact("1.3.0", b"archive 3").manifest.0.digest;
        let reference = fixture.reference(&format!("charts/web@{digest}"));
        let by_digest = session.locate(&reference, "").await.expect("a digest");
        assert_eq!(by_digest.file_name(), format!("web@{}.tgz", digest.to_string().replace(':', "-")));
        let pulled = session.pull(by_digest, false, &|_| None).await.expect("a pull");
        assert_eq!(pulled.metadata.version, "1.3.0");
        let agreed = session.locate(&reference, "1.3.0").await.expect("they agree");
        assert_eq!(agreed.cache_key, Some(digest.clone()));
        let error = session.locate(&reference, "1.4.0").await.expect_err("another one").to_string();
        assert!(error.starts_with("chart reference digest mismatch: sha256:"), "{error}");
        assert!(error.ends_with(&format!(" is not {digest}")), "{error}");
        let tagged = fixture.reference(&format!("charts/web:1.3.0@{digest}"));
        assert_eq!(session.locate(&tagged, "").await.expect("they agree").cache_key, Some(digest));
    });
}

#[test]
fn errors_are_helms() {
    run(async {
        let fixture = filled().await;
        let session = fixture.session();
        let host = fixture.registry.host();
        let located = async |rest: &str, version: &str| {
            session.locate(&fixture.reference(rest), version).await.expect_err("an error").to_string()
        };
        assert_eq!(
            located("charts/web", "^7").await,
            "could not locate a version matching provided version string ^7"
        );
        assert_eq!(
            located("charts/web:1.2.0", "1.3.0").await,
            "chart reference and version mismatch: 1.3.0 is not 1.2.0"
        );
        assert_eq!(located("charts/web:latest", "").await, "improper constraint: \"latest\"");
        assert_eq!(
            located("charts/other", "").await,
            format!(
                "GET \"http://{host}/v2/charts/other/tags/list\": response status code 404: name unknown: \
                 repository name not known to registry"
            )
        );
        let missing = fixture.pull(&session, "9.9.9").await.expect_err("there is none").to_string();
        assert_eq!(
            missing,
            format!("failed to perform \"FetchReference\" on source: {host}/charts/web:9.9.9: not found")
        );
        let image = fixture.pull(&session, "1.25.0").await.expect_err("an image").to_string();
        assert_eq!(
            image,
            "manifest does not contain minimum number of descriptors (2), descriptors found: 1"
        );
    });
}
