//! Chart, values and capabilities to rendered files.
//!
//! [`render`] lays the supplied values over the chart's defaults, checks them against the schemas, gives every
//! template its scope (`.Values`, `.Chart`, `.Release`, `.Capabilities`, `.Files`, `.Subcharts`, `.Template`) and
//! executes them in Helm's order. Templates reach the world through [`World`] only.
//!
//! ```no_run
//! # fn demo(chart: &helm_chart::Chart, world: std::sync::Arc<dyn helm_render::World>) -> Result<(), helm_render::RenderError> {
//! use helm_render::{Capabilities, ReleaseInfo, RenderInput, render};
//!
//! let capabilities = Capabilities::offline();
//! let supplied = govalue::Map::new();
//! let input = RenderInput::new(chart, &supplied, &capabilities, ReleaseInfo::install("web", "default"));
//! for file in render(&input, world)?.files {
//!     println!("# {}\n{}", file.path, file.text);
//! }
//! # Ok(())
//! # }
//! ```

mod capabilities;
mod chart_value;
mod duration;
mod engine;
mod error;
mod files;
mod funcs;
mod glob;
mod host;
mod mentions;
mod scope;
mod toml;
mod values_type;
mod world;

pub use capabilities::{Capabilities, GO_VERSION, KUBE_CLIENT_VERSION, KubeVersion, helm_version};
pub use engine::{
    Mode, ReleaseInfo, RenderInput, Rendered, RenderedFile, Schema, render, render_noting,
    render_with_values, values,
};
pub use error::RenderError;
pub use funcs::functions;
pub use host::LintNote;
pub use mentions::{Mentions, mentions};
pub use world::{LookupError, Offline, World};
