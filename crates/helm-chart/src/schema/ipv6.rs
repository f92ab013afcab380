//! IPv6 addresses in the words of Go's `net/netip`.

use crate::go::quoted;

/// What is wrong with an address that has a colon; the text is that of `netip.ParseAddr`, and of the library for a zone.
pub(super) fn check(text: &str) -> Result<(), String> {
    // A dot before the first colon makes it an IPv4 address.
    match text.find(['.', ':', '%']).map(|at| &text[at..at + 1]) {
        Some(".") => return v4(text).map_err(|e| e.of(text)),
        Some("%") => return Err(Problem::new("missing IPv6 address").of(text)),
        _ => {}
    }
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    if zone == Some("") {
        return Err(Problem::new("zone must be a non-empty string").of(text));
    }
    v6(address).map_err(|e| e.of(text))?;
    zone.map_or(Ok(()), |_| Err("zone id is not a part of ipv6 address".to_owned()))
}

struct Problem {
    reason: &'static str,
    at: String,
}

impl Problem {
    fn new(reason: &'static str) -> Problem {
        Problem { reason, at: String::new() }
    }

    fn at(reason: &'static str, at: &str) -> Problem {
        Problem { reason, at: at.to_owned() }
    }

    fn of(self, text: &str) -> String {
        let at = if self.at.is_empty() { String::new() } else { format!(" (at {})", quoted(&self.at)) };
        format!("ParseAddr({}): {}{at}", quoted(text), self.reason)
    }
}

fn v6(text: &str) -> Result<(), Problem> {
    let mut rest = text;
    let (mut bytes, mut ellipsis) = (0, None);
    if let Some(after) = rest.strip_prefix("::") {
        ellipsis = Some(0);
        rest = after;
        if rest.is_empty() {
            return Ok(());
        }
    }
    while bytes < 16 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return Err(Problem::at("each group must have 4 or less digits", rest));
        }
        if digits == 0 {
            return Err(Problem::at("each colon-separated field must have at least one digit", rest));
        }
        if rest[digits..].starts_with('.') {
            if ellipsis.is_none() && bytes != 12 {
                return Err(Problem::at(
                    "embedded IPv4 address must replace the final 2 fields of the address",
                    rest,
                ));
            }
            if bytes + 4 > 16 {
                return Err(Problem::at(
                    "too many hex fields to fit an embedded IPv4 at the end of the address",
                    rest,
                ));
            }
            v4(rest)?;
            rest = "";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[digits..];
        if rest.is_empty() {
            break;
        }
        let Some(after) = rest.strip_prefix(':') else {
            return Err(Problem::at("unexpected character, want colon", rest));
        };
        if after.is_empty() {
            return Err(Problem::at("colon must be followed by more characters", rest));
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            if ellipsis.is_some() {
                return Err(Problem::at("multiple :: in address", rest));
            }
            ellipsis = Some(bytes);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(Problem::at("trailing garbage after address", rest));
    }
    match ellipsis {
        None if bytes < 16 => Err(Problem::new("address string too short")),
        Some(_) if bytes == 16 => Err(Problem::new("the :: must expand to at least one field of zeros")),
        _ => Ok(()),
    }
}

/// An IPv4 address, whole or at the end of one of IPv6.
fn v4(text: &str) -> Result<(), Problem> {
    let (mut value, mut digits, mut fields) = (0_u32, 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                if digits == 1 && value == 0 {
                    return Err(Problem::new("IPv4 field has octet with leading zero"));
                }
                value = value * 10 + (c as u32 - '0' as u32);
                digits += 1;
                if value > 255 {
                    return Err(Problem::new("IPv4 field has value >255"));
                }
            }
            '.' => {
                if at == 0 || at == text.len() - 1 || text.as_bytes()[at - 1] == b'.' {
                    return Err(Problem::at("IPv4 field must have at least one digit", &text[at..]));
                }
                if fields == 3 {
                    return Err(Problem::new("IPv4 address too long"));
                }
                fields += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(Problem::at("unexpected character", &text[at..])),
        }
    }
    if fields < 3 { Err(Problem::new("IPv4 address too short")) } else { Ok(()) }
}
