//! Kubernetes' JSONPath templates, as `k8s.io/client-go/util/jsonpath` reads and executes them.
//!
//! Text stands for itself, and what is in braces picks from the data: `{.image.tag}`, `{.hosts[0]}`,
//! `{.hosts[?(@.tls==true)].name}`, `{range .hosts[*]}{.name}{"\n"}{end}`. [`Template::parse`] reads a template,
//! [`Template::execute`] prints what it picks.
//!
//! ```
//! use govalue::{Value, yaml};
//!
//! let data = yaml::sigs::unmarshal(b"hosts: [{name: a, port: 80}, {name: b}]")?;
//! let template = gojsonpath::Template::parse("names: {.hosts[*].name}, first: {.hosts[0]}")?;
//! let mut out = Vec::new();
//! template.execute(&data, &mut out)?;
//! assert_eq!(out, br#"names: a b, first: {"name":"a","port":80}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where it differs: entries of a map are visited in the order of their keys, where Go's order is random; templates
//! nest [`MAX_DEPTH`] deep at most and pick [`MAX_RESULTS`] values at most; what panics in Go is an error.

mod compare;
mod execute;
mod node;
mod parse;

pub use execute::ExecError;
pub use parse::ParseError;

use govalue::Value;
use node::Node;

/// How deep filters and unions may nest in one another.
pub const MAX_DEPTH: usize = 100;
/// How many values one step may pick.
pub const MAX_RESULTS: usize = 1 << 20;

/// A template.
#[derive(Clone, Debug)]
pub struct Template {
    nodes: Vec<Node>,
}

impl Template {
    /// Reads a template (`jsonpath.New(…).Parse`).
    pub fn parse(text: &str) -> Result<Template, ParseError> {
        Ok(Template { nodes: parse::parse(text, 0)? })
    }

    /// Appends what the template picks from the data. After an error nothing was appended.
    pub fn execute(&self, data: &Value, out: &mut Vec<u8>) -> Result<(), ExecError> {
        execute::execute(&self.nodes, data, out)
    }
}
