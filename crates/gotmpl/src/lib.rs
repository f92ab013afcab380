//! Go's `text/template`: lexer, parser, tree and evaluator.

mod builtin;
mod caret;
mod error;
mod exec;
mod function;
mod host;
mod options;
mod parse;
mod print;
mod set;
mod state;
mod tree;
mod unicode;

pub use error::{ExecError, ParseError, Place};
pub use function::{Body, FuncMap, Function, Host};
pub use host::{Instance, StructType};
pub use options::{MissingKey, Options};
pub use set::{Template, TemplateSet};
pub use state::State;
