//! Which charts a repository holds, version by version.

use futures::stream::{self, StreamExt, TryStreamExt};
use helm_chart::Metadata;

use super::error::OciError;
use super::reference::Reference;
use super::repository::Repository;
use super::session::Session;
use super::tags;

/// How many versions are looked at at once.
const CONCURRENCY: usize = 8;

/// A version of a chart in a registry.
#[derive(Clone, PartialEq, Debug)]
pub struct ChartVersion {
    /// The version, as its tag says.
    pub version: String,
    /// What the chart says of itself.
    pub metadata: Metadata,
}

impl Session {
    /// The charts among a repository's tags, the newest first: all that fit the constraint, or the first only. An
    /// empty constraint means released versions. Tags that are no versions, and versions that are no charts, are left
    /// out; a constraint that nothing fits gives nothing.
    pub async fn charts(
        &self,
        reference: &Reference,
        constraint: &str,
        all: bool,
    ) -> Result<Vec<ChartVersion>, OciError> {
        let versions = self.versions(reference).await?;
        let fitting: Vec<String> = match tags::matching(&versions, constraint, self.compat) {
            Ok(fitting) => fitting.into_iter().map(str::to_owned).collect(),
            Err(tags::SelectError::NoMatch { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let looked_at = stream::iter(fitting)
            .map(|version| self.chart_version(reference, version))
            .buffered(if all { CONCURRENCY } else { 1 })
            .try_filter_map(|found| async move { Ok(found) });
        match all {
            true => looked_at.try_collect().await,
            false => Box::pin(looked_at).try_next().await.map(|first| first.into_iter().collect()),
        }
    }

    async fn chart_version(
        &self,
        reference: &Reference,
        version: String,
    ) -> Result<Option<ChartVersion>, OciError> {
        let tagged = reference.with_tag(&version)?;
        let repository = Repository { session: self, reference: &tagged };
        let parts = match repository.chart_parts().await {
            Ok(parts) => parts,
            Err(error) if error.is_not_chart() => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = repository.config(&parts.config).await?;
        Ok(Some(ChartVersion { version, metadata }))
    }
}
