//! Shell completion: the scripts of `helm completion`, and `__complete`, which they ask.
//!
//! The protocol is cobra's, so that scripts which Helm made work with this program and the other way round. The words
//! that were typed come as arguments, the last one unfinished. Each candidate is a line, its description after a tab;
//! the last line is a colon and a number, the sum of the [`Directive`]s. What stderr says is for people.

mod arguments;
mod charts;
mod scripts;
mod words;

use std::ffi::OsString;
use std::io::Write;

use helm_chart::Compat;

use crate::context::Context;
use crate::error::CliError;
use crate::parse::Partial;
use crate::settings::Settings;

pub(crate) use scripts::COMMAND;

/// What the shell is to do with the candidates; cobra's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directive(u8);

impl Directive {
    /// Files, where there is no candidate.
    pub(crate) const DEFAULT: Directive = Directive(0);
    /// Something failed: no completion at all.
    pub(crate) const ERROR: Directive = Directive(1);
    /// No space after the only candidate.
    pub(crate) const NO_SPACE: Directive = Directive(2);
    /// No files.
    pub(crate) const NO_FILES: Directive = Directive(4);

    /// Both.
    pub(crate) fn and(self, other: Directive) -> Directive {
        Directive(self.0 | other.0)
    }

    /// The names that cobra prints on stderr.
    fn names(self) -> String {
        let names = [
            (Directive::ERROR, "ShellCompDirectiveError"),
            (Directive::NO_SPACE, "ShellCompDirectiveNoSpace"),
            (Directive::NO_FILES, "ShellCompDirectiveNoFileComp"),
        ];
        let set: Vec<&str> = names.iter().filter(|(d, _)| self.0 & d.0 != 0).map(|(_, name)| *name).collect();
        if set.is_empty() { "ShellCompDirectiveDefault".to_owned() } else { set.join(", ") }
    }
}

/// Candidates, each with its description after a tab, and what to do with them.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) lines: Vec<String>,
    pub(crate) directive: Directive,
}

impl Candidates {
    pub(crate) fn new(lines: Vec<String>, directive: Directive) -> Candidates {
        Candidates { lines, directive }
    }

    /// Nothing, and the shell does as the directive says.
    pub(crate) fn none(directive: Directive) -> Candidates {
        Candidates { lines: Vec::new(), directive }
    }

    /// Nothing, with a remark for shells that show one.
    pub(crate) fn no_more_arguments() -> Candidates {
        let remark = "This command does not take any more arguments (but may accept flags).";
        Candidates::new(vec![format!("{ACTIVE_HELP}{remark}")], Directive::NO_FILES)
    }
}

/// What remarks begin with.
const ACTIVE_HELP: &str = "_activeHelp_ ";

/// Whether the arguments ask for candidates; then whether with descriptions.
pub(crate) fn asked(argv: &[OsString]) -> Option<bool> {
    match argv.get(1)?.to_str()? {
        "__complete" => Some(true),
        "__completeNoDesc" => Some(false),
        _ => None,
    }
}

/// Answers `__complete WORDS…`.
pub(crate) fn run(words: &[OsString], descriptions: bool, compat: Compat) -> Result<(), CliError> {
    let Some((unfinished, typed)) = words.split_last() else {
        return Err(CliError::usage("requires at least 1 arg(s), only received 0"));
    };
    let unfinished = unfinished.to_string_lossy();
    let (candidates, problem) = match Partial::find(typed, compat) {
        None => {
            let typed: Vec<_> = typed.iter().map(|w| w.to_string_lossy()).collect();
            let text = format!("unable to find a command for arguments: [{}]", typed.join(" "));
            (Candidates::none(Directive::DEFAULT), Some(text))
        }
        Some(partial) => match words::candidates(&partial, &unfinished, compat) {
            Ok(candidates) => (candidates, None),
            Err(text) => (Candidates::none(Directive::DEFAULT), Some(text)),
        },
    };
    if let Some(text) = problem {
        let _ = writeln!(std::io::stderr(), "[Debug] [Error] {text}");
    }
    print(&candidates, descriptions && wanted("COMPLETION_DESCRIPTIONS"))
}

/// Prints candidates as the scripts read them.
fn print(candidates: &Candidates, descriptions: bool) -> Result<(), CliError> {
    let remarks = std::env::var("COBRA_ACTIVE_HELP").ok().filter(|v| v == "0").is_none()
        && std::env::var("HELM_ACTIVE_HELP").ok().filter(|v| v == "0").is_none();
    let mut out = String::new();
    for line in candidates.lines.iter().filter(|l| remarks || !l.starts_with(ACTIVE_HELP)) {
        let line = if descriptions { line } else { line.split('\t').next().unwrap_or_default() };
        out.push_str(line.lines().next().unwrap_or_default().trim());
        out.push('\n');
    }
    out.push_str(&format!(":{}\n", candidates.directive.0));
    // A shell that went away needs no answer.
    let _ = std::io::stdout().write_all(out.as_bytes());
    let _ = writeln!(std::io::stderr(), "Completion ended with directive: {}", candidates.directive.names());
    Ok(())
}

/// Whether a switch of cobra's is on: the program's own variable goes before the one for all programs.
fn wanted(suffix: &str) -> bool {
    let value = |prefix: &str| std::env::var(format!("{prefix}_{suffix}")).ok().filter(|v| !v.is_empty());
    let value = value("HELM").or_else(|| value("COBRA"));
    value.and_then(|v| govalue::strconv::parse_bool(&v).ok()).unwrap_or(true)
}

/// The surroundings in which candidates are looked for: those of the flags that were typed.
fn context(args: &crate::parse::Args, compat: Compat) -> Option<Context> {
    Some(Context::new(Settings::read(compat, args).ok()?, false))
}
