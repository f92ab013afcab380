//! Where charts come from and go to: who made them, who may read them.

mod provenance;
mod repositories;
mod web;

use super::{Pair, Score};

/// Everything that needs no cluster.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let mut score = repositories::run(pair)?;
    score.add(provenance::run(pair)?);
    Ok(score)
}
