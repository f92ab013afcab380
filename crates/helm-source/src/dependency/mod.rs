//! What a chart needs, and what of it lies in `charts/`.

mod list;
mod path;

pub use list::{Listing, Status, Stray, list};
pub use path::clean as clean_path;
