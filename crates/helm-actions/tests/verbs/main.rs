//! The verbs against an API server in memory: what they ask of it, what they leave behind, what they record.

mod fake;

use std::sync::{Arc, Mutex};

use fake::Server;
use govalue::Map;
use govalue::time::Time;
use helm_actions::*;
use helm_chart::{Chart, File, Metadata};
use helm_release::{Compat, HookPhase, Release, Status};
use helm_store::{Driver, Store};

struct Host;

impl sprig::Host for Host {
    fn now(&self) -> Time {
        Time::from_unix(1_700_000_000, 0)
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }

    fn lookup_host(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

/// Keeps what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn event(&self, event: Event<'_>) {
        let note = match event {
            Event::Log { level, message, .. } => format!("{level:?}: {message}"),
            Event::Installing { release } => format!("installing {release}"),
            Event::Planned(plan) => plan.to_string(),
            _ => return,
        };
        self.0.lock().unwrap().push(note);
    }
}

struct Bench {
    server: Server,
    context: Context,
    notes: Arc<Notes>,
    canceller: Canceller,
}

fn bench(compat: Compat) -> Bench {
    let server = Server::new();
    let cluster = server.cluster();
    let store = Store::new(Driver::Secrets, cluster.clone(), "dock", compat);
    let (canceller, cancel) = Cancel::pair();
    let notes = Arc::<Notes>::default();
    let target = Target { cluster, store, namespace: "dock".to_owned(), compat };
    let context = Context { target, observer: notes.clone(), cancel, host: Arc::new(Host) };
    Bench { server, context, notes, canceller }
}

fn chart(templates: &[(&str, &str)]) -> Arc<Chart> {
    let file = |(name, text): &(&str, &str)| File {
        name: format!("templates/{name}"),
        data: (*text).into(),
        mod_time: None,
    };
    let metadata = Metadata {
        api_version: "v2".to_owned(),
        name: "ship".to_owned(),
        version: "1.0.0".to_owned(),
        ..Metadata::default()
    };
    Arc::new(Chart { metadata, templates: templates.iter().map(file).collect(), ..Chart::default() })
}

fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: \"{value}\"\n")
}

fn job(name: &str, events: &str, policy: &str, outcome: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n    helm.sh/hook: {events}\n    \
         helm.sh/hook-delete-policy: {policy}\n    fake/outcome: {outcome}\n"
    )
}

/// A chart with one object and one hook.
fn simple(value: &str) -> Arc<Chart> {
    chart(&[
        ("a.yaml", &config_map("hull", value)),
        ("hook.yaml", &job("paint", "pre-install,pre-upgrade", "hook-succeeded", "ok")),
        ("NOTES.txt", "{{ .Release.Name }} {{ .Release.Revision }}"),
    ])
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

async fn story(context: &Context, name: &str) -> Vec<(u32, Status)> {
    let releases = history(context, name).await.unwrap_or_default();
    releases.into_iter().map(|release: Release| (release.version, release.info.status)).collect()
}

fn install_request(chart: Arc<Chart>) -> InstallRequest {
    InstallRequest::new("web", chart, Map::new())
}

fn upgrade_request(chart: Arc<Chart>) -> UpgradeRequest {
    UpgradeRequest::new("web", chart, Map::new())
}

#[test]
fn a_release_lives_and_dies() {
    run(async {
        for compat in [Compat::V3, Compat::V4] {
            let Bench { server, context, .. } = bench(compat);
            let installed = install(&context, install_request(simple("1"))).await.unwrap();
            assert_eq!((installed.version, &installed.info.status), (1, &Status::Deployed));
            assert_eq!(installed.info.notes, "web 1");
            assert_eq!(installed.hooks[0].last_run.phase, HookPhase::Succeeded);
            assert_eq!(installed.is_server_side(), compat == Compat::V4);
            assert_eq!(server.objects(), ["configmaps/hull"]);
            let live = server.object("configmaps/hull");
            assert_eq!(live["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm");
            assert_eq!(live["metadata"]["annotations"]["meta.helm.sh/release-name"], "web");

            let two = chart(&[("a.yaml", &config_map("hull", "2")), ("b.yaml", &config_map("sail", "x"))]);
            upgrade(&context, upgrade_request(two)).await.unwrap();
            assert_eq!(server.objects(), ["configmaps/hull", "configmaps/sail"]);
            assert_eq!(server.object("configmaps/hull")["data"]["a"], "2");

            let back = rollback(&context, &RollbackRequest::new("web")).await.unwrap();
            assert_eq!(back.info.description, "Rollback to 1");
            assert_eq!(server.objects(), ["configmaps/hull"]);
            assert_eq!(
                story(&context, "web").await,
                [(1, Status::Superseded), (2, Status::Superseded), (3, Status::Deployed)]
            );

            let gone = uninstall(&context, "web", &UninstallOptions::default()).await.unwrap().unwrap();
            assert_eq!(gone.release.info.status, Status::Uninstalled);
            assert!(server.objects().is_empty());
            assert!(story(&context, "web").await.is_empty());
        }
    });
}

#[test]
fn custom_resources_wait_until_their_kind_is_listed() {
    run(async {
        for compat in [Compat::V3, Compat::V4] {
            let Bench { server, context, .. } = bench(compat);
            let widget = "apiVersion: demo.example.com/v1\nkind: Widget\nmetadata:\n  name: hull\n";
            let mut operator = (*chart(&[("widget.yaml", widget)])).clone();
            let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
                              name: widgets.demo.example.com\nspec:\n  group: demo.example.com\n  names:\n    \
                              kind: Widget\n  versions:\n  - name: v1\n    served: true\n  - name: v0\n    \
                              served: false\n";
            operator.files.push(File {
                name: "crds/widget.yaml".to_owned(),
                data: definition.into(),
                mod_time: None,
            });
            install(&context, install_request(Arc::new(operator.clone()))).await.unwrap();
            assert_eq!(
                server.objects(),
                ["customresourcedefinitions/widgets.demo.example.com", "widgets/hull"]
            );
            // The next release finds the definition there.
            operator.templates.clear();
            server.requests();
            let second = InstallRequest { name: "other".to_owned(), ..install_request(Arc::new(operator)) };
            install(&context, second).await.unwrap();
            let asked = server.requests();
            let about: Vec<_> = asked.iter().filter(|r| r.contains("customresourcedefinitions")).collect();
            assert_eq!(about, ["GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions"]);
        }
    });
}

/// An unchanged object that is refused is tried again in its place, and what follows it is then not touched.
#[test]
fn an_unchanged_object_that_fails_fails_in_its_place() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: port\n";
        let release = |value| {
            let (hull, sail) = (config_map("hull", "1"), config_map("sail", value));
            chart(&[("a.yaml", &hull), ("s.yaml", service), ("b.yaml", &sail)])
        };
        install(&context, install_request(release("1"))).await.unwrap();
        server.requests();
        server.refuse("PATCH configmaps/hull", "no");
        let failure = upgrade(&context, upgrade_request(release("2"))).await.unwrap_err();
        let text = "server-side apply failed for object dock/hull /v1, Kind=ConfigMap: no";
        assert_eq!(failure.to_string(), text);
        let asked = server.requests();
        let tried = |name| asked.iter().filter(|r| r.starts_with("PATCH") && r.ends_with(name)).count();
        assert_eq!((tried("/hull"), tried("/sail"), tried("/port")), (2, 1, 1));
    });
}

#[test]
fn an_unchanged_upgrade_writes_each_object_once_and_reads_none() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        let chart = chart(&[("a.yaml", &config_map("hull", "1")), ("b.yaml", &config_map("sail", "1"))]);
        install(&context, install_request(chart.clone())).await.unwrap();
        server.requests();
        upgrade(&context, upgrade_request(chart)).await.unwrap();
        let record = |version| format!("/api/v1/namespaces/dock/secrets/sh.helm.release.v1.web.v{version}");
        assert_eq!(
            server.requests(),
            [
                "GET /api/v1/namespaces/dock/secrets".to_owned(),
                "POST /api/v1/namespaces/dock/secrets".to_owned(),
                "PATCH /api/v1/namespaces/dock/configmaps/hull".to_owned(),
                "PATCH /api/v1/namespaces/dock/configmaps/sail".to_owned(),
                format!("PUT {}", record(1)),
                format!("PUT {}", record(2)),
            ]
        );
    });
}

#[test]
fn names_in_use_and_names_free_again() {
    run(async {
        for (compat, text) in [
            (Compat::V3, "cannot re-use a name that is still in use"),
            (Compat::V4, "release name check failed: cannot reuse a name that is still in use"),
        ] {
            let Bench { context, .. } = bench(compat);
            install(&context, install_request(simple("1"))).await.unwrap();
            let failure = install(&context, install_request(simple("1"))).await.unwrap_err();
            assert_eq!(failure.to_string(), text);
            let options = UninstallOptions { keep_history: true, ..UninstallOptions::default() };
            uninstall(&context, "web", &options).await.unwrap();
            let again = uninstall(&context, "web", &options).await.unwrap_err();
            assert_eq!(again.to_string(), "the release named \"web\" is already deleted");
            let request = InstallRequest { replace: true, ..install_request(simple("1")) };
            assert_eq!(install(&context, request).await.unwrap().version, 2);
            assert_eq!(story(&context, "web").await, [(1, Status::Superseded), (2, Status::Deployed)]);
        }
    });
}

#[test]
fn a_failed_hook_fails_the_upgrade_and_keeps_what_was() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        install(&context, install_request(simple("1"))).await.unwrap();
        let bad = chart(&[
            ("a.yaml", &config_map("hull", "2")),
            ("h1.yaml", &job("first", "pre-upgrade", "hook-succeeded", "ok")),
            ("h2.yaml", &job("second", "pre-upgrade", "hook-failed", "fail")),
        ]);
        let failure = upgrade(&context, upgrade_request(bad)).await.unwrap_err();
        assert!(failure.to_string().starts_with("pre-upgrade hooks failed: "), "{failure}");
        assert_eq!(failure.step.as_deref(), Some("> Job second (weight 0)"));
        assert_eq!(server.object("configmaps/hull")["data"]["a"], "1");
        assert_eq!(server.objects(), ["configmaps/hull"]);
        assert_eq!(story(&context, "web").await, [(1, Status::Deployed), (2, Status::Failed)]);
        let record = get(&context, "web", 2).await.unwrap();
        let phases: Vec<_> = record.hooks.iter().map(|hook| hook.last_run.phase.clone()).collect();
        assert_eq!(phases, [HookPhase::Succeeded, HookPhase::Failed]);
        assert!(record.info.description.starts_with("Upgrade \"web\" failed: pre-upgrade hooks failed: "));
    });
}

#[test]
fn a_refused_object_fails_and_can_be_cleaned_up_or_rolled_back() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        install(&context, install_request(simple("1"))).await.unwrap();
        let bad = chart(&[
            ("a.yaml", &config_map("anchor", "2")),
            ("s.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: port\n"),
        ]);
        server.refuse("PATCH services/port", "port is taken");
        let request = UpgradeRequest { cleanup_on_fail: true, ..upgrade_request(bad.clone()) };
        let failure = upgrade(&context, request).await.unwrap_err();
        assert_eq!(
            failure.to_string(),
            "failed to create resource: server-side apply failed for object dock/port /v1, Kind=Service: port is taken"
        );
        assert_eq!(server.objects(), ["configmaps/hull"]);

        let request = UpgradeRequest { on_failure: OnFailure::RollBack, ..upgrade_request(bad) };
        let failure = upgrade(&context, request).await.unwrap_err();
        let start = "release web failed, and has been rolled back due to rollback-on-failure being set: ";
        assert!(failure.to_string().starts_with(start), "{failure}");
        assert_eq!(server.objects(), ["configmaps/hull"]);
        assert_eq!(
            story(&context, "web").await,
            [(1, Status::Superseded), (2, Status::Failed), (3, Status::Failed), (4, Status::Deployed)]
        );
    });
}

#[test]
fn a_failed_install_is_removed_on_request() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        server.refuse("PATCH configmaps/hull", "no room");
        let failure = install(&context, install_request(simple("1"))).await.unwrap_err();
        assert_eq!(
            failure.release.unwrap().info.description,
            "Release \"web\" failed: server-side apply failed for object dock/hull /v1, Kind=ConfigMap: no room"
        );
        assert_eq!(story(&context, "web").await, [(1, Status::Failed)]);

        let request =
            InstallRequest { replace: true, on_failure: OnFailure::RollBack, ..install_request(simple("1")) };
        let failure = install(&context, request).await.unwrap_err();
        let start = "release web failed, and has been uninstalled due to rollback-on-failure being set: ";
        assert!(failure.to_string().starts_with(start), "{failure}");
        assert!(story(&context, "web").await.is_empty());
    });
}

/// Whatever request the server leaves unanswered when the user gives up: no record stays pending.
#[test]
fn an_ended_operation_is_recorded_as_failed() {
    for hung in ["PATCH jobs/paint", "PATCH configmaps/hull", "DELETE jobs/paint", "GET jobs"] {
        run(async {
            let Bench { server, context, canceller, .. } = bench(Compat::V4);
            install(&context, install_request(simple("1"))).await.unwrap();
            server.hang(hung);
            let work = upgrade(&context, upgrade_request(simple("2")));
            let end = async {
                server.hung().await;
                canceller.cancel();
            };
            let (outcome, ()) = tokio::join!(work, end);
            let failure = outcome.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Cancelled, "{hung}: {failure}");
            server.recover();
            assert_eq!(story(&context, "web").await, [(1, Status::Deployed), (2, Status::Failed)], "{hung}");
            assert!(get(&context, "web", 2).await.unwrap().info.description.ends_with("context canceled"));
        });
    }
}

#[test]
fn objects_of_others_are_left_alone() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        let foreign = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hull", "namespace": "dock"}});
        server.put("/api/v1/namespaces/dock/configmaps/hull", foreign.clone());
        let failure = install(&context, install_request(simple("1"))).await.unwrap_err();
        let start = "unable to continue with install: ConfigMap \"hull\" in namespace \"dock\" exists and cannot be \
                     imported into the current release: invalid ownership metadata; label validation error: ";
        assert!(failure.to_string().starts_with(start), "{failure}");
        assert!(story(&context, "web").await.is_empty());

        let request = InstallRequest { take_ownership: true, ..install_request(simple("1")) };
        install(&context, request).await.unwrap();
        server.put("/api/v1/namespaces/dock/configmaps/hull", foreign);
        let gone = uninstall(&context, "web", &UninstallOptions::default()).await.unwrap().unwrap();
        assert_eq!(
            gone.info,
            "1 resource(s) were not deleted because they are not owned by this release:\n[ConfigMap] hull\n"
        );
        assert_eq!(server.objects(), ["configmaps/hull"]);
    });
}

#[test]
fn kept_objects_stay() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        let kept = config_map("hull", "1")
            .replace("\ndata:", "\n  annotations:\n    helm.sh/resource-policy: keep\ndata:");
        install(&context, install_request(chart(&[("a.yaml", &kept), ("b.yaml", &config_map("sail", "1"))])))
            .await
            .unwrap();
        upgrade(&context, upgrade_request(chart(&[("b.yaml", &config_map("sail", "2"))]))).await.unwrap();
        assert_eq!(server.objects(), ["configmaps/hull", "configmaps/sail"]);
        rollback(&context, &RollbackRequest::new("web")).await.unwrap();
        let gone = uninstall(&context, "web", &UninstallOptions::default()).await.unwrap().unwrap();
        assert_eq!(gone.info, "These resources were kept due to the resource policy:\n[ConfigMap] hull\n");
        assert_eq!(server.objects(), ["configmaps/hull"]);
    });
}

#[test]
fn a_pending_release_blocks_and_a_missing_one_is_installed_on_request() {
    run(async {
        let Bench { context, notes, .. } = bench(Compat::V4);
        let missing = upgrade(&context, upgrade_request(simple("1"))).await.unwrap_err();
        assert_eq!(missing.to_string(), "\"web\" has no deployed releases");
        assert_eq!(missing.kind, FailureKind::NotFound);
        let request = UpgradeRequest {
            if_missing: IfMissing::Install { create_namespace: true },
            ..upgrade_request(simple("1"))
        };
        upgrade(&context, request).await.unwrap();
        assert!(notes.0.lock().unwrap().contains(&"installing web".to_owned()));

        let mut pending = get(&context, "web", 1).await.unwrap();
        pending.version = 2;
        pending.set_status(Status::PendingUpgrade, "under way");
        context.target.store.create(&pending).await.unwrap();
        let blocked = upgrade(&context, upgrade_request(simple("2"))).await.unwrap_err();
        assert_eq!(blocked.to_string(), "another operation (install/upgrade/rollback) is in progress");
    });
}

#[test]
fn history_is_pruned_and_values_are_reused() {
    run(async {
        let Bench { context, .. } = bench(Compat::V4);
        let values: Map = [("color", "red")].into_iter().collect();
        install(&context, InstallRequest::new("web", simple("1"), values)).await.unwrap();
        for _ in 0..4 {
            let request = UpgradeRequest { max_history: 2, ..upgrade_request(simple("2")) };
            upgrade(&context, request).await.unwrap();
        }
        assert_eq!(story(&context, "web").await, [(4, Status::Superseded), (5, Status::Deployed)]);
        let reused = get_values(&context, "web", 0, false).await.unwrap();
        assert_eq!(reused.get("color"), Some("red".into()));
        let request = UpgradeRequest { reuse: ReuseValues::Never, ..upgrade_request(simple("2")) };
        upgrade(&context, request).await.unwrap();
        assert!(get_values(&context, "web", 0, false).await.unwrap().is_empty());
        let failure =
            rollback(&context, &RollbackRequest { revision: 1, ..RollbackRequest::new("web") }).await;
        assert_eq!(failure.unwrap_err().to_string(), "release has no 1 version");
    });
}

#[test]
fn dry_runs_change_nothing() {
    run(async {
        let Bench { server, context, .. } = bench(Compat::V4);
        for dry_run in [DryRun::Client, DryRun::Server] {
            let conduct = Conduct { dry_run, ..Conduct::default() };
            let request = InstallRequest { conduct, ..install_request(simple("1")) };
            let release = install(&context, request).await.unwrap();
            assert_eq!(release.info.description, "Dry run complete");
            assert!(release.manifest.starts_with("---\n# Source: ship/templates/a.yaml\n"));
            let wrote = server.requests().into_iter().any(|request| !request.starts_with("GET "));
            assert!(!wrote && server.objects().is_empty());
        }
        let rendering = Rendering { hide_secrets: true, ..Rendering::default() };
        let failure = install(&context, InstallRequest { rendering, ..install_request(simple("1")) })
            .await
            .unwrap_err();
        assert_eq!(failure.to_string(), "hiding Kubernetes secrets requires a dry-run mode");
    });
}

#[test]
fn tests_run_with_filters_and_the_record_keeps_all_hooks() {
    run(async {
        let Bench { context, .. } = bench(Compat::V4);
        let with_tests = chart(&[
            ("a.yaml", &config_map("hull", "1")),
            ("t1.yaml", &job("leaks", "test", "before-hook-creation", "ok")),
            ("t2.yaml", &job("speed", "test", "before-hook-creation", "fail")),
        ]);
        install(&context, install_request(with_tests)).await.unwrap();
        let tested =
            test(&context, &TestRequest { include: vec!["leaks".to_owned()], ..TestRequest::new("web") })
                .await
                .unwrap();
        assert!(tested.errors.is_empty(), "{:?}", tested.errors);
        let names: Vec<_> = tested.release.hooks.iter().map(|hook| hook.name.as_str()).collect();
        assert_eq!(names, ["speed", "leaks"]);
        let tested = test(&context, &TestRequest::new("web")).await.unwrap();
        assert_eq!(tested.errors.len(), 1);
        let record = get(&context, "web", 0).await.unwrap();
        assert_eq!(record.hooks.iter().filter(|hook| hook.last_run.phase == HookPhase::Failed).count(), 1);
        assert_eq!(record.info.status, Status::Deployed);
    });
}

#[test]
fn lists_show_the_newest_revisions() {
    run(async {
        let Bench { context, .. } = bench(Compat::V4);
        for name in ["web", "api", "db"] {
            let labels = Labels::from([("tier".to_owned(), name.to_owned())]);
            let chart = chart(&[("a.yaml", &config_map(name, "1"))]);
            install(&context, InstallRequest { labels, ..InstallRequest::new(name, chart, Map::new()) })
                .await
                .unwrap();
        }
        let chart = chart(&[("a.yaml", &config_map("web", "1"))]);
        upgrade(&context, UpgradeRequest::new("web", chart, Map::new())).await.unwrap();
        let names = async |request: ListRequest| -> Vec<String> {
            list(&context, &request)
                .await
                .unwrap()
                .into_iter()
                .map(|s| format!("{}.{}", s.name, s.version))
                .collect()
        };
        let all = ListRequest::default();
        assert_eq!(names(all.clone()).await, ["api.1", "db.1", "web.2"]);
        assert_eq!(names(ListRequest { reverse: true, max: 2, ..all.clone() }).await, ["web.2", "db.1"]);
        assert_eq!(names(ListRequest { offset: 1, ..all.clone() }).await, ["db.1", "web.2"]);
        assert_eq!(
            names(ListRequest { filter: "^(a|d)".to_owned(), ..all.clone() }).await,
            ["api.1", "db.1"]
        );
        assert_eq!(
            names(ListRequest { selector: "tier!=api".to_owned(), ..all.clone() }).await,
            ["db.1", "web.2"]
        );
        let superseded = ListRequest { states: vec![Status::Superseded], ..all.clone() };
        assert_eq!(names(superseded).await, ["web.1"]);
        let wrong = list(&context, &ListRequest { filter: "(".to_owned(), ..all }).await.unwrap_err();
        assert_eq!(wrong.to_string(), "error parsing regexp: missing closing ): `(`");
    });
}

#[test]
fn records_lie_where_helm_looks_for_them() {
    run(async {
        for (driver, kind, path) in
            [(Driver::Secrets, "Secret", "secrets"), (Driver::ConfigMaps, "ConfigMap", "configmaps")]
        {
            let Bench { server, mut context, .. } = bench(Compat::V4);
            context.target.store = Store::new(driver, server.cluster(), "dock", Compat::V4);
            let labels = Labels::from([("team".to_owned(), "dock".to_owned())]);
            install(&context, InstallRequest { labels, ..install_request(simple("1")) }).await.unwrap();
            let record = server.object(&format!("{path}/sh.helm.release.v1.web.v1"));
            assert_eq!((record["kind"].as_str(), record["apiVersion"].as_str()), (Some(kind), Some("v1")));
            let of_secrets = if driver == Driver::Secrets { Some("helm.sh/release.v1") } else { None };
            assert_eq!(record["type"].as_str(), of_secrets);
            let mut labels = record["metadata"]["labels"].as_object().unwrap().clone();
            assert!(labels.remove("modifiedAt").unwrap().as_str().unwrap().parse::<u64>().is_ok());
            let rest = serde_json::json!({
                "name": "web", "owner": "helm", "status": "deployed", "version": "1", "team": "dock",
            });
            assert_eq!(serde_json::Value::Object(labels), rest);

            let request = UpgradeRequest {
                labels: Labels::from([
                    ("team".to_owned(), "null".to_owned()),
                    ("tier".to_owned(), "b".to_owned()),
                ]),
                ..upgrade_request(simple("2"))
            };
            upgrade(&context, request).await.unwrap();
            let second = server.object(&format!("{path}/sh.helm.release.v1.web.v2"));
            assert_eq!(second["metadata"]["labels"]["tier"], "b");
            assert!(second["metadata"]["labels"].get("team").is_none());
            let taken = install(
                &context,
                InstallRequest {
                    labels: Labels::from([("owner".to_owned(), "me".to_owned())]),
                    ..InstallRequest::new("other", simple("1"), Map::new())
                },
            );
            assert_eq!(
                taken.await.unwrap_err().to_string(),
                "user supplied labels contains system reserved label name. System labels: [name owner status \
                 version createdAt modifiedAt]"
            );
        }
    });
}
