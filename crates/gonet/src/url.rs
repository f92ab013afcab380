//! Go's `net/url`: parsing that keeps what was written, joining, printing.

use std::fmt;

/// Why a text is no URL; Display is `parse "TEXT": REASON` as Go's `*url.Error`, a password in it hidden.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {reason}", govalue::strconv::quote(.text.as_bytes()))]
pub struct ParseError {
    text: String,
    reason: String,
}

/// A URL in its parts, each as it was written.
///
/// Unlike browsers' URLs nothing is normalised: `http://host` has an empty path, and printing gives the same text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case; empty for a relative reference.
    pub scheme: String,
    /// What follows the scheme when that is not a slash: `mailto:opaque`.
    pub opaque: String,
    /// User and password, still escaped.
    pub user: Option<(String, Option<String>)>,
    /// Host with its port.
    pub host: String,
    /// Escaped path.
    pub path: String,
    /// Query without its question mark; `Some("")` for a bare question mark.
    pub query: Option<String>,
    /// Fragment without its hash sign.
    pub fragment: String,
}

impl Url {
    /// Go's `url.Parse`.
    pub fn parse(text: &str) -> Result<Url, ParseError> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Url::without_fragment(rest)
            .map_err(|reason| ParseError { text: without_password(text), reason })?;
        url.fragment = fragment.to_owned();
        Ok(url)
    }

    fn without_fragment(text: &str) -> Result<Url, String> {
        if text.bytes().any(|b| b < b' ' || b == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let (scheme, rest) = split_scheme(text)?;
        let mut url = Url { scheme: scheme.to_ascii_lowercase(), ..Url::default() };
        let (mut rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query.to_owned())),
            None => (rest, None),
        };
        url.query = query;
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_owned();
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if (!url.scheme.is_empty() || !rest.starts_with("///"))
            && let Some(authority) = rest.strip_prefix("//")
        {
            let end = authority.find('/').unwrap_or(authority.len());
            rest = &authority[end..];
            url.read_authority(&authority[..end])?;
        }
        url.path = encoded(rest)?;
        Ok(url)
    }

    fn read_authority(&mut self, authority: &str) -> Result<(), String> {
        let host = match authority.rsplit_once('@') {
            None => authority,
            Some((user, host)) => {
                let valid = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
                if !user.bytes().all(valid) {
                    return Err("net/url: invalid userinfo".to_owned());
                }
                unescape(user)?;
                self.user = Some(match user.split_once(':') {
                    Some((name, password)) => (name.to_owned(), Some(password.to_owned())),
                    None => (user.to_owned(), None),
                });
                host
            }
        };
        let port = match host.strip_prefix('[') {
            Some(rest) => {
                let (_, port) = rest.split_once(']').ok_or("missing ']' in host")?;
                port
            }
            None => host.find(':').map_or("", |colon| &host[colon..]),
        };
        let digits = port.strip_prefix(':').unwrap_or(port);
        if !(port.is_empty() || port.starts_with(':')) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("invalid port {} after host", govalue::strconv::quote(port.as_bytes())));
        }
        if let Some(bad) = host.chars().find(|c| c.is_ascii() && " \"<>\\^`{|}/?#".contains(*c)) {
            let bad = govalue::strconv::quote(bad.to_string().as_bytes());
            return Err(format!("invalid character {bad} in host name"));
        }
        self.host = host.to_owned();
        Ok(())
    }

    /// Whether there is a scheme.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The host without its port and brackets.
    pub fn hostname(&self) -> &str {
        match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(rest),
            None => self.host.split(':').next().unwrap_or(&self.host),
        }
    }

    /// The port, where one is written.
    pub fn port(&self) -> Option<&str> {
        let after = self.host.rfind(']').map_or(0, |at| at + 1);
        self.host[after..].rsplit_once(':').map(|(_, port)| port).filter(|port| !port.is_empty())
    }

    /// The path with its escapes undone.
    pub fn decoded_path(&self) -> String {
        unescape(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    /// User and password with their escapes undone.
    pub fn credentials(&self) -> Option<(String, String)> {
        let plain = |text: &str| unescape(text).unwrap_or_else(|_| text.to_owned());
        let (user, password) = self.user.as_ref()?;
        Some((plain(user), password.as_deref().map_or_else(String::new, plain)))
    }

    /// Go's `ResolveReference`: what the reference means beside this URL.
    pub fn resolve(&self, reference: &Url) -> Url {
        let mut url = reference.clone();
        if reference.is_absolute() || !reference.host.is_empty() || reference.user.is_some() {
            if url.scheme.is_empty() {
                url.scheme.clone_from(&self.scheme);
            }
            if url.opaque.is_empty() {
                url.path = join_paths(&reference.path, "");
            }
            return url;
        }
        url.scheme.clone_from(&self.scheme);
        if reference.path.is_empty() && reference.query.is_none() {
            url.query.clone_from(&self.query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
            }
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        url.path = join_paths(&self.path, &reference.path);
        url
    }

    /// The URL with parts joined to its path as Go's `path.Join` joins them, `.` and `..` resolved.
    pub fn joined(&self, parts: &[&str]) -> Url {
        let own = self.decoded_path();
        let rooted = own.starts_with('/') || (own.is_empty() && parts.iter().any(|p| p.starts_with('/')));
        let mut kept: Vec<&str> = Vec::new();
        for part in std::iter::once(own.as_str()).chain(parts.iter().copied()).flat_map(|p| p.split('/')) {
            match part {
                "" | "." => {}
                ".." if kept.last().is_some_and(|last| *last != "..") => {
                    kept.pop();
                }
                ".." if rooted => {}
                part => kept.push(part),
            }
        }
        let path = format!("{}{}", if rooted { "/" } else { "" }, kept.join("/"));
        Url { path: escaped(path.as_bytes()), ..self.clone() }
    }

    /// Whether both have scheme, host and port in common: where one's credentials may go, the other's may.
    pub fn same_server(&self, other: &Url) -> bool {
        self.scheme == other.scheme && self.host == other.host
    }

    /// The URL with `***` for a password, as `net/http` names it in errors.
    pub fn without_password(&self) -> String {
        let mut shown = self.clone();
        if let Some((_, Some(password))) = &mut shown.user {
            "***".clone_into(password);
        }
        shown.to_string()
    }

    /// The URL without user and password: what a request line is made of.
    pub fn without_user(&self) -> String {
        Url { user: None, ..self.clone() }.to_string()
    }
}

/// A text that is meant to be a URL with `***` for its password, whether it can be parsed or not.
pub fn mask_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let masked = authority.rsplit_once('@').and_then(|(user, host)| {
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}://{name}:***@{host}{path}"))
    });
    masked.unwrap_or_else(|| text.to_owned())
}

/// Without the password, so that no log holds it by accident.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.without_password(), f)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if !self.opaque.is_empty() {
            f.write_str(&self.opaque)?;
        } else {
            if !self.host.is_empty() || self.user.is_some() {
                f.write_str("//")?;
                match &self.user {
                    Some((user, Some(password))) => write!(f, "{user}:{password}@")?,
                    Some((user, None)) => write!(f, "{user}@")?,
                    None => {}
                }
                f.write_str(&self.host)?;
                if !self.path.is_empty() && !self.path.starts_with('/') {
                    f.write_str("/")?;
                }
            } else if self.scheme == "file" && self.path.starts_with('/') {
                f.write_str("//")?;
            } else if self.scheme.is_empty()
                && self.path.split('/').next().is_some_and(|segment| segment.contains(':'))
            {
                f.write_str("./")?;
            }
            f.write_str(&self.path)?;
        }
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if !self.fragment.is_empty() {
            write!(f, "#{}", self.fragment)?;
        }
        Ok(())
    }
}

/// Go's `url.QueryEscape`.
pub fn query_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// Hides the password of a text that may be no URL at all.
fn without_password(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{before}://{user}:***@{host}{}", &rest[end..]),
        None => text.to_owned(),
    }
}

/// The scheme, and what follows its colon.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, b) in text.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

/// A path as Go prints it: what was written when that is properly escaped, else escaped anew.
fn encoded(path: &str) -> Result<String, String> {
    let plain = unescape_bytes(path)?;
    let written = |b: u8| b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@[]/%".contains(&b);
    if path.bytes().all(written) {
        return Ok(path.to_owned());
    }
    Ok(escaped(&plain))
}

/// Go's escaping of a path.
fn escaped(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len() + 8);
    for &b in path {
        if b.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

fn unescape(text: &str) -> Result<String, String> {
    Ok(String::from_utf8_lossy(&unescape_bytes(text)?).into_owned())
}

fn unescape_bytes(text: &str) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        if b != b'%' {
            out.push(b);
            at += 1;
            continue;
        }
        let digit = |i: usize| bytes.get(at + i).and_then(|b| char::from(*b).to_digit(16));
        let (Some(high), Some(low)) = (digit(1), digit(2)) else {
            let shown = &bytes[at..bytes.len().min(at + 3)];
            return Err(format!("invalid URL escape {}", govalue::strconv::quote(shown)));
        };
        out.push((high * 16 + low) as u8);
        at += 3;
    }
    Ok(out)
}

/// A reference's path beside a base path, `.` and `..` resolved.
fn join_paths(base: &str, reference: &str) -> String {
    let full = match reference {
        "" => base.to_owned(),
        _ if reference.starts_with('/') => reference.to_owned(),
        _ => format!("{}{reference}", base.rfind('/').map_or("", |at| &base[..=at])),
    };
    if full.is_empty() {
        return full;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in full.strip_prefix('/').unwrap_or(&full).split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let folder = full.ends_with("/.") || full.ends_with("/..") || matches!(full.as_str(), "." | "..");
    let joined = kept.join("/");
    if folder && !joined.is_empty() { format!("/{joined}/") } else { format!("/{joined}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn what_was_written_is_printed() {
        for text in [
            "http://host",
            "http://host/",
            "https://a:b@host:8443/x%20y/z.tgz?token=1&x#part",
            "oci://reg/x/y",
            "charts/x-1.0.0.tgz",
            "/charts/x",
            "file:///a/b",
            "http://[::1]:80/x",
            "mailto:x@y",
            "?",
            "http://h/a+b",
        ] {
            assert_eq!(url(text).to_string(), text);
        }
        assert_eq!(url("HTTP://Host/a b").to_string(), "http://Host/a%20b");
    }

    #[test]
    fn errors_are_those_of_go() {
        let text = |text: &str| Url::parse(text).expect_err("no URL").to_string();
        assert_eq!(text("://x"), r#"parse "://x": missing protocol scheme"#);
        assert_eq!(text("1:x/y"), r#"parse "1:x/y": first path segment in URL cannot contain colon"#);
        assert_eq!(text("http://h:x/"), r#"parse "http://h:x/": invalid port ":x" after host"#);
        assert_eq!(
            text("http://u:secret@h h/"),
            r#"parse "http://u:***@h h/": invalid character " " in host name"#
        );
        assert_eq!(text("http://h/%zz"), r#"parse "http://h/%zz": invalid URL escape "%zz""#);
        assert_eq!(text("http://h/\n"), r#"parse "http://h/\n": net/url: invalid control character in URL"#);
    }

    #[test]
    fn references_are_resolved() {
        let resolve = |base: &str, reference: &str| url(base).resolve(&url(reference)).to_string();
        assert_eq!(resolve("http://h/a/", "x-1.tgz"), "http://h/a/x-1.tgz");
        assert_eq!(resolve("http://h/a/", "../x"), "http://h/x");
        assert_eq!(resolve("http://h/a/", "/x/./y/.."), "http://h/x/");
        assert_eq!(resolve("http://h/a/b", "c"), "http://h/a/c");
        assert_eq!(resolve("http://h/a/", "https://other/z"), "https://other/z");
        assert_eq!(resolve("https://h/a/", "//other/z"), "https://other/z");
        assert_eq!(resolve("http://u:p@h/a/?q=1", "c"), "http://u:p@h/a/c");
        assert_eq!(resolve("http://h", "c"), "http://h/c");
    }

    #[test]
    fn passwords_are_not_shown() {
        for (text, masked) in [
            ("http://user:secret@host:1/a?b#c@d", "http://user:***@host:1/a?b#c@d"),
            ("http://user:sec@ret@host/%zz", "http://user:***@host/%zz"),
            ("http://user@host/a:b@c", "http://user@host/a:b@c"),
            ("oci://host/a:b@sha256:0", "oci://host/a:b@sha256:0"),
            ("repository/chart", "repository/chart"),
            ("", ""),
        ] {
            assert_eq!(mask_password(text), masked);
        }
        assert_eq!(format!("{:?}", url("http://user:secret@host/")), "\"http://user:***@host/\"");
    }

    #[test]
    fn paths_are_joined() {
        let joined = |base: &str, parts: &[&str]| url(base).joined(parts).to_string();
        assert_eq!(joined("http://h", &["", "x 1.tgz"]), "http://h/x%201.tgz");
        assert_eq!(joined("http://h/a/", &["b/../c"]), "http://h/a/c");
        assert_eq!(joined("", &["sub", "x.tgz"]), "sub/x.tgz");
        assert_eq!(joined("", &[""]), "");
    }

    #[test]
    fn parts() {
        let u = url("https://a%40b:p%3Aq@[::1]:8443/x%20y");
        assert_eq!((u.hostname(), u.port()), ("::1", Some("8443")));
        assert_eq!(u.credentials(), Some(("a@b".to_owned(), "p:q".to_owned())));
        assert_eq!(u.decoded_path(), "/x y");
        assert_eq!(u.without_password(), "https://a%40b:***@[::1]:8443/x%20y");
        assert_eq!(url("http://h").port(), None);
        assert_eq!(query_escape("a b&c/ü~"), "a+b%26c%2F%C3%BC~");
    }
}
