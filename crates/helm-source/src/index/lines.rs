//! Lines of YAML in block style, as far as they can be read one by one.
//!
//! Every function answers `None` when it meets something that it does not surely understand.

/// A text, line by line.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
}

/// What a scalar stands for.
pub(super) enum Scalar {
    /// A string.
    Text(String),
    /// Nothing.
    Null,
}

impl<'a> Lines<'a> {
    /// Takes a text without characters that YAML treats in a way of its own.
    pub(super) fn new(data: &'a [u8]) -> Option<Lines<'a>> {
        let text = std::str::from_utf8(data).ok()?;
        let special = |window: &[u8]| match *window {
            [0xc2, second] => second < 0xa0,
            [0xe2, 0x80, third] => matches!(third, 0xa8 | 0xa9),
            [0xef, 0xbb, 0xbf] | [0xef, 0xbf, 0xbe | 0xbf] => true,
            _ => false,
        };
        let bytes = text.as_bytes();
        for (at, b) in bytes.iter().enumerate() {
            let bad = match *b {
                b' '..=b'~' => false,
                // A blank that was escaped must not be taken for one at the end of a line.
                b'\n' => at > 1 && bytes[at - 1] == b' ' && text[..at].trim_end_matches(' ').ends_with('\\'),
                0xc2 => bytes.get(at..at + 2).is_some_and(special),
                0xe2 | 0xef => bytes.get(at..at + 3).is_some_and(special),
                b => b < 0x80,
            };
            if bad {
                return None;
            }
        }
        let mut lines = Lines { text, at: 0 };
        lines.skip_blank();
        Some(lines)
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.text[self.at..].bytes().all(|b| matches!(b, b' ' | b'\n'))
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let line = &rest[..find(rest, '\n')];
            if line.bytes().any(|b| b != b' ') || self.at + line.len() >= self.text.len() {
                return;
            }
            self.at += line.len() + 1;
        }
    }

    /// Indentation and content of the line that comes, blank lines left out.
    fn peek(&self) -> Option<(usize, &'a str)> {
        let rest = &self.text[self.at..];
        let line = &rest[..find(rest, '\n')];
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
    pub(super) fn indent(&self) -> Option<usize> {
        Some(self.peek()?.0)
    }

    /// The next key at an indentation, with what stands behind it on its line; `Some(None)` when the mapping ends.
    pub(super) fn key(&mut self, indent: usize) -> Option<Option<(&'a str, &'a str)>> {
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
    pub(super) fn item_indent(&self, indent: usize) -> Option<usize> {
        let (found, content) = self.peek()?;
        (found >= indent && is_item(content)).then_some(found)
    }

    /// The next item of a list: the indentation of its content, and the content; `Some(None)` when the list ends.
    pub(super) fn item(&mut self, indent: usize) -> Option<Option<(usize, &'a str)>> {
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
        before.rsplit('\n').next().unwrap_or_default().bytes().all(|b| b == b' ')
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
            let rest = &self.text[self.at..];
            let line = &rest[..find(rest, '\n')];
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

fn find(text: &str, c: char) -> usize {
    text.find(c).unwrap_or(text.len())
}

fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// A line of a plain scalar that holds neither a comment nor a mapping.
fn check_plain(line: &str) -> Option<()> {
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
fn is_string(text: &str) -> bool {
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
fn single<'a>(line: &'a str, text: &mut String) -> (Option<&'a str>, bool) {
    let mut rest = line;
    loop {
        let at = find(rest, '\'');
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
fn unescape<'a>(line: &'a str, text: &mut String) -> Option<(Option<&'a str>, bool)> {
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
