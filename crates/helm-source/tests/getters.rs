//! A protocol of somebody's own serves everything that HTTP does, and gets no credentials that are not for it.

use std::sync::{Arc, Mutex};

use futures::future::{BoxFuture, FutureExt};
use gonet::Url;
use helm_chart::Compat;
use helm_source::http::{Access, Client, ClientOptions, Getter};
use helm_source::repositories::{Entry, File};
use helm_source::{Places, Query, SourceError, Sources, cached, download, refresh};

const INDEX: &str = "apiVersion: v1\nentries:\n  demo:\n  - name: demo\n    version: 1.0.0\n    urls: [demo.tgz]\n  \
                     - name: demo\n    version: 2.0.0\n    urls: [\"mem://elsewhere/demo.tgz\"]\n";

/// Serves an index and an archive; remembers who asked for what.
#[derive(Debug, Default)]
struct Memory {
    schemes: Vec<String>,
    asked: Mutex<Vec<(String, String)>>,
}

impl Getter for Memory {
    fn schemes(&self) -> &[String] {
        &self.schemes
    }

    fn get<'a>(&'a self, url: &'a Url, access: &'a Access) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        self.asked.lock().expect("no thread panicked").push((url.to_string(), access.username.clone()));
        let found = match url.path.as_str() {
            "/index.yaml" => Ok(INDEX.as_bytes().to_vec()),
            "/demo.tgz" => Ok(b"an archive".to_vec()),
            other => Err(format!("there is no {other}")),
        };
        async { found }.boxed()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

#[test]
fn repositories_and_charts_come_by_other_protocols() {
    let home = tempfile::tempdir().expect("a folder");
    let schemes = ["mem", "http", "oci"].map(str::to_owned).to_vec();
    let memory = Arc::new(Memory { schemes, ..Memory::default() });
    let sources = Sources {
        places: Places {
            repository_config: home.path().join("repositories.yaml"),
            repository_cache: home.path().join("repository"),
            content_cache: home.path().join("content"),
            registry_config: home.path().join("config.json"),
        },
        client: Client::new(ClientOptions {
            getters: vec![memory.clone() as Arc<dyn Getter>],
            ..ClientOptions::default()
        }),
        compat: Compat::V4,
        remarks: Arc::new(|_| {}),
        registries: Default::default(),
    };
    let entry = |url: &str| Entry {
        name: "mine".to_owned(),
        url: url.to_owned(),
        username: "joe".to_owned(),
        password: "geheim".into(),
        ..Entry::default()
    };
    run(refresh(&sources, &entry("mem://here"), None)).expect("an index");
    assert_eq!(cached(&sources, "mine").expect("an index").charts().len(), 1);
    let mut file = File::default();
    file.update(entry("mem://here"));
    file.write(&sources.places.repository_config).expect("a file");

    let pull = |reference: &str, query: &Query| run(download(&sources, reference, query, home.path()));
    let version = |version: &str| Query { version: version.to_owned(), ..Query::default() };
    assert!(pull("mine/demo", &version("1.0.0")).is_ok() && pull("mine/demo", &version("2.0.0")).is_ok());
    assert!(pull("mem://here/demo.tgz", &Query::default()).is_ok());
    let in_repository = Query { repository: "mem://here".to_owned(), ..version("1.0.0") };
    assert!(pull("demo", &in_repository).is_ok());
    fn told<T>(outcome: Result<T, SourceError>) -> String {
        outcome.map(drop).expect_err("a failure").to_string()
    }
    assert_eq!(told(pull("mem://here/none.tgz", &Query::default())), "there is no /none.tgz");
    assert_eq!(told(pull("gopher://here/x.tgz", &Query::default())), "scheme \"gopher\" not supported");
    let unknown = run(refresh(&sources, &entry("gopher://here"), None));
    assert_eq!(told(unknown), "could not find protocol handler for: gopher");

    let asked = memory.asked.lock().expect("no thread panicked").clone();
    let user = |url: &str| asked.iter().find(|(u, _)| u == url).map(|(_, user)| user.as_str());
    assert_eq!(user("mem://here/index.yaml"), Some("joe"));
    assert_eq!(user("mem://here/demo.tgz"), Some("joe"));
    assert_eq!(user("mem://elsewhere/demo.tgz"), Some(""), "not for others");
    assert!(asked.iter().all(|(url, _)| url.starts_with("mem:")));
}
