//! Pushing charts.

use bytes::Bytes;
use futures::stream::{self, TryStreamExt};

use super::error::{OciError, Side};
use super::manifest::{Artifact, Descriptor};
use super::reference::Reference;
use super::repository::Repository;
use super::session::Session;

/// How many blobs are uploaded at once, as in oras-go.
const CONCURRENCY: usize = 3;

impl Session {
    /// Pushes an artifact under the reference's tag. What the registry has already is not sent again.
    pub async fn push(&self, reference: &Reference, artifact: Artifact) -> Result<(), OciError> {
        let repository = Repository { session: self, reference };
        let Some(tag) = reference.tag.as_deref() else {
            return Err(OciError::Other("invalid reference".to_owned()));
        };
        let Artifact { blobs, manifest: (manifest, content) } = artifact;
        let failed = |operation| move |error: OciError| error.on(Side::Destination, operation);
        // A registry that has the manifest has its blobs.
        if !repository.has("manifests", &manifest).await.map_err(failed("Exists"))? {
            stream::iter(blobs.into_iter().map(Ok))
                .try_for_each_concurrent(CONCURRENCY, |(blob, content)| push_blob(repository, blob, content))
                .await?;
        }
        repository.put_manifest(tag, &manifest, Bytes::from(content)).await.map_err(failed("Push"))
    }
}

async fn push_blob(repository: Repository<'_>, blob: Descriptor, content: Vec<u8>) -> Result<(), OciError> {
    let failed = |operation| move |error: OciError| error.on(Side::Destination, operation);
    if repository.has("blobs", &blob).await.map_err(failed("Exists"))? {
        return Ok(());
    }
    repository.upload(&blob, Bytes::from(content)).await.map_err(failed("Push"))
}
