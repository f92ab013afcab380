//! Where a schema lies: a document's URL, and a JSON pointer or an anchor within it.

use std::borrow::Cow;

use gourl::{Parts, Url, path_escape, path_unescape};

use crate::error::CompileError;

/// A URL and what stands behind its hash sign, unescaped.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) fragment: String,
}

impl Address {
    /// What a reference means beside a base URL.
    pub(crate) fn join(base: &str, reference: &str) -> Result<Address, CompileError> {
        let parsed = |text: &str| {
            // The text form hides passwords in its errors; Go does not.
            Parts::parse(text.as_bytes())
                .map_err(|e| CompileError::ParseUrl { url: text.to_owned(), reason: e.to_string() })?;
            Url::parse(text)
                .map_err(|e| CompileError::ParseUrl { url: text.to_owned(), reason: e.to_string() })
        };
        let base = parsed(base)?;
        let (reference, fragment) = split_fragment(reference)?;
        let reference = parsed(reference)?;
        let mut url = base.resolve(&reference);
        // The library puts back what Go's package drops here.
        if !reference.is_absolute() && !base.opaque.is_empty() {
            url.opaque = base.opaque;
        }
        Ok(Address { url: url.to_string(), fragment })
    }

    pub(crate) fn shown(&self) -> String {
        format!("{}#{}", self.url, encode(&self.fragment))
    }
}

/// A schema's place as it is shown: the pointer escaped, but for its slashes.
pub(crate) fn shown(url: &str, pointer: &str) -> String {
    format!("{url}#{}", encode(pointer))
}

/// A URL and its fragment, unescaped.
pub(crate) fn split_fragment(text: &str) -> Result<(&str, String), CompileError> {
    let (url, fragment) = split(text);
    let fragment = path_unescape(fragment.as_bytes())
        .map_err(|e| CompileError::ParseUrl { url: text.to_owned(), reason: e.to_string() })?;
    Ok((url, String::from_utf8_lossy(&fragment).into_owned()))
}

/// The text before the hash sign, and behind it.
pub(crate) fn split(text: &str) -> (&str, &str) {
    text.split_once('#').unwrap_or((text, ""))
}

/// Whether a fragment is a JSON pointer; else it is an anchor.
pub(crate) fn is_pointer(fragment: &str) -> bool {
    fragment.is_empty() || fragment.starts_with('/')
}

pub(crate) fn encode(fragment: &str) -> String {
    let segments: Vec<String> = fragment.split('/').map(path_escape).collect();
    segments.join("/")
}

/// A name as a step of a JSON pointer.
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The name that a step of a JSON pointer stands for; nothing for a tilde without its digit.
pub(crate) fn unescape(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut out = String::with_capacity(token.len());
    let mut parts = token.split('~');
    out.push_str(parts.next()?);
    for part in parts {
        let mut rest = part.chars();
        out.push(match rest.next()? {
            '0' => '~',
            '1' => '/',
            _ => return None,
        });
        out.push_str(rest.as_str());
    }
    Some(Cow::Owned(out))
}
