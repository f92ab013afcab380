//! Which command is meant: cobra's `Find`, which looks for the first word that is neither a flag nor a flag's value.

use std::ffi::OsString;

use clap_lex::OsStrExt as _;
use helm_chart::Compat;

use super::{flags_of, is_root};
use crate::command::{Command, ROOT};
use crate::flag::Flag;

/// A command with the words that are left for it.
pub(crate) struct Found {
    pub(crate) command: &'static Command,
    pub(crate) path: Vec<&'static str>,
    pub(crate) rest: Vec<OsString>,
    /// The word that is no command of the root's.
    pub(crate) unknown: Option<String>,
}

/// Finds the command that the words name.
pub(crate) fn find(words: &[OsString], compat: Compat) -> Found {
    let mut found = Found { command: &ROOT, path: vec![ROOT.name], rest: words.to_vec(), unknown: None };
    loop {
        let flags = flags_of(found.command, compat);
        let Some(at) = first_name(&found.rest, &flags) else { return found };
        let name = found.rest[at].clone();
        let next = found.command.subcommands.iter().filter(|c| c.exists(compat));
        let next = next.into_iter().find(|c| name == c.name || c.aliases.iter().any(|a| name == *a));
        let Some(next) = next else {
            found.unknown = is_root(found.command).then(|| name.to_string_lossy().into_owned());
            return found;
        };
        found.rest.remove(at);
        found.path.push(next.name);
        found.command = next;
    }
}

/// The first word that is no flag and no value of one. A flag that is not known is taken for one with a value; `--help`
/// is not known yet.
fn first_name(words: &[OsString], flags: &[&Flag]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let bytes = word.as_encoded_bytes();
        if bytes == b"--" {
            return None;
        }
        let is_flag = bytes.first() == Some(&b'-');
        let separate = match word.try_str() {
            _ if bytes.contains(&b'=') => false,
            Ok(text) => match text.strip_prefix("--") {
                Some(long) => !flags.iter().any(|f| f.long == long && f.bare().is_some()),
                None if is_flag && bytes.len() == 2 => {
                    let letter = text.chars().nth(1);
                    !flags.iter().any(|f| f.short == letter && f.bare().is_some())
                }
                None => false,
            },
            Err(_) => bytes.starts_with(b"--"),
        };
        if separate {
            // A value that is not there ends the search.
            if at + 2 >= words.len() {
                return None;
            }
            at += 2;
            continue;
        }
        if !is_flag && !bytes.is_empty() {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The order in which Helm knows its commands, which is that of its suggestions.
const HELM_ORDER: &[&str] = &[
    "create",
    "dependency",
    "pull",
    "show",
    "lint",
    "package",
    "repo",
    "search",
    "verify",
    "get",
    "history",
    "install",
    "list",
    "test",
    "rollback",
    "status",
    "template",
    "uninstall",
    "upgrade",
    "completion",
    "env",
    "plugin",
    "version",
    "registry",
    "push",
    "help",
];

/// What is said of a word that is no command, with those that are alike.
pub(crate) fn unknown_command(name: &str) -> String {
    let similar: Vec<&str> = ROOT
        .subcommands
        .iter()
        .filter(|c| !c.hidden && (distance(name, c.name) <= 2 || c.name.starts_with(&name.to_lowercase())))
        .map(|c| c.name)
        .collect();
    let mut similar = similar;
    // What Helm does not have comes last.
    similar.sort_by_key(|name| HELM_ORDER.iter().position(|n| n == name).unwrap_or(usize::MAX));
    let similar: Vec<String> = similar.iter().map(|name| format!("\t{name}\n")).collect();
    let hint = match similar.is_empty() {
        true => String::new(),
        false => format!("\nDid you mean this?\n{}\n", similar.concat()),
    };
    format!("unknown command {} for \"helm\"\n{hint}Run 'helm --help' for usage.", crate::text::quote(name))
}

/// Levenshtein distance, letter case ignored, as cobra measures it.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use helm_chart::Compat;

    use super::{distance, find};

    #[test]
    fn distance_ignores_case() {
        assert_eq!(distance("LIST", "lint"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    fn path_of(line: &str) -> String {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        find(&words, Compat::V4).path.join(" ")
    }

    #[test]
    fn flags_before_the_command_may_take_a_word() {
        assert_eq!(path_of("-n list template x"), "helm template");
        assert_eq!(path_of("--debug list"), "helm list");
        assert_eq!(path_of("--help list get"), "helm get");
        assert_eq!(path_of("-- list"), "helm");
        assert_eq!(path_of("repo --nosuch add ls"), "helm repo list");
    }
}
