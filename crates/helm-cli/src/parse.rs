//! The command line by `clap`, in the manner and the words of Go's cobra and pflag.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command as ClapCommand};
use govalue::time::Duration;
use helm_chart::Compat;

use crate::command::{Command, ROOT};
use crate::error::CliError;
use crate::flag::{Flag, GLOBAL, Takes};

/// What was typed: a command, its flags and arguments.
pub(crate) struct Args {
    matches: ArgMatches,
    flags: Vec<Flag>,
}

/// Finds the command and reads its flags. The path holds the names from the root down.
pub(crate) fn parse(
    argv: &[String],
    compat: Compat,
) -> Result<(&'static Command, Vec<&'static str>, Args), CliError> {
    let tree = clap_command(&ROOT, argv, compat).global_args(compat);
    let matches = tree.try_get_matches_from(argv).map_err(|e| cobra_error(&e, argv))?;
    let (mut command, mut path, mut level) = (&ROOT, vec![ROOT.name], &matches);
    while let Some((name, sub)) = level.subcommand() {
        let Some(next) = command.subcommands.iter().find(|c| c.name == name) else { break };
        command = next;
        path.push(next.name);
        level = sub;
    }
    let flags = command.flags.iter().flat_map(|g| g.iter()).chain(GLOBAL);
    let flags = flags.filter(|f| f.exists(compat)).copied().collect();
    let args = Args { matches: level.clone(), flags };
    if command.run.is_none()
        && command.name == ROOT.name
        && let Some(name) = args.positional().first()
    {
        return Err(CliError::usage(unknown_command(name)));
    }
    args.check()?;
    Ok((command, path, args))
}

trait GlobalArgs {
    fn global_args(self, compat: Compat) -> Self;
}

impl GlobalArgs for ClapCommand {
    fn global_args(self, compat: Compat) -> Self {
        self.args(GLOBAL.iter().filter(|f| f.exists(compat)).map(|f| clap_arg(f).global(true)))
            .arg(Arg::new("help").long("help").short('h').action(ArgAction::SetTrue).global(true).hide(true))
    }
}

/// The clap command of a node. Flags are only built for commands whose name was typed: most of a start-up's time
/// would go into the others.
fn clap_command(command: &'static Command, argv: &[String], compat: Compat) -> ClapCommand {
    let mut clap = ClapCommand::new(command.name)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .infer_long_args(false)
        .visible_aliases(command.aliases.iter().copied());
    let typed = |c: &Command| argv.iter().any(|a| a == c.name || c.aliases.contains(&a.as_str()));
    for sub in command.subcommands {
        clap = clap.subcommand(if typed(sub) {
            clap_command(sub, argv, compat)
        } else {
            ClapCommand::new(sub.name)
        });
    }
    if command.name == ROOT.name || typed(command) {
        clap = clap
            .args(command.flags.iter().flat_map(|g| g.iter()).filter(|f| f.exists(compat)).map(clap_arg))
            .arg(Arg::new("args").num_args(0..).action(ArgAction::Append));
    }
    clap
}

fn clap_arg(flag: &Flag) -> Arg {
    let arg = Arg::new(flag.long).long(flag.long).action(ArgAction::Append).allow_hyphen_values(true);
    let arg = match flag.short {
        Some(short) => arg.short(short),
        None => arg,
    };
    match flag.takes {
        Takes::Bool { .. } => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Takes::Optional { bare, .. } => arg.num_args(0..=1).require_equals(true).default_missing_value(bare),
        _ => arg.num_args(1),
    }
}

/// clap's error in cobra's words.
fn cobra_error(error: &clap::Error, argv: &[String]) -> CliError {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with("--") => {
            let name = argument.split('=').next().unwrap_or_default();
            CliError::usage(format!("unknown flag: {name}"))
        }
        ErrorKind::UnknownArgument => {
            let letter = argument.chars().nth(1).unwrap_or('-');
            let word = argv.iter().find(|a| a.starts_with('-') && !a.starts_with("--") && a.contains(letter));
            CliError::usage(format!(
                "unknown shorthand flag: '{letter}' in {}",
                word.map_or(argument.as_str(), String::as_str)
            ))
        }
        ErrorKind::InvalidSubcommand => {
            CliError::usage(unknown_command(&context(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::InvalidValue
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => {
            let long = argument.split([' ', '=']).next().unwrap_or_default().to_owned();
            let flag = long.trim_start_matches('-');
            let short = GLOBAL
                .iter()
                .chain(crate::command::all_flags())
                .find(|f| f.long == flag)
                .and_then(|f| f.short)
                .filter(|s| argv.last().is_some_and(|a| !a.starts_with("--") && a.ends_with(*s)));
            CliError::usage(match short {
                Some(short) => format!("flag needs an argument: '{short}' in -{short}"),
                None => format!("flag needs an argument: {long}"),
            })
        }
        _ => CliError::usage(error.to_string().trim().trim_start_matches("error: ").to_owned()),
    }
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
];

fn unknown_command(name: &str) -> String {
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

impl Args {
    /// Arguments that are no flags.
    pub(crate) fn positional(&self) -> Vec<&str> {
        self.matches
            .try_get_many::<String>("args")
            .ok()
            .flatten()
            .map(|all| all.map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// Whether help was asked for.
    pub(crate) fn help(&self) -> bool {
        self.matches.get_flag("help")
    }

    fn flag(&self, long: &str) -> Option<&Flag> {
        self.flags.iter().find(|f| f.long == long)
    }

    fn raw(&self, long: &str) -> impl Iterator<Item = &str> {
        self.matches.try_get_many::<String>(long).ok().flatten().into_iter().flatten().map(String::as_str)
    }

    /// Whether the flag was typed.
    pub(crate) fn given(&self, long: &str) -> bool {
        self.raw(long).next().is_some()
    }

    /// The text of a flag, or its default.
    pub(crate) fn text(&self, long: &str) -> &str {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(Takes::Text { default } | Takes::Optional { default, .. } | Takes::Duration { default }) => {
                default
            }
            _ => "",
        };
        self.raw(long).last().unwrap_or(default)
    }

    /// The text of a flag if it was typed and is not empty.
    pub(crate) fn text_if_given(&self, long: &str) -> Option<&str> {
        self.raw(long).last().filter(|t| !t.is_empty())
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, long: &str) -> bool {
        let default = matches!(self.flag(long).map(|f| f.takes), Some(Takes::Bool { default: true }));
        self.raw(long).last().map_or(default, |t| parse_bool(t).unwrap_or(default))
    }

    /// All values of a repeated flag.
    pub(crate) fn all(&self, long: &str) -> Vec<String> {
        let split = matches!(self.flag(long).map(|f| f.takes), Some(Takes::Slice | Takes::Pairs));
        let raw = self.raw(long);
        if split { raw.flat_map(split_csv).collect() } else { raw.map(str::to_owned).collect() }
    }

    /// A whole number.
    pub(crate) fn int(&self, long: &str) -> i64 {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(Takes::Int { default }) => default,
            _ => 0,
        };
        self.raw(long).last().and_then(|t| t.parse().ok()).unwrap_or(default)
    }

    /// A whole number that is not negative.
    pub(crate) fn uint(&self, long: &str) -> u64 {
        let default = match self.flag(long).map(|f| f.takes) {
            Some(Takes::Uint { default }) => default,
            _ => 0,
        };
        self.raw(long).last().and_then(|t| t.parse().ok()).unwrap_or(default)
    }

    /// A duration.
    pub(crate) fn duration(&self, long: &str) -> Duration {
        govalue::time::parse_duration(self.text(long)).unwrap_or_else(|_| Duration::from_nanos(0))
    }

    /// The deprecated flags that were typed, with what to use instead.
    pub(crate) fn deprecated(&self, compat: Compat) -> impl Iterator<Item = (&str, &str)> {
        // What Helm 4 replaced is how it is done in Helm 3.
        let flags: &[Flag] = if compat == Compat::V3 { &[] } else { &self.flags };
        flags.iter().filter(|f| self.given(f.long)).filter_map(|f| Some((f.long, f.deprecated?)))
    }

    /// Checks the form of all values, so that commands can take them as they are.
    fn check(&self) -> Result<(), CliError> {
        for flag in &self.flags {
            for value in self.raw(flag.long) {
                let problem = match flag.takes {
                    Takes::Bool { .. } if parse_bool(value).is_none() => {
                        format!("strconv.ParseBool: parsing {}: invalid syntax", crate::text::quote(value))
                    }
                    Takes::Int { .. } if value.parse::<i64>().is_err() => {
                        format!("strconv.ParseInt: parsing {}: invalid syntax", crate::text::quote(value))
                    }
                    Takes::Uint { .. } if value.parse::<u64>().is_err() => {
                        format!("strconv.ParseUint: parsing {}: invalid syntax", crate::text::quote(value))
                    }
                    Takes::Float if value.parse::<f32>().is_err() => {
                        format!("strconv.ParseFloat: parsing {}: invalid syntax", crate::text::quote(value))
                    }
                    Takes::Duration { .. } => match govalue::time::parse_duration(value) {
                        Err(e) => e.to_string(),
                        Ok(_) => continue,
                    },
                    Takes::Pairs => match split_csv(value).iter().find(|p| !p.contains('=')) {
                        Some(pair) => format!("{pair} must be formatted as key=value"),
                        None => continue,
                    },
                    _ => continue,
                };
                return Err(CliError::usage(format!(
                    "invalid argument {} for {} flag: {problem}",
                    crate::text::quote(value),
                    crate::text::quote(&display_name(flag))
                )));
            }
        }
        Ok(())
    }
}

/// pflag names a flag with its letter: `-n, --namespace`.
pub(crate) fn display_name(flag: &Flag) -> String {
    match flag.short {
        Some(short) => format!("-{short}, --{}", flag.long),
        None => format!("--{}", flag.long),
    }
}

/// Go's `strconv.ParseBool`.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// One line of comma-separated values, quotes understood, as pflag reads `strings` flags.
fn split_csv(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    if line.is_empty() {
        return fields;
    }
    let mut chars = line.chars().peekable();
    loop {
        let mut field = String::new();
        if chars.peek() == Some(&'"') {
            chars.next();
            while let Some(c) = chars.next() {
                match (c, chars.peek()) {
                    ('"', Some('"')) => {
                        chars.next();
                        field.push('"');
                    }
                    ('"', _) => break,
                    _ => field.push(c),
                }
            }
        }
        let mut more = false;
        for c in chars.by_ref() {
            if c == ',' {
                more = true;
                break;
            }
            field.push(c);
        }
        fields.push(field);
        if !more {
            return fields;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, split_csv};

    #[test]
    fn comma_separated_values_may_be_quoted() {
        assert_eq!(split_csv("a,b"), ["a", "b"]);
        assert_eq!(split_csv("\"a,b\",c"), ["a,b", "c"]);
        assert!(split_csv("").is_empty());
        assert_eq!(split_csv("\"say \"\"x\"\"\""), ["say \"x\""]);
    }

    #[test]
    fn distance_ignores_case() {
        assert_eq!(distance("LIST", "lint"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
