use std::collections::BTreeMap;

use govalue::{Map, Value};
use helm_chart::Compat;
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hook::{HookForm, write_time};
use crate::json::{Extra, Fields, Raw, write_extra, write_text};
use crate::time::MaybeTime;
use crate::{ApplyMethod, ChartRecord, Hook, Status, Time};

/// One revision of a release as it is stored: a chart, the values given to it, and what came of them.
///
/// Cloning shares chart and values. Fields that this program does not know are kept and written back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    /// The name.
    pub name: String,
    /// Status and dates.
    pub info: Info,
    /// The chart.
    pub chart: Option<ChartRecord>,
    /// The values that the user gave.
    pub config: Option<Raw>,
    /// The rendered objects without the hooks: documents that begin with `---` and a `# Source:` line.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// The revision, from 1.
    pub version: u32,
    /// The namespace in which the record lies and to which objects without a namespace go.
    pub namespace: String,
    /// The user's labels. They are labels of the stored object and no part of the JSON text.
    pub labels: BTreeMap<String, String>,
    /// How the objects were written; `None` in records of Helm 3, which means by the client.
    pub apply_method: Option<ApplyMethod>,
    /// Fields of the record that this program does not know.
    pub extra: Extra,
}

/// Status and dates of a revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// When the first revision was deployed.
    pub first_deployed: Option<Time>,
    /// When this revision was deployed.
    pub last_deployed: Option<Time>,
    /// When the release was removed.
    pub deleted: Option<Time>,
    /// A line for people.
    pub description: String,
    /// Where the release stands.
    pub status: Status,
    /// The revision that this one brought back; 0 for none.
    pub rollback_revision: u32,
    /// The rendered `NOTES.txt`.
    pub notes: String,
    /// The live objects, by version and kind: filled for `status` output, not stored.
    pub resources: Option<Raw>,
    /// Fields of the record that this program does not know.
    pub extra: Extra,
}

impl Release {
    /// Sets status and description together.
    pub fn set_status(&mut self, status: Status, description: impl Into<String>) {
        self.info.status = status;
        self.info.description = description.into();
    }

    /// Whether the objects were written by server-side apply.
    pub fn is_server_side(&self) -> bool {
        self.apply_method == Some(ApplyMethod::ServerSide)
    }

    /// The values that the user gave, with numbers as `float64`, as every reader of a record sees them.
    pub fn config_values(&self) -> Result<Map, serde_json::Error> {
        values_of(self.config.as_ref())
    }

    /// The JSON text of the record as one generation of Helm writes it.
    pub fn to_json(&self, compat: Compat) -> Result<Vec<u8>, serde_json::Error> {
        crate::json::to_vec(&self.form(compat))
    }

    /// The record as one generation of Helm writes it, for a serialiser.
    pub fn form(&self, compat: Compat) -> ReleaseForm<'_> {
        ReleaseForm(self, compat)
    }

    fn from_fields(mut fields: Fields) -> Result<Release, serde_json::Error> {
        Ok(Release {
            name: fields.take("name")?,
            info: fields.take("info")?,
            chart: fields.take_raw("chart").map(ChartRecord::from_raw).transpose()?,
            config: fields.take_raw("config").filter(|raw| !raw.is_empty()),
            manifest: fields.take("manifest")?,
            hooks: fields.take("hooks")?,
            version: fields.take("version")?,
            namespace: fields.take("namespace")?,
            labels: BTreeMap::new(),
            apply_method: fields.take("apply_method")?,
            extra: fields.rest(),
        })
    }
}

/// An object read as values; nothing or `null` is the empty map.
pub(crate) fn values_of(raw: Option<&Raw>) -> Result<Map, serde_json::Error> {
    let object: Option<serde_json::Map<String, serde_json::Value>> = match raw {
        Some(raw) => raw.parse()?,
        None => None,
    };
    Ok(object.map_or_else(Map::new, to_map))
}

fn to_map(object: serde_json::Map<String, serde_json::Value>) -> Map {
    object.into_iter().map(|(key, value)| (key, to_value(value))).collect()
}

/// A JSON value as Go reads it into `any`: numbers are `float64`.
fn to_value(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => Value::Float(n.as_f64().unwrap_or_default()),
        serde_json::Value::String(s) => Value::str(s),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(to_value).collect()),
        serde_json::Value::Object(object) => Value::Map(to_map(object)),
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        Release::from_fields(fields).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Info {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        Info::from_fields(fields).map_err(D::Error::custom)
    }
}

impl Info {
    fn from_fields(mut fields: Fields) -> Result<Info, serde_json::Error> {
        Ok(Info {
            first_deployed: fields.take::<MaybeTime>("first_deployed")?.0,
            last_deployed: fields.take::<MaybeTime>("last_deployed")?.0,
            deleted: fields.take::<MaybeTime>("deleted")?.0,
            description: fields.take("description")?,
            status: fields.take("status")?,
            rollback_revision: fields.take("rollback_revision")?,
            notes: fields.take("notes")?,
            resources: fields.take_raw("resources"),
            extra: fields.rest(),
        })
    }
}

/// A release as one generation of Helm writes it: see [`Release::form`].
pub struct ReleaseForm<'a>(&'a Release, Compat);

impl Serialize for ReleaseForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ReleaseForm(release, compat) = self;
        let mut map = serializer.serialize_map(None)?;
        write_text(&mut map, "name", &release.name)?;
        map.serialize_entry("info", &InfoForm(&release.info, *compat))?;
        if let Some(chart) = &release.chart {
            map.serialize_entry("chart", chart)?;
        }
        if let Some(config) = release.config.as_ref().filter(|config| !config.is_empty()) {
            map.serialize_entry("config", config)?;
        }
        write_text(&mut map, "manifest", &release.manifest)?;
        if !release.hooks.is_empty() {
            let hooks: Vec<_> = release.hooks.iter().map(|hook| HookForm(hook, *compat)).collect();
            map.serialize_entry("hooks", &hooks)?;
        }
        if release.version != 0 {
            map.serialize_entry("version", &release.version)?;
        }
        write_text(&mut map, "namespace", &release.namespace)?;
        if let Some(method) = &release.apply_method {
            write_text(&mut map, "apply_method", method.as_str())?;
        }
        write_extra(&mut map, &release.extra)?;
        map.end()
    }
}

struct InfoForm<'a>(&'a Info, Compat);

impl Serialize for InfoForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let InfoForm(info, compat) = self;
        let mut map = serializer.serialize_map(None)?;
        write_time(&mut map, "first_deployed", info.first_deployed, *compat)?;
        write_time(&mut map, "last_deployed", info.last_deployed, *compat)?;
        write_time(&mut map, "deleted", info.deleted, *compat)?;
        write_text(&mut map, "description", &info.description)?;
        write_text(&mut map, "status", info.status.as_str())?;
        if info.rollback_revision != 0 {
            map.serialize_entry("rollback_revision", &info.rollback_revision)?;
        }
        write_text(&mut map, "notes", &info.notes)?;
        if let Some(resources) = info.resources.as_ref().filter(|resources| !resources.is_empty()) {
            map.serialize_entry("resources", resources)?;
        }
        write_extra(&mut map, &info.extra)?;
        map.end()
    }
}
