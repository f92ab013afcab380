//! Percent signs: which bytes need one in which part of a URL, and which may have one.

use std::borrow::Cow;

use crate::Reason;

/// The part of a URL that a text stands in: each has its own characters that need no escape.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Host,
    Zone,
    User,
    Fragment,
    QueryComponent,
    PathSegment,
}

fn must_escape(b: u8, place: Place) -> bool {
    match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => false,
        _ if place == Place::QueryComponent => true,
        _ if place == Place::PathSegment => !b"$&+=:@".contains(&b),
        _ if matches!(place, Place::Host | Place::Zone) => !b"!$&'()*+,;=:[]<>\"".contains(&b),
        b'$' | b'&' | b'+' | b',' | b';' | b'=' => false,
        b'?' => place != Place::Fragment,
        b'/' | b':' | b'@' => place == Place::User,
        b'!' | b'(' | b')' | b'*' => place != Place::Fragment,
        _ => true,
    }
}

/// The text with every byte escaped that must be; what comes out is ASCII.
pub(crate) fn escape(s: &[u8], place: Place) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(s.len());
    for b in s {
        if !must_escape(*b, place) {
            out.push(char::from(*b));
        } else if *b == b' ' && place == Place::QueryComponent {
            out.push('+');
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(b >> 4)]));
            out.push(char::from(HEX[usize::from(b & 15)]));
        }
    }
    out
}

/// Go's `url.QueryEscape`.
pub fn query_escape(text: &str) -> String {
    escape(text.as_bytes(), Place::QueryComponent)
}

/// Go's `url.PathEscape`: for one segment of a path.
pub fn path_escape(text: &str) -> String {
    escape(text.as_bytes(), Place::PathSegment)
}

/// How a path is escaped where nothing says otherwise (the default of `URL.EscapedPath`).
pub fn escaped_path(path: &[u8]) -> String {
    escape(path, Place::Path)
}

/// Go's `url.PathUnescape`.
pub fn path_unescape(text: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    unescape(text, Place::PathSegment)
}

/// Whether an escaped text can stand as it is: none of its bytes would be escaped when it is printed.
pub(crate) fn is_escaped(s: &[u8], place: Place) -> bool {
    s.iter().all(|b| b"!$&'()*+,;=:@[]%".contains(b) || !must_escape(*b, place))
}

/// Undoes escapes, and refuses those that may not be in that place.
pub(crate) fn unescape(s: &[u8], place: Place) -> Result<Cow<'_, [u8]>, Reason> {
    let strict = matches!(place, Place::Host | Place::Zone);
    if !strict && !s.contains(&b'%') {
        return Ok(Cow::Borrowed(s));
    }
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
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
    Ok(Cow::Owned(out))
}
