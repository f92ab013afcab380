//! The client against a scripted server: what it asks, and what it makes of answers a real server gives rarely.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use helm_kube::{
    ApplyMode, ApplyOptions, Body, Cluster, Error, ListOptions, Propagation, Resource, ResourceType, WaitFor,
    WaitOptions, WaitStrategy, WatchEvent, WatchTarget, WriteOptions,
};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use k8s_object::Object;
use serde_json::{Value, json};

/// Requests as they came in (`METHOD path`, body), and the answers to give, in order.
#[derive(Default)]
struct Script {
    requests: Vec<(String, Value)>,
    headers: Vec<http::HeaderMap>,
    answers: VecDeque<Answer>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// The pieces of the body; the connection breaks off after them when `broken`.
    pieces: Vec<Vec<u8>>,
    broken: bool,
}

fn answer(status: u16, body: Value) -> Answer {
    text_answer(status, "application/json", &body.to_string())
}

fn text_answer(status: u16, content_type: &str, body: &str) -> Answer {
    let headers = vec![("content-type", content_type.to_owned())];
    Answer { status, headers, pieces: vec![body.as_bytes().to_vec()], broken: false }
}

fn failure(code: u16, reason: &str, message: &str) -> Answer {
    answer(
        code,
        json!({ "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message }),
    )
}

fn events(events: &[Value]) -> Answer {
    let pieces = events.iter().map(|event| format!("{event}\n").into_bytes()).collect();
    Answer { status: 200, headers: Vec::new(), pieces, broken: false }
}

type Shared = Arc<Mutex<Script>>;

/// A cluster that gives these answers in order, and afterwards never answers.
fn cluster(answers: impl IntoIterator<Item = Answer>) -> (Cluster, Shared) {
    let script = Arc::new(Mutex::new(Script { answers: answers.into_iter().collect(), ..Script::default() }));
    let shared = Arc::clone(&script);
    let service = tower::service_fn(move |request: Request<Body>| {
        let script = Arc::clone(&script);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect_bytes().await.expect("a whole body");
            let answer = {
                let mut script = script.lock().expect("no panic");
                script.requests.push((
                    format!("{} {}", parts.method, parts.uri),
                    serde_json::from_slice(&body).unwrap_or(Value::Null),
                ));
                script.headers.push(parts.headers);
                script.answers.pop_front()
            };
            let Some(answer) = answer else { return std::future::pending().await };
            let mut response =
                Response::builder().status(StatusCode::from_u16(answer.status).expect("a status"));
            for (name, value) in &answer.headers {
                response = response.header(*name, value);
            }
            let pieces = answer.pieces.into_iter().map(|piece| Ok(Frame::data(Bytes::from(piece))));
            let end = answer.broken.then(|| Err(std::io::Error::other("broken")));
            let body = StreamBody::new(stream::iter(pieces.chain(end)));
            Ok::<_, Infallible>(response.body(body).expect("a response"))
        }
    });
    (Cluster::from_service(service), shared)
}

fn requests(script: &Shared) -> Vec<String> {
    script.lock().expect("no panic").requests.iter().map(|(line, _)| line.clone()).collect()
}

fn config_map(name: &str) -> Resource {
    let object = Object::new("v1", "ConfigMap", "n", name);
    Resource::new(Arc::new(ResourceType::CONFIG_MAP), object, "n")
}

fn object(name: &str, version: u32) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": "n", "resourceVersion": version.to_string() },
    })
}

fn list(items: Vec<Value>, version: u32) -> Answer {
    answer(
        200,
        json!({ "kind": "ConfigMapList", "metadata": { "resourceVersion": version.to_string() }, "items": items }),
    )
}

fn aggregated() -> [Answer; 2] {
    let core = json!({ "kind": "APIGroupDiscoveryList", "items": [{ "metadata": {}, "versions": [{
        "version": "v1", "freshness": "Current",
        "resources": [
            { "resource": "configmaps", "responseKind": { "kind": "ConfigMap" }, "scope": "Namespaced" },
            { "resource": "namespaces", "responseKind": { "kind": "Namespace" }, "scope": "Cluster",
              "subresources": [{ "subresource": "finalize", "responseKind": { "kind": "Finalizer" } }] },
        ],
    }] }] });
    let groups = json!({ "kind": "APIGroupDiscoveryList", "items": [
        { "metadata": { "name": "apps" }, "versions": [{
            "version": "v1", "freshness": "Current",
            "resources": [{ "resource": "deployments", "responseKind": { "kind": "Deployment" }, "scope": "Namespaced" }],
        }] },
        { "metadata": { "name": "metrics.k8s.io" }, "versions": [{ "version": "v1beta1", "freshness": "Stale" }] },
    ] });
    [answer(200, core), answer(200, groups)]
}

#[tokio::test]
async fn aggregated_discovery_takes_two_requests() {
    let (cluster, script) = cluster(aggregated());
    let discovery = cluster.discovery().await.expect("discovery");
    cluster.discovery().await.expect("discovery");
    let mut asked = requests(&script);
    asked.sort();
    assert_eq!(asked, ["GET /api", "GET /apis"]);
    assert_eq!(
        discovery.api_versions().collect::<Vec<_>>(),
        ["apps/v1", "apps/v1/Deployment", "v1", "v1/ConfigMap", "v1/Finalizer", "v1/Namespace"]
    );
    assert!(discovery.failed_group_versions().is_empty(), "a stale version is as if it were not there");
    assert!(!discovery.preferred("", "Namespace").expect("namespaces").namespaced);
}

#[tokio::test]
async fn old_servers_are_asked_version_by_version() {
    let (cluster, script) = cluster([
        answer(200, json!({ "kind": "APIVersions", "versions": ["v1"] })),
        answer(
            200,
            json!({ "kind": "APIGroupList", "groups": [
            { "name": "apps", "versions": [{ "version": "v1" }, { "version": "v1beta1" }] },
            { "name": "down", "versions": [{ "version": "v1" }] },
        ] }),
        ),
        answer(
            200,
            json!({ "resources": [
            { "name": "pods", "namespaced": true, "kind": "Pod" },
            { "name": "pods/eviction", "namespaced": true, "kind": "Eviction" },
        ] }),
        ),
        answer(
            200,
            json!({ "resources": [{ "name": "deployments", "namespaced": true, "kind": "Deployment" }] }),
        ),
        answer(
            200,
            json!({ "resources": [{ "name": "deployments", "namespaced": true, "kind": "Deployment" }] }),
        ),
        failure(503, "ServiceUnavailable", "down"),
    ]);
    let discovery = cluster.discovery().await.expect("discovery");
    assert_eq!(
        requests(&script)[2..],
        ["GET /api/v1", "GET /apis/apps/v1", "GET /apis/apps/v1beta1", "GET /apis/down/v1"]
    );
    assert_eq!(discovery.preferred("apps", "Deployment").expect("deployments").version, "v1");
    assert_eq!(discovery.failed_group_versions(), ["down/v1"]);
    assert!(discovery.api_versions().any(|version| version == "v1/Eviction"));
    assert!(discovery.preferred("", "Eviction").is_none(), "a subresource is no kind of its own");
}

#[tokio::test]
async fn building_takes_lists_apart_and_gives_namespaces() {
    let (cluster, _) = cluster(aggregated());
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [
        { "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "a", "namespace": "wrong" } },
        { "apiVersion": "v1", "kind": "ConfigMapList", "items": [
            { "metadata": { "name": "b" } },
            { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c", "namespace": "other" } },
        ] },
    ] });
    let resources = cluster.build([Object::from_value(list).expect("a map")], "n").await.expect("served");
    let labels: Vec<String> = resources.iter().map(Resource::describe).collect();
    assert_eq!(
        labels,
        [
            "Namespace \"a\" in namespace \"\"",
            "ConfigMap \"b\" in namespace \"n\"",
            "ConfigMap \"c\" in namespace \"other\"",
        ]
    );
    assert_eq!(resources[0].object.namespace(), "");
    assert!(cluster.build([], "n").await.expect("nothing").is_empty());
}

#[tokio::test]
async fn server_side_apply_takes_one_request_an_object() {
    let (cluster, script) = cluster([answer(201, object("a", 1)), answer(200, object("b", 2))]);
    let mut targets = [config_map("a"), config_map("b")];
    let (result, outcome) = cluster.update_all(&[], &mut targets, &ApplyOptions::default()).await;
    outcome.expect("applied");
    assert_eq!((result.created, result.updated), (vec![0], vec![1]));
    let query = "fieldManager=helm&fieldValidation=Strict&force=false";
    assert_eq!(
        requests(&script),
        [
            format!("PATCH /api/v1/namespaces/n/configmaps/a?{query}"),
            format!("PATCH /api/v1/namespaces/n/configmaps/b?{query}"),
        ]
    );
    let script = script.lock().expect("no panic");
    assert_eq!(script.headers[0]["content-type"], "application/apply-patch+yaml");
    assert_eq!(script.requests[0].1["metadata"]["name"], "a");
    assert_eq!(targets[1].object.resource_version(), "2");
}

#[tokio::test]
async fn what_cannot_be_created_ends_an_update() {
    let missing = || failure(404, "NotFound", "namespaces \"n\" not found");
    let (cluster, _) = cluster([missing(), missing(), answer(200, object("never", 1))]);
    let mut targets = [config_map("a")];
    let (result, outcome) = cluster.update_all(&[], &mut targets, &ApplyOptions::default()).await;
    assert_eq!(result.created, [0]);
    assert_eq!(
        outcome.expect_err("no namespace").to_string(),
        "failed to create resource: server-side apply failed for object n/a /v1, Kind=ConfigMap: namespaces \"n\" not \
         found"
    );
}

#[tokio::test]
async fn updates_that_fail_are_told_together() {
    let bad = || failure(422, "Invalid", "bad");
    let (cluster, _) = cluster([bad(), bad(), answer(200, object("a", 1)), answer(200, object("b", 1))]);
    let mut targets = [config_map("a"), config_map("b")];
    let (result, outcome) = cluster.update_all(&[], &mut targets, &ApplyOptions::default()).await;
    assert_eq!(result.updated, [0, 1]);
    assert_eq!(
        outcome.expect_err("bad").to_string(),
        "server-side apply failed for object n/a /v1, Kind=ConfigMap: bad && server-side apply failed for object n/b \
         /v1, Kind=ConfigMap: bad"
    );
}

#[tokio::test]
async fn writes_are_not_tried_again_but_for_what_helm_tries_again_for() {
    let write = WriteOptions::default();
    let secret = Object::new("v1", "Secret", "n", "s");
    for code in [429, 500, 502, 503, 504] {
        let (cluster, script) = cluster([failure(code, "Whatever", "no")]);
        let error = cluster.create(&ResourceType::SECRET, "n", &secret, &write).await.expect_err("no");
        assert_eq!((error.to_string().as_str(), requests(&script).len()), ("no", 1));
    }
    let (cluster, script) = cluster([
        failure(500, "InternalError", "etcdserver: leader changed"),
        failure(500, "InternalError", "etcdserver: leader changed"),
    ]);
    cluster.create(&ResourceType::SECRET, "n", &secret, &write).await.expect_err("no leader");
    assert_eq!(requests(&script).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn servers_that_ask_for_patience_get_it() {
    let busy = |code: u16| {
        let mut answer = failure(code, "Busy", "busy");
        answer.headers.push(("retry-after", "3".to_owned()));
        answer
    };
    let start = tokio::time::Instant::now();
    let (first, script) = cluster([busy(429), busy(429), answer(201, object("a", 1))]);
    first.create_all(&mut [config_map("a")], &ApplyOptions::default()).await.expect("created at last");
    assert_eq!((requests(&script).len(), start.elapsed().as_secs()), (3, 6));
    let (second, _) = cluster([busy(503), answer(200, object("a", 1))]);
    second.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect("read at last");
    let (third, script) = cluster([busy(503)]);
    third
        .create_all(&mut [config_map("a")], &ApplyOptions::default())
        .await
        .expect_err("it may have been done");
    assert_eq!(requests(&script).len(), 1);
    let (fourth, script) = cluster((0..20).map(|_| busy(429)));
    fourth.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect_err("too busy");
    assert_eq!(requests(&script).len(), 11);
}

#[tokio::test]
async fn quota_conflicts_are_tried_again() {
    let conflict = || {
        let text = "Operation cannot be fulfilled on resourcequotas \"q\": the object has been modified";
        failure(409, "Conflict", text)
    };
    let (first, script) = cluster([conflict(), conflict(), answer(201, object("a", 1))]);
    first.create_all(&mut [config_map("a")], &ApplyOptions::default()).await.expect("created at last");
    assert_eq!(requests(&script).len(), 3);
    let (second, script) = cluster((0..9).map(|_| conflict()));
    second.create_all(&mut [config_map("a")], &ApplyOptions::default()).await.expect_err("never");
    assert_eq!(requests(&script).len(), 5);
}

#[tokio::test]
async fn conflicts_of_plain_writes_are_tried_again() {
    let conflict = || failure(409, "Conflict", "changed");
    let options = ApplyOptions { mode: ApplyMode::ThreeWay, ..ApplyOptions::default() };
    let (first, script) = cluster([conflict(), answer(201, object("a", 1))]);
    first.create_all(&mut [config_map("a")], &options).await.expect("created");
    assert_eq!(
        requests(&script),
        vec!["POST /api/v1/namespaces/n/configmaps?fieldManager=helm"; 2],
        "client-side writes do not ask for validation"
    );
    let (second, script) =
        cluster([conflict(), answer(200, json!({ "kind": "Status", "status": "Success" }))]);
    let (gone, errors) = second.delete_all(&[config_map("a")], Propagation::Foreground).await;
    assert!(errors.is_empty() && gone == [0]);
    assert_eq!(script.lock().expect("no panic").requests[1].1["propagationPolicy"], "Foreground");
}

#[tokio::test]
async fn nothing_is_patched_when_nothing_changes() {
    let (cluster, script) = cluster([answer(200, object("a", 7))]);
    let options = ApplyOptions { mode: ApplyMode::ThreeWay, ..ApplyOptions::default() };
    let mut targets = [config_map("a")];
    let (result, outcome) = cluster.update_all(&[config_map("a")], &mut targets, &options).await;
    outcome.expect("unchanged");
    assert_eq!(result.updated, [0]);
    assert_eq!(requests(&script), ["GET /api/v1/namespaces/n/configmaps/a"]);
    assert_eq!(targets[0].object.resource_version(), "7");
}

#[tokio::test]
async fn pruning_spares_what_is_to_be_kept() {
    let mut kept = object("kept", 1);
    kept["metadata"]["annotations"] = json!({ "helm.sh/resource-policy": "keep" });
    let (cluster, script) = cluster([
        answer(200, kept),
        failure(403, "Forbidden", "unreadable"),
        answer(200, object("bad", 1)),
        failure(403, "Forbidden", "no"),
        answer(200, object("gone", 1)),
        failure(404, "NotFound", "gone"),
    ]);
    let originals = ["stays", "kept", "hidden", "bad", "gone"].map(config_map);
    let (deleted, outcome) = cluster.prune(&originals, &[config_map("stays")]).await;
    assert!(deleted.is_empty());
    assert_eq!(
        outcome.expect_err("one is left").to_string(),
        "failed to delete resource namespace=n, name=bad, kind=ConfigMap: no"
    );
    assert_eq!(requests(&script).len(), 6);
}

#[tokio::test]
async fn warnings_are_handed_on() {
    let mut warned = answer(200, object("a", 1));
    warned.headers.push(("warning", "299 - \"v1beta1 is \\\"old\\\"\"".to_owned()));
    warned.headers.push(("warning", "299 - \"second\"".to_owned()));
    warned.headers.push(("warning", "nonsense".to_owned()));
    let (cluster, _) = cluster([warned]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    cluster.on_warning(move |text| sink.lock().expect("no panic").push(text.to_owned()));
    cluster.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect("read");
    assert_eq!(*seen.lock().expect("no panic"), ["v1beta1 is \"old\"", "second"]);
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let page = |name: &str, next: &str| {
        let metadata = json!({ "continue": next, "resourceVersion": "1" });
        answer(200, json!({ "metadata": metadata, "items": [{ "metadata": { "name": name } }] }))
    };
    let (cluster, script) = cluster([page("a", "t/1="), page("b", "")]);
    let options =
        ListOptions { label_selector: "owner=helm,name in (a,b)", page_size: 1, ..ListOptions::default() };
    let listed = cluster.list(&ResourceType::SECRET, "", &options).await.expect("listed");
    assert_eq!(
        listed.iter().map(|o| (o.kind(), o.name())).collect::<Vec<_>>(),
        [("Secret", "a"), ("Secret", "b")]
    );
    let selector = "labelSelector=owner%3Dhelm%2Cname%20in%20%28a%2Cb%29";
    assert_eq!(
        requests(&script),
        [
            format!("GET /api/v1/secrets?{selector}&limit=1"),
            format!("GET /api/v1/secrets?{selector}&limit=1&continue=t%2F1%3D"),
        ]
    );
}

#[tokio::test]
async fn answers_without_a_status_are_put_into_words() {
    let cases = [
        (404, "the server could not find the requested resource (get configmaps a)"),
        (401, "the server has asked for the client to provide credentials (get configmaps a)"),
        (403, "<p>no</p> (get configmaps a)"),
        (503, "the server is currently unable to handle the request (get configmaps a)"),
        (
            500,
            "an error on the server (\"<p>no</p>\") has prevented the request from succeeding (get configmaps a)",
        ),
        (
            418,
            "the server responded with the status code 418 but did not return more information (get configmaps a)",
        ),
    ];
    for (status, text) in cases {
        let (cluster, _) = cluster([text_answer(status, "text/html", "<p>no</p>\n")]);
        let error = cluster.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect_err("an error");
        assert_eq!(error.to_string(), text);
        assert_eq!(error.status().map(|status| status.code), Some(status));
    }
}

#[tokio::test]
async fn answers_that_make_no_sense_are_errors() {
    for body in ["", "{", "[]", "null", "{\"metadata\":", "\u{0}\u{1}"] {
        let (cluster, _) = cluster([text_answer(200, "application/json", body)]);
        let error = cluster.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect_err("an error");
        assert!(matches!(error, Error::Decode { .. }), "{body:?}: {error}");
    }
    let broken = Answer { broken: true, ..text_answer(200, "application/json", "{\"kind\":") };
    let (cluster, _) = cluster([broken]);
    let error = cluster.get(&ResourceType::CONFIG_MAP, "n", "a").await.expect_err("an error").to_string();
    assert!(error.starts_with("unexpected error when reading response body. Please retry."), "{error}");
}

fn target() -> WatchTarget {
    WatchTarget { resource_type: ResourceType::CONFIG_MAP, namespace: "n".to_owned(), name: String::new() }
}

#[tokio::test(start_paused = true)]
async fn watches_go_on_after_breaks() {
    let event = |kind: &str, object: Value| json!({ "type": kind, "object": object });
    let expired = json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old" });
    let half = {
        let mut answer = events(&[event("ADDED", object("b", 3))]);
        let line = format!("{}\n", event("MODIFIED", object("b", 4)));
        let (start, end) = line.as_bytes().split_at(20);
        answer.pieces.extend([start.to_vec(), end.to_vec(), b"{\"type\":\"MODIF".to_vec()]);
        Answer { broken: true, ..answer }
    };
    let (cluster, script) = cluster([
        list(vec![object("a", 1)], 2),
        half,
        events(&[event("BOOKMARK", object("", 9)), event("ERROR", expired)]),
        failure(500, "InternalError", "a bad moment"),
        list(vec![object("b", 11)], 12),
        events(&[event("DELETED", object("b", 13))]),
        failure(404, "NotFound", "not served any more"),
    ]);
    let seen: Vec<String> = pin!(cluster.watch(target()))
        .map(|event| match event {
            Ok(WatchEvent::Present(object)) => format!("{}@{}", object.name(), object.resource_version()),
            Ok(WatchEvent::Gone(object)) => format!("-{}", object.name()),
            Ok(WatchEvent::Synchronized) => "synchronized".to_owned(),
            Err(error) => format!("error: {error}"),
        })
        .collect()
        .await;
    assert_eq!(seen, ["a@1", "synchronized", "b@3", "b@4", "b@11", "-a", "-b", "error: not served any more"]);
    let path = "GET /api/v1/namespaces/n/configmaps";
    let watch =
        |version: u32| format!("{path}?watch=true&allowWatchBookmarks=true&resourceVersion={version}");
    assert_eq!(
        requests(&script),
        [path.to_owned(), watch(2), watch(4), path.to_owned(), path.to_owned(), watch(12), watch(13)]
    );
    assert_eq!(script.lock().expect("no panic").headers[1]["accept-encoding"], "identity");
}

#[tokio::test(start_paused = true)]
async fn waits_do_not_outlast_their_time() {
    let forbidden = failure(403, "Forbidden", "configmaps is forbidden");
    let (first, _) = cluster([forbidden]);
    let ready = WaitOptions::new(WaitStrategy::Watcher, WaitFor::Ready, Duration::from_secs(5));
    let error = first.wait(&[config_map("a")], &ready).await.expect_err("forbidden");
    assert_eq!(error.to_string(), "configmaps is forbidden");

    let (second, _) = cluster([]);
    let error = second.wait(&[config_map("a")], &ready).await.expect_err("no answer");
    assert_eq!(
        error.to_string(),
        "resource ConfigMap/n/a not ready. status: Unknown, message: \ncontext deadline exceeded"
    );
    let zero = WaitOptions::new(WaitStrategy::Watcher, WaitFor::Deleted, Duration::ZERO);
    let start = tokio::time::Instant::now();
    let error = second.wait(&[config_map("a")], &zero).await.expect_err("no answer");
    assert_eq!((error.to_string().as_str(), start.elapsed().as_secs()), ("context deadline exceeded", 30));

    let (third, script) = cluster((0..40).map(|_| failure(500, "InternalError", "a bad moment")));
    let legacy = WaitOptions::new(WaitStrategy::Legacy, WaitFor::Ready, Duration::ZERO);
    let service = Resource::new(
        Arc::new(ResourceType { kind: "Service".into(), plural: "services".into(), ..ResourceType::POD }),
        Object::new("v1", "Service", "n", "s"),
        "n",
    );
    let error = third.wait(&[service], &legacy).await.expect_err("too many errors");
    assert_eq!((error.to_string().as_str(), requests(&script).len()), ("a bad moment", 31));
}

#[tokio::test(start_paused = true)]
async fn pods_that_crash_make_their_set_fail() {
    let set = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "name": "db", "namespace": "n" },
        "spec": { "replicas": 1, "selector": { "matchLabels": { "app": "db" } } },
        "status": { "replicas": 1 },
    });
    let pod = json!({
        "metadata": { "name": "db-0", "namespace": "n" },
        "status": { "phase": "Running", "containerStatuses": [
            { "name": "c", "state": { "waiting": { "reason": "CrashLoopBackOff" } } },
        ] },
    });
    let (cluster, script) = cluster([
        answer(200, json!({ "metadata": { "resourceVersion": "1" }, "items": [set] })),
        answer(200, json!({ "items": [pod] })),
    ]);
    let kind = ResourceType {
        group: "apps".into(),
        kind: "StatefulSet".into(),
        plural: "statefulsets".into(),
        ..ResourceType::POD
    };
    let resource = Resource::new(Arc::new(kind), Object::from_value(set.clone()).expect("a map"), "n");
    let ready = WaitOptions::new(WaitStrategy::Watcher, WaitFor::Ready, Duration::from_secs(5));
    let error = cluster.wait(&[resource], &ready).await.expect_err("it crashes");
    assert_eq!(
        error.to_string(),
        "resource StatefulSet/n/db not ready. status: Failed, message: 1 pods have failed"
    );
    assert_eq!(
        requests(&script),
        [
            "GET /apis/apps/v1/namespaces/n/statefulsets?fieldSelector=metadata.name%3Ddb",
            "GET /api/v1/namespaces/n/pods?labelSelector=app%3Ddb",
        ]
    );
}
