//! What a server said of itself the last time, on disk. It counts only while the server says that nothing has changed
//! since (`ETag`), so that a new kind is seen at once, and asking costs next to nothing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of one server.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// An answer that was kept.
pub(crate) struct Kept {
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

impl Cache {
    /// The cache of the server with this URL. Names of folders are made as kubectl makes those of its own cache.
    pub(crate) fn of_server(root: &Path, url: &str) -> Cache {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
        Cache { folder: root.join(host.chars().map(safe).collect::<String>()) }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.join(format!("{}.discovery", path.trim_matches('/')))
    }

    /// The answer to a path; none if there is none that can be read.
    pub(crate) fn read(&self, path: &str) -> Option<Kept> {
        let mut body = fs::read(self.file(path)).ok()?;
        let end = body.iter().position(|byte| *byte == b'\n')?;
        let etag = String::from_utf8(body[..end].to_vec()).ok().filter(|etag| !etag.is_empty())?;
        body.drain(..=end);
        Some(Kept { etag, body })
    }

    /// Keeps an answer. Another process sees the old file or the new one, never a part; one that cannot be written is
    /// done without.
    pub(crate) fn write(&self, path: &str, etag: &str, body: &[u8]) {
        let file = self.file(path);
        let part = file.with_extension(format!("{}.part", std::process::id()));
        let written = private_folder(&self.folder)
            .and_then(|()| fs::File::create(&part))
            .and_then(|mut out| {
                out.write_all(etag.as_bytes())?;
                out.write_all(b"\n")?;
                out.write_all(body)
            })
            .and_then(|()| fs::rename(&part, &file));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
    }
}

/// What a server serves is nobody else's business.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_kept_by_server_and_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::of_server(folder.path(), "https://example.com:6443/k8s/");
        assert!(cache.read("/apis").is_none());
        cache.write("/apis", "\"abc\"", b"{\n}");
        let kept = cache.read("/apis").expect("an answer");
        assert_eq!((kept.etag.as_str(), kept.body.as_slice()), ("\"abc\"", &b"{\n}"[..]));
        assert!(cache.read("/api").is_none());
        assert!(folder.path().join("example.com_6443_k8s/apis.discovery").exists());
        let other = Cache::of_server(folder.path(), "https://example.com:6444");
        assert!(other.read("/apis").is_none());
    }

    #[test]
    fn a_damaged_file_is_no_answer() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::of_server(folder.path(), "https://a");
        cache.write("/api", "x", b"");
        for text in ["", "no line", "\n{}"] {
            fs::write(folder.path().join("a/api.discovery"), text).expect("a file");
            assert!(cache.read("/api").is_none(), "{text:?}");
        }
    }
}
