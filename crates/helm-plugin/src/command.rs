//! Which command a plugin has for this machine, and its arguments.

use std::collections::BTreeMap;
use std::env::consts;

/// A command for an operating system and an architecture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformCommand {
    /// `os`, in Go's words; any when empty.
    pub os: String,
    /// `arch`, in Go's words; any when empty.
    pub arch: String,
    /// The program, with arguments after single spaces.
    pub command: String,
    /// Further arguments.
    pub args: Vec<String>,
}

/// No command is for this machine.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no plugin command is applicable")]
pub struct NoCommand;

fn go_os() -> &'static str {
    match consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

fn go_arch() -> &'static str {
    match consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        arch => arch,
    }
}

/// The command that fits best: system and architecture, then the system, then any (Helm's `getPlatformCommand`).
fn select(commands: &[PlatformCommand]) -> Option<&PlatformCommand> {
    let is_os = |c: &&PlatformCommand| c.os.eq_ignore_ascii_case(go_os());
    let exact = commands.iter().filter(is_os).find(|c| c.arch.eq_ignore_ascii_case(go_arch()));
    let any_arch = || commands.iter().filter(|c| c.arch.is_empty());
    exact.or_else(|| any_arch().find(is_os)).or_else(|| any_arch().find(|c| c.os.is_empty()))
}

/// Program and arguments for this machine. Variables are expanded in the program, and in the plugin's own arguments
/// where `expand_args` says so, never in `extra`.
pub fn prepare(
    commands: &[PlatformCommand],
    expand_args: bool,
    extra: &[String],
    env: &BTreeMap<String, String>,
) -> Result<(String, Vec<String>), NoCommand> {
    let chosen = select(commands).ok_or(NoCommand)?;
    let mut parts = chosen.command.split(' ');
    let program = parts.next().filter(|p| !p.is_empty()).ok_or(NoCommand)?;
    let own = parts.chain(chosen.args.iter().map(String::as_str));
    let own = own.map(|arg| if expand_args { expand(arg, env) } else { arg.to_owned() });
    Ok((expand(program, env), own.chain(extra.iter().cloned()).collect()))
}

/// Go's `os.Expand`: `$name` and `${name}`; what is not set is empty, what is no name is dropped with its `$`.
pub fn expand(text: &str, env: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        if after.is_empty() {
            break;
        }
        out.push_str(&rest[..at]);
        let (name, passed) = name(after);
        match name {
            "" if passed == 0 => out.push('$'),
            name => out.push_str(env.get(name).map_or("", String::as_str)),
        }
        rest = &after[passed..];
    }
    out + rest
}

/// The name at the start of a text and the bytes that it takes. An empty one with bytes is bad syntax.
fn name(text: &str) -> (&str, usize) {
    let bytes = text.as_bytes();
    let special = |b: u8| matches!(b, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    let word = |b: &u8| *b == b'_' || b.is_ascii_alphanumeric();
    if bytes[0] == b'{' {
        if bytes.len() > 2 && special(bytes[1]) && bytes[2] == b'}' {
            return (&text[1..2], 3);
        }
        return match text.find('}') {
            Some(1) => ("", 2),
            Some(end) => (&text[1..end], end + 1),
            None => ("", 1),
        };
    }
    if special(bytes[0]) {
        return (&text[..1], 1);
    }
    let length = bytes.iter().take_while(|b| word(b)).count();
    (&text[..length], length)
}

#[cfg(test)]
mod tests {
    use super::{PlatformCommand, expand, prepare, select};
    use std::collections::BTreeMap;

    #[test]
    fn variables_are_expanded_as_go_does() {
        let env = BTreeMap::from([("A".to_owned(), "x".to_owned()), ("1".to_owned(), "one".to_owned())]);
        for (text, expected) in [
            ("$A/b", "x/b"),
            ("${A}b", "xb"),
            ("$Ab", ""),
            ("$1A", "oneA"),
            ("a$", "a$"),
            ("$ A", "$ A"),
            ("${}A", "A"),
            ("${A", "A"),
            ("ä$A", "äx"),
        ] {
            assert_eq!(expand(text, &env), expected, "{text}");
        }
    }

    #[test]
    fn the_command_that_fits_best_is_chosen() {
        let command = |os: &str, arch: &str, command: &str| PlatformCommand {
            os: os.to_owned(),
            arch: arch.to_owned(),
            command: command.to_owned(),
            args: Vec::new(),
        };
        let (os, arch) = (super::go_os(), super::go_arch());
        let any = command("", "", "any");
        let system = command(os, "", "system");
        let exact = command(&os.to_uppercase(), arch, "exact");
        let other = command("plan9", "", "other");
        let chosen = |all: &[&PlatformCommand]| {
            select(&all.iter().map(|c| (*c).clone()).collect::<Vec<_>>()).map(|c| c.command.clone())
        };
        assert_eq!(chosen(&[&other, &any, &system, &exact]).as_deref(), Some("exact"));
        assert_eq!(chosen(&[&any, &system]).as_deref(), Some("system"));
        assert_eq!(chosen(&[&other, &any]).as_deref(), Some("any"));
        assert_eq!(chosen(&[&other, &command("", arch, "arch")]), None);
        assert!(prepare(&[other], true, &[], &BTreeMap::new()).is_err());
    }
}
