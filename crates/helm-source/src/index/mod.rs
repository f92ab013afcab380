//! The index of a repository, kept in one block of bytes that is as quick to use as it is to read.
//!
//! An index of 30 MB takes Helm seconds and hundreds of megabytes each time. Here it is [parsed](parse) once into an
//! [`Index`], whose bytes are [kept](cached) beside Helm's file; only what resolving and searching need is in it.

mod cache;
mod decode;
mod draft;
mod fast;
mod full;
mod image;
mod json;
mod lines;
mod scalars;
#[cfg(test)]
mod tests;

pub use cache::{Kept, cached, cached_file, charts_file, forget, index_file, keep};
pub(crate) use cache::{at_address, fresh, keep_address, remark};
pub use decode::parse;
pub use draft::{Draft, Listed};
pub use full::FullIndex;
pub use image::{Chart, Index, NotListed, Note, Version};

/// Why an index cannot be used; texts as Helm's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There is no such file, or it cannot be read: the text of Go's `*PathError`.
    #[error("{text}")]
    Read {
        /// The text.
        text: String,
        /// Whether there is no file.
        missing: bool,
    },
    /// Nothing in it.
    #[error("empty index.yaml file")]
    Empty,
    /// No `apiVersion`.
    #[error("no API version specified")]
    NoApiVersion,
    /// No YAML, or not that of an index.
    #[error("{0}")]
    Content(String),
    /// The content of a file is at fault.
    #[error("error loading {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: Box<IndexError>,
    },
}
