//! Writing archives: the same chart gives the same bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use govalue::json;
use govalue::yaml::YamlError;

use super::tar::Writer;
use crate::go::quoted;
use crate::metadata::API_V2;
use crate::{Chart, Compat, File, Lock, PathError, Time, ValidationError};

/// Why a chart cannot be saved; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum SaveError {
    #[error("chart validation: {0}")]
    Validation(#[from] ValidationError),
    #[error("{} is not a valid chart name", quoted(name))]
    Name { name: String },
    #[error("{} JSON in values.schema.json", if *compat == Compat::V3 { "Invalid" } else { "invalid" })]
    Schema { compat: Compat },
    #[error("is not a directory: {path}")]
    NotAFolder { path: String },
    #[error("file {path} already exists and is not a directory")]
    FileInTheWay { path: String },
    #[error("stat {path}: {source}")]
    Stat { path: String, source: PathError },
    #[error("saving {chart}: {source}")]
    Dependency { chart: String, source: Box<SaveError> },
    #[error("{0}")]
    Yaml(#[from] YamlError),
    #[error("{0}")]
    Path(#[from] PathError),
}

/// Extra field of the gzip header by which Helm marks its archives.
fn mark(compat: Compat) -> &'static [u8] {
    match compat {
        Compat::V3 => b"+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=",
        Compat::V4 => b"rr\x28\0aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=",
    }
}

/// Packages a chart as `NAME-VERSION.tgz` in a folder, which is made if it is not there; answers the path.
///
/// Files keep their time; what has none gets `now`. For a reproducible archive stamp the chart first
/// ([`Chart::stamped`]).
pub fn save(chart: &Chart, folder: &Path, now: Time, compat: Compat) -> Result<PathBuf, SaveError> {
    chart.metadata.clone().validate()?;
    let data = pack(chart, now, compat)?;
    make_folder(folder)?;
    let name = format!("{}-{}.tgz", chart.name(), chart.metadata.version);
    let path: PathBuf = folder.join(name).components().collect();
    fs::write(&path, data).map_err(|e| {
        // Nothing half-written stays behind.
        let _ = fs::remove_file(&path);
        PathError::new("open", &path)(e)
    })?;
    Ok(path)
}

fn make_folder(folder: &Path) -> Result<(), SaveError> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(SaveError::NotAFolder { path: folder.display().to_string() }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Ok(fs::create_dir_all(folder).map_err(PathError::new("mkdir", folder))?)
        }
        Err(e) => {
            let source = PathError::new("stat", folder)(e);
            Err(SaveError::Stat { path: folder.display().to_string(), source })
        }
    }
}

/// The bytes of a chart's archive.
pub fn pack(chart: &Chart, now: Time, compat: Compat) -> Result<Vec<u8>, SaveError> {
    let mut tar = Writer::default();
    pack_chart(&mut tar, chart, "", now, compat)?;
    let header = GzBuilder::new().extra(mark(compat)).comment("Helm").operating_system(255);
    let mut gzip = header.write(Vec::new(), Compression::default());
    let written = gzip.write_all(&tar.finish()).and_then(|()| gzip.finish());
    Ok(written.map_err(PathError::new("write", Path::new("archive")))?)
}

fn pack_chart(
    tar: &mut Writer,
    chart: &Chart,
    above: &str,
    now: Time,
    compat: Compat,
) -> Result<(), SaveError> {
    let name = chart.name();
    if name.is_empty() || name.contains('/') {
        return Err(SaveError::Name { name: name.to_owned() });
    }
    let base = format!("{above}{name}/");
    let mut add = |name: &str, data: &[u8], time: Option<Time>| {
        let time = time.filter(|t| !t.is_zero()).unwrap_or(now);
        tar.add(&format!("{base}{}", super::read::clean(name)), data, time);
    };
    add("Chart.yaml", &chart.metadata.to_yaml()?, chart.mod_time);
    if let (Some(lock), API_V2) = (&chart.lock, chart.metadata.api_version.as_str()) {
        let time = if compat == Compat::V3 { None } else { Some(lock.generated) };
        add("Chart.lock", &lock.to_yaml()?, time);
    }
    for values in chart.raw.iter().filter(|f| f.name == "values.yaml") {
        add("values.yaml", &values.data, values.mod_time);
    }
    if let Some(schema) = &chart.schema {
        json::decode(schema).map_err(|_| SaveError::Schema { compat })?;
        add("values.schema.json", schema, chart.schema_mod_time);
    }
    for file in chart.templates.iter().chain(&chart.files) {
        add(&file.name, &file.data, file.mod_time);
    }
    let below = format!("{base}charts/");
    chart.dependencies.iter().try_for_each(|d| pack_chart(tar, d, &below, now, compat))
}

impl Chart {
    /// The chart with every time, those of its subcharts included, set to one in whole seconds: what
    /// `SOURCE_DATE_EPOCH` asks for.
    pub fn stamped(&self, time: Time) -> Chart {
        let time = Time::from_unix(time.unix_seconds(), 0);
        let stamp =
            |files: &[File]| files.iter().map(|f| File { mod_time: Some(time), ..f.clone() }).collect();
        let schema_mod_time = match &self.schema {
            Some(schema) if !schema.is_empty() => Some(time),
            _ => self.schema_mod_time,
        };
        Chart {
            mod_time: Some(time),
            schema_mod_time,
            lock: self.lock.clone().map(|lock| Lock { generated: time, ..lock }),
            raw: stamp(&self.raw),
            templates: stamp(&self.templates),
            files: stamp(&self.files),
            dependencies: self.dependencies.iter().map(|d| d.stamped(time).into()).collect(),
            ..self.clone()
        }
    }
}
