//! Unpacking an archive into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ArchiveError, read_files};
use crate::go::quoted;
use crate::{Compat, ContentError, PathError, read_metadata};

/// Why an archive cannot be unpacked; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ExpandError {
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    #[error("cannot load Chart.yaml: {0}")]
    Chartfile(#[from] ContentError),
    #[error("chart name not specified")]
    NoName,
    #[error("chart name {} is not allowed", quoted(name))]
    DotName { name: String },
    #[error("chart name {} must not contain path separators", quoted(name))]
    Separator { name: String },
    #[error("{path} is a symbolic link: refusing to write through it")]
    Link { path: String },
    #[error("{0}")]
    Path(#[from] PathError),
}

/// Unpacks a chart's archive into `folder/NAME`; answers that path. Nothing is written elsewhere: a link that
/// stands in the way is an error.
pub fn expand(data: &[u8], folder: &Path, compat: Compat) -> Result<PathBuf, ExpandError> {
    let files = read_files(data, compat)?;
    let mut name = String::new();
    for file in files.iter().filter(|f| f.name == "Chart.yaml") {
        name = read_metadata(&file.data, compat)?.name;
    }
    match name.as_str() {
        "" => return Err(ExpandError::NoName),
        "." | ".." => return Err(ExpandError::DotName { name }),
        n if n.contains('/') => return Err(ExpandError::Separator { name }),
        _ => {}
    }
    let chart = folder.join(&name);
    for file in &files {
        let path = inside(&chart, &file.name)?;
        fs::write(&path, &file.data).map_err(PathError::new("open", &path))?;
    }
    Ok(chart)
}

/// The path of a file beneath the chart, its folders made; no step of it may be a link.
fn inside(chart: &Path, name: &str) -> Result<PathBuf, ExpandError> {
    let mut path = chart.to_owned();
    let steps = name.split('/').filter(|step| !matches!(*step, "" | "." | ".."));
    let mut rest = steps.peekable();
    refuse_link(&path)?;
    while let Some(step) = rest.next() {
        path.push(step);
        refuse_link(&path)?;
        if rest.peek().is_none() {
            let parent = path.parent().unwrap_or(chart);
            make_dirs(parent)?;
        }
    }
    Ok(path)
}

/// Go's `os.MkdirAll`: what stands in the way is named, and is no directory.
fn make_dirs(path: &Path) -> Result<(), PathError> {
    let in_the_way = path.ancestors().find(|a| fs::metadata(a).is_ok()).filter(|a| !a.is_dir());
    match in_the_way {
        Some(file) => Err(PathError::new("mkdir", file)(std::io::ErrorKind::NotADirectory.into())),
        None => fs::create_dir_all(path).map_err(PathError::new("mkdir", path)),
    }
}

fn refuse_link(path: &Path) -> Result<(), ExpandError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(ExpandError::Link { path: path.display().to_string() }),
        _ => Ok(()),
    }
}
