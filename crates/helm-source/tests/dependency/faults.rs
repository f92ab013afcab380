//! What goes wrong on the way: a clear error, and everything as it was.

use helm_testkit::fault::Fault;

use super::{Fixture, Verb, fs, save};

fn status(text: &str) -> Fault {
    Fault::Status(text.to_owned(), Vec::new())
}

#[test]
fn a_failed_download_changes_nothing() {
    let fixture = Fixture::new(12);
    let dependencies: Vec<String> = (0..12).map(|at| format!("c{at}")).collect();
    let dependencies: Vec<(&str, &str)> = dependencies.iter().map(|n| (n.as_str(), "1.x")).collect();
    fixture.chart(&dependencies);
    let charts = fixture.path("app/charts");
    save(&charts, "c0", "0.9.0");
    fs::write(charts.join("_notes.txt"), "mine").expect("written");
    fs::write(fixture.path("app/Chart.lock"), "digest: old\n").expect("written");
    let before = fixture.tree();
    let other = fs::read(fixture.path("repository/c4-1.0.0.tgz")).expect("readable");
    let url = fixture.proxy.url();
    let at = format!("could not download {url}/c5-1.1.0.tgz: ");
    for (fault, expected) in [
        (status("401 Unauthorized"), "401 Unauthorized"),
        (status("404 Not Found"), "404 Not Found"),
        (status("429 Too Many Requests"), "429 Too Many Requests"),
        (status("500 Internal Server Error"), "500 Internal Server Error"),
        // What makes progress is resumed until it is whole.
        (Fault::Truncate(0), "EOF"),
        (Fault::Hang, "timeout"),
        (Fault::HangAfter(30), "timeout"),
        (Fault::Close, "EOF"),
        (Fault::Body(other), "dependency c5 from repository "),
        (Fault::Body(b"<html>".to_vec()), "dependency c5 from repository "),
    ] {
        fixture.proxy.fail("c5-1.1.0.tgz", usize::MAX, fault.clone());
        let (outcome, lines) = fixture.run(Verb::Update);
        let text = outcome.expect_err(&format!("{fault:?}")).to_string();
        assert!(text.starts_with(&at) && text.contains(expected), "{fault:?}: {text}");
        assert!(lines.contains(&format!("Save error occurred:  {text}")), "{lines:?}");
        assert_eq!(lines.iter().filter(|l| l.starts_with("Downloading ")).count(), 6, "{fault:?}");
        assert_eq!(fixture.tree(), before, "{fault:?}");
        fixture.proxy.heal();
    }
    fixture.run(Verb::Update).0.expect("the server is well again");
}

#[test]
fn an_archive_without_digest_must_be_a_chart() {
    let fixture = Fixture::new(1);
    fixture.chart(&[("c0", "1.0.0")]);
    let index = fixture.path("repository/index.yaml");
    let text = fs::read_to_string(&index).expect("readable");
    let without: String =
        text.lines().map(|l| l.split(", digest").next().unwrap_or(l).to_owned() + "\n").collect();
    fs::write(&index, without.replace(".tgz]\n", ".tgz]}\n")).expect("written");
    let before = fixture.tree();
    fixture.proxy.fail("c0-1.0.0.tgz", 9, Fault::Body(b"<html>".to_vec()));
    let text = fixture.run(Verb::Update).0.expect_err("no chart").to_string();
    assert!(text.contains("dependency c0 from repository ") && text.contains(" is no chart: "), "{text}");
    assert_eq!(fixture.tree(), before);
}

#[test]
fn an_index_that_cannot_be_had_is_told() {
    let fixture = Fixture::new(1);
    fixture.chart(&[("c0", "1.x")]);
    let before = fixture.tree();
    for fault in [status("401 Unauthorized"), Fault::Body(b"nonsense".to_vec()), Fault::Hang] {
        fixture.proxy.fail("/index.yaml", usize::MAX, fault.clone());
        let (outcome, lines) = fixture.run(Verb::Update);
        let text = outcome.expect_err("a fault").to_string();
        assert!(text.starts_with("no cached repository for helm-manager-"), "{fault:?}: {text}");
        let told =
            format!("...Unable to get an update from the \"{}\" chart repository:\n\t", fixture.proxy.url());
        assert!(lines.iter().any(|l| l.starts_with(&told)), "{lines:?}");
        assert_eq!(fixture.tree(), before, "{fault:?}");
        fixture.proxy.heal();
    }
}

#[test]
fn a_broken_connection_is_made_again() {
    let fixture = Fixture::new(2);
    fixture.chart(&[("c0", "1.x"), ("c1", "1.x")]);
    fixture.proxy.fail("c0-1.1.0.tgz", 1, Fault::Truncate(20));
    fixture.proxy.fail("c1-1.1.0.tgz", 1, Fault::Close);
    fixture.run(Verb::Update).0.expect("the second try is good");
    assert_eq!(fixture.charts(), ["c0-1.1.0.tgz", "c1-1.1.0.tgz"]);
}

/// Passwords may stand in `repositories.yaml`, in an address there, or in an address of the chart.
#[test]
fn passwords_are_never_shown() {
    for path in ["/index.yaml", "c0-1.1.0.tgz"] {
        let fixture = Fixture::new(1);
        let url = fixture.proxy.url();
        let with_password = url.replace("http://", "http://ann:s3cret@");
        for (repository, configured) in [
            ("@main".to_owned(), format!("{{name: main, url: \"{url}\", username: ann, password: s3cret}}")),
            ("@main".to_owned(), format!("{{name: main, url: \"{with_password}\"}}")),
            (with_password.clone(), "{name: main, url: \"http://127.0.0.1:1\"}".to_owned()),
        ] {
            let list = format!("- {{name: c0, version: 1.x, repository: \"{repository}\"}}\n");
            fs::create_dir_all(fixture.path("app")).expect("made");
            let chart = format!("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n{list}");
            fs::write(fixture.path("app/Chart.yaml"), chart).expect("written");
            let file = format!("repositories:\n- {configured}\n");
            fs::write(fixture.path("repositories.yaml"), file).expect("written");
            fixture.proxy.fail(path, usize::MAX, status("401 Unauthorized"));
            let (outcome, lines) = fixture.run(Verb::Update);
            let text = outcome.expect_err("refused").to_string();
            assert!(!text.contains("s3cret"), "{repository}: {text}");
            assert_eq!(lines.iter().find(|line| line.contains("s3cret")), None, "{repository}");
            fixture.proxy.heal();
        }
    }
}
