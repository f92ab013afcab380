//! Pulling charts.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use helm_chart::Metadata;
use tempfile::NamedTempFile;

use super::error::{OciError, Side};
use super::manifest::{
    CHART_LAYER, CONFIG, Descriptor, IMAGE_INDEX, IMAGE_MANIFEST, Index, LEGACY_CHART_LAYER, Manifest,
    PROVENANCE_LAYER,
};
use super::reference::Reference;
use super::repository::{METADATA_LIMIT, Repository, json_error, too_large};
use super::resolve::Located;
use super::session::Session;
use crate::http::{CHART_LIMIT, HttpError, Sink};

/// How many manifests of a list are looked at.
const MANIFESTS: usize = 16;

/// A chart that was pulled.
#[derive(Debug)]
pub struct Pulled {
    /// What was pulled, as Helm shows it.
    pub reference: Reference,
    /// The version that the tag stands for; empty for a digest.
    pub located: Located,
    /// The manifest.
    pub manifest: Descriptor,
    /// What the configuration says of the chart.
    pub metadata: Metadata,
    /// The archive, verified; it vanishes unless it is kept.
    pub chart: NamedTempFile,
    /// Digest and size of the archive.
    pub layer: Descriptor,
    /// The provenance file, if there is one and it was asked for.
    pub provenance: Option<Vec<u8>>,
}

/// A chart's manifest, taken apart.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) manifest: Descriptor,
    pub(crate) config: Descriptor,
    chart: Option<Descriptor>,
    provenance: Option<Descriptor>,
}

impl Session {
    /// Pulls a chart into a temporary file in `folder`, and its provenance file too if asked. Of the versions that
    /// fit the best one that is a chart is taken.
    pub async fn pull(
        &self,
        mut located: Located,
        folder: &Path,
        provenance: bool,
    ) -> Result<Pulled, OciError> {
        let mut others = std::mem::take(&mut located.others).into_iter();
        let mut first_refusal = None;
        loop {
            match self.pull_one(located.clone(), folder, provenance).await {
                Err(OciError::NotChart(why)) => {
                    let refusal = first_refusal.get_or_insert(OciError::NotChart(why));
                    let Some(version) = others.next() else {
                        return Err(std::mem::replace(refusal, OciError::MismatchedDigest));
                    };
                    located.reference = located.reference.with_tag(&version)?;
                    located.version = version;
                }
                outcome => return outcome,
            }
        }
    }

    async fn pull_one(&self, located: Located, folder: &Path, provenance: bool) -> Result<Pulled, OciError> {
        let repository = Repository { session: self, reference: &located.reference };
        let parts = repository.chart_parts().await?;
        let layer = parts.chart.ok_or_else(|| OciError::NotChart(missing_layer(CHART_LAYER)))?;
        if layer.size > CHART_LIMIT {
            return Err(too_large("a chart", layer.size, CHART_LIMIT));
        }
        let stored = |e: io::Error| OciError::Http(HttpError::Sink(gonet::system_reason(&e)));
        let mut chart = tempfile::Builder::new().prefix(".helm-pull-").tempfile_in(folder).map_err(stored)?;
        let mut sink = FileSink(chart.as_file_mut());
        let (config, (), provenance) = futures::try_join!(
            repository.config(&parts.config),
            async { repository.blob(&layer, &mut sink).await.map_err(moved) },
            async {
                match parts.provenance.as_ref().filter(|_| provenance) {
                    Some(blob) => repository
                        .small_blob(blob, "a provenance file", METADATA_LIMIT)
                        .await
                        .map(Some)
                        .map_err(moved),
                    None => Ok(None),
                }
            }
        )?;
        Ok(Pulled {
            reference: located.reference.clone(),
            manifest: parts.manifest,
            metadata: config,
            chart,
            layer,
            provenance,
            located,
        })
    }
}

impl Repository<'_> {
    /// Fetches the manifest and finds the parts of a chart in it.
    pub(crate) async fn chart_parts(&self) -> Result<Parts, OciError> {
        let found = self.manifest().await.map_err(|e| e.on(Side::Source, "FetchReference"))?;
        if found.descriptor.media_type != IMAGE_INDEX {
            return parts(found.descriptor, &found.content);
        }
        let index: Index = read(&found.content)?;
        let manifests = index.manifests.into_iter().filter(|m| m.media_type == IMAGE_MANIFEST);
        for manifest in manifests.take(MANIFESTS) {
            let reference = Reference { digest: Some(manifest.digest), ..self.reference.clone() };
            let listed = Repository { reference: &reference, ..*self };
            let found = listed.manifest().await.map_err(|e| e.on(Side::Source, "Fetch"))?;
            match parts(found.descriptor, &found.content) {
                Err(OciError::NotChart(_)) => {}
                outcome => return outcome,
            }
        }
        Err(OciError::NotChart(too_few(1)))
    }

    /// Fetches the configuration: what a chart's `Chart.yaml` says.
    pub(crate) async fn config(&self, config: &Descriptor) -> Result<Metadata, OciError> {
        let content = self.small_blob(config, "a chart's configuration", METADATA_LIMIT).await.map_err(moved)?;
        serde_json::from_slice(&content).map_err(|e| OciError::Other(json_error(&content, &e)))
    }
}

/// The step of oras-go in which a blob fails.
fn moved(error: OciError) -> OciError {
    match &error {
        OciError::MismatchedDigest | OciError::TrailingData | OciError::Short { .. } | OciError::Other(_) => {
            error.on(Side::Destination, "Push")
        }
        _ => error.on(Side::Source, "Fetch"),
    }
}

fn read<'de, T: serde::Deserialize<'de>>(content: &'de [u8]) -> Result<T, OciError> {
    serde_json::from_slice(content)
        .map_err(|e| OciError::Other(json_error(content, &e)).on(Side::Source, "Successors"))
}

/// Takes a manifest apart; texts for what is no chart are Helm's.
fn parts(manifest: Descriptor, content: &[u8]) -> Result<Parts, OciError> {
    let known = manifest.media_type == IMAGE_MANIFEST;
    if !known {
        return Err(OciError::NotChart(too_few(0)));
    }
    let Manifest { config, layers } = read(content)?;
    let config = config.filter(|config| config.media_type == CONFIG);
    let last = |types: &[&str]| layers.iter().rfind(|l| types.contains(&l.media_type.as_str())).cloned();
    let chart = last(&[CHART_LAYER, LEGACY_CHART_LAYER]);
    let charts = layers.iter().filter(|l| [CHART_LAYER, LEGACY_CHART_LAYER].contains(&l.media_type.as_str()));
    let count = 1 + usize::from(config.is_some()) + charts.count();
    if count < 2 {
        return Err(OciError::NotChart(too_few(count)));
    }
    let Some(config) = config else {
        return Err(OciError::NotChart(format!("could not load config with mediatype {CONFIG}")));
    };
    Ok(Parts { manifest, config, chart, provenance: last(&[PROVENANCE_LAYER]) })
}

fn too_few(found: usize) -> String {
    format!("manifest does not contain minimum number of descriptors (2), descriptors found: {found}")
}

/// What Helm says when a manifest has no layer of a type.
pub fn missing_layer(media_type: &str) -> String {
    format!("manifest does not contain a layer with mediatype {media_type}")
}

/// A file that content is written to.
struct FileSink<'f>(&'f mut File);

impl Sink for FileSink<'_> {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.seek(SeekFrom::Start(0)).map(drop)
    }
}
