//! An API server in memory: a few kinds, Jobs that end at once, and whatever the test makes it refuse.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use helm_kube::{Body, Cluster};
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

/// What happened to an object, by its path.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    requests: Vec<String>,
    /// Requests (method and part of the path) that are refused with a message.
    refused: Vec<(String, String)>,
    /// Requests that are never answered.
    unanswered: Vec<String>,
    /// Told when one of them has come in.
    waiting: Arc<Notify>,
    /// How often the groups were asked for since a definition of custom resources was made: the third time lists it.
    askings: u32,
}

impl Server {
    pub fn new() -> Server {
        Server::default()
    }

    /// The cluster behind which this server is.
    pub fn cluster(&self) -> Cluster {
        let server = self.clone();
        Cluster::from_service(tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move {
                let (parts, body) = request.into_parts();
                let bytes = http_body_util::BodyExt::collect(body).await?.to_bytes();
                let uri = parts.uri;
                let call = Call {
                    method: parts.method.to_string(),
                    path: uri.path().to_owned(),
                    query: uri.query().unwrap_or_default().to_owned(),
                    body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
                };
                if server.lock().never_answers(&call) {
                    server.lock().waiting.notify_one();
                    std::future::pending::<()>().await;
                }
                let (status, value) = server.lock().answer(call);
                let code = StatusCode::from_u16(status)?;
                let body = Body::from(serde_json::to_vec(&value)?);
                Ok::<_, tower::BoxError>(Response::builder().status(code).body(body)?)
            }
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Refuses requests: `METHOD part-of-path`.
    pub fn refuse(&self, request: &str, message: &str) {
        self.lock().refused.push((request.to_owned(), message.to_owned()));
    }

    /// Leaves requests without an answer: `METHOD part-of-path`.
    pub fn hang(&self, request: &str) {
        self.lock().unanswered.push(request.to_owned());
    }

    /// Waits until a request came in that gets no answer.
    pub async fn hung(&self) {
        let waiting = Arc::clone(&self.lock().waiting);
        waiting.notified().await;
    }

    /// Refuses nothing any more and answers everything.
    pub fn recover(&self) {
        let mut state = self.lock();
        state.refused.clear();
        state.unanswered.clear();
    }

    /// `plural/name` of all objects, records apart.
    pub fn objects(&self) -> Vec<String> {
        let tail = |path: &String| {
            path.rsplit('/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
        };
        self.lock().objects.keys().filter(|path| !path.contains("sh.helm.release")).map(tail).collect()
    }

    /// An object by the end of its path.
    pub fn object(&self, tail: &str) -> Value {
        let state = self.lock();
        state
            .objects
            .iter()
            .find(|(path, _)| path.ends_with(tail))
            .map(|(_, object)| object.clone())
            .unwrap_or_default()
    }

    /// Stores an object.
    pub fn put(&self, path: &str, object: Value) {
        self.lock().objects.insert(path.to_owned(), object);
    }

    /// The requests since the last time, `METHOD path`; discovery apart.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().requests)
    }
}

struct Call {
    method: String,
    path: String,
    query: String,
    body: Value,
}

impl Call {
    fn fits(&self, wanted: &str) -> bool {
        wanted.split_once(' ').is_some_and(|(method, part)| method == self.method && self.path.contains(part))
    }
}

impl State {
    fn never_answers(&self, call: &Call) -> bool {
        self.unanswered.iter().any(|wanted| call.fits(wanted))
    }

    fn answer(&mut self, call: Call) -> (u16, Value) {
        if let Some(found) = self.discovery(&call.path) {
            return (200, found);
        }
        self.requests.push(format!("{} {}", call.method, call.path));
        if let Some((_, message)) = self.refused.iter().find(|(wanted, _)| call.fits(wanted)) {
            return failure(422, "Invalid", message);
        }
        let is_collection =
            call.path.split('/').count() % 2 == if call.path.starts_with("/api/") { 0 } else { 1 };
        let is_collection = is_collection || call.path.ends_with("/namespaces");
        match (call.method.as_str(), is_collection) {
            ("GET", true) if call.query.contains("watch=") => (200, Value::Null),
            ("GET", true) => self.list(&call),
            ("POST", true) => {
                let name = call.body["metadata"]["name"].as_str().unwrap_or_default();
                let path = format!("{}/{name}", call.path);
                if self.objects.contains_key(&path) {
                    return failure(409, "AlreadyExists", &format!("{name} already exists"));
                }
                self.store(path, call.body)
            }
            ("GET", false) => match self.objects.get(&call.path) {
                Some(object) => (200, object.clone()),
                None => not_found(&call.path),
            },
            ("PUT", false) if !self.objects.contains_key(&call.path) => not_found(&call.path),
            ("PUT", false) => self.store(call.path, call.body),
            ("PATCH", false) => {
                let mut object = self.objects.get(&call.path).cloned().unwrap_or(json!({}));
                merge(&mut object, call.body);
                self.store(call.path, object)
            }
            ("DELETE", false) => match self.objects.remove(&call.path) {
                Some(object) => (200, object),
                None => not_found(&call.path),
            },
            _ => failure(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
            ),
        }
    }

    fn list(&self, call: &Call) -> (u16, Value) {
        let query = call.query.replace("%3D", "=").replace("%2C", ",");
        let parameter =
            |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
        let selector = parameter("labelSelector=");
        let field = parameter("fieldSelector=metadata.name=");
        let fits = |object: &Value| {
            let labels = &object["metadata"]["labels"];
            selector.split(',').filter(|r| !r.is_empty()).all(|requirement| {
                requirement.split_once('=').is_some_and(|(key, value)| labels[key] == value)
            }) && (field.is_empty() || object["metadata"]["name"] == field)
        };
        let prefix = format!("{}/", call.path);
        let items: Vec<&Value> = self
            .objects
            .iter()
            .filter(|(path, object)| path.starts_with(&prefix) && fits(object))
            .map(|(_, object)| object)
            .collect();
        (
            200,
            json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items}),
        )
    }

    fn store(&mut self, path: String, mut object: Value) -> (u16, Value) {
        let status = if self.objects.contains_key(&path) { 200 } else { 201 };
        if object["kind"] == "Job" {
            let fails = object["metadata"]["annotations"]["fake/outcome"] == "fail";
            let condition = if fails { "Failed" } else { "Complete" };
            object["status"] = json!({
                "startTime": "2026-01-01T00:00:00Z", "succeeded": u8::from(!fails), "failed": u8::from(fails),
                "conditions": [{"type": condition, "status": "True", "message": condition}],
            });
        }
        if object["kind"] == "CustomResourceDefinition" {
            self.askings = 0;
            object["status"] = json!({"conditions": [{"type": "Established", "status": "True"}]});
        }
        self.objects.insert(path, object.clone());
        (status, object)
    }

    /// Lists a kind only a while after its definition was made, as an API server does.
    fn discovery(&mut self, path: &str) -> Option<Value> {
        self.askings += u32::from(path == "/apis");
        let defined = self.objects.keys().any(|path| path.ends_with("/widgets.demo.example.com"));
        match path {
            "/apis" if defined && self.askings > 2 => Some(json!({"kind": "APIGroupList", "groups": [
                {"name": "apiextensions.k8s.io", "versions": [{"version": "v1"}]},
                {"name": "demo.example.com", "versions": [{"version": "v1"}]},
            ]})),
            "/apis/demo.example.com/v1" => Some(resources(&[("Widget", "widgets", true)])),
            _ => discovery(path),
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match from {
        Value::Object(from) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            for (key, value) in from {
                merge(&mut into[key], value);
            }
        }
        other => *into = other,
    }
}

fn not_found(path: &str) -> (u16, Value) {
    failure(404, "NotFound", &format!("{path} not found"))
}

fn failure(code: u16, reason: &str, message: &str) -> (u16, Value) {
    (
        code,
        json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}),
    )
}

fn resources(kinds: &[(&str, &str, bool)]) -> Value {
    let kinds: Vec<Value> = kinds
        .iter()
        .map(|(kind, name, scoped)| json!({"kind": kind, "name": name, "namespaced": scoped}))
        .collect();
    json!({"kind": "APIResourceList", "resources": kinds})
}

fn discovery(path: &str) -> Option<Value> {
    Some(match path {
        "/version" => json!({"major": "1", "minor": "36", "gitVersion": "v1.36.0"}),
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis" => json!({"kind": "APIGroupList", "groups": [
            {"name": "batch", "versions": [{"version": "v1"}]},
            {"name": "apiextensions.k8s.io", "versions": [{"version": "v1"}]},
        ]}),
        "/api/v1" => resources(&[
            ("Secret", "secrets", true),
            ("ConfigMap", "configmaps", true),
            ("Service", "services", true),
            ("Namespace", "namespaces", false),
        ]),
        "/apis/batch/v1" => resources(&[("Job", "jobs", true)]),
        "/apis/apiextensions.k8s.io/v1" => {
            resources(&[("CustomResourceDefinition", "customresourcedefinitions", false)])
        }
        _ => return None,
    })
}
