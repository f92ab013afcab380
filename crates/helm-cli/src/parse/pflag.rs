//! Flags among words, as Go's pflag reads them: in order, the first mistake ends it.

use std::ffi::{OsStr, OsString};

use clap_lex::OsStrExt as _;
use govalue::strconv::{parse_bool, parse_float, parse_int, parse_uint};

use super::{csv, display_name};
use crate::flag::{Flag, HELP, Klog, Takes};
use crate::text::quote;

/// A flag that was typed, with its value.
pub(super) struct Given {
    pub(super) flag: &'static Flag,
    pub(super) text: String,
}

/// Reads words for a set of flags.
pub(super) struct Scan<'f> {
    flags: &'f [&'static Flag],
    /// Flags that are not known are passed over.
    lenient: bool,
    pub(super) given: Vec<Given>,
    pub(super) positional: Vec<OsString>,
}

impl<'f> Scan<'f> {
    pub(super) fn new(flags: &'f [&'static Flag]) -> Scan<'f> {
        Scan { flags, lenient: false, given: Vec::new(), positional: Vec::new() }
    }

    /// Passes over flags that are not known, with their values as far as these can be told.
    pub(super) fn lenient(self) -> Scan<'f> {
        Scan { lenient: true, ..self }
    }

    /// Reads all words or stops at the first mistake.
    pub(super) fn run(&mut self, words: &[OsString]) -> Result<(), String> {
        let mut rest = words;
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            let bytes = word.as_encoded_bytes();
            if bytes.first() != Some(&b'-') || bytes.len() == 1 {
                self.positional.push(word.clone());
            } else if bytes == b"--" {
                self.positional.extend_from_slice(rest);
                return Ok(());
            } else if let Some(name) = word.strip_prefix("--") {
                self.long(name, &mut rest)?;
            } else {
                self.shorts(word.strip_prefix("-").unwrap_or(word), &mut rest)?;
            }
        }
        Ok(())
    }

    fn long(&mut self, text: &OsStr, rest: &mut &[OsString]) -> Result<(), String> {
        if matches!(text.as_encoded_bytes().first(), None | Some(b'-' | b'=')) {
            return Err(format!("bad flag syntax: --{}", text.to_string_lossy()));
        }
        let (name, value) = match text.split_once("=") {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let Some(flag) = self.flags.iter().copied().find(|f| name == f.long) else {
            if self.lenient && name != HELP.long {
                if value.is_none() {
                    skip_value(rest);
                }
                return Ok(());
            }
            return Err(format!("unknown flag: --{}", name.to_string_lossy()));
        };
        let value = match (value, flag.bare(), rest.split_first()) {
            (Some(value), _, _) => value.to_owned(),
            (None, Some(bare), _) => bare.into(),
            (None, None, Some((value, after))) => {
                *rest = after;
                value.clone()
            }
            (None, None, None) => return Err(format!("flag needs an argument: --{}", flag.long)),
        };
        self.set(flag, value)
    }

    /// Letters of several flags may stand together; the rest after one that needs a value is the value.
    fn shorts(&mut self, letters: &OsStr, rest: &mut &[OsString]) -> Result<(), String> {
        let mut letters = letters;
        let words = *rest;
        while let Some(&first) = letters.as_encoded_bytes().first() {
            // Each letter sees all words that follow, so that of several unknown ones only the last takes one.
            *rest = words;
            // Go's own test flags are left alone.
            if letters.starts_with("test.") {
                return Ok(());
            }
            let letter = char::from(first);
            // A letter of several bytes is never a flag.
            let after = if first.is_ascii() { without_first(letters) } else { OsStr::new("") };
            let value = after.strip_prefix("=").filter(|v| !v.is_empty());
            let Some(flag) = self.flags.iter().copied().find(|f| f.short == Some(letter)) else {
                if self.lenient && Some(letter) != HELP.short {
                    skip_value(rest);
                    if value.is_some() {
                        return Ok(());
                    }
                    letters = after;
                    continue;
                }
                let letter = govalue::strconv::quote_rune(letter);
                return Err(format!("unknown shorthand flag: {letter} in -{}", letters.to_string_lossy()));
            };
            let value = match (value, flag.bare(), rest.split_first()) {
                (Some(value), _, _) => value.to_owned(),
                (None, Some(bare), _) => {
                    self.set(flag, bare.into())?;
                    letters = after;
                    continue;
                }
                _ if !after.is_empty() => after.to_owned(),
                (_, _, Some((value, after))) => {
                    *rest = after;
                    value.clone()
                }
                (_, _, None) => {
                    let letter = govalue::strconv::quote_rune(letter);
                    return Err(format!(
                        "flag needs an argument: {letter} in -{}",
                        letters.to_string_lossy()
                    ));
                }
            };
            return self.set(flag, value);
        }
        Ok(())
    }

    fn set(&mut self, flag: &'static Flag, value: OsString) -> Result<(), String> {
        let text = value.to_string_lossy().into_owned();
        check(flag.takes, &text).map_err(|problem| {
            let name = display_name(flag);
            format!("invalid argument {} for {} flag: {problem}", quote(&text), quote(&name))
        })?;
        self.given.push(Given { flag, text });
        Ok(())
    }
}

/// What follows a flag that is not known is its value, unless it looks like a flag.
fn skip_value(rest: &mut &[OsString]) {
    if let Some((first, after)) = rest.split_first()
        && first.as_encoded_bytes().first() != Some(&b'-')
    {
        *rest = after;
    }
}

/// A text without its first letter, which is ASCII.
fn without_first(text: &OsStr) -> &OsStr {
    let first = char::from(text.as_encoded_bytes()[0]);
    text.strip_prefix(first.encode_utf8(&mut [0; 4])).unwrap_or_default()
}

/// Whether a value has the form that the flag wants; the words are those of pflag, strconv and klog.
fn check(takes: Takes, text: &str) -> Result<(), String> {
    let words = |e: govalue::strconv::NumError| e.to_string();
    match takes {
        Takes::Bool { .. } => parse_bool(text).map(|_| ()).map_err(words),
        Takes::Int { .. } => parse_int(text, 0, 64).map(|_| ()).map_err(words),
        Takes::Uint { .. } => parse_uint(text, 0, 64).map(|_| ()).map_err(words),
        Takes::Float => parse_float(text, 32).map(|_| ()).map_err(words),
        Takes::Duration { .. } => govalue::time::parse_duration(text).map(|_| ()).map_err(|e| e.to_string()),
        Takes::Slice => csv::record(text).map(|_| ()),
        Takes::Pairs => csv::pairs(text).map(|_| ()),
        Takes::Format if !matches!(text, "table" | "json" | "yaml") => Err("invalid format type".to_owned()),
        Takes::Wait { .. } if !matches!(text, "watcher" | "hookOnly" | "legacy" | "true" | "false") => {
            Err(format!("invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy", quote(text)))
        }
        Takes::Klog(kind) => check_klog(kind, text),
        _ => Ok(()),
    }
}

/// The flags of Kubernetes' logging library, which are those of Go's `flag` and of the library itself.
fn check_klog(kind: Klog, text: &str) -> Result<(), String> {
    let good = match kind {
        Klog::Text => true,
        Klog::Bool => parse_bool(text).is_ok(),
        Klog::Size => match parse_uint(text, 0, 64) {
            Err(e) if e.to_string().ends_with("value out of range") => {
                return Err("value out of range".to_owned());
            }
            parsed => parsed.is_ok(),
        },
        Klog::Level => return parse_int(text, 10, 32).map(|_| ()).map_err(|e| e.to_string()),
        Klog::Severity => {
            let names = ["INFO", "WARNING", "ERROR", "FATAL"];
            if names.contains(&text.to_uppercase().as_str()) {
                return Ok(());
            }
            return parse_int(text, 10, 32).map(|_| ()).map_err(|e| e.to_string());
        }
    };
    if good { Ok(()) } else { Err("parse error".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Scan;
    use crate::flag::Flag;

    static ALL: Flag = Flag::switch("all", "").short('a');
    static NUMBER: Flag = Flag::int("number", 1, "").short('n');
    static FORMAT: Flag = crate::flag::OUTPUT;

    fn read(line: &str) -> Result<String, String> {
        let flags = [&ALL, &NUMBER, &FORMAT];
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let mut scan = Scan::new(&flags);
        scan.run(&words)?;
        let given: Vec<String> = scan.given.iter().map(|g| format!("{}={}", g.flag.long, g.text)).collect();
        let positional: Vec<_> = scan.positional.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        Ok(format!("{} | {}", given.join(" "), positional.join(" ")))
    }

    #[test]
    fn letters_may_stand_together() {
        assert_eq!(read("-an5 x").as_deref(), Ok("all=true number=5 | x"));
        assert_eq!(read("-an 5 x").as_deref(), Ok("all=true number=5 | x"));
        assert_eq!(read("-a=false -n=0x10").as_deref(), Ok("all=false number=0x10 | "));
        assert_eq!(read("-ax").expect_err("no x"), "unknown shorthand flag: 'x' in -x");
        assert_eq!(read("-an").expect_err("no value"), "flag needs an argument: 'n' in -n");
    }

    #[test]
    fn the_first_mistake_is_told() {
        assert_eq!(read("---x --y").expect_err("syntax"), "bad flag syntax: ---x");
        assert_eq!(read("--=x").expect_err("syntax"), "bad flag syntax: --=x");
        assert_eq!(read("- -- --all").as_deref(), Ok(" | - --all"));
        let number = "strconv.ParseInt: parsing \"9223372036854775808\": value out of range";
        assert_eq!(
            read("-n 9223372036854775808 --x").expect_err("range"),
            format!("invalid argument \"9223372036854775808\" for \"-n, --number\" flag: {number}")
        );
        assert_eq!(
            read("-o toml").expect_err("format"),
            "invalid argument \"toml\" for \"-o, --output\" flag: invalid format type"
        );
    }
}
