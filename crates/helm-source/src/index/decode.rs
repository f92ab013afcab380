//! From the text of an index to an [`Index`], with Helm's checks.

use helm_chart::Compat;

use super::{FullIndex, Index, IndexError, fast, json};
use crate::http::Validators;

/// Reads an index: JSON, or YAML in which unknown fields and repeated keys are refused. Entries that are not valid are
/// left out and noted, as Helm does.
pub fn parse(data: &[u8], validators: &Validators, compat: Compat) -> Result<Index, IndexError> {
    let quick = json::parse(data, validators, compat).or_else(|| fast::parse(data, validators, compat));
    quick.map_or_else(|| parse_patiently(data, validators, compat), Ok)
}

/// Any valid text, by way of a tree of values.
pub(super) fn parse_patiently(
    data: &[u8],
    validators: &Validators,
    compat: Compat,
) -> Result<Index, IndexError> {
    Ok(FullIndex::parse(data, compat)?.compact(validators))
}
