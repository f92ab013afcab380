//! Writing: where lines break and how text is quoted, as go-yaml's emitter does it.

use super::Dialect;
use super::event::Style as ReadStyle;
use super::rewrite::{Content, Entry, Node};
use super::style::{self, Choice};

/// Text under construction.
pub(super) struct Emitter {
    out: Vec<u8>,
    dialect: Dialect,
    /// Spaces a level.
    step: usize,
    /// Column beyond which a blank may become a line break.
    width: usize,
    /// In characters.
    column: usize,
    /// Whether a blank, or nothing, precedes.
    whitespace: bool,
    /// Whether only indentation and `- ` or `? ` precede on the line.
    indention: bool,
}

/// Where a node goes.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Indentation of the collection around; `None` at the root.
    indent: Option<usize>,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Root,
    Item,
    /// A key on the line of its value.
    SimpleKey,
    /// A key behind `? `.
    ComplexKey,
    Value,
}

impl Place {
    /// The place of a document's root.
    pub(super) const ROOT: Place = Place { indent: None, role: Role::Root };
}

/// What is longer is refused, for a value may hold another in two places, and that one another, and so on.
pub(super) const MAX_LENGTH: usize = 1 << 26;

impl Emitter {
    /// Starts a document. `indent` is the number of spaces a level, as `Encoder.SetIndent` takes it.
    pub(super) fn new(dialect: Dialect, indent: usize) -> Emitter {
        let step = if (2..=9).contains(&indent) { indent } else { 2 };
        let width = match dialect {
            Dialect::V2 => 80,
            Dialect::V3 => usize::MAX,
        };
        Emitter { out: Vec::new(), dialect, step, width, column: 0, whitespace: true, indention: true }
    }

    /// Whether more was written than a document may have.
    pub(super) fn is_too_long(&self) -> bool {
        self.out.len() > MAX_LENGTH
    }

    /// Ends the document and returns its text.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.write_indent(0);
        self.out
    }

    /// Writes a list; `each` writes an item at the place that it is given.
    pub(super) fn sequence<I: ExactSizeIterator, E>(
        &mut self,
        place: Place,
        items: I,
        mut each: impl FnMut(&mut Emitter, I::Item, Place) -> Result<(), E>,
    ) -> Result<(), E> {
        if items.len() == 0 {
            self.indicator("[", true, false);
            self.whitespace = true;
            self.indicator("]", false, false);
            return Ok(());
        }
        // Version 2 does not indent a list below its key, unless the key is a complex one.
        let in_mapping = matches!(place.role, Role::Value | Role::ComplexKey);
        let indent = match place.indent {
            Some(indent) if self.dialect == Dialect::V2 && in_mapping && !self.indention => indent,
            _ => self.deeper(place, 0),
        };
        for item in items {
            self.write_indent(indent);
            self.indicator("-", true, true);
            each(self, item, Place { indent: Some(indent), role: Role::Item })?;
        }
        Ok(())
    }

    /// Writes a mapping. `split` takes an entry apart into the key's text and what `each` writes as the value.
    pub(super) fn mapping<'t, T, E>(
        &mut self,
        place: Place,
        entries: impl ExactSizeIterator<Item = (Written<'t>, T)>,
        mut each: impl FnMut(&mut Emitter, T, Place) -> Result<(), E>,
    ) -> Result<(), E> {
        if entries.len() == 0 {
            self.indicator("{", true, false);
            self.whitespace = true;
            self.indicator("}", false, false);
            return Ok(());
        }
        let indent = self.deeper(place, 0);
        let at = |role| Place { indent: Some(indent), role };
        for (key, value) in entries {
            self.write_indent(indent);
            let choice = style::analyze(key.text, self.dialect);
            if !choice.multiline && key.text.len() + key.tag.map_or(0, str::len) <= 128 {
                self.write_text(key, choice, at(Role::SimpleKey));
                self.indicator(":", false, false);
            } else {
                self.indicator("?", true, true);
                self.write_text(key, choice, at(Role::ComplexKey));
                self.write_indent(indent);
                self.indicator(":", true, true);
            }
            each(self, value, at(Role::Value))?;
        }
        Ok(())
    }

    /// Writes a scalar.
    pub(super) fn scalar(&mut self, text: Written<'_>, place: Place) {
        let choice = style::analyze(text.text, self.dialect);
        self.write_text(text, choice, place);
    }

    /// The indentation inside a node: a scalar's (`root` is a step there), or a collection's.
    fn deeper(&self, place: Place, root: usize) -> usize {
        match (place.indent, self.dialect) {
            (None, _) => root,
            (Some(indent), Dialect::V2) => indent + self.step,
            // Inside a list, version 3 aligns with what follows `- `.
            (Some(indent), Dialect::V3) if place.role == Role::Item => indent + 2,
            (Some(indent), Dialect::V3) => self.step * (indent / self.step + 1),
        }
    }

    fn write_text(&mut self, text: Written<'_>, choice: Choice, place: Place) {
        if let Some(tag) = text.tag {
            if !self.whitespace {
                self.put(b' ');
            }
            self.write_ascii(tag);
            self.whitespace = false;
            self.indention = false;
        }
        let simple_key = place.role == Role::SimpleKey;
        let indent = self.deeper(place, self.step);
        // A simple key stays on its line.
        let width = if simple_key { usize::MAX } else { self.width };
        match choice.select(text.style, simple_key) {
            Style::Plain => self.write_plain(text.text, indent, width),
            Style::SingleQuoted => self.write_single_quoted(text.text, indent, width),
            Style::DoubleQuoted => self.write_double_quoted(text.text, indent, width),
            Style::Literal => self.write_literal(text.text, indent),
        }
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    fn put_char(&mut self, c: char) {
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.column += 1;
    }

    fn write_ascii(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.column += text.len();
    }

    fn put_break(&mut self, c: char) {
        self.put_char(c);
        self.column = 0;
        self.indention = true;
    }

    fn write_indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break('\n');
        }
        let missing = indent.saturating_sub(self.column);
        self.out.resize(self.out.len() + missing, b' ');
        self.column += missing;
        self.whitespace = true;
    }

    fn indicator(&mut self, text: &str, need_whitespace: bool, is_indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(b' ');
        }
        self.write_ascii(text);
        self.whitespace = false;
        self.indention = self.indention && is_indention;
    }

    fn write_plain(&mut self, text: &str, indent: usize, width: usize) {
        if !self.whitespace {
            self.put(b' ');
        }
        self.write_folded(text, indent, width, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_single_quoted(&mut self, text: &str, indent: usize, width: usize) {
        self.indicator("'", true, false);
        self.write_folded(text, indent, width, true);
        self.indicator("'", false, false);
    }

    /// Plain or single-quoted text, broken at blanks beyond the width.
    fn write_folded(&mut self, text: &str, indent: usize, width: usize, quoted: bool) {
        if text.len().saturating_add(self.column) <= width && text.is_ascii() && !text.contains(['\'', '\n'])
        {
            return self.write_ascii(text);
        }
        let (mut spaces, mut breaks) = (false, false);
        for (at, c) in text.char_indices() {
            if c == ' ' {
                let next = text.as_bytes().get(at + 1).copied();
                let may_fold = !spaces && self.column > width && next != Some(b' ');
                if may_fold && (!quoted || (at > 0 && next.is_some())) {
                    self.write_indent(indent);
                } else {
                    self.put(b' ');
                }
                spaces = true;
            } else if style::is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break('\n');
                }
                self.put_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent(indent);
                }
                if c == '\'' && quoted {
                    self.put(b'\'');
                }
                self.put_char(c);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
    }

    fn write_double_quoted(&mut self, text: &str, indent: usize, width: usize) {
        self.indicator("\"", true, false);
        // go-yaml looks for a byte order mark at the start of the text, whichever character it is about to write.
        let escape_all = text.starts_with('\u{feff}');
        let mut spaces = false;
        for (at, c) in text.char_indices() {
            if escape_all || !style::is_printable(c) || style::is_break(c) || c == '"' || c == '\\' {
                self.write_escape(c);
                spaces = false;
            } else if c == ' ' {
                if !spaces && self.column > width && at > 0 && at + 1 < text.len() {
                    self.write_indent(indent);
                    if text.as_bytes()[at + 1] == b' ' {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
                spaces = true;
            } else {
                self.put_char(c);
                spaces = false;
            }
        }
        self.indicator("\"", false, false);
    }

    fn write_escape(&mut self, c: char) {
        self.put(b'\\');
        let short = match c {
            '\0' => b'0',
            '\x07' => b'a',
            '\x08' => b'b',
            '\t' => b't',
            '\n' => b'n',
            '\x0b' => b'v',
            '\x0c' => b'f',
            '\r' => b'r',
            '\x1b' => b'e',
            '"' => b'"',
            '\\' => b'\\',
            '\u{85}' => b'N',
            '\u{a0}' => b'_',
            '\u{2028}' => b'L',
            '\u{2029}' => b'P',
            _ => {
                let code = match u32::from(c) {
                    v @ ..=0xff => format!("x{v:02X}"),
                    v @ ..=0xffff => format!("u{v:04X}"),
                    v => format!("U{v:08X}"),
                };
                return self.write_ascii(&code);
            }
        };
        self.put(short);
    }

    fn write_literal(&mut self, text: &str, indent: usize) {
        self.block_head("|", text);
        self.put_break('\n');
        self.whitespace = true;
        self.literal_body(text, indent);
    }

    /// The head of a block and what it says of indentation and of line breaks at the end.
    fn block_head(&mut self, indicator: &str, text: &str) {
        self.indicator(indicator, true, false);
        if text.starts_with(|c| c == ' ' || style::is_break(c)) {
            let hint = self.step.to_string();
            self.indicator(&hint, false, false);
        }
        let mut ends = text.chars().rev().map(style::is_break);
        match (ends.next(), ends.next()) {
            (Some(true), Some(false)) => {}
            (Some(true), _) => self.indicator("+", false, false),
            _ => self.indicator("-", false, false),
        }
    }
}

pub(super) use super::style::{Style, Written};

/// Writes trees with comments, as go-yaml v3 writes nodes with the compact lists of kyaml.
pub(super) struct Rewriter {
    out: Emitter,
    /// The indentation at which a comment below something was written last: what comes next at the same one keeps a
    /// blank line away.
    foot_indent: Option<usize>,
}

impl Rewriter {
    /// The text of a document.
    pub(super) fn write(root: &Entry, foot: &str) -> String {
        let mut writer = Rewriter { out: Emitter::new(Dialect::V3, 2), foot_indent: None };
        writer.comment(&root.head, 0);
        writer.node(&root.value, Place::ROOT, &root.line);
        if !foot.is_empty() {
            writer.foot_indent = Some(0);
            writer.comment(foot, 0);
        }
        writer.out.write_indent(0);
        String::from_utf8_lossy(&writer.out.out).into_owned()
    }

    fn write_indent(&mut self, indent: usize) {
        let after_foot = self.foot_indent.take() == Some(indent);
        let out = &mut self.out;
        if !out.indention || out.column > indent || (out.column == indent && !out.whitespace) {
            out.put_break('\n');
        }
        if after_foot {
            out.put_break('\n');
        }
        if out.column == 0 {
            out.whitespace = true;
        }
        out.write_indent(indent);
    }

    fn comment(&mut self, text: &str, indent: usize) {
        if text.is_empty() {
            return;
        }
        for line in text.split('\n') {
            if line.is_empty() {
                self.out.put_break('\n');
                continue;
            }
            self.write_indent(indent);
            for c in line.chars() {
                self.out.put_char(c);
            }
            self.out.put_break('\n');
        }
        self.out.whitespace = true;
        self.out.indention = true;
    }

    fn line_comment(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.out.whitespace {
            self.out.put(b' ');
        }
        for c in text.chars() {
            self.out.put_char(c);
        }
        self.out.whitespace = false;
        self.out.indention = false;
    }

    fn foot(&mut self, text: &str, indent: usize) {
        if !text.is_empty() {
            self.comment(text, indent);
            self.foot_indent = Some(indent);
        }
    }

    fn properties(&mut self, node: &Node) {
        if !node.anchor.is_empty() {
            self.out.indicator("&", true, false);
            self.out.write_ascii(&node.anchor);
        }
        if !node.tag.is_empty() {
            self.out.indicator(&node.tag, true, false);
        }
    }

    fn node(&mut self, node: &Node, place: Place, line: &str) {
        self.properties(node);
        match &node.content {
            Content::Scalar { text, style } => self.scalar(text, *style, place, false, line),
            Content::Alias(name) => {
                self.out.indicator("*", true, false);
                self.out.write_ascii(name);
                self.line_comment(line);
            }
            Content::Sequence { items, flow } if *flow || items.is_empty() => {
                self.flow(items, "[", "]");
                self.line_comment(line);
            }
            Content::Mapping { entries, flow } if *flow || entries.is_empty() => {
                self.flow(entries, "{", "}");
                self.line_comment(line);
            }
            Content::Sequence { items, .. } => {
                self.line_comment(line);
                let in_mapping = matches!(place.role, Role::Value | Role::ComplexKey);
                let indent = match place.indent {
                    Some(indent) if in_mapping => indent,
                    _ => self.out.deeper(place, 0),
                };
                self.block(items, indent, Role::Item);
            }
            Content::Mapping { entries, .. } => {
                self.line_comment(line);
                let indent = self.out.deeper(place, 0);
                self.block(entries, indent, Role::Value);
            }
        }
    }

    fn block(&mut self, entries: &[Entry], indent: usize, role: Role) {
        for entry in entries {
            self.comment(&entry.head, indent);
            self.write_indent(indent);
            let place = Place { indent: Some(indent), role };
            match &entry.key {
                None => self.out.indicator("-", true, true),
                Some(key) => self.key(key, indent),
            }
            self.node(&entry.value, place, &entry.line);
            self.foot(&entry.foot, indent);
        }
    }

    fn key(&mut self, key: &Node, indent: usize) {
        let simple = match &key.content {
            Content::Scalar { text, .. } => !text.contains('\n') && text.len() <= 128,
            Content::Alias(_) => true,
            Content::Sequence { items: all, .. } | Content::Mapping { entries: all, .. } => all.is_empty(),
        };
        let place = |role| Place { indent: Some(indent), role };
        if simple {
            self.properties(key);
            match &key.content {
                Content::Scalar { text, style } => {
                    self.scalar(text, *style, place(Role::SimpleKey), false, "");
                }
                _ => self.node(key, place(Role::SimpleKey), ""),
            }
            if matches!(key.content, Content::Alias(_)) {
                self.out.put(b' ');
            }
            self.out.indicator(":", false, false);
        } else {
            self.out.indicator("?", true, true);
            self.node(key, place(Role::ComplexKey), "");
            self.write_indent(indent);
            self.out.indicator(":", true, true);
        }
    }

    fn flow(&mut self, entries: &[Entry], open: &str, close: &str) {
        self.out.indicator(open, true, false);
        self.out.whitespace = true;
        let place = |role| Place { indent: Some(0), role };
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                self.out.indicator(",", false, false);
            }
            if let Some(key) = &entry.key {
                self.properties(key);
                match &key.content {
                    Content::Scalar { text, style } => {
                        self.scalar(text, *style, place(Role::SimpleKey), true, "");
                    }
                    _ => self.node(key, place(Role::SimpleKey), ""),
                }
                let is_empty = matches!(&entry.value.content, Content::Scalar { text, style: ReadStyle::Plain } if text.is_empty());
                if is_empty && entry.value.tag.is_empty() {
                    // go-yaml leaves the colon out where nothing follows.
                    continue;
                }
                self.out.indicator(":", false, false);
            }
            self.flow_node(&entry.value);
        }
        self.out.indicator(close, false, false);
    }

    fn flow_node(&mut self, node: &Node) {
        self.properties(node);
        match &node.content {
            Content::Scalar { text, style } => {
                self.scalar(text, *style, Place { indent: Some(0), role: Role::Item }, true, "");
            }
            Content::Alias(_) => {
                let bare = Node { content: node.content.clone(), ..Node::default() };
                self.node(&bare, Place::ROOT, "");
            }
            Content::Sequence { items, .. } => self.flow(items, "[", "]"),
            Content::Mapping { entries, .. } => self.flow(entries, "{", "}"),
        }
    }

    fn scalar(&mut self, text: &str, style: ReadStyle, place: Place, flow: bool, line: &str) {
        let choice = style::analyze(text, Dialect::V3);
        let simple_key = place.role == Role::SimpleKey;
        let wanted = match style {
            ReadStyle::Plain if text.contains('\n') => Style::Literal,
            ReadStyle::Plain
                if flow && (text.is_empty() || text.contains([',', '?', '[', ']', '{', '}'])) =>
            {
                Style::SingleQuoted
            }
            ReadStyle::Plain => Style::Plain,
            ReadStyle::SingleQuoted => Style::SingleQuoted,
            ReadStyle::DoubleQuoted => Style::DoubleQuoted,
            ReadStyle::Literal | ReadStyle::Folded if flow => Style::DoubleQuoted,
            ReadStyle::Literal | ReadStyle::Folded => Style::Literal,
        };
        let indent = self.out.deeper(place, self.out.step);
        match choice.select(wanted, simple_key) {
            Style::Plain if text.is_empty() => {
                self.out.whitespace = false;
                self.out.indention = false;
            }
            Style::Plain => self.out.write_plain(text, indent, usize::MAX),
            Style::SingleQuoted => self.out.write_single_quoted(text, indent, usize::MAX),
            Style::DoubleQuoted => self.out.write_double_quoted(text, indent, usize::MAX),
            Style::Literal => {
                let folded = style == ReadStyle::Folded;
                self.out.block_head(if folded { ">" } else { "|" }, text);
                self.line_comment(line);
                self.out.put_break('\n');
                self.out.whitespace = true;
                if folded {
                    self.out.folded_body(text, indent)
                } else {
                    self.out.literal_body(text, indent)
                }
                return;
            }
        }
        self.line_comment(line);
    }
}

impl Emitter {
    fn literal_body(&mut self, text: &str, indent: usize) {
        let mut breaks = true;
        for c in text.chars() {
            if style::is_break(c) {
                self.put_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent(indent);
                }
                self.put_char(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// A folded block: where a line break is meant between two lines of text, there is one more.
    fn folded_body(&mut self, text: &str, indent: usize) {
        let (mut breaks, mut leading_spaces) = (true, true);
        for (at, c) in text.char_indices() {
            if style::is_break(c) {
                if !breaks && !leading_spaces && c == '\n' {
                    let after = text[at..].trim_start_matches(style::is_break);
                    if !after.is_empty() && !after.starts_with([' ', '\t']) {
                        self.put_break('\n');
                    }
                }
                self.put_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent(indent);
                    leading_spaces = matches!(c, ' ' | '\t');
                }
                self.put_char(c);
                self.indention = false;
                breaks = false;
            }
        }
    }
}
