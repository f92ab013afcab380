//! What keeps a small document from becoming a huge value.

use super::node::{Node, NodeId};
use super::{MAX_DEPTH, YamlError};

/// Counts a decoder's steps, as go-yaml does against alias bombs, and its depth.
#[derive(Default)]
pub(super) struct Guard {
    steps: u64,
    /// Steps made inside an alias.
    alias_steps: u64,
    /// Aliases that are being followed now.
    following: Vec<NodeId>,
    depth: usize,
}

impl Guard {
    /// Counts a step.
    pub(super) fn count(&mut self) -> Result<(), YamlError> {
        self.steps += 1;
        if self.following.is_empty() {
            return Ok(());
        }
        self.alias_steps += 1;
        let ratio = self.alias_steps as f64 / self.steps as f64;
        if self.alias_steps > 100 && self.steps > 1000 && ratio > allowed_ratio(self.steps) {
            return Err(YamlError::yaml(None, "document contains excessive aliasing"));
        }
        Ok(())
    }

    /// Follows an alias, unless that leads back into itself.
    pub(super) fn enter_alias(&mut self, alias: Node<'_, '_>) -> Result<(), YamlError> {
        if self.following.contains(&alias.id()) {
            return Err(YamlError::yaml(None, format!("anchor '{}' value contains itself", alias.value())));
        }
        self.following.push(alias.id());
        Ok(())
    }

    pub(super) fn leave_alias(&mut self) {
        self.following.pop();
    }

    /// Goes into a collection.
    pub(super) fn descend(&mut self) -> Result<(), YamlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(YamlError::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")));
        }
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }
}

/// The share of steps that may come from aliases: nearly all in a small document, a tenth in a very large one.
fn allowed_ratio(steps: u64) -> f64 {
    const SMALL: u64 = 400_000;
    const LARGE: u64 = 4_000_000;
    match steps {
        ..=SMALL => 0.99,
        LARGE.. => 0.10,
        _ => 0.99 - 0.89 * ((steps - SMALL) as f64 / (LARGE - SMALL) as f64),
    }
}
