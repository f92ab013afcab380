//! The client against a real control plane, named by `HELM_RS_TEST_KUBECONFIG`. The error texts asserted here are
//! those of Helm 4.3.1 against the same control plane.
//!
//! It is the one the conformance run starts: the kubeconfig has a cluster `c` whose certificate is not checked and
//! a user with the token `admintoken`; the API server's self-signed certificate is `certs/apiserver.crt` beside it;
//! pods are simulated, and the annotation `sim/outcome` says how they end.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use helm_kube::{
    Adoption, ApplyMode, ApplyOptions, Cluster, ConnectOptions, Error, FieldValidation, ListOptions,
    LogOptions, Patch, Propagation, Resource, ResourceType, WaitFor, WaitOptions, WaitStrategy, WriteOptions,
};
use k8s_object::Object;
use k8s_object::ownership::Owner;
use serde_json::{Value, json};

fn kubeconfig() -> PathBuf {
    let path = std::env::var_os("HELM_RS_TEST_KUBECONFIG");
    PathBuf::from(path.expect("HELM_RS_TEST_KUBECONFIG names the kubeconfig of a control plane"))
}

fn options() -> ConnectOptions {
    ConnectOptions { kubeconfig: vec![kubeconfig()], kubeconfig_required: true, ..ConnectOptions::default() }
}

/// A cluster and a namespace of its own in it.
async fn sandbox() -> (Cluster, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = Cluster::connect(options());
    let name = format!("live-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let namespace = Object::new("v1", "Namespace", "", &name);
    let write = WriteOptions::default();
    cluster.create(&ResourceType::NAMESPACE, "", &namespace, &write).await.expect("a namespace");
    // Pods need the account that a controller makes for each namespace.
    let account =
        ResourceType { kind: "ServiceAccount".into(), plural: "serviceaccounts".into(), ..ResourceType::POD };
    while cluster.find(&account, &name, "default").await.expect("readable").is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (cluster, name)
}

async fn build(cluster: &Cluster, namespace: &str, objects: Vec<Value>) -> Vec<Resource> {
    let objects = objects.into_iter().map(|value| Object::from_value(value).expect("a map"));
    cluster.build(objects, namespace).await.expect("kinds that are served")
}

fn config_map(name: &str, data: Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data })
}

fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name },
        "spec": {
            "replicas": 2,
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [
                    { "name": "a", "image": "a:1", "ports": [{ "containerPort": 80 }] },
                    { "name": "b", "image": "b:1" },
                ] },
            },
        },
    })
}

fn job(name: &str, outcome: &str) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": name },
        "spec": { "backoffLimit": 0, "template": {
            "metadata": { "annotations": { "sim/outcome": outcome } },
            "spec": { "restartPolicy": "Never", "containers": [{ "name": "c", "image": "x" }] },
        } },
    })
}

fn wait(strategy: WaitStrategy, until: WaitFor, seconds: u64) -> WaitOptions<'static> {
    WaitOptions::new(strategy, until, Duration::from_secs(seconds))
}

async fn unreachable(change: impl FnOnce(&mut ConnectOptions)) -> String {
    let mut options = options();
    change(&mut options);
    Cluster::connect(options).check_reachable().await.expect_err("no cluster").to_string()
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_told_as_helm_tells_it() {
    let text = unreachable(|options| options.server = Some("https://127.0.0.1:1".to_owned())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: Get \"https://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: connect: \
         connection refused"
    );
    let text = unreachable(|options| options.server = Some("http://127.0.0.1:1".to_owned())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: Get \"http://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: connect: \
         connection refused"
    );
    let text =
        unreachable(|options| options.server = Some("https://no.such.host.invalid:6443".to_owned())).await;
    assert!(
        text.starts_with(
            "kubernetes cluster unreachable: Get \"https://no.such.host.invalid:6443/version\": dial tcp: lookup \
             no.such.host.invalid on "
        ) && text.ends_with(": no such host"),
        "{text}"
    );
    let text = unreachable(|options| options.token = Some("nope".to_owned())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: the server has asked for the client to provide credentials"
    );
    let text = unreachable(|options| options.context = Some("nope".to_owned())).await;
    assert_eq!(text, "kubernetes cluster unreachable: context \"nope\" does not exist");
    let text = unreachable(|options| options.kubeconfig = vec!["/no/such/file".into()]).await;
    assert_eq!(text, "kubernetes cluster unreachable: stat /no/such/file: no such file or directory");
    let dir = tempfile::tempdir().expect("a folder");
    let broken = dir.path().join("broken");
    std::fs::write(&broken, "a: [\n").expect("written");
    let text = unreachable(|options| options.kubeconfig = vec![broken.clone()]).await;
    assert_eq!(
        text,
        format!(
            "kubernetes cluster unreachable: error loading config file {broken:?}: yaml: line 1: did not find \
             expected node content"
        )
    );
    let text = unreachable(|options| options.ca_file = Some(broken.clone())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: unable to load root certificates: unable to parse bytes as PEM block"
    );
    let text = unreachable(|options| options.server = Some("ht tp://x".to_owned())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: parse \"http://ht tp://x\": invalid character \" \" in host name"
    );
    let text = unreachable(|options| options.ca_file = Some("/no/such/file".into())).await;
    assert_eq!(
        text,
        "kubernetes cluster unreachable: invalid configuration: unable to read certificate-authority \
         /no/such/file for c due to open /no/such/file: no such file or directory"
    );
}

#[tokio::test]
async fn contexts_count_as_client_go_counts_them() {
    let server = {
        let text = std::fs::read_to_string(kubeconfig()).expect("a kubeconfig");
        let from = text.find("https://").expect("a server");
        text[from..].split('"').next().expect("a server").to_owned()
    };
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("kubeconfig");
    let text = format!(
        r#"
apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{server}", insecure-skip-tls-verify: true}}}}, {{name: none, cluster: {{}}}},
  {{name: ca, cluster: {{server: "{server}", certificate-authority: /nope}}}}]
users: [{{name: u, user: {{token: admintoken}}}}, {{name: two, user: {{token: t, username: a, password: b}}}},
  {{name: files, user: {{client-certificate: /nope2, client-key: /nope3}}}}]
contexts: [{{name: good, context: {{cluster: c, user: u, namespace: there}}}}, {{name: no-cluster, context: {{cluster: zz, user: u}}}},
  {{name: no-server, context: {{cluster: none, user: u}}}}, {{name: two, context: {{cluster: c, user: two}}}},
  {{name: files, context: {{cluster: ca, user: files}}}}]
current-context: nope
"#
    );
    std::fs::write(&path, text).expect("written");
    let with = |context: &str| {
        let context = Some(context.to_owned()).filter(|context| !context.is_empty());
        ConnectOptions { kubeconfig: vec![path.clone()], context, ..options() }
    };
    let error = async |options: ConnectOptions| {
        let error = Cluster::connect(options).version().await.expect_err("no cluster");
        error.to_string()
    };
    Cluster::connect(with("good")).version().await.expect("a cluster");
    assert_eq!(with("good").default_namespace(), "there");
    assert_eq!(with("").default_namespace(), "default");
    let refused =
        "Get \"http://localhost:8080/version\": dial tcp 127.0.0.1:8080: connect: connection refused";
    assert_eq!(
        error(with("")).await,
        "invalid configuration: context was not found for specified context: nope"
    );
    assert_eq!(error(with("no-cluster")).await, refused);
    assert_eq!(error(with("no-server")).await, refused);
    assert_eq!(
        error(with("two")).await,
        "invalid configuration: more than one authentication method found for two; found [token basicAuth], only one \
         is allowed"
    );
    let missing = |what: &str, path: &str, of: &str| {
        format!("unable to read {what} {path} for {of} due to open {path}: no such file or directory")
    };
    assert_eq!(
        error(with("files")).await,
        format!(
            "invalid configuration: [{}, {}, {}]",
            missing("client-cert", "/nope2", "files"),
            missing("client-key", "/nope3", "files"),
            missing("certificate-authority", "/nope", "ca")
        )
    );
    let server_only = ConnectOptions { server: Some(server.clone()), ..with("no-cluster") };
    assert!(error(server_only).await.ends_with("x509: certificate signed by unknown authority"));
    let both = ConnectOptions { ca_file: Some(path.clone()), insecure_skip_tls_verify: true, ..with("good") };
    assert_eq!(
        error(both).await,
        "specifying a root certificates file with the insecure flag is not allowed"
    );
    let authority = kubeconfig().parent().map(|dir| dir.join("certs/apiserver.crt"));
    let named =
        ConnectOptions { ca_file: authority, tls_server_name: Some("nope".to_owned()), ..with("good") };
    assert_eq!(
        error(named).await,
        format!(
            "Get \"{server}/version\": tls: failed to verify certificate: x509: certificate is valid for \
             kubernetes.default.svc, kubernetes.default, kubernetes, not nope"
        )
    );
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    let text = std::fs::read_to_string(kubeconfig()).expect("a kubeconfig");
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("kubeconfig");
    std::fs::write(&path, text.replace("insecure-skip-tls-verify: true", "disable-compression: true"))
        .expect("written");
    let text = unreachable(|options| options.kubeconfig = vec![path.clone()]).await;
    assert!(
        text.ends_with(
            "/version\": tls: failed to verify certificate: x509: certificate signed by unknown authority"
        ),
        "{text}"
    );
    let mut options = ConnectOptions { kubeconfig: vec![path], insecure_skip_tls_verify: true, ..options() };
    Cluster::connect(options.clone()).check_reachable().await.expect("unchecked is fine");
    // The server signs for itself: its certificate is its own authority.
    options.ca_file = kubeconfig().parent().map(|dir| dir.join("certs/apiserver.crt"));
    options.insecure_skip_tls_verify = false;
    Cluster::connect(options).check_reachable().await.expect("vouched for");
}

#[tokio::test]
async fn discovery_knows_kinds_versions_and_scopes() {
    let cluster = Cluster::connect(options());
    let version = cluster.version().await.expect("a version");
    assert!(version.git_version.starts_with("v1."), "{version:?}");
    let discovery = cluster.discovery().await.expect("discovery");
    let versions: Vec<&str> = discovery.api_versions().collect();
    for wanted in ["v1", "apps/v1", "v1/Pod", "apps/v1/Deployment", "v1/Eviction", "apps/v1/Scale"] {
        assert!(versions.contains(&wanted), "{wanted} is missing in {versions:?}");
    }
    let namespace = discovery.preferred("", "Namespace").expect("namespaces");
    assert!(!namespace.namespaced && namespace.plural == "namespaces");
    assert!(discovery.failed_group_versions().is_empty());
    let again = cluster.discovery().await.expect("discovery");
    assert!(std::sync::Arc::ptr_eq(&discovery, &again), "discovery is asked for once");
}

#[tokio::test]
async fn kinds_that_are_not_served_are_named() {
    let cluster = Cluster::connect(options());
    let foo = |kind: &str| {
        Object::from_value(json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "x" } }))
            .expect("a map")
    };
    let one = cluster.build([foo("Foo")], "default").await.expect_err("no such kind").to_string();
    let text = "resource mapping not found for name: \"x\" namespace: \"\" from \"\": no matches for kind \"Foo\" in \
                version \"v1\"\nensure CRDs are installed first";
    assert_eq!(one, text);
    let two =
        cluster.build([foo("Foo"), foo("Secret"), foo("Bar")], "default").await.expect_err("no such kinds");
    assert_eq!(two.to_string(), format!("[{text}, {}]", text.replace("Foo", "Bar")));
    let items = json!({ "apiVersion": "v1", "kind": "List", "items": [foo("Secret").as_value(), foo("Foo").as_value()] });
    let item = cluster
        .build([Object::from_value(items).expect("a map")], "default")
        .await
        .expect_err("no such kind");
    assert_eq!(item.to_string(), "unable to recognize no matches for kind \"Foo\" in version \"v1\"");
}

#[tokio::test]
async fn single_objects_can_be_written_read_listed_and_deleted() {
    let (cluster, namespace) = sandbox().await;
    let write = WriteOptions { field_manager: "helm", ..WriteOptions::default() };
    let kind = ResourceType::SECRET;
    for i in 0..5 {
        let mut secret = Object::new("v1", "Secret", &namespace, &format!("s{i}"));
        secret.set_label("owner", if i < 3 { "helm" } else { "none" });
        cluster.create(&kind, &namespace, &secret, &write).await.expect("created");
    }
    let again =
        cluster.create(&kind, &namespace, &Object::new("v1", "Secret", &namespace, "s0"), &write).await;
    let again = again.expect_err("it is there");
    assert!(again.is_already_exists());
    assert_eq!(again.to_string(), "secrets \"s0\" already exists");

    let options = ListOptions { label_selector: "owner=helm", page_size: 2, ..ListOptions::default() };
    let listed = cluster.list(&kind, &namespace, &options).await.expect("listed");
    assert_eq!(listed.iter().map(Object::name).collect::<Vec<_>>(), ["s0", "s1", "s2"]);
    assert!(listed.iter().all(|object| object.kind() == "Secret" && object.api_version() == "v1"));

    let mut secret = cluster.get(&kind, &namespace, "s0").await.expect("read");
    let stale = secret.clone();
    secret.set_label("status", "deployed");
    cluster.replace(&kind, &namespace, "s0", &secret, &write).await.expect("replaced");
    let error = cluster.replace(&kind, &namespace, "s0", &stale, &write).await.expect_err("stale");
    assert!(error.is_conflict(), "{error}");

    let patch = Patch::Merge(json!({ "metadata": { "labels": { "status": null, "a/b": "c" } } }));
    let patched = cluster.patch(&kind, &namespace, "s0", &patch, &write).await.expect("patched");
    assert_eq!((patched.label("status"), patched.label("a/b")), (None, Some("c")));

    cluster.delete(&kind, &namespace, "s0", Some(Propagation::Background)).await.expect("deleted");
    assert!(cluster.find(&kind, &namespace, "s0").await.expect("readable").is_none());
    let gone = cluster.delete(&kind, &namespace, "s0", None).await.expect_err("gone");
    assert!(gone.is_not_found());
    assert_eq!(gone.to_string(), "secrets \"s0\" not found");
    let error = cluster.get(&kind, &namespace, "").await.expect_err("no name").to_string();
    assert_eq!(error, "resource name may not be empty");
}

#[tokio::test]
async fn the_caller_who_may_not_is_told_so() {
    let cluster = Cluster::connect(ConnectOptions { as_user: Some("joe".to_owned()), ..options() });
    let error =
        cluster.list(&ResourceType::SECRET, "default", &ListOptions::default()).await.expect_err("forbidden");
    assert!(error.is_forbidden());
    assert_eq!(
        error.to_string(),
        "secrets is forbidden: User \"joe\" cannot list resource \"secrets\" in API group \"\" in the namespace \
         \"default\""
    );
}

#[tokio::test]
async fn objects_are_applied_by_the_server() {
    let (cluster, namespace) = sandbox().await;
    let warnings = std::sync::Arc::new(Mutex::new(Vec::<String>::new()));
    let sink = std::sync::Arc::clone(&warnings);
    cluster.on_warning(move |text| sink.lock().expect("no panic").push(text.to_owned()));
    let options = ApplyOptions::default();

    let mut first =
        build(&cluster, &namespace, vec![config_map("a", json!({ "x": "1" })), deployment("web")]).await;
    let dry = ApplyOptions { dry_run: true, ..options };
    cluster.create_all(&mut first.clone(), &dry).await.expect("dry run");
    assert!(cluster.find(&ResourceType::CONFIG_MAP, &namespace, "a").await.expect("readable").is_none());
    cluster.create_all(&mut first, &options).await.expect("created");
    assert!(first.iter().all(|resource| !resource.object.uid().is_empty()));
    let managers = first[0].object.field(&["metadata", "managedFields"]).expect("managed fields");
    assert_eq!((&managers[0]["manager"], &managers[0]["operation"]), (&json!("helm"), &json!("Apply")));

    let mut second = build(
        &cluster,
        &namespace,
        vec![config_map("a", json!({ "y": "2" })), config_map("b", json!({})), deployment("web")],
    )
    .await;
    let (result, outcome) = cluster.update_all(&first, &mut second, &options).await;
    outcome.expect("updated");
    assert_eq!((result.created, result.updated), (vec![1], vec![0, 2]));
    assert_eq!(second[0].object.field(&["data"]), Some(&json!({ "y": "2" })));

    let third = build(&cluster, &namespace, vec![deployment("web")]).await;
    let (pruned, outcome) = cluster.prune(&second, &third).await;
    outcome.expect("pruned");
    assert_eq!(pruned, [0, 1]);

    let mut wrong = build(&cluster, &namespace, vec![deployment("web")]).await;
    wrong[0].object.as_map_mut()["spec"]["replicas"] = "two".into();
    let (_, outcome) = cluster.update_all(&third, &mut wrong, &options).await;
    assert_eq!(
        outcome.expect_err("no number").to_string(),
        format!(
            "server-side apply failed for object {namespace}/web apps/v1, Kind=Deployment: failed to create typed \
             patch object ({namespace}/web; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or \
             float), got string"
        )
    );
    assert_eq!(wrong[0].object.kind(), "Deployment", "what could not be applied is still there");
    assert!(warnings.lock().expect("no panic").is_empty());
}

#[tokio::test]
async fn fields_of_others_are_a_conflict_unless_forced() {
    let (cluster, namespace) = sandbox().await;
    let mut targets = build(&cluster, &namespace, vec![config_map("a", json!({ "x": "1" }))]).await;
    let other = WriteOptions { field_manager: "other", force: true, ..WriteOptions::default() };
    let patch = Patch::Apply(config_map("a", json!({ "x": "other" })));
    cluster.patch(&ResourceType::CONFIG_MAP, &namespace, "a", &patch, &other).await.expect("applied");

    let (_, outcome) = cluster.update_all(&[], &mut targets, &ApplyOptions::default()).await;
    let error = outcome.expect_err("a conflict");
    assert!(error.is_conflict());
    assert_eq!(
        error.to_string(),
        format!(
            "conflict occurred while applying object {namespace}/a /v1, Kind=ConfigMap: Apply failed with 1 \
             conflict: conflict with \"other\": .data.x"
        )
    );
    let forced =
        ApplyOptions { mode: ApplyMode::ServerSide { force_conflicts: true }, ..ApplyOptions::default() };
    let (_, outcome) = cluster.update_all(&[], &mut targets, &forced).await;
    outcome.expect("forced");
    assert_eq!(targets[0].object.field(&["data", "x"]), Some(&json!("1")));
}

#[tokio::test]
async fn three_way_patches_keep_what_others_added() {
    let (cluster, namespace) = sandbox().await;
    let options = ApplyOptions { mode: ApplyMode::ThreeWay, ..ApplyOptions::default() };
    let mut first = build(&cluster, &namespace, vec![deployment("web")]).await;
    let originals = first.clone();
    cluster.create_all(&mut first, &options).await.expect("created");

    // Somebody adds a container and scales.
    let kind = &first[0].resource_type;
    let patch = Patch::Strategic(json!({ "spec": { "replicas": 5, "template": { "spec": { "containers": [
        { "name": "sidecar", "image": "s:1" },
    ] } } } }));
    cluster.patch(kind, &namespace, "web", &patch, &WriteOptions::default()).await.expect("patched");

    let mut changed = deployment("web");
    changed["spec"]["template"]["spec"]["containers"] =
        json!([{ "name": "a", "image": "a:2", "ports": [{ "containerPort": 80 }] }]);
    let mut second = build(&cluster, &namespace, vec![changed]).await;
    let (result, outcome) = cluster.update_all(&originals, &mut second, &options).await;
    outcome.expect("patched");
    assert_eq!(result.updated, [0]);
    let containers = second[0].object.field(&["spec", "template", "spec", "containers"]).expect("containers");
    let images: Vec<&Value> = containers.as_array().expect("a list").iter().map(|c| &c["image"]).collect();
    assert_eq!(images, ["s:1", "a:2"], "b is gone, the sidecar stays");
    assert_eq!(second[0].object.integer(&["spec", "replicas"]), Some(2));

    // From client-side patches to server-side apply: fields are handed over, then one can be removed.
    let hand_over = ApplyOptions { upgrade_managed_fields: true, ..ApplyOptions::default() };
    let mut third = build(&cluster, &namespace, vec![deployment("web")]).await;
    third[0].object.as_map_mut()["spec"].as_object_mut().expect("a map").remove("replicas");
    let (_, outcome) = cluster.update_all(&second, &mut third, &hand_over).await;
    outcome.expect("applied");
    let entries =
        third[0].object.field(&["metadata", "managedFields"]).and_then(Value::as_array).expect("entries");
    let ours: Vec<&Value> =
        entries.iter().filter(|e| e["manager"] == "helm").map(|e| &e["operation"]).collect();
    assert_eq!(ours, ["Apply"]);
}

#[tokio::test]
async fn objects_can_be_replaced() {
    let (cluster, namespace) = sandbox().await;
    let options = ApplyOptions {
        mode: ApplyMode::Replace,
        field_validation: FieldValidation::Strict,
        ..ApplyOptions::default()
    };
    let mut first = build(&cluster, &namespace, vec![config_map("a", json!({ "x": "1", "y": "1" }))]).await;
    cluster.create_all(&mut first, &options).await.expect("created");
    let mut second = build(&cluster, &namespace, vec![config_map("a", json!({ "x": "2" }))]).await;
    let (_, outcome) = cluster.update_all(&first, &mut second, &options).await;
    outcome.expect("replaced");
    assert_eq!(second[0].object.field(&["data"]), Some(&json!({ "x": "2" })));
    let mut wrong = config_map("a", json!({ "x": "2" }));
    wrong["unheardOf"] = 1.into();
    let mut third = build(&cluster, &namespace, vec![wrong]).await;
    let error =
        cluster.update_all(&second, &mut third, &options).await.1.expect_err("an unknown field").to_string();
    assert!(error.starts_with("failed to replace object: "), "{error}");
    assert!(error.ends_with("strict decoding error: unknown field \"unheardOf\""), "{error}");
}

#[tokio::test]
async fn custom_kinds_are_served_after_discovery_is_renewed() {
    let (cluster, namespace) = sandbox().await;
    let group = format!("g{}.example.com", std::process::id());
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("widgets.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": { "kind": "Widget", "plural": "widgets" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": true,
            } } }],
        },
    });
    let widget = |spec: Value| json!({ "apiVersion": format!("{group}/v1"), "kind": "Widget", "metadata": { "name": "w" }, "spec": spec });
    let mut definitions = build(&cluster, &namespace, vec![crd]).await;
    cluster.create_all(&mut definitions, &ApplyOptions::default()).await.expect("created");
    cluster.wait(&definitions, &wait(WaitStrategy::Watcher, WaitFor::Ready, 20)).await.expect("established");
    cluster.forget_discovery().await;

    let options = ApplyOptions { mode: ApplyMode::ThreeWay, ..ApplyOptions::default() };
    let mut first = loop {
        // The server takes a moment to serve what is established.
        let object = Object::from_value(widget(json!({ "a": 1, "b": { "c": 1 } }))).expect("a map");
        match cluster.build([object], &namespace).await {
            Ok(resources) => break resources,
            Err(Error::NoMatch { .. }) => cluster.forget_discovery().await,
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let originals = first.clone();
    cluster.create_all(&mut first, &options).await.expect("created");
    let patch = Patch::Merge(json!({ "spec": { "others": true } }));
    cluster
        .patch(&first[0].resource_type, &namespace, "w", &patch, &WriteOptions::default())
        .await
        .expect("patched");
    let mut second = build(&cluster, &namespace, vec![widget(json!({ "b": { "c": 2 } }))]).await;
    cluster.update_all(&originals, &mut second, &options).await.1.expect("patched");
    assert_eq!(second[0].object.field(&["spec"]), Some(&json!({ "b": { "c": 2 }, "others": true })));

    // Its status decides: nothing yet is ready, `Ready: False` is not.
    let patch = Patch::Merge(json!({ "status": { "conditions": [
        { "type": "Ready", "status": "False", "reason": "Busy", "message": "still busy" },
    ] } }));
    cluster
        .patch(&first[0].resource_type, &namespace, "w", &patch, &WriteOptions::default())
        .await
        .expect("patched");
    let error =
        cluster.wait(&second, &wait(WaitStrategy::Watcher, WaitFor::Ready, 1)).await.expect_err("busy");
    assert_eq!(
        error.to_string(),
        format!(
            "resource Widget/{namespace}/w not ready. status: InProgress, message: still busy\ncontext deadline \
             exceeded"
        )
    );
    cluster.delete_all(&definitions, Propagation::Background).await;
}

#[tokio::test]
async fn ownership_is_checked_before_objects_are_taken_over() {
    let (cluster, namespace) = sandbox().await;
    let options = ApplyOptions::default();
    let mut resources =
        build(&cluster, &namespace, vec![config_map("a", json!({})), config_map("b", json!({}))]).await;
    let owner = Owner { name: "r", namespace: "ns" };
    assert!(cluster.existing(&resources, Adoption::Owned(owner)).await.expect("nothing there").is_empty());
    cluster.create_all(&mut resources[..1], &options).await.expect("created");
    let error = cluster.existing(&resources, Adoption::Owned(owner)).await.expect_err("not ours");
    assert_eq!(
        error.to_string(),
        format!(
            "ConfigMap \"a\" in namespace \"{namespace}\" exists and cannot be imported into the current release: \
             invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must \
             be set to \"Helm\"; annotation validation error: missing key \"meta.helm.sh/release-name\": must be set \
             to \"r\"; annotation validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \
             \"ns\""
        )
    );
    assert_eq!(cluster.existing(&resources, Adoption::Any).await.expect("any"), [0]);
    let sorted = cluster.deletable(&resources, owner).await;
    assert_eq!((sorted.owned, sorted.unowned), (vec![], vec![0]));

    for resource in &mut resources {
        resource.object = Object::from_value(config_map(&resource.name, json!({}))).expect("a map");
        resource.object.set_namespace(&namespace);
        owner.claim(&mut resource.object);
    }
    cluster.update_all(&[], &mut resources, &options).await.1.expect("applied");
    assert_eq!(cluster.existing(&resources, Adoption::Owned(owner)).await.expect("ours"), [0, 1]);
    assert_eq!(cluster.deletable(&resources, owner).await.owned, [0, 1]);
}

#[tokio::test]
async fn waits_end_when_everything_is_ready() {
    let (cluster, namespace) = sandbox().await;
    let mut resources = build(
        &cluster,
        &namespace,
        vec![config_map("a", json!({})), deployment("web"), deployment("api"), job("j", "ok")],
    )
    .await;
    cluster.create_all(&mut resources, &ApplyOptions::default()).await.expect("created");
    let seen = Mutex::new(Vec::new());
    let observer = |event: &helm_kube::WaitEvent| seen.lock().expect("no panic").push(event.clone());
    let watching =
        WaitOptions { observer: Some(&observer), ..wait(WaitStrategy::Watcher, WaitFor::ReadyWithJobs, 60) };
    cluster.wait(&resources, &watching).await.expect("ready");
    let seen = seen.into_inner().expect("no panic");
    assert!(
        seen.iter()
            .any(|e| e.object.name == "web" && e.verdict.message.starts_with("Deployment is available"))
    );
    cluster.wait(&resources, &wait(WaitStrategy::Legacy, WaitFor::ReadyWithJobs, 60)).await.expect("ready");

    let (gone, errors) = cluster.delete_all(&resources, Propagation::Foreground).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(gone, [0, 1, 2, 3]);
    cluster.wait(&resources, &wait(WaitStrategy::Watcher, WaitFor::Deleted, 60)).await.expect("gone");
    let start = Instant::now();
    cluster.wait(&resources, &wait(WaitStrategy::Watcher, WaitFor::Deleted, 60)).await.expect("still gone");
    cluster.wait(&resources, &wait(WaitStrategy::Legacy, WaitFor::Deleted, 60)).await.expect("still gone");
    assert!(start.elapsed() < Duration::from_secs(2), "nothing to wait for");
}

#[tokio::test]
async fn what_does_not_get_ready_is_named() {
    let (cluster, namespace) = sandbox().await;
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "p" },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } },
    });
    let mut resources = build(&cluster, &namespace, vec![claim, job("j", "fail")]).await;
    cluster.create_all(&mut resources, &ApplyOptions::default()).await.expect("created");
    let error =
        cluster.wait(&resources, &wait(WaitStrategy::Watcher, WaitFor::Ready, 4)).await.expect_err("pending");
    assert_eq!(
        error.to_string(),
        format!(
            "resource PersistentVolumeClaim/{namespace}/p not ready. status: InProgress, message: PVC is not Bound. \
             phase: Pending\nresource Job/{namespace}/j not ready. status: Failed, message: Job Failed. failed: \
             1/1\ncontext deadline exceeded"
        )
    );
    assert!(error.is_interruption());
    let error =
        cluster.wait(&resources, &wait(WaitStrategy::Legacy, WaitFor::Ready, 1)).await.expect_err("pending");
    assert_eq!(error.to_string(), "context deadline exceeded");
    cluster.wait(&resources, &wait(WaitStrategy::HookOnly, WaitFor::Ready, 1)).await.expect("not waited for");

    // A failure for good is no reason to wait on.
    let start = Instant::now();
    let error = cluster
        .wait(&resources[1..], &wait(WaitStrategy::Watcher, WaitFor::Ready, 30))
        .await
        .expect_err("failed");
    assert_eq!(
        error.to_string(),
        format!("resource Job/{namespace}/j not ready. status: Failed, message: Job Failed. failed: 1/1")
    );
    assert!(start.elapsed() < Duration::from_secs(5) && !error.is_interruption());

    let (signal, cancel) = tokio::sync::watch::channel(false);
    let options = WaitOptions { cancel: Some(cancel), ..wait(WaitStrategy::Watcher, WaitFor::Ready, 60) };
    let (outcome, ()) = tokio::join!(cluster.wait(&resources[..1], &options), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        signal.send(true).expect("still waiting");
    });
    let text = outcome.expect_err("cancelled").to_string();
    assert!(text.ends_with("\ncontext canceled"), "{text}");
}

#[tokio::test]
async fn hooks_are_waited_for_until_they_are_done() {
    let (cluster, namespace) = sandbox().await;
    let mut hooks = build(
        &cluster,
        &namespace,
        vec![job("good", "ok"), job("bad", "fail"), job("slow", "hang"), config_map("c", json!({}))],
    )
    .await;
    cluster.create_all(&mut hooks, &ApplyOptions::default()).await.expect("created");
    for strategy in [WaitStrategy::HookOnly, WaitStrategy::Watcher, WaitStrategy::Legacy] {
        cluster.wait(&hooks[..1], &wait(strategy, WaitFor::HookDone, 30)).await.expect("done");
        cluster.wait(&hooks[3..], &wait(strategy, WaitFor::HookDone, 30)).await.expect("done");
    }
    let error = cluster.wait(&hooks[1..2], &wait(WaitStrategy::HookOnly, WaitFor::HookDone, 30)).await;
    assert_eq!(
        error.expect_err("failed").to_string(),
        format!("resource Job/{namespace}/bad not ready. status: Failed, message: Job Failed. failed: 1/1")
    );
    let error = cluster.wait(&hooks[1..2], &wait(WaitStrategy::Legacy, WaitFor::HookDone, 30)).await;
    assert_eq!(error.expect_err("failed").to_string(), "job bad failed: BackoffLimitExceeded");
    let error = cluster.wait(&hooks[2..3], &wait(WaitStrategy::HookOnly, WaitFor::HookDone, 1)).await;
    assert_eq!(
        error.expect_err("slow").to_string(),
        format!(
            "resource Job/{namespace}/slow not ready. status: InProgress, message: Job in progress\ncontext deadline \
             exceeded"
        )
    );
    let error = cluster.wait(&hooks[2..3], &wait(WaitStrategy::Legacy, WaitFor::HookDone, 1)).await;
    assert_eq!(error.expect_err("slow").to_string(), "timed out waiting for the condition");
}

#[tokio::test]
async fn objects_that_stay_are_named() {
    let (cluster, namespace) = sandbox().await;
    let mut object = config_map("stays", json!({}));
    object["metadata"]["finalizers"] = json!(["example.com/stay"]);
    let mut resources = build(&cluster, &namespace, vec![object]).await;
    cluster.create_all(&mut resources, &ApplyOptions::default()).await.expect("created");
    cluster.delete_all(&resources, Propagation::Background).await;
    let error =
        cluster.wait(&resources, &wait(WaitStrategy::Watcher, WaitFor::Deleted, 1)).await.expect_err("stays");
    assert_eq!(
        error.to_string(),
        format!(
            "resource ConfigMap/{namespace}/stays still exists. status: Terminating, message: Resource scheduled for \
             deletion\ncontext deadline exceeded"
        )
    );
    let release = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    let (waited, patched) = tokio::join!(
        async { cluster.wait(&resources, &wait(WaitStrategy::Watcher, WaitFor::Deleted, 20)).await },
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            cluster
                .patch(&ResourceType::CONFIG_MAP, &namespace, "stays", &release, &WriteOptions::default())
                .await
        }
    );
    patched.expect("patched");
    waited.expect("gone at last");
}

#[tokio::test]
async fn tables_and_logs_can_be_asked_for() {
    let (cluster, namespace) = sandbox().await;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p" },
        "spec": { "containers": [{ "name": "c", "image": "x" }] },
    });
    let mut resources = build(&cluster, &namespace, vec![pod]).await;
    cluster.create_all(&mut resources, &ApplyOptions::default()).await.expect("created");
    let table = cluster.table(&resources[0]).await.expect("a table");
    assert_eq!(table.column_definitions[0].name, "Name");
    assert_eq!(table.rows[0].cells[0], "p");
    assert_eq!(table.rows[0].object["metadata"]["name"], "p");
    let all =
        cluster.list_table(&ResourceType::POD, &namespace, &ListOptions::default()).await.expect("a table");
    assert_eq!(all.rows.len(), 1);
    // The simulated node has no logs to give: the error is Helm's.
    let log = cluster.logs(&namespace, "p", &LogOptions { container: "c", ..LogOptions::default() }).await;
    match log {
        Err(error) => assert_eq!(error.to_string(), "failed to stream pod logs for pod: p, container: c"),
        Ok(stream) => assert!(stream.collect::<Vec<_>>().await.into_iter().all(|piece| piece.is_ok())),
    }
}
