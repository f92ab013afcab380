//! The command line in the manner and the words of Go's cobra and pflag, lexed by `clap_lex`.
//!
//! Scripts read what is said of a wrong command line, and cobra judges word by word: the first wrong one is told, a
//! value is checked where it stands, flags before the command's name decide which word that is. So the order of
//! work is cobra's too: [`find`] finds the command, then [`pflag`] reads its flags.

mod csv;
mod find;
mod partial;
mod pflag;

use std::ffi::OsString;

use govalue::time::Duration;
use helm_chart::Compat;

pub(crate) use find::{find, unknown_command};
pub(crate) use partial::Partial;

use crate::command::{Command, ROOT};
use crate::error::CliError;
use crate::flag::{Flag, GLOBAL, HELP, KLOG, Takes};
use pflag::{Given, Scan};

/// What was typed: flags and arguments of one command.
pub(crate) struct Args {
    flags: Vec<&'static Flag>,
    given: Vec<Given>,
    positional: Vec<String>,
    positional_os: Vec<OsString>,
}

/// A command line that was read as far as it is right.
pub(crate) struct Parsed {
    pub(crate) command: &'static Command,
    /// The names of the commands from the root down.
    pub(crate) path: Vec<&'static str>,
    pub(crate) args: Args,
    /// What is wrong with it.
    pub(crate) outcome: Result<(), CliError>,
}

/// Finds the command and reads its flags.
///
/// Helm reads the global flags twice: from the whole line before it knows the command, passing over what it does not
/// know and stopping at the first mistake, then as part of the command's flags. Both readings count.
pub(crate) fn parse(argv: &[OsString], compat: Compat) -> Parsed {
    let words = argv.get(1..).unwrap_or_default();
    let global = global_flags(compat);
    let mut early = Scan::new(&global).lenient();
    // Its mistakes are found again when the command's flags are read.
    let _ = early.run(words);
    let mut given = early.given;
    let found = find(words, compat);
    let mut flags = flags_of(found.command, compat);
    flags.push(&HELP);
    let mut args = Args { flags, given: Vec::new(), positional: Vec::new(), positional_os: Vec::new() };
    let outcome = match found.unknown {
        Some(name) => Err(CliError::usage(unknown_command(&name))),
        None => {
            let mut scan = Scan::new(&args.flags);
            let outcome = scan.run(&found.rest).map_err(CliError::usage);
            given.append(&mut scan.given);
            args.positional = scan.positional.iter().map(|a| a.to_string_lossy().into_owned()).collect();
            args.positional_os = scan.positional;
            outcome
        }
    };
    args.given = given;
    Parsed { command: found.command, path: found.path, args, outcome }
}

fn global_flags(compat: Compat) -> Vec<&'static Flag> {
    GLOBAL.iter().chain(KLOG).filter(|f| f.exists(compat)).collect()
}

/// The flags that a command knows, its own first: they hide global ones of the same name.
pub(crate) fn flags_of(command: &'static Command, compat: Compat) -> Vec<&'static Flag> {
    let own = command.flags.iter().flat_map(|g| g.iter()).filter(|f| f.exists(compat));
    let mut flags: Vec<&'static Flag> = own.collect();
    for flag in global_flags(compat) {
        if !flags.iter().any(|f| f.long == flag.long) {
            flags.push(flag);
        }
    }
    flags
}

impl Args {
    /// Arguments that are no flags.
    pub(crate) fn positional(&self) -> Vec<&str> {
        self.positional.iter().map(String::as_str).collect()
    }

    /// The same as the system gave them, which may be no UTF-8.
    pub(crate) fn positional_os(&self) -> &[OsString] {
        &self.positional_os
    }

    /// Whether help was asked for.
    pub(crate) fn help(&self) -> bool {
        self.on(HELP.long)
    }

    fn flag(&self, long: &str) -> Option<&'static Flag> {
        self.flags.iter().find(|f| f.long == long).copied()
    }

    fn each(&self, long: &str) -> impl DoubleEndedIterator<Item = &Given> {
        self.given.iter().filter(move |g| g.flag.long == long)
    }

    fn raw(&self, long: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.each(long).map(|g| g.text.as_str())
    }

    /// Whether the flag was typed.
    pub(crate) fn given(&self, long: &str) -> bool {
        self.raw(long).next().is_some()
    }

    /// The text of a flag, or its default.
    pub(crate) fn text(&self, long: &str) -> &str {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(
                Takes::Text { default }
                | Takes::Optional { default, .. }
                | Takes::Duration { default }
                | Takes::Wait { default },
            ) => default,
            Some(Takes::Format) => "table",
            _ => "",
        };
        self.raw(long).next_back().unwrap_or(default)
    }

    /// The text of a flag if it was typed and is not empty.
    pub(crate) fn text_if_given(&self, long: &str) -> Option<&str> {
        self.raw(long).next_back().filter(|t| !t.is_empty())
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, long: &str) -> bool {
        let default = matches!(self.flag(long).map(|f| f.takes), Some(Takes::Bool { default: true }));
        self.raw(long).next_back().map_or(default, |t| govalue::strconv::parse_bool(t).unwrap_or(default))
    }

    /// All values of a repeated flag.
    pub(crate) fn all(&self, long: &str) -> Vec<String> {
        match self.flag(long).map(|f| f.takes) {
            Some(Takes::Slice) => self.raw(long).flat_map(|t| csv::record(t).unwrap_or_default()).collect(),
            Some(Takes::Pairs) => self.raw(long).flat_map(|t| csv::pairs(t).unwrap_or_default()).collect(),
            _ => self.raw(long).map(str::to_owned).collect(),
        }
    }

    /// A whole number.
    pub(crate) fn int(&self, long: &str) -> i64 {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(Takes::Int { default }) => default,
            _ => 0,
        };
        self.raw(long).next_back().and_then(|t| govalue::strconv::parse_int(t, 0, 64).ok()).unwrap_or(default)
    }

    /// A whole number that is not negative.
    pub(crate) fn uint(&self, long: &str) -> u64 {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(Takes::Uint { default }) => default,
            _ => 0,
        };
        self.raw(long)
            .next_back()
            .and_then(|t| govalue::strconv::parse_uint(t, 0, 64).ok())
            .unwrap_or(default)
    }

    /// A duration.
    pub(crate) fn duration(&self, long: &str) -> Duration {
        govalue::time::parse_duration(self.text(long)).unwrap_or_else(|_| Duration::from_nanos(0))
    }

    /// The deprecated flags that were typed, with what to use instead.
    pub(crate) fn deprecated(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().filter_map(|g| Some((g.flag.long, g.flag.deprecated?)))
    }
}

/// pflag names a flag with its letter: `-n, --namespace`.
pub(crate) fn display_name(flag: &Flag) -> String {
    match flag.short {
        Some(short) => format!("-{short}, --{}", flag.long),
        None => format!("--{}", flag.long),
    }
}

/// Whether this is the root, which has nothing to run.
pub(crate) fn is_root(command: &Command) -> bool {
    command.name == ROOT.name
}
