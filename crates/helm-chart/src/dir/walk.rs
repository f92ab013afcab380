//! Walking a folder as Helm does: names in order, links followed.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::{DirError, LINK, MAX_ENTRIES};
use crate::warning::Level;
use crate::{PathError, Warning};

/// Go's words when it gives up following links.
const TOO_MANY_LINKS: &str = "EvalSymlinks: too many links";

/// What to do with an entry.
pub(super) enum Visit {
    /// Go into the folder.
    Enter,
    /// Leave it at that.
    Skip,
}

type Visitor<'v> = dyn FnMut(&Path, &str, &Metadata) -> Result<Visit, DirError> + 'v;

/// Visits what is beneath `root`, each entry with its path, its name relative to the root and what a link leads to.
pub(super) fn walk(
    root: &Path,
    warnings: &mut Vec<Warning>,
    visit: &mut Visitor<'_>,
) -> Result<(), DirError> {
    let real = fs::canonicalize(root).map_err(PathError::new("lstat", root))?;
    Walker { warnings, visit, visited: 0 }.folder(root, "", &real)
}

struct Walker<'w, 'v> {
    warnings: &'w mut Vec<Warning>,
    visit: &'w mut Visitor<'v>,
    visited: usize,
}

impl Walker<'_, '_> {
    fn folder(&mut self, path: &Path, name: &str, real: &Path) -> Result<(), DirError> {
        let entries = match names(path) {
            Ok(entries) => entries,
            // Helm's walk says nothing of a root that cannot be read; the chart file is then missing.
            Err(_) if name.is_empty() => return Ok(()),
            Err(e) => return Err(PathError::new("open", path)(e).into()),
        };
        for entry in entries {
            let text = entry.to_string_lossy();
            let inner = if name.is_empty() { text.into_owned() } else { format!("{name}/{text}") };
            self.entry(&path.join(&entry), &inner, &real.join(&entry))?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: &str, real: &Path) -> Result<(), DirError> {
        self.visited += 1;
        if self.visited > MAX_ENTRIES {
            return Err(DirError::TooMany { path: path.display().to_string() });
        }
        let found = fs::symlink_metadata(path).map_err(PathError::new("lstat", path))?;
        if found.is_symlink() { self.link(path, name, real) } else { self.visit(path, name, real, &found) }
    }

    fn visit(&mut self, path: &Path, name: &str, real: &Path, found: &Metadata) -> Result<(), DirError> {
        match (self.visit)(path, name, found)? {
            Visit::Enter => self.folder(path, name, real),
            Visit::Skip => Ok(()),
        }
    }

    fn link(&mut self, path: &Path, name: &str, real: &Path) -> Result<(), DirError> {
        // Links to folders with links fan out.
        self.visited += LINK - 1;
        let shown = || path.display().to_string();
        let target = resolve(path).map_err(|reason| DirError::Link { path: shown(), reason })?;
        if real.starts_with(&target) {
            // A link to a folder that holds it has no end.
            return Err(DirError::Link { path: shown(), reason: TOO_MANY_LINKS.to_owned() });
        }
        let resolved = target.display().to_string();
        let legacy = format!(
            "walk.go:75: found symbolic link in path: {} resolves to {resolved}. Contents of linked file included and used",
            path.display()
        );
        self.warnings.push(Warning::structured(
            Level::Info,
            "found symbolic link in path. Contents of linked file included and used",
            vec![("path", shown()), ("resolved", resolved)],
            legacy,
        ));
        let found = fs::symlink_metadata(&target).map_err(PathError::new("lstat", &target))?;
        self.visit(path, name, &target, &found)
    }
}

/// Go's `filepath.EvalSymlinks`, with the text of its error.
fn resolve(path: &Path) -> Result<PathBuf, String> {
    fs::canonicalize(path).map_err(|e| {
        if crate::go::errno(&e) == "too many levels of symbolic links" {
            return TOO_MANY_LINKS.to_owned();
        }
        first_missing(path).err().unwrap_or_else(|| PathError::new("lstat", path)(e).to_string())
    })
}

/// Follows a path element by element, links too, and says where it ends: Go reports the first part of the way that is
/// not there. The system has counted the links before. Go takes `..` together with the element before it only where
/// that is not the first one (`/tmp/..`).
fn first_missing(path: &Path) -> Result<(), String> {
    let mut way = PathBuf::from("/");
    let mut ahead: Vec<OsString> = elements(path);
    while let Some(element) = ahead.pop() {
        let first = way.parent().is_none_or(|above| above.parent().is_none());
        if element == ".." && !first && !way.ends_with("..") {
            way.pop();
            continue;
        }
        way.push(&element);
        if element == ".." {
            continue;
        }
        let failed = |operation| PathError::new(operation, &way);
        let found = fs::symlink_metadata(&way).map_err(|e| failed("lstat")(e).to_string())?;
        if found.is_symlink() {
            let target = fs::read_link(&way).map_err(|e| failed("readlink")(e).to_string())?;
            way.pop();
            if target.is_absolute() {
                way = PathBuf::from("/");
            }
            ahead.append(&mut elements(&target));
        } else if !found.is_dir() && !ahead.is_empty() {
            return Err("not a directory".to_owned());
        }
    }
    Ok(())
}

/// The elements of a path, the first one last.
fn elements(path: &Path) -> Vec<OsString> {
    let named = |c: &Component<'_>| matches!(c, Component::Normal(_) | Component::ParentDir);
    path.components().rev().filter(named).map(|c| c.as_os_str().to_owned()).collect()
}

fn names(path: &Path) -> std::io::Result<Vec<OsString>> {
    let mut names = fs::read_dir(path)?.map(|e| e.map(|e| e.file_name())).collect::<Result<Vec<_>, _>>()?;
    names.sort();
    Ok(names)
}
