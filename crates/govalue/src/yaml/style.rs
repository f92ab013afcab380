//! Which style a text may be written in.

use super::{Dialect, resolve};

/// How a text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// A text to be written, the style that is wanted for it, and its tag in short form.
#[derive(Clone, Copy)]
pub(super) struct Written<'t> {
    pub(super) text: &'t str,
    pub(super) style: Style,
    pub(super) tag: Option<&'t str>,
}

impl<'t> Written<'t> {
    /// Anything that is not a string.
    pub(super) fn plain(text: &'t str) -> Written<'t> {
        Written { text, style: Style::Plain, tag: None }
    }

    /// A string: quoted where it would be read as something else, a block where it has lines.
    pub(super) fn string(text: &'t str, dialect: Dialect) -> Written<'t> {
        let style = if text.contains('\n') {
            Style::Literal
        } else if resolve::stays_string(text, dialect) {
            Style::Plain
        } else {
            Style::DoubleQuoted
        };
        Written { text, style, tag: None }
    }
}

/// What a text allows.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) multiline: bool,
    empty: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Choice {
    /// The style nearest to the wanted one.
    pub(super) fn select(self, wanted: Style, simple_key: bool) -> Style {
        let mut style = wanted;
        if simple_key && self.multiline {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain && (!self.plain || (self.empty && simple_key)) {
            style = Style::SingleQuoted;
        }
        if style == Style::SingleQuoted && !self.single_quoted {
            style = Style::DoubleQuoted;
        }
        if style == Style::Literal && (!self.block || simple_key) {
            style = Style::DoubleQuoted;
        }
        style
    }
}

/// Looks at every character of a text once.
pub(super) fn analyze(text: &str, dialect: Dialect) -> Choice {
    if text.is_empty() {
        return Choice { multiline: false, empty: true, plain: true, single_quoted: true, block: false };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut line_breaks, mut special, mut tabs) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let mut previous = '\0';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before_blank = chars.peek().is_none_or(|c| matches!(c, ' ' | '\t'));
        indicators |= is_indicator(c, previous, before_blank);
        match c {
            ' ' => break_space |= is_break(previous),
            '\t' if dialect == Dialect::V3 => tabs = true,
            _ if is_break(c) => {
                line_breaks = true;
                space_break |= previous == ' ';
                special |= !is_printable(c);
            }
            _ => special |= !is_printable(c),
        }
        previous = c;
    }
    let at_edge = |c: char| c == ' ' || is_break(c);
    let edges = text.starts_with(at_edge) || text.ends_with(at_edge);
    let quotes_needed = break_space || space_break || special || tabs;
    Choice {
        multiline: line_breaks,
        empty: false,
        plain: !(edges || quotes_needed || line_breaks || indicators),
        single_quoted: !quotes_needed,
        block: !(text.ends_with(' ') || space_break || special),
    }
}

/// Whether a character cannot stand there in plain text outside of `[…]` and `{…}`. `previous` is NUL at the start.
fn is_indicator(c: char, previous: char, before_blank: bool) -> bool {
    let at_start = previous == '\0';
    match c {
        ':' => before_blank,
        '#' => at_start || matches!(previous, ' ' | '\t') || is_break(previous),
        '?' | '-' => at_start && before_blank,
        ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => at_start,
        _ => false,
    }
}

/// Line breaks of YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is: neither control characters nor anything beyond the basic plane.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
