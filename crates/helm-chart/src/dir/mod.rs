//! A chart as a folder.

mod find;
mod glob;
mod ignore;
mod regular;
mod save;
mod walk;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use govalue::Str;

pub use find::glob;
pub use glob::BadPattern;
pub use ignore::{IgnoreError, Rules};
pub use regular::{open_regular, read_named, read_regular};
pub(crate) use save::write_file;
pub use save::{NoChart, check, save};

use crate::load::{Format, MAX_CHART_SIZE, MAX_FILE_SIZE_V3, assemble_as, detect_format};
use crate::{BufferedFile, Chart, Compat, LoadError, PathError, Time, Warning};
use walk::Visit;

/// Files and folders of a chart that are visited: links may fan out.
const MAX_ENTRIES: usize = 100_000;

/// As how many of them a link counts.
const LINK: usize = 20;

/// The largest `.helmignore`; Helm has no limit.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// How often a name is compared with a rule of `.helmignore`; Helm has no limit.
const MAX_COMPARISONS: usize = 20_000_000;

/// Why a folder cannot be read as a chart.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum DirError {
    #[error("{0}")]
    Path(#[from] PathError),
    #[error("{0}")]
    Ignore(#[from] IgnoreError),
    #[error("cannot load irregular file {path} as it has file mode type bits set")]
    Irregular { path: String },
    #[error("error reading {name}: {source}")]
    Read { name: String, source: PathError },
    #[error("error reading {name}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes")]
    TooLarge { name: String },
    #[error("chart file {name:?} is larger than the maximum file size {MAX_FILE_SIZE_V3}")]
    FileTooLarge { name: String },
    #[error("{path}: a chart has at most {MAX_ENTRIES} files and folders, a link counts as {LINK}")]
    TooMany { path: String },
    #[error("error evaluating symlink {path}: {reason}")]
    Link { path: String, reason: String },
}

/// Loads a chart from a folder (Helm's `LoadDir`): links are followed, `.helmignore` is heeded.
pub fn load(path: &Path, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Chart, LoadError> {
    load_as(path, compat, Format::Stable, warnings)
}

pub(crate) fn load_as(
    path: &Path,
    compat: Compat,
    format: Format,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, LoadError> {
    let files = read_files(path, compat, warnings)?;
    assemble_as(files, compat, format, warnings)
}

/// Whether a path leads to a folder.
pub(crate) fn is_dir(path: &Path) -> Result<bool, PathError> {
    fs::metadata(path).map(|found| found.is_dir()).map_err(PathError::new("stat", path))
}

/// Helm 4's look at the `apiVersion` before it loads a folder.
pub(crate) fn detect(path: &Path) -> Result<Format, LoadError> {
    let chartfile = absolute(path).join("Chart.yaml");
    let data = read_regular(&chartfile, MAX_CHART_SIZE)
        .map_err(PathError::new("open", &chartfile))
        .map_err(|source| LoadError::Undetected { path: chartfile.display().to_string(), source })?;
    detect_format(&data)
}

/// Go's `filepath.Abs`: made absolute and cleaned of `.` and `..`, links left alone.
fn absolute(path: &Path) -> PathBuf {
    let joined = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// Reads the files of a chart's folder that its `.helmignore` leaves, in Helm's order.
pub fn read_files(
    path: &Path,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<BufferedFile>, DirError> {
    let root = absolute(path);
    let ignore_file = root.join(".helmignore");
    let mut rules = match fs::metadata(&ignore_file) {
        Ok(_) => {
            let data = read_regular(&ignore_file, MAX_IGNORE_FILE);
            Rules::parse(&data.map_err(PathError::new("open", &ignore_file))?)?
        }
        Err(_) => Rules::default(),
    };
    rules.add_defaults();
    let mut reader = Reader { rules, compat, remaining: MAX_CHART_SIZE, compared: 0, files: Vec::new() };
    walk::walk(&root, warnings, &mut |path, name, found| reader.visit(path, name, found))?;
    Ok(reader.files)
}

struct Reader {
    rules: Rules,
    compat: Compat,
    remaining: u64,
    /// Names that were compared with a rule.
    compared: usize,
    files: Vec<BufferedFile>,
}

impl Reader {
    fn visit(&mut self, path: &Path, name: &str, found: &fs::Metadata) -> Result<Visit, DirError> {
        self.compared += self.rules.len();
        if self.compared > MAX_COMPARISONS {
            return Err(IgnoreError::TooMany.into());
        }
        if self.rules.ignore(name, found.is_dir()) {
            return Ok(Visit::Skip);
        }
        if found.is_dir() {
            return Ok(Visit::Enter);
        }
        if !found.is_file() {
            return Err(DirError::Irregular { path: path.display().to_string() });
        }
        let data = self.read(path, name, found.len())?;
        // A time before 1970 or beyond reckoning counts as unknown.
        let mod_time = found.modified().ok().and_then(|t| {
            let since = t.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Time::from_unix(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
        });
        self.files.push(BufferedFile { name: name.to_owned(), mod_time, data });
        Ok(Visit::Skip)
    }

    fn read(&mut self, path: &Path, name: &str, size: u64) -> Result<Str, DirError> {
        if self.compat == Compat::V3 && size > MAX_FILE_SIZE_V3 {
            let name = name.rsplit('/').next().unwrap_or(name).to_owned();
            return Err(DirError::FileTooLarge { name });
        }
        if size > self.remaining {
            return Err(DirError::TooLarge { name: name.to_owned() });
        }
        let fail = |operation| {
            let make = PathError::new(operation, path);
            |source| DirError::Read { name: name.to_owned(), source: make(source) }
        };
        let file = open_regular(path).map_err(fail("open"))?;
        let mut data = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        // One byte more than allowed: the file may have grown since.
        file.take(self.remaining + 1).read_to_end(&mut data).map_err(fail("read"))?;
        self.remaining = self
            .remaining
            .checked_sub(data.len() as u64)
            .ok_or_else(|| DirError::TooLarge { name: name.to_owned() })?;
        Ok(Str::from(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&data)))
    }
}

/// Whether a path matches a pattern of Go's `filepath.Match`; a malformed pattern matches nothing.
pub fn path_match(pattern: &str, path: &str) -> bool {
    glob::matches(pattern, path).unwrap_or(false)
}
