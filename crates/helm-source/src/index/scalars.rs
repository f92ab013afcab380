//! Scalars of YAML within one line.

/// A line of a plain scalar that holds neither a comment nor a mapping.
pub(super) fn check_plain(line: &str) -> Option<()> {
    let mut before = 0;
    for b in line.bytes() {
        match (before, b) {
            (b':', b' ') | (b' ', b'#') => return None,
            _ => before = b,
        }
    }
    (before != b':').then_some(())
}

/// Whether a plain scalar is surely a string to go-yaml: no number, no boolean, no null.
pub(super) fn is_string(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    match first {
        b'0'..=b'9' | b'+' | b'-' => {
            let digits = text.trim_start_matches(['+', '-', '_']);
            let prefixed = digits.starts_with('0') && digits[1..].starts_with(['x', 'X', 'o', 'O', 'b', 'B']);
            let count = |wanted: &[u8]| text.bytes().filter(|b| wanted.contains(b)).count();
            let numeric = |b: u8| b.is_ascii_digit() || b"._eE+-".contains(&b);
            !prefixed && (!text.bytes().all(numeric) || count(b".") > 1 || count(b"eE") > 1)
        }
        b'.' | b'~' | b'<' | b'=' => false,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "yes" | "n" | "no" | "true" | "false" | "on" | "off" | "null"
        ),
        _ => true,
    }
}

/// A line of a single-quoted scalar; answers what stands behind its end, if it ends.
pub(super) fn single<'a>(line: &'a str, text: &mut String) -> (Option<&'a str>, bool) {
    let mut rest = line;
    loop {
        let at = rest.find('\'').unwrap_or(rest.len());
        text.push_str(&rest[..at]);
        if at == rest.len() {
            return (None, false);
        }
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                text.push('\'');
                rest = more;
            }
            None => return (Some(rest), false),
        }
    }
}

/// A line of a double-quoted scalar; answers what stands behind its end, and whether the next line follows without a
/// blank.
pub(super) fn unescape<'a>(line: &'a str, text: &mut String) -> Option<(Option<&'a str>, bool)> {
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Some(&line[at + 1..]), false)),
            '\\' => {
                let Some((_, escape)) = chars.next() else { return Some((None, true)) };
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                if digits > 0 {
                    let mut code = 0;
                    for _ in 0..digits {
                        code = code * 16 + chars.next()?.1.to_digit(16)?;
                    }
                    text.push(char::from_u32(code)?);
                    continue;
                }
                text.push(match escape {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    ' ' => ' ',
                    '"' => '"',
                    '\\' => '\\',
                    _ => return None,
                });
            }
            c => text.push(c),
        }
    }
    Some((None, false))
}
