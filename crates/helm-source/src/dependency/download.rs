//! Getting the charts: all at the same time, told in the order of `Chart.yaml`.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use gonet::Url;
use helm_chart::{Compat, Warning, archive};
use sha2::{Digest, Sha256};

use super::event::{Event, Observer};
use super::run::Request;
use super::{DependencyError, PARALLEL};
use crate::Verify;
use crate::fetch::ARCHIVES;
use crate::http::{CHART_LIMIT, Fetch, Sink};
use crate::oci::{self, Registries};
use crate::{Resolved, SourceError, Sources, provenance};

/// Where a chart is to be had.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In a chart repository.
    Repository(Box<Resolved>),
    /// In a registry, under a tag.
    Registry { reference: String, tag: String },
}

/// A chart to download.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) name: String,
    pub(super) repository: String,
    /// What errors call it.
    pub(super) shown: String,
    pub(super) place: Place,
}

/// A failure, and whether Helm announces it on its output before it is the error of the command.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: DependencyError,
    pub(super) announced: bool,
}

impl From<DependencyError> for Failure {
    fn from(error: DependencyError) -> Failure {
        Failure { error, announced: true }
    }
}

impl Failure {
    pub(super) fn quiet(error: DependencyError) -> Failure {
        Failure { error, announced: false }
    }
}

/// What is to be done for one dependency; most of it is done when the list is made.
#[derive(Debug)]
pub(super) enum Job {
    /// The chart lies in `charts/`, put there by hand.
    ByHand(Result<(), Failure>),
    /// The chart was packed from a folder.
    Local,
    Download(Box<Remote>),
    /// An earlier job downloads the same archive.
    Repeated,
    /// What has no place to be downloaded from.
    Lost(Failure),
    /// What has a place that nothing can be made of.
    Unreadable(Failure),
}

/// A dependency as lines name it, with its job.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) repository: String,
    pub(super) job: Job,
}

/// A chart that was downloaded, under the name that it is going to have.
struct Saved {
    file: PathBuf,
    name: String,
    /// What is said of its signature.
    lines: Vec<String>,
    warnings: Vec<Warning>,
}

/// How a download ended.
struct Outcome {
    /// What the registry's client says, also where what came is refused then.
    report: Vec<String>,
    saved: Result<Saved, DependencyError>,
}

/// Carries tasks out; what is downloaded is in the folder in the end. Of several failures the one of the first
/// dependency is told, as if they had been downloaded one after the other.
pub(super) async fn run(
    request: &Request<'_>,
    tasks: Vec<Task>,
    folder: &Path,
    observer: &mut Observer<'_>,
) -> Result<(), Failure> {
    let remotes: Vec<(usize, Box<Remote>)> = tasks
        .iter()
        .enumerate()
        .filter_map(|(at, task)| match &task.job {
            Job::Download(remote) => Some((at, remote.clone())),
            _ => None,
        })
        .collect();
    let total = remotes.len();
    let mut downloads = futures::stream::iter(remotes)
        .map(|(at, remote)| async move {
            let file = folder.join(format!(".download-{at}"));
            let mut report = Vec::new();
            let saved = download(request, remote, file, &mut report).await;
            (at, Outcome { report, saved })
        })
        .buffer_unordered(PARALLEL);
    let mut outcomes: Vec<Option<Outcome>> = tasks.iter().map(|_| None).collect();
    let mut done = 0;
    observer(Event::Progress { done, total });
    for (at, task) in tasks.into_iter().enumerate() {
        let Task { name, repository, job } = &task;
        match job {
            Job::Download(_) | Job::Unreadable(_) => observer(Event::Downloading { name, repository }),
            Job::Repeated => observer(Event::AlreadyDownloaded { name, repository }),
            Job::ByHand(_) => observer(Event::ByHand { name }),
            Job::Local if request.debug => observer(Event::Archiving { name, repository }),
            Job::Local | Job::Lost(_) => {}
        }
        match task.job {
            Job::Lost(failure) | Job::Unreadable(failure) | Job::ByHand(Err(failure)) => return Err(failure),
            Job::ByHand(Ok(())) | Job::Local | Job::Repeated => {}
            Job::Download(_) => {
                while outcomes[at].is_none() {
                    let Some((finished, outcome)) = downloads.next().await else { break };
                    outcomes[finished] = Some(outcome);
                    done += 1;
                    observer(Event::Progress { done, total });
                }
                if let Some(outcome) = outcomes[at].take() {
                    outcome.report.iter().for_each(|line| (request.sources.registries.output)(line));
                    settle(outcome.saved?, folder, observer)?;
                }
            }
        }
    }
    Ok(())
}

/// Gives a download its name and tells what is to be told of it.
fn settle(saved: Saved, folder: &Path, observer: &mut Observer<'_>) -> Result<(), DependencyError> {
    saved.warnings.iter().for_each(|w| observer(Event::Warning(w)));
    saved.lines.iter().for_each(|line| observer(Event::Line(line)));
    let target = folder.join(&saved.name);
    std::fs::rename(&saved.file, &target).map_err(|source| {
        let path = target.to_string_lossy().into_owned();
        helm_chart::PathError { operation: "rename", path, source }
    })?;
    Ok(())
}

async fn download(
    request: &Request<'_>,
    remote: Box<Remote>,
    file: PathBuf,
    report: &mut Vec<String>,
) -> Result<Saved, DependencyError> {
    let failed = |reason: String| DependencyError::Download { url: remote.shown.clone(), reason };
    let (name, lines) = match &remote.place {
        Place::Repository(resolved) => {
            let found = fetch(request, resolved, &file).await.map_err(|e| failed(e.to_string()))?;
            if let Some(expected) = resolved.digest.as_ref().filter(|d| **d != found) {
                return Err(DependencyError::Digest {
                    url: remote.shown.clone(),
                    name: remote.name.clone(),
                    repository: remote.repository.clone(),
                    found,
                    expected: expected.clone(),
                });
            }
            let name = file_name(&resolved.url);
            let lines = verify(request, resolved, &remote.shown, &file, &name)
                .await
                .map_err(|e| failed(e.to_string()))?;
            (name, lines)
        }
        Place::Registry { reference, tag } => {
            pull(request, reference, tag, &file, report).await.map_err(|e| failed(e.to_string()))?
        }
    };
    let (path, compat) = (file.clone(), request.sources.compat);
    let checked = tokio::task::spawn_blocking(move || check(&path, compat)).await;
    match checked.map_err(|e| failed(e.to_string()))? {
        Ok(warnings) => Ok(Saved { file, name, lines, warnings }),
        Err(source) => Err(DependencyError::NotAChart {
            url: remote.shown.clone(),
            name: remote.name.clone(),
            repository: remote.repository.clone(),
            source: Box::new(source),
        }),
    }
}

/// Whether a file is a chart.
fn check(path: &Path, compat: Compat) -> Result<Vec<Warning>, helm_chart::LoadError> {
    let data = std::fs::read(path).map_err(|source| {
        let path = path.to_string_lossy().into_owned();
        helm_chart::PathError { operation: "open", path, source }
    })?;
    let mut warnings = Vec::new();
    archive::load_bytes(&data, compat, &mut warnings).map(|_| warnings)
}

/// Fetches an archive into a file and answers its digest.
async fn fetch(request: &Request<'_>, resolved: &Resolved, path: &Path) -> Result<String, SourceError> {
    let Resolved { url, owner, access, .. } = resolved;
    if !request.sources.client.speaks(&url.scheme) {
        return Err(SourceError::Scheme(url.scheme.clone()));
    }
    let failed = |e: io::Error| SourceError::File(crate::files::path_error("open", path, &e));
    let mut sink = Hashed { file: File::create_new(path).map_err(failed)?, hash: Sha256::new() };
    let fetch =
        Fetch { url, owner, access, accept: ARCHIVES, known: None, compressed: false, limit: CHART_LIMIT };
    request.sources.client.fetch(fetch, &mut sink).await?;
    Ok(sink.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file whose digest is known when it is complete.
struct Hashed {
    file: File,
    hash: Sha256,
}

impl Sink for Hashed {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.hash = Sha256::new();
        self.file.set_len(0)?;
        self.file.rewind()
    }
}

/// Checks the signature of an archive where that is asked for; answers what is to be said of it.
async fn verify(
    request: &Request<'_>,
    resolved: &Resolved,
    shown: &str,
    archive: &Path,
    name: &str,
) -> Result<Vec<String>, SourceError> {
    let Resolved { url, owner, access, .. } = resolved;
    if request.verify == Verify::Never {
        return Ok(Vec::new());
    }
    let prov_url = Url { path: format!("{}.prov", url.path), ..url.clone() };
    let fetch = Fetch {
        url: &prov_url,
        owner,
        access,
        accept: ARCHIVES,
        known: None,
        compressed: false,
        limit: CHART_LIMIT,
    };
    match request.sources.client.fetch_bytes(fetch).await {
        Ok(prov) => check_signature(request, archive, &prov, name).map(|()| Vec::new()),
        Err(_) if request.verify == Verify::Always => {
            Err(SourceError::NoProvenance(prov_url.without_password()))
        }
        Err(error) => Ok(vec![not_verified(shown, &error.to_string())]),
    }
}

fn not_verified(shown: &str, reason: &str) -> String {
    format!("WARNING: Verification not found for {shown}: {reason}")
}

fn check_signature(
    request: &Request<'_>,
    archive: &Path,
    prov: &[u8],
    name: &str,
) -> Result<(), SourceError> {
    let failed = |e: io::Error| SourceError::File(crate::files::path_error("open", archive, &e));
    let data = std::fs::read(archive).map_err(failed)?;
    provenance::verify_archive(&data, prov, name, request.keyring, request.sources.compat)?;
    Ok(())
}

/// Fetches a chart from a registry into a file; answers its name and what is to be said of its signature. What the
/// registry's client says has to wait for its turn, so it is added to `report`.
async fn pull(
    request: &Request<'_>,
    reference: &str,
    tag: &str,
    path: &Path,
    report: &mut Vec<String>,
) -> Result<(String, Vec<String>), SourceError> {
    let wanted = request.verify != Verify::Never;
    let said: Arc<Mutex<Vec<String>>> = Arc::default();
    let listener = said.clone();
    let output =
        move |line: &str| listener.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    let registries = Registries { output: Arc::new(output), ..request.sources.registries.clone() };
    let sources = Sources { registries, ..request.sources.clone() };
    let pulled = oci::pull(&sources, reference, tag, request.registry, wanted).await;
    report.append(&mut said.lock().unwrap_or_else(PoisonError::into_inner));
    let pulled = pulled?;
    let failed = |e: io::Error| SourceError::File(crate::files::path_error("open", path, &e));
    std::fs::write(path, &pulled.archive).map_err(failed)?;
    let mut lines = Vec::new();
    match (&pulled.provenance, request.verify) {
        (_, Verify::Never | Verify::Later) => {}
        (Some(prov), _) => check_signature(request, path, prov, &pulled.file_name)?,
        (None, Verify::Always) => return Err(SourceError::NoProvenance(format!("{}.prov", pulled.url))),
        (None, Verify::IfPossible) => {
            let url = format!("{}.prov", pulled.url);
            lines.push(not_verified(reference, &SourceError::NoProvenance(url).to_string()));
        }
    }
    Ok((pulled.file_name, lines))
}

/// The last element of a URL's path, which Helm names the file after.
fn file_name(url: &Url) -> String {
    let path = url.decoded_path();
    match super::path::base(&path) {
        "." | ".." | "/" => "chart.tgz".to_owned(),
        name => name.to_owned(),
    }
}
