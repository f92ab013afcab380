//! New charts: the scaffold of `helm create`, or a copy of a starter chart.

use std::fs;
use std::path::{Component, Path, PathBuf};

use govalue::yaml::{YamlError, sigs};
use govalue::{Str, Value};

use crate::archive::SaveError;
use crate::go::quoted;
use crate::{Chart, Compat, File, LoadError, Metadata, PathError, Time, Warning, archive, dir};

/// What stands for the chart's name in the scaffold and in starter charts.
const PLACEHOLDER: &str = "<CHARTNAME>";
/// The longest name of a chart, in bytes.
const MAX_NAME: usize = 250;

/// The files of the scaffold, in the order in which they are written.
const FILES: &[(&str, &str)] = &[
    ("Chart.yaml", include_str!("chart/Chart.yaml")),
    ("values.yaml", include_str!("chart/values.yaml")),
    (".helmignore", include_str!("chart/helmignore")),
    ("templates/ingress.yaml", include_str!("chart/templates/ingress.yaml")),
    ("templates/httproute.yaml", include_str!("chart/templates/httproute.yaml")),
    ("templates/deployment.yaml", include_str!("chart/templates/deployment.yaml")),
    ("templates/service.yaml", include_str!("chart/templates/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("chart/templates/serviceaccount.yaml")),
    ("templates/hpa.yaml", include_str!("chart/templates/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("chart/templates/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("chart/templates/_helpers.tpl")),
    ("templates/tests/test-connection.yaml", include_str!("chart/templates/tests/test-connection.yaml")),
];

/// Why no chart was made; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum CreateError {
    #[error("chart name must be between 1 and {MAX_NAME} characters")]
    NameLength,
    #[error("chart name must match the regular expression {}", quoted("^[a-zA-Z0-9._-]+$"))]
    NameCharacters,
    #[error("no such directory {path}")]
    NotAFolder { path: String },
    #[error("file {path} already exists and is not a directory")]
    FileInTheWay { path: String },
    #[error("could not load {path}: {source}")]
    Starter { path: String, source: Box<LoadError> },
    #[error("reading values file: {0}")]
    ReadValues(YamlError),
    #[error("transforming values file: {0}")]
    TransformValues(YamlError),
    #[error("{0}")]
    Save(#[from] SaveError),
    #[error("{0}")]
    Path(#[from] PathError),
}

/// A chart that was made.
#[derive(Clone, Debug)]
pub struct Created {
    /// Its folder.
    pub path: PathBuf,
    /// Files that were there before and are overwritten now; Helm warns of each.
    pub overwritten: Vec<PathBuf>,
}

/// Writes a new chart to the folder `parent/name` (`helm create`). Files of the scaffold that are there are
/// overwritten, others are left alone; when a file cannot be written, what was new is taken away again.
pub fn create(name: &str, parent: &Path) -> Result<Created, CreateError> {
    check_name(name)?;
    let parent = absolute(parent);
    let found = fs::metadata(&parent).map_err(PathError::new("stat", &parent))?;
    if !found.is_dir() {
        return Err(CreateError::NotAFolder { path: parent.display().to_string() });
    }
    let path = parent.join(name);
    let is_new = match fs::metadata(&path) {
        Ok(found) if !found.is_dir() => {
            return Err(CreateError::FileInTheWay { path: path.display().to_string() });
        }
        Ok(_) => false,
        Err(_) => true,
    };
    let mut written = Written::default();
    match written.scaffold(&path, name) {
        Ok(()) => Ok(Created { path, overwritten: written.overwritten }),
        Err(error) => {
            written.undo();
            if is_new {
                let _ = fs::remove_dir_all(&path);
            }
            Err(error.into())
        }
    }
}

fn check_name(name: &str) -> Result<(), CreateError> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(CreateError::NameLength);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if name.bytes().all(allowed) { Ok(()) } else { Err(CreateError::NameCharacters) }
}

/// Go's `filepath.Abs`.
fn absolute(path: &Path) -> PathBuf {
    let joined = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    joined.components().fold(PathBuf::new(), |mut clean, part| {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
        clean
    })
}

#[derive(Default)]
struct Written {
    new: Vec<PathBuf>,
    overwritten: Vec<PathBuf>,
}

impl Written {
    fn scaffold(&mut self, path: &Path, name: &str) -> Result<(), PathError> {
        for (file, text) in FILES {
            let file = path.join(file);
            let list = if file.exists() { &mut self.overwritten } else { &mut self.new };
            list.push(file.clone());
            dir::write_file(&file, text.replace(PLACEHOLDER, name).as_bytes())?;
        }
        let charts = path.join("charts");
        fs::create_dir_all(&charts).map_err(PathError::new("mkdir", &charts))
    }

    fn undo(&self) {
        for file in &self.new {
            let _ = fs::remove_file(file);
        }
    }
}

/// The metadata that `helm create` gives a chart made from a starter.
pub fn starter_metadata(name: &str) -> Metadata {
    Metadata {
        name: name.to_owned(),
        description: "A Helm chart for Kubernetes".to_owned(),
        chart_type: "application".to_owned(),
        version: "0.1.0".to_owned(),
        app_version: "0.1.0".to_owned(),
        api_version: crate::metadata::API_V2.to_owned(),
        ..Metadata::default()
    }
}

/// Copies a starter chart to a new folder inside `parent` under the metadata's name (`helm create --starter`). The
/// placeholder `<CHARTNAME>` is replaced in templates and in `values.yaml`; answers the chart's folder.
pub fn create_from(
    metadata: Metadata,
    parent: &Path,
    starter: &Path,
    now: Time,
    compat: Compat,
    warnings: &mut Vec<Warning>,
) -> Result<PathBuf, CreateError> {
    let loaded = match fs::metadata(starter) {
        Ok(found) if found.is_dir() => dir::load(starter, compat, warnings),
        Ok(_) => archive::load(starter, compat, warnings),
        Err(e) => Err(PathError::new("stat", starter)(e).into()),
    };
    let chart = loaded.map_err(|source| CreateError::Starter {
        path: starter.display().to_string(),
        source: Box::new(source),
    })?;
    let name = metadata.name.clone();
    let fill = |file: &File| File { data: filled(&file.data, &name), ..file.clone() };
    let values = sigs::marshal(&Value::Map(chart.values.clone())).map_err(CreateError::ReadValues)?;
    sigs::unmarshal_map(&filled(&values, &name)).map_err(CreateError::TransformValues)?;
    let raw = chart.raw.iter().map(|f| if f.name == "values.yaml" { fill(f) } else { f.clone() }).collect();
    let chart = Chart { templates: chart.templates.iter().map(fill).collect(), raw, metadata, ..chart };
    Ok(dir::save(&chart, parent, now, compat)?)
}

/// The text with the chart's name for the placeholder.
fn filled(data: &[u8], name: &str) -> Str {
    let mark = PLACEHOLDER.as_bytes();
    let mut out = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(name.as_bytes());
        rest = &rest[at + mark.len()..];
    }
    out.extend_from_slice(rest);
    Str::from(out)
}
