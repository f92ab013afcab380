//! Supplied values that no template reads.
//!
//! The chart is rendered with values that note what is read of them ([`govalue::Trace`]). A supplied key counts as read
//! when something looked it up, or visited or passed on a table that it is in; when it switches a subchart on or off;
//! or when the chart's schema would not accept the values without it.

mod named;
mod read;
mod similar;

use std::collections::HashSet;
use std::sync::Arc;

use govalue::Map;
use helm_chart::origin::{Origins, Path, Source, Step, Supplied};
use helm_chart::{Chart, Compat, Warning, dependencies, values};
use helm_render::{Capabilities, Mode, ReleaseInfo, RenderInput, Schema, World};

use crate::template::TemplateError;
use named::Names;
use read::Reads;

/// What to look at.
pub struct UnusedRequest<'a> {
    /// The chart and where its values come from.
    pub origins: &'a Origins<'a>,
    /// The release that would be made.
    pub release: ReleaseInfo,
    /// What the cluster is said to be able to do.
    pub capabilities: &'a Capabilities,
    /// The Helm to imitate.
    pub compat: Compat,
    /// Whether `required` and `fail` let pass.
    pub mode: Mode,
}

/// A supplied key that no template read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The key: the outermost one that was not read.
    pub path: Path,
    /// Where it was supplied.
    pub source: Source,
    /// Why it was not read, as far as that can be told.
    pub reason: Reason,
}

/// Why a key was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No template names it.
    Unknown {
        /// The key that was probably meant.
        similar: Option<Path>,
    },
    /// A template names it in a part that was not executed with these values.
    Unreached {
        /// The template; nothing for a text among the values.
        template: Option<String>,
        /// The line in it.
        line: usize,
    },
    /// It is for a subchart that is off.
    SubchartOff {
        /// Where the subchart's values are.
        subchart: Path,
        /// Its condition, as `Chart.yaml` has it.
        condition: String,
        /// Its tags.
        tags: Vec<String>,
    },
}

impl Unused {
    /// Whether this is certainly a mistake, and not only of no effect at the moment.
    pub fn is_mistake(&self) -> bool {
        matches!(self.reason, Reason::Unknown { .. })
    }
}

/// Renders a chart and answers the supplied keys that were not read, in the order in which they were supplied.
pub fn unused(
    request: &UnusedRequest<'_>,
    world: &Arc<dyn World>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Unused>, TemplateError> {
    let (origins, compat) = (request.origins, request.compat);
    let supplied_values = origins.supplied_values();
    let fail = |e: values::CoalesceError| TemplateError::Dependencies(e.to_string());
    let chart = dependencies::process(origins.chart(), supplied_values, compat, warnings).map_err(fail)?;
    let computed = values::coalesce(&chart, supplied_values, compat, warnings).map_err(fail)?;
    let mut input = RenderInput::new(&chart, supplied_values, request.capabilities, request.release.clone());
    input.compat = compat;
    input.mode = request.mode;
    input.schema = Schema::Skip;
    let (traced, trace) = computed.traced();
    helm_render::render_with_values(&input, traced, world.clone())?;

    let reads = Reads::new(origins.chart(), &chart, &trace);
    let mut found = Vec::new();
    for supplied in origins.supplied() {
        let Some((length, reason)) = reads.unread(&supplied.path) else { continue };
        found.push(Unread { supplied, length, reason });
    }
    if found.iter().any(Unread::is_mistake) {
        explain(&mut found, &Names::new(&input, &computed, world)?);
    }
    let mistakes: Vec<Path> = found.iter().filter(|f| f.is_mistake()).map(Unread::path).collect();
    let needed = match mistakes.is_empty() {
        true => HashSet::new(),
        false => needed_by_schema(&chart, supplied_values, &mistakes, compat),
    };
    let mut answer: Vec<Unused> = Vec::new();
    let mut seen = HashSet::new();
    for mut unread in found {
        let path = unread.path();
        let source = origins.place_above(&unread.supplied, unread.length);
        if (unread.is_mistake() && needed.contains(&path))
            || !seen.insert((path.clone(), format!("{source:?}")))
        {
            continue;
        }
        if let Reason::Unknown { similar } = &mut unread.reason {
            *similar = similar::to(&path, &trace, &computed, &mistakes);
        }
        answer.push(Unused { path, source, reason: unread.reason });
    }
    Ok(answer)
}

/// A supplied key on the way to an answer.
struct Unread {
    supplied: Supplied,
    /// How many of its steps are told.
    length: usize,
    reason: Reason,
}

impl Unread {
    fn path(&self) -> Path {
        Path(self.supplied.path.0[..self.length].to_vec())
    }

    fn is_mistake(&self) -> bool {
        matches!(self.reason, Reason::Unknown { .. })
    }
}

/// Tells keys that a template names apart from those that none does.
fn explain(found: &mut [Unread], names: &Names) {
    for unread in found.iter_mut().filter(|f| f.is_mistake()) {
        match names.find(&unread.supplied.path, unread.length) {
            Some((template, line)) => unread.reason = Reason::Unreached { template, line },
            None => unread.length = names.outermost(&unread.supplied.path, unread.length),
        }
    }
}

/// The keys without which the values would break a schema that they meet now.
fn needed_by_schema(chart: &Chart, supplied: &Map, keys: &[Path], compat: Compat) -> HashSet<Path> {
    let loader: Arc<dyn helm_chart::schema::Loader> = Arc::new(helm_chart::schema::Offline);
    let meets = |keys: &[Path]| {
        let supplied = supplied.deep_copy();
        keys.iter().for_each(|key| remove(&supplied, key));
        values::coalesce(chart, &supplied, compat, &mut Vec::new()).is_ok_and(|values| {
            helm_chart::schema::validate(chart, &values, &loader, &mut Vec::new()).is_ok()
        })
    };
    let mut needed = HashSet::new();
    if !has_schema(chart) || !meets(&[]) {
        return needed;
    }
    // Halves that may go as a whole need no look at each key.
    let mut left = vec![keys];
    while let Some(keys) = left.pop() {
        if meets(keys) {
            continue;
        }
        match keys {
            [key] => {
                needed.insert(key.clone());
            }
            _ => {
                let (a, b) = keys.split_at(keys.len() / 2);
                left.extend([a, b]);
            }
        }
    }
    needed
}

fn has_schema(chart: &Chart) -> bool {
    chart.schema.is_some() || chart.dependencies.iter().any(|sub| has_schema(sub))
}

fn remove(values: &Map, path: &Path) {
    let keys = path.0.iter().take_while(|s| matches!(s, Step::Key(_)));
    let keys = Path(keys.cloned().collect());
    let Some((Step::Key(last), above)) = keys.0.split_last() else { return };
    if let Some(govalue::Value::Map(table)) = Path(above.to_vec()).find(values) {
        table.remove(last);
    }
}
