//! What a registry wants to see: the `WWW-Authenticate` header.

use std::collections::BTreeMap;

/// A way to prove who one is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Challenge {
    /// User name and password with each request (RFC 7617).
    Basic,
    /// A token from a token server (distribution's token specification).
    Bearer { realm: String, service: String, scopes: Vec<String> },
    /// Something that is not known here; the registry's answer stands.
    Unknown,
}

impl Challenge {
    /// Reads the header as RFC 7235 defines it. Of several parameters with one name the last counts; what follows a
    /// mistake is ignored.
    pub(crate) fn parse(header: &str) -> Challenge {
        let (scheme, rest) = token(header);
        if scheme.eq_ignore_ascii_case("basic") {
            return Challenge::Basic;
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Challenge::Unknown;
        }
        let mut parameters = parameters(rest);
        let mut take = |name: &str| parameters.remove(name).unwrap_or_default();
        let (realm, service, scope) = (take("realm"), take("service"), take("scope"));
        let scopes = scope.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        Challenge::Bearer { realm, service, scopes }
    }
}

fn parameters(mut rest: &str) -> BTreeMap<&str, String> {
    let mut found = BTreeMap::new();
    loop {
        let (key, after) = token(blanks(rest));
        let Some(value) = blanks(after).strip_prefix('=').map(blanks) else { return found };
        if key.is_empty() {
            return found;
        }
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => match unquote(quoted) {
                Some(parts) => parts,
                None => return found,
            },
            None => {
                let (value, after) = token(value);
                if value.is_empty() {
                    return found;
                }
                (value.to_owned(), after)
            }
        };
        found.insert(key, value);
        match blanks(after).strip_prefix(',') {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

/// A quoted string after its opening mark, and what follows the closing one.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// The token that a text begins with (RFC 7230's `tchar`s), and the rest.
fn token(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}

fn blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// Joins and sorts scopes as oras-go does: actions on one resource become one scope, `*` swallows the others.
pub(crate) fn clean_scopes<'s>(scopes: impl IntoIterator<Item = &'s str>) -> Vec<String> {
    let mut result = Vec::new();
    let mut actions: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for scope in scopes {
        match scope.split_once(':').and_then(|(kind, rest)| Some((kind, rest.rsplit_once(':')?))) {
            Some((kind, (name, list))) => {
                let known = actions.entry((kind, name)).or_default();
                known.extend(list.split(',').filter(|a| !a.is_empty()));
            }
            None => result.push(scope.to_owned()),
        }
    }
    for ((kind, name), mut list) in actions {
        list.sort_unstable();
        list.dedup();
        if list.contains(&"*") {
            list = vec!["*"];
        }
        if !list.is_empty() {
            result.push(format!("{kind}:{name}:{}", list.join(",")));
        }
    }
    result.sort();
    result.dedup();
    result
}

#[cfg(test)]
mod tests {
    use super::{Challenge, clean_scopes};

    #[test]
    fn challenges_are_read() {
        assert_eq!(Challenge::parse("Basic realm=\"x\""), Challenge::Basic);
        assert_eq!(Challenge::parse("Negotiate"), Challenge::Unknown);
        assert_eq!(Challenge::parse(""), Challenge::Unknown);
        let bearer = |realm: &str, service: &str, scopes: &[&str]| Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.to_owned(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        };
        for (header, wanted) in [
            ("bearer realm=\"https://t/x\"", bearer("https://t/x", "", &[])),
            (
                "Bearer realm=\"https://t\" , service = reg.io,scope=\"repository:a:pull registry:catalog:*\"",
                bearer("https://t", "reg.io", &["repository:a:pull", "registry:catalog:*"]),
            ),
            ("Bearer service=\"a\\\"b\",realm=\"r\"", bearer("r", "a\"b", &[])),
            ("Bearer realm=\"r\",service=\"open", bearer("r", "", &[])),
            ("Bearer =x", bearer("", "", &[])),
        ] {
            assert_eq!(Challenge::parse(header), wanted, "{header}");
        }
    }

    #[test]
    fn scopes_are_joined() {
        let clean = |scopes: &[&str]| clean_scopes(scopes.iter().copied());
        assert_eq!(
            clean(&["repository:b:push", "repository:a:pull", "repository:b:pull,push"]),
            ["repository:a:pull", "repository:b:pull,push"]
        );
        assert_eq!(
            clean(&["registry:catalog:*", "registry:catalog:x", "odd"]),
            ["odd", "registry:catalog:*"]
        );
        assert_eq!(clean(&["repository:a:"]), Vec::<String>::new());
        assert_eq!(clean(&["repository:h:5000/a:pull"]), ["repository:h:5000/a:pull"]);
    }
}
