//! Formats, where the Go library differs from the one used here in what it accepts or in its words.

use std::error::Error;

use boon::{Compiler, Format};
use gourl::{Parts, address};
use serde_json::Value as Json;

use super::format_time;

type Checked = Result<(), Box<dyn Error>>;
type Check = fn(&Json) -> Checked;

/// Teaches the compiler the Go library's formats.
pub(super) fn register(compiler: &mut Compiler) {
    let formats: [(&'static str, Check); 15] = [
        ("ipv4", |v| on_text(v, ipv4)),
        ("ipv6", |v| on_text(v, ipv6)),
        ("uuid", |v| on_text(v, uuid)),
        ("date", |v| on_text(v, format_time::date)),
        ("time", |v| on_text(v, format_time::time)),
        ("date-time", |v| on_text(v, format_time::date_time)),
        ("duration", |v| on_text(v, format_time::duration)),
        ("period", |v| on_text(v, format_time::period)),
        ("semver", |v| on_text(v, semver)),
        ("json-pointer", |v| on_text(v, json_pointer)),
        ("relative-json-pointer", |v| on_text(v, relative_json_pointer)),
        // Unknown to the Go library, and so never wrong.
        ("idn-hostname", |_| Ok(())),
        ("idn-email", |_| Ok(())),
        ("iri", |v| on_text(v, uri)),
        ("uri", |v| on_text(v, uri)),
    ];
    for (name, func) in formats {
        compiler.register_format(Format { name, func });
    }
}

fn on_text(value: &Json, check: fn(&str) -> Result<(), String>) -> Checked {
    value.as_str().map_or(Ok(()), |text| check(text).map_err(Into::into))
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".to_owned());
        }
        let number = govalue::strconv::atoi(group).map_err(|e| e.to_string())?;
        if !(0..=255).contains(&number) {
            return Err("decimal must be between 0 and 255".to_owned());
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return Err("missing colon".to_owned());
    }
    address::parse(text.as_bytes()).map_err(|e| e.to_string())?;
    if text.contains('%') { Err("zone id is not a part of ipv6 address".to_owned()) } else { Ok(()) }
}

fn uuid(text: &str) -> Result<(), String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return Err("must have 5 elements".to_owned());
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", govalue::strconv::quote_rune(c)));
        }
    }
    Ok(())
}

/// A semantic version without a leading `v`.
fn semver(text: &str) -> Result<(), String> {
    let (text, build) = text.split_once('+').map_or((text, None), |(core, build)| (core, Some(build)));
    if build == Some("") {
        return Err("build is empty".to_owned());
    }
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    for identifier in build.iter().flat_map(|b| b.split('.')) {
        check_identifier(identifier, "build")?;
    }
    for identifier in pre.iter().flat_map(|p| p.split('.')) {
        check_identifier(identifier, "pre-release")?;
        if identifier.len() > 1
            && identifier.starts_with('0')
            && identifier.bytes().all(|b| b.is_ascii_digit())
        {
            return Err("pre-release numeric identifier starts with zero".to_owned());
        }
    }
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() != 3 {
        return Err("versionCore must have 3 numbers separated by dot".to_owned());
    }
    for (number, name) in numbers.iter().zip(["major", "minor", "patch"]) {
        if number.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}

fn check_identifier(identifier: &str, part: &str) -> Result<(), String> {
    if identifier.is_empty() {
        return Err(format!("{part} identifier is empty"));
    }
    match identifier.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        Some(c) => Err(format!("invalid character {} in {part} identifier", govalue::strconv::quote_rune(c))),
        None => Ok(()),
    }
}

/// What the library accepts as a URL: Go's judgement, and nothing else in brackets than an IPv6 address.
fn url(text: &str) -> Result<Parts<'_>, String> {
    Parts::parse(text.as_bytes()).map_err(|e| e.to_string())
}

fn uri(text: &str) -> Result<(), String> {
    if url(text)?.scheme.is_empty() { Err("relative url".to_owned()) } else { Ok(()) }
}

fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with('/') {
        return Err("not starting with /".to_owned());
    }
    let mut escapes = text.split('~').skip(1);
    if escapes.all(|after| after.starts_with(['0', '1'])) {
        Ok(())
    } else {
        Err("~ must be followed by 0 or 1".to_owned())
    }
}

fn relative_json_pointer(text: &str) -> Result<(), String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        0 => Err("must start with non-negative integer".to_owned()),
        2.. if text.starts_with('0') => Err("starts with zero".to_owned()),
        _ if &text[digits..] == "#" => Ok(()),
        _ => json_pointer(&text[digits..]),
    }
}
