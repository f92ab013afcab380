//! What goes wrong between a repository and its users: each failure is told clearly, leaves nothing behind and shows
//! no password; what can be repaired by trying again is.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use helm_chart::Compat;
use helm_source::http::{Access, Client, ClientOptions};
use helm_source::repositories::{Entry, File};
use helm_source::{Places, Query, SourceError, Sources, cached, cached_file, download, locate, refresh};
use helm_testkit::fault::{Fault, FaultProxy};
use helm_testkit::files;
use helm_testkit::http::{Response, Server};
use sha2::{Digest, Sha256};

const PASSWORD: &str = "s3cr3t-w0rd";

/// A repository with one chart behind a proxy that injects faults, and an empty home.
struct Scene {
    home: tempfile::TempDir,
    upstream: Server,
    proxy: FaultProxy,
    sources: Sources,
}

fn archive() -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    // Noise, so that the archive is larger than one packet.
    let noise: String = (0..4000u32).map(|n| format!("# {:x}\n", n.wrapping_mul(2_654_435_761))).collect();
    let chart = "apiVersion: v2\nname: demo\nversion: 1.0.0\n";
    for (name, data) in [("demo/Chart.yaml", chart), ("demo/values.yaml", noise.as_str())] {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, data.as_bytes()).expect("memory");
    }
    tar.into_inner().and_then(GzEncoder::finish).expect("memory")
}

fn index(digest: &str) -> String {
    format!(
        "apiVersion: v1\nentries:\n  demo:\n  - apiVersion: v2\n    created: \"2026-01-01T00:00:00Z\"\n    \
         digest: \"{digest}\"\n    name: demo\n    urls:\n    - demo-1.0.0.tgz\n    version: 1.0.0\n\
         generated: \"2026-01-01T00:00:00Z\"\n"
    )
}

fn client() -> Client {
    Client::new(ClientOptions { idle_timeout: Duration::from_millis(700), ..ClientOptions::default() })
}

fn sources_in(home: &Path) -> Sources {
    Sources {
        places: Places {
            repository_config: home.join("repositories.yaml"),
            repository_cache: home.join("repository"),
            content_cache: home.join("content"),
            registry_config: home.join("config.json"),
        },
        client: client(),
        compat: Compat::V4,
        remarks: Arc::new(|_| {}),
        registries: Default::default(),
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

impl Scene {
    fn new() -> Scene {
        let home = tempfile::tempdir().expect("a folder");
        let served = home.path().join("served");
        std::fs::create_dir(&served).expect("a folder");
        let archive = archive();
        let digest: String = Sha256::digest(&archive).iter().map(|b| format!("{b:02x}")).collect();
        std::fs::write(served.join("index.yaml"), index(&digest)).expect("a file");
        std::fs::write(served.join("demo-1.0.0.tgz"), archive).expect("a file");
        let upstream = files::serve(&served);
        let proxy = FaultProxy::start(upstream.address());
        let sources = sources_in(home.path());
        Scene { home, upstream, proxy, sources }
    }

    fn entry(&self) -> Entry {
        Entry {
            name: "test".to_owned(),
            url: self.proxy.url(),
            username: "joe".to_owned(),
            password: PASSWORD.into(),
            ..Entry::default()
        }
    }

    fn refresh(&self) -> Result<(), SourceError> {
        run(refresh(&self.sources, &self.entry(), None))
    }

    /// The chart by a repository that was added before.
    fn pull(&self, into: &Path) -> Result<PathBuf, SourceError> {
        run(download(&self.sources, "test/demo", &Query::default(), into)).map(|d| d.path)
    }

    fn added(self) -> Scene {
        self.refresh().expect("nothing is wrong yet");
        let mut file = File::default();
        file.update(self.entry());
        file.write(&self.sources.places.repository_config).expect("a file");
        self
    }

    fn files(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut folders =
            vec![self.sources.places.repository_cache.clone(), self.sources.places.content_cache.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => all.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
                }
            }
        }
        all.sort();
        all
    }
}

fn told(error: &SourceError) -> String {
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    assert!(!text.contains(PASSWORD) && !debug.contains(PASSWORD), "a password is shown: {text}");
    text
}

/// A failure that lasts, and what is said of it.
#[test]
fn lasting_failures_are_told_and_leave_nothing() {
    let scene = Scene::new();
    let url = scene.proxy.url();
    let status = |status: &str| Fault::Status(status.to_owned(), Vec::new());
    let page = || b"<html><body>Please log in: <a href=x>here</a></body></html>".to_vec();
    let cases = [
        (Fault::Truncate(0), "unexpected EOF".to_owned()),
        (Fault::WrongLength(100_000), "unexpected EOF".to_owned()),
        (Fault::Close, format!("Get \"{url}/index.yaml\": EOF")),
        (Fault::Hang, format!("Get \"{url}/index.yaml\": net/http: timeout awaiting response headers")),
        (Fault::HangAfter(10), "net/http: timeout while reading body".to_owned()),
        (status("401 Unauthorized"), format!("failed to fetch {url}/index.yaml : 401 Unauthorized")),
        (
            status("429 Too Many Requests"),
            format!("failed to fetch {url}/index.yaml : 429 Too Many Requests"),
        ),
        (
            status("500 Internal Server Error"),
            format!("failed to fetch {url}/index.yaml : 500 Internal Server Error"),
        ),
        (
            Fault::WrongLength(600 << 20),
            format!("{url}/index.yaml is larger than the 536870912 bytes that are accepted"),
        ),
        (Fault::WrongLength(40), "error".to_owned()),
        (Fault::Body(Vec::new()), "empty index.yaml file".to_owned()),
        (Fault::Body(page()), "error".to_owned()),
    ];
    for (fault, words) in cases {
        scene.proxy.heal();
        scene.proxy.fail("index.yaml", usize::MAX, fault.clone());
        let start = Instant::now();
        let text = told(&scene.refresh().expect_err("it fails"));
        assert!(text == words || (words == "error" && !text.is_empty()), "{fault:?}: {text}");
        assert!(start.elapsed() < Duration::from_secs(10), "{fault:?} took {:?}", start.elapsed());
        assert_eq!(scene.files(), [""; 0], "{fault:?} left something");
    }
}

#[test]
fn failures_that_pass_are_repaired() {
    for fault in [
        Fault::Close,
        Fault::Truncate(25),
        Fault::Status("503 Service Unavailable".to_owned(), Vec::new()),
        Fault::Status("429 Too Many Requests".to_owned(), vec![("Retry-After".to_owned(), "1".to_owned())]),
        Fault::Slow { bytes: 40, pause: Duration::from_millis(30) },
    ] {
        let scene = Scene::new();
        scene.proxy.fail("index.yaml", 1, fault.clone());
        let start = Instant::now();
        scene.refresh().unwrap_or_else(|e| panic!("{fault:?}: {}", told(&e)));
        if matches!(&fault, Fault::Status(_, headers) if !headers.is_empty()) {
            assert!(start.elapsed() >= Duration::from_secs(1), "Retry-After is kept");
        }
        assert_eq!(scene.files(), ["test-charts.txt", "test-index.compact", "test-index.yaml"]);
    }
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    let scene = Scene::new().added();
    let into = scene.home.path().join("into");
    std::fs::create_dir(&into).expect("a folder");
    scene.proxy.fail("demo-1.0.0.tgz", 1, Fault::Truncate(5000));
    let path = scene.pull(&into).unwrap_or_else(|e| panic!("{}", told(&e)));
    assert_eq!(std::fs::read(path).expect("the archive"), archive());
    let ranges: Vec<String> =
        scene.proxy.requests().iter().filter_map(|r| r.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, ["bytes=5000-"]);
}

#[test]
fn an_archive_that_is_not_the_one_of_the_index_is_refused() {
    let scene = Scene::new().added();
    let into = scene.home.path().join("into");
    std::fs::create_dir(&into).expect("a folder");
    let before = scene.files();
    scene.proxy.fail("demo-1.0.0.tgz", usize::MAX, Fault::Body(b"another archive".to_vec()));
    let text = told(&scene.pull(&into).expect_err("it is another"));
    assert!(text.contains("does not match its index: its digest is sha256:"), "{text}");
    let text = told(&run(locate(&scene.sources, "test/demo", &Query::default())).expect_err("it is another"));
    assert!(text.contains("does not match its index"), "{text}");
    assert_eq!(std::fs::read_dir(&into).expect("the folder").count(), 0);
    assert_eq!(scene.files(), before);
    scene.proxy.heal();
    scene.pull(&into).unwrap_or_else(|e| panic!("{}", told(&e)));
}

#[test]
fn a_server_that_asks_for_too_long_a_pause_is_not_waited_for() {
    let scene = Scene::new();
    let headers = vec![("Retry-After".to_owned(), "3600".to_owned())];
    scene.proxy.fail("index.yaml", usize::MAX, Fault::Status("503 Service Unavailable".to_owned(), headers));
    let start = Instant::now();
    assert!(told(&scene.refresh().expect_err("it is busy")).ends_with("503 Service Unavailable"));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(scene.proxy.requests().len(), 1);
}

#[test]
fn a_time_limit_is_kept() {
    let scene = Scene::new();
    scene.proxy.fail("index.yaml", usize::MAX, Fault::Slow { bytes: 1, pause: Duration::from_millis(100) });
    let limit = Some(Duration::from_millis(600));
    let text = told(&run(refresh(&scene.sources, &scene.entry(), limit)).expect_err("it is slow"));
    assert_eq!(text, "context deadline exceeded (Client.Timeout or context cancellation while reading body)");
}

#[test]
fn credentials_stay_with_their_server() {
    let other = Server::start(|_| Response::not_found());
    let target = format!("{}/demo.tgz", other.url());
    let here = Server::start(move |request| match request.path.as_str() {
        "/moved.tgz" => Response::new("302 Found", "").header("Location", &target),
        _ => Response::not_found(),
    });
    let home = tempfile::tempdir().expect("a folder");
    let sources = sources_in(home.path());
    let pull = |pass_credentials: bool| {
        let access = Access {
            username: "joe".to_owned(),
            password: PASSWORD.into(),
            pass_credentials,
            ..Access::default()
        };
        let query = Query { access, ..Query::default() };
        let reference = format!("{}/moved.tgz", here.url());
        let error = run(download(&sources, &reference, &query, home.path())).expect_err("there is nothing");
        assert_eq!(told(&error), format!("failed to fetch {reference} : 404 Not Found"));
    };
    pull(false);
    pull(true);
    let sent = |server: &Server| -> Vec<bool> {
        server.requests().iter().map(|r| r.header("authorization").is_some()).collect()
    };
    assert_eq!(sent(&here), [true, true]);
    assert_eq!(sent(&other), [false, true]);
}

#[test]
fn passwords_in_addresses_are_sent_and_not_shown() {
    let scene = Scene::new();
    let url = scene.proxy.url().replace("http://", &format!("http://joe:{PASSWORD}@"));
    scene.proxy.fail("index.yaml", usize::MAX, Fault::Status("403 Forbidden".to_owned(), Vec::new()));
    let entry = Entry { name: "test".to_owned(), url, ..Entry::default() };
    let text = told(&run(refresh(&scene.sources, &entry, None)).expect_err("it is forbidden"));
    let shown = scene.proxy.url().replace("http://", "http://joe:***@");
    assert_eq!(text, format!("failed to fetch {shown}/index.yaml : 403 Forbidden"));
    let sent = scene.proxy.requests()[0].header("authorization").map(str::to_owned);
    assert_eq!(sent.as_deref(), Some("Basic am9lOnMzY3IzdC13MHJk"));
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let scene = Scene::new();
    scene.refresh().expect("an index");
    let file = scene.sources.places.repository_cache.join("test-index.yaml");
    let before = std::fs::metadata(&file).and_then(|m| m.modified()).expect("the index");
    scene.refresh().expect("the same index");
    assert_eq!(std::fs::metadata(&file).and_then(|m| m.modified()).expect("the index"), before);
    let asked = scene.upstream.requests();
    assert!(asked[0].header("if-none-match").is_none() && asked[1].header("if-none-match").is_some());
    // What Helm wrote is not what the server's tag was for.
    std::fs::write(&file, "apiVersion: v1\nentries: {}\n").expect("a file");
    assert_eq!(cached(&scene.sources, "test").expect("Helm's index").charts().len(), 0);
    scene.refresh().expect("an index");
    assert!(scene.upstream.requests()[2].header("if-none-match").is_none());
    assert_eq!(cached(&scene.sources, "test").expect("an index").charts().len(), 1);
}

#[test]
fn the_index_of_an_address_is_kept_while_it_does_not_change() {
    let scene = Scene::new();
    let query = Query { repository: scene.proxy.url(), ..Query::default() };
    for _ in 0..2 {
        run(download(&scene.sources, "demo", &query, scene.home.path())).expect("a chart");
    }
    let asked = scene.upstream.requests();
    let indexes: Vec<_> = asked.iter().filter(|r| r.path == "/index.yaml").collect();
    assert!(indexes[0].header("if-none-match").is_none() && indexes[1].header("if-none-match").is_some());
    // Whoever may not read it any more gets nothing.
    scene.proxy.fail("index.yaml", 1, Fault::Status("403 Forbidden".to_owned(), Vec::new()));
    assert!(run(download(&scene.sources, "demo", &query, scene.home.path())).is_err());
    let [kept] = scene.files().try_into().expect("one file");
    assert!(kept.ends_with("-index.compact"), "{kept}");
    // A chart that is new is found.
    let other = index("").replace("demo", "other");
    std::fs::write(scene.home.path().join("served/index.yaml"), other).expect("a file");
    let error = run(download(&scene.sources, "demo", &query, scene.home.path())).expect_err("it is gone");
    assert!(error.to_string().contains("chart \"demo\" not found in"), "{error}");
}

#[test]
fn a_damaged_compact_form_is_made_anew() {
    let scene = Scene::new();
    scene.refresh().expect("an index");
    assert!(cached_file(&scene.sources, "test").expect("an index").compact);
    let compact = scene.sources.places.repository_cache.join("test-index.compact");
    let mut image = std::fs::read(&compact).expect("the compact form");
    *image.last_mut().expect("there is something") ^= 1;
    std::fs::write(&compact, image).expect("a file");
    assert!(!cached_file(&scene.sources, "test").expect("an index").compact);
    assert!(cached_file(&scene.sources, "test").expect("an index").compact);
}

#[test]
fn a_proxy_is_used_for_other_machines_only() {
    let scene = Scene::new();
    let proxies = gonet::Proxies::new(&scene.proxy.url(), "", "direct.example.com");
    let client = Client::new(ClientOptions { proxies, ..ClientOptions::default() });
    let sources = Sources { client, ..scene.sources.clone() };
    let fetch = |url: &str| {
        let entry = Entry { name: "p".to_owned(), url: url.to_owned(), ..Entry::default() };
        run(refresh(&sources, &entry, None))
    };
    // The server behind the proxy does not know the name; that it was asked is what counts.
    let _ = fetch("http://charts.example.com/x");
    assert_eq!(scene.proxy.requests()[0].path, "http://charts.example.com/x/index.yaml");
    let direct = told(&fetch("http://direct.example.com:1/x").expect_err("nobody is there"));
    assert!(direct.contains("dial tcp"), "{direct}");
    fetch(&scene.upstream.url()).unwrap_or_else(|e| panic!("{}", told(&e)));
    assert_eq!(scene.proxy.requests().len(), 1);
}

#[cfg(unix)]
#[test]
fn files_with_passwords_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new().added();
    let mode = |path: &Path| std::fs::metadata(path).expect("the file").permissions().mode() & 0o777;
    assert_eq!(mode(&scene.sources.places.repository_config), 0o600);
    assert_eq!(mode(&scene.sources.places.repository_cache.join("test-index.yaml")), 0o644);
}
