//! The one door through which every verb finds its chart.

use std::path::{Component, Path, PathBuf};

use helm_chart::Compat;

use crate::fetch::{self, Query, Verify};
use crate::{SourceError, Sources, files, oci, provenance};

/// Finds a chart on the disk; `None` when it is to be fetched. Nothing but the disk is touched: no runtime, no TLS.
///
/// The rule is Helm's: what exists is taken, unless Helm 4 was told of a repository, and what looks like a path must
/// exist. Helm 3 takes what exists even then, and says so.
pub fn locate_local(reference: &str, query: &Query, compat: Compat) -> Result<Option<PathBuf>, SourceError> {
    let reference = reference.trim();
    let path = Path::new(reference);
    if !query.repository.is_empty() && compat == Compat::V4 {
        return Ok(None);
    }
    if path.exists() {
        // Helm shows absolute paths; links are followed when the chart is loaded.
        let absolute = absolute(path);
        if query.verify == Verify::Always {
            let mut beside = absolute.clone().into_os_string();
            beside.push(".prov");
            provenance::verify_chart(&absolute, Path::new(&beside), &query.keyring, compat)?;
        }
        return Ok(Some(absolute));
    }
    if path.is_absolute() || reference.starts_with('.') {
        return Err(SourceError::NotFound(reference.to_owned()));
    }
    // What leads nowhere is told without asking anybody.
    if query.repository.is_empty() && !reference.contains('/') && !oci::is_oci(reference) {
        return Err(SourceError::BareName(reference.to_owned()));
    }
    Ok(None)
}

/// Finds the chart that a reference means and answers the path of its folder or archive: a path, a URL,
/// `repository/name`, a name in the repository of the query, or `oci://…`. What is fetched stays in the cache.
pub async fn locate(sources: &Sources, reference: &str, query: &Query) -> Result<PathBuf, SourceError> {
    let reference = reference.trim();
    if let Some(path) = locate_local(reference, query, sources.compat)? {
        return Ok(path);
    }
    let query = &Query { version: query.version.trim().to_owned(), ..query.clone() };
    let cache = &sources.places.repository_cache;
    files::make_dir(cache).map_err(|e| SourceError::File(files::path_error("mkdir", cache, &e)))?;
    let downloaded = match sources.compat {
        Compat::V3 => fetch::download(sources, reference, query, cache).await?,
        Compat::V4 => fetch::download_to_cache(sources, reference, query).await?,
    };
    Ok(absolute(&downloaded.path))
}

/// Go's `filepath.Abs`: from the root, and `..` takes the folder before it away.
fn absolute(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute.components().fold(PathBuf::new(), |mut clean, part| {
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
    use super::*;

    fn find(reference: &str) -> Result<Option<PathBuf>, SourceError> {
        locate_local(reference, &Query::default(), Compat::V4)
    }

    #[test]
    fn errors_are_helms() {
        let text = |reference| find(reference).expect_err("there is no such chart").to_string();
        assert_eq!(text("./no/such"), "path \"./no/such\" not found");
        assert_eq!(text("/no/such"), "path \"/no/such\" not found");
        assert_eq!(
            text("nginx"),
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: nginx"
        );
    }

    #[test]
    fn a_folder_is_found_and_the_rest_is_fetched() {
        let here = find("src").expect("no error").expect("the crate's own folder");
        assert!(here.is_absolute() && here.ends_with("src"));
        assert_eq!(find("stable/nginx").expect("no error"), None);
        assert_eq!(find("oci://registry/nginx").expect("no error"), None);
        let in_repository = Query { repository: "http://h".to_owned(), ..Query::default() };
        assert_eq!(locate_local("src", &in_repository, Compat::V4).expect("no error"), None);
        assert!(locate_local("src", &in_repository, Compat::V3).expect("no error").is_some());
    }
}
