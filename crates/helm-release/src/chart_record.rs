use govalue::Map;
use helm_chart::{Chart, Metadata};
use serde::{Deserialize, Serialize, Serializer};

use crate::json::Raw;
use crate::release::values_of;

/// A chart as a record holds it, kept as text: most operations on a release never look into it, and a rewrite
/// gives back what was read. The subcharts of a chart are not stored, by Helm's design.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartRecord {
    raw: Raw,
    head: ChartHead,
}

/// What lists show of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartHead {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The version of what the chart deploys.
    pub app_version: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MetadataForm {
    metadata: Option<Metadata>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ValuesForm {
    values: Option<Raw>,
}

impl ChartRecord {
    /// The record of a chart.
    pub fn of(chart: &Chart) -> Result<ChartRecord, serde_json::Error> {
        let raw = Raw::of(chart)?;
        Ok(ChartRecord { raw, head: ChartHead::of(&chart.metadata) })
    }

    /// The record that a text holds.
    pub fn from_raw(raw: Raw) -> Result<ChartRecord, serde_json::Error> {
        let metadata = raw.parse::<MetadataForm>()?.metadata.unwrap_or_default();
        Ok(ChartRecord { raw, head: ChartHead::of(&metadata) })
    }

    /// Name and versions.
    pub fn head(&self) -> &ChartHead {
        &self.head
    }

    /// The content of `Chart.yaml`.
    pub fn metadata(&self) -> Result<Metadata, serde_json::Error> {
        Ok(self.raw.parse::<MetadataForm>()?.metadata.unwrap_or_default())
    }

    /// The chart's default values, with numbers as `float64`.
    pub fn values(&self) -> Result<Map, serde_json::Error> {
        let values = self.raw.parse::<ValuesForm>()?.values;
        values_of(values.as_ref())
    }

    /// A chart with the stored metadata and default values: what values are merged against.
    pub fn to_chart(&self) -> Result<Chart, serde_json::Error> {
        Ok(Chart { metadata: self.metadata()?, values: self.values()?, ..Chart::default() })
    }
}

impl ChartHead {
    fn of(metadata: &Metadata) -> ChartHead {
        ChartHead {
            name: metadata.name.clone(),
            version: metadata.version.clone(),
            app_version: metadata.app_version.clone(),
        }
    }
}

impl Serialize for ChartRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}
