use crate::unicode;

/// The value of a Go string literal in double or back quotes (`strconv.Unquote`); `None` if it is not one.
pub(super) fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = literal.split_first()?;
    let (&last, mut body) = rest.split_last()?;
    if quote != last {
        return None;
    }
    match quote {
        b'`' if body.contains(&b'`') => None,
        b'`' => Some(body.iter().copied().filter(|b| *b != b'\r').collect()),
        b'"' => {
            let mut value = Vec::with_capacity(body.len());
            while let Some(&first) = body.first() {
                if first == b'"' || first == b'\n' {
                    return None;
                }
                let (part, rest) = unquote_part(body, b'"')?;
                match part {
                    Part::Byte(b) => value.push(b),
                    Part::Char(c) => value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                body = rest;
            }
            Some(value)
        }
        _ => None,
    }
}

/// The value of a character constant without its first quote, and what follows it.
pub(super) fn unquote_char(text: &[u8]) -> Option<(u32, &[u8])> {
    if matches!(text.first(), None | Some(b'\'')) {
        return None;
    }
    let (part, rest) = unquote_part(text, b'\'')?;
    let value = match part {
        Part::Byte(b) => u32::from(b),
        Part::Char(c) => u32::from(c),
    };
    Some((value, rest))
}

enum Part {
    /// A byte, from `\x` or an octal escape.
    Byte(u8),
    Char(char),
}

fn unquote_part(text: &[u8], quote: u8) -> Option<(Part, &[u8])> {
    if text.first() != Some(&b'\\') {
        let (c, width) = unicode::decode(text);
        return Some((Part::Char(c), &text[width..]));
    }
    let (&escape, rest) = text.get(1..)?.split_first()?;
    let simple = |b: u8| Some((Part::Byte(b), rest));
    match escape {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if escape == quote => simple(quote),
        b'x' => {
            let (value, rest) = digits(rest, 2, 16)?;
            Some((Part::Byte(value as u8), rest))
        }
        b'u' | b'U' => {
            let (value, rest) = digits(rest, if escape == b'u' { 4 } else { 8 }, 16)?;
            Some((Part::Char(char::from_u32(value)?), rest))
        }
        b'0'..=b'7' => {
            let (value, rest) = digits(&text[1..], 3, 8)?;
            Some((Part::Byte(u8::try_from(value).ok()?), rest))
        }
        _ => None,
    }
}

fn digits(text: &[u8], count: usize, base: u32) -> Option<(u32, &[u8])> {
    let mut value = 0u32;
    for &b in text.get(..count)? {
        value = value.checked_mul(base)?.checked_add(char::from(b).to_digit(base)?)?;
    }
    Some((value, &text[count..]))
}
