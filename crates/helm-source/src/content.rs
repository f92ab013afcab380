//! Helm 4's cache of charts by the SHA-256 of their archives.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{SourceError, files};

/// A folder of files named after digests: `ab/abcd….chart` and `ab/abcd….prov`.
#[derive(Clone, Debug)]
pub struct ContentCache {
    root: PathBuf,
}

impl ContentCache {
    /// The cache in a folder, which is made when something is put into it.
    pub fn new(root: &Path) -> ContentCache {
        ContentCache { root: root.to_path_buf() }
    }

    /// Where a file of a digest belongs; `kind` is `chart` or `prov`.
    pub fn path(&self, digest: &str, kind: &str) -> PathBuf {
        self.root.join(digest.get(..2).unwrap_or("00")).join(format!("{digest}.{kind}"))
    }

    /// The chart of a digest, if it is there and what it says it is: Helm does not check what it puts in.
    pub fn chart(&self, digest: &str) -> Option<Vec<u8>> {
        let data = std::fs::read(self.path(digest, "chart")).ok().filter(|data| !data.is_empty())?;
        (sha256(&data) == digest).then_some(data)
    }

    /// The provenance file of a chart.
    pub fn provenance(&self, digest: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(digest, "prov")).ok().filter(|data| !data.is_empty())
    }

    /// Puts a file in and answers its path.
    pub fn put(&self, digest: &str, kind: &str, data: &[u8]) -> Result<PathBuf, SourceError> {
        let path = self.path(digest, kind);
        let failed = |e: std::io::Error| SourceError::File(files::path_error("open", &path, &e));
        files::make_dir(path.parent().unwrap_or(&self.root)).map_err(failed)?;
        files::write_atomic(&path, data, 0o644).map_err(failed)?;
        Ok(path)
    }
}

/// The digest of an archive in hexadecimal.
pub(crate) fn sha256(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect()
}
