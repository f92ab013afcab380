//! UTF-8 as Go reads it: an invalid byte is one character of its own.

/// The first character and its length; `None` for it when the first byte does not begin valid UTF-8
/// (`utf8.DecodeRune`; length 0 only for no bytes).
pub fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    let Some(&first) = bytes.first() else { return (None, 0) };
    let len = match first {
        0..=0x7f => return (Some(char::from(first)), 1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (None, 1),
    };
    match bytes.get(..len).and_then(|b| std::str::from_utf8(b).ok()).and_then(|s| s.chars().next()) {
        Some(c) => (Some(c), len),
        None => (None, 1),
    }
}

/// Number of characters, each invalid byte counting as one (`utf8.RuneCount`).
pub fn count(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(s) => s.chars().count(),
        Err(_) => chars(bytes).count(),
    }
}

/// The characters with the position of each; an invalid byte is `None` (`for range` over a string) (Go spec, for
/// statements).
pub fn chars(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<char>)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (c, len) = decode(&bytes[at..]);
        let start = at;
        at += len;
        (len > 0).then_some((start, c))
    })
}

/// Whether a character is a letter (`unicode.IsLetter`).
pub fn is_letter(c: char) -> bool {
    crate::yaml::is_letter(c)
}

/// Appends a character (`utf8.AppendRune`).
pub fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
