//! References to artifacts in a registry: `host[:port]/path[:tag][@digest]`.

use std::fmt;

use govalue::strconv::quote;

use super::digest::{Digest, DigestError};

/// What a reference to a registry begins with.
pub const SCHEME: &str = "oci://";

/// Whether a reference leads to a registry (Helm's `registry.IsOCI`).
pub fn is_oci(reference: &str) -> bool {
    reference.starts_with(SCHEME)
}

/// A repository in a registry, or one artifact in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// Host, and port where one is given.
    pub registry: String,
    /// Path of the repository.
    pub repository: String,
    /// Tag, as the registry stores it: with `_` for `+`.
    pub tag: Option<String>,
    /// Digest; it wins over the tag.
    pub digest: Option<Digest>,
}

/// Why a text is no reference; texts as oras-go, which Helm uses.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ReferenceError {
    #[error("invalid reference: missing registry or repository")]
    Incomplete,
    #[error("invalid reference: invalid registry {}", quote(.0.as_bytes()))]
    Registry(String),
    #[error("invalid reference: invalid repository {}", quote(.0.as_bytes()))]
    Repository(String),
    #[error("invalid reference: invalid tag {}", quote(.0.as_bytes()))]
    Tag(String),
    #[error("invalid reference: invalid digest {}: {why}", quote(text.as_bytes()))]
    Digest { text: String, why: DigestError },
}

impl Reference {
    /// Reads a reference, with or without `oci://` in front. A `+` in the tag becomes `_`, as in Helm, because
    /// registries allow no `+` there.
    pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
        let text = text.strip_prefix(SCHEME).unwrap_or(text);
        let (text, digest) = match text.rsplit_once('@') {
            Some((before, digest)) => (before, Some(digest)),
            None => (text, None),
        };
        let (registry, path) = text.split_once('/').ok_or(ReferenceError::Incomplete)?;
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag.replace('+', "_"))),
            None => (path, None),
        };
        check_registry(registry)?;
        if !is_repository(repository) {
            return Err(ReferenceError::Repository(repository.to_owned()));
        }
        let tag = tag.filter(|t| !t.is_empty());
        if let Some(tag) = tag.as_ref().filter(|t| !is_tag(t)) {
            return Err(ReferenceError::Tag(tag.clone()));
        }
        let digest = digest
            .map(|d| d.parse().map_err(|why| ReferenceError::Digest { text: d.to_owned(), why }))
            .transpose()?;
        Ok(Reference { registry: registry.to_owned(), repository: repository.to_owned(), tag, digest })
    }

    /// The same repository with another tag; `+` becomes `_`.
    pub fn with_tag(&self, tag: &str) -> Result<Reference, ReferenceError> {
        let tag = tag.replace('+', "_");
        if !is_tag(&tag) {
            return Err(ReferenceError::Tag(tag));
        }
        Ok(Reference { tag: Some(tag), digest: None, ..self.clone() })
    }

    /// The host that requests go to: Docker's registry lives under another name than its references say.
    pub fn host(&self) -> &str {
        if self.registry == "docker.io" { "registry-1.docker.io" } else { &self.registry }
    }

    /// Last part of the repository's path: the chart's name.
    pub fn base_name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or(&self.repository)
    }

    /// What a manifest is asked for by: the digest, else the tag, else nothing.
    pub(crate) fn version(&self) -> Option<String> {
        self.digest.as_ref().map(Digest::to_string).or_else(|| self.tag.clone())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        match (&self.digest, &self.tag) {
            (Some(digest), _) => write!(f, "@{digest}"),
            (None, Some(tag)) => write!(f, ":{tag}"),
            (None, None) => Ok(()),
        }
    }
}

/// Checks a registry's host and port as Go's `net/url` checks them.
pub(crate) fn check_registry(registry: &str) -> Result<(), ReferenceError> {
    let (host, port) = match (registry.strip_prefix('['), registry.split_once(':')) {
        (Some(rest), _) => match rest.split_once(']') {
            Some((address, port)) => (address, port.strip_prefix(':').or((port.is_empty()).then_some(""))),
            None => ("", None),
        },
        (None, Some((host, port))) => (host, Some(port)),
        (None, None) => (registry, Some("")),
    };
    let in_host = |b: u8| {
        b.is_ascii_alphanumeric()
            || b >= 0x80
            || b"-_.~!$&'()*+,;=<>\"".contains(&b)
            || (b == b':' && registry.starts_with('['))
    };
    let port_is_good = port.is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    match !host.is_empty() && host.bytes().all(in_host) && port_is_good {
        true => Ok(()),
        false => Err(ReferenceError::Registry(registry.to_owned())),
    }
}

/// The distribution specification's names: parts of lower-case letters and digits, with single separators inside.
fn is_repository(path: &str) -> bool {
    path.split('/').all(|part| {
        let mut rest = part.as_bytes();
        loop {
            let word = rest.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).count();
            if word == 0 {
                return false;
            }
            rest = &rest[word..];
            let separator = match rest {
                [] => return true,
                [b'_', b'_', ..] => 2,
                [b'.' | b'_', ..] => 1,
                [b'-', ..] => rest.iter().take_while(|b| **b == b'-').count(),
                _ => return false,
            };
            rest = &rest[separator..];
        }
    })
}

/// The distribution specification's tags.
fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().enumerate().all(|(at, b)| word(b) || (at > 0 && matches!(b, b'.' | b'-')))
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn parts_are_found() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, shown, tag) in [
            ("oci://localhost:5000/charts/web:1.2.3", "localhost:5000/charts/web:1.2.3", Some("1.2.3")),
            ("host/web:1.0.0+build.5", "host/web:1.0.0_build.5", Some("1.0.0_build.5")),
            ("host/a/b", "host/a/b", None),
            ("host/a/b:", "host/a/b", None),
            ("[::1]:5000/a", "[::1]:5000/a", None),
            ("[::1]/a__b/c---d/e.f_g", "[::1]/a__b/c---d/e.f_g", None),
            (&*format!("h/r:1@{digest}"), &*format!("h/r@{digest}"), Some("1")),
        ] {
            let reference = Reference::parse(text).expect(text);
            assert_eq!(reference.to_string(), shown);
            assert_eq!(reference.tag.as_deref(), tag);
        }
        assert_eq!(Reference::parse("docker.io/x/y").expect("a reference").host(), "registry-1.docker.io");
        assert_eq!(Reference::parse("h/x/y:1").expect("a reference").base_name(), "y");
    }

    #[test]
    fn errors_are_those_of_oras() {
        for (text, error) in [
            ("web", "missing registry or repository"),
            ("/web", "invalid registry \"\""),
            ("user@host/web", "missing registry or repository"),
            ("ho st/web", "invalid registry \"ho st\""),
            ("host:port/web", "invalid registry \"host:port\""),
            ("a:1:2/web", "invalid registry \"a:1:2\""),
            ("[::1/web", "invalid registry \"[::1\""),
            ("host/", "invalid repository \"\""),
            ("host/Web", "invalid repository \"Web\""),
            ("host/web//x", "invalid repository \"web//x\""),
            ("host/web_", "invalid repository \"web_\""),
            ("host/we___b", "invalid repository \"we___b\""),
            ("host/web:-1", "invalid tag \"-1\""),
            ("host/web:1:2", "invalid tag \"1:2\""),
            ("host/web@sha256:12", "invalid digest \"sha256:12\": invalid checksum digest length"),
        ] {
            let found = Reference::parse(text).expect_err(text).to_string();
            assert_eq!(found, format!("invalid reference: {error}"));
        }
    }
}
