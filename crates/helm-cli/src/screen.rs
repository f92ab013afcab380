//! What a terminal gets. Charts, records, indexes and servers may hold bytes that a terminal obeys: they move the
//! cursor, hide text, change the window's title. On a terminal they are made visible; in a pipe they stay as they are.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

/// The colours that this program uses itself.
const COLOURS: [&str; 7] = ["\x1b[0m", "\x1b[1m", "\x1b[22m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"];

/// A text for stdout.
pub(crate) fn for_stdout(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !std::io::stdout().is_terminal() {
        Cow::Borrowed(text)
    } else {
        visible(text).into()
    }
}

/// Prints a line to stderr.
pub(crate) fn error_line(line: &str) {
    error_text(&format!("{line}\n"));
}

/// Prints a text to stderr. Nothing sensible can be done when that is closed.
pub(crate) fn error_text(line: &str) {
    let mut out = std::io::stderr();
    let line = if is_plain(line) || !out.is_terminal() { Cow::Borrowed(line) } else { visible(line).into() };
    let _ = write!(out, "{line}");
}

/// Prints a line to stdout, beside what [`crate::context::Context`] gathers.
pub(crate) fn output_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{}", for_stdout(line));
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(is_obeyed)
}

/// Control characters, and those that turn the direction of text around.
fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || turns
}

fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(colour) = COLOURS.iter().find(|colour| rest.starts_with(**colour)) {
            out.push_str(colour);
            rest = &rest[colour.len()..];
            continue;
        }
        match c {
            '\r' if rest.starts_with("\r\n") => out.push('\r'),
            c if is_obeyed(c) && c.is_ascii() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_obeyed(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_plain, visible};

    #[test]
    fn what_a_terminal_would_obey_is_made_visible() {
        assert!(is_plain("notes: as they are\n\tand — 世界"));
        for (text, shown) in [
            ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
            ("\x1b[8mhidden\x1b[0m", "\\x1b[8mhidden\x1b[0m"),
            ("\x1b[32mdeployed\x1b[0m", "\x1b[32mdeployed\x1b[0m"),
            ("good\rbad\r\n", "good\\x0dbad\r\n"),
            ("\u{9b}2J\u{202e}txt\x08\x7f", "\\u009b2J\\u202etxt\\x08\\x7f"),
        ] {
            assert!(!is_plain(text));
            assert_eq!(visible(text), shown);
        }
    }
}
