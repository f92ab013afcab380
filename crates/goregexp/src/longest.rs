//! The leftmost-longest search, which `regex-automata` does not have.
//!
//! It follows all paths of the automaton at once (Thompson, Pike). Threads are kept in the order in which a
//! backtracking search would try them, so that among equally long matches the first counts, as in Go.

use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::primitives::{NonMaxUsize, StateID};
use regex_syntax::hir::Hir;

use crate::regex::SIZE_LIMIT;

type Slots = Vec<Option<NonMaxUsize>>;

/// An automaton to search with.
#[derive(Clone, Debug)]
pub(crate) struct Longest {
    nfa: NFA,
}

/// The threads at one position, in order of preference.
struct Threads {
    list: Vec<(StateID, Slots)>,
    seen: Vec<bool>,
}

/// What is left to do while following the transitions that read nothing.
enum Task {
    Follow(StateID),
    Restore(usize, Option<NonMaxUsize>),
}

impl Longest {
    /// Compiles a pattern; nothing if it gets too large.
    pub fn new(hir: &Hir) -> Option<Longest> {
        let config = thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(hir).ok()?;
        Some(Longest { nfa })
    }

    /// Finds the longest of the matches that start first at or after a position. The text must be UTF-8.
    pub fn search(&self, text: &[u8], from: usize, slots: &mut [Option<NonMaxUsize>]) -> bool {
        let mut found: Option<Slots> = None;
        let mut current = Threads::new(&self.nfa);
        let mut next = Threads::new(&self.nfa);
        for position in from..=text.len() {
            let boundary = text.get(position).is_none_or(|byte| byte & 0xc0 != 0x80);
            if found.is_none() && boundary {
                let slots = vec![None; self.nfa.group_info().slot_len()];
                current.follow(&self.nfa, text, position, self.nfa.start_anchored(), slots);
            }
            if found.is_some() && current.list.is_empty() {
                break;
            }
            for (state, slots) in current.list.drain(..) {
                if found.as_ref().is_some_and(|found| found[0] < slots[0]) {
                    continue;
                }
                match (self.nfa.state(state), text.get(position)) {
                    (State::Match { .. }, _) if found.as_ref().is_none_or(|found| found[1] < slots[1]) => {
                        found = Some(slots);
                    }
                    (state, Some(&byte)) => {
                        if let Some(after) = read(state, byte) {
                            next.follow(&self.nfa, text, position + 1, after, slots);
                        }
                    }
                    _ => {}
                }
            }
            std::mem::swap(&mut current, &mut next);
            next.seen.fill(false);
        }
        if let Some(found) = &found {
            for (slot, value) in slots.iter_mut().zip(found) {
                *slot = *value;
            }
        }
        found.is_some()
    }
}

impl Threads {
    fn new(nfa: &NFA) -> Threads {
        Threads { list: Vec::new(), seen: vec![false; nfa.states().len()] }
    }

    /// Adds the threads that a state leads to without reading.
    fn follow(&mut self, nfa: &NFA, text: &[u8], position: usize, state: StateID, mut slots: Slots) {
        let mut tasks = vec![Task::Follow(state)];
        while let Some(task) = tasks.pop() {
            let id = match task {
                Task::Restore(slot, value) => {
                    slots[slot] = value;
                    continue;
                }
                Task::Follow(id) if std::mem::replace(&mut self.seen[id.as_usize()], true) => continue,
                Task::Follow(id) => id,
            };
            match nfa.state(id) {
                State::Look { look, next } => {
                    if nfa.look_matcher().matches(*look, text, position) {
                        tasks.push(Task::Follow(*next));
                    }
                }
                State::Union { alternates } => {
                    tasks.extend(alternates.iter().rev().map(|&id| Task::Follow(id)))
                }
                State::BinaryUnion { alt1, alt2 } => {
                    tasks.push(Task::Follow(*alt2));
                    tasks.push(Task::Follow(*alt1));
                }
                State::Capture { next, slot, .. } => {
                    let slot = slot.as_usize();
                    tasks.push(Task::Restore(slot, slots[slot]));
                    tasks.push(Task::Follow(*next));
                    slots[slot] = NonMaxUsize::new(position);
                }
                State::Fail => {}
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => {
                    self.list.push((id, slots.clone()));
                }
            }
        }
    }
}

/// Where a state leads on a byte.
fn read(state: &State, byte: u8) -> Option<StateID> {
    match state {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(transitions) => transitions.matches_byte(byte),
        State::Dense(transitions) => transitions.matches_byte(byte),
        _ => None,
    }
}
