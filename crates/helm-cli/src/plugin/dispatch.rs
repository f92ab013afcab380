//! `helm NAME …` where NAME is a plugin.

use std::ffi::OsString;

use helm_chart::Compat;

use super::process;
use crate::command::ROOT;
use crate::context::Context;
use crate::error::CliError;
use crate::flag::{Flag, GLOBAL, Takes};
use crate::settings::Settings;

/// Flags that a plugin does not see: Helm reads them, and hands their values on as variables.
const TAKEN: &[&str] = &[
    "--kube-context",
    "--namespace",
    "-n",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--registry-config",
    "--repository-cache",
    "--repository-config",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
];

/// What became of a command line.
pub(crate) enum Dispatched {
    /// It named a plugin, which ran.
    Ran(Result<(), CliError>),
    /// It names neither a plugin nor a command; what is wrong with plugins was told.
    Unknown,
    /// It names a command of Helm's own, or nothing.
    Own,
}

/// Runs the plugin that the command line names, if it does.
pub(crate) fn dispatch(argv: &[OsString], compat: Compat) -> Dispatched {
    let argv: Vec<String> = argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let argv = argv.as_slice();
    let Some(at) = typed_command(argv).filter(|at| !is_own(&argv[*at])) else { return Dispatched::Own };
    let name = &argv[at];
    let (globals, _) = global_flags(argv, compat);
    let settings = match settings(&globals, compat) {
        Ok(settings) => settings,
        Err(error) => return Dispatched::Ran(Err(error)),
    };
    let context = Context::new(settings, true);
    let found = super::commands(&context.settings, context.log).into_iter().find(|c| c.name == *name);
    let Some(command) = found else { return Dispatched::Unknown };
    let args: Vec<String> =
        argv.iter().enumerate().skip(1).filter(|(i, _)| *i != at).map(|(_, a)| a.clone()).collect();
    Dispatched::Ran(process::run_command(&context, &command.plugin, &passed_on(&args)))
}

fn is_own(name: &str) -> bool {
    matches!(name, "help" | "completion" | "__complete" | "__completeNoDesc")
        || ROOT.subcommands.iter().any(|c| c.name == name || c.aliases.contains(&name))
}

/// Where the first word stands that is neither a flag nor the value of one. As cobra looks for it: a flag that it does
/// not know takes the next word.
fn typed_command(argv: &[String]) -> Option<usize> {
    let mut at = 1;
    while at < argv.len() {
        let word = argv[at].as_str();
        let takes_next = match word {
            "--" => return None,
            _ if word.starts_with("--") => !word.contains('=') && !is_switch(|f| f.long == &word[2..]),
            _ if word.starts_with('-') && word.len() == 2 => !is_switch(|f| f.short == word.chars().nth(1)),
            _ if word.is_empty() || word.starts_with('-') => false,
            _ => return Some(at),
        };
        at += 1 + usize::from(takes_next);
    }
    None
}

/// Whether a flag of the root takes no value. `-h` is none of the root's when cobra looks.
fn is_switch(same: impl Fn(&Flag) -> bool) -> bool {
    let help = Flag::switch("help", "").short('h');
    GLOBAL.iter().chain([&help]).any(|f| same(f) && matches!(f.takes, Takes::Bool { .. }))
}

/// The global flags of a command line, and whether all had their values.
fn global_flags(argv: &[String], compat: Compat) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    let mut words = argv.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        let name = word.split('=').next().unwrap_or_default();
        let same = |f: &&Flag| match name.strip_prefix("--") {
            Some(long) => f.long == long,
            None => name.len() == 2 && f.short.is_some_and(|s| name.ends_with(s)),
        };
        let Some(flag) = GLOBAL.iter().filter(|f| f.exists(compat)).find(same) else { continue };
        found.push(word.clone());
        if !word.contains('=') && !matches!(flag.takes, Takes::Bool { .. } | Takes::Optional { .. }) {
            match words.next() {
                Some(value) => found.push(value.clone()),
                None => return (found, false),
            }
        }
    }
    (found, true)
}

fn settings(globals: &[String], compat: Compat) -> Result<Settings, CliError> {
    let argv: Vec<OsString> =
        std::iter::once("helm").chain(globals.iter().map(String::as_str)).map(OsString::from).collect();
    let parsed = crate::parse::parse(&argv, compat);
    parsed.outcome?;
    Settings::read(compat, &parsed.args)
}

/// The arguments without the flags that Helm takes.
fn passed_on(args: &[String]) -> Vec<String> {
    let mut rest = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--debug" {
            continue;
        }
        if TAKEN.contains(&word.as_str()) {
            words.next();
            continue;
        }
        if !TAKEN.iter().any(|t| word.strip_prefix(t).is_some_and(|rest| rest.starts_with('='))) {
            rest.push(word.clone());
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{passed_on, typed_command};

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_command_is_found_as_cobra_finds_it() {
        for (line, expected) in [
            ("helm diff a", Some("diff")),
            ("helm --debug diff", Some("diff")),
            ("helm -n x diff", Some("diff")),
            ("helm --namespace=x diff", Some("diff")),
            ("helm --unknown x diff", Some("diff")),
            ("helm -- diff", None),
            ("helm", None),
        ] {
            let argv = words(line);
            assert_eq!(typed_command(&argv).map(|at| argv[at].as_str()), expected, "{line}");
        }
    }

    #[test]
    fn flags_of_the_connection_stay_with_helm() {
        let given = words("--debug a -n x --namespace=y --kubeconfig z --burst-limit 3 -nq --help");
        assert_eq!(passed_on(&given), words("a --burst-limit 3 -nq --help"));
    }
}
