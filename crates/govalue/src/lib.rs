//! What Go's `any` can hold, and how Go prints and reads it.
//!
//! Templates see Go values: an `int` is not an `int64`, a `[]string` is not a `[]interface {}`, and `%T`, `%v`
//! and `eq` show the difference. [`Value`] carries exactly as much of Go's type system as a program can observe:
//!
//! * scalars with their [`Kind`], byte strings ([`Str`], not necessarily UTF-8), [`List`]s with an element
//!   [`Type`], [`Map`]s with reference semantics (Sprig's `set` changes the one map that everybody sees),
//!   functions, and host objects ([`Object`]: structs, pointers, named types with methods);
//! * [`mod@fmt`] prints them as package `fmt` does, [`strconv`] converts text and numbers, [`json`] and [`yaml`] read and
//!   write them as Go's packages do, [`time`] has Go's layouts and durations.
//!
//! Cloning a [`Value`] never copies a tree: composite values are shared.

pub mod fmt;
pub mod json;
pub mod strconv;
pub mod time;
pub mod utf8;
pub mod yaml;

mod list;
mod map;
mod object;
mod str;
mod trace;
mod types;
mod value;

pub use list::List;
pub use map::{Key, Map, Snapshot};
pub use object::{CallError, Func, FuncBody, Method, MethodSet, Object, StructField};
pub use str::Str;
pub use trace::{Trace, Traced};
pub use types::{Kind, NamedType, Signature, Type};
pub use value::{Int, Value};
