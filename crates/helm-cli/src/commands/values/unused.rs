//! `helm values --unused`: supplied keys that no template reads.

use std::sync::Arc;

use helm_actions::unused::{Reason, Unused, UnusedRequest, unused};
use helm_chart::origin::Origins;
use helm_render::{Capabilities, KubeVersion, Mode, Offline, ReleaseInfo, World};
use serde_json::{Value as Json, json};

use super::{Format, print_json, source_json, source_text};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;
use crate::world::Machine;

/// Exit code when there are keys that nobody reads.
const MISTAKES: u8 = 2;

pub(super) fn run(
    context: &Context,
    args: &Args,
    origins: &Origins<'_>,
    format: Option<Format>,
) -> Result<(), CliError> {
    let found = find(context, args, origins, Mode::Normal)?;
    match format {
        Some(format) => print_json(context, format, &found.iter().map(|f| to_json(&f.unused)).collect())?,
        None => found.iter().try_for_each(|f| context.println(&f.text()))?,
    }
    match found.iter().any(|f| f.unused.is_mistake()) {
        true => Err(CliError::with_code("", MISTAKES)),
        false => Ok(()),
    }
}

/// A key that was not read.
pub(crate) struct Found {
    pub(crate) unused: Unused,
}

/// The supplied keys that the templates of a chart do not read.
pub(crate) fn find(
    context: &Context,
    args: &Args,
    origins: &Origins<'_>,
    mode: Mode,
) -> Result<Vec<Found>, CliError> {
    let mut capabilities = Capabilities::offline();
    if let Some(text) = args.text_if_given("kube-version") {
        capabilities.kube_version = KubeVersion::parse(text, context.compat())
            .map_err(|e| CliError::usage(format!("invalid kube version '{text}': {e}")))?;
    }
    let capabilities = capabilities.with_api_versions(&args.all("api-versions"));
    let is_upgrade = args.on("is-upgrade");
    let release = ReleaseInfo {
        is_upgrade,
        is_install: !is_upgrade,
        ..ReleaseInfo::install("release-name", &context.settings.namespace())
    };
    let request =
        UnusedRequest { origins, release, capabilities: &capabilities, compat: context.compat(), mode };
    let world: Arc<dyn World> = Arc::new(Offline::new(Arc::new(Machine)));
    let mut warnings = Vec::new();
    let found = unused(&request, &world, &mut warnings);
    // Helm says nothing of these while linting.
    if mode == Mode::Normal {
        warnings.iter().for_each(|w| context.log.chart_warning(w));
    }
    Ok(found.map_err(CliError::new)?.into_iter().map(|unused| Found { unused }).collect())
}

impl Found {
    /// The finding in a line.
    pub(crate) fn text(&self) -> String {
        format!("{}: {}", self.place(), self.message())
    }

    /// Where the key was supplied.
    pub(crate) fn place(&self) -> String {
        source_text(&self.unused.source)
    }

    /// The finding, where another chart does not read the key either: the milder one of both.
    pub(crate) fn in_both(self, other: &[Found]) -> Option<Found> {
        let same = |o: &&Found| o.unused.path == self.unused.path && o.unused.source == self.unused.source;
        let other = other.iter().find(same)?;
        match other.unused.is_mistake() {
            true => Some(self),
            false => Some(Found { unused: other.unused.clone() }),
        }
    }

    /// What is to be said of the key.
    pub(crate) fn message(&self) -> String {
        let path = &self.unused.path;
        match &self.unused.reason {
            Reason::Unknown { similar: None } => format!("no template reads {path}"),
            Reason::Unknown { similar: Some(meant) } => {
                format!("no template reads {path}; did you mean {meant}?")
            }
            Reason::Unreached { template: Some(template), line } => {
                format!(
                    "{path} is not read with these values, only in a part of {template}:{line} that was not reached"
                )
            }
            Reason::Unreached { template: None, .. } => {
                format!(
                    "{path} is not read with these values, only in a template among the values that was not reached"
                )
            }
            Reason::SubchartOff { subchart, condition, tags } => {
                let switches = super::switches(condition, tags);
                format!("{path} is not read, as subchart {subchart} is off{switches}")
            }
        }
    }
}

fn to_json(unused: &Unused) -> Json {
    let mut json = json!({"path": unused.path.to_string(), "source": source_json(&unused.source)});
    match &unused.reason {
        Reason::Unknown { similar } => {
            json["reason"] = json!("unknown");
            if let Some(meant) = similar {
                json["didYouMean"] = json!(meant.to_string());
            }
        }
        Reason::Unreached { template, line } => {
            json["reason"] = json!("unreached");
            if let Some(template) = template {
                json["template"] = json!(template);
                json["line"] = json!(line);
            }
        }
        Reason::SubchartOff { subchart, condition, tags } => {
            json["reason"] = json!("subchart-off");
            json["subchart"] = json!(subchart.to_string());
            json["condition"] = json!(condition);
            json["tags"] = json!(tags);
        }
    }
    json
}
