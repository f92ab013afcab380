//! Help texts, laid out as cobra lays them out.

use crate::command::Command;
use crate::context::Context;
use crate::flag::{Flag, GLOBAL, HELP, Takes};
use crate::settings::Settings;

/// The text of `helm COMMAND --help`.
pub(crate) fn text(command: &Command, path: &[&str], context: &Context) -> String {
    format!("\n{}\n\n{}", command.long.trim(), usage(command, path, context))
}

/// How a command is called: the part of its help that is no prose.
pub(crate) fn usage(command: &Command, path: &[&str], context: &Context) -> String {
    let name = path.join(" ");
    let mut out = "Usage:\n".to_owned();
    if command.run.is_some() {
        out += &format!("  {}\n", usage_line(command, path));
    }
    if !command.subcommands.is_empty() {
        out += &format!("  {name} [command]\n");
    }
    if !command.aliases.is_empty() {
        let all: Vec<&str> = std::iter::once(command.name).chain(command.aliases.iter().copied()).collect();
        out += &format!("\nAliases:\n  {}\n", all.join(", "));
    }
    out += &subcommands(command, context);
    let shown = |f: &&Flag| !f.hidden && f.exists(context.compat());
    let own: Vec<&Flag> =
        command.flags.iter().flat_map(|g| g.iter()).chain(std::iter::once(&HELP)).filter(shown).collect();
    let inherited = |f: &&Flag| !own.iter().any(|o| o.long == f.long);
    let global: Vec<&Flag> = GLOBAL.iter().filter(shown).filter(inherited).collect();
    let settings = &context.settings;
    if path.len() == 1 {
        out += &format!("\nFlags:\n{}", flags(global.into_iter().chain(own).collect(), settings));
    } else {
        let (own, global) = (flags(own, settings), flags(global, settings));
        out += &format!("\nFlags:\n{own}\nGlobal Flags:\n{global}");
    }
    if !command.subcommands.is_empty() {
        out += &format!("\nUse \"{name} [command] --help\" for more information about a command.\n");
    }
    out
}

fn subcommands(command: &Command, context: &Context) -> String {
    let shown = command.subcommands.iter().filter(|c| !c.hidden && c.exists(context.compat()));
    let mut shown: Vec<&Command> = shown.collect();
    if shown.is_empty() {
        return String::new();
    }
    shown.sort_by_key(|c| c.name);
    let width = shown.iter().map(|c| c.name.len()).max().unwrap_or(0).max(11);
    let lines: Vec<String> = shown.iter().map(|c| format!("  {:width$} {}\n", c.name, c.short)).collect();
    format!("\nAvailable Commands:\n{}", lines.concat())
}

/// `helm install [NAME] [CHART] [flags]`.
pub(crate) fn usage_line(command: &Command, path: &[&str]) -> String {
    let parent = path[..path.len() - 1].join(" ");
    format!("{parent} {} [flags]", command.usage)
}

fn flags(mut all: Vec<&Flag>, settings: &Settings) -> String {
    all.sort_by_key(|f| f.long);
    let left = |f: &&Flag| {
        let short = f.short.map_or("    ".to_owned(), |s| format!("-{s}, "));
        let kind = f.takes.type_name();
        let optional = match f.takes {
            Takes::Optional { bare, .. } => format!("[=\"{bare}\"]"),
            Takes::Wait { .. } => "[=watcher]".to_owned(),
            _ => String::new(),
        };
        format!("  {short}--{}{}{kind}{optional}", f.long, if kind.is_empty() { "" } else { " " })
    };
    let width = all.iter().map(|f| left(f).len()).max().unwrap_or(0) + 3;
    let mut out = String::new();
    for flag in &all {
        out += &format!("{:width$}{}{}\n", left(flag), flag.help, default_text(flag, settings));
    }
    out
}

/// What is said of a default; that of a token is never shown.
fn default_text(flag: &Flag, settings: &Settings) -> String {
    let quoted = |text: &str| match text {
        "" => String::new(),
        text => format!(" (default {})", crate::text::quote(text)),
    };
    if let Some(default) = settings.default_of(flag) {
        return match flag.takes {
            Takes::Text { .. } => quoted(&default),
            _ if matches!(default.as_str(), "" | "0" | "false" | "[]") => String::new(),
            _ => format!(" (default {default})"),
        };
    }
    match flag.takes {
        Takes::Bool { default: true } => " (default true)".to_owned(),
        Takes::Text { default } | Takes::Optional { default, .. } => quoted(default),
        Takes::Duration { default } | Takes::Wait { default } => format!(" (default {default})"),
        Takes::Format => " (default table)".to_owned(),
        Takes::Int { default } if default != 0 => format!(" (default {default})"),
        Takes::Uint { default } if default != 0 => format!(" (default {default})"),
        Takes::Pairs => " (default [])".to_owned(),
        _ => String::new(),
    }
}
