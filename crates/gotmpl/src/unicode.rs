/// The first character of a text that is not empty, and its width; an invalid byte is U+FFFD of width 1, as in Go.
pub(crate) fn decode(s: &[u8]) -> (char, usize) {
    let head = &s[..s.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or(""),
    };
    match valid.chars().next() {
        Some(c) => (c, c.len_utf8()),
        None => ('\u{fffd}', 1),
    }
}

/// Whether a character may stand in a name: a letter, a decimal digit or `_`.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '_' | 'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        c if c.is_ascii() => false,
        c => c.is_alphabetic() || c.is_numeric(),
    }
}
