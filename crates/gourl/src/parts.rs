//! Reading a URL into its parts and writing it again: Go's `url.URL` over bytes.

use std::borrow::Cow;

use govalue::strconv::quote;
use thiserror::Error;

use crate::address;
use crate::escape::{Place, escape, is_escaped, unescape};

/// Why a text is not a URL, in the words of `net/url`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum Reason {
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

/// The error of `url.Parse`: `parse "TEXT": REASON`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("parse {}: {reason}", quote(.text))]
pub struct ParseError {
    /// The text, without its fragment where that is not to blame.
    pub text: Vec<u8>,
    /// What is wrong with it.
    pub reason: Reason,
}

/// User name and, when there was a colon, password, their escapes undone (`url.Userinfo`).
#[derive(Clone, PartialEq, Eq)]
pub struct UserInfo<'t> {
    /// The name, which may be empty.
    pub name: Cow<'t, [u8]>,
    /// The password.
    pub password: Option<Cow<'t, [u8]>>,
}

impl UserInfo<'_> {
    /// The escaped form that stands before the `@` (`Userinfo.String`).
    pub fn escaped(&self) -> String {
        let mut out = escape(&self.name, Place::User);
        if let Some(password) = &self.password {
            out.push(':');
            out.push_str(&escape(password, Place::User));
        }
        out
    }
}

/// The parts of a URL: `url.URL`, its fields with their escapes undone and the hints on how they were written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parts<'t> {
    /// In lower case; empty for a relative reference.
    pub scheme: Cow<'t, [u8]>,
    /// What follows the scheme when that is no slash.
    pub opaque: Cow<'t, [u8]>,
    /// What stands before an `@`.
    pub user: Option<UserInfo<'t>>,
    /// Host with its port, if it has one.
    pub host: Cow<'t, [u8]>,
    /// The path.
    pub path: Cow<'t, [u8]>,
    /// The path as it was written.
    pub raw_path: Cow<'t, [u8]>,
    /// The query as it was written; `Some` and empty for a lone question mark (`ForceQuery`).
    pub raw_query: Option<Cow<'t, [u8]>>,
    /// The fragment.
    pub fragment: Cow<'t, [u8]>,
    /// The fragment as it was written.
    pub raw_fragment: Cow<'t, [u8]>,
    /// Whether a path follows the scheme at once, without the slashes before a host.
    pub omit_host: bool,
}

impl<'t> Parts<'t> {
    /// `url.Parse`.
    pub fn parse(text: &'t [u8]) -> Result<Parts<'t>, ParseError> {
        let (main, fragment) = cut(text, b'#');
        let mut parts =
            without_fragment(main).map_err(|reason| ParseError { text: main.to_vec(), reason })?;
        if let Some(fragment) = fragment {
            parts.fragment = unescape(fragment, Place::Fragment)
                .map_err(|reason| ParseError { text: text.to_vec(), reason })?;
            parts.raw_fragment = Cow::Borrowed(fragment);
        }
        Ok(parts)
    }

    /// `URL.Hostname`: the host without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let (host, _) = split_port(&self.host);
        host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host)
    }

    /// `URL.EscapedPath`: as it was written where that is properly escaped, else escaped anew.
    pub fn escaped_path(&self) -> Cow<'_, str> {
        // This one is a request to a server as a whole; the default escape counts as no hint.
        if &*self.path == b"*" && matches!(&*self.raw_path, b"" | b"%2A") {
            return Cow::Borrowed("*");
        }
        as_written(&self.raw_path, &self.path, Place::Path)
    }

    /// `URL.EscapedFragment`.
    pub fn escaped_fragment(&self) -> Cow<'_, str> {
        as_written(&self.raw_fragment, &self.fragment, Place::Fragment)
    }

    /// `URL.String`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (path, fragment) = (self.escaped_path(), self.escaped_fragment());
        let user = self.user.as_ref().map(UserInfo::escaped);
        let host = escape(&self.host, Place::Host);
        let written = Written {
            scheme: &self.scheme,
            opaque: &self.opaque,
            user: user.as_deref(),
            host: &host,
            path: &path,
            query: self.raw_query.as_deref(),
            fragment: &fragment,
            omit_host: self.omit_host,
        };
        written.to_bytes()
    }
}

/// A part as it was written where that can stand; Go's other condition, that it means the part, holds by construction.
fn as_written<'p>(raw: &'p [u8], plain: &[u8], place: Place) -> Cow<'p, str> {
    match std::str::from_utf8(raw) {
        Ok(text) if !raw.is_empty() && is_escaped(raw, place) => Cow::Borrowed(text),
        _ => Cow::Owned(escape(plain, place)),
    }
}

/// The parts of a URL as they are printed.
pub(crate) struct Written<'t> {
    pub(crate) scheme: &'t [u8],
    pub(crate) opaque: &'t [u8],
    pub(crate) user: Option<&'t str>,
    pub(crate) host: &'t str,
    pub(crate) path: &'t str,
    pub(crate) query: Option<&'t [u8]>,
    pub(crate) fragment: &'t str,
    pub(crate) omit_host: bool,
}

impl Written<'_> {
    /// Puts the parts together as `URL.String` does.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_authority(&mut out);
            if !self.host.is_empty() && !self.path.is_empty() && !self.path.starts_with('/') {
                out.push(b'/');
            }
            // Else it would be taken for a scheme.
            if out.is_empty() && self.path.split('/').next().is_some_and(|segment| segment.contains(':')) {
                out.extend_from_slice(b"./");
            }
            out.extend_from_slice(self.path.as_bytes());
        } else {
            out.extend_from_slice(self.opaque);
        }
        if let Some(query) = self.query {
            out.push(b'?');
            out.extend_from_slice(query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend_from_slice(self.fragment.as_bytes());
        }
        out
    }

    fn write_authority(&self, out: &mut Vec<u8>) {
        let named = !self.host.is_empty() || self.user.is_some();
        if !named && (self.scheme.is_empty() || self.omit_host || self.path.is_empty()) {
            return;
        }
        out.extend_from_slice(b"//");
        if let Some(user) = self.user {
            out.extend_from_slice(user.as_bytes());
            out.push(b'@');
        }
        out.extend_from_slice(self.host.as_bytes());
    }
}

/// The text before the first of a byte, and what comes after it when it is there.
fn cut(s: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match s.iter().position(|b| *b == at) {
        Some(i) => (&s[..i], Some(&s[i + 1..])),
        None => (s, None),
    }
}

fn without_fragment(text: &[u8]) -> Result<Parts<'_>, Reason> {
    let mut parts = Parts::default();
    if text.iter().any(u8::is_ascii_control) {
        return Err(Reason::ControlCharacter);
    }
    if text == b"*" {
        parts.path = Cow::Borrowed(text);
        return Ok(parts);
    }
    let (scheme, rest) = split_scheme(text)?;
    parts.scheme = match scheme.iter().any(u8::is_ascii_uppercase) {
        true => Cow::Owned(scheme.to_ascii_lowercase()),
        false => Cow::Borrowed(scheme),
    };
    let (mut rest, query) = cut(rest, b'?');
    parts.raw_query = query.map(Cow::Borrowed);
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            parts.opaque = Cow::Borrowed(rest);
            return Ok(parts);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err(Reason::ColonInFirstSegment);
        }
    }
    match rest.strip_prefix(b"//") {
        Some(after) if !scheme.is_empty() || !after.starts_with(b"/") => {
            let end = after.iter().position(|b| *b == b'/').unwrap_or(after.len());
            (parts.user, parts.host) = authority(&parts.scheme, &after[..end])?;
            rest = &after[end..];
        }
        _ => parts.omit_host = !scheme.is_empty(),
    }
    parts.path = unescape(rest, Place::Path)?;
    parts.raw_path = Cow::Borrowed(rest);
    Ok(parts)
}

/// The scheme, and what follows its colon.
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

type Authority<'t> = (Option<UserInfo<'t>>, Cow<'t, [u8]>);

fn authority<'t>(scheme: &[u8], authority: &'t [u8]) -> Result<Authority<'t>, Reason> {
    let Some(at) = authority.iter().rposition(|b| *b == b'@') else {
        return Ok((None, host(scheme, authority)?));
    };
    let host = host(scheme, &authority[at + 1..])?;
    let user = &authority[..at];
    if !user.iter().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(b)) {
        return Err(Reason::UserInfo);
    }
    let (name, password) = cut(user, b':');
    let name = unescape(name, Place::User)?;
    let password = password.map(|p| unescape(p, Place::User)).transpose()?;
    Ok((Some(UserInfo { name, password }), host))
}

fn host<'t>(scheme: &[u8], host: &'t [u8]) -> Result<Cow<'t, [u8]>, Reason> {
    match host.iter().rposition(|b| *b == b'[') {
        Some(0) => return ip_literal(host),
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
fn ip_literal(host: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    let close = host.iter().rposition(|b| *b == b']').ok_or(Reason::MissingBracket)?;
    let port = &host[close + 1..];
    if !is_optional_port(port) {
        return Err(Reason::Port(port.to_vec()));
    }
    let name = &host[1..close];
    let name = match name.windows(3).position(|w| w == b"%25") {
        Some(zone) => [unescape(&name[..zone], Place::Host)?, unescape(&name[zone..], Place::Zone)?].concat(),
        None => unescape(name, Place::Host)?.into_owned(),
    };
    if address::parse(&name)? == address::Family::V4 {
        return Err(Reason::IpLiteral);
    }
    Ok(Cow::Owned([b"[", &name[..], b"]", port].concat()))
}

/// Nothing, or a colon and digits (or no digit).
fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Host and port, where what stands after the last colon is one.
pub(crate) fn split_port(host: &[u8]) -> (&[u8], &[u8]) {
    match host.iter().rposition(|b| *b == b':') {
        Some(at) if is_optional_port(&host[at..]) => (&host[..at], &host[at + 1..]),
        _ => (host, b""),
    }
}
