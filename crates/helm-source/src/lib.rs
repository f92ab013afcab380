//! Chart reference to verified chart.
//!
//! A reference is a path, and later a URL, `repository/name` or `oci://…`: [`locate`] is the one door through which
//! every verb finds its chart.

pub mod dependency;
pub mod http;

use std::path::{Component, Path, PathBuf};

/// Why a reference leads to no chart; texts as Helm's `LocateChart` where Helm has one.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// A path that does not exist.
    #[error("path {} not found", govalue::strconv::quote(.0.as_bytes()))]
    NotFound(String),
    /// A bare name that is no folder here.
    #[error("non-absolute URLs should be in form of repo_name/path_to_chart, got: {0}")]
    BareName(String),
    /// The repository of a `repository/name` reference is not known.
    #[error("repo {0} not found")]
    UnknownRepository(String),
    /// A reference to a registry or a server.
    #[error("cannot fetch {0}: charts are read from disk only; download it and give its path")]
    Remote(String),
}

/// Finds the chart that a reference means and answers its path.
///
/// The rule is Helm's: what exists on disk is taken, and a reference that looks like a path must exist.
pub fn locate(reference: &str) -> Result<PathBuf, LocateError> {
    let reference = reference.trim();
    let path = Path::new(reference);
    if path.exists() {
        // Helm shows absolute paths; links are followed when the chart is loaded.
        return Ok(clean(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())));
    }
    if path.is_absolute() || reference.starts_with('.') {
        return Err(LocateError::NotFound(reference.to_owned()));
    }
    if reference.contains("://") {
        return Err(LocateError::Remote(reference.to_owned()));
    }
    match reference.split_once('/') {
        Some((repository, _)) => Err(LocateError::UnknownRepository(repository.to_owned())),
        None => Err(LocateError::BareName(reference.to_owned())),
    }
}

/// Go's `filepath.Clean` for an absolute path: `..` takes the folder before it away.
fn clean(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut clean, part| {
        if part == Component::ParentDir {
            clean.pop();
        } else {
            clean.push(part);
        }
        clean
    })
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn errors_are_helms() {
        let text = |reference| locate(reference).expect_err("there is no such chart").to_string();
        assert_eq!(text("./no/such"), "path \"./no/such\" not found");
        assert_eq!(text("/no/such"), "path \"/no/such\" not found");
        assert_eq!(
            text("nginx"),
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: nginx"
        );
        assert_eq!(text("stable/nginx"), "repo stable not found");
    }

    #[test]
    fn a_folder_is_found() {
        let here = locate("src").expect("the crate's own folder");
        assert!(here.is_absolute() && here.ends_with("src"));
    }
}
