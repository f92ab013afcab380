//! Where charts come from and go to: who made them, who may read them.

mod dependency;
mod oci;
mod oci_faults;
mod provenance;
mod proxy;
mod registries;
mod repositories;
mod searches;
mod web;

use std::path::Path;

pub(crate) use web::Web;

use super::{Pair, Score};
use crate::cluster::Cluster;

/// Everything that needs no cluster.
pub(crate) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    std::thread::scope(|scope| {
        // Servers that hang are waited for meanwhile.
        let behind_proxy = scope.spawn(|| proxy::run(pair, bin));
        let mut score = repositories::run(pair)?;
        score.add(dependency::run(pair, bin)?);
        score.add(provenance::run(pair)?);
        score.add(oci::run(pair, bin)?);
        score.add(oci_faults::run(pair)?);
        score.add(searches::run(pair, bin)?);
        score.add(behind_proxy.join().map_err(|_| "the proxy panicked".to_owned())??);
        Ok(score)
    })
}

/// Registries behind a proxy only.
pub(crate) fn proxies(pair: &Pair, bin: &Path) -> Result<Score, String> {
    proxy::run(pair, bin)
}

/// Only what charts need of others.
pub(crate) fn dependencies(pair: &Pair, bin: &Path) -> Result<Score, String> {
    dependency::run(pair, bin)
}

/// Random indexes and searches only.
pub(crate) fn searches(pair: &Pair, bin: &Path) -> Result<Score, String> {
    searches::run(pair, bin)
}

/// What needs a cluster.
pub(crate) fn run_live(pair: &Pair, cluster: &Cluster) -> Result<Score, String> {
    dependency::run_live(pair, cluster)
}
