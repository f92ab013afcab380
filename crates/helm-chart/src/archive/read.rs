use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use govalue::Str;
use tar::EntryType;

use crate::go::quoted;
use crate::load::{MAX_CHART_SIZE, MAX_FILE_SIZE_V3};
use crate::{BufferedFile, Compat, PathError, Time};

/// The greatest extension header (long name, PAX record), in bytes; Go's `maxSpecialFileSize`.
const MAX_EXTENSION: u64 = 1024 * 1024;
/// The greatest archive after decompression, headers and padding included: room for a chart of many tiny files.
const MAX_STREAM: u64 = 4 * MAX_CHART_SIZE;

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
    let stream = MultiGzDecoder::new(data).take(MAX_STREAM);
    let mut archive = tar::Archive::new(stream);
    let mut reader =
        Reader { compat, remaining: MAX_CHART_SIZE, extension: Extension::default(), files: Vec::new() };
    // Raw: extension headers come as entries, so that their size can be held in check.
    for entry in archive.entries().map_err(stream_error)?.raw(true) {
        reader.entry(entry.map_err(stream_error)?)?;
    }
    if reader.files.is_empty() { Err(ArchiveError::NoFiles) } else { Ok(reader.files) }
}

/// What an extension header says about the entry after it.
#[derive(Default)]
struct Extension {
    name: Option<String>,
    mod_time: Option<i64>,
}

struct Reader {
    compat: Compat,
    remaining: u64,
    extension: Extension,
    files: Vec<BufferedFile>,
}

impl Reader {
    fn entry<R: Read>(&mut self, mut entry: tar::Entry<'_, R>) -> Result<(), ArchiveError> {
        let kind = entry.header().entry_type();
        match kind {
            EntryType::XHeader => {
                let records = read_extension(&mut entry)?;
                return self.read_records(&records);
            }
            EntryType::GNULongName => {
                let name = read_extension(&mut entry)?;
                let name = name.split(|b| *b == 0).next().unwrap_or_default();
                self.extension.name = Some(String::from_utf8_lossy(name).into_owned());
                return Ok(());
            }
            EntryType::GNULongLink => return read_extension(&mut entry).map(drop),
            EntryType::XGlobalHeader => return Ok(()),
            _ => {}
        }
        let extension = std::mem::take(&mut self.extension);
        let header = entry.header();
        let name = match extension.name {
            Some(name) => name,
            None => String::from_utf8_lossy(&header_name(header)).into_owned(),
        };
        let is_folder_mode = header.mode().is_ok_and(|m| m & 0o170_000 == 0o040_000);
        if kind == EntryType::Directory || name.ends_with('/') || is_folder_mode {
            return Ok(());
        }
        let mod_time = extension.mod_time.or_else(|| header.mtime().ok().and_then(|t| i64::try_from(t).ok()));
        let path = inner_path(&name)?;
        let size = match kind {
            // Go gives links and devices no content.
            EntryType::Link | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo => 0,
            _ => header.entry_size().map_err(|_| ArchiveError::TarHeader)?,
        };
        let data = self.read(&name, size, entry)?;
        self.files.push(BufferedFile { name: path, mod_time: mod_time.map(|t| Time::from_unix(t, 0)), data });
        Ok(())
    }

    fn read(&mut self, name: &str, size: u64, entry: impl Read) -> Result<Str, ArchiveError> {
        if size > self.remaining {
            return Err(ArchiveError::TooLarge(self.compat));
        }
        if self.compat == Compat::V3 && size > MAX_FILE_SIZE_V3 {
            return Err(ArchiveError::FileTooLarge { name: name.to_owned() });
        }
        let mut data = Vec::new();
        entry.take(size).read_to_end(&mut data).map_err(stream_error)?;
        if (data.len() as u64) < size {
            return Err(ArchiveError::CutOff);
        }
        self.remaining -= size;
        if self.remaining == 0 {
            return Err(ArchiveError::TooLarge(self.compat));
        }
        Ok(Str::from(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&data)))
    }

    /// Reads PAX records, `LENGTH KEY=VALUE\n`.
    fn read_records(&mut self, mut records: &[u8]) -> Result<(), ArchiveError> {
        while !records.is_empty() {
            let blank = records.iter().position(|b| *b == b' ').ok_or(ArchiveError::TarHeader)?;
            let length = std::str::from_utf8(&records[..blank]).ok().and_then(|n| n.parse::<usize>().ok());
            let record = length.and_then(|n| records.get(blank + 1..n)).ok_or(ArchiveError::TarHeader)?;
            let record = record.strip_suffix(b"\n").ok_or(ArchiveError::TarHeader)?;
            let equals = record.iter().position(|b| *b == b'=').ok_or(ArchiveError::TarHeader)?;
            let value = String::from_utf8_lossy(&record[equals + 1..]);
            match &record[..equals] {
                b"path" if !value.is_empty() => self.extension.name = Some(value.into_owned()),
                b"mtime" => {
                    self.extension.mod_time =
                        value.split('.').next().and_then(|seconds| seconds.parse().ok());
                }
                _ => {}
            }
            records = &records[length.unwrap_or_default()..];
        }
        Ok(())
    }
}

fn read_extension(entry: impl Read) -> Result<Vec<u8>, ArchiveError> {
    let mut data = Vec::new();
    entry.take(MAX_EXTENSION + 1).read_to_end(&mut data).map_err(stream_error)?;
    if data.len() as u64 > MAX_EXTENSION { Err(ArchiveError::ExtensionTooLong) } else { Ok(data) }
}

/// The name in the header itself, with the prefix field of the USTAR format.
fn header_name(header: &tar::Header) -> Cow<'_, [u8]> {
    header.path_bytes()
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
fn clean(path: &str) -> String {
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

/// What went wrong beneath the archive reader, in Go's words.
fn stream_error(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::CutOff,
        io::ErrorKind::InvalidInput if error.to_string().contains("corrupt") => ArchiveError::Checksum,
        io::ErrorKind::Other | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            ArchiveError::TarHeader
        }
        _ => ArchiveError::Io(error),
    }
}
