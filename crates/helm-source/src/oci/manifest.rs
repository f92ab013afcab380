//! Charts as registries hold them: a manifest that names a configuration and layers.

use std::collections::BTreeMap;

use helm_chart::Metadata;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::json;

/// Media type of a chart's `Chart.yaml` as JSON.
pub const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// Media type of a chart's archive.
pub const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// Media type of a provenance file.
pub const PROVENANCE_LAYER: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// Media type that charts' archives had once.
pub const LEGACY_CHART_LAYER: &str = "application/tar+gzip";
/// Media type of a manifest.
pub const IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of a list of manifests.
pub const IMAGE_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What a manifest is asked for as: everything that oras-go knows, in its order.
pub(crate) const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.oci.artifact.manifest.v1+json";

/// A pointer to content. Serialises in the order of the OCI image specification's Go types.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the content is.
    #[serde(default)]
    pub media_type: String,
    /// Digest of the content.
    #[serde(with = "digest_text")]
    pub digest: Digest,
    /// Size of the content in bytes.
    pub size: u64,
}

impl Descriptor {
    /// Describes some content.
    pub fn of(media_type: &str, content: &[u8]) -> Descriptor {
        Descriptor {
            media_type: media_type.to_owned(),
            digest: Digest::of(content),
            size: content.len() as u64,
        }
    }
}

mod digest_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::oci::Digest;

    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A manifest as it is read: only what charts need.
#[derive(Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Vec<Descriptor>,
}

/// A list of manifests as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
}

/// A manifest as it is written: fields in the order of the specification's Go types, the optional media type left out
/// as Helm leaves it out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewManifest<'a> {
    schema_version: u8,
    config: &'a Descriptor,
    layers: Vec<&'a Descriptor>,
    annotations: &'a BTreeMap<String, String>,
}

/// A chart that is ready to be pushed.
#[derive(Debug)]
pub struct Artifact {
    /// Configuration and layers: what must be in the registry before the manifest.
    pub blobs: Vec<(Descriptor, Vec<u8>)>,
    /// The manifest.
    pub manifest: (Descriptor, Vec<u8>),
}

impl Artifact {
    /// Puts a chart's manifest together as Helm does, so that the digest is Helm's. `created` is the time that the
    /// annotation shows, in RFC 3339: Helm takes the archive's modification time, in the local time zone.
    pub fn chart(
        metadata: &Metadata,
        archive: Vec<u8>,
        provenance: Option<Vec<u8>>,
        created: &str,
    ) -> Result<Artifact, serde_json::Error> {
        let config = json::to_vec(metadata)?;
        let config = (Descriptor::of(CONFIG, &config), config);
        let mut layers = vec![(Descriptor::of(CHART_LAYER, &archive), archive)];
        layers.extend(provenance.map(|p| (Descriptor::of(PROVENANCE_LAYER, &p), p)));
        layers.sort_by(|(a, _), (b, _)| a.digest.cmp(&b.digest));
        let manifest = json::to_vec(&NewManifest {
            schema_version: 2,
            config: &config.0,
            layers: layers.iter().map(|(descriptor, _)| descriptor).collect(),
            annotations: &annotations(metadata, created),
        })?;
        let manifest = (Descriptor::of(IMAGE_MANIFEST, &manifest), manifest);
        let mut blobs = vec![config];
        blobs.append(&mut layers);
        Ok(Artifact { blobs, manifest })
    }
}

/// What a manifest says of its chart (Helm's `generateOCIAnnotations`): the chart's own annotations may replace all
/// but name and version.
fn annotations(metadata: &Metadata, created: &str) -> BTreeMap<String, String> {
    const TITLE: &str = "org.opencontainers.image.title";
    const VERSION: &str = "org.opencontainers.image.version";
    let authors: Vec<String> = metadata
        .maintainers
        .iter()
        .map(|m| match m.email.as_str() {
            "" => m.name.clone(),
            email => format!("{} ({email})", m.name),
        })
        .collect();
    let authors = authors.join(", ");
    let source = metadata.sources.first().map_or("", String::as_str);
    let mut annotations: BTreeMap<String, String> = [
        ("org.opencontainers.image.description", metadata.description.as_str()),
        (TITLE, &metadata.name),
        (VERSION, &metadata.version),
        ("org.opencontainers.image.url", &metadata.home),
        ("org.opencontainers.image.created", created),
        ("org.opencontainers.image.source", source),
        ("org.opencontainers.image.authors", &authors),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let own =
        metadata.annotations.iter().filter(|(name, _)| name.as_str() != TITLE && name.as_str() != VERSION);
    annotations.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    annotations
}

#[cfg(test)]
mod tests {
    use helm_chart::Metadata;

    use super::{Artifact, PROVENANCE_LAYER};

    #[test]
    fn the_manifest_is_helms() {
        let metadata: Metadata = serde_json::from_str(
            r#"{"apiVersion":"v2","name":"web","version":"1.0.0+b","description":"a < b","home":"https://h",
            "sources":["https://s","https://t"],"maintainers":[{"name":"A","email":"a@x"},{"name":"B"}],
            "annotations":{"org.opencontainers.image.title":"no","org.opencontainers.image.url":"https://own","k":"v"}}"#,
        )
        .expect("metadata");
        let artifact =
            Artifact::chart(&metadata, b"chart".to_vec(), Some(b"prov".to_vec()), "2026-01-02T03:04:05Z")
                .expect("an artifact");
        let manifest = String::from_utf8(artifact.manifest.1.clone()).expect("UTF-8");
        let config = &artifact.blobs[0];
        let mut layers: Vec<_> = artifact.blobs[1..].iter().map(|(d, _)| d).collect();
        layers.sort_by_key(|d| d.digest.clone());
        let shown = |d: &super::Descriptor| {
            format!(r#"{{"mediaType":"{}","digest":"{}","size":{}}}"#, d.media_type, d.digest, d.size)
        };
        let wanted = format!(
            concat!(
                r#"{{"schemaVersion":2,"config":{},"layers":[{},{}],"annotations":{{"k":"v","#,
                r#""org.opencontainers.image.authors":"A (a@x), B","#,
                r#""org.opencontainers.image.created":"2026-01-02T03:04:05Z","#,
                r#""org.opencontainers.image.description":"a \u003c b","#,
                r#""org.opencontainers.image.source":"https://s","org.opencontainers.image.title":"web","#,
                r#""org.opencontainers.image.url":"https://own","org.opencontainers.image.version":"1.0.0+b"}}}}"#
            ),
            shown(&config.0),
            shown(layers[0]),
            shown(layers[1])
        );
        assert_eq!(manifest, wanted);
        assert!(config.1.starts_with(br#"{"name":"web","home":"https://h","#));
        assert!(layers.iter().any(|d| d.media_type == PROVENANCE_LAYER));
    }
}
