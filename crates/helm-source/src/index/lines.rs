//! Lines of YAML in block style, as far as they can be read one by one.
//!
//! Every function answers `None` when it meets something that it does not surely understand.

use super::scalars::{check_plain, is_string, single, unescape};

/// A text, line by line.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    /// Where characters stand that YAML treats in a way of its own: what holds them cannot be read line by line.
    special: Vec<usize>,
    /// How many of them are in what was read otherwise.
    excused: usize,
}

/// How many special characters are too many to remember.
const SPECIAL_LIMIT: usize = 1 << 20;

/// What a scalar stands for.
pub(super) enum Scalar {
    /// A string.
    Text(String),
    /// Nothing.
    Null,
}

impl<'a> Lines<'a> {
    /// Takes a text in UTF-8.
    pub(super) fn new(data: &'a [u8]) -> Option<Lines<'a>> {
        let text = std::str::from_utf8(data).ok()?;
        let special = special_places(text)?;
        let mut lines = Lines { text, at: 0, special, excused: 0 };
        lines.skip_blank();
        lines.skip_comments();
        if lines.line() == "---" {
            lines.advance();
        }
        Some(lines)
    }

    /// Where reading has come to.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Whether nothing since a place needs the patient way.
    pub(super) fn is_plain_since(&self, place: usize) -> bool {
        let first = self.special.partition_point(|at| *at < place);
        self.special.get(first).is_none_or(|at| *at >= self.at)
    }

    /// The lines of a field that begins at a place, at an indentation. Reading goes on behind them.
    pub(super) fn take_field(&mut self, place: usize, indent: usize) -> &'a str {
        self.take(place, |found, content| found > indent || (found == indent && is_item(content)))
    }

    /// The lines of an item of a list.
    pub(super) fn take_item(&mut self, place: usize, indent: usize) -> &'a str {
        self.take(place, |found, _| found > indent)
    }

    /// The line at a place and those after it that belong to it; blank ones and comments do.
    fn take(&mut self, place: usize, belongs: impl Fn(usize, &str) -> bool) -> &'a str {
        self.at = place;
        self.skip_comments();
        self.step();
        while self.at < self.text.len() {
            let within = self
                .peek()
                .is_none_or(|(found, content)| content.starts_with('#') || belongs(found, content));
            if !within {
                break;
            }
            self.step();
        }
        let range = place..self.at;
        self.excused += self.special.partition_point(|at| *at < range.end)
            - self.special.partition_point(|at| *at < range.start);
        &self.text[range]
    }

    /// The line that comes, without its end.
    fn line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let line = &rest[..find(rest, '\n')];
        if line.len() < rest.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
    }

    /// Passes comments that stand where a key or an item may.
    fn skip_comments(&mut self) {
        while self.peek().is_some_and(|(_, content)| content.starts_with('#')) {
            self.advance();
        }
    }

    /// Whether everything was read, and nothing special was passed unseen.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip_comments();
        self.excused == self.special.len()
            && self.text[self.at..].bytes().all(|b| matches!(b, b' ' | b'\n' | b'\r'))
    }

    fn skip_blank(&mut self) {
        while self.at < self.text.len() && self.line().bytes().all(|b| b == b' ') {
            self.step();
        }
    }

    /// Indentation and content of the line that comes, blank lines left out.
    fn peek(&self) -> Option<(usize, &'a str)> {
        let line = self.line();
        let indent = line.len() - line.trim_start_matches(' ').len();
        (indent < line.len()).then(|| (indent, &line[indent..]))
    }

    fn advance(&mut self) {
        self.step();
        self.skip_blank();
    }

    /// To the next line, blank or not.
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        self.at = (self.at + find(rest, '\n') + 1).min(self.text.len());
    }

    /// The indentation of the line that comes.
    pub(super) fn indent(&mut self) -> Option<usize> {
        self.skip_comments();
        Some(self.peek()?.0)
    }

    /// The next key at an indentation, with what stands behind it on its line; `Some(None)` when the mapping ends.
    pub(super) fn key(&mut self, indent: usize) -> Option<Option<(&'a str, &'a str)>> {
        self.skip_comments();
        let Some((found, content)) = self.peek() else { return Some(None) };
        if found < indent || (found == indent && is_item(content)) {
            return Some(None);
        }
        if found > indent || (indent == 0 && (content.starts_with("---") || content.starts_with("..."))) {
            return None;
        }
        let pair = self.split_key(content)?;
        self.advance_within(pair.1);
        Some(Some(pair))
    }

    /// Moves on, unless the value goes on below, in which case whoever reads it does.
    fn advance_within(&mut self, value: &str) {
        if value.starts_with('|') { self.step() } else { self.advance() }
    }

    /// A key that is a plain string, and what stands behind its colon.
    pub(super) fn split_key(&self, content: &'a str) -> Option<(&'a str, &'a str)> {
        let colon = content
            .bytes()
            .enumerate()
            .position(|(at, b)| b == b':' && matches!(content.as_bytes().get(at + 1), None | Some(b' ')))?;
        let key = &content[..colon];
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./+".contains(&b);
        let simple =
            key.len() <= 128 && key.as_bytes().first()?.is_ascii_alphabetic() && key.bytes().all(plain);
        (simple && is_string(key)).then(|| (key, content[colon + 1..].trim_matches(' ')))
    }

    /// The indentation of the items of a list that belongs to a key at an indentation.
    pub(super) fn item_indent(&mut self, indent: usize) -> Option<usize> {
        self.skip_comments();
        let (found, content) = self.peek()?;
        (found >= indent && is_item(content)).then_some(found)
    }

    /// The next item of a list: the indentation of its content, and the content; `Some(None)` when the list ends.
    pub(super) fn item(&mut self, indent: usize) -> Option<Option<(usize, &'a str)>> {
        self.skip_comments();
        let Some((found, content)) = self.peek() else { return Some(None) };
        if found < indent || (found == indent && !is_item(content)) {
            return Some(None);
        }
        if found > indent {
            return None;
        }
        let inner = content[1..].trim_start_matches(' ');
        let fields = indent + content.len() - inner.len();
        if inner.is_empty() {
            return None;
        }
        let value = inner.split_once(": ").map_or(inner, |(_, value)| value.trim_start_matches(' '));
        self.advance_within(value);
        Some(Some((fields, inner.trim_end_matches(' '))))
    }

    /// A scalar that is a string or nothing, as the value of a key at an indentation.
    pub(super) fn string(&mut self, value: &'a str, indent: usize) -> Option<String> {
        match self.scalar(value, indent)? {
            Scalar::Text(text) => Some(text),
            Scalar::Null => Some(String::new()),
        }
    }

    /// A scalar that begins with `value` and may go on in lines that are indented deeper than `indent`.
    pub(super) fn scalar(&mut self, value: &'a str, indent: usize) -> Option<Scalar> {
        match value.as_bytes().first() {
            None => {
                self.skip_comments();
                let (next, content) = self.peek().unwrap_or((0, ""));
                (next < indent || (next == indent && !is_item(content))).then_some(Scalar::Null)
            }
            Some(b'"') => self.quoted(&value[1..], indent, true).map(Scalar::Text),
            Some(b'\'') => self.quoted(&value[1..], indent, false).map(Scalar::Text),
            Some(b'|') => self.literal(&value[1..], indent).map(Scalar::Text),
            Some(
                b'>' | b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b'[' | b']' | b'{' | b'}' | b'#' | b',',
            ) => None,
            Some(b'-' | b'?' | b':') if matches!(value.as_bytes().get(1), None | Some(b' ')) => None,
            Some(_) => self.plain(value, indent),
        }
    }

    fn plain(&mut self, value: &'a str, indent: usize) -> Option<Scalar> {
        check_plain(value)?;
        let mut text = value.to_owned();
        while let Some((found, content)) = self.peek() {
            if found <= indent {
                break;
            }
            if content.starts_with('#') || self.blank_before() {
                return None;
            }
            let content = content.trim_end_matches(' ');
            check_plain(content)?;
            text.push(' ');
            text.push_str(content);
            self.advance();
        }
        match text.as_str() {
            "null" | "~" | "Null" | "NULL" => Some(Scalar::Null),
            _ if is_string(&text) => Some(Scalar::Text(text)),
            _ => None,
        }
    }

    /// Whether the line that comes follows a blank one.
    fn blank_before(&self) -> bool {
        let before = self.text[..self.at].strip_suffix('\n').unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().bytes().all(|b| matches!(b, b' ' | b'\r'))
    }

    /// The rest of a quoted scalar, its lines folded.
    fn quoted(&mut self, first: &'a str, indent: usize, double: bool) -> Option<String> {
        let mut text = String::with_capacity(first.len());
        let mut line = first;
        loop {
            let (end, joined) = if double { unescape(line, &mut text)? } else { single(line, &mut text) };
            if let Some(rest) = end {
                return rest.bytes().all(|b| b == b' ').then_some(text);
            }
            let (found, content) = self.peek()?;
            if found <= indent || self.blank_before() {
                return None;
            }
            if !joined {
                if text.ends_with(' ') && !line.ends_with(' ') {
                    return None;
                }
                text.truncate(text.trim_end_matches(' ').len());
                text.push(' ');
            }
            line = content;
            self.advance();
        }
    }

    /// A literal block: `|`, with how it ends and how deep it is.
    fn literal(&mut self, head: &str, indent: usize) -> Option<String> {
        let (mut chomp, mut depth) = (None, None);
        for b in head.bytes() {
            match b {
                b'+' | b'-' if chomp.is_none() => chomp = Some(b),
                b'1'..=b'9' if depth.is_none() => depth = Some(indent + usize::from(b - b'0')),
                _ => return None,
            }
        }
        let mut text = String::new();
        let mut last = 0;
        while self.at < self.text.len() {
            let line = self.line();
            let found = line.len() - line.trim_start_matches(' ').len();
            let blank = found == line.len();
            if blank && depth.is_none() {
                // Blank lines before the first may be deeper than it, which is an error.
                return None;
            }
            let deep = *depth.get_or_insert(found);
            if deep <= indent && depth == Some(found) && !blank {
                return None;
            }
            if !blank && found < deep {
                if found > indent {
                    return None;
                }
                break;
            }
            text.push_str(line.get(deep..).unwrap_or_default());
            text.push('\n');
            if !blank || found > deep {
                last = text.len();
            }
            self.step();
        }
        self.skip_blank();
        match chomp {
            Some(b'-') => text.truncate(last.saturating_sub(1)),
            Some(_) => {}
            None => text.truncate(last),
        }
        Some(text)
    }
}

/// Where characters stand that are no matter of lines and blanks; `None` when there are too many of them, or line breaks
/// other than the usual: behind them indentation cannot be seen.
fn special_places(text: &str) -> Option<Vec<usize>> {
    let bytes = text.as_bytes();
    let mut places = Vec::new();
    for (at, b) in bytes.iter().enumerate() {
        let bad = match *b {
            b' '..=b'~' => false,
            b'\n' => {
                // A blank that was escaped must not be taken for one at the end of a line.
                let line = text[..at].trim_end_matches('\r');
                line.ends_with(' ') && line.trim_end_matches(' ').ends_with('\\')
            }
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => return None,
            0xc2 if bytes.get(at + 1) == Some(&0x85) => return None,
            0xe2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => return None,
            b'\r' => false,
            0xc2 => bytes.get(at + 1).is_some_and(|second| *second < 0xa0),
            0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbb, 0xbf] | [0xbf, 0xbe | 0xbf])),
            b => b < 0x80,
        };
        if bad {
            if places.len() == SPECIAL_LIMIT {
                return None;
            }
            places.push(at);
        }
    }
    Some(places)
}

fn find(text: &str, c: char) -> usize {
    text.find(c).unwrap_or(text.len())
}

fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}
