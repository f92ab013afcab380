//! What is known of a release: `get` and `history`.

use std::collections::BTreeMap;

use govalue::Map;
use helm_chart::{Compat, Dependency};
use helm_release::{History, Release, Status, Time, validate_name};
use serde::Serialize;

use crate::upgrade::all_values;
use crate::{ActionError, Context, Failure};

/// Reads a revision of a release; 0, or less, for the newest.
pub(crate) async fn release(context: &Context, name: &str, revision: i64) -> Result<Release, ActionError> {
    if validate_name(name).is_err() {
        return Err(ActionError::InvalidName { context: "releaseContent: R", name: name.to_owned() });
    }
    if let Ok(version @ 1..) = u32::try_from(revision) {
        return Ok(context.store().get(name, version).await?);
    }
    if revision > 0 {
        return Err(ActionError::Store(helm_store::StoreError::not_found()));
    }
    let records = context.store().records(name).await?;
    let history = History::new(records).ok_or_else(|| ActionError::NoRevision(name.to_owned()))?;
    Ok(history.last().release()?)
}

/// A revision of a release; 0 for the newest.
pub async fn get(context: &Context, name: &str, revision: i64) -> Result<Release, Failure> {
    context.cluster().check_reachable().await?;
    Ok(release(context, name, revision).await?)
}

/// The values of a revision: those that the user gave, or with `all` those that the chart saw.
pub async fn get_values(context: &Context, name: &str, revision: i64, all: bool) -> Result<Map, Failure> {
    let release = get(context, name, revision).await?;
    if all { Ok(all_values(context, &release)?) } else { Ok(release.config_values()?) }
}

/// The values that the chart of a release saw: those of the user over the defaults of the chart.
pub fn computed_values(context: &Context, release: &Release) -> Result<Map, ActionError> {
    all_values(context, release)
}

/// What `get metadata` tells; serialises as Helm does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseMetadata {
    /// The name of the release.
    pub name: String,
    /// The name of its chart.
    pub chart: String,
    /// The version of the chart.
    pub version: String,
    /// The version of what the chart deploys.
    pub app_version: String,
    /// The chart's annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The labels of the record.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The charts that the chart needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// The namespace.
    pub namespace: String,
    /// The revision.
    pub revision: u32,
    /// Where the release stands.
    pub status: Status,
    /// When the revision was deployed, to the second.
    pub deployed_at: String,
    /// How objects were written (Helm 4).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub apply_method: String,
}

/// Facts about a revision and its chart.
pub async fn get_metadata(context: &Context, name: &str, revision: i64) -> Result<ReleaseMetadata, Failure> {
    let release = get(context, name, revision).await?;
    let metadata = release.chart.as_ref().map(|chart| chart.metadata()).transpose()?.unwrap_or_default();
    let apply_method = release.apply_method.as_ref().map(|method| method.to_string()).unwrap_or_default();
    let apply_method = if context.compat() == Compat::V4 { apply_method } else { String::new() };
    let labels = if context.compat() == Compat::V4 { release.labels } else { BTreeMap::new() };
    Ok(ReleaseMetadata {
        name: release.name,
        chart: metadata.name,
        version: metadata.version,
        app_version: metadata.app_version,
        annotations: metadata.annotations,
        labels,
        dependencies: metadata.dependencies,
        namespace: release.namespace,
        revision: release.version,
        status: release.info.status,
        deployed_at: release
            .info
            .last_deployed
            .map(Time::to_seconds)
            .unwrap_or_else(|| "0001-01-01T00:00:00Z".to_owned()),
        apply_method,
    })
}

/// The revisions of a release, oldest first.
pub async fn history(context: &Context, name: &str) -> Result<Vec<Release>, Failure> {
    context.cluster().check_reachable().await?;
    if validate_name(name).is_err() {
        return Err(ActionError::InvalidName { context: "r", name: name.to_owned() }.into());
    }
    let records = context.store().records(name).await?;
    // A record that cannot be read is passed over, as in Helm.
    let mut releases: Vec<Release> = records.iter().filter_map(|record| record.release().ok()).collect();
    releases.sort_by_key(|release| release.version);
    Ok(releases)
}
