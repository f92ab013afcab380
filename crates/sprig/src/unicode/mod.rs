//! Go's package `unicode` and its way through strings that need not be UTF-8.

mod tables;
#[cfg(test)]
mod tests;

/// What `unicode.IsUpper` and its siblings tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Other,
    Upper,
    Lower,
    Title,
    OtherLetter,
    Digit,
    OtherNumber,
    Punctuation,
}

/// The replacement character: what Go reads where the bytes are not UTF-8.
pub(crate) const RUNE_ERROR: char = '\u{FFFD}';

/// The class of a code point.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            'A'..='Z' => Class::Upper,
            'a'..='z' => Class::Lower,
            '0'..='9' => Class::Digit,
            '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => Class::Other,
            '!'..='~' => Class::Punctuation,
            _ => Class::Other,
        };
    }
    let after = tables::CLASSES.partition_point(|run| run >> 3 <= c as u32);
    match after.checked_sub(1).map_or(0, |at| tables::CLASSES[at] & 7) {
        1 => Class::Upper,
        2 => Class::Lower,
        3 => Class::Title,
        4 => Class::OtherLetter,
        5 => Class::Digit,
        6 => Class::OtherNumber,
        7 => Class::Punctuation,
        _ => Class::Other,
    }
}

/// `unicode.IsUpper`.
pub(crate) fn is_upper(c: char) -> bool {
    class(c) == Class::Upper
}

/// `unicode.IsLower`.
pub(crate) fn is_lower(c: char) -> bool {
    class(c) == Class::Lower
}

/// `unicode.IsTitle`.
pub(crate) fn is_title(c: char) -> bool {
    class(c) == Class::Title
}

/// `unicode.IsLetter`.
pub(crate) fn is_letter(c: char) -> bool {
    matches!(class(c), Class::Upper | Class::Lower | Class::Title | Class::OtherLetter)
}

/// `unicode.IsDigit`.
pub(crate) fn is_digit(c: char) -> bool {
    class(c) == Class::Digit
}

/// `unicode.IsNumber`.
pub(crate) fn is_number(c: char) -> bool {
    matches!(class(c), Class::Digit | Class::OtherNumber)
}

/// `unicode.IsPunct`.
pub(crate) fn is_punctuation(c: char) -> bool {
    class(c) == Class::Punctuation
}

/// `unicode.IsSpace`, the White_Space property.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// `unicode.ToUpper`.
pub(crate) fn to_upper(c: char) -> char {
    if c.is_ascii() { c.to_ascii_uppercase() } else { map(&tables::UPPER, c) }
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { map(&tables::LOWER, c) }
}

/// `unicode.ToTitle`.
pub(crate) fn to_title(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian: upper case exists but titles do not use it.
        'ა'..='ჺ' | 'ჽ'..='ჿ' => c,
        _ => to_upper(c),
    }
}

fn map(ranges: &[(u32, u32, u32, i32)], c: char) -> char {
    let code = c as u32;
    let at = ranges.partition_point(|(_, last, _, _)| *last < code);
    match ranges.get(at) {
        Some((first, _, stride, add)) if *first <= code && (code - first).is_multiple_of(*stride) => {
            code.checked_add_signed(*add).and_then(char::from_u32).unwrap_or(c)
        }
        _ => c,
    }
}

/// Reads the first code point as `utf8.DecodeRune`: bytes that are not UTF-8 give U+FFFD of width 1, nothing gives width 0.
pub(crate) fn decode(s: &[u8]) -> (char, usize) {
    match s {
        [] => (RUNE_ERROR, 0),
        [b, ..] if b.is_ascii() => (char::from(*b), 1),
        _ => {
            let head = &s[..s.len().min(4)];
            let valid = match std::str::from_utf8(head) {
                Ok(text) => text,
                // The bytes before the error are valid by contract, so this finds the character that begins here.
                Err(e) => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
            };
            valid.chars().next().map_or((RUNE_ERROR, 1), |c| (c, c.len_utf8()))
        }
    }
}

/// Reads the last code point as `utf8.DecodeLastRune`.
pub(crate) fn decode_last(s: &[u8]) -> (char, usize) {
    for width in 1..=s.len().min(4) {
        let (c, n) = decode(&s[s.len() - width..]);
        if n == width && (c != RUNE_ERROR || n > 1) {
            return (c, n);
        }
    }
    (RUNE_ERROR, s.len().min(1))
}

/// The code points of a string with their offsets and widths, as `range` visits them in Go.
pub(crate) fn runes(s: &[u8]) -> impl Iterator<Item = (usize, char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (c, width) = decode(&s[at..]);
        let start = at;
        at += width;
        (width > 0).then_some((start, c, width))
    })
}

/// The code points as a Rust string: every byte that is not UTF-8 becomes U+FFFD.
pub(crate) fn to_string(s: &[u8]) -> String {
    runes(s).map(|(_, c, _)| c).collect()
}

/// Appends a code point as UTF-8.
pub(crate) fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `strings.Map`: a new string of mapped code points; what is not UTF-8 becomes U+FFFD.
pub(crate) fn map_runes(s: &[u8], mut mapping: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for (_, c, _) in runes(s) {
        push(&mut out, mapping(c));
    }
    out
}

/// `strings.TrimSpace`.
pub(crate) fn trim_space(s: &[u8]) -> &[u8] {
    trim(s, is_space)
}

/// `strings.TrimFunc`.
pub(crate) fn trim(mut s: &[u8], drop: impl Fn(char) -> bool) -> &[u8] {
    loop {
        let (c, width) = decode(s);
        if width == 0 || !drop(c) {
            break;
        }
        s = &s[width..];
    }
    loop {
        let (c, width) = decode_last(s);
        if width == 0 || !drop(c) {
            return s;
        }
        s = &s[..s.len() - width];
    }
}
