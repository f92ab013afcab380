//! Where values come from: which file and line, flag or chart default set a value, and what that overrode.
//!
//! [`Origins`] merges the values of a chart once more with marks in their place, by the same code, and reads off where
//! the marks come out. Nothing of it is done unless somebody asks.

mod chain;
mod layer;
mod path;
mod shadow;
mod similar;
mod supplied;

use govalue::{Map, Value};

pub use path::{Path, PathError, Step};
pub use similar::closest;
pub use supplied::Supplied;

use crate::values::{MergeError, Options, Reader};
use crate::{Chart, Compat};
use shadow::Shadow;

/// What set a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A values file, by the name that the user gave.
    File {
        /// The name.
        file: String,
        /// The line, from 1.
        line: u32,
    },
    /// A flag such as `--set`.
    Flag {
        /// Its name, without dashes.
        flag: &'static str,
        /// What it was given.
        argument: String,
    },
    /// The `values.yaml` of a chart.
    Chart {
        /// The chart's path from the root chart: `web/charts/redis`.
        chart: String,
        /// The line, from 1.
        line: u32,
    },
}

/// How a value came from where it was set to where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// It stands where it was set: a subchart's own values are below its name.
    Direct,
    /// By `global`, which reaches every subchart.
    Global,
    /// By `import-values` of a dependency.
    Import,
}

/// One setting of a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// What set it.
    pub source: Source,
    /// The key in that source; for a chart's defaults, within that chart.
    pub path: Path,
    /// What was set, in the computed values: the path that was asked for, or one above it that became something else
    /// than a table.
    pub sets: Path,
    /// The value; nothing for a `null`, which removes.
    pub value: Option<Value>,
    /// How it came here.
    pub route: Route,
}

/// Why a value is what it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// Where it is in the computed values.
    pub path: Path,
    /// The value that templates see; nothing when there is none.
    pub value: Option<Value>,
    /// Who set it, the one that won first.
    pub chain: Vec<Setting>,
}

/// Where the values of a chart come from.
#[derive(Debug)]
pub struct Origins<'c> {
    shadow: Shadow<'c>,
}

impl<'c> Origins<'c> {
    /// Reads all sources of values again, with their lines. `read` is called once for each name.
    pub fn new(
        chart: &'c Chart,
        options: &Options,
        compat: Compat,
        read: &mut Reader<'_>,
    ) -> Result<Origins<'c>, MergeError> {
        Ok(Origins { shadow: Shadow::new(chart, options, compat, read)? })
    }

    /// What the user supplied, merged: [`Options::merge`].
    pub fn supplied_values(&self) -> &Map {
        &self.shadow.supplied
    }

    /// The chain of the value at a path; of a table those of all values in it. One whose chain is empty and that has no
    /// value is known nowhere.
    pub fn explain(&self, path: &Path) -> Vec<Explanation> {
        chain::explain(&self.shadow, path)
    }

    /// The computed values put together again from their origins: what [`crate::values::coalesce`] answers.
    pub fn values(&self) -> Map {
        let values = self.shadow.run(&std::collections::HashSet::new());
        self.shadow.marks.borrow().resolve_map(&values)
    }

    /// Everything that the user supplied, in files and by flags, key by key.
    pub fn supplied(&self) -> Vec<Supplied> {
        supplied::all(&self.shadow)
    }

    /// The place in its file or flag of the key that the first `length` steps of a supplied one name.
    pub fn place_above(&self, supplied: &Supplied, length: usize) -> Source {
        supplied::above(&self.shadow, supplied, length)
    }

    /// The chart.
    pub fn chart(&self) -> &'c Chart {
        self.shadow.chart
    }
}
