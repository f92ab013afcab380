use std::sync::Arc;

use govalue::{Map, Str};

use crate::{Lock, Metadata, Time};

/// A file of a chart. Cloning shares the content.
#[derive(Clone, PartialEq, Debug)]
pub struct File {
    /// Path within the chart, with `/`.
    pub name: String,
    /// Content, a byte-order mark removed.
    pub data: Str,
    /// When it was last changed; absent for charts loaded as Helm 3 does.
    pub mod_time: Option<Time>,
}

/// A chart with its subcharts. Never changed after it was loaded; what processes a chart answers a new one, which
/// shares files and untouched subcharts.
#[derive(Clone, Debug)]
pub struct Chart {
    /// `Chart.yaml` (for apiVersion v1 `requirements.yaml` as well).
    pub metadata: Metadata,
    /// `Chart.lock`, or `requirements.lock`.
    pub lock: Option<Lock>,
    /// Templates: the files beneath `templates/`.
    pub templates: Vec<File>,
    /// Default values; a nil map when there are none. Shared by reference: copy deeply before changing.
    pub values: Map,
    /// `values.schema.json`.
    pub schema: Option<Str>,
    /// When the schema was last changed; absent for charts loaded as Helm 3 does.
    pub schema_mod_time: Option<Time>,
    /// All other files, `crds/` and licences included.
    pub files: Vec<File>,
    /// When `Chart.yaml` was last changed.
    pub mod_time: Option<Time>,
    /// All files as they were found.
    pub raw: Vec<File>,
    /// Subcharts. Loaded ones are in order of their file names.
    pub dependencies: Vec<Arc<Chart>>,
    /// The path Helm reports where it is not the path in this tree: a subchart of an aliased chart keeps the path
    /// of the chart it was copied from. Set by dependency processing only.
    pub reported_path: Option<Arc<str>>,
}

impl Default for Chart {
    fn default() -> Self {
        Chart {
            metadata: Metadata::default(),
            lock: None,
            templates: Vec::new(),
            values: Map::nil(Map::string_any()),
            schema: None,
            schema_mod_time: None,
            files: Vec::new(),
            mod_time: None,
            raw: Vec::new(),
            dependencies: Vec::new(),
            reported_path: None,
        }
    }
}

/// A custom resource definition file of a chart or of one of its subcharts.
#[derive(Clone, Debug)]
pub struct Crd<'a> {
    /// Path within its own chart.
    pub name: &'a str,
    /// Path from the root chart.
    pub filename: String,
    /// The file.
    pub file: &'a File,
}

impl Chart {
    /// The chart's name.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The version of the application inside.
    pub fn app_version(&self) -> &str {
        &self.metadata.app_version
    }

    /// The path that template names begin with: the name for a root (`parent` is `None`), and
    /// `PARENT/charts/NAME` for a subchart of the chart with path `parent` (Helm's `ChartFullPath`).
    pub fn full_path(&self, parent: Option<&str>) -> String {
        match (&self.reported_path, parent) {
            (Some(path), _) => path.to_string(),
            (None, Some(parent)) => format!("{parent}/charts/{}", self.name()),
            (None, None) => self.name().to_owned(),
        }
    }

    /// The path with dots that `.Chart.ChartPath` style messages use (Helm's `ChartPath`).
    pub fn dotted_path(&self, parent: Option<&str>) -> String {
        self.full_path(parent).replace("/charts/", ".")
    }

    /// The files beneath `crds/` with a manifest's extension, those of subcharts after the chart's own.
    pub fn crds(&self) -> Vec<Crd<'_>> {
        let mut found = Vec::new();
        self.collect_crds(None, &mut found);
        found
    }

    fn collect_crds<'a>(&'a self, parent: Option<&str>, found: &mut Vec<Crd<'a>>) {
        let path = self.full_path(parent);
        for file in
            self.files.iter().filter(|f| f.name.starts_with("crds/") && has_manifest_extension(&f.name))
        {
            found.push(Crd { name: &file.name, filename: format!("{path}/{}", file.name), file });
        }
        for dependency in &self.dependencies {
            dependency.collect_crds(Some(&path), found);
        }
    }

    /// The file of that name as it was found.
    pub fn raw_file(&self, name: &str) -> Option<&File> {
        self.raw.iter().find(|f| f.name == name)
    }
}

/// `.yaml`, `.yml` or `.json` in any case.
fn has_manifest_extension(name: &str) -> bool {
    let extension = name.rsplit('/').next().and_then(|base| base.rsplit_once('.')).map_or("", |(_, e)| e);
    ["yaml", "yml", "json"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}
