//! What random trees are drawn with: numbers, whether anything may be wrong, and what was drawn.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use helm_testkit::random::Random;

/// How many of a hundred trees may have something wrong in them.
const WILD: usize = 16;

/// The source of all choices for one tree.
pub(super) struct Draw {
    random: Random,
    wild: bool,
    notes_only: bool,
    drawn: BTreeSet<&'static str>,
}

impl Draw {
    pub(super) fn new(mut random: Random) -> Draw {
        let wild = random.chance(WILD);
        Draw { random, wild, notes_only: false, drawn: BTreeSet::new() }
    }

    /// For charts that are installed: sound ones that make no objects, with all that is printed in their notes.
    pub(super) fn notes_only(random: Random) -> Draw {
        Draw { random, wild: false, notes_only: true, drawn: BTreeSet::new() }
    }

    /// The template that prints what it sees.
    pub(super) fn printer(&self) -> &'static str {
        if self.notes_only { "templates/NOTES.txt" } else { "templates/dump.yaml" }
    }

    /// Whether such a file may lie in the chart.
    pub(super) fn allows(&self, file: &str) -> bool {
        let makes_objects =
            file.starts_with("crds/") || file.starts_with("templates/") && !file.ends_with(".tpl");
        !self.notes_only || !makes_objects
    }

    /// Whether to draw something that Helm refuses, most of the time: never in a sound tree.
    pub(super) fn bad(&mut self, percent: usize) -> bool {
        self.random.chance(percent) && self.wild
    }

    /// Whether anything may be wrong in this tree.
    pub(super) fn wild(&self) -> bool {
        self.wild
    }

    /// Notes that the tree has this feature.
    pub(super) fn has(&mut self, feature: &'static str) {
        self.drawn.insert(feature);
    }

    /// True in so many of a hundred cases; then the tree has this feature.
    pub(super) fn gets(&mut self, percent: usize, feature: &'static str) -> bool {
        let chosen = self.random.chance(percent);
        if chosen {
            self.has(feature);
        }
        chosen
    }

    /// The features of the tree.
    pub(super) fn drawn(self) -> BTreeSet<&'static str> {
        self.drawn
    }
}

impl Deref for Draw {
    type Target = Random;

    fn deref(&self) -> &Random {
        &self.random
    }
}

impl DerefMut for Draw {
    fn deref_mut(&mut self) -> &mut Random {
        &mut self.random
    }
}
