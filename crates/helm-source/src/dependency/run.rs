//! The two verbs: from the lock file, or anew.

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use helm_chart::{Chart, Compat, Dependency, Level, Lock, PathError, Time, Warning, archive, dir};

use super::download::{self, Failure, Job, Place, Remote, Task};
use super::event::{Event, Observer};
use super::index::{Indexes, Needed};
use super::local::Packing;
use super::path::join;
use super::repositories::{self, Names};
use super::resolve::{self, Offers};
use super::stage::Stage;
use super::{DependencyError, PARALLEL, find, local, lock};
use crate::http::Access;
use crate::oci::{self, is_oci};
use crate::repositories::{Entry, File};
use crate::{Sources, Verify};

/// What both verbs want to know.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Places and connections.
    pub sources: &'a Sources,
    /// Folder of the chart, as messages show it ([`super::clean_path`]).
    pub chart: &'a str,
    /// How registries are spoken to; chart repositories go by what `repositories.yaml` says.
    pub registry: &'a Access,
    /// Whether the indexes in the cache are used as they are.
    pub skip_refresh: bool,
    /// What happens with signatures.
    pub verify: Verify,
    /// The keys to verify with.
    pub keyring: &'a Path,
    /// Whether details are told.
    pub debug: bool,
    /// The time of a new lock file.
    pub now: Time,
    /// The time of all files in packed charts (`SOURCE_DATE_EPOCH`).
    pub epoch: Option<Time>,
}

/// Fetches the charts of the lock file; without one the charts are resolved as [`update`] does (Helm's
/// `Manager.Build`).
pub async fn build(request: &Request<'_>, observer: &mut Observer<'_>) -> Result<(), DependencyError> {
    let guard = alone(request.chart).await;
    let chart = load(request, observer)?;
    let Some(lock) = chart.lock.clone() else {
        return update_alone(request, guard.is_some(), observer).await;
    };
    let mut run = Run::new(request, guard.is_some())?;
    let mut asked = chart.metadata.dependencies.clone();
    let v1 = is_v1(&chart);
    // Helm 2 made its digest before it looked aliases up.
    let helm2 = v1.then(|| lock::digest_of_helm2(&asked));
    repositories::resolve(&mut asked, &run.configured, request.chart, request.debug, observer)?;
    let out_of_sync = || DependencyError::OutOfSync { compat: request.sources.compat, v1 };
    if !lock::fits(&asked, &lock) {
        let Some(helm2) = helm2 else { return Err(out_of_sync()) };
        let message = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
        observer(Event::Warning(&Warning {
            level: Level::Info,
            message: message.to_owned(),
            fields: Vec::new(),
            legacy: format!("manager.go:122: {message}"),
        }));
        if helm2 != lock.digest {
            return Err(out_of_sync());
        }
    }
    let unknown = repositories::not_configured(&lock.dependencies, &run.configured);
    if !unknown.is_empty() {
        return Err(DependencyError::NotConfigured(unknown));
    }
    run.refresh_configured(&lock.dependencies, &Names::default(), observer).await?;
    run.save(&mut lock.dependencies.clone(), observer).await
}

/// Chooses versions, fetches the charts and writes the lock file (Helm's `Manager.Update`).
pub async fn update(request: &Request<'_>, observer: &mut Observer<'_>) -> Result<(), DependencyError> {
    let guard = alone(request.chart).await;
    update_alone(request, guard.is_some(), observer).await
}

/// Waits until no other run is at the chart, and keeps others waiting as long as the answer lives. Where folders cannot
/// be locked, there is no answer, and runs at the same time are not kept apart.
async fn alone(chart: &str) -> Option<fs::File> {
    let folder = fs::File::open(chart).ok()?;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(fs::TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(fs::TryLockError::Error(_)) => return None,
        }
    }
}

async fn update_alone(
    request: &Request<'_>,
    alone: bool,
    observer: &mut Observer<'_>,
) -> Result<(), DependencyError> {
    let chart = load(request, observer)?;
    let mut asked = chart.metadata.dependencies.clone();
    if asked.is_empty() && !chart.metadata.file_shape.empty_dependencies {
        return Ok(());
    }
    let mut run = Run::new(request, alone)?;
    let mut names =
        repositories::resolve(&mut asked, &run.configured, request.chart, request.debug, observer)?;
    let unmanaged = repositories::name_unmanaged(&asked, &mut names);
    if !request.skip_refresh && !unmanaged.is_empty() {
        observer(Event::RefreshingUnmanaged);
        let mut needed: Vec<Needed> = Vec::new();
        for (name, url) in unmanaged {
            match needed.iter_mut().find(|n| repositories::same(&n.entry.url, &url)) {
                Some(known) => known.also.push(name),
                None => needed.push(Needed::unmanaged(name, url)),
            }
        }
        run.indexes.refresh(&needed, observer).await?;
    }
    run.refresh_configured(&asked, &names, observer).await?;
    let mut resolved = run.resolve(&asked, &names, observer).await?;
    run.save(&mut resolved, observer).await?;
    let digest = lock::digest(&asked, &resolved);
    if chart.lock.as_ref().is_some_and(|old| old.digest == digest) {
        return Ok(());
    }
    let file = if is_v1(&chart) { "requirements.lock" } else { "Chart.lock" };
    let lock = Lock { generated: request.now, digest, dependencies: resolved };
    Ok(lock::write(request.chart, &lock, file)?)
}

fn is_v1(chart: &Chart) -> bool {
    chart.metadata.api_version == "v1"
}

/// Loads the chart, which must be a folder.
fn load(request: &Request<'_>, observer: &mut Observer<'_>) -> Result<Chart, DependencyError> {
    let chart = request.chart;
    let found = fs::metadata(chart).map_err(|source| DependencyError::NoChart {
        chart: chart.to_owned(),
        source: PathError { operation: "stat", path: chart.to_owned(), source },
    })?;
    if !found.is_dir() {
        return Err(DependencyError::NotUnpacked);
    }
    let mut warnings = Vec::new();
    let loaded = dir::load(Path::new(chart), request.sources.compat, &mut warnings);
    tell(&warnings, observer);
    Ok(loaded?)
}

fn tell(warnings: &[Warning], observer: &mut Observer<'_>) {
    warnings.iter().for_each(|warning| observer(Event::Warning(warning)));
}

pub(super) struct Run<'a> {
    pub(super) request: &'a Request<'a>,
    /// Whether other runs are kept from the chart.
    alone: bool,
    pub(super) configured: Vec<Entry>,
    pub(super) indexes: Indexes<'a>,
}

impl<'a> Run<'a> {
    fn new(request: &'a Request<'a>, alone: bool) -> Result<Run<'a>, DependencyError> {
        let file = File::load_or_default(&request.sources.places.repository_config)
            .map_err(|e| DependencyError::Repositories(e.to_string()))?;
        Ok(Run { request, alone, configured: file.repositories, indexes: Indexes::new(request.sources) })
    }

    /// Fetches the indexes of the repositories that are needed, of several names for one address once. Helm fetches
    /// all; its lines are the same when none of the configured ones is superfluous.
    async fn refresh_configured(
        &mut self,
        dependencies: &[Dependency],
        names: &Names,
        observer: &mut Observer<'_>,
    ) -> Result<(), DependencyError> {
        if self.request.skip_refresh || self.configured.is_empty() {
            return Ok(());
        }
        // Versions are looked for under the name of a repository, archives by its address.
        let named = |entry: &Entry| dependencies.iter().any(|d| names.get(&d.name) == Some(&entry.name));
        let addressed =
            |entry: &Entry| dependencies.iter().any(|d| repositories::same(&entry.url, &d.repository));
        let mut needed: Vec<Needed> = Vec::new();
        for entry in self.configured.iter().filter(|entry| named(entry) || addressed(entry)) {
            match needed.iter_mut().find(|n| repositories::same(&n.entry.url, &entry.url)) {
                Some(known) if named(&known.entry) => known.also.push(entry.name.clone()),
                Some(known) => {
                    known.also.push(std::mem::replace(&mut known.entry, entry.clone()).name);
                }
                None => needed.push(Needed::configured(entry.clone())),
            }
        }
        observer(Event::Refreshing);
        self.indexes.refresh(&needed, observer).await?;
        observer(Event::AllRefreshed);
        Ok(())
    }

    async fn resolve(
        &mut self,
        asked: &[Dependency],
        names: &Names,
        observer: &mut Observer<'_>,
    ) -> Result<Vec<Dependency>, DependencyError> {
        for dependency in asked.iter().filter(|d| is_remote(d) && !is_oci(&d.repository)) {
            if let Some(name) = names.get(&dependency.name) {
                // What is wrong with it is told when its turn comes.
                let _ = self.indexes.get(name);
            }
        }
        let request = self.request;
        let wanted = asked.iter().filter(|d| resolve::needs_tags(d));
        let tags: Vec<Tags> = futures::stream::iter(wanted)
            .map(|d| async move {
                let (repository, chart) = (d.repository.clone(), d.name.clone());
                let found = tags(request, &format!("{repository}/{chart}")).await;
                Tags { repository, chart, found: found.map_err(|e| e.to_string()) }
            })
            .buffered(PARALLEL)
            .collect()
            .await;
        let offers = Offered { indexes: &self.indexes, tags };
        let mut warnings = Vec::new();
        let compat = request.sources.compat;
        let resolved = resolve::resolve(asked, names, request.chart, compat, &offers, &mut warnings);
        tell(&warnings, observer);
        resolved
    }

    /// Downloads and packs the charts and makes them the content of `charts/` (Helm's `downloadAll`). Versions of
    /// charts from folders become those that were found.
    async fn save(
        &mut self,
        dependencies: &mut [Dependency],
        observer: &mut Observer<'_>,
    ) -> Result<(), DependencyError> {
        let stage = Stage::new(self.request.chart, self.alone)?;
        observer(Event::Saving(dependencies.len()));
        let mut tasks = Vec::with_capacity(dependencies.len());
        for dependency in &mut *dependencies {
            let job = self.job(dependency, &tasks, stage.path(), observer).await;
            let last = matches!(job, Job::ByHand(Err(_)) | Job::Lost(_) | Job::Unreadable(_));
            tasks.push(Task {
                name: dependency.name.clone(),
                repository: dependency.repository.clone(),
                job,
            });
            // Nothing after a failure would be done.
            if last {
                break;
            }
        }
        if let Err(Failure { error, announced }) =
            download::run(self.request, tasks, stage.path(), observer).await
        {
            if announced {
                observer(Event::SaveFailed(&error));
            }
            return Err(error);
        }
        observer(Event::DeletingOutdated);
        let by_hand: Vec<&str> =
            dependencies.iter().filter(|d| d.repository.is_empty()).map(|d| d.name.as_str()).collect();
        let compat = self.request.sources.compat;
        Ok(stage.commit(&mut |path| stays(path, &by_hand, compat, observer))?)
    }

    async fn job(
        &mut self,
        dependency: &mut Dependency,
        before: &[Task],
        stage: &Path,
        observer: &mut Observer<'_>,
    ) -> Job {
        let request = self.request;
        let mut warnings = Vec::new();
        let job = if dependency.repository.is_empty() {
            let charts = join(&[request.chart, "charts"]);
            let outcome = local::check_by_hand(dependency, &charts, request.sources.compat, &mut warnings);
            Job::ByHand(outcome.map_err(|error| Failure {
                announced: matches!(error, DependencyError::NotSatisfied { .. }),
                error,
            }))
        } else if local::is_local(&dependency.repository) {
            let Request { chart, now, epoch, .. } = *request;
            let packing = Packing { chart, compat: request.sources.compat, now, epoch };
            match local::pack(dependency, stage, packing, &mut warnings) {
                Ok(version) => {
                    dependency.version = version;
                    Job::Local
                }
                Err(error) => Job::Lost(error.into()),
            }
        } else {
            self.remote_job(dependency, before, observer).await
        };
        tell(&warnings, observer);
        job
    }

    async fn remote_job(
        &mut self,
        dependency: &Dependency,
        before: &[Task],
        observer: &mut Observer<'_>,
    ) -> Job {
        let Dependency { name, version, repository, .. } = dependency;
        let (place, shown) = if is_oci(repository) {
            let shown = format!("{repository}/{name}:{version}");
            match find::split_reference(&shown) {
                Some((reference, tag)) => (
                    Place::Registry { reference: reference.to_owned(), tag: tag.to_owned() },
                    reference.to_owned(),
                ),
                None => return Job::Unreadable(Failure::quiet(DependencyError::OciReference(shown))),
            }
        } else {
            match self.find(dependency, observer).await {
                Ok(resolved) => {
                    let shown = resolved.url.without_password();
                    (Place::Repository(Box::new(resolved)), shown)
                }
                Err(reason) => return Job::Lost(DependencyError::NotFound(reason).into()),
            }
        };
        let remote = Remote { name: name.clone(), repository: repository.clone(), shown, place };
        let repeated = before.iter().any(|t| matches!(&t.job, Job::Download(r) if r.is_same(&remote)));
        if repeated { Job::Repeated } else { Job::Download(Box::new(remote)) }
    }
}

/// The versions of a chart in a registry, the newest first.
async fn tags(request: &Request<'_>, reference: &str) -> Result<Vec<String>, oci::OciError> {
    let session = oci::session(request.sources, request.registry)?;
    session.versions(&oci::Reference::parse(reference)?).await
}

/// The tags of a chart in a registry.
struct Tags {
    repository: String,
    chart: String,
    found: Result<Vec<String>, String>,
}

struct Offered<'a> {
    indexes: &'a Indexes<'a>,
    tags: Vec<Tags>,
}

impl Offers for Offered<'_> {
    fn in_index(&self, repository: &str, chart: &str) -> Result<Option<Vec<&str>>, String> {
        let index = match self.indexes.known(repository) {
            Some(Ok(index)) => index,
            Some(Err(reason)) => return Err(reason.clone()),
            None => return Ok(None),
        };
        let versions = index.chart(chart).map(|c| c.versions().filter(|v| v.urls().len() > 0));
        Ok(versions.map(|all| all.map(|v| v.version()).collect()))
    }

    fn in_registry(&self, repository: &str, chart: &str) -> Result<Vec<&str>, String> {
        let tags = self.tags.iter().find(|t| t.repository == repository && t.chart == chart);
        match tags.map(|t| &t.found) {
            Some(Ok(tags)) => Ok(tags.iter().map(String::as_str).collect()),
            Some(Err(reason)) => Err(reason.clone()),
            None => Ok(Vec::new()),
        }
    }
}

fn is_remote(dependency: &Dependency) -> bool {
    !dependency.repository.is_empty() && !local::is_local(&dependency.repository)
}

/// Whether a file of `charts/` stays: what is no chart, and charts that were put there by hand.
fn stays(path: &Path, by_hand: &[&str], compat: Compat, observer: &mut Observer<'_>) -> bool {
    let mut warnings = Vec::new();
    let loaded = archive::load(path, compat, &mut warnings);
    tell(&warnings, observer);
    match loaded {
        Ok(chart) => by_hand.contains(&chart.name()),
        Err(error) => {
            observer(Event::NotDeleted { path: &path.to_string_lossy(), reason: &error.to_string() });
            true
        }
    }
}

impl Remote {
    /// Whether another dependency means the same archive. Helm fetches those of registries again.
    fn is_same(&self, other: &Remote) -> bool {
        match (&self.place, &other.place) {
            (Place::Repository(a), Place::Repository(b)) => a.url == b.url,
            _ => false,
        }
    }
}
