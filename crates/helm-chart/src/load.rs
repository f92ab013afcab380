//! From files to a chart: what Helm's loader does whether the files come from a folder or an archive.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use govalue::Str;
use govalue::yaml::{YamlError, sigs};

use crate::archive::{self, ArchiveError};
use crate::decode::{DecodeError, Decoder};
use crate::go::errno;
use crate::metadata::{API_V1, API_V2, API_V3};
use crate::values::ValuesError;
use crate::{Chart, Compat, File, Lock, Metadata, Time, ValidationError, Warning, dir};

/// The greatest sum of all files of a chart, in bytes.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;
/// The greatest single file in Helm 3, in bytes.
pub const MAX_FILE_SIZE_V3: u64 = 5 * 1024 * 1024;
/// How deep charts may stand in one another. Helm has no limit; an archive can be made to contain itself.
const MAX_NESTING: usize = 64;

/// A file that was read from a folder or an archive, its path relative to the chart.
#[derive(Clone, Debug)]
pub struct BufferedFile {
    /// Path with `/`.
    pub name: String,
    /// When it was last changed.
    pub mod_time: Option<Time>,
    /// Content, a byte-order mark removed.
    pub data: Str,
}

/// Why a chart cannot be loaded; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum LoadError {
    #[error("Chart.yaml file is missing")]
    NoChartfile,
    #[error("cannot load {file}: {source}")]
    File { file: &'static str, source: ContentError },
    #[error("{0}")]
    Validation(#[from] ValidationError),
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    #[error("{0}")]
    Dir(#[from] dir::DirError),
    #[error("error unpacking subchart tar in {chart}: expected {expected}, got {found}")]
    SubchartArchive { chart: String, expected: String, found: String },
    #[error("error unpacking subchart {file} in {chart}: {source}")]
    Subchart { file: String, chart: String, source: Box<LoadError> },
    #[error("charts are nested more than {MAX_NESTING} deep")]
    TooDeep,
    #[error("unable to detect chart at {path}: {source}")]
    Undetected { path: String, source: PathError },
    #[error("unsupported chart version")]
    UnsupportedVersion,
    #[error("unable to load chart archive")]
    UnreadableArchive,
    #[error("unable to detect chart version, no Chart.yaml found")]
    NoChartfileInArchive,
    #[error("{0}")]
    Path(#[from] PathError),
}

/// Why the content of a chart's file cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ContentError {
    #[error("{0}")]
    Yaml(#[from] YamlError),
    #[error("{0}")]
    Decode(#[from] DecodeError),
    #[error("{0}")]
    Values(#[from] ValuesError),
}

/// An error of the file system with the operation and the path, as Go's `fs.PathError` shows it.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {path}: {}", errno(source))]
pub struct PathError {
    /// The call that failed: `open`, `stat` …
    pub operation: &'static str,
    /// The path it was given.
    pub path: String,
    /// Why it failed.
    pub source: std::io::Error,
}

impl PathError {
    /// For `map_err`: the error of that call with that path.
    pub fn new(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> PathError {
        let path = path.display().to_string();
        move |source| PathError { operation, path, source }
    }
}

/// Loads a chart from a folder or an archive file, whichever `path` is (Helm's `loader.Load`).
///
/// Helm 4 looks at the chart's `apiVersion` first and refuses those it does not know.
pub fn load(path: &Path, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    let is_dir = dir::is_dir(path)?;
    let format = match compat {
        Compat::V3 => Format::Stable,
        Compat::V4 if is_dir => dir::detect(path)?,
        Compat::V4 => archive::detect(path, compat)?,
    };
    if is_dir {
        dir::load_as(path, compat, format, warnings)
    } else {
        archive::load_as(path, compat, format, warnings)
    }
}

/// Loads a chart from a folder, which Helm 4 looks into for its `apiVersion` first (Helm's `loader.LoadDir`).
pub fn load_dir(path: &Path, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    let format = match compat {
        Compat::V3 => Format::Stable,
        Compat::V4 => dir::detect(path)?,
    };
    dir::load_as(path, compat, format, warnings)
}

/// As [`load`], but no version of Helm looks at the `apiVersion` first (the loader of charts v2, which `helm show` uses).
pub fn load_directly(path: &Path, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    if dir::is_dir(path)? { dir::load(path, compat, warnings) } else { archive::load(path, compat, warnings) }
}

/// A generation of chart formats, each with rules of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// `v1` and `v2`, together in one loader.
    Stable,
    /// `v3`, which Helm 4 reads: without `requirements.yaml`.
    Experimental,
}

/// Tells the formats apart as Helm 4 does, and refuses an `apiVersion` that it does not load.
pub(crate) fn detect_format(data: &[u8]) -> Result<Format, LoadError> {
    let fail = |source: ContentError| LoadError::File { file: "Chart.yaml", source };
    let document = sigs::to_json_value(data).map_err(|e| fail(e.into()))?;
    let api_version = Decoder::api_version(&document).map_err(|e| fail(e.into()))?;
    match api_version.as_str() {
        "" | API_V1 | API_V2 => Ok(Format::Stable),
        API_V3 => Ok(Format::Experimental),
        _ => Err(LoadError::UnsupportedVersion),
    }
}

/// Reads a `Chart.yaml` (`LoadChartfile`); nothing is validated.
pub fn read_metadata(data: &[u8], compat: Compat) -> Result<Metadata, ContentError> {
    let mut metadata = Metadata::default();
    Decoder::new(compat).metadata(&sigs::to_json_value(data)?, &mut metadata)?;
    Ok(metadata)
}

/// Reads a `Chart.yaml` and refuses fields that it must not have (`StrictLoadChartfile`).
pub fn read_metadata_strict(data: &[u8], compat: Compat) -> Result<Metadata, ContentError> {
    let mut metadata = Metadata::default();
    Decoder::new(compat).strict().metadata(&sigs::to_json_value_strict(data)?, &mut metadata)?;
    Ok(metadata)
}

/// Reads a lock file (`Chart.lock`, `requirements.lock`); an empty one is no lock.
pub fn read_lock(data: &[u8], compat: Compat) -> Result<Option<Lock>, ContentError> {
    Ok(Decoder::new(compat).lock(&sigs::to_json_value(data)?)?)
}

/// Makes a chart of its files (Helm's `LoadFiles`), subcharts beneath `charts/` included.
pub fn assemble(
    files: Vec<BufferedFile>,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, LoadError> {
    assemble_as(files, compat, Format::Stable, warnings)
}

pub(crate) fn assemble_as(
    files: Vec<BufferedFile>,
    compat: Compat,
    format: Format,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, LoadError> {
    Assembler { compat, format, warnings, archive_budget: 2 * MAX_CHART_SIZE, entries: archive::MAX_ENTRIES }
        .chart(files, 0)
}

struct Assembler<'w> {
    compat: Compat,
    format: Format,
    warnings: &'w mut Vec<Warning>,
    /// Bytes that archives inside the chart may still unpack to, all together.
    archive_budget: u64,
    /// Files that they may still hold, all together.
    entries: usize,
}

type Subcharts = BTreeMap<String, Vec<BufferedFile>>;

impl Assembler<'_> {
    fn chart(&mut self, files: Vec<BufferedFile>, depth: usize) -> Result<Chart, LoadError> {
        if depth > MAX_NESTING {
            return Err(LoadError::TooDeep);
        }
        let mut chart = Chart::default();
        let mut found = false;
        if self.compat >= Compat::V4 {
            chart.schema_mod_time = Some(Time::ZERO);
        }
        chart.raw = files.iter().map(|f| self.file(f)).collect();
        for file in files.iter().filter(|f| f.name == "Chart.yaml") {
            self.read_metadata(file, "Chart.yaml", &mut chart.metadata)?;
            if chart.metadata.api_version.is_empty() {
                let missing = if self.format == Format::Stable { API_V1 } else { API_V3 };
                missing.clone_into(&mut chart.metadata.api_version);
            }
            chart.mod_time = self.file(file).mod_time;
            found = true;
        }
        let mut subcharts = Subcharts::new();
        for file in &files {
            found |= self.place(file, &mut chart, &mut subcharts)?;
        }
        if !found {
            return Err(LoadError::NoChartfile);
        }
        chart.metadata.validate()?;
        for (name, files) in subcharts {
            if let Some(subchart) = self.subchart(&name, files, chart.name(), depth)? {
                chart.dependencies.push(Arc::new(subchart));
            }
        }
        Ok(chart)
    }

    fn decoder(&self) -> Decoder {
        match self.format {
            Format::Stable => Decoder::new(self.compat),
            Format::Experimental => Decoder::experimental(),
        }
    }

    fn file(&self, file: &BufferedFile) -> File {
        let mod_time = if self.compat >= Compat::V4 { file.mod_time } else { None };
        File { name: file.name.clone(), data: file.data.clone(), mod_time }
    }

    fn read_metadata(
        &mut self,
        file: &BufferedFile,
        name: &'static str,
        metadata: &mut Metadata,
    ) -> Result<(), LoadError> {
        let fail = |source: ContentError| LoadError::File { file: name, source };
        let document = sigs::to_json_value(&file.data).map_err(|e| fail(e.into()))?;
        self.decoder().metadata(&document, metadata).map_err(|e| fail(e.into()))
    }

    /// Puts a file where it belongs. True when the file brings metadata into being.
    fn place(
        &mut self,
        file: &BufferedFile,
        chart: &mut Chart,
        subcharts: &mut Subcharts,
    ) -> Result<bool, LoadError> {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => chart.lock = self.lock(file, "Chart.lock")?,
            "values.yaml" => {
                chart.values = crate::values::load(&file.data, self.compat)
                    .map_err(|source| LoadError::File { file: "values.yaml", source: source.into() })?;
            }
            "values.schema.json" => {
                chart.schema = Some(file.data.clone());
                chart.schema_mod_time = self.file(file).mod_time;
            }
            "requirements.yaml" if self.format == Format::Stable => {
                self.warn_unless_v1(chart, "load.go:120", "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.");
                self.read_metadata(file, "requirements.yaml", &mut chart.metadata)?;
                self.keep_if_v1(file, chart);
                return Ok(true);
            }
            "requirements.lock" if self.format == Format::Stable => {
                chart.lock = self.lock(file, "requirements.lock")?;
                self.warn_unless_v1(chart, "load.go:138", "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.");
                self.keep_if_v1(file, chart);
                return Ok(true);
            }
            name if name.starts_with("templates/") => chart.templates.push(self.file(file)),
            name => match name.strip_prefix("charts/") {
                Some(inner) if extension(name) != ".prov" => {
                    let key = inner.split('/').next().unwrap_or_default();
                    let file = BufferedFile { name: inner.to_owned(), ..file.clone() };
                    subcharts.entry(key.to_owned()).or_default().push(file);
                }
                _ => chart.files.push(self.file(file)),
            },
        }
        Ok(false)
    }

    fn lock(&self, file: &BufferedFile, name: &'static str) -> Result<Option<Lock>, LoadError> {
        let fail = |source: ContentError| LoadError::File { file: name, source };
        let document = sigs::to_json_value(&file.data).map_err(|e| fail(e.into()))?;
        self.decoder().lock(&document).map_err(|e| fail(e.into()))
    }

    fn warn_unless_v1(&mut self, chart: &Chart, place: &str, message: &str) {
        if chart.metadata.api_version != API_V1 {
            self.warnings.push(Warning::log(place, message.to_owned()));
        }
    }

    fn keep_if_v1(&self, file: &BufferedFile, chart: &mut Chart) {
        if chart.metadata.api_version == API_V1 {
            chart.files.push(self.file(file));
        }
    }

    /// Loads one entry of `charts/`; `None` for one that Helm passes over.
    fn subchart(
        &mut self,
        name: &str,
        files: Vec<BufferedFile>,
        chart: &str,
        depth: usize,
    ) -> Result<Option<Chart>, LoadError> {
        if name.starts_with(['_', '.']) {
            return Ok(None);
        }
        let loaded = if extension(name) == ".tgz" {
            match files.first() {
                Some(file) if file.name == name => self.archive(&file.data, depth),
                other => {
                    let found = other.map_or_else(String::new, |f| f.name.clone());
                    return Err(LoadError::SubchartArchive {
                        chart: chart.to_owned(),
                        expected: name.to_owned(),
                        found,
                    });
                }
            }
        } else {
            // A file that lies in charts/ itself belongs to no chart.
            let inner = files.into_iter().filter_map(|file| {
                let (_, name) = file.name.split_once('/')?;
                Some(BufferedFile { name: name.to_owned(), ..file.clone() })
            });
            self.chart(inner.collect(), depth + 1)
        };
        loaded.map(Some).map_err(|source| LoadError::Subchart {
            file: name.to_owned(),
            chart: chart.to_owned(),
            source: Box::new(source),
        })
    }

    fn archive(&mut self, data: &[u8], depth: usize) -> Result<Chart, LoadError> {
        let files = archive::read_files(data, self.compat)?;
        let size: u64 = files.iter().map(|f| f.data.len() as u64).sum();
        self.archive_budget =
            self.archive_budget.checked_sub(size).ok_or(ArchiveError::TooLarge(self.compat))?;
        self.entries = self.entries.checked_sub(files.len()).ok_or(ArchiveError::TooManyEntries)?;
        self.chart(files, depth + 1)
    }
}

/// Go's `filepath.Ext`: from the last dot of the last element.
pub(crate) fn extension(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rfind('.').map_or("", |at| &base[at..])
}
