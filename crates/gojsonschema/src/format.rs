//! Formats of texts, and the words for those that do not have them.

use goregexp::Regex;
use gourl::{Parts, address};
use govalue::strconv;

use crate::format_time::{date, date_time, duration, period, time};
use crate::schema::Format;

type Checked = Result<(), String>;

/// Says what is wrong with a text.
pub(crate) type Check = fn(&str) -> Checked;

/// All formats; others are never wrong.
const FORMATS: &[(&str, Check)] = &[
    ("date", date),
    ("date-time", date_time),
    ("duration", duration),
    ("email", email),
    ("hostname", hostname),
    ("ipv4", ipv4),
    ("ipv6", ipv6),
    ("iri", uri),
    ("iri-reference", uri_reference),
    ("json-pointer", json_pointer),
    ("period", period),
    ("regex", regex),
    ("relative-json-pointer", relative_json_pointer),
    ("semver", semver),
    ("time", time),
    ("uri", uri),
    ("uri-reference", uri_reference),
    ("uri-template", uri_template),
    ("uuid", uuid),
];

/// A format, if it is known.
pub(crate) fn by_name(name: &str) -> Option<Format> {
    FORMATS.iter().find(|(known, _)| *known == name).map(|(name, check)| Format { name, check: *check })
}

fn fail(text: &str) -> Checked {
    Err(text.to_owned())
}

fn regex(text: &str) -> Checked {
    Regex::new(text).map(drop).map_err(|e| e.to_string())
}

/// At most 253 characters in labels of at most 63, of letters, digits and inner hyphens.
fn hostname(text: &str) -> Checked {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return fail("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return fail("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return fail("label starts with hyphen");
        }
        if label.ends_with('-') {
            return fail("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {}", strconv::quote_rune(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Checked {
    if text.len() > 254 {
        return fail("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return fail("missing @") };
    if local.len() > 64 {
        return fail("local part more than 64 characters long");
    }
    let quoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inner) if inner.contains(['\\', '"']) => {
            return fail("backslash and quote are not allowed within quoted local part");
        }
        Some(_) => {}
        None if local.starts_with('.') => return fail("starts with dot"),
        None if local.ends_with('.') => return fail("ends with dot"),
        None if local.contains("..") => return fail("consecutive dots"),
        None => {
            let allowed = |c: &char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(*c);
            if let Some(c) = local.chars().find(|c| !allowed(c)) {
                return Err(format!("invalid character {}", strconv::quote_rune(c)));
            }
        }
    }
    match domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => match literal.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|e| format!("invalid ipv6 address: {e}")),
            None => ipv4(literal).map_err(|e| format!("invalid ipv4 address: {e}")),
        },
        None => hostname(domain).map_err(|e| format!("invalid domain: {e}")),
    }
}

fn ipv4(text: &str) -> Checked {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".to_owned());
        }
        let number = strconv::atoi(group).map_err(|e| e.to_string())?;
        if !(0..=255).contains(&number) {
            return Err("decimal must be between 0 and 255".to_owned());
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Checked {
    if !text.contains(':') {
        return Err("missing colon".to_owned());
    }
    address::parse(text.as_bytes()).map_err(|e| e.to_string())?;
    if text.contains('%') { Err("zone id is not a part of ipv6 address".to_owned()) } else { Ok(()) }
}

fn uuid(text: &str) -> Checked {
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
            return Err(format!("non-hex character {}", strconv::quote_rune(c)));
        }
    }
    Ok(())
}

/// A semantic version without a leading `v`.
fn semver(text: &str) -> Checked {
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

fn check_identifier(identifier: &str, part: &str) -> Checked {
    if identifier.is_empty() {
        return Err(format!("{part} identifier is empty"));
    }
    match identifier.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        Some(c) => Err(format!("invalid character {} in {part} identifier", strconv::quote_rune(c))),
        None => Ok(()),
    }
}

/// What the library accepts as a URL: Go's judgement, and in a host only what is an IPv6 address may have colons.
fn url(text: &str) -> Result<Parts<'_>, String> {
    let url = Parts::parse(text.as_bytes()).map_err(|e| e.to_string())?;
    let name = url.hostname();
    if name.contains(&b':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return Err("ipv6 address not enclosed in brackets".to_owned());
        }
        ipv6(&String::from_utf8_lossy(name)).map_err(|e| format!("invalid ipv6 address: {e}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Checked {
    if url(text)?.scheme.is_empty() { fail("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str) -> Checked {
    if text.contains('\\') { fail("contains \\") } else { url(text).map(drop) }
}

/// Curly braces in pairs in every segment of the path, as far as the path had to be escaped.
fn uri_template(text: &str) -> Checked {
    let url = url(text)?;
    if *url.raw_path == *gourl::escaped_path(&url.path).as_bytes() {
        return Ok(());
    }
    for segment in url.raw_path.split(|b| *b == b'/') {
        let segment = gourl::path_unescape(segment).map_err(|e| format!("percent decode failed: {e}"))?;
        let mut open = false;
        for brace in segment.iter().filter(|b| matches!(b, b'{' | b'}')) {
            if open == (*brace == b'{') {
                return fail("nested curly braces");
            }
            open = !open;
        }
        if open {
            return fail("no matching closing brace");
        }
    }
    Ok(())
}

fn json_pointer(text: &str) -> Checked {
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

fn relative_json_pointer(text: &str) -> Checked {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        0 => Err("must start with non-negative integer".to_owned()),
        2.. if text.starts_with('0') => Err("starts with zero".to_owned()),
        _ if &text[digits..] == "#" => Ok(()),
        _ => json_pointer(&text[digits..]),
    }
}
