//! Archives of plugins: reading them without leaving the folder, and making them.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use govalue::strconv::quote;
use helm_chart::Compat;
use tar::EntryType;

use crate::metadata::{Metadata, MetadataError};
use crate::{PLUGIN_FILE, Plugin};

/// How much an archive may hold unpacked, as for charts (Helm 4's `MaxDecompressedChartSize`), with room for
/// programs.
const MAX_SIZE: u64 = 512 << 20;

/// How many files and folders it may hold.
const MAX_ENTRIES: usize = 100_000;

/// Why an archive cannot be taken; the texts are Helm's where Helm has one.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum ExtractError {
    #[error("path contains ':', which is illegal")]
    Colon,
    #[error("path contains '..', which is illegal")]
    Parent,
    #[error("path is absolute, which is illegal")]
    Absolute,
    #[error("unknown type: {kind:b} in {name}")]
    Kind { kind: u8, name: String },
    #[error("the archive holds more than {} MiB or {MAX_ENTRIES} files", MAX_SIZE >> 20)]
    TooLarge,
    #[error("plugin.yaml not found in tarball")]
    NoMetadata,
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error("{}", go_text(.0))]
    Io(#[from] io::Error),
}

fn go_text(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ if error.to_string().contains("gzip") => "gzip: invalid header".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
    }
}

/// Where a file of an archive goes: below the root, whatever its name says.
fn place(root: &Path, name: &str) -> Result<PathBuf, ExtractError> {
    if name.contains(':') {
        return Err(ExtractError::Colon);
    }
    let name = name.replace('\\', "/");
    if name.split('/').any(|part| part == "..") {
        return Err(ExtractError::Parent);
    }
    if name.starts_with('/') {
        return Err(ExtractError::Absolute);
    }
    let parts = name.split('/').filter(|part| !part.is_empty() && *part != ".");
    Ok(parts.fold(root.to_owned(), |path, part| path.join(part)))
}

fn open(data: &[u8]) -> tar::Archive<io::Take<GzDecoder<&[u8]>>> {
    // One byte more than allowed, so that too much is noticed.
    tar::Archive::new(GzDecoder::new(data).take(MAX_SIZE + 1))
}

/// Unpacks an archive into a folder. Only files and folders are made: a link could lead outside. The folder must be one
/// that nobody else writes to.
pub fn extract(data: &[u8], folder: &Path) -> Result<(), ExtractError> {
    fs::create_dir_all(folder)?;
    let mut size = 0_u64;
    for (count, entry) in open(data).entries()?.enumerate() {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = place(folder, &name)?;
        let header = entry.header();
        size = size.saturating_add(entry.size());
        if size > MAX_SIZE || count >= MAX_ENTRIES {
            return Err(ExtractError::TooLarge);
        }
        match header.entry_type() {
            EntryType::Directory => fs::create_dir_all(&path)?,
            EntryType::Regular => {
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                let mode = header.mode()?;
                let mut options = OpenOptions::new();
                options.write(true).create(true).truncate(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode & 0o777);
                io::copy(&mut entry, &mut options.open(&path)?)?;
            }
            EntryType::XGlobalHeader | EntryType::XHeader => {}
            other => return Err(ExtractError::Kind { kind: other.as_byte(), name }),
        }
    }
    Ok(())
}

/// What the first `plugin.yaml` of an archive says, without unpacking it.
pub fn archived_metadata(data: &[u8], compat: Compat) -> Result<Metadata, ExtractError> {
    for entry in open(data).entries()?.take(MAX_ENTRIES) {
        let mut entry = entry?;
        let is_it = entry.path_bytes().rsplit(|b| *b == b'/').next() == Some(PLUGIN_FILE.as_bytes());
        if is_it {
            let mut text = Vec::new();
            entry.by_ref().take(1 << 20).read_to_end(&mut text)?;
            return Ok(Metadata::parse(&text, compat, PLUGIN_FILE)?.0);
        }
    }
    Err(ExtractError::NoMetadata)
}

/// Packs a plugin's folder as `NAME/…`.
pub fn tarball(plugin: &Plugin) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    builder.follow_symlinks(false);
    add(&mut builder, &plugin.dir, Path::new(&plugin.metadata.name))?;
    builder.into_inner()?.finish()
}

fn add(builder: &mut tar::Builder<impl Write>, path: &Path, name: &Path) -> io::Result<()> {
    let is_folder = fs::metadata(path).is_ok_and(|m| m.is_dir());
    let is_link = fs::symlink_metadata(path)?.is_symlink();
    if !is_folder || (is_link && name.components().count() > 1) {
        return builder.append_path_with_name(path, name);
    }
    builder.append_dir(name, path)?;
    let mut entries =
        fs::read_dir(path)?.map(|e| e.map(|e| e.file_name())).collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable();
    entries.iter().try_for_each(|entry| add(builder, &path.join(entry), &name.join(entry)))
}

/// `name-1.2.3.tgz` and `name.tar.gz` → `name` (Helm's `stripPluginName`).
pub fn strip_name(file: &str) -> String {
    let stem = file.strip_suffix(".tar.gz").or_else(|| file.strip_suffix(".tgz")).unwrap_or_default();
    // The last `-`, digits and a dot.
    let dashes = stem.rmatch_indices('-').map(|(at, _)| at);
    for at in dashes {
        let digits = stem[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && stem.as_bytes().get(at + 1 + digits) == Some(&b'.') {
            return stem[..at].to_owned();
        }
    }
    stem.to_owned()
}

/// The name of a source's folder in the cache (Helm's `cache.Key`).
pub fn cache_key(source: &str) -> Result<String, String> {
    let word = |s: &str, more: &str| {
        !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
    };
    let scp = source.split_once('@').and_then(|(user, rest)| {
        let (host, path) = rest.split_once(':')?;
        (word(user, "") && word(host, ".-")).then(|| format!("{user}-{host}-{path}"))
    });
    let key = match scp {
        Some(key) => key,
        None => match source.split_once("://") {
            Some((scheme, rest)) => {
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
                let (user, host) = match authority.rsplit_once('@') {
                    Some((user, host)) => (user.split(':').next().unwrap_or_default(), host),
                    None => ("", authority),
                };
                let user = if user.is_empty() { String::new() } else { format!("{user}-") };
                format!("{}-{user}{host}{path}", scheme.to_lowercase())
            }
            None if source.split('/').next().is_some_and(|s| s.contains(':')) => {
                return Err(format!(
                    "parse {}: first path segment in URL cannot contain colon",
                    quote(source.as_bytes())
                ));
            }
            None => source.split(['?', '#']).next().unwrap_or_default().to_owned(),
        },
    };
    Ok(key.replace(['/', ':'], "-"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{ExtractError, cache_key, extract, strip_name};

    fn archive(kind: tar::EntryType, name: &str) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        header.set_mode(0o755);
        header.set_entry_type(kind);
        // As a hostile program writes it: the safe way refuses such names.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        let mut tar = header.as_bytes().to_vec();
        tar.extend([b'x']);
        tar.resize(512 * 4, 0);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar).expect("memory takes everything");
        gzip.finish().expect("memory takes everything")
    }

    #[test]
    fn nothing_leaves_the_folder() {
        use tar::EntryType::{Link, Regular, Symlink};
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("in");
        for (kind, name, text) in [
            (Regular, "../evil", "path contains '..', which is illegal"),
            (Regular, "a/../../evil", "path contains '..', which is illegal"),
            (Regular, "..\\evil", "path contains '..', which is illegal"),
            (Regular, "/evil", "path is absolute, which is illegal"),
            (Regular, "c:evil", "path contains ':', which is illegal"),
            (Symlink, "link", "unknown type: 110010 in link"),
            (Link, "link", "unknown type: 110001 in link"),
        ] {
            let error = extract(&archive(kind, name), &folder).expect_err(name);
            assert_eq!(error.to_string(), text, "{name}");
        }
        let outside: Vec<_> = std::fs::read_dir(root.path()).expect("readable").collect();
        assert_eq!(outside.len(), 1, "something was written outside");
        extract(&archive(Regular, "bin/run"), &folder).expect("a good archive");
        assert!(folder.join("bin/run").exists());
        assert!(matches!(extract(b"no archive", &folder), Err(ExtractError::Io(_))));
    }

    #[test]
    fn names_follow_helm() {
        assert_eq!(strip_name("diff-3.1.0.tgz"), "diff");
        assert_eq!(strip_name("my-plug-1.tar.gz"), "my-plug-1");
        assert_eq!(strip_name("a-1.2-b-3.4.tgz"), "a-1.2-b");
        for (source, key) in [
            ("https://github.com/foo/bar.git", "https-github.com-foo-bar.git"),
            ("git@github.com:foo/bar", "git-github.com-foo/bar"),
            ("https://u:p@h:8080/x?q#f", "https-u-h-8080-x"),
        ] {
            assert_eq!(cache_key(source), Ok(key.replace('/', "-")), "{source}");
        }
    }
}
