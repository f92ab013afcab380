//! `helm dependency`: what a chart needs, which versions that means, and how `charts/` gets them.
//!
//! [`list`] tells how the dependencies of a chart stand. [`update`] chooses the newest version of each that fits, puts
//! the charts into `charts/` and writes the lock file; [`build`] fetches what the lock file holds. Both fetch only the
//! indexes of repositories that the chart needs, download in parallel, and change `charts/` in one step when
//! everything is there and good.

mod download;
mod error;
mod event;
mod find;
mod index;
mod list;
mod local;
mod lock;
mod path;
mod repositories;
mod resolve;
mod run;
mod stage;

pub use error::DependencyError;
pub use event::{Event, Observer};
pub use list::{Listing, Status, Stray, list};
pub use lock::LockError;
pub use path::clean as clean_path;
pub use run::{Request, build, update};
pub use stage::StageError;

/// How many downloads run at the same time.
const PARALLEL: usize = 10;
