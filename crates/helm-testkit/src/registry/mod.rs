//! A small OCI registry for tests: any authentication, any fault, and a record of what it was asked.
//!
//! It keeps everything in memory, listens on a free loopback port and ends with its value.

mod auth;
mod routes;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use auth::Auth;

/// A running registry.
#[derive(Debug)]
pub struct Registry {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    auth: Auth,
    ended: AtomicBool,
    content: Mutex<Content>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Recorded>>,
}

#[derive(Debug, Default)]
struct Content {
    blobs: HashMap<String, Vec<u8>>,
    /// Type and bytes by repository and tag or digest.
    manifests: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// How many tags a page has.
    page: usize,
    uploads: usize,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Method and path with query: `GET /v2/`.
    pub line: String,
    /// The `Authorization` header, or nothing.
    pub authorization: String,
    /// The body as text.
    pub body: String,
}

/// Something that goes wrong, for requests that it applies to.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What `METHOD /path` has to contain.
    pub applies: String,
    /// How many requests it is for.
    pub times: usize,
    /// What happens to them.
    pub what: Failure,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Another answer.
    Answer {
        /// Its code.
        status: u16,
        /// More headers.
        headers: Vec<(String, String)>,
        /// Its body.
        body: String,
    },
    /// No answer for longer than any test waits.
    Hang,
    /// The connection is closed without an answer.
    Close,
    /// The answer breaks off after that many bytes of its body.
    Cut(usize),
    /// A byte of the body is another one.
    Corrupt,
}

impl Registry {
    /// Starts an empty registry.
    pub fn start(auth: Auth) -> Registry {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("the port's address");
        let state = Arc::new(State {
            auth,
            ended: AtomicBool::new(false),
            content: Mutex::default(),
            faults: Mutex::default(),
            requests: Mutex::default(),
        });
        let served = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.ended.load(Ordering::Relaxed) {
                    return;
                }
                let state = served.clone();
                if let Ok(stream) = stream {
                    std::thread::spawn(move || state.serve(stream));
                }
            }
        });
        Registry { address, state }
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Lets something go wrong `times` times.
    pub fn fail(&self, applies: &str, times: usize, what: Failure) {
        lock(&self.state.faults).push(Fault { applies: applies.to_owned(), times, what });
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        lock(&self.state.faults).clear();
    }

    /// Answers lists of tags in pages of that size.
    pub fn page(&self, size: usize) {
        lock(&self.state.content).page = size;
    }

    /// Stores a manifest of any kind under a tag.
    pub fn put(&self, repository: &str, tag: &str, media_type: &str, content: &[u8]) {
        lock(&self.state.content).put(repository, tag, media_type, content);
    }

    /// Stores a blob and answers its digest.
    pub fn put_blob(&self, content: &[u8]) -> String {
        let digest = routes::digest(content);
        lock(&self.state.content).blobs.insert(digest.clone(), content.to_vec());
        digest
    }

    /// The bytes of a manifest.
    pub fn manifest(&self, repository: &str, tag: &str) -> Option<Vec<u8>> {
        let key = (repository.to_owned(), tag.to_owned());
        lock(&self.state.content).manifests.get(&key).map(|(_, content)| content.clone())
    }

    /// What was asked since the last call.
    pub fn requests(&self) -> Vec<Recorded> {
        std::mem::take(&mut lock(&self.state.requests))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        // The listener wakes up, sees that it is over, and goes.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn serve(&self, stream: TcpStream) {
        let Some(request) = wire::Request::read(&stream) else { return };
        lock(&self.requests).push(Recorded {
            line: format!("{} {}", request.method, request.target),
            authorization: request.header("authorization").to_owned(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        });
        let line = format!("{} {}", request.method, request.target);
        let fault = {
            let mut faults = lock(&self.faults);
            let found = faults.iter_mut().find(|f| f.times > 0 && line.contains(&f.applies));
            found.map(|fault| {
                fault.times -= 1;
                fault.what.clone()
            })
        };
        match fault {
            Some(Failure::Hang) => std::thread::sleep(Duration::from_secs(120)),
            Some(Failure::Close) => {}
            Some(Failure::Answer { status, headers, body }) => {
                let mut answer = wire::Answer::new(status).body("application/json", body.into_bytes());
                answer.headers.extend(headers);
                answer.write(&stream, &request, None);
            }
            Some(Failure::Cut(at)) => self.answer(&request).write(&stream, &request, Some(at)),
            Some(Failure::Corrupt) => {
                let mut answer = self.answer(&request);
                if let Some(byte) = answer.body.last_mut() {
                    *byte ^= 1;
                }
                answer.write(&stream, &request, None);
            }
            None => self.answer(&request).write(&stream, &request, None),
        }
    }
}
