/// Whether a character may stand in a name: a letter, a decimal digit or `_`.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '_' | 'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        c if c.is_ascii() => false,
        c => c.is_alphabetic() || c.is_numeric(),
    }
}
