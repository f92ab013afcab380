//! An index of the archives in a folder: `helm repo index`.

use std::path::{Path, PathBuf};

use gonet::Url;
use helm_chart::{ChartVersion, Time};

use crate::{FullIndex, IndexError, SourceError, Sources, content, files};

/// What an index is to be made of.
#[derive(Clone, Debug)]
pub struct MakeIndex {
    /// The folder with the archives; those in folders right beneath count too.
    pub folder: PathBuf,
    /// The address that archives will have; without it their names are enough.
    pub url: String,
    /// An index to take over what the folder does not have.
    pub merge: Option<PathBuf>,
    /// Whether JSON is written.
    pub json: bool,
    /// The time that the index and its new entries get.
    pub now: Time,
}

/// Writes `index.yaml` into a folder. What cannot be read as a chart is passed over, as Helm does.
pub fn make_index(sources: &Sources, request: &MakeIndex) -> Result<(), SourceError> {
    let mut index = FullIndex::new(request.now);
    for (folder, file) in archives(&request.folder) {
        let path = request.folder.join(&folder).join(&file);
        let mut warnings = Vec::new();
        let Ok(chart) = helm_chart::archive::load(&path, sources.compat, &mut warnings) else { continue };
        warnings.iter().for_each(|w| (sources.remarks)(w));
        let data =
            std::fs::read(&path).map_err(|e| SourceError::File(files::path_error("open", &path, &e)))?;
        let mut metadata = chart.metadata;
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
        let name = metadata.name.clone();
        let version = ChartVersion {
            metadata,
            urls: vec![address(&request.url, &folder, &file)],
            created: request.now,
            removed: false,
            digest: content::sha256(&data),
        };
        index.entries.entry(name).or_default().push(version);
    }
    if let Some(path) = &request.merge {
        index.merge(existing(sources, path, request)?);
    }
    index.sort();
    write(&index, &request.folder.join("index.yaml"), request.json)
}

/// The index to merge into; a missing one is made.
fn existing(sources: &Sources, path: &Path, request: &MakeIndex) -> Result<FullIndex, SourceError> {
    let data = match std::fs::read(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let empty = FullIndex::new(request.now);
            // As in Helm: that it cannot be written is no failure of the merge.
            let _ = write(&empty, path, request.json);
            return Ok(empty);
        }
        Err(e) => {
            let text = files::path_error("open", path, &e);
            return Err(SourceError::File(format!("merge failed: {text}")));
        }
        Ok(data) => data,
    };
    let failed = |source: IndexError| {
        SourceError::File(format!("merge failed: error loading {}: {source}", path.display()))
    };
    let index = FullIndex::parse(&data, sources.compat).map_err(failed)?;
    let compact = crate::parse(&data, &crate::http::Validators::default(), sources.compat).map_err(failed)?;
    crate::index::remark(sources, &compact, &path.to_string_lossy());
    Ok(index)
}

fn write(index: &FullIndex, path: &Path, json: bool) -> Result<(), SourceError> {
    files::write_atomic(path, &index.encode(json)?, 0o644)
        .map_err(|e| SourceError::File(files::path_error("open", path, &e)))
}

/// Archives of a folder and of the folders right beneath, as folder and file, in the order of their names.
fn archives(folder: &Path) -> Vec<(String, String)> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    };
    let own = names(folder);
    let archives = |parent: &str, names: &[String]| -> Vec<(String, String)> {
        let archives = names.iter().filter(|name| name.ends_with(".tgz"));
        archives.map(|name| (parent.to_owned(), name.clone())).collect()
    };
    let mut found = archives("", &own);
    for name in own.iter().filter(|name| folder.join(name).is_dir()) {
        found.extend(archives(name, &names(&folder.join(name))));
    }
    found
}

/// Where an archive will be: Helm's `URLJoin` of address, folder and name.
fn address(url: &str, folder: &str, file: &str) -> String {
    match Url::parse(url) {
        Ok(base) if !url.is_empty() || !folder.is_empty() => base.joined(&[folder, file]).to_string(),
        Ok(_) => file.to_owned(),
        Err(_) => Path::new(url).join(folder).join(file).to_string_lossy().into_owned(),
    }
}
