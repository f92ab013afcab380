//! What is completed: a flag's name, a flag's value, a command or an argument. The rules are cobra's.

use std::ffi::OsString;

use helm_chart::Compat;

use super::{Candidates, Directive, arguments};
use crate::command::Command;
use crate::flag::{Flag, HELP, Takes};
use crate::parse::{Args, Partial, is_root};

/// The candidates for the unfinished word, or what is wrong with those before it.
pub(super) fn candidates(line: &Partial, unfinished: &str, compat: Compat) -> Result<Candidates, String> {
    let value = value_of(line, unfinished);
    let (flag, words, unfinished) = match &value {
        Ok(Some(value)) => (Some(value.flag), value.words, value.text),
        _ => (None, line.words.as_slice(), unfinished),
    };
    // After `--` everything is an argument: another `--` counts as one then.
    let closed = [words, &[OsString::from("--")]].concat();
    let counted = line.read(&closed).0.positional().len();
    let (args, outcome) = line.read(words);
    outcome.map_err(|e| format!("Error while parsing flags from args {}: {e}", list(words)))?;
    let flags_end = counted > args.positional().len();
    if let Err(unknown) = value
        && !flags_end
    {
        return Err(unknown);
    }
    if args.help() {
        return Ok(Candidates::none(Directive::NO_FILES));
    }
    if let Some(flag) = flag.filter(|_| !flags_end) {
        return Ok(arguments::of_flag(line, &args, flag, compat));
    }
    if flag.is_none() && unfinished.starts_with('-') && !unfinished.contains('=') && !flags_end {
        return Ok(Candidates::new(flag_names(line, &args, unfinished), Directive::NO_FILES));
    }
    let mut found = Candidates::none(Directive::DEFAULT);
    if flag.is_none() && args.positional().is_empty() && !own_flag_given(line, &args) {
        found = subcommands(line.command, unfinished, compat);
        if is_root(line.command) {
            let plugins = arguments::plugin_commands(&args, unfinished, compat);
            found.lines.extend(plugins);
            found.lines.sort_by(|a, b| name(a).cmp(name(b)));
        }
    }
    if let Some(more) = arguments::of_command(line, &args, unfinished, compat) {
        found.lines.extend(more.lines);
        found.directive = more.directive;
    }
    Ok(found)
}

/// A candidate without its description.
fn name(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

/// Go's way to print words.
fn list(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|w| w.to_string_lossy()).collect();
    format!("[{}]", words.join(" "))
}

/// A flag's value that is being typed.
struct Value<'a> {
    flag: &'static Flag,
    /// The words before the flag.
    words: &'a [OsString],
    text: &'a str,
}

/// The flag whose value the unfinished word is, if it is one.
fn value_of<'a>(line: &'a Partial, unfinished: &'a str) -> Result<Option<Value<'a>>, String> {
    let find = |name: &str| {
        let known = line.flags.iter().copied().find(|f| match name.len() {
            1 => f.short.is_some_and(|s| name.starts_with(s)),
            _ => f.long == name,
        });
        let command = line.command.name;
        known.ok_or_else(|| format!("Subcommand '{command}' does not support flag '{name}'"))
    };
    if unfinished.starts_with('-') {
        let Some((name, text)) = unfinished.split_once('=') else { return Ok(None) };
        let flag = find(flag_name(name))?;
        return Ok(Some(Value { flag, words: &line.words, text }));
    }
    let Some((last, before)) = line.words.split_last() else { return Ok(None) };
    let last = last.to_str().unwrap_or_default();
    let is_flag =
        if last.starts_with("--") { last.len() > 2 } else { last.starts_with('-') && last.len() > 1 };
    if !is_flag || last.contains('=') {
        return Ok(None);
    }
    let flag = find(flag_name(last))?;
    let separate = flag.bare().is_none();
    Ok(separate.then_some(Value { flag, words: before, text: unfinished }))
}

/// The name in `--name` or the last letter of `-abc`.
fn flag_name(word: &str) -> &str {
    match word.strip_prefix("--") {
        Some(name) => name,
        None => word.char_indices().next_back().map_or("", |(at, _)| &word[at..]),
    }
}

/// Whether the command's own flags are its, not those of every command.
fn is_own(command: &Command, flag: &Flag) -> bool {
    let own = command.flags.iter().flat_map(|g| g.iter());
    flag.long == HELP.long || own.into_iter().any(|f| f.long == flag.long)
}

/// Whether a flag of the command itself was typed: then no command can follow.
fn own_flag_given(line: &Partial, args: &Args) -> bool {
    line.flags.iter().any(|f| is_own(line.command, f) && args.given(f.long))
}

/// The flags that begin so: those of every command first, each half sorted by name. A flag that was typed is left
/// out, unless it may be repeated.
fn flag_names(line: &Partial, args: &Args, unfinished: &str) -> Vec<String> {
    let repeats = |f: &Flag| matches!(f.takes, Takes::Array | Takes::Slice | Takes::Pairs);
    let shown = |f: &&Flag| !f.hidden && f.deprecated.is_none() && (repeats(f) || !args.given(f.long));
    let mut flags: Vec<&Flag> = line.flags.iter().copied().filter(shown).collect();
    let own = |f: &Flag| is_root(line.command) || is_own(line.command, f);
    flags.sort_by_key(|f| (own(f), f.long));
    let mut names = Vec::new();
    for flag in flags {
        let short = flag.short.map(|s| format!("-{s}"));
        for name in [Some(format!("--{}", flag.long)), short].into_iter().flatten() {
            if name.starts_with(unfinished) {
                names.push(format!("{name}\t{}", flag.help));
            }
        }
    }
    names
}

/// The commands below one that begin so.
pub(super) fn subcommands(command: &Command, unfinished: &str, compat: Compat) -> Candidates {
    let mut below: Vec<&Command> =
        command.subcommands.iter().filter(|c| !c.hidden && c.exists(compat)).collect();
    below.sort_by_key(|c| c.name);
    let directive = if below.is_empty() { Directive::DEFAULT } else { Directive::NO_FILES };
    let begins = below.into_iter().filter(|c| c.name.starts_with(unfinished));
    Candidates::new(begins.map(|c| format!("{}\t{}", c.name, c.short)).collect(), directive)
}
