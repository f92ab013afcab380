//! Who one is, and for what.

use helm_chart::Compat;
use helm_source::http::Access;
use helm_source::oci::{Credential, Store, login, logout};
use helm_testkit::registry::{Auth, Failure, Registry};

use crate::{Fixture, client, run};

const SECRET: &str = "s3cr3t-of-the-test";

fn basic() -> Auth {
    Auth::Basic { username: "ann".to_owned(), password: SECRET.to_owned() }
}

fn token(anonymous_pull: bool, oauth2: bool) -> Auth {
    Auth::Token {
        username: "ann".to_owned(),
        password: SECRET.to_owned(),
        identity: "identity-of-the-test".to_owned(),
        anonymous_pull,
        oauth2,
    }
}

async fn log_in(fixture: &Fixture, username: &str, password: &str) -> Result<(), String> {
    let credential = Credential::basic(username, password);
    let host = fixture.registry.host();
    login(client(), &fixture.access, &fixture.places(), Compat::V4, &host, credential)
        .await
        .map_err(|e| e.to_string())
}

#[test]
fn a_login_is_kept_and_used() {
    for auth in [basic(), token(false, true), token(false, false)] {
        let fixture = Fixture::new(auth);
        run(async {
            log_in(&fixture, "ann", SECRET).await.expect("a login");
            let session = fixture.session();
            fixture.push(&session, "1.0.0", b"archive").await.expect("a push");
            fixture.pull(&fixture.session(), "").await.expect("a pull");
            logout(&fixture.places(), &fixture.registry.host()).expect("a logout");
            let error =
                fixture.pull(&fixture.session(), "").await.expect_err("nobody is logged in").to_string();
            assert!(error.contains("basic credential not found") || error.contains("401"), "{error}");
        });
    }
}

#[test]
fn a_wrong_password_is_refused_and_not_shown() {
    for auth in [basic(), token(true, true), token(false, false)] {
        let fixture = Fixture::new(auth);
        run(async {
            let error = log_in(&fixture, "ann", "wrong-password").await.expect_err("it is wrong");
            let host = fixture.registry.host();
            assert!(
                error.starts_with(&format!("authenticating to \"{host}\": GET \"http://{host}/v2/\": ")),
                "{error}"
            );
            assert!(error.contains("response status code 401: unauthorized: "), "{error}");
            assert!(!error.contains("wrong-password"), "{error}");
            assert!(!fixture.places().helm.exists());
        });
    }
}

#[test]
fn a_token_is_for_what_is_done_and_asked_for_once() {
    let fixture = Fixture::new(token(true, false));
    run(async {
        let session = fixture.session_of("ann", SECRET);
        fixture.push(&session, "1.0.0", b"archive").await.expect("a push");
        let asked: Vec<_> = fixture.lines().into_iter().filter(|l| l.contains("/token")).collect();
        assert_eq!(asked, ["GET /token?scope=repository%3Acharts%2Fweb%3Apull%2Cpush&service=test"]);
        // Anyone may pull here, and the token says so.
        fixture.pull(&fixture.session(), "").await.expect("a pull");
        let asked: Vec<_> = fixture.lines().into_iter().filter(|l| l.contains("/token")).collect();
        assert_eq!(asked, ["GET /token?scope=repository%3Acharts%2Fweb%3Apull&service=test"]);
        let refused = fixture.push(&fixture.session(), "1.1.0", b"other").await.expect_err("not by anyone");
        let refused = refused.to_string();
        assert!(refused.starts_with("failed to perform \"Push\" on destination: POST "), "{refused}");
        assert!(refused.contains("401"), "{refused}");
    });
}

#[test]
fn an_identity_token_is_exchanged() {
    let fixture = Fixture::new(token(false, false));
    let credential =
        Credential { identity_token: "identity-of-the-test".to_owned(), ..Credential::default() };
    let mut store = Store::open(&fixture.places()).expect("a store");
    store.put(&fixture.registry.host(), &credential).expect("kept");
    run(async {
        let session = fixture.session();
        fixture.push(&session, "1.0.0", b"archive").await.expect("a push");
        let exchange = fixture.registry.requests().into_iter().find(|r| r.line == "POST /token");
        assert_eq!(
            exchange.expect("an exchange").body,
            "client_id=helm&grant_type=refresh_token&refresh_token=identity-of-the-test\
             &scope=repository%3Acharts%2Fweb%3Apull%2Cpush&service=test"
        );
    });
}

#[test]
fn credentials_do_not_follow_redirects_to_other_servers() {
    let fixture = Fixture::new(basic());
    let storage = Registry::start(Auth::None);
    run(async {
        let session = fixture.session_of("ann", SECRET);
        fixture.push(&session, "1.0.0", b"archive").await.expect("a push");
        let layer = storage.put_blob(b"archive");
        fixture.registry.requests();
        let redirect = || {
            let address = format!("http://{}/v2/x/blobs/{layer}?signature=of-the-test", storage.host());
            let headers = vec![("Location".to_owned(), address)];
            let answer = Failure::Answer { status: 307, headers, body: String::new() };
            fixture.registry.fail(&format!("GET /v2/charts/web/blobs/{layer}"), 1, answer);
        };
        redirect();
        fixture.pull(&session, "1.0.0").await.expect("a pull");
        let asked = storage.requests();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].authorization, "");
        // A server that was redirected to gets none when it asks either, and its signed address is not shown.
        for status in [401, 403] {
            redirect();
            let header = ("WWW-Authenticate".to_owned(), "Basic realm=\"x\"".to_owned());
            storage.fail("GET", 1, Failure::Answer { status, headers: vec![header], body: String::new() });
            let error = fixture.pull(&session, "1.0.0").await.expect_err("refused").to_string();
            assert!(error.contains(&format!("response status code {status}")), "{error}");
            assert!(!error.contains("of-the-test"), "{error}");
            assert!(storage.requests().iter().all(|r| r.authorization.is_empty()));
        }
    });
}

#[test]
fn a_token_server_elsewhere_gets_no_password() {
    let fixture = Fixture::new(Auth::None);
    for (realm, why) in [
        (
            "ftp://tokens.example.com/",
            "bearer realm \"ftp://tokens.example.com/\" uses unsupported scheme \"ftp\"",
        ),
        (
            "http://169.254.169.254/token",
            "bearer realm host \"169.254.169.254\" is a loopback, link-local, private, or unspecified address",
        ),
    ] {
        let header = ("WWW-Authenticate".to_owned(), format!("Bearer realm=\"{realm}\""));
        fixture.registry.fail(
            "GET /v2/charts/web/manifests",
            1,
            Failure::Answer { status: 401, headers: vec![header], body: String::new() },
        );
        let session = fixture.session_of("ann", SECRET);
        let error = run(fixture.pull(&session, "1.0.0")).expect_err("refused").to_string();
        assert!(error.ends_with(why), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

#[test]
fn flags_need_both_user_and_password() {
    let fixture = Fixture::new(basic());
    run(async {
        log_in(&fixture, "ann", SECRET).await.expect("a login");
        // A user alone is no credential, so the stored one counts.
        let access = Access { username: "bob".to_owned(), ..fixture.access.clone() };
        let session = helm_source::oci::Session::new(client(), &access, &fixture.places(), Compat::V4);
        fixture.push(&session.expect("a session"), "1.0.0", b"archive").await.expect("a push");
    });
}
