//! Pulling charts.

use helm_chart::Metadata;

use super::digest::Digest;
use super::error::{OciError, Side};
use super::manifest::{
    CHART_LAYER, CONFIG, Descriptor, IMAGE_INDEX, IMAGE_MANIFEST, Index, LEGACY_CHART_LAYER, Manifest,
    PROVENANCE_LAYER,
};
use super::reference::Reference;
use super::repository::{METADATA_LIMIT, Repository, json_error, too_large};
use super::resolve::Located;
use super::session::Session;
use crate::http::CHART_LIMIT;

/// How many manifests of a list are looked at.
const MANIFESTS: usize = 16;

/// A chart out of a registry.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// Reference of what was pulled, as Helm shows it.
    pub reference: Reference,
    /// `oci://host/path:version`, the version that was taken.
    pub url: String,
    /// `name-version.tgz`.
    pub file_name: String,
    /// Digest of the manifest.
    pub manifest: Digest,
    /// What the configuration says of the chart.
    pub metadata: Metadata,
    /// The archive, its digest checked against the manifest's.
    pub archive: Vec<u8>,
    /// The provenance file, where it was asked for and there is one.
    pub provenance: Option<Vec<u8>>,
    /// The key under which Helm 4 keeps the chart beside its own digest.
    pub cache_key: Option<Digest>,
    /// What Helm prints about it.
    pub report: Vec<String>,
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
    /// Pulls a chart, and its provenance file too if asked. Of the versions that fit the best one that is a chart is
    /// taken. `cached` may know an archive by its digest or, second, by that of the manifest; what it answers is
    /// checked.
    pub async fn pull(
        &self,
        mut located: Located,
        provenance: bool,
        cached: &(dyn Fn(&Digest) -> Option<Vec<u8>> + Sync),
    ) -> Result<Pulled, OciError> {
        let mut others = std::mem::take(&mut located.others).into_iter();
        let mut first_refusal = None;
        loop {
            match self.pull_one(&located, provenance, cached).await {
                Err(OciError::NotChart(why)) => {
                    let why = first_refusal.take().unwrap_or(why);
                    let Some(version) = others.next() else { return Err(OciError::NotChart(why)) };
                    first_refusal = Some(why);
                    located.reference = located.reference.with_tag(&version)?;
                    located.version = version;
                }
                outcome => return outcome,
            }
        }
    }

    async fn pull_one(
        &self,
        located: &Located,
        provenance: bool,
        cached: &(dyn Fn(&Digest) -> Option<Vec<u8>> + Sync),
    ) -> Result<Pulled, OciError> {
        let reference = &located.reference;
        let repository = Repository { session: self, reference };
        let parts = repository.chart_parts().await?;
        let layer = parts.chart.ok_or_else(|| OciError::NotChart(missing_layer(CHART_LAYER)))?;
        if layer.size > CHART_LIMIT {
            return Err(too_large("a chart", layer.size, CHART_LIMIT));
        }
        let verified = |archive: &Vec<u8>| {
            let mut verifier = layer.digest.verifier();
            verifier.update(archive);
            verifier.matches()
        };
        let by_key = located.cache_key.as_ref().and_then(cached).filter(verified);
        let known_to_helm = by_key.is_some();
        let known = by_key.or_else(|| cached(&layer.digest).filter(verified));
        let (metadata, archive, provenance) = futures::try_join!(
            repository.config(&parts.config),
            async {
                match known {
                    Some(archive) => Ok(archive),
                    None => repository.small_blob(&layer, "a chart", CHART_LIMIT).await.map_err(moved),
                }
            },
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
        let mut report = Vec::new();
        if !known_to_helm {
            if layer.media_type == LEGACY_CHART_LAYER {
                report.push(format!("Warning: chart media type {LEGACY_CHART_LAYER} is deprecated"));
            }
            report.extend(transferred("Pulled", reference, &parts.manifest.digest));
        }
        // Helm fetches the provenance file in a second go and says so.
        if provenance.is_some() {
            report.extend(transferred("Pulled", reference, &parts.manifest.digest));
        }
        Ok(Pulled {
            url: located.url(),
            file_name: located.file_name(),
            reference: reference.clone(),
            manifest: parts.manifest.digest,
            metadata,
            archive,
            provenance,
            cache_key: located.cache_key.clone(),
            report,
        })
    }
}

/// What Helm says of an artifact that was pulled or pushed, line by line.
pub fn transferred(what: &str, reference: &Reference, manifest: &Digest) -> Vec<String> {
    let mut lines = vec![format!("{what}: {reference}"), format!("Digest: {manifest}")];
    // Helm looks at the whole reference after pulling, and at the tag only after pushing.
    let underscore = match what {
        "Pushed" => reference.tag.as_deref().is_some_and(|tag| tag.contains('_')),
        _ => reference.to_string().contains('_'),
    };
    if underscore {
        lines.push(format!("{reference} contains an underscore."));
        lines.extend(UNDERSCORE.iter().map(|line| (*line).to_owned()));
    }
    lines
}

/// What Helm says of versions with `+`.
const UNDERSCORE: [&str; 5] = [
    "",
    "OCI artifact references (e.g. tags) do not support the plus sign (+). To support",
    "storing semantic versions, Helm adopts the convention of changing plus (+) to",
    "an underscore (_) in chart version tags when pushing to a registry and back to",
    "a plus (+) when pulling from a registry.",
];

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
        let content =
            self.small_blob(config, "a chart's configuration", METADATA_LIMIT).await.map_err(moved)?;
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
