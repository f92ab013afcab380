//! Go's `filepath.Match` on Unix.

/// The pattern is malformed. As in Go, it may go unnoticed when the name fails to match first.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether the pattern matches the whole name: `*` is any run without `/`, `?` one character but `/`, `[a-z]` a
/// class, `[^a]` its opposite, `\` takes the next character as it is.
pub(super) fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    'chunks: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains('/'));
        }
        match match_chunk(chunk, name)? {
            // The last chunk must use the name up, unless a star can give way.
            Some(left) if left.is_empty() || !pattern.is_empty() => {
                name = left;
                continue;
            }
            _ => {}
        }
        if star {
            for (at, c) in name.char_indices() {
                if c == '/' {
                    break;
                }
                match match_chunk(chunk, &name[at + c.len_utf8()..])? {
                    Some(left) if pattern.is_empty() && !left.is_empty() => {}
                    Some(left) => {
                        name = left;
                        continue 'chunks;
                    }
                    None => {}
                }
            }
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Leading stars, then the pattern up to the next star.
fn next_chunk(pattern: &str) -> (bool, &str, &str) {
    let trimmed = pattern.trim_start_matches('*');
    let star = trimmed.len() < pattern.len();
    let mut in_class = false;
    let mut bytes = trimmed.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => return (star, &trimmed[..at], &trimmed[at..]),
            _ => {}
        }
    }
    (star, trimmed, "")
}

/// Matches a chunk without stars at the start of a name and answers what is left of the name. After a mismatch the
/// rest of the chunk is still read, for its mistakes.
fn match_chunk<'n>(mut chunk: &str, mut name: &'n str) -> Result<Option<&'n str>, BadPattern> {
    let mut failed = false;
    while let Some(first) = chunk.chars().next() {
        failed |= name.is_empty();
        match first {
            '[' => {
                let mut current = None;
                if !failed {
                    current = name.chars().next();
                    name = &name[current.map_or(0, char::len_utf8)..];
                }
                let matched;
                (matched, chunk) = match_class(&chunk[1..], current)?;
                failed |= !matched;
            }
            '?' => {
                if !failed {
                    failed = name.starts_with('/');
                    name = &name[name.chars().next().map_or(0, char::len_utf8)..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == '\\' {
                    chunk = &chunk[1..];
                }
                let literal = chunk.chars().next().ok_or(BadPattern)?;
                chunk = &chunk[literal.len_utf8()..];
                if !failed {
                    match name.strip_prefix(literal) {
                        Some(rest) => name = rest,
                        None => failed = true,
                    }
                }
            }
        }
    }
    Ok((!failed).then_some(name))
}

/// Reads a class after its `[` and says whether it holds the character; answers the rest of the chunk.
fn match_class(chunk: &str, current: Option<char>) -> Result<(bool, &str), BadPattern> {
    let (negated, mut chunk) = chunk.strip_prefix('^').map_or((false, chunk), |rest| (true, rest));
    let mut matched = false;
    let mut ranges = 0;
    loop {
        if let (Some(rest), true) = (chunk.strip_prefix(']'), ranges > 0) {
            let in_class = current.is_some() && matched != negated;
            return Ok((in_class, rest));
        }
        let low;
        (low, chunk) = class_char(chunk)?;
        let mut high = low;
        if let Some(rest) = chunk.strip_prefix('-') {
            (high, chunk) = class_char(rest)?;
        }
        matched |= current.is_some_and(|c| low <= c && c <= high);
        ranges += 1;
    }
}

fn class_char(chunk: &str) -> Result<(char, &str), BadPattern> {
    let mut chars = chunk.chars();
    let c = match chars.next() {
        None | Some('-' | ']') => return Err(BadPattern),
        Some('\\') => chars.next().ok_or(BadPattern)?,
        Some(c) => c,
    };
    // A class must still be closed after this.
    if chars.as_str().is_empty() { Err(BadPattern) } else { Ok((c, chars.as_str())) }
}
