use helm_chart::Compat;
use helm_kube::{Deletable, Resource};
use helm_release::manifest::{self, Manifest, ResourcePolicy};
use helm_release::plan::{self, StageKind, UninstallPlan};
use helm_release::{History, Order, Release, Revision, Status, validate_name};
use k8s_object::ownership::Owner;

use crate::execute::{Executor, StageFailure};
use crate::target::now;
use crate::unlock::claimed_records;
use crate::{ActionError, Context, Failure, Level, UninstallOptions, Wait, build};

/// A release that was removed.
#[derive(Clone, Debug)]
pub struct Uninstalled {
    /// Its last revision.
    pub release: Release,
    /// What the user should know: objects that were kept.
    pub info: String,
}

/// Removes a release. `None` is answered for one that is not there, where that is fine.
pub async fn uninstall(
    context: &Context,
    name: &str,
    options: &UninstallOptions,
) -> Result<Option<Uninstalled>, Failure> {
    context.cluster().check_reachable().await?;
    if options.dry_run {
        return dry_run(context, name, options).await;
    }
    if validate_name(name).is_err() {
        return Err(invalid_name(name).into());
    }
    let records = match claimed_records(context, name).await {
        Ok(records) => records,
        Err(error) if error.is_locked() => return Err(error.into()),
        Err(_) if options.ignore_not_found => return Ok(None),
        Err(error) => {
            return Err(error.during(format!("uninstall: Release not loaded: {name}")).into());
        }
    };
    let Some(history) = History::new(records) else { return Err(ActionError::MissingRelease.into()) };
    let release = history.last().release()?;
    let versions: Vec<u32> = history.revisions().iter().map(Revision::version).collect();
    if release.info.status == Status::Uninstalled {
        return already_gone(context, release, &versions, options).await.map(Some);
    }
    // Records that stay say that their revision is no longer deployed.
    let mut deployed = Vec::new();
    if options.keep_history {
        let others = history.revisions().iter().filter(|r| r.version() != release.version);
        for record in others.filter(|record| *record.status() == Status::Deployed) {
            deployed.push(record.release()?);
        }
    }
    remove(context, release, versions, deployed, options).await.map(Some)
}

fn invalid_name(name: &str) -> ActionError {
    ActionError::InvalidName { context: "uninstall: R", name: name.to_owned() }
}

async fn remove(
    context: &Context,
    mut release: Release,
    revisions: Vec<u32>,
    deployed: Vec<Release>,
    options: &UninstallOptions,
) -> Result<Uninstalled, Failure> {
    release.info.deleted = Some(now());
    release.set_status(Status::Uninstalling, "Deletion in progress (or silently failed)");
    let contents = contents(context, &release).await.map_err(|error| {
        let text = error.to_string();
        context.log(Level::Debug, "uninstall: Failed to delete release", &[("error", &text)]);
        Failure::from(ActionError::NotDeleted(release.name.clone()))
    })?;
    let plan = plan::uninstall(UninstallPlan {
        release: &release,
        objects: contents.objects,
        revisions,
        deployed: deployed.iter().map(|release| release.version).collect(),
        keep_history: options.keep_history,
        propagation: options.propagation,
        hooks: options.hooks,
        wait: options.wait != Wait::HookOnly,
        description: match options.description.as_str() {
            "" => "Uninstallation complete",
            own => own,
        },
    });
    let name = release.name.clone();
    let mut executor = Executor::new(context, release, deployed);
    executor.wait = options.wait;
    executor.timeout = options.timeout;
    executor.server_side = context.compat() == Compat::V4;
    match executor.run(plan).await {
        Ok(()) => {}
        Err(StageFailure { stage: StageKind::Delete, step, error }) => {
            let kind = error.kind();
            let text = error.to_string();
            context.log(Level::Debug, "uninstall: Failed to delete release", &[("error", &text)]);
            let source =
                if kind == crate::FailureKind::Cancelled { error } else { ActionError::NotDeleted(name) };
            return Err(Failure { kind, release: Some(Box::new(executor.into_release())), step, source });
        }
        Err(StageFailure { step, error, .. }) => {
            let kind = error.kind();
            let release = Some(Box::new(executor.into_release()));
            return Err(Failure { kind, release, step, source: error });
        }
    }
    let purging = |(stage, error): (StageKind, ActionError)| match stage {
        StageKind::Record => error.during("uninstall: Failed to purge the release"),
        _ => error,
    };
    let errors: Vec<_> = std::mem::take(&mut executor.tolerated).into_iter().map(purging).collect();
    let mut release = executor.into_release();
    if !options.keep_history {
        let description =
            if options.description.is_empty() { "Uninstallation complete" } else { &options.description };
        release.set_status(Status::Uninstalled, description);
    }
    match errors.len() {
        0 => Ok(Uninstalled { release, info: contents.kept }),
        count => {
            let source = ActionError::Many { errors, separator: "; " }
                .during(format!("uninstallation completed with {count} error(s)"));
            Err(Failure { kind: source.kind(), release: Some(Box::new(release)), step: None, source })
        }
    }
}

/// A release that was removed and whose records stayed: the records go, or it is said that it is gone.
async fn already_gone(
    context: &Context,
    release: Release,
    versions: &[u32],
    options: &UninstallOptions,
) -> Result<Uninstalled, Failure> {
    if options.keep_history {
        return Err(ActionError::AlreadyDeleted(release.name).into());
    }
    for version in versions {
        let deleted = context.store().delete(&release.name, *version).await;
        deleted.map_err(|e| ActionError::Store(e).during("uninstall: Failed to purge the release"))?;
    }
    Ok(Uninstalled { release, info: String::new() })
}

/// What a release has on the cluster.
struct Contents {
    /// What is to be deleted.
    objects: Vec<k8s_object::ObjectRef>,
    /// What is kept, for the user.
    kept: String,
}

async fn contents(context: &Context, release: &Release) -> Result<Contents, ActionError> {
    let sorted =
        manifest::sort_stored(&release.manifest, Order::Uninstall, context.compat()).map_err(|e| {
            ActionError::Sort(e).during("corrupted release record. You must manually delete the resources")
        })?;
    let (kept, rest): (Vec<_>, Vec<_>) =
        sorted.objects.into_iter().partition(|manifest| manifest.policy() == ResourcePolicy::Keep);
    let rest: Vec<Manifest> =
        rest.into_iter().filter(|manifest| manifest.policy() == ResourcePolicy::Delete).collect();
    let mut text = kept_by_policy(&kept);
    let resources = build::bind(context, &rest, &release.namespace)
        .await
        .map_err(|e| e.during("unable to build kubernetes objects for delete"))?;
    if context.compat() == Compat::V3 {
        return Ok(Contents { objects: resources.iter().map(Resource::reference).collect(), kept: text });
    }
    let owner = Owner { name: &release.name, namespace: &release.namespace };
    let found = context.cluster().deletable(&resources, owner).await;
    describe_kept(context, release, &resources, &found, &mut text);
    Ok(Contents { objects: found.owned.iter().map(|at| resources[*at].reference()).collect(), kept: text })
}

fn kept_by_policy(kept: &[Manifest]) -> String {
    if kept.is_empty() {
        return String::new();
    }
    let lines = kept.iter().map(|manifest| format!("[{}] {}\n", manifest.head.kind, manifest.head.name));
    std::iter::once("These resources were kept due to the resource policy:\n".to_owned())
        .chain(lines)
        .collect()
}

fn describe_kept(
    context: &Context,
    release: &Release,
    resources: &[Resource],
    found: &Deletable,
    text: &mut String,
) {
    let fields = |resource: &Resource| {
        [
            ("kind", resource.resource_type.kind.to_string()),
            ("name", resource.name.clone()),
            ("namespace", resource.namespace.clone()),
            ("release", release.name.clone()),
        ]
    };
    let warn = |message: &str, resource: &Resource, error: Option<String>| {
        let owned = fields(resource);
        let mut borrowed: Vec<_> = owned.iter().map(|(key, value)| (*key, value.as_str())).collect();
        borrowed.extend(error.as_deref().map(|error| ("error", error)));
        context.log(Level::Warn, message, &borrowed);
    };
    let mut section = |heading: String, lines: String| {
        if !text.is_empty() {
            text.push('\n');
        }
        *text += &heading;
        *text += &lines;
    };
    if !found.unowned.is_empty() {
        let mut lines = String::new();
        for resource in found.unowned.iter().map(|at| &resources[*at]) {
            warn("skipping delete of resource not owned by this release", resource, None);
            lines += &format!("[{}] {}\n", resource.resource_type.kind, resource.name);
        }
        let count = found.unowned.len();
        section(
            format!("{count} resource(s) were not deleted because they are not owned by this release:\n"),
            lines,
        );
    }
    if !found.unverifiable.is_empty() {
        let mut lines = String::new();
        for (at, error) in &found.unverifiable {
            let resource = &resources[*at];
            let message = "skipping delete of resource because ownership could not be verified";
            warn(message, resource, Some(error.to_string()));
            lines += &format!("[{}] {}: {error}\n", resource.resource_type.kind, resource.name);
        }
        let count = found.unverifiable.len();
        let heading =
            format!("{count} resource(s) were not deleted because their ownership could not be verified:\n");
        section(heading, lines);
    }
}

async fn dry_run(
    context: &Context,
    name: &str,
    options: &UninstallOptions,
) -> Result<Option<Uninstalled>, Failure> {
    let release = match crate::get::release(context, name, 0).await {
        Err(error) if options.ignore_not_found && error.is_not_found() => return Ok(None),
        other => other?,
    };
    let info = match manifest::sort_stored(&release.manifest, Order::Uninstall, context.compat()) {
        Ok(sorted) => {
            let (kept, _): (Vec<_>, Vec<_>) =
                sorted.objects.into_iter().partition(|manifest| manifest.policy() == ResourcePolicy::Keep);
            kept_by_policy(&kept)
        }
        Err(_) => String::new(),
    };
    Ok(Some(Uninstalled { release, info }))
}
