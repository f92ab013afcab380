//! A chart as a `.tgz` archive.

mod expand;
mod flate;
mod read;
mod save;
mod sniff;
mod stream;
mod tar;
mod unzip;

use std::fs;
use std::io::Read;
use std::path::Path;

pub use expand::{ExpandError, expand};
pub use read::{ArchiveError, read_files};
pub(crate) use read::{MAX_ENTRIES, clean};
pub use save::{SaveError, pack, save};

use crate::load::{Format, MAX_CHART_SIZE, assemble_as, detect_format};
use crate::{Chart, Compat, LoadError, PathError, Warning};

/// Loads a chart from an archive file (Helm's `LoadFile`).
pub fn load(path: &Path, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    load_as(path, compat, Format::Stable, warnings)
}

pub(crate) fn load_as(
    path: &Path,
    compat: Compat,
    format: Format,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, LoadError> {
    let files = read_files(&read_archive(path)?, compat).map_err(|e| name_file(e.into(), path))?;
    assemble_as(files, compat, format, warnings).map_err(|error| name_file(error, path))
}

/// Loads a chart from the bytes of an archive (Helm's `LoadArchive`).
pub fn load_bytes(data: &[u8], compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    crate::assemble(read_files(data, compat)?, compat, warnings)
}

/// Helm 4's look at the `apiVersion` before it loads an archive.
pub(crate) fn detect(path: &Path, compat: Compat) -> Result<Format, LoadError> {
    let files = match read_files(&read_archive(path)?, compat) {
        Ok(files) => files,
        Err(ArchiveError::NotGzip) => return Err(name_file(ArchiveError::NotGzip.into(), path)),
        Err(_) => return Err(LoadError::UnreadableArchive),
    };
    match files.iter().find(|f| f.name == "Chart.yaml") {
        Some(file) => detect_format(&file.data),
        None => Err(LoadError::NoChartfileInArchive),
    }
}

fn name_file(error: LoadError, path: &Path) -> LoadError {
    match error {
        LoadError::Archive(ArchiveError::NotGzip) => {
            ArchiveError::NotAChart { path: path.display().to_string() }.into()
        }
        other => other,
    }
}

/// Reads an archive file whole, after a look at whether it is one at all.
fn read_archive(path: &Path) -> Result<Vec<u8>, LoadError> {
    let shown = || path.display().to_string();
    let found = fs::metadata(path).map_err(PathError::new("stat", path))?;
    if found.is_dir() {
        return Err(ArchiveError::IsFolder.into());
    }
    let file = crate::dir::open_regular(path).map_err(PathError::new("open", path))?;
    let mut data = Vec::new();
    // Nothing that unpacks to a chart is larger than its content.
    let read = file.take(2 * MAX_CHART_SIZE).read_to_end(&mut data);
    read.map_err(|e| ArchiveError::Unreadable { path: shown(), source: PathError::new("read", path)(e) })?;
    if data.starts_with(sniff::GZIP) {
        return Ok(data);
    }
    // Helm looks at a buffer of 512 bytes, zeros behind a shorter file included.
    let mut start = data;
    start.resize(512, 0);
    match sniff::content_type(&start) {
        "application/x-gzip" => Ok(start),
        _ if shown().ends_with(".yml") || shown().ends_with(".yaml") => {
            Err(ArchiveError::Yaml { path: shown() }.into())
        }
        content_type => Err(ArchiveError::NotAnArchive { path: shown(), content_type }.into()),
    }
}
