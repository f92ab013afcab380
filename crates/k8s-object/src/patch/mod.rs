//! Patches: how to compute one from two or three states of an object, and how to apply one.

pub mod json;
pub mod merge;

mod error;

pub use error::PatchError;
