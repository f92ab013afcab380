//! Parsing and writing URLs as `net/url` does, with its errors.

use govalue::strconv::quote;
use thiserror::Error;

use super::address;
use crate::strings::find;
use crate::unicode::{map_runes, to_lower};

/// The part of a URL that a text stands in: each has its own characters that need no escape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

/// Why a text is not a URL.
#[derive(Debug, Error)]
pub(super) enum Reason {
    #[error("net/url: invalid control character in URL")]
    ControlCharacter,
    #[error("missing protocol scheme")]
    MissingScheme,
    #[error("first path segment in URL cannot contain colon")]
    ColonInFirstSegment,
    #[error("net/url: invalid userinfo")]
    UserInfo,
    #[error("invalid IP-literal")]
    IpLiteral,
    #[error("missing ']' in host")]
    MissingBracket,
    #[error("invalid port {} after host", quote(.0))]
    Port(Vec<u8>),
    #[error("invalid host: {0}")]
    Address(#[from] address::ParseError),
    #[error("invalid URL escape {}", quote(.0))]
    Escape(Vec<u8>),
    #[error("invalid character {} in host name", quote(.0))]
    HostCharacter(Vec<u8>),
}

/// The error of `url.Parse`.
#[derive(Debug, Error)]
#[error("parse {}: {reason}", quote(.url))]
pub(super) struct ParseError {
    url: Vec<u8>,
    reason: Reason,
}

/// User name and, when there was a colon, password.
#[derive(Debug)]
pub(super) struct UserInfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl UserInfo {
    /// The escaped form that stands before the `@`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Place::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Place::User));
        }
        out
    }
}

/// `url.URL`.
#[derive(Default, Debug)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<UserInfo>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) raw_query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

impl Url {
    /// `url.Parse`. The hints on how the text was escaped are not kept: Sprig throws them away.
    pub(super) fn parse(text: &[u8]) -> Result<Url, ParseError> {
        let (main, fragment) = cut(text, b'#');
        let mut url = parse(main).map_err(|reason| ParseError { url: main.to_vec(), reason })?;
        if let Some(fragment) = fragment {
            url.fragment = unescape(fragment, Place::Fragment)
                .map_err(|reason| ParseError { url: text.to_vec(), reason })?;
        }
        Ok(url)
    }

    /// `URL.Hostname`: the host without port and brackets.
    pub(super) fn hostname(&self) -> &[u8] {
        let colon = self.host.iter().rposition(|b| *b == b':');
        let host = match colon {
            Some(at) if is_optional_port(&self.host[at..]) => &self.host[..at],
            _ => &self.host,
        };
        host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host)
    }

    /// `URL.String`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_authority(&mut out);
            let path = if self.path == b"*" { self.path.clone() } else { escape(&self.path, Place::Path) };
            if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
                out.push(b'/');
            }
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./");
            }
            out.extend_from_slice(&path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Place::Fragment));
        }
        out
    }

    fn write_authority(&self, out: &mut Vec<u8>) {
        if self.host.is_empty() && self.user.is_none() && (self.scheme.is_empty() || self.path.is_empty()) {
            return;
        }
        out.extend_from_slice(b"//");
        if let Some(user) = &self.user {
            out.extend(user.to_bytes());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Place::Host));
    }
}

/// The text before the first of a byte, and what comes after it when it is there.
fn cut(s: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match s.iter().position(|b| *b == at) {
        Some(i) => (&s[..i], Some(&s[i + 1..])),
        None => (s, None),
    }
}

fn parse(text: &[u8]) -> Result<Url, Reason> {
    let mut url = Url::default();
    if text.iter().any(u8::is_ascii_control) {
        return Err(Reason::ControlCharacter);
    }
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = map_runes(scheme, to_lower);
    let (mut rest, query) = cut(rest, b'?');
    url.raw_query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err(Reason::ColonInFirstSegment);
        }
    }
    if let Some(after) = rest.strip_prefix(b"//")
        && (!scheme.is_empty() || !after.starts_with(b"/"))
    {
        let end = after.iter().position(|b| *b == b'/').unwrap_or(after.len());
        (url.user, url.host) = parse_authority(&url.scheme, &after[..end])?;
        rest = &after[end..];
    }
    url.path = unescape(rest, Place::Path)?;
    Ok(url)
}

fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Reason> {
    for (i, b) in text.iter().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err(Reason::MissingScheme),
            b':' => return Ok((&text[..i], &text[i + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<UserInfo>, Vec<u8>), Reason> {
    let Some(at) = authority.iter().rposition(|b| *b == b'@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let user = &authority[..at];
    if !user.iter().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(b)) {
        return Err(Reason::UserInfo);
    }
    let (name, password) = cut(user, b':');
    let name = unescape(name, Place::User)?;
    let password = password.map(|p| unescape(p, Place::User)).transpose()?;
    Ok((Some(UserInfo { name, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Reason> {
    match host.iter().rposition(|b| *b == b'[') {
        Some(0) => return parse_ip_literal(host),
        Some(_) => return Err(Reason::IpLiteral),
        None => {}
    }
    // Only http and https insist on a single colon: other schemes list several hosts with ports.
    let colon = match scheme {
        b"http" | b"https" => host.iter().position(|b| *b == b':'),
        _ => host.iter().rposition(|b| *b == b':'),
    };
    if let Some(colon) = colon
        && !is_optional_port(&host[colon..])
    {
        return Err(Reason::Port(host[colon..].to_vec()));
    }
    unescape(host, Place::Host)
}

/// `[address]` or `[address%25zone]`, with a port or not.
fn parse_ip_literal(host: &[u8]) -> Result<Vec<u8>, Reason> {
    let close = host.iter().rposition(|b| *b == b']').ok_or(Reason::MissingBracket)?;
    let port = &host[close + 1..];
    if !is_optional_port(port) {
        return Err(Reason::Port(port.to_vec()));
    }
    let name = &host[1..close];
    let name = match find(name, b"%25") {
        Some(zone) => [unescape(&name[..zone], Place::Host)?, unescape(&name[zone..], Place::Zone)?].concat(),
        None => unescape(name, Place::Host)?,
    };
    if address::parse(&name)? == address::Family::V4 {
        return Err(Reason::IpLiteral);
    }
    Ok([b"[", &name[..], b"]", port].concat())
}

/// Nothing, or a colon and digits (or no digit).
fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn must_escape(b: u8, place: Place) -> bool {
    match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => false,
        _ if matches!(place, Place::Host | Place::Zone) => !b"!$&'()*+,;=:[]<>\"".contains(&b),
        b'$' | b'&' | b'+' | b',' | b';' | b'=' => false,
        b'?' => place != Place::Fragment,
        b'/' | b':' | b'@' => place == Place::User,
        b'!' | b'(' | b')' | b'*' => place != Place::Fragment,
        _ => true,
    }
}

fn escape(s: &[u8], place: Place) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(s.len());
    for b in s {
        if must_escape(*b, place) {
            out.extend_from_slice(&[b'%', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
        } else {
            out.push(*b);
        }
    }
    out
}

fn unescape(s: &[u8], place: Place) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
    let strict = matches!(place, Place::Host | Place::Zone);
    while let [b, tail @ ..] = rest {
        if *b != b'%' {
            if strict && b.is_ascii() && must_escape(*b, place) {
                return Err(Reason::HostCharacter(vec![*b]));
            }
            out.push(*b);
            rest = tail;
            continue;
        }
        let digit = |b: &u8| char::from(*b).to_digit(16).map(|d| d as u8);
        let sequence = &rest[..rest.len().min(3)];
        let value = match sequence {
            [_, high, low] => digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        let wrong = || Reason::Escape(sequence.to_vec());
        let value = value.ok_or_else(wrong)?;
        // In a host only what is not ASCII may be escaped, and the percent sign before a zone; in a zone what could
        // stand there anyway, and the blanks that Windows puts there.
        let allowed = match place {
            Place::Host => value >= 0x80 || sequence == b"%25",
            Place::Zone => sequence == b"%25" || value == b' ' || !must_escape(value, Place::Host),
            _ => true,
        };
        if !allowed {
            return Err(wrong());
        }
        out.push(value);
        rest = &rest[3..];
    }
    Ok(out)
}
