//! Whose an object on the cluster is: what Helm checks before it takes one over or deletes it.

use futures::stream::{self, StreamExt};
use k8s_object::ownership::Owner;

use crate::{Cluster, Error, Resource};

/// How many objects are read at once.
const CONCURRENT_READS: usize = 16;

/// What to do about objects that are there before a release is installed.
#[derive(Clone, Copy, Debug)]
pub enum Adoption<'a> {
    /// Only objects that carry the release's label and annotations may be taken over.
    Owned(Owner<'a>),
    /// Any may (`--take-ownership`).
    Any,
}

/// Objects sorted by whether a release may delete them, as indices. Those that are gone are in neither list.
#[derive(Debug, Default)]
pub struct Deletable {
    /// The release's own.
    pub owned: Vec<usize>,
    /// Somebody else's.
    pub unowned: Vec<usize>,
    /// Those that could not be read.
    pub unverifiable: Vec<(usize, Error)>,
}

impl Cluster {
    /// Which of the objects are there already, as indices; an error, in Helm's words, for the first that may not
    /// be taken over.
    pub async fn existing(
        &self,
        resources: &[Resource],
        adoption: Adoption<'_>,
    ) -> Result<Vec<usize>, Error> {
        let mut checks = stream::iter(resources)
            .map(|resource| async move {
                if resource.generates_name()? {
                    return Ok(false);
                }
                let found = self.find(&resource.resource_type, &resource.namespace, &resource.name).await;
                let found = found.map_err(|e| {
                    e.during(format!("could not get information about the resource {}", resource.describe()))
                })?;
                let Some(live) = found else { return Ok(false) };
                if let Adoption::Owned(owner) = adoption
                    && let Err(mismatch) = owner.check(&live)
                {
                    return Err(Error::InvalidObject(format!(
                        "{} exists and cannot be imported into the current release: {mismatch}",
                        resource.describe()
                    )));
                }
                Ok(true)
            })
            .buffered(CONCURRENT_READS)
            .enumerate();
        let mut existing = Vec::new();
        while let Some((index, exists)) = checks.next().await {
            if exists? {
                existing.push(index);
            }
        }
        Ok(existing)
    }

    /// Sorts objects by whether the release may delete them.
    pub async fn deletable(&self, resources: &[Resource], owner: Owner<'_>) -> Deletable {
        let mut reads = stream::iter(resources)
            .map(|resource| self.find(&resource.resource_type, &resource.namespace, &resource.name))
            .buffered(CONCURRENT_READS)
            .enumerate();
        let mut result = Deletable::default();
        while let Some((index, found)) = reads.next().await {
            match found {
                Ok(None) => {}
                Ok(Some(live)) if owner.check(&live).is_ok() => result.owned.push(index),
                Ok(Some(_)) => result.unowned.push(index),
                Err(error) => result.unverifiable.push((index, error)),
            }
        }
        result
    }
}
