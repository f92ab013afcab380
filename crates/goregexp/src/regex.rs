//! A compiled pattern and what can be found with it.

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta;
use regex_automata::util::primitives::NonMaxUsize;
use regex_syntax::hir::Hir;

use crate::error::{Error, ErrorKind};
use crate::longest::Longest;
use crate::replace::Template;
use crate::syntax::{self, Dialect, Parsed};
use crate::text::Text;

/// What a compiled pattern may take in memory. Go allows 128 MB for a form of its own.
pub(crate) const SIZE_LIMIT: usize = 64 << 20;

type Slot = Option<NonMaxUsize>;

/// A compiled pattern (`regexp.Regexp`). Cloning is cheap; searching from many threads is fine.
#[derive(Clone, Debug)]
pub struct Regex {
    pattern: Box<[u8]>,
    names: Box<[Option<String>]>,
    may_be_empty: bool,
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    First(meta::Regex),
    Longest(Longest),
}

impl Regex {
    /// Compiles a pattern (`regexp.Compile`): of the matches that start first, the one is taken that a backtracking
    /// search would find first.
    pub fn new(pattern: impl AsRef<[u8]>) -> Result<Regex, Error> {
        let pattern = pattern.as_ref();
        Regex::build(pattern, Dialect::Perl, |hir| {
            let config = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT));
            meta::Builder::new().configure(config).build_from_hir(hir).ok().map(Engine::First)
        })
    }

    /// Compiles an egrep pattern (`regexp.CompilePOSIX`): of the matches that start first, the longest is taken.
    pub fn new_posix(pattern: impl AsRef<[u8]>) -> Result<Regex, Error> {
        Regex::build_longest(pattern.as_ref(), Dialect::Posix)
    }

    /// The same pattern, taking the longest of the matches that start first (`Regexp.Longest`).
    pub fn longest(&self) -> Result<Regex, Error> {
        match self.engine {
            Engine::Longest(_) => Ok(self.clone()),
            Engine::First(_) => Regex::build_longest(&self.pattern, Dialect::Perl),
        }
    }

    fn build_longest(pattern: &[u8], dialect: Dialect) -> Result<Regex, Error> {
        Regex::build(pattern, dialect, |hir| Longest::new(hir).map(Engine::Longest))
    }

    fn build(
        pattern: &[u8],
        dialect: Dialect,
        compile: impl FnOnce(&Hir) -> Option<Engine> + Send,
    ) -> Result<Regex, Error> {
        let parsed = syntax::parse(pattern, dialect)?;
        let engine = compile_deep(&parsed, compile).ok_or_else(|| Error::new(ErrorKind::Large, pattern))?;
        let may_be_empty = parsed.hir.properties().minimum_len().is_none_or(|length| length == 0);
        Ok(Regex { pattern: pattern.into(), names: parsed.names.into(), may_be_empty, engine })
    }

    /// The pattern (`Regexp.String`).
    pub fn pattern(&self) -> &[u8] {
        &self.pattern
    }

    /// The names of the groups; the first entry is the whole match (`Regexp.SubexpNames`).
    pub fn group_names(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.names.iter().map(Option::as_deref)
    }

    /// Whether the text has a match (`MatchString`).
    pub fn is_match(&self, text: &[u8]) -> bool {
        let text = Text::new(text);
        match &self.engine {
            // The engine's shortcut may stop at an empty match within a character and miss a later match.
            Engine::First(engine) if !self.may_be_empty => engine.is_match(text.bytes()),
            _ => self.search(text.bytes(), 0, &mut [None; 2]),
        }
    }

    /// The first match (`FindString`).
    pub fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.find_index(text).map(|span| &text[span])
    }

    /// Where the first match is (`FindStringIndex`).
    pub fn find_index(&self, text: &[u8]) -> Option<Range<usize>> {
        let text = Text::new(text);
        let mut slots = [None; 2];
        self.search(text.bytes(), 0, &mut slots);
        span(&slots, 0).map(|span| text.span(span))
    }

    /// Successive matches, at most `limit` of them, all when it is negative (`FindAllString`). Go's result is nil
    /// where this is empty.
    pub fn find_all<'t>(&self, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
        self.find_all_index(text, limit).into_iter().map(|span| &text[span]).collect()
    }

    /// Where successive matches are (`FindAllStringIndex`).
    pub fn find_all_index(&self, text: &[u8], limit: i64) -> Vec<Range<usize>> {
        let text = Text::new(text);
        let mut found = Vec::new();
        self.each_match(&text, limit, &mut [None; 2], |slots| {
            found.extend(span(slots, 0).map(|span| text.span(span)));
        });
        found
    }

    /// The first match and its groups (`FindStringSubmatch`).
    pub fn find_submatch<'t>(&self, text: &'t [u8]) -> Option<Captures<'t>> {
        let text = Text::new(text);
        let mut slots = self.slots(self.names.len());
        self.search(text.bytes(), 0, &mut slots).then(|| Captures::new(&text, &slots))
    }

    /// Successive matches and their groups (`FindAllStringSubmatch`).
    pub fn find_all_submatch<'t>(&self, text: &'t [u8], limit: i64) -> Vec<Captures<'t>> {
        let text = Text::new(text);
        let mut found = Vec::new();
        self.each_match(&text, limit, &mut self.slots(self.names.len()), |slots| {
            found.push(Captures::new(&text, slots));
        });
        found
    }

    /// Replaces all matches; in the replacement `$1`, `${1}` and `$name` stand for groups and `$$` for a dollar sign
    /// (`ReplaceAllString`, `Expand`).
    pub fn replace_all(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace_all_within(text, replacement, usize::MAX).unwrap_or_default()
    }

    /// As [`Regex::replace_all`]; `None` when the result would be longer than that.
    pub fn replace_all_within(&self, text: &[u8], replacement: &[u8], max: usize) -> Option<Vec<u8>> {
        let template = Template::parse(replacement, &self.names);
        self.replace(text, template.group_count(), max, |out, text, slots| {
            template.expand(out, max, |group| span(slots, group).map(|span| text.slice(span)));
        })
    }

    /// Replaces all matches by a text that stands for itself (`ReplaceAllLiteralString`).
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace_all_literal_within(text, replacement, usize::MAX).unwrap_or_default()
    }

    /// As [`Regex::replace_all_literal`]; `None` when the result would be longer than that.
    pub fn replace_all_literal_within(&self, text: &[u8], replacement: &[u8], max: usize) -> Option<Vec<u8>> {
        self.replace(text, 1, max, |out, _, _| out.extend_from_slice(replacement))
    }

    /// The parts between matches, at most `limit` of them, all when it is negative (`Split`). Go's result is nil when
    /// `limit` is 0.
    pub fn split<'t>(&self, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
        if limit == 0 {
            return Vec::new();
        }
        if text.is_empty() && !self.pattern.is_empty() {
            return vec![text];
        }
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for found in self.find_all_index(text, limit) {
            if limit > 0 && parts.len() as i64 >= limit - 1 {
                break;
            }
            end = found.start;
            // An empty match at the start separates nothing.
            if found.end != 0 {
                parts.push(&text[begin..end]);
            }
            begin = found.end;
        }
        if end != text.len() {
            parts.push(&text[begin..]);
        }
        parts
    }

    fn slots(&self, groups: usize) -> Vec<Slot> {
        vec![None; 2 * groups]
    }

    /// Finds the first match at or after a position.
    fn search(&self, text: &[u8], from: usize, slots: &mut [Slot]) -> bool {
        slots.fill(None);
        match &self.engine {
            Engine::First(engine) => {
                engine.search_slots(&Input::new(text).span(from..text.len()), slots).is_some()
            }
            Engine::Longest(engine) => engine.search(text, from, slots),
        }
    }

    /// Delivers successive matches. An empty match right after another match does not count.
    fn each_match(&self, text: &Text<'_>, limit: i64, slots: &mut [Slot], mut deliver: impl FnMut(&[Slot])) {
        let mut remaining = u64::try_from(limit).unwrap_or(u64::MAX);
        let mut position = 0;
        let mut last_end = None;
        while remaining > 0 && position <= text.bytes().len() && self.search(text.bytes(), position, slots) {
            let Some(found) = span(slots, 0) else { return };
            let accept = found.end != position || last_end != Some(found.start);
            position = match found.end == position {
                true => position + text.width(position).max(1),
                false => found.end,
            };
            last_end = Some(found.end);
            if accept {
                deliver(slots);
                remaining -= 1;
            }
        }
    }

    /// Copies the text, the matches replaced. An empty match right after another match does not count.
    fn replace(
        &self,
        text: &[u8],
        groups: usize,
        max: usize,
        insert: impl Fn(&mut Vec<u8>, &Text<'_>, &[Slot]),
    ) -> Option<Vec<u8>> {
        let text = Text::new(text);
        let length = text.bytes().len();
        let mut slots = self.slots(groups);
        let mut out = Vec::with_capacity(text.original().len());
        let (mut copied, mut position) = (0, 0);
        while position <= length && self.search(text.bytes(), position, &mut slots) {
            let Some(found) = span(&slots, 0) else { break };
            out.extend_from_slice(text.slice(copied..found.start));
            if found.end > copied || found.start == 0 {
                insert(&mut out, &text, &slots);
            }
            if out.len() > max {
                return None;
            }
            copied = found.end;
            // At least one character further.
            position = found.end.max(position + text.width(position).max(1));
        }
        out.extend_from_slice(text.slice(copied..length));
        (out.len() <= max).then_some(out)
    }
}

/// Compiles a pattern. The engine's compiler recurses, so that a deep pattern gets a thread with a large stack.
fn compile_deep(parsed: &Parsed, compile: impl FnOnce(&Hir) -> Option<Engine> + Send) -> Option<Engine> {
    const SHALLOW: u32 = 100;
    const STACK: usize = 64 << 20;
    if parsed.height <= SHALLOW {
        return compile(&parsed.hir);
    }
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || compile(&parsed.hir));
        thread.ok()?.join().ok()?
    })
}

/// The span of a group, if it took part in the match.
fn span(slots: &[Slot], group: usize) -> Option<Range<usize>> {
    let slot = |index: usize| slots.get(index).copied().flatten().map(NonMaxUsize::get);
    Some(slot(2 * group)?..slot(2 * group + 1)?)
}

/// A match and its groups (`regexp.FindSubmatch`). Group 0 is the whole match.
#[derive(Clone, Debug)]
pub struct Captures<'t> {
    text: &'t [u8],
    spans: Vec<Option<Range<usize>>>,
}

impl<'t> Captures<'t> {
    fn new(text: &Text<'t>, slots: &[Slot]) -> Captures<'t> {
        let spans =
            (0..slots.len() / 2).map(|group| span(slots, group).map(|span| text.span(span))).collect();
        Captures { text: text.original(), spans }
    }

    /// The text of a group; nothing if the group took no part or does not exist (`regexp.FindSubmatch`).
    pub fn get(&self, group: usize) -> Option<&'t [u8]> {
        self.index(group).map(|span| &self.text[span])
    }

    /// Where a group is (`regexp.FindSubmatchIndex`).
    pub fn index(&self, group: usize) -> Option<Range<usize>> {
        self.spans.get(group).cloned().flatten()
    }

    /// All groups in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&'t [u8]>> {
        self.spans.iter().map(|span| span.clone().map(|span| &self.text[span]))
    }
}

/// The pattern that matches a text and nothing else (`QuoteMeta`).
pub fn quote_meta(text: &[u8]) -> Cow<'_, [u8]> {
    let special = |byte: &u8| br"\.+*?()|[]{}^$".contains(byte);
    if !text.iter().any(special) {
        return Cow::Borrowed(text);
    }
    let mut quoted = Vec::with_capacity(text.len() + 8);
    for byte in text {
        if special(byte) {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    Cow::Owned(quoted)
}
