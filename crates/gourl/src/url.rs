//! Go's `net/url`: parsing that keeps what was written, joining, printing.

use std::borrow::Cow;
use std::fmt;

use crate::escape::{Place, escape, unescape};
use crate::parts::{ParseError, Parts, Written, split_port};

/// A URL in its parts, each as Go's `URL.String` prints it.
///
/// Unlike browsers' URLs little is normalised: `http://host` has an empty path, and printing gives the same text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case; empty for a relative reference.
    pub scheme: String,
    /// What follows the scheme when that is not a slash: `mailto:opaque`.
    pub opaque: String,
    /// User and password, escaped.
    pub user: Option<(String, Option<String>)>,
    /// Host with its port, escaped.
    pub host: String,
    /// Escaped path.
    pub path: String,
    /// Query without its question mark; `Some("")` for a bare question mark.
    pub query: Option<String>,
    /// Escaped fragment without its hash sign.
    pub fragment: String,
    /// Whether the path follows the scheme at once: `file:/path`.
    pub omit_host: bool,
}

impl Url {
    /// Go's `url.Parse`. A password in the error's text is hidden.
    pub fn parse(text: &str) -> Result<Url, ParseError> {
        let parts = Parts::parse(text.as_bytes())
            .map_err(|e| ParseError { text: without_password(&e.text), reason: e.reason })?;
        let owned = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Url {
            scheme: owned(&parts.scheme),
            opaque: owned(&parts.opaque),
            user: parts.user.as_ref().map(|user| {
                let escaped = user.escaped();
                match escaped.split_once(':') {
                    Some((name, password)) => (name.to_owned(), Some(password.to_owned())),
                    None => (escaped, None),
                }
            }),
            host: escape(&parts.host, Place::Host),
            path: parts.escaped_path().into_owned(),
            query: parts.raw_query.as_deref().map(owned),
            fragment: parts.escaped_fragment().into_owned(),
            omit_host: parts.omit_host,
        })
    }

    /// Whether there is a scheme.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The host without its port and brackets (`URL.Hostname`).
    pub fn hostname(&self) -> Cow<'_, str> {
        let (host, _) = split_port(self.host.as_bytes());
        plain(host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host))
    }

    /// The port, where one is written (`URL.Port`).
    pub fn port(&self) -> Option<&str> {
        let (host, port) = split_port(self.host.as_bytes());
        if port.is_empty() { None } else { self.host.get(host.len() + 1..) }
    }

    /// The path with its escapes undone.
    pub fn decoded_path(&self) -> String {
        plain(self.path.as_bytes()).into_owned()
    }

    /// User and password with their escapes undone.
    pub fn credentials(&self) -> Option<(String, String)> {
        let (user, password) = self.user.as_ref()?;
        let plain = |text: &str| plain(text.as_bytes()).into_owned();
        Some((plain(user), password.as_deref().map_or_else(String::new, plain)))
    }

    /// Go's `ResolveReference`: what the reference means beside this URL.
    pub fn resolve(&self, reference: &Url) -> Url {
        let mut url = reference.clone();
        if reference.is_absolute() || !reference.host.is_empty() || reference.user.is_some() {
            if url.scheme.is_empty() {
                url.scheme.clone_from(&self.scheme);
            }
            url.path = join_paths(&reference.path, "");
            return url;
        }
        url.scheme.clone_from(&self.scheme);
        if reference.path.is_empty() && reference.query.is_none() {
            // A lone question mark is not handed down.
            url.query = self.query.clone().filter(|query| !query.is_empty());
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            return url;
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
        Url { path: escape(path.as_bytes(), Place::Path), ..self.clone() }
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
        let user = self.user.as_ref().map(|(user, password)| match password {
            Some(password) => Cow::Owned(format!("{user}:{password}")),
            None => Cow::Borrowed(user.as_str()),
        });
        let written = Written {
            scheme: self.scheme.as_bytes(),
            opaque: self.opaque.as_bytes(),
            user: user.as_deref(),
            host: &self.host,
            path: &self.path,
            query: self.query.as_ref().map(String::as_bytes),
            fragment: &self.fragment,
            omit_host: self.omit_host,
        };
        f.write_str(&String::from_utf8_lossy(&written.to_bytes()))
    }
}

/// An escaped text with its escapes undone.
fn plain(text: &[u8]) -> Cow<'_, str> {
    match unescape(text, Place::Path) {
        Ok(Cow::Borrowed(bytes)) => String::from_utf8_lossy(bytes),
        Ok(Cow::Owned(bytes)) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => String::from_utf8_lossy(text),
    }
}

/// Hides the password of a text that may be no URL at all.
fn without_password(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let Some((before, rest)) = text.split_once("://") else { return text.into_owned().into_bytes() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{before}://{user}:***@{host}{}", &rest[end..]),
        None => text.into_owned(),
    }
    .into_bytes()
}

/// A reference's path beside a base path, `.` and `..` resolved (`resolvePath` of `net/url`).
fn join_paths(base: &str, reference: &str) -> String {
    let full = match reference {
        "" => Cow::Borrowed(base),
        _ if reference.starts_with('/') => Cow::Borrowed(reference),
        _ => Cow::Owned(format!("{}{reference}", base.rfind('/').map_or("", |at| &base[..=at]))),
    };
    if full.is_empty() {
        return String::new();
    }
    // Every segment is kept behind a slash; the first of a rooted path is empty.
    let mut kept: Vec<&str> = Vec::new();
    let mut last = "";
    for segment in full.split('/') {
        last = segment;
        match segment {
            "." if kept.is_empty() => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                // Nothing but the root is left.
                if kept == [""] {
                    kept.clear();
                }
            }
            segment => kept.push(segment),
        }
    }
    let folder = if matches!(last, "." | "..") { "/" } else { "" };
    let joined = format!("/{}{folder}", kept.join("/"));
    if joined[1..].starts_with('/') { joined[1..].to_owned() } else { joined }
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
        assert_eq!((u.hostname().as_ref(), u.port()), ("::1", Some("8443")));
        assert_eq!(u.credentials(), Some(("a@b".to_owned(), "p:q".to_owned())));
        assert_eq!(u.decoded_path(), "/x y");
        assert_eq!(u.without_password(), "https://a%40b:***@[::1]:8443/x%20y");
        assert_eq!(url("http://h").port(), None);
        assert_eq!(crate::query_escape("a b&c/ü~"), "a+b%26c%2F%C3%BC~");
    }
}
