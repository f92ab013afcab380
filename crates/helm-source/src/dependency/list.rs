//! `helm dependency list`: what a chart needs and what of it is there.

use std::fs;
use std::path::Path;

use gosemver::{Constraint, Version};
use helm_chart::{Chart, Compat, Dependency, LoadError, PathError, Warning, dir};

use super::path::{base, join};

/// How a needed chart stands; `Display` is the word in Helm's table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum Status {
    /// An archive with a fitting version.
    #[error("ok")]
    Ok,
    #[error("missing")]
    Missing,
    /// A folder with a fitting version, or a chart that lies in an archive of its own.
    #[error("unpacked")]
    Unpacked,
    #[error("wrong version")]
    WrongVersion,
    #[error("invalid version")]
    InvalidVersion,
    #[error("too many matches")]
    TooManyMatches,
    #[error("corrupt")]
    Corrupt,
    #[error("misnamed")]
    Misnamed,
    #[error("bad pattern")]
    BadPattern,
}

/// What is wrong with an entry of `charts/`; `Display` is Helm's line.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum Stray {
    #[error("WARNING: {} is not a chart.", quoted(.0))]
    NotAChart(String),
    #[error("WARNING: {} is not in Chart.yaml.", quoted(.0))]
    NotDeclared(String),
    #[error("Warning: {0}")]
    Unreadable(#[from] PathError),
    #[error("{0}")]
    Pattern(#[from] dir::BadPattern),
}

fn quoted(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}

/// The dependencies of a chart.
#[derive(Debug)]
pub struct Listing {
    /// Each with its status, in the order of `Chart.yaml`; `None` when the chart declares none.
    pub dependencies: Option<Vec<(Dependency, Status)>>,
    /// The entries of `charts/` that no dependency accounts for, in order of their names.
    pub strays: Vec<Stray>,
    /// The folder that the dependencies lie in, as messages name it.
    pub folder: String,
}

/// Lists what a chart, a folder or an archive, depends on (Helm's `action.Dependency.List`).
///
/// `chart` is shown in messages as it is, so it should be cleaned ([`super::clean_path`]).
pub fn list(chart: &str, compat: Compat, warnings: &mut Vec<Warning>) -> Result<Listing, LoadError> {
    let loaded = helm_chart::load(Path::new(chart), compat, warnings)?;
    let folder = join(&[chart, "charts"]);
    let declared = &loaded.metadata.dependencies;
    if declared.is_empty() && !loaded.metadata.file_shape.empty_dependencies {
        return Ok(Listing { dependencies: None, strays: Vec::new(), folder });
    }
    let mut look = Look { folder: &folder, compat, warnings };
    let dependencies = declared.iter().map(|d| (d.clone(), look.status(d, &loaded))).collect();
    let strays = look.strays(declared);
    Ok(Listing { dependencies: Some(dependencies), strays, folder })
}

struct Look<'a> {
    folder: &'a str,
    compat: Compat,
    warnings: &'a mut Vec<Warning>,
}

impl Look<'_> {
    fn status(&mut self, dependency: &Dependency, chart: &Chart) -> Status {
        let Ok(archives) = dir::glob(&join(&[self.folder, &format!("{}-*.tgz", dependency.name)])) else {
            return Status::BadPattern;
        };
        // Charts whose names begin alike match as well; a version tells them apart.
        let versioned = |path: &&String| {
            let stem = base(path).strip_suffix(".tgz").unwrap_or_default();
            let version = stem.strip_prefix(&format!("{}-", dependency.name)).unwrap_or(stem);
            Version::parse_strict(version).is_ok()
        };
        let candidate = match &archives[..] {
            [] => None,
            [archive] => Some(archive),
            several => {
                let mut found = several.iter().filter(versioned);
                match (found.next(), found.next()) {
                    (Some(_), Some(_)) => return Status::TooManyMatches,
                    (only, _) => only,
                }
            }
        };
        if let Some(status) = candidate.and_then(|archive| self.archive_status(archive, dependency)) {
            return status;
        }
        match chart.dependencies.iter().rfind(|c| c.name() == dependency.name) {
            None => Status::Missing,
            Some(found) => mismatch(dependency, found).unwrap_or(Status::Unpacked),
        }
    }

    /// `None` when the archive went away.
    fn archive_status(&mut self, archive: &str, dependency: &Dependency) -> Option<Status> {
        fs::metadata(archive).ok()?;
        let Ok(found) = helm_chart::load(Path::new(archive), self.compat, self.warnings) else {
            return Some(Status::Corrupt);
        };
        if found.name() != dependency.name {
            return Some(Status::Misnamed);
        }
        Some(mismatch(dependency, &found).unwrap_or(Status::Ok))
    }

    fn strays(&mut self, declared: &[Dependency]) -> Vec<Stray> {
        let entries = match dir::glob(&join(&[self.folder, "*"])) {
            Ok(entries) => entries,
            Err(error) => return vec![error.into()],
        };
        entries.iter().filter_map(|path| self.stray(path, declared)).collect()
    }

    fn stray(&mut self, path: &str, declared: &[Dependency]) -> Option<Stray> {
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() && !path.ends_with(".tgz") => return None,
            Ok(_) => {}
            Err(source) => {
                return Some(PathError { operation: "stat", path: path.to_owned(), source }.into());
            }
        }
        match helm_chart::load(Path::new(path), self.compat, self.warnings) {
            Err(_) => Some(Stray::NotAChart(path.to_owned())),
            Ok(chart) if declared.iter().any(|d| d.name == chart.name()) => None,
            Ok(_) => Some(Stray::NotDeclared(path.to_owned())),
        }
    }
}

/// What speaks against the version of a chart that was found.
fn mismatch(dependency: &Dependency, found: &Chart) -> Option<Status> {
    let version = &found.metadata.version;
    if *version == dependency.version {
        return None;
    }
    match (Constraint::parse(&dependency.version), Version::parse(version)) {
        (Ok(constraint), Ok(version)) if constraint.check(&version) => None,
        (Ok(_), Ok(_)) => Some(Status::WrongVersion),
        _ => Some(Status::InvalidVersion),
    }
}
