//! A Helm chart: metadata, files, dependencies, values, schema, archive.

mod compat;

pub use compat::Compat;
