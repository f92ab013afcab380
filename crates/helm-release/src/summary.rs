use std::collections::BTreeMap;

use serde::Deserialize;

use crate::time::MaybeTime;
use crate::{Release, Status, Time};

/// What a list shows of a revision, read without keeping chart, values and manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// The revision.
    pub version: u32,
    /// Where the release stands.
    pub status: Status,
    /// A line for people.
    pub description: String,
    /// When this revision was deployed.
    pub last_deployed: Option<Time>,
    /// The chart's name.
    pub chart_name: String,
    /// The chart's version.
    pub chart_version: String,
    /// The version of what the chart deploys.
    pub app_version: String,
    /// The labels of the stored object, the driver's own included.
    pub labels: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Form {
    #[serde(deserialize_with = "null_is_default")]
    name: String,
    #[serde(deserialize_with = "null_is_default")]
    namespace: String,
    version: Option<u32>,
    info: Option<InfoForm>,
    chart: Option<ChartForm>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct InfoForm {
    #[serde(deserialize_with = "null_is_default")]
    status: Status,
    #[serde(deserialize_with = "null_is_default")]
    description: String,
    last_deployed: MaybeTime,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ChartForm {
    metadata: Option<MetadataForm>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MetadataForm {
    #[serde(deserialize_with = "null_is_default")]
    name: String,
    #[serde(deserialize_with = "null_is_default")]
    version: String,
    #[serde(rename = "appVersion", deserialize_with = "null_is_default")]
    app_version: String,
}

fn null_is_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(
    d: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(d).map(Option::unwrap_or_default)
}

impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        let info = form.info.unwrap_or_default();
        let metadata = form.chart.and_then(|chart| chart.metadata).unwrap_or_default();
        Ok(Summary {
            name: form.name,
            namespace: form.namespace,
            version: form.version.unwrap_or_default(),
            status: info.status,
            description: info.description,
            last_deployed: info.last_deployed.0,
            chart_name: metadata.name,
            chart_version: metadata.version,
            app_version: metadata.app_version,
            labels: BTreeMap::new(),
        })
    }
}

impl From<&Release> for Summary {
    fn from(release: &Release) -> Self {
        let head = release.chart.as_ref().map(|chart| chart.head().clone()).unwrap_or_default();
        Summary {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            version: release.version,
            status: release.info.status.clone(),
            description: release.info.description.clone(),
            last_deployed: release.info.last_deployed,
            chart_name: head.name,
            chart_version: head.version,
            app_version: head.app_version,
            labels: release.labels.clone(),
        }
    }
}
