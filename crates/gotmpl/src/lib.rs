//! Go's `text/template`: lexer, parser, tree and evaluator. Output and errors are Go's to the byte.
//!
//! 1. [`TemplateSet::parse`] turns a text into one or more [`Template`]s of a set. A text becomes flat tables that
//!    all its templates share; literal text stays where it is in the source.
//! 2. [`TemplateSet::execute`] runs a template over a [`govalue::Value`] and appends to a buffer. Statements and
//!    invocations nest in lists of the engine's own, and where functions recurse it continues on a fresh stack: no
//!    input exhausts the native stack. [`Options`] bound depth, output and steps.
//! 3. Functions come from a [`FuncMap`]; a [`Function`] gets arguments that were checked and converted as Go's
//!    reflection does it, and the running [`State`], with which it can execute other templates (as Helm's `include`
//!    and `tpl` do). A clone of a set is an overlay that costs next to nothing.
//! 4. Host data is a [`govalue::Object`]; [`StructType`] makes one of a Rust struct.
//! 5. [`ParseError`] and [`ExecError`] carry their place and the chain of calls. `Display` is Go's text,
//!    `caret_view` shows the source.
//!
//! ```
//! use std::sync::Arc;
//! use gotmpl::{FuncMap, Function, TemplateSet};
//! use govalue::{Map, Type, Value};
//!
//! let mut functions = FuncMap::new();
//! functions.insert("shout", Function::new([Type::STRING], Type::STRING, |_, args| {
//!     Ok(Value::from(format!("{}!", args[0].as_str().map_or_else(Default::default, |s| s.to_str()))))
//! }));
//! let mut set = TemplateSet::default().with_funcs(Arc::new(functions));
//! set.parse("greeting", r#"{{range .names}}{{. | shout}} {{end}}"#)?;
//!
//! let names = Value::from(vec![Value::from("hello"), Value::from("world")]);
//! let data: Map = [("names", names)].into_iter().collect();
//! let mut out = Vec::new();
//! set.execute("greeting", &Value::Map(data), &mut out)?;
//! assert_eq!(out, b"hello! world! ");
//!
//! set.parse("wrong", "{{shout 1}}")?;
//! let error = set.execute("wrong", &Value::Nil, &mut out).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     r#"template: wrong:1:8: executing "wrong" at <1>: expected string; found 1"#
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Bounds
//!
//! No text makes it panic, run for ever or take memory without measure:
//!
//! * Parsing takes time in proportion to the text, and at most 128 bytes of memory for each byte of it.
//! * A text has at most [`Options::max_nodes`] nodes.
//! * Executing takes at most [`Options::max_steps`] steps. Texts and lists that functions get and give count as steps
//!   by their size, and functions that work hard tell so by [`State::spend`].
//! * With a [`Budget`] that has a meter, what is held during the executions that share it stays below
//!   [`Options::max_held`], apart from what one call of a function takes for itself.
//! * Functions that execute templates nest [`Options::max_nesting`] deep, `template` actions [`Options::max_depth`].
//!
//! The numbers stand in [`Options`], and nowhere else. A server that renders for strangers sets them lower (a million
//! steps take less than a second).
//!
//! # Differences
//!
//! Where it differs from Go: the capacity of a slice is its length; a declared interface type other than
//! `interface {}` is not told from the type of the value that it holds; an `include` that recurses without end meets
//! [`Options::max_depth`] instead of ending the process; steps, output and the text of a built-in function are bounded.

mod budget;
mod builtin;
mod caret;
mod error;
mod exec;
mod function;
mod host;
mod mention;
mod options;
mod parse;
mod print;
mod set;
mod state;
mod tree;
mod unicode;

pub use budget::{Budget, Exhausted, Meter};
pub use error::{ExecError, ParseError, Place};
pub use function::{Body, FuncMap, Function, Host};
pub use host::{Instance, StructType};
pub use mention::{Mention, Step};
pub use options::{MissingKey, Options};
pub use set::{Template, TemplateSet};
pub use state::State;
