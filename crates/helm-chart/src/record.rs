//! A chart as release records hold it: the JSON of Helm's `Chart` struct.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use govalue::{List, Map, Str, Value};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::metadata::null_as_default;
use crate::{Chart, File, Lock, Metadata, Time};

impl Serialize for File {
    /// `name`, `data` in base64, and `modtime` where known.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stamped = self.mod_time.filter(|t| !t.is_zero());
        let mut file = serializer.serialize_struct("File", 2 + usize::from(stamped.is_some()))?;
        file.serialize_field("name", &self.name)?;
        file.serialize_field("data", &STANDARD.encode(&self.data))?;
        if let Some(time) = stamped {
            file.serialize_field("modtime", &time)?;
        }
        file.end()
    }
}

#[derive(Deserialize)]
struct FileRecord {
    #[serde(default, deserialize_with = "null_as_default")]
    name: String,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    modtime: Option<Time>,
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = FileRecord::deserialize(deserializer)?;
        Ok(File { name: record.name, data: bytes(record.data)?, mod_time: record.modtime })
    }
}

fn bytes<E: serde::de::Error>(text: Option<String>) -> Result<Str, E> {
    let text = text.unwrap_or_default();
    STANDARD.decode(text).map(Str::from).map_err(E::custom)
}

impl Serialize for Chart {
    /// Helm's fields: subcharts and raw files are not part of a record, a missing list is `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mod_time = self.mod_time.filter(|t| !t.is_zero());
        let len = 6 + usize::from(self.schema_mod_time.is_some()) + usize::from(mod_time.is_some());
        let mut chart = serializer.serialize_struct("Chart", len)?;
        chart.serialize_field("metadata", &self.metadata)?;
        chart.serialize_field("lock", &self.lock)?;
        chart.serialize_field("templates", &NilList(&self.templates))?;
        chart.serialize_field("values", &Value::Map(self.values.clone()))?;
        chart.serialize_field("schema", &self.schema.as_ref().map(|s| STANDARD.encode(s)))?;
        if let Some(time) = &self.schema_mod_time {
            chart.serialize_field("schemamodtime", time)?;
        }
        chart.serialize_field("files", &NilList(&self.files))?;
        if let Some(time) = &mod_time {
            chart.serialize_field("modtime", time)?;
        }
        chart.end()
    }
}

/// A list that is `null` when empty, as a nil slice is.
struct NilList<'a>(&'a [File]);

impl Serialize for NilList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() { serializer.serialize_none() } else { self.0.serialize(serializer) }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ChartRecord {
    #[serde(deserialize_with = "null_as_default")]
    metadata: Metadata,
    lock: Option<Lock>,
    #[serde(deserialize_with = "null_as_default")]
    templates: Vec<File>,
    values: Option<serde_json::Map<String, serde_json::Value>>,
    schema: Option<String>,
    schemamodtime: Option<Time>,
    #[serde(deserialize_with = "null_as_default")]
    files: Vec<File>,
    modtime: Option<Time>,
}

impl<'de> Deserialize<'de> for Chart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = ChartRecord::deserialize(deserializer)?;
        Ok(Chart {
            metadata: record.metadata,
            lock: record.lock,
            templates: record.templates,
            values: record.values.map_or_else(|| Map::nil(Map::string_any()), from_json_object),
            schema: record.schema.map(|s| bytes(Some(s))).transpose()?,
            schema_mod_time: record.schemamodtime,
            files: record.files,
            mod_time: record.modtime,
            ..Chart::default()
        })
    }
}

/// A JSON value as Go decodes it into `any`: every number is a `float64`.
pub(crate) fn from_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => Value::Float(n.as_f64().unwrap_or_default()),
        serde_json::Value::String(s) => Value::str(s),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect::<List>()),
        serde_json::Value::Object(object) => Value::Map(from_json_object(object)),
    }
}

/// A JSON object as Go decodes it into `map[string]any`.
pub(crate) fn from_json_object(object: serde_json::Map<String, serde_json::Value>) -> Map {
    object.into_iter().map(|(key, value)| (key, from_json(value))).collect()
}
