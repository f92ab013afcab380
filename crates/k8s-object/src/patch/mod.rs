//! Patches: how to compute one from two or three states of an object, and how to apply one.

pub mod json;
pub mod managed_fields;
pub mod merge;
pub mod strategic;

mod error;
mod go_text;

pub use error::PatchError;
