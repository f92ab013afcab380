//! Writing a chart as a folder.

use std::fs;
use std::path::{Path, PathBuf};

use govalue::yaml::YamlError;
use govalue::yaml::sigs;

use crate::archive::{self, SaveError};
use crate::load::MAX_CHART_SIZE;
use crate::metadata::API_V1;
use crate::{Chart, Compat, Lock, Metadata, PathError, Time};

impl Metadata {
    /// The text of a `Chart.yaml`; for apiVersion v1 without the dependencies, which `requirements.yaml` holds.
    pub fn to_yaml(&self) -> Result<Vec<u8>, YamlError> {
        let mut document = serde_json::to_value(self).unwrap_or_default();
        if let (API_V1, Some(fields)) = (self.api_version.as_str(), document.as_object_mut()) {
            fields.remove("dependencies");
        }
        sigs::marshal_json(&document)
    }
}

impl Lock {
    /// The text of a lock file.
    pub fn to_yaml(&self) -> Result<Vec<u8>, YamlError> {
        sigs::marshal_json(&serde_json::to_value(self).unwrap_or_default())
    }
}

/// Writes a chart to a folder of its name inside `parent`, subcharts as archives (Helm's `SaveDir`); answers the
/// path.
pub fn save(chart: &Chart, parent: &Path, now: Time, compat: Compat) -> Result<PathBuf, SaveError> {
    let name = chart.name();
    if name.is_empty() || name.contains('/') {
        return Err(SaveError::Name { name: name.to_owned() });
    }
    // Messages name what was asked for, without a dot in front.
    let folder = if parent == Path::new(".") { PathBuf::from(name) } else { parent.join(name) };
    if fs::metadata(&folder).is_ok_and(|found| !found.is_dir()) {
        return Err(SaveError::FileInTheWay { path: folder.display().to_string() });
    }
    fs::create_dir_all(&folder).map_err(PathError::new("mkdir", &folder))?;
    write_file(&folder.join("Chart.yaml"), &chart.metadata.to_yaml()?)?;
    for values in chart.raw.iter().filter(|f| f.name == "values.yaml") {
        write_file(&folder.join("values.yaml"), &values.data)?;
    }
    if let Some(schema) = &chart.schema {
        write_file(&folder.join("values.schema.json"), schema)?;
    }
    for file in chart.templates.iter().chain(&chart.files) {
        write_file(&folder.join(archive::clean(&file.name)), &file.data)?;
    }
    for dependency in &chart.dependencies {
        archive::save(dependency, &folder.join("charts"), now, compat).map_err(|source| {
            SaveError::Dependency { chart: dependency.full_path(Some(name)), source: Box::new(source) }
        })?;
    }
    Ok(folder)
}

/// Writes a file, its folders made.
pub(crate) fn write_file(path: &Path, data: &[u8]) -> Result<(), PathError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(PathError::new("mkdir", parent))?;
    }
    fs::write(path, data).map_err(PathError::new("open", path))
}

/// Why a folder is no chart; texts as Helm's `IsChartDir`.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum NoChart {
    #[error("{0}")]
    Path(#[from] PathError),
    #[error("{path:?} is not a directory")]
    NotAFolder { path: PathBuf },
    #[error("no Chart.yaml exists in directory {path:?}")]
    NoChartfile { path: PathBuf },
    #[error("cannot read Chart.yaml in directory {path:?}")]
    Unreadable { path: PathBuf },
    #[error("{0}")]
    Content(#[from] crate::ContentError),
    #[error("chart metadata (Chart.yaml) missing")]
    Empty,
    #[error("invalid chart (Chart.yaml): name must not be empty")]
    NoName,
}

/// Checks that a folder holds a chart: a `Chart.yaml` with a name (`IsChartDir`).
pub fn check(path: &Path, compat: Compat) -> Result<(), NoChart> {
    if !fs::metadata(path).map_err(PathError::new("stat", path))?.is_dir() {
        return Err(NoChart::NotAFolder { path: path.to_owned() });
    }
    let chartfile = path.join("Chart.yaml");
    if fs::metadata(&chartfile).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return Err(NoChart::NoChartfile { path: path.to_owned() });
    }
    let data = super::read_regular(&chartfile, MAX_CHART_SIZE)
        .map_err(|_| NoChart::Unreadable { path: path.to_owned() })?;
    if sigs::to_json_value(&data).is_ok_and(|document| document.is_null()) {
        return Err(NoChart::Empty);
    }
    match crate::read_metadata(&data, compat)?.name.as_str() {
        "" => Err(NoChart::NoName),
        _ => Ok(()),
    }
}
