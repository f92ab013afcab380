//! The shape that versions and the versions inside constraints share.
//!
//! The library describes both by regular expressions. Each of their parts begins with a byte that cannot continue the
//! part before it, so that reading greedily finds the same match.

/// A version's parts, still text. `minor` and `patch` come without their dot.
pub(crate) struct Scanned<'a> {
    /// All of it.
    pub text: &'a str,
    pub major: &'a str,
    pub minor: &'a str,
    pub patch: &'a str,
    pub prerelease: &'a str,
    pub metadata: &'a str,
}

/// Reads the longest version at the start of `text`; `number` says which bytes its numbers are made of.
pub(crate) fn version(text: &[u8], number: fn(u8) -> bool) -> Option<Scanned<'_>> {
    let mut rest = text.strip_prefix(b"v").unwrap_or(text);
    let major = take(&mut rest, number);
    if major.is_empty() {
        return None;
    }
    let minor = take_after(&mut rest, b'.', number);
    let patch = if minor.is_empty() { minor } else { take_after(&mut rest, b'.', number) };
    let prerelease = identifiers(&mut rest, b'-');
    let metadata = identifiers(&mut rest, b'+');
    let whole = &text[..text.len() - rest.len()];
    Some(Scanned {
        text: ascii(whole),
        major: ascii(major),
        minor: ascii(minor),
        patch: ascii(patch),
        prerelease: ascii(prerelease),
        metadata: ascii(metadata),
    })
}

/// Numbers of a plain version: digits.
pub(crate) fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// Numbers of a version in a constraint: digits and wildcards. The library's character class lists `|` by mistake,
/// which shows in the errors.
pub(crate) fn digit_or_wildcard(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

/// Go's `\s`.
pub(crate) fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

/// Takes the bytes of one class off the front.
pub(crate) fn take<'a>(rest: &mut &'a [u8], class: fn(u8) -> bool) -> &'a [u8] {
    let end = rest.iter().position(|&byte| !class(byte)).unwrap_or(rest.len());
    let (taken, after) = rest.split_at(end);
    *rest = after;
    taken
}

/// Takes `lead` and at least one byte of the class off the front, or nothing.
fn take_after<'a>(rest: &mut &'a [u8], lead: u8, class: fn(u8) -> bool) -> &'a [u8] {
    match rest.split_first() {
        Some((&first, mut after)) if first == lead => {
            let taken = take(&mut after, class);
            if !taken.is_empty() {
                *rest = after;
            }
            taken
        }
        _ => &[],
    }
}

/// Takes `lead` and dot-separated identifiers off the front, or nothing.
fn identifiers<'a>(rest: &mut &'a [u8], lead: u8) -> &'a [u8] {
    let whole = *rest;
    if take_after(rest, lead, identifier).is_empty() {
        return &[];
    }
    while !take_after(rest, b'.', identifier).is_empty() {}
    &whole[1..whole.len() - rest.len()]
}

fn identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// What the classes let through is ASCII.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
