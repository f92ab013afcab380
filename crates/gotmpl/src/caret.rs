use std::fmt::Write;

/// Appends the place, the source line and a caret under a byte column.
pub(crate) fn point_at(view: &mut String, file: &str, source: &[u8], line: usize, column: usize) {
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(view, "{margin}--> {file}:{line}:{column}");
    let Some(text) = source.split(|&b| b == b'\n').nth(line.saturating_sub(1)) else { return };
    if text.is_empty() {
        return;
    }
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let before = &text[..column.min(text.len())];
    // Tabs stay tabs, so that the caret stands right whatever the terminal's tab width is.
    let indent: String =
        String::from_utf8_lossy(before).chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let _ = writeln!(view, "{margin} |\n{number} | {}\n{margin} | {indent}^", String::from_utf8_lossy(text));
}
