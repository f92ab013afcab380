use k8s_object::{Object, ObjectRef};

use super::{
    Apply, ApplyMode, HookRef, Method, Operation, Plan, Propagation, RecordWrite, Stage, StageKind, Step,
};
use crate::hook::execution_order;
use crate::{DeletePolicy, HookEvent, OutputLogPolicy, Release, Status};

/// What a first install is made from.
#[derive(Debug)]
pub struct InstallPlan<'a> {
    /// The record of the new revision.
    pub release: &'a Release,
    /// The wanted objects in install order.
    pub objects: Vec<Object>,
    /// Which of them are on the cluster and belong to the release already.
    pub existing: Vec<ObjectRef>,
    /// How objects are written.
    pub mode: ApplyMode,
    /// Whether objects of others are taken over.
    pub take_ownership: bool,
    /// Whether the namespace is made.
    pub create_namespace: bool,
    /// The revision whose place this one takes, if its record has to say so.
    pub supersedes: Option<u32>,
    /// Whether hooks run.
    pub hooks: bool,
    /// Whether to wait for the objects, and for Jobs among them.
    pub wait: bool,
    /// Whether Jobs have to be complete.
    pub wait_for_jobs: bool,
    /// What the record says afterwards.
    pub description: &'a str,
}

/// What an upgrade or a rollback is made from.
#[derive(Debug)]
pub struct Change<'a> {
    /// The record of the new revision.
    pub release: &'a Release,
    /// The record whose objects are on the cluster.
    pub current: &'a Release,
    /// The objects of the current revision in their order.
    pub current_objects: Vec<Object>,
    /// The wanted objects in install order.
    pub objects: Vec<Object>,
    /// New objects that are on the cluster and may be taken over.
    pub adopted: Vec<ObjectRef>,
    /// Revisions that are deployed now.
    pub deployed: Vec<u32>,
    /// Revisions whose records make room for the new one.
    pub outdated: Vec<u32>,
    /// How objects are written.
    pub mode: ApplyMode,
    /// Whether hooks run.
    pub hooks: bool,
    /// Whether to wait for the objects.
    pub wait: bool,
    /// Whether Jobs have to be complete.
    pub wait_for_jobs: bool,
    /// What the record says afterwards; `None` leaves what it says.
    pub description: Option<&'a str>,
}

/// What a removal is made from.
#[derive(Debug)]
pub struct UninstallPlan<'a> {
    /// The record of the newest revision.
    pub release: &'a Release,
    /// Its objects in uninstall order, without those that stay.
    pub objects: Vec<ObjectRef>,
    /// All revisions, oldest first.
    pub revisions: Vec<u32>,
    /// Revisions that are deployed.
    pub deployed: Vec<u32>,
    /// Whether the records stay.
    pub keep_history: bool,
    /// What happens to dependent objects.
    pub propagation: Propagation,
    /// Whether hooks run.
    pub hooks: bool,
    /// Whether to wait until the objects are gone.
    pub wait: bool,
    /// What the record says afterwards.
    pub description: &'a str,
}

/// Plans the first revision.
pub fn install(request: InstallPlan<'_>) -> Plan {
    let release = request.release;
    let mut plan = Plan::new(Operation::Install, release);
    if request.create_namespace {
        let name = release.namespace.clone();
        plan.push(StageKind::Namespace, vec![Step::CreateNamespace { name }]);
    }
    let mut records = Vec::new();
    if let Some(revision) = request.supersedes {
        let description = Some("superseded by new release".to_owned());
        records.push(write(revision, Status::Superseded, description, true));
    }
    records.push(create(release, Status::PendingInstall));
    plan.push(StageKind::Record, records);
    plan.hooks(release, HookEvent::PreInstall, request.hooks);
    let references: Vec<_> = request.objects.iter().map(Object::reference).collect();
    let (kind, steps) = install_steps(&request);
    plan.push(kind, steps);
    plan.wait_ready(request.wait, references, request.wait_for_jobs);
    plan.hooks(release, HookEvent::PostInstall, request.hooks);
    let description = Some(request.description.to_owned());
    plan.push(StageKind::Record, vec![write(release.version, Status::Deployed, description, false)]);
    plan
}

/// Objects are made where none of them is there yet. Where one is, all are applied: the existing ones with
/// themselves as the last applied state, as Helm does.
fn install_steps(request: &InstallPlan<'_>) -> (StageKind, Vec<Step>) {
    let server_side = matches!(request.mode, ApplyMode::ServerSide { .. });
    let method = |object: &Object| match request.mode {
        ApplyMode::ServerSide { .. } if request.existing.is_empty() => {
            // Nobody else can own a field of an object that is not there.
            Method::ServerSide { force_conflicts: false, upgrade_manager: false }
        }
        ApplyMode::ServerSide { force_conflicts } => {
            let exists = contains(&request.existing, &object.reference());
            Method::ServerSide { force_conflicts, upgrade_manager: exists }
        }
        _ if request.existing.is_empty() => Method::Create,
        ApplyMode::Replace => Method::Replace,
        ApplyMode::ThreeWay => Method::ThreeWay {
            original: contains(&request.existing, &object.reference()).then(|| object.clone()),
            merge_unstructured: request.take_ownership && !server_side,
        },
    };
    let steps = request.objects.iter().map(|object| apply(object.clone(), method(object))).collect();
    let kind = if request.existing.is_empty() { StageKind::Create } else { StageKind::Update };
    (kind, steps)
}

/// Plans the next revision from a chart.
pub fn upgrade(request: Change<'_>) -> Plan {
    let (release, current) = (request.release, request.current.version);
    let events = (HookEvent::PreUpgrade, HookEvent::PostUpgrade);
    // An object that client-side apply wrote keeps that manager unless it is moved.
    let upgrade_manager = !request.current.is_server_side();
    let description = request.description.map(str::to_owned);
    let mut plan = change(Operation::Upgrade, request, events, upgrade_manager, Status::PendingUpgrade);
    let records = vec![
        write(current, Status::Superseded, None, false),
        write(release.version, Status::Deployed, description, true),
    ];
    plan.push(StageKind::Record, records);
    plan
}

/// Plans the next revision from an earlier one.
pub fn rollback(request: Change<'_>) -> Plan {
    let release = request.release;
    let events = (HookEvent::PreRollback, HookEvent::PostRollback);
    let deployed = request.deployed.clone();
    let mut plan = change(Operation::Rollback, request, events, true, Status::PendingRollback);
    let superseded = deployed.into_iter().map(|revision| write(revision, Status::Superseded, None, false));
    let mut records: Vec<_> = superseded.collect();
    records.push(write(release.version, Status::Deployed, None, true));
    plan.push(StageKind::Record, records);
    plan
}

fn change(
    operation: Operation,
    request: Change<'_>,
    (before, after): (HookEvent, HookEvent),
    upgrade_manager: bool,
    pending: Status,
) -> Plan {
    let release = request.release;
    let mut plan = Plan::new(operation, release);
    let outdated = request.outdated.iter().map(|&revision| Step::DeleteRecord { revision });
    plan.push(StageKind::Record, outdated.chain([create(release, pending)]).collect());
    plan.hooks(release, before, request.hooks);
    let references: Vec<_> = request.objects.iter().map(Object::reference).collect();
    let pruned: Vec<_> = request
        .current_objects
        .iter()
        .map(Object::reference)
        .filter(|object| !contains(&references, object))
        .collect();
    let mut steps = change_steps(
        request.objects,
        request.current_objects,
        &request.adopted,
        request.mode,
        upgrade_manager,
    );
    steps.extend(pruned.into_iter().map(|object| Step::Prune { object }));
    plan.push(StageKind::Update, steps);
    plan.wait_ready(request.wait, references, request.wait_for_jobs);
    plan.hooks(release, after, request.hooks);
    plan
}

fn change_steps(
    objects: Vec<Object>,
    mut current: Vec<Object>,
    adopted: &[ObjectRef],
    mode: ApplyMode,
    upgrade_manager: bool,
) -> Vec<Step> {
    let method = |object: &Object| match mode {
        ApplyMode::ServerSide { force_conflicts } => Method::ServerSide { force_conflicts, upgrade_manager },
        ApplyMode::Replace => Method::Replace,
        ApplyMode::ThreeWay => {
            let reference = object.reference();
            let at = current.iter().position(|c| c.reference().same_object(&reference));
            let original = match at {
                Some(at) => Some(current.swap_remove(at)),
                None => contains(adopted, &reference).then(|| object.clone()),
            };
            Method::ThreeWay { original, merge_unstructured: false }
        }
    };
    let mut method = method;
    objects
        .into_iter()
        .map(|object| {
            let method = method(&object);
            apply(object, method)
        })
        .collect()
}

/// Plans the removal.
pub fn uninstall(request: UninstallPlan<'_>) -> Plan {
    let release = request.release;
    let mut plan = Plan::new(Operation::Uninstall, release);
    plan.hooks(release, HookEvent::PreDelete, request.hooks);
    plan.push(StageKind::Record, vec![write(release.version, Status::Uninstalling, None, false)]);
    let objects = request.objects;
    let delete =
        |object: &ObjectRef| Step::Delete { object: object.clone(), propagation: request.propagation };
    plan.push(StageKind::Delete, objects.iter().map(delete).collect());
    // The objects are gone, or going: from here on there is nothing to go back to.
    let first = plan.stages.len();
    if request.wait && !objects.is_empty() {
        plan.push(StageKind::Wait, vec![Step::WaitDeleted { objects }]);
    }
    plan.hooks(release, HookEvent::PostDelete, request.hooks);
    let records = if request.keep_history {
        let description = Some(request.description.to_owned());
        let mut records = vec![write(release.version, Status::Uninstalled, description, false)];
        let others = request.deployed.iter().filter(|revision| **revision != release.version);
        records.extend(others.map(|revision| write(*revision, Status::Superseded, None, false)));
        records
    } else {
        request.revisions.iter().map(|&revision| Step::DeleteRecord { revision }).collect()
    };
    plan.push(StageKind::Record, records);
    plan.stages[first..].iter_mut().for_each(|stage| stage.goes_on = true);
    plan
}

impl Plan {
    fn new(operation: Operation, release: &Release) -> Plan {
        Plan {
            operation,
            release: release.name.clone(),
            namespace: release.namespace.clone(),
            revision: release.version,
            stages: Vec::new(),
        }
    }

    fn push(&mut self, kind: StageKind, steps: Vec<Step>) {
        if !steps.is_empty() {
            self.stages.push(Stage { kind, goes_on: false, steps });
        }
    }

    fn hooks(&mut self, release: &Release, event: HookEvent, enabled: bool) {
        if enabled {
            let steps = hook_steps(release, &event);
            self.push(StageKind::Hooks(event), steps);
        }
    }

    fn wait_ready(&mut self, wait: bool, objects: Vec<ObjectRef>, jobs: bool) {
        if wait && !objects.is_empty() {
            self.push(StageKind::Wait, vec![Step::WaitReady { objects, jobs }]);
        }
    }
}

/// The steps of the hooks of an event: each is removed where it is left over from before and run; when all
/// succeeded, logs are shown and objects deleted, last hook first.
pub fn hook_steps(release: &Release, event: &HookEvent) -> Vec<Step> {
    let order = execution_order(&release.hooks, event);
    let hook = |index: usize| HookRef::new(index, &release.hooks[index]);
    let mut steps = Vec::new();
    for &index in &order {
        if release.hooks[index].deletes_on(&DeletePolicy::BeforeHookCreation) {
            steps.push(Step::DeleteHook { hook: hook(index), policy: DeletePolicy::BeforeHookCreation });
        }
        steps.push(Step::RunHook { hook: hook(index) });
    }
    for &index in order.iter().rev() {
        if release.hooks[index].shows_logs_on(&OutputLogPolicy::HookSucceeded) {
            steps.push(Step::ShowHookLogs { hook: hook(index) });
        }
        if release.hooks[index].deletes_on(&DeletePolicy::HookSucceeded) {
            steps.push(Step::DeleteHook { hook: hook(index), policy: DeletePolicy::HookSucceeded });
        }
    }
    steps
}

fn contains(references: &[ObjectRef], reference: &ObjectRef) -> bool {
    references.iter().any(|other| other.same_object(reference))
}

fn apply(object: Object, method: Method) -> Step {
    Step::Apply(Box::new(Apply { object, method }))
}

fn create(release: &Release, status: Status) -> Step {
    Step::WriteRecord(RecordWrite {
        revision: release.version,
        create: true,
        status,
        description: None,
        required: true,
    })
}

fn write(revision: u32, status: Status, description: Option<String>, required: bool) -> Step {
    Step::WriteRecord(RecordWrite { revision, create: false, status, description, required })
}
