//! The state of one rendering that functions reach.

use std::collections::HashMap;
use std::sync::Arc;

use gotmpl::State;
use govalue::Str;

use crate::World;

/// What a function would have failed with, had the chart not been linted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LintNote {
    /// `required` met a missing value.
    MissingRequired {
        /// The message of the chart's author.
        message: String,
        /// Whether the value was absent rather than an empty string.
        nil: bool,
    },
    /// `fail` was called.
    Fail {
        /// The message of the chart's author.
        message: String,
    },
}

pub(crate) struct RenderHost {
    pub(crate) world: Arc<dyn World>,
    /// How often each template is inside itself at the moment.
    pub(crate) included: HashMap<Str, usize>,
    /// How often `tpl` is inside itself at the moment.
    pub(crate) in_tpl: usize,
    pub(crate) lint: bool,
    pub(crate) enable_dns: bool,
    pub(crate) notes: Vec<LintNote>,
}

impl RenderHost {
    /// The host of a running template. Templates of this crate are executed with it and no other.
    pub(crate) fn of<'a>(state: &'a mut State<'_>) -> &'a mut RenderHost {
        state.host().downcast_mut().expect("render() executes every template with a RenderHost")
    }
}
