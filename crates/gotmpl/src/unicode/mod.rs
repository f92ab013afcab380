mod table;

/// Whether a character may stand in a name: a letter, a decimal digit or `_`.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '_' | 'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        c if c.is_ascii() => false,
        c => {
            let code = u32::from(c);
            let at = table::ALPHANUMERIC.partition_point(|run| run.1 < code);
            table::ALPHANUMERIC.get(at).is_some_and(|run| run.0 <= code)
        }
    }
}
