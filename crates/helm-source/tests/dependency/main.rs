//! Fetching dependencies from small servers: what is asked of them, and what stays of a run that fails.

mod faults;
mod registry;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use helm_chart::{Chart, Compat, Metadata, Time, archive};
use helm_source::dependency::{DependencyError, Event, Request, build, update};
use helm_source::http::{Access, Client, ClientOptions};
use helm_source::oci::Registries;
use helm_source::{Places, Sources, Verify};
use helm_testkit::fault::FaultProxy;
use helm_testkit::files;
use helm_testkit::http::Server;
use sha2::{Digest, Sha256};

/// A repository behind a proxy, and a chart that needs charts of it.
struct Fixture {
    folder: tempfile::TempDir,
    _server: Server,
    proxy: FaultProxy,
    /// How registries are spoken to.
    access: Access,
}

impl Fixture {
    /// A repository with charts named `c0`, `c1` …, each at two versions.
    fn new(charts: usize) -> Fixture {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = folder.path().join("repository");
        fs::create_dir(&repository).expect("made");
        let mut index = "apiVersion: v1\nentries:\n".to_owned();
        for name in (0..charts).map(|at| format!("c{at}")) {
            index += &format!("  {name}:\n");
            for version in ["1.1.0", "1.0.0"] {
                let path = save(&repository, &name, version);
                let file = path.file_name().expect("a name").to_string_lossy().into_owned();
                let digest = hex(&fs::read(&path).expect("readable"));
                index += &format!(
                    "  - {{apiVersion: v2, name: {name}, version: {version}, urls: [{file}], digest: {digest}}}\n"
                );
            }
        }
        fs::write(repository.join("index.yaml"), index).expect("written");
        let server = files::serve(&repository);
        let proxy = FaultProxy::start(server.address());
        Fixture { folder, _server: server, proxy, access: Access::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `Chart.yaml` with dependencies on the repository: names and ranges.
    fn chart(&self, dependencies: &[(&str, &str)]) {
        let url = self.proxy.url();
        let mut text = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n".to_owned();
        for (name, range) in dependencies {
            text += &format!("- {{name: {name}, version: \"{range}\", repository: \"{url}\"}}\n");
        }
        fs::create_dir_all(self.path("app")).expect("made");
        fs::write(self.path("app/Chart.yaml"), text).expect("written");
    }

    /// Writes `repositories.yaml`: names and addresses.
    fn configure(&self, names: &[(&str, &str)]) {
        let entries: String =
            names.iter().map(|(n, url)| format!("- {{name: {n}, url: \"{url}\"}}\n")).collect();
        fs::write(self.path("repositories.yaml"), format!("repositories:\n{entries}")).expect("written");
    }

    fn sources(&self) -> Sources {
        Sources {
            places: Places {
                repository_config: self.path("repositories.yaml"),
                repository_cache: self.path("cache"),
                content_cache: self.path("content"),
                registry_config: self.path("registry.json"),
            },
            client: Client::new(ClientOptions {
                idle_timeout: Duration::from_millis(400),
                ..ClientOptions::default()
            }),
            compat: Compat::V4,
            remarks: Arc::new(|_| {}),
            registries: Registries::default(),
        }
    }

    /// Runs `dependency update` or `build`; answers the lines of the output as well.
    fn run(&self, verb: Verb) -> (Result<(), DependencyError>, Vec<String>) {
        let sources = self.sources();
        let chart = self.path("app").to_string_lossy().into_owned();
        let request = Request {
            sources: &sources,
            chart: &chart,
            registry: &self.access,
            skip_refresh: false,
            verify: Verify::Never,
            keyring: Path::new(""),
            debug: false,
            now: Time::from_unix(1_700_000_000, 0),
            epoch: None,
        };
        let mut lines = Vec::new();
        let mut observer = |event: Event<'_>| {
            if !matches!(event, Event::Progress { .. } | Event::Warning(_)) {
                lines.push(event.to_string());
            }
        };
        let outcome = runtime().block_on(async {
            match verb {
                Verb::Update => update(&request, &mut observer).await,
                Verb::Build => build(&request, &mut observer).await,
            }
        });
        (outcome, lines)
    }

    /// Everything in the chart's folder.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        let root = self.path("app");
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("a folder").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
                if path.is_dir() {
                    open.push(path);
                    all.insert(format!("{name}/"), Vec::new());
                } else {
                    all.insert(name, fs::read(&path).expect("readable"));
                }
            }
        }
        all
    }

    fn charts(&self) -> Vec<String> {
        self.tree()
            .into_keys()
            .filter_map(|n| n.strip_prefix("charts/").map(str::to_owned))
            .filter(|n| !n.is_empty())
            .collect()
    }

    /// How often a path was asked for.
    fn asked(&self, path_end: &str) -> usize {
        self.proxy.requests().iter().filter(|r| r.path.ends_with(path_end)).count()
    }
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    Update,
    Build,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Packs an empty chart.
fn save(folder: &Path, name: &str, version: &str) -> PathBuf {
    let metadata = Metadata {
        api_version: "v2".to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        ..Metadata::default()
    };
    let chart = Chart { metadata, ..Chart::default() };
    archive::save(&chart, folder, Time::from_unix(1_600_000_000, 0), Compat::V4).expect("saved")
}

fn hex(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn many_charts_come_by_one_index() {
    let fixture = Fixture::new(40);
    let names: Vec<String> = (0..40).map(|at| format!("c{at}")).collect();
    let dependencies: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "^1.0.0")).collect();
    fixture.chart(&dependencies);
    let url = fixture.proxy.url();
    fixture.configure(&[("unrelated", "http://127.0.0.1:1/none"), ("main", &url)]);
    let (outcome, lines) = fixture.run(Verb::Update);
    outcome.expect("updated");
    assert_eq!(fixture.asked("/index.yaml"), 1);
    assert_eq!(fixture.charts().len(), 40);
    assert!(fixture.charts().iter().all(|c| c.ends_with("-1.1.0.tgz")));
    let downloads: Vec<&String> = lines.iter().filter(|l| l.starts_with("Downloading ")).collect();
    let expected: Vec<String> = names.iter().map(|n| format!("Downloading {n} from repo {url}")).collect();
    assert_eq!(downloads, expected.iter().collect::<Vec<_>>(), "lines come in the order of the chart");
    let lock = fs::read_to_string(fixture.path("app/Chart.lock")).expect("a lock");

    fs::remove_dir_all(fixture.path("app/charts")).expect("removed");
    let (outcome, _) = fixture.run(Verb::Build);
    outcome.expect("built");
    assert_eq!(fixture.charts().len(), 40);
    assert_eq!(fs::read_to_string(fixture.path("app/Chart.lock")).expect("a lock"), lock);
    assert!(fixture.asked("/index.yaml") <= 2);
}

#[test]
fn old_versions_go_and_other_things_stay() {
    let fixture = Fixture::new(2);
    fixture.chart(&[("c0", "~1.0"), ("c1", "1.x")]);
    let charts = fixture.path("app/charts");
    fs::create_dir_all(charts.join("unpacked")).expect("made");
    fs::write(charts.join("unpacked/Chart.yaml"), "apiVersion: v2\nname: u\nversion: 1.0.0\n")
        .expect("written");
    save(&charts, "c0", "0.9.0");
    save(&charts, "gone", "3.0.0");
    fixture.run(Verb::Update).0.expect("updated");
    assert_eq!(fixture.charts(), ["c0-1.0.0.tgz", "c1-1.1.0.tgz", "unpacked/", "unpacked/Chart.yaml"]);
}

#[test]
fn one_address_under_several_names_is_asked_once() {
    let fixture = Fixture::new(3);
    let url = fixture.proxy.url();
    let slash = format!("{url}/");
    fixture.configure(&[("one", &url), ("two", &slash), ("three", &url)]);
    let list = ["@two", "alias:three", &url].into_iter().enumerate();
    let list: String =
        list.map(|(at, r)| format!("- {{name: c{at}, version: 1.x, repository: \"{r}\"}}\n")).collect();
    fs::create_dir_all(fixture.path("app")).expect("made");
    let text = format!("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n{list}");
    fs::write(fixture.path("app/Chart.yaml"), text).expect("written");
    let (outcome, lines) = fixture.run(Verb::Update);
    outcome.expect("updated");
    assert_eq!(fixture.asked("/index.yaml"), 1);
    assert_eq!(lines.iter().filter(|line| line.starts_with("...Successfully")).count(), 1, "{lines:?}");
    assert_eq!(fixture.charts(), ["c0-1.1.0.tgz", "c1-1.1.0.tgz", "c2-1.1.0.tgz"]);
}

#[test]
fn a_slash_at_the_end_makes_no_other_repository() {
    let fixture = Fixture::new(2);
    let url = fixture.proxy.url();
    let text = format!(
        "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {{name: c0, version: 1.x, repository: \"{url}\"}}\n- \
         {{name: c1, version: 1.x, repository: \"{url}/\"}}\n"
    );
    fs::create_dir_all(fixture.path("app")).expect("made");
    fs::write(fixture.path("app/Chart.yaml"), text).expect("written");
    fixture.run(Verb::Update).0.expect("updated");
    assert_eq!(fixture.asked("/index.yaml"), 1);
    assert_eq!(fixture.charts(), ["c0-1.1.0.tgz", "c1-1.1.0.tgz"]);
}

/// Of one chart at two repositories the last decides where versions are looked for, as in Helm; each archive comes from
/// its own repository, whose index is fetched as well.
#[test]
fn one_chart_of_two_repositories() {
    let (fixture, other) = (Fixture::new(1), Fixture::new(1));
    let (first, second) = (fixture.proxy.url(), other.proxy.url());
    fixture.configure(&[("one", &first), ("two", &second)]);
    let text = format!(
        "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {{name: c0, version: 1.0.0, repository: \"{first}\"}}\n- \
         {{name: c0, version: 1.1.0, repository: \"{second}\", alias: x}}\n"
    );
    fs::create_dir_all(fixture.path("app")).expect("made");
    fs::write(fixture.path("app/Chart.yaml"), text).expect("written");
    fixture.run(Verb::Update).0.expect("updated");
    assert_eq!(fixture.charts(), ["c0-1.0.0.tgz", "c0-1.1.0.tgz"]);
    for (fixture, archive) in [(&fixture, "c0-1.0.0.tgz"), (&other, "c0-1.1.0.tgz")] {
        assert_eq!((fixture.asked("/index.yaml"), fixture.asked(archive)), (1, 1));
    }
}

#[test]
fn an_abandoned_run_leaves_no_trace() {
    let fixture = Fixture::new(2);
    fixture.chart(&[("c0", "1.x"), ("c1", "1.x")]);
    let before = fixture.tree();
    fixture.proxy.fail("c1-1.1.0.tgz", 9, helm_testkit::fault::Fault::Hang);
    let sources = fixture.sources();
    let chart = fixture.path("app").to_string_lossy().into_owned();
    let request = Request {
        sources: &sources,
        chart: &chart,
        registry: &Access::default(),
        skip_refresh: false,
        verify: Verify::Never,
        keyring: Path::new(""),
        debug: false,
        now: Time::ZERO,
        epoch: None,
    };
    let ended = runtime().block_on(async {
        tokio::time::timeout(Duration::from_millis(300), update(&request, &mut |_| {})).await
    });
    assert!(ended.is_err(), "the server never answers");
    assert_eq!(fixture.tree(), before);
}
