//! Docker's `config.json` and its helpers.

use std::fs;
use std::path::Path;

use helm_source::oci::{Credential, CredentialPlaces, Store};

fn places(folder: &Path) -> CredentialPlaces {
    CredentialPlaces {
        helm: folder.join("helm/config.json"),
        docker: Some(folder.join("docker.json")),
        search_path: None,
    }
}

fn written(places: &CredentialPlaces, text: &str) {
    fs::create_dir_all(places.helm.parent().expect("a folder")).expect("a folder");
    fs::write(&places.helm, text).expect("a file");
}

#[test]
fn a_new_file_is_for_its_owner_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = places(folder.path());
    let mut store = Store::open(&places).expect("a store");
    store.put("h:5000", &Credential::basic("ann", "secret")).expect("kept");
    store.put("docker.io", &Credential::basic("ann", "other")).expect("kept");
    let text = fs::read_to_string(&places.helm).expect("a file");
    assert_eq!(
        text,
        "{\n\t\"auths\": {\n\t\t\"h:5000\": {\n\t\t\t\"auth\": \"YW5uOnNlY3JldA==\"\n\t\t},\n\t\t\
         \"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"YW5uOm90aGVy\"\n\t\t}\n\t}\n}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&places.helm), 0o600);
        assert_eq!(mode(places.helm.parent().expect("a folder")), 0o700);
    }
    let names: Vec<_> = fs::read_dir(places.helm.parent().expect("a folder")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing else is left behind");
    let store = Store::open(&places).expect("a store");
    assert_eq!(store.get("registry-1.docker.io").expect("found"), Credential::basic("ann", "other"));
    assert_eq!(format!("{:?}", store.get("h:5000").expect("found")), "Credential(…)");
}

#[test]
fn what_is_not_understood_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = places(folder.path());
    written(
        &places,
        r#"{"zoo":{"b":1.50,"a":[true,{}]},"HttpHeaders":{"X":"a b"},
            "auths":{"https://old.example.com/v1/":{"auth":"YTpi","email":"x"},"other":{}}}"#,
    );
    let mut store = Store::open(&places).expect("a store");
    assert_eq!(store.get("old.example.com").expect("found"), Credential::basic("a", "b"));
    store.erase("other").expect("erased");
    store.erase("nobody").expect("nothing to erase");
    store.put("new", &Credential::basic("c", "d")).expect("kept");
    let text = fs::read_to_string(&places.helm).expect("a file");
    assert_eq!(
        text,
        "{\n\t\"HttpHeaders\": {\n\t\t\"X\": \"a b\"\n\t},\n\t\"auths\": {\n\t\t\
         \"https://old.example.com/v1/\": {\n\t\t\t\"auth\": \"YTpi\",\n\t\t\t\"email\": \"x\"\n\t\t},\n\t\t\
         \"new\": {\n\t\t\t\"auth\": \"Yzpk\"\n\t\t}\n\t},\n\t\"zoo\": {\n\t\t\"b\": 1.50,\n\t\t\"a\": [\n\t\t\t\
         true,\n\t\t\t{}\n\t\t]\n\t}\n}"
    );
}

#[test]
fn dockers_file_is_read_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = places(folder.path());
    let docker = r#"{"auths":{"h":{"auth":"YTpi","identitytoken":"tok"}}}"#;
    fs::write(folder.path().join("docker.json"), docker).expect("a file");
    let mut store = Store::open(&places).expect("a store");
    let found = store.get("h").expect("found");
    assert_eq!((found.username.as_str(), found.identity_token.as_str()), ("a", "tok"));
    store.erase("h").expect("nothing of Helm's to erase");
    assert!(!places.helm.exists());
    assert_eq!(fs::read_to_string(folder.path().join("docker.json")).expect("a file"), docker);
}

#[test]
fn bad_files_are_named_and_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = places(folder.path());
    let path = places.helm.display().to_string();
    for (text, error) in [
        ("{", format!("failed to decode config file {path}: invalid config format: unexpected EOF")),
        ("[]", format!("failed to decode config file {path}: invalid config format: ")),
        (r#"{"auths":["hunter2"]}"#, "failed to unmarshal auths field: invalid config format: ".to_owned()),
        (
            r#"{"auths":{"h":{"auth":"hunter2"}}}"#,
            "failed to decode auth field: invalid config format: ".to_owned(),
        ),
        (
            r#"{"auths":{"h":{"auth":"aHVudGVyMg=="}}}"#,
            "failed to decode auth field: invalid config format: ".to_owned(),
        ),
        (
            r#"{"auths":{"h":"hunter2"}}"#,
            "failed to unmarshal auth field: invalid config format: ".to_owned(),
        ),
    ] {
        written(&places, text);
        let found = Store::open(&places).and_then(|store| store.get("h")).expect_err(text).to_string();
        assert!(found.starts_with(&error), "{found}");
        assert!(!found.contains("hunter2"), "{found}");
    }
    for text in ["", " \n", "null", "{}", "{} trailing"] {
        written(&places, text);
        assert!(Store::open(&places).and_then(|s| s.get("h")).expect(text).is_empty());
    }
    let mut store = Store::open(&places).expect("a store");
    let error = store.put("h", &Credential::basic("a:b", "c")).expect_err("a colon").to_string();
    assert_eq!(error, "bad credential format: colons(:) are not allowed in username");
}

#[test]
fn logins_at_the_same_time_do_not_undo_one_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = places(folder.path());
    std::thread::scope(|scope| {
        for n in 0..8 {
            let places = &places;
            scope.spawn(move || {
                let mut store = Store::open(places).expect("a store");
                store.put(&format!("h{n}"), &Credential::basic("a", "b")).expect("kept");
            });
        }
    });
    let store = Store::open(&places).expect("a store");
    for n in 0..8 {
        assert!(!store.get(&format!("h{n}")).expect("found").is_empty());
    }
}
