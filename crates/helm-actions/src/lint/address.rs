//! Addresses as the `govalidator` package judges them, which Helm's rules ask.

use std::sync::LazyLock;

use gonet::Url;
use goregexp::Regex;

/// What lies beyond ASCII and may stand in an e-mail address.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

/// An e-mail address of RFC 5322, with a domain of at least two labels.
pub(super) fn is_email(text: &str) -> bool {
    // A quoted part may hold an at sign, a domain may not.
    text.rsplit_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain))
}

fn is_local(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_wide(c);
    let dotted = local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    dotted || QUOTED.as_ref().is_some_and(|quoted| quoted.is_match(local.as_bytes()))
}

/// Quoted texts as the package has them: a slip in its grammar puts a quotation mark before every character.
const QUOTED_LOCAL: &str = concat!(
    r"^(?:\x22(?:(?:[ \t]*\r\n)?[ \t]+)?(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e",
    r"\x{a0}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{ffef}]|\([\x01-\x09\x0b-\x7f]))*",
    r"(?:(?:[ \t]*\r\n)?[ \t]+)?\x22$",
);

static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(QUOTED_LOCAL).ok());

/// Labels with dots between, the last of which begins and ends with a letter; a dot may follow.
fn is_domain(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let Some((labels, last)) = domain.rsplit_once('.') else { return false };
    let letter = |c: char| c.is_ascii_alphabetic() || is_wide(c);
    let alphanumeric = |c: char| c.is_ascii_digit() || letter(c);
    let inner = |c: char| alphanumeric(c) || matches!(c, '-' | '_' | '~');
    let enclosed = |text: &str, edge: &dyn Fn(char) -> bool| text.starts_with(edge) && text.ends_with(edge);
    // Dots may stand anywhere inside of the labels but the last.
    enclosed(labels, &alphanumeric)
        && labels.chars().all(|c| inner(c) || c == '.')
        && enclosed(last, &letter)
        && last.chars().all(inner)
}

/// The shape of a URL's host and what stands around it; what has no scheme is one too.
const SHAPE: &str = concat!(
    r"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\S+(?::\S*)?@)?",
    r"(?:(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(?:\.(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}",
    r"\.(?:\d\d?|1\d\d|2[0-4]\d|25[0-5])|\[[0-9a-fA-F:.]*(?:%[0-9a-zA-Z]+)?\]",
    r"|(?:[a-zA-Z0-9](?:[a-zA-Z0-9_-]+)?[a-zA-Z0-9](?:[-.][a-zA-Z0-9]+)*",
    r"|(?:www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+)?)?",
    r"(?:(?:[a-zA-Z\x{a1}-\x{ffff}0-9]+-?-?)*[a-zA-Z\x{a1}-\x{ffff}0-9]+)(?:\.[a-zA-Z\x{a1}-\x{ffff}]+)?)",
    r"\.?(?::\d{1,5})?(?:[/?#]\S*)?$",
);

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SHAPE).ok());

/// A URL, with or without a scheme, of a host that can exist (`IsURL`).
pub(super) fn is_url(text: &str) -> bool {
    let length = text.chars().count();
    if length >= 2083 || text.len() <= 3 || text.starts_with('.') {
        return false;
    }
    let with_port = text.contains(':') && !text.contains("://");
    let parsed = if with_port { Url::parse(&format!("http://{text}")) } else { Url::parse(text) };
    let Ok(url) = parsed else { return false };
    if url.host.starts_with('.') || (url.host.is_empty() && !url.path.is_empty() && !url.path.contains('.')) {
        return false;
    }
    URL.as_ref().is_some_and(|shape| shape.is_match(text.as_bytes()))
}

/// A URL with a scheme, as it would stand in a request: without a fragment (`IsRequestURL`).
pub(super) fn is_request_url(text: &str) -> bool {
    Url::parse(&text.replace('#', "%23")).is_ok_and(|url| url.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(judge: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        good.iter().for_each(|text| assert!(judge(text), "{text}"));
        bad.iter().for_each(|text| assert!(!judge(text), "{text}"));
    }

    #[test]
    fn addresses_of_people() {
        let good = [
            "a@b.c",
            "a.b+c@d-e.f.org",
            "é@ü.de",
            "a@b.c.",
            "A_!@x~y.z",
            "a@1.c",
            "\" a\"@b.c",
            "\"a \"@b.c",
        ];
        let bad = [
            "",
            "a",
            "a@b",
            "a@b.1",
            "a..b@c.d",
            ".a@b.c",
            "a@-b.c",
            "a b@c.d",
            "a@b c.d",
            "a@@b.c",
            "a@b..c",
            "a@b.c..",
            "a@b.c.d-",
            "a@b~.c",
            "\"ab\"@b.c",
            "\"\"@b.c",
            "\"a b\"@b.c",
        ];
        check(is_email, &good, &bad);
    }

    #[test]
    fn addresses_of_pages() {
        let good = [
            "http://example.com",
            "example.com",
            "a.b:80/x?y",
            "http://1.2.3.4:5/",
            "ftp://u:p@h.i/x",
            "http://[::1]/",
            "[::1]:80",
            "http://[1::2]:8/x",
            "http://a:b@c.de",
            "a@b.c",
            "http://exa_mple.com",
            "http://a.b.",
            "http://www.a",
            "http://ü.de",
            "http://a",
            "http://a--b.c",
        ];
        let bad = [
            "",
            "a b",
            ".a.b",
            "http://",
            "git://a.b",
            "http://256.1.1.1",
            "http://1.1.1.999",
            "http://-a.b",
            "http://a-.b",
            "a..b",
            "http://localhost:99999999",
            "http://a.b c",
            "http://a/b c",
            "abc",
            "localhost",
            "a/b",
            "http://?x",
            "//a.b",
            "http://a.b%zz",
            "http://a---b.c",
            "http://a.1",
            "http://a_b",
            "http://[1::2::3]/",
        ];
        check(is_url, &good, &bad);
    }

    #[test]
    fn addresses_in_requests() {
        let good = ["https://a/b#c", "x:y", "http://", "http://?x", "http://a/b c", "http://-a.b"];
        let bad = ["a/b", "/a", "git@x:y", "", "http://a.b c", "[::1]:80", "//a.b", "http://a.b%zz"];
        check(is_request_url, &good, &bad);
    }
}
