//! A Helm chart: metadata, files, dependencies, values, schema, archive.
//!
//! The path of a chart through this crate:
//!
//! 1. [`load`] (or [`dir::load`], [`archive::load`]) reads a folder or a `.tgz` into a [`Chart`], which is never
//!    changed afterwards;
//! 2. [`values`] reads and merges value files, [`strvals`] parses `--set` and its relatives into the same map;
//! 3. [`dependencies::process`] answers a new tree without the disabled subcharts, with aliases and imported values;
//! 4. [`values::coalesce`] lays the supplied values over the defaults of the chart and of every subchart, and
//!    [`schema::validate`] checks the outcome against each `values.schema.json`;
//! 5. [`origin`] tells, when asked, where each value was set;
//! 6. [`archive::save`] packages a chart, [`scaffold::create`] writes a new one.
//!
//! Nothing here prints: what Helm logs on the way comes back as [`Warning`]s.

pub mod archive;
pub mod dependencies;
pub mod dir;
pub mod origin;
pub mod scaffold;
pub mod schema;
pub mod strvals;
pub mod values;

mod chart;
mod compat;
mod decode;
mod dependency;
mod go;
mod load;
mod metadata;
mod published;
mod record;
mod time;
mod warning;

pub use chart::{Chart, Crd, File};
pub use compat::Compat;
pub use decode::{DecodeError, IndexForm, scalar_text};
pub use dependency::{Dependency, Lock};
pub use load::{
    BufferedFile, ContentError, LoadError, MAX_CHART_SIZE, PathError, assemble, load, load_dir,
    load_directly, read_lock, read_metadata, read_metadata_strict,
};
pub use metadata::{FileShape, Maintainer, Metadata, ValidationError};
pub use published::ChartVersion;
pub use time::Time;
pub use warning::{Level, Warning};
