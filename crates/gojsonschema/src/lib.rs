//! JSON Schema, drafts 4 to 2020-12, as the Go library `github.com/santhosh-tekuri/jsonschema/v6` judges, which Helm
//! uses: what it accepts and the words for what it does not, to the byte.
//!
//! A [`Compiler`] reads documents by their URL and compiles a schema; [`Compiled::validate`] judges a [`Json`] value.
//! Where Go walks a map in random order this crate takes names sorted. `content*` keywords assert nothing, and
//! `format` does so up to draft 7 only, unless a meta-schema asks for it: both as the library does by default.

mod compile;
mod draft;
mod error;
mod format;
mod format_time;
mod location;
mod meta;
mod number;
mod print;
mod root;
mod roots;
mod schema;
mod validate;
mod value;

pub use compile::{Compiled, Compiler};
pub use error::{CompileError, ValidationError};
pub use roots::Load;
pub use value::{Json, ParseError};
