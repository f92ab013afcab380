//! Watching objects: a list, then the changes to it, and again from the start when the changes break off.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures::stream::{self, Stream};
use http_body_util::BodyExt;
use k8s_object::Object;
use serde::Deserialize;

use crate::transport::Call;
use crate::{Body, Cluster, Error, ListOptions, ResourceType, Status};

/// The longest line of a watch that is read, far above the largest object a server stores.
const LONGEST_LINE: usize = 64 << 20;
/// The first pause before an attempt that follows a failed one; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(800);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What is heard of the objects watched.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    /// An object is there, new or changed.
    Present(Object),
    /// An object is gone; this is how it was last seen.
    Gone(Object),
    /// Everything that was there at the start has been told.
    Synchronized,
}

/// Which objects to watch.
#[derive(Clone, Debug)]
pub struct WatchTarget {
    /// Their type.
    pub resource_type: ResourceType,
    /// Their namespace; all when empty.
    pub namespace: String,
    /// The name of the only one, or empty for all.
    pub name: String,
}

impl Cluster {
    /// Watches objects. The stream ends with an error only when going on makes no sense: the kind is not served
    /// any more, or we may not look. Short breaks are passed over.
    pub fn watch(&self, target: WatchTarget) -> impl Stream<Item = Result<WatchEvent, Error>> + Send + '_ {
        let watcher = Watcher {
            cluster: self,
            target,
            state: State::List,
            known: HashMap::new(),
            ready: VecDeque::new(),
            failures: 0,
            synchronized: false,
        };
        stream::unfold(watcher, |mut watcher| async move {
            let item = watcher.next().await?;
            Some((item, watcher))
        })
    }
}

struct Watcher<'a> {
    cluster: &'a Cluster,
    target: WatchTarget,
    state: State,
    /// The objects that are there, by name and namespace, for telling what has gone between two lists.
    known: HashMap<(String, String), Object>,
    ready: VecDeque<WatchEvent>,
    failures: u32,
    synchronized: bool,
}

enum State {
    List,
    Watch { version: String },
    Read { lines: Lines, version: String },
    Ended,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    object: serde_json::Value,
}

impl Watcher<'_> {
    async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            let step = match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return None,
                State::List => self.list().await,
                State::Watch { version } => self.open(version).await,
                State::Read { lines, version } => self.read(lines, version).await,
            };
            match step {
                Ok(state) => self.state = state,
                Err(error) if is_final(&error) => return Some(Err(error)),
                Err(_) => {
                    let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE);
                    self.failures += 1;
                    tokio::time::sleep(pause).await;
                    self.state = State::List;
                }
            }
        }
    }

    fn field_selector(&self) -> String {
        if self.target.name.is_empty() {
            String::new()
        } else {
            format!("metadata.name={}", self.target.name)
        }
    }

    async fn list(&mut self) -> Result<State, Error> {
        let selector = self.field_selector();
        let options = ListOptions { field_selector: &selector, ..ListOptions::default() };
        let WatchTarget { resource_type, namespace, .. } = &self.target;
        let (objects, version) = self.cluster.list_with_version(resource_type, namespace, &options).await?;
        let mut before = std::mem::take(&mut self.known);
        for object in objects {
            before.remove(&key(&object));
            self.known.insert(key(&object), object.clone());
            self.ready.push_back(WatchEvent::Present(object));
        }
        self.ready.extend(before.into_values().map(WatchEvent::Gone));
        if !self.synchronized {
            self.synchronized = true;
            self.ready.push_back(WatchEvent::Synchronized);
        }
        Ok(State::Watch { version })
    }

    async fn open(&mut self, version: String) -> Result<State, Error> {
        let WatchTarget { resource_type, namespace, .. } = &self.target;
        let call = Call::get(resource_type.collection_path(namespace))
            .about(&resource_type.group_resource(), "")
            .query("watch", "true")
            .query("allowWatchBookmarks", "true")
            .query_if("fieldSelector", &self.field_selector())
            .query_if("resourceVersion", &version)
            .streaming();
        let body = self.cluster.send(call).await?.into_body();
        self.failures = 0;
        Ok(State::Read { lines: Lines::new(body), version })
    }

    async fn read(&mut self, mut lines: Lines, mut version: String) -> Result<State, Error> {
        let Some(line) = lines.next().await? else { return Ok(State::Watch { version }) };
        let Line { kind, object } =
            serde_json::from_slice(&line).map_err(|e| Error::decode("reading a watch", e))?;
        if kind == "ERROR" {
            let status: Status =
                serde_json::from_value(object).map_err(|e| Error::decode("reading a watch", e))?;
            // The version is too old to go on from: what has happened since shows in a new list.
            return if status.code == 410 { Ok(State::List) } else { Err(Error::Api(Box::new(status))) };
        }
        let object = Object::from_value(object).map_err(|e| Error::decode("reading a watch", e))?;
        object.resource_version().clone_into(&mut version);
        match kind.as_str() {
            "ADDED" | "MODIFIED" => {
                self.known.insert(key(&object), object.clone());
                self.ready.push_back(WatchEvent::Present(object));
            }
            "DELETED" => {
                self.known.remove(&key(&object));
                self.ready.push_back(WatchEvent::Gone(object));
            }
            // Bookmarks carry nothing but a version.
            _ => {}
        }
        Ok(State::Read { lines, version })
    }
}

fn key(object: &Object) -> (String, String) {
    (object.namespace().to_owned(), object.name().to_owned())
}

/// Whether trying again would not help.
fn is_final(error: &Error) -> bool {
    error.is_forbidden()
        || error.is_not_found()
        || matches!(error, Error::Config(_))
        || error.status().is_some_and(|status| status.code == 401 || status.code == 405)
}

/// A body, line by line.
struct Lines {
    body: Body,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    searched: usize,
}

impl Lines {
    fn new(body: Body) -> Lines {
        Lines { body, buffer: BytesMut::new(), searched: 0 }
    }

    /// The next line that is not empty; none at the end, when a line that was broken off is dropped.
    async fn next(&mut self) -> Result<Option<BytesMut>, Error> {
        loop {
            if let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.searched + end);
                self.buffer.advance(1);
                self.searched = 0;
                if line.is_empty() {
                    continue;
                }
                return Ok(Some(line));
            }
            self.searched = self.buffer.len();
            if self.searched > LONGEST_LINE {
                return Err(Error::decode("reading a watch", "an event is larger than any object can be"));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                // Connections of watches end in many ways, none of which matters: the watch is opened again.
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }
}
