//! Where charts come from and go to: who made them, who may read them.

mod provenance;

use super::{Pair, Score};

/// Everything that needs no cluster.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    provenance::run(pair)
}
