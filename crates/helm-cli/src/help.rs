//! Help texts, laid out as cobra lays them out.

use helm_chart::Compat;

use crate::command::Command;
use crate::flag::{Flag, GLOBAL, Takes};

/// The text of `helm COMMAND --help`.
pub(crate) fn text(command: &Command, path: &[&str], compat: Compat) -> String {
    let name = path.join(" ");
    let mut out = format!("\n{}\n\nUsage:\n", command.long.trim());
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
    if !command.subcommands.is_empty() {
        out += "\nAvailable Commands:\n";
        let mut shown: Vec<&Command> = command.subcommands.iter().filter(|c| !c.hidden).collect();
        shown.sort_by_key(|c| c.name);
        for sub in shown {
            out += &format!("  {:11} {}\n", sub.name, sub.short);
        }
    }
    let help = Flag::switch("help", "show this help").short('h');
    let own: Vec<&Flag> = command
        .flags
        .iter()
        .flat_map(|g| g.iter())
        .chain(std::iter::once(&help))
        .filter(|f| (!f.hidden || compat == Compat::V3) && f.exists(compat))
        .collect();
    let global: Vec<&Flag> = GLOBAL.iter().filter(|f| f.exists(compat)).collect();
    if path.len() == 1 {
        out += &format!("\nFlags:\n{}", flags(global.into_iter().chain(own).collect()));
    } else {
        out += &format!("\nFlags:\n{}\nGlobal Flags:\n{}", flags(own), flags(global));
    }
    if !command.subcommands.is_empty() {
        out += &format!("\nUse \"{name} [command] --help\" for more information about a command.\n");
    }
    out
}

/// `helm install [NAME] [CHART] [flags]`.
pub(crate) fn usage_line(command: &Command, path: &[&str]) -> String {
    let parent = path[..path.len() - 1].join(" ");
    format!("{parent} {} [flags]", command.usage)
}

fn flags(mut all: Vec<&Flag>) -> String {
    all.sort_by_key(|f| f.long);
    let left = |f: &&Flag| {
        let short = f.short.map_or("    ".to_owned(), |s| format!("-{s}, "));
        let kind = f.takes.type_name();
        let optional = match f.takes {
            Takes::Optional { bare, .. } => format!("[=\"{bare}\"]"),
            _ => String::new(),
        };
        format!("  {short}--{}{}{kind}{optional}", f.long, if kind.is_empty() { "" } else { " " })
    };
    let width = all.iter().map(|f| left(f).len()).max().unwrap_or(0) + 3;
    let mut out = String::new();
    for flag in &all {
        out += &format!("{:width$}{}{}\n", left(flag), flag.help, default_text(flag));
    }
    out
}

fn default_text(flag: &Flag) -> String {
    match flag.takes {
        Takes::Bool { default: true } => " (default true)".to_owned(),
        Takes::Text { default } | Takes::Optional { default, .. } if !default.is_empty() => {
            format!(" (default {})", crate::text::quote(default))
        }
        Takes::Duration { default } => format!(" (default {default})"),
        Takes::Int { default } if default != 0 => format!(" (default {default})"),
        Takes::Uint { default } if default != 0 => format!(" (default {default})"),
        Takes::Pairs => " (default [])".to_owned(),
        _ => String::new(),
    }
}
