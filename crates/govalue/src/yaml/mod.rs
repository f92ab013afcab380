//! YAML as Go programs read and write it.
//!
//! Helm uses two Go packages, and they disagree with each other and with the YAML specification:
//!
//! * [`sigs`] is `sigs.k8s.io/yaml`: go-yaml v2 with JSON in the middle. Charts, values, manifests, `toYaml` and
//!   `fromYaml` go through it. It follows YAML 1.1 (`yes` is a boolean, `0777` is octal), folds long lines at 80
//!   columns and keeps the first document of a stream only.
//! * [`v3`] is `go.yaml.in/yaml/v3`: `toYamlPretty` and plugin files. `yes` is a string, repeated keys are errors,
//!   lines are never folded.
//!
//! Reading goes text → events (scanner and parser) → [`node`] tree with positions → values. The tree is flat,
//! borrows from the text and is built without recursion, so that nesting costs no stack; [`MAX_DEPTH`] bounds how
//! deep a value may become. Writing goes from values straight to text.

pub mod node;
pub mod rewrite;
pub mod sigs;
pub mod v3;

mod base64;
mod category;
mod decode;
mod decode_v3;
mod emit;
mod error;
mod event;
mod gosyntax;
mod guard;
mod marshal;
mod number;
mod order;
mod parser;
mod placed;
mod resolve;
mod scan;
mod style;
mod timestamp;
mod tree;

pub use error::YamlError;
pub(crate) use order::is_letter;
pub use placed::{Placed, PlacedKind};

/// How deep a value may be nested.
///
/// Go's parsers allow 10000 levels. Values are walked by recursion everywhere (templates, JSON, dropping them), so
/// the bound here is lower: deep enough for any real document, and, in an optimised build, safe on a thread's stack
/// of 2 MiB.
pub const MAX_DEPTH: usize = 1000;

/// Which of go-yaml's two versions to follow (go.yaml.in/yaml/v2 and v3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// `go.yaml.in/yaml/v2`, which `sigs.k8s.io/yaml` uses.
    V2,
    /// `go.yaml.in/yaml/v3`.
    V3,
}
