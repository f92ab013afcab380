//! Indexes on the disk: Helm's YAML file, and the compact form beside it.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::draft::seal;
use super::image::STAMP;
use super::{Index, IndexError, parse};
use crate::content::sha256;
use crate::http::Validators;
use crate::{Sources, files};

/// An index of the cache, as fresh as Helm's file.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The index.
    pub index: Index,
    /// Whether it came out of the compact form.
    pub compact: bool,
}

/// `NAME-index.yaml` in the folder of the cache.
pub fn index_file(cache: &Path, name: &str) -> PathBuf {
    // Go's `filepath.Join` leaves no empty elements, and names may be addresses.
    cache.join(in_cache(name, "index.yaml")).components().collect()
}

/// `NAME-charts.txt`, the names of the charts for shells to complete.
pub fn charts_file(cache: &Path, name: &str) -> PathBuf {
    cache.join(in_cache(name, "charts.txt"))
}

/// The compact form of an index.
fn compact_file(cache: &Path, name: &str) -> PathBuf {
    cache.join(in_cache(name, "index.compact"))
}

fn in_cache(name: &str, what: &str) -> String {
    if name.is_empty() { what.to_owned() } else { format!("{name}-{what}") }
}

/// The index of a repository that was fetched before. What was left out of it is remarked.
pub fn cached(sources: &Sources, name: &str) -> Result<Index, IndexError> {
    let kept = cached_file(sources, name)?;
    let path = index_file(&sources.places.repository_cache, name);
    remark(sources, &kept.index, &path.to_string_lossy());
    Ok(kept.index)
}

/// As [`cached`], without remarks. The compact form is used when it was made of the very file that is there, and made
/// anew otherwise.
pub fn cached_file(sources: &Sources, name: &str) -> Result<Kept, IndexError> {
    let cache = &sources.places.repository_cache;
    let path = index_file(cache, name);
    let unreadable = |e: std::io::Error| IndexError::Read {
        text: files::path_error("open", &path, &e),
        missing: e.kind() == std::io::ErrorKind::NotFound,
    };
    let stamp = stamp(&fs::metadata(&path).map_err(unreadable)?);
    if let Some(index) = read_compact(cache, name, stamp) {
        return Ok(Kept { index, compact: true });
    }
    let data = fs::read(&path).map_err(unreadable)?;
    let index = parse(&data, &Validators::default(), sources.compat)
        .map_err(|source| IndexError::File { path: path.display().to_string(), source: Box::new(source) })?;
    // A cache that cannot be written to costs time only.
    let _ = write_compact(cache, name, &index, stamp);
    Ok(Kept { index, compact: false })
}

/// The index of a repository that has an address only.
fn address_file(cache: &Path, address: &gonet::Url) -> PathBuf {
    // The address may hold a password.
    cache.join(in_cache(&sha256(address.to_string().as_bytes()), "index.compact"))
}

/// The index that was kept of an address, with what its server needs to tell whether it changed.
pub(crate) fn at_address(cache: &Path, address: &gonet::Url) -> Option<Index> {
    let image = fs::read(address_file(cache, address)).ok()?;
    Index::from_image(image).filter(|index| !index.validators().is_empty())
}

/// Keeps the index of an address, for its owner only: nothing tells who may see it.
pub(crate) fn keep_address(cache: &Path, address: &gonet::Url, index: &Index) -> std::io::Result<()> {
    files::make_dir(cache)?;
    files::write_atomic(&address_file(cache, address), index.image(), 0o600)
}

/// The compact form of an index, if it was made of the file that is there.
pub(crate) fn fresh(cache: &Path, name: &str) -> Option<Index> {
    let metadata = fs::metadata(index_file(cache, name)).ok()?;
    read_compact(cache, name, stamp(&metadata))
}

fn read_compact(cache: &Path, name: &str, stamp: [u8; 24]) -> Option<Index> {
    let image = fs::read(compact_file(cache, name)).ok()?;
    if image.get(STAMP..STAMP + stamp.len())? != stamp {
        return None;
    }
    Index::from_image(image)
}

/// Puts a fetched index into the cache: Helm's two files and the compact form. `file` is the fetched text.
pub fn keep(cache: &Path, name: &str, file: tempfile::NamedTempFile, index: &Index) -> std::io::Result<()> {
    let charts: String = index.charts().flat_map(|chart| [chart.name(), "\n"]).collect();
    files::write_atomic(&charts_file(cache, name), charts.as_bytes(), 0o644)?;
    let path = index_file(cache, name);
    // Once it has its name, another run may put its own file in its place.
    let stamp = stamp(&file.as_file().metadata()?);
    files::persist(file, &path, 0o644)?;
    write_compact(cache, name, index, stamp)
}

/// Removes the files of a repository from the cache; answers why Helm's index could not be removed.
pub fn forget(cache: &Path, name: &str) -> Result<(), String> {
    let _ = fs::remove_file(charts_file(cache, name));
    let _ = fs::remove_file(compact_file(cache, name));
    let path = index_file(cache, name);
    match fs::metadata(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(format!(
            "can't remove index file {}: {}",
            path.display(),
            files::path_error("stat", &path, &e)
        )),
        Ok(_) => fs::remove_file(&path).map_err(|e| files::path_error("remove", &path, &e)),
    }
}

fn write_compact(cache: &Path, name: &str, index: &Index, stamp: [u8; 24]) -> std::io::Result<()> {
    let mut image = index.image().to_vec();
    image[STAMP..STAMP + stamp.len()].copy_from_slice(&stamp);
    seal(&mut image);
    files::write_atomic(&compact_file(cache, name), &image, 0o644)
}

/// What tells one state of a file from another: size, time of the last change, and the file's number, which changes
/// when a program replaces it.
fn stamp(metadata: &Metadata) -> [u8; 24] {
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanos = changed.map_or(0, |time| time.as_nanos() as u64);
    let mut stamp = [0; 24];
    for (at, number) in [metadata.len(), nanos, file_number(metadata)].into_iter().enumerate() {
        stamp[8 * at..8 * at + 8].copy_from_slice(&number.to_le_bytes());
    }
    stamp
}

#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &Metadata) -> u64 {
    0
}

/// Tells of what was left out of an index.
pub(crate) fn remark(sources: &Sources, index: &Index, source: &str) {
    for note in index.notes() {
        let name = crate::quoted(note.chart);
        if note.error.is_empty() {
            sources.warn(
                "skipping loading invalid entry for chart: empty entry",
                &[("name", note.chart), ("source", source)],
                format!(
                    "index.go:359: skipping loading invalid entry for chart {name} from {source}: empty entry"
                ),
            );
            continue;
        }
        let version = crate::quoted(note.version);
        sources.warn(
            "skipping loading invalid entry for chart",
            &[("name", note.chart), ("version", note.version), ("source", source), ("error", note.error)],
            format!(
                "index.go:371: skipping loading invalid entry for chart {name} {version} from {source}: {}",
                note.error
            ),
        );
    }
}
