//! A command line that is still being typed, for completion.

use std::ffi::OsString;

use helm_chart::Compat;

use super::pflag::Scan;
use super::{Args, find, flags_of};
use crate::command::Command;
use crate::flag::{Flag, HELP};

/// The command that the words name, and what is left for it.
pub(crate) struct Partial {
    pub(crate) command: &'static Command,
    pub(crate) path: Vec<&'static str>,
    /// The flags that the command knows, its own first.
    pub(crate) flags: Vec<&'static Flag>,
    pub(crate) words: Vec<OsString>,
}

impl Partial {
    /// Finds the command. None when the first word names no command of the root's.
    pub(crate) fn find(words: &[OsString], compat: Compat) -> Option<Partial> {
        let found = find(words, compat);
        if found.unknown.is_some() {
            return None;
        }
        let mut flags = flags_of(found.command, compat);
        flags.push(&HELP);
        Some(Partial { command: found.command, path: found.path, flags, words: found.rest })
    }

    /// Reads flags and arguments, and says what is wrong with the first wrong word.
    pub(crate) fn read(&self, words: &[OsString]) -> (Args, Result<(), String>) {
        let mut scan = Scan::new(&self.flags);
        let outcome = scan.run(words);
        let positional = scan.positional.iter().map(|a| a.to_string_lossy().into_owned()).collect();
        let args =
            Args { flags: self.flags.clone(), given: scan.given, positional, positional_os: scan.positional };
        (args, outcome)
    }
}
