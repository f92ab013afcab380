use helm_chart::Compat;

/// Cuts rendered text into its documents, without the separators and without empty documents.
///
/// Helm 4 (`SplitManifests`): a separator is `---` at the beginning of a line and the blanks after it, even where
/// text follows on the same line, as templates have been written for years; a document keeps its end of line.
/// Helm 3: a separator is `---` after an end of line with all white space around it, so that two of them in a row
/// are one; documents are trimmed at both ends.
pub fn split(text: &str, compat: Compat) -> Vec<&str> {
    match compat {
        Compat::V4 => split_v4(text.trim_start()),
        Compat::V3 => split_v3(text.trim()),
    }
}

fn split_v4(text: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut line = 0;
    loop {
        if text[line..].starts_with("---") {
            cuts.push(&text[start..line]);
            start = line + 3;
            start += text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len();
        }
        // The next separator can only stand after the next end of line.
        match text[line.max(start)..].find('\n') {
            Some(at) => line = line.max(start) + at + 1,
            None => break,
        }
    }
    cuts.push(&text[start..]);
    cuts.into_iter().map(str::trim_start).filter(|document| !document.is_empty()).collect()
}

fn split_v3(text: &str) -> Vec<&str> {
    // What `\s` matches in Go's expressions.
    const SPACE: [char; 5] = ['\t', '\n', '\x0c', '\r', ' '];
    let mut cuts = Vec::new();
    let mut rest = match text.strip_prefix("---") {
        Some(after) => after.trim_start_matches(SPACE),
        None => text,
    };
    while let Some(at) = rest.find("\n---") {
        cuts.push(rest[..at].trim_end_matches(SPACE));
        rest = rest[at + 4..].trim_start_matches(SPACE);
    }
    cuts.push(rest);
    // Only a document without any text is skipped; one of other white space counts as an empty one.
    cuts.into_iter().filter(|document| !document.is_empty()).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helm_4_splits_at_lines_that_begin_with_dashes() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\n \n---\n---\n", &[]),
            ("a: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]),
            ("---a: 1\n---  \tb: 2", &["a: 1\n", "b: 2"]),
            ("a: |\n  ---\n  x\n", &["a: |\n  ---\n  x\n"]),
            ("------\na: 1\n", &["---\na: 1\n"]),
            ("a: 1\r\n---\r\nb: 2", &["a: 1\r\n", "b: 2"]),
            ("---\n# Source: x\n---\n\n  b: 2", &["# Source: x\n", "b: 2"]),
        ];
        for (text, documents) in cases {
            assert_eq!(split(text, Compat::V4), *documents, "{text:?}");
        }
    }

    #[test]
    fn helm_3_swallows_white_space_around_separators() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a: 1\n\n---\n\nb: 2\n", &["a: 1", "b: 2"]),
            ("---a: 1\n---b: 2", &["a: 1", "b: 2"]),
            ("---\n---\na: 1", &["---\na: 1"]),
            (" ---\na: 1", &["a: 1"]),
            ("a: 1\n---\n---\nb: 2", &["a: 1", "---\nb: 2"]),
        ];
        for (text, documents) in cases {
            assert_eq!(split(text, Compat::V3), *documents, "{text:?}");
        }
    }
}
