use std::io::{self, Read};

use govalue::Str;

use super::stream::Stream;
use super::unzip::Unzip;
use crate::go::quoted;
use crate::load::{MAX_CHART_SIZE, MAX_FILE_SIZE_V3};
use crate::{BufferedFile, Compat, PathError, Time};

/// The greatest archive after decompression, headers and padding included: room for a chart of many tiny files.
const MAX_STREAM: u64 = 4 * MAX_CHART_SIZE;

/// Entries of an archive, empty ones as well: each takes memory and time. Helm has no limit.
pub(crate) const MAX_ENTRIES: usize = 100_000;

/// Why an archive cannot be read; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ArchiveError {
    #[error("cannot load a directory")]
    IsFolder,
    #[error("file '{path}' cannot be read: {source}")]
    Unreadable { path: String, source: PathError },
    #[error("file '{path}' seems to be a YAML file, but expected a gzipped archive")]
    Yaml { path: String },
    #[error("file '{path}' does not appear to be a gzipped archive; got '{content_type}'")]
    NotAnArchive { path: String, content_type: &'static str },
    #[error("file '{path}' does not appear to be a valid chart file (details: gzip: invalid header)")]
    NotAChart { path: String },
    #[error("gzip: invalid header")]
    NotGzip,
    #[error("EOF")]
    Empty,
    #[error("unexpected EOF")]
    CutOff,
    #[error("gzip: invalid checksum")]
    Checksum,
    #[error("flate: corrupt input before offset {0}")]
    Corrupt(u64),
    #[error("archive/tar: invalid tar header")]
    TarHeader,
    #[error("archive/tar: header field too long")]
    ExtensionTooLong,
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    #[error("chart illegally contains content outside the base directory: {}", quoted(name))]
    OutsideBase { name: String },
    #[error("chart illegally references parent directory")]
    ParentFolder,
    #[error("chart contains illegally named files")]
    IllegalName,
    #[error("chart yaml not in base directory")]
    ChartfileAtTop,
    #[error("{}", too_large(*.0))]
    TooLarge(Compat),
    #[error(
        "decompressed chart file {} is larger than the maximum file size {MAX_FILE_SIZE_V3}",
        quoted(name)
    )]
    FileTooLarge { name: String },
    #[error("chart archive has more than {MAX_ENTRIES} entries, those of the charts in it included")]
    TooManyEntries,
    #[error("no files in chart archive")]
    NoFiles,
    #[error("{0}")]
    Io(#[source] io::Error),
}

fn too_large(compat: Compat) -> String {
    let what = match compat {
        Compat::V3 => "maximum file size",
        Compat::V4 => "maximum size",
    };
    format!("decompressed chart is larger than the {what} {MAX_CHART_SIZE}")
}

/// Reads the files of an archive, each path relative to the chart's folder (Helm's `LoadArchiveFiles`). Nothing is
/// written anywhere; names that lead out of the chart are refused, links become empty files.
pub fn read_files(data: &[u8], compat: Compat) -> Result<Vec<BufferedFile>, ArchiveError> {
    if data.is_empty() {
        return Err(ArchiveError::Empty);
    }
    if !data.starts_with(super::sniff::GZIP) {
        return Err(if data.len() < 10 { ArchiveError::CutOff } else { ArchiveError::NotGzip });
    }
    unpack(data, compat).map_err(|error| match error {
        ArchiveError::Corrupt(_) => super::flate::fault(data, MAX_STREAM),
        error => error,
    })
}

fn unpack(data: &[u8], compat: Compat) -> Result<Vec<BufferedFile>, ArchiveError> {
    let mut stream = Stream::new(Unzip::new(data).take(MAX_STREAM));
    let mut remaining = MAX_CHART_SIZE;
    let mut files = Vec::new();
    let mut entries = 0;
    while let Some(header) = stream.next()? {
        entries += 1;
        if entries > MAX_ENTRIES {
            return Err(ArchiveError::TooManyEntries);
        }
        if header.is_folder() || header.kind == b'g' {
            continue;
        }
        let name = inner_path(&header.name)?;
        if header.size > remaining {
            return Err(ArchiveError::TooLarge(compat));
        }
        if compat == Compat::V3 && header.size > MAX_FILE_SIZE_V3 {
            return Err(ArchiveError::FileTooLarge { name: header.name });
        }
        let data = stream.content(remaining)?;
        remaining -= data.len() as u64;
        // A link that claims a size has no content; Helm calls that too large as well.
        if (data.len() as u64) < header.size || remaining == 0 {
            return Err(ArchiveError::TooLarge(compat));
        }
        let data = Str::from(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&data));
        files.push(BufferedFile { name, mod_time: Some(Time::from_unix(header.seconds, 0)), data });
    }
    if files.is_empty() { Err(ArchiveError::NoFiles) } else { Ok(files) }
}

/// The path within the chart: the first element dropped, `\` taken for `/` where one occurs, checked to stay inside.
fn inner_path(name: &str) -> Result<String, ArchiveError> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (top, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let path = rest.replace(delimiter, "/");
    if path.starts_with('/') {
        return Err(ArchiveError::AbsolutePath);
    }
    let path = clean(&path);
    if path == "." {
        return Err(ArchiveError::OutsideBase { name: name.to_owned() });
    }
    if path.starts_with("..") {
        return Err(ArchiveError::ParentFolder);
    }
    if let [drive, b':', b'/', ..] = path.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Err(ArchiveError::IllegalName);
    }
    if top == "Chart.yaml" {
        return Err(ArchiveError::ChartfileAtTop);
    }
    Ok(path)
}

/// Go's `path.Clean` of a relative path.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}
