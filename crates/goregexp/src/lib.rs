//! Go's regular expressions: the syntax, the error texts, the matches and the replacement rules of package `regexp`.
//!
//! The steps, in order:
//! 1. `syntax` reads a pattern as Go 1.26's `regexp/syntax` does and builds the intermediate form of `regex-syntax`.
//!    Rust's own syntax is never involved: it accepts other patterns, and gives some of Go's another meaning.
//! 2. [`Regex`] searches with `regex-automata`, leftmost-first. Go counts a byte that is not UTF-8 as U+FFFD; text
//!    with such bytes is searched in a repaired copy and positions are translated back.
//! 3. Finding all, replacing and splitting follow Go's rules for empty matches.
//!
//! ```
//! use goregexp::Regex;
//!
//! let regex = Regex::new(r"(?P<key>\w+)=(\d{1,3})")?;
//! assert_eq!(regex.replace_all(b"a=1, b=22", b"${2}:$key"), b"1:a, 22:b");
//! assert_eq!(Regex::new(r"a{1001}").unwrap_err().to_string(),
//!     "error parsing regexp: invalid repeat count: `{1001}`");
//! # Ok::<(), goregexp::Error>(())
//! ```

mod cache;
mod error;
mod longest;
mod regex;
mod replace;
mod syntax;
mod text;
mod unicode;

pub use cache::Cache;
pub use error::{Error, ErrorKind};
pub use regex::{Captures, Regex, quote_meta};
