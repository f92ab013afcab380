//! Plans as tables: what is to be done, stage by stage, for the ways from one revision to the next.

use helm_release::plan::{
    ApplyMode, Change, InstallPlan, Method, Plan, Propagation, Step, UninstallPlan, install, rollback,
    uninstall, upgrade,
};
use helm_release::{ApplyMethod, DeletePolicy, Hook, HookEvent, OutputLogPolicy, Release};
use k8s_object::Object;

const SERVER_SIDE: ApplyMode = ApplyMode::ServerSide { force_conflicts: false };

fn object(kind: &str, name: &str) -> Object {
    Object::new("v1", kind, "dock", name)
}

fn objects(names: &[&str]) -> Vec<Object> {
    names.iter().map(|name| object("ConfigMap", name)).collect()
}

fn hook(name: &str, weight: i64, events: &[HookEvent], policies: &[DeletePolicy]) -> Hook {
    Hook {
        name: name.to_owned(),
        kind: "Job".to_owned(),
        weight,
        events: events.to_vec(),
        delete_policies: policies.to_vec(),
        ..Hook::default()
    }
}

fn release(version: u32, hooks: Vec<Hook>) -> Release {
    Release { name: "web".to_owned(), namespace: "dock".to_owned(), version, hooks, ..Release::default() }
}

fn install_plan<'a>(release: &'a Release, names: &[&str]) -> InstallPlan<'a> {
    InstallPlan {
        release,
        objects: objects(names),
        existing: Vec::new(),
        mode: SERVER_SIDE,
        take_ownership: false,
        create_namespace: false,
        supersedes: None,
        hooks: true,
        wait: false,
        wait_for_jobs: false,
        description: "Install complete",
    }
}

fn change<'a>(release: &'a Release, current: &'a Release, before: &[&str], wanted: &[&str]) -> Change<'a> {
    Change {
        release,
        current,
        current_objects: objects(before),
        objects: objects(wanted),
        adopted: Vec::new(),
        deployed: Vec::new(),
        outdated: Vec::new(),
        mode: SERVER_SIDE,
        hooks: true,
        wait: false,
        wait_for_jobs: false,
        description: Some("Upgrade complete"),
    }
}

fn check(plan: &Plan, lines: &[&str]) {
    let shown = plan.to_string();
    assert_eq!(shown.lines().skip(1).collect::<Vec<_>>(), lines);
    // A plan is a value that other programs can read.
    assert!(serde_json::to_value(plan).unwrap()["stages"].is_array());
}

fn methods(plan: &Plan) -> Vec<&Method> {
    let steps = plan.stages.iter().flat_map(|stage| &stage.steps);
    steps.filter_map(|step| if let Step::Apply(apply) = step { Some(&apply.method) } else { None }).collect()
}

#[test]
fn a_plain_install() {
    let release = release(1, Vec::new());
    let plan = install(install_plan(&release, &["a", "b"]));
    assert!(plan.to_string().starts_with("install web in dock, revision 1\n"));
    check(
        &plan,
        &[
            "records:",
            "  + record of revision 1: pending-install",
            "create:",
            "  ~ ConfigMap/dock/a (server-side apply)",
            "  ~ ConfigMap/dock/b (server-side apply)",
            "records:",
            "  ~ record of revision 1: deployed",
        ],
    );
}

#[test]
fn an_install_with_everything() {
    let late = hook("late", 5, &[HookEvent::PreInstall], &[]);
    let early = Hook {
        output_log_policies: vec![OutputLogPolicy::HookSucceeded],
        ..hook("early", -1, &[HookEvent::PreInstall, HookEvent::PostInstall], &[DeletePolicy::HookSucceeded])
    };
    let release = release(3, vec![late, early]);
    let plan = install(InstallPlan {
        create_namespace: true,
        supersedes: Some(2),
        wait: true,
        wait_for_jobs: true,
        ..install_plan(&release, &["a"])
    });
    check(
        &plan,
        &[
            "namespace:",
            "  + Namespace dock",
            "records:",
            "  ~ record of revision 2: superseded",
            "  + record of revision 3: pending-install",
            "pre-install hooks:",
            "  > Job early (weight -1)",
            "  - Job late (before-hook-creation)",
            "  > Job late (weight 5)",
            "    logs of Job early",
            "  - Job early (hook-succeeded)",
            "create:",
            "  ~ ConfigMap/dock/a (server-side apply)",
            "wait:",
            "  until 1 objects are ready, Jobs complete",
            "post-install hooks:",
            "  > Job early (weight -1)",
            "    logs of Job early",
            "  - Job early (hook-succeeded)",
            "records:",
            "  ~ record of revision 3: deployed",
        ],
    );
}

#[test]
fn an_install_over_existing_objects() {
    let release = release(1, Vec::new());
    let existing = vec![object("ConfigMap", "b").reference()];
    let force = ApplyMode::ServerSide { force_conflicts: true };
    let plan = |mode, take_ownership| {
        let request = install_plan(&release, &["a", "b"]);
        install(InstallPlan { existing: existing.clone(), mode, take_ownership, ..request })
    };
    assert_eq!(
        methods(&plan(force, false)),
        [
            &Method::ServerSide { force_conflicts: true, upgrade_manager: false },
            &Method::ServerSide { force_conflicts: true, upgrade_manager: true },
        ]
    );
    assert_eq!(
        methods(&plan(ApplyMode::ThreeWay, true)),
        [
            &Method::ThreeWay { original: None, merge_unstructured: true },
            &Method::ThreeWay { original: Some(object("ConfigMap", "b")), merge_unstructured: true },
        ]
    );
    assert_eq!(methods(&plan(ApplyMode::Replace, false)), [&Method::Replace, &Method::Replace]);
    // Fields of an object that is not there have no other owner to overrule.
    let fresh = install(InstallPlan { mode: force, ..install_plan(&release, &["a"]) });
    assert_eq!(methods(&fresh), [&Method::ServerSide { force_conflicts: false, upgrade_manager: false }]);
    let client = install(InstallPlan { mode: ApplyMode::ThreeWay, ..install_plan(&release, &["a"]) });
    assert_eq!(methods(&client), [&Method::Create]);
}

#[test]
fn an_upgrade() {
    let hooks = vec![hook("migrate", 0, &[HookEvent::PreUpgrade], &[])];
    let (current, next) = (release(4, Vec::new()), release(5, hooks));
    let request = change(&next, &current, &["a", "gone"], &["a", "new"]);
    let plan = upgrade(Change { outdated: vec![1, 2], wait: true, ..request });
    check(
        &plan,
        &[
            "records:",
            "  - record of revision 1",
            "  - record of revision 2",
            "  + record of revision 5: pending-upgrade",
            "pre-upgrade hooks:",
            "  - Job migrate (before-hook-creation)",
            "  > Job migrate (weight 0)",
            "apply:",
            "  ~ ConfigMap/dock/a (server-side apply)",
            "  ~ ConfigMap/dock/new (server-side apply)",
            "  - ConfigMap/dock/gone unless kept",
            "wait:",
            "  until 2 objects are ready",
            "records:",
            "  ~ record of revision 4: superseded",
            "  ~ record of revision 5: deployed",
        ],
    );
}

#[test]
fn the_manager_is_moved_once_only() {
    let next = release(2, Vec::new());
    let mut current = release(1, Vec::new());
    let moved = |current: &Release| {
        let plan = upgrade(change(&next, current, &["a"], &["a"]));
        matches!(methods(&plan)[..], [Method::ServerSide { upgrade_manager: true, .. }])
    };
    assert!(moved(&current));
    current.apply_method = Some(ApplyMethod::ServerSide);
    assert!(!moved(&current));
    let plan = rollback(change(&next, &current, &["a"], &["a"]));
    assert!(matches!(methods(&plan)[..], [Method::ServerSide { upgrade_manager: true, .. }]));
}

#[test]
fn three_way_merges_start_from_the_last_applied_object() {
    let (current, next) = (release(1, Vec::new()), release(2, Vec::new()));
    let adopted = vec![object("ConfigMap", "mine").reference()];
    let request = change(&next, &current, &["a"], &["a", "mine", "new"]);
    let plan = upgrade(Change { mode: ApplyMode::ThreeWay, adopted, ..request });
    let original = |name: Option<&str>| Method::ThreeWay {
        original: name.map(|name| object("ConfigMap", name)),
        merge_unstructured: false,
    };
    assert_eq!(methods(&plan), [&original(Some("a")), &original(Some("mine")), &original(None)]);
}

#[test]
fn a_rollback_supersedes_all_that_is_deployed() {
    let (current, next) = (release(4, Vec::new()), release(5, Vec::new()));
    let request = change(&next, &current, &["a", "b"], &["a"]);
    check(
        &rollback(Change { deployed: vec![2, 4], hooks: false, description: None, ..request }),
        &[
            "records:",
            "  + record of revision 5: pending-rollback",
            "apply:",
            "  ~ ConfigMap/dock/a (server-side apply)",
            "  - ConfigMap/dock/b unless kept",
            "records:",
            "  ~ record of revision 2: superseded",
            "  ~ record of revision 4: superseded",
            "  ~ record of revision 5: deployed",
        ],
    );
}

#[test]
fn an_uninstall_with_and_without_history() {
    let hooks = vec![
        hook("before", 0, &[HookEvent::PreDelete], &[DeletePolicy::HookFailed]),
        hook("after", 0, &[HookEvent::PostDelete], &[DeletePolicy::HookFailed]),
    ];
    let release = release(3, hooks);
    let plan = |keep_history| {
        uninstall(UninstallPlan {
            release: &release,
            objects: vec![object("ConfigMap", "a").reference()],
            revisions: vec![1, 2, 3],
            deployed: vec![1, 3],
            keep_history,
            propagation: Propagation::Foreground,
            hooks: true,
            wait: true,
            description: "Uninstallation complete",
        })
    };
    let begin = [
        "pre-delete hooks:",
        "  > Job before (weight 0)",
        "records:",
        "  ~ record of revision 3: uninstalling",
        "delete:",
        "  - ConfigMap/dock/a (foreground)",
        "wait:",
        "  until 1 objects are gone",
        "post-delete hooks:",
        "  > Job after (weight 0)",
        "records:",
    ];
    let purge = ["  - record of revision 1", "  - record of revision 2", "  - record of revision 3"];
    let keep = ["  ~ record of revision 3: uninstalled", "  ~ record of revision 1: superseded"];
    check(&plan(false), &[&begin[..], &purge[..]].concat());
    check(&plan(true), &[&begin[..], &keep[..]].concat());
    // What fails after the objects went is told and ends nothing.
    let goes_on: Vec<bool> = plan(false).stages.iter().map(|stage| stage.goes_on).collect();
    assert_eq!(goes_on, [false, false, false, true, true, true]);
}
