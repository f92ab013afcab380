use std::sync::Arc;

use govalue::{Map, Str};
use helm_chart::origin::{Path, Step};
use helm_render::{Mentions, RenderError, RenderInput, World};

/// What templates name, whether or not they were executed that far.
pub(super) struct Named {
    all: Vec<Mentions>,
}

/// Functions that read all of what they are given.
const WHOLE: [&[u8]; 15] = [
    b"toYaml",
    b"toYamlPretty",
    b"mustToYaml",
    b"toJson",
    b"toPrettyJson",
    b"toRawJson",
    b"mustToJson",
    b"toToml",
    b"mustToToml",
    b"merge",
    b"mergeOverwrite",
    b"deepCopy",
    b"values",
    b"print",
    b"toString",
];

/// What templates begin a chain with that is not about values.
const OTHERS: [&[u8]; 6] = [b"Chart", b"Release", b"Files", b"Capabilities", b"Template", b"Subcharts"];

impl Named {
    pub(super) fn new(
        input: &RenderInput<'_>,
        values: &Map,
        world: &Arc<dyn World>,
    ) -> Result<Named, RenderError> {
        Ok(Named { all: helm_render::mentions(input, values, world.clone())? })
    }

    /// The first template that names a key which was not read: had that part of it been executed, the key would have
    /// been.
    pub(super) fn find(&self, path: &Path) -> Option<(Option<String>, usize)> {
        let keys: Vec<&Str> = path.0.iter().filter_map(key).collect();
        let in_table = !matches!(path.0.iter().rev().nth(1), Some(Step::Index(_)));
        let in_text = |text: &Mentions| {
            let mention = text.mentions.iter().find(|m| is_of(m, &text.chart, &keys, in_table))?;
            Some((text.template.clone(), mention.line))
        };
        self.all.iter().find_map(in_text)
    }
}

fn key(step: &Step) -> Option<&Str> {
    match step {
        Step::Key(key) => Some(key),
        Step::Index(_) => None,
    }
}

/// How much of what it names a mention reads.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    /// What it names.
    Named,
    /// The members of the table that it names (`range`).
    Members,
    /// Everything in it.
    Whole,
}

/// Whether a mention in a chart is one of a key; `in_table` says that the key is not one of a list's item.
fn is_of(mention: &gotmpl::Mention, chart: &[String], keys: &[&Str], in_table: bool) -> bool {
    let steps = &mention.steps[..];
    let extent = if mention.functions.iter().any(|f| WHOLE.contains(&f.as_bytes())) {
        Extent::Whole
    } else if in_table && mention.functions.iter().any(|f| f.as_bytes() == b"range") {
        Extent::Members
    } else {
        Extent::Named
    };
    let values = steps.iter().position(|s| matches!(s, gotmpl::Step::Name(n) if n.as_bytes() == b"Values"));
    if let Some(at) = values {
        let rest = &steps[at + 1..];
        if mention.from_data {
            // The chart's own part of the values, or a global key, which may have been supplied further up.
            let own = keys.len() > chart.len()
                && chart.iter().zip(keys).all(|(name, key)| name.as_bytes() == key.as_bytes());
            return (own && extent == Extent::Whole && rest.is_empty())
                || (own && matches(rest, &keys[chart.len()..], extent))
                || from_global(keys).is_some_and(|keys| matches(rest, keys, extent));
        }
        // Executed with the data of any chart.
        return (0..keys.len()).any(|skipped| matches(rest, &keys[skipped..], extent));
    }
    match steps.first() {
        Some(gotmpl::Step::Name(first)) if mention.from_data && OTHERS.contains(&first.as_bytes()) => false,
        Some(gotmpl::Step::Name(_)) if !mention.from_data => {
            // Below something that is not known: the beginning of the chain is the end of the key.
            (1..=steps.len()).any(|length| {
                (0..keys.len()).any(|skipped| matches_exactly(&steps[..length], &keys[skipped..]))
            })
        }
        _ => false,
    }
}

/// The part of a key from `global` on.
fn from_global<'k, 's>(keys: &'k [&'s Str]) -> Option<&'k [&'s Str]> {
    let at = keys.iter().position(|k| k.as_bytes() == helm_chart::values::GLOBAL.as_bytes())?;
    Some(&keys[at..])
}

/// Whether a chain names a key or something in it, or, where more of it is read, something that the key is in.
fn matches(steps: &[gotmpl::Step], keys: &[&Str], extent: Extent) -> bool {
    let around = match extent {
        Extent::Named => keys.len()..keys.len(),
        Extent::Members => keys.len().saturating_sub(1)..keys.len(),
        Extent::Whole => 1..keys.len(),
    };
    if around.into_iter().any(|length| matches_exactly(steps, &keys[..length])) {
        return true;
    }
    (1..=steps.len()).any(|length| matches_exactly(&steps[..length], keys))
}

/// Whether steps are the keys; an element may be of a list, whose positions are not among the keys, or of a table.
fn matches_exactly(steps: &[gotmpl::Step], keys: &[&Str]) -> bool {
    match (steps, keys) {
        ([], []) => true,
        ([gotmpl::Step::Each, steps @ ..], keys) => {
            matches_exactly(steps, keys) || (!keys.is_empty() && matches_exactly(steps, &keys[1..]))
        }
        ([gotmpl::Step::Name(name), steps @ ..], [key, keys @ ..]) => {
            name.as_bytes() == key.as_bytes() && matches_exactly(steps, keys)
        }
        _ => false,
    }
}
