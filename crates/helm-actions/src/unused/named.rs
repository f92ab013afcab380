use std::sync::Arc;

use gotmpl::{Mention, Step as Named};
use govalue::{Map, Str};
use helm_chart::origin::{Path, Step};
use helm_chart::values::GLOBAL;
use helm_render::{Mentions, RenderError, RenderInput, World};

/// What templates name, whether or not they were executed that far.
pub(super) struct Names {
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

/// Functions that hand on what they are given, or look at no more of it than keys that stand beside it as texts.
const SHALLOW: [&[u8]; 25] = [
    b"and",
    b"or",
    b"not",
    b"eq",
    b"ne",
    b"lt",
    b"le",
    b"gt",
    b"ge",
    b"len",
    b"empty",
    b"default",
    b"coalesce",
    b"ternary",
    b"required",
    b"kindIs",
    b"kindOf",
    b"typeIs",
    b"typeOf",
    b"hasKey",
    b"get",
    b"index",
    b"dig",
    b"pluck",
    b"range",
];

/// What chains begin with that are not about values.
const OTHERS: [&[u8]; 6] = [b"Chart", b"Release", b"Files", b"Capabilities", b"Template", b"Subcharts"];

impl Names {
    pub(super) fn new(
        input: &RenderInput<'_>,
        values: &Map,
        world: &Arc<dyn World>,
    ) -> Result<Names, RenderError> {
        Ok(Names { all: helm_render::mentions(input, values, world.clone())? })
    }

    /// The first template that would have read a key, had a part of it been executed that was not. Of the key the first
    /// `unread` steps lead to what nobody looked up.
    pub(super) fn find(&self, path: &Path, unread: usize) -> Option<(Option<String>, usize)> {
        let in_text = |text: &Mentions| {
            let mention = text.mentions.iter().find(|m| would_read(m, &text.chart, &path.0, unread))?;
            Some((text.template.clone(), mention.line))
        };
        self.all.iter().find_map(in_text)
    }

    /// How many steps lead to the outermost part of a key, from `unread` on, that no template goes into.
    pub(super) fn outermost(&self, path: &Path, unread: usize) -> usize {
        let goes_into = |length: usize| {
            let mut mentions = self.all.iter().flat_map(|t| t.mentions.iter().map(move |m| (m, &t.chart)));
            mentions.any(|(mention, chart)| {
                candidates(mention, chart, &path.0[..length]).any(|(names, keys)| begins_with(names, keys))
            })
        };
        (unread..path.0.len()).find(|length| !goes_into(*length)).unwrap_or(path.0.len())
    }
}

/// Whether a mention, in a part that was not executed, would read a key.
fn would_read(mention: &Mention, chart: &[String], path: &[Step], unread: usize) -> bool {
    let is_handed_to =
        |functions: &[&[u8]]| mention.functions.iter().any(|f| functions.contains(&f.as_bytes()));
    let whole = is_handed_to(&WHOLE);
    let handed_on = mention.functions.iter().any(|f| !SHALLOW.contains(&f.as_bytes()));
    // Going through a table reads its members.
    let members = is_handed_to(&[b"range"]) && matches!(path.last(), Some(Step::Key(_)));
    let named = candidates(mention, chart, path).any(|(names, keys)| {
        if begins_with(names, keys) {
            return true;
        }
        if !keys_begin_with(keys, names) {
            return false;
        }
        // It ends above the key. Where that much was not looked up, it was not executed; else only what would have
        // read all of it was not.
        let was_not_executed = path.len() - keys.len() + names.len() >= unread;
        whole || (members && names.len() + 1 == keys.len()) || (handed_on && was_not_executed)
    });
    named || (is_unknown(mention) && names_the_end(mention, path))
}

/// The names of a mention below `.Values`, with the part of a path that they may stand for.
fn candidates<'m>(
    mention: &'m Mention,
    chart: &'m [String],
    path: &'m [Step],
) -> impl Iterator<Item = (&'m [Named], &'m [Step])> {
    let at = mention.steps.iter().position(|s| matches!(s, Named::Name(n) if n.as_bytes() == b"Values"));
    let names = at.map_or(&[][..], |at| &mention.steps[at + 1..]);
    let is_key =
        |step: &Step, name: &str| matches!(step, Step::Key(key) if key.as_bytes() == name.as_bytes());
    let own = path.len() >= chart.len() && chart.iter().zip(path).all(|(name, step)| is_key(step, name));
    let global = path.iter().position(|step| is_key(step, GLOBAL));
    // The data of the own chart, or of any chart where somebody else executes it.
    let starts = match (at, mention.from_data) {
        (None, _) => 0..0,
        (Some(_), true) if own => chart.len()..chart.len() + 1,
        (Some(_), true) => 0..0,
        (Some(_), false) => 0..path.len().max(1),
    };
    let global = global.filter(|at| mention.from_data && at_values(mention) && !starts.contains(at));
    starts.chain(global).map(move |start| (names, &path[start..]))
}

fn at_values(mention: &Mention) -> bool {
    mention.steps.iter().any(|s| matches!(s, Named::Name(n) if n.as_bytes() == b"Values"))
}

/// Whether names lead to the keys or further.
fn begins_with(names: &[Named], keys: &[Step]) -> bool {
    names.len() >= keys.len() && names.iter().zip(keys).all(|(name, key)| is_step(name, key))
}

/// Whether keys lead to the names or further.
fn keys_begin_with(keys: &[Step], names: &[Named]) -> bool {
    keys.len() >= names.len() && names.iter().zip(keys).all(|(name, key)| is_step(name, key))
}

fn is_step(name: &Named, key: &Step) -> bool {
    match (name, key) {
        (Named::Name(name), Step::Key(key)) => name.as_bytes() == key.as_bytes(),
        (Named::Each, _) => true,
        (Named::Name(_), Step::Index(_)) => false,
    }
}

/// Whether a chain begins at something that only running tells.
fn is_unknown(mention: &Mention) -> bool {
    let first: Option<&Str> = match mention.steps.first() {
        Some(Named::Name(first)) => Some(first),
        _ => None,
    };
    let other = first.is_some_and(|name| OTHERS.contains(&name.as_bytes()));
    !mention.from_data && !at_values(mention) && !other
}

/// Whether the last key of a path is among the names of a chain.
fn names_the_end(mention: &Mention, path: &[Step]) -> bool {
    path.last()
        .is_some_and(|key| mention.steps.iter().any(|s| matches!(s, Named::Name(_)) && is_step(s, key)))
}
