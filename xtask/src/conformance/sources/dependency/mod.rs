//! Dependencies: scenes and random charts, resolved and fetched by this program and both Helms; then many runs on one
//! cache, and runs that are killed.

mod crowd;
mod lab;
mod live;
mod random;
mod scenes;
mod turns;

use std::path::Path;

use lab::Lab;
pub(super) use live::run as run_live;

use super::super::{Pair, Program, Score};

/// Who is compared with whom.
const PAIRS: [(Program, Program); 2] = [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)];

pub(super) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let lab = Lab::new(pair, bin)?;
    let mut score = scenes::run(pair, &lab)?;
    score.add(random::run(pair, &lab)?);
    score.add(turns::run(pair, &lab)?);
    score.add(crowd::run(pair, &lab)?);
    println!("dependencies: {} of {} as expected", score.passed, score.passed + score.failed);
    Ok(score)
}

fn io(e: std::io::Error) -> String {
    e.to_string()
}
