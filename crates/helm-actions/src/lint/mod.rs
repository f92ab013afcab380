//! `helm lint`: what is wrong, or could be better, in a chart folder.

mod address;
mod chart_file;
mod crds;
mod dependencies;
mod documents;
mod names;
mod templates;
mod values;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use govalue::Map;
use helm_chart::{Chart, Compat, Warning};
use helm_render::{KubeVersion, LintNote, Schema, World};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Could be better.
    Info,
    /// Does not meet the standards but will probably work.
    Warning,
    /// Will probably not work.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        })
    }
}

/// One finding. Displays as Helm prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder that it is about.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity, self.path, self.text)
    }
}

/// What to check a chart with.
pub struct LintRequest<'a> {
    /// Values that the user supplied, merged.
    pub values: &'a Map,
    /// Namespace to render for.
    pub namespace: &'a str,
    /// Version of Kubernetes; Helm's default when absent.
    pub kube_version: Option<KubeVersion>,
    /// Whether and how values are checked against schemas.
    pub schema: Schema,
    /// The Helm to imitate.
    pub compat: Compat,
    /// Clock and randomness for templates.
    pub world: Arc<dyn World>,
}

/// The outcome of checking one chart.
#[derive(Debug, Default)]
pub struct Linted {
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// What functions let pass while linting.
    pub notes: Vec<LintNote>,
    /// What loading and merging remarked, each time that a rule does it.
    pub warnings: Vec<Warning>,
}

/// The run of all rules over one chart folder.
struct Linter<'a> {
    dir: PathBuf,
    request: &'a LintRequest<'a>,
    linted: Linted,
}

impl Linter<'_> {
    /// Notes a broken rule; answers whether it holds.
    fn rule<E: fmt::Display>(&mut self, severity: Severity, path: &str, outcome: Result<(), E>) -> bool {
        match outcome {
            Ok(()) => true,
            Err(e) => {
                self.linted.findings.push(Finding { severity, path: path.to_owned(), text: e.to_string() });
                false
            }
        }
    }

    /// Loads the chart. Every rule that looks at it loads it anew, as in Helm.
    fn load(&mut self) -> Result<Chart, helm_chart::LoadError> {
        helm_chart::dir::load(&self.dir, self.request.compat, &mut self.linted.warnings)
    }
}

/// Checks a chart folder with every rule of Helm's. The folder must hold a `Chart.yaml`.
pub fn lint(dir: &Path, request: &LintRequest<'_>) -> Linted {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let mut linter = Linter { dir, request, linted: Linted::default() };
    chart_file::check(&mut linter);
    values::check(&mut linter);
    templates::check(&mut linter);
    dependencies::check(&mut linter);
    if request.compat == Compat::V4 {
        crds::check(&mut linter);
    }
    linter.linted
}
