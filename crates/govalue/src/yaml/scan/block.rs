//! Scalars in blocks: `|` keeps lines, `>` folds them.

use std::borrow::Cow;

use super::super::event::Style;
use super::{Mark, Scan, Scanner, TokenKind};

/// What happens to line breaks at the end of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    /// `-`: all go.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl<'a> Scanner<'a> {
    pub(super) fn scan_block_scalar(&mut self) -> Scan<()> {
        let start = self.cursor.mark();
        let style = if self.cursor.peek(0) == b'|' { Style::Literal } else { Style::Folded };
        self.cursor.advance(1);
        let (chomping, increment) = self.block_header(start)?;
        let mut indent = match increment {
            0 => 0,
            // The collection around may have no indentation at all.
            _ => increment + self.indent.max(0) as usize,
        };
        let mut text = String::new();
        let mut last_break: Option<char> = None;
        let mut breaks = String::new();
        let mut blank_before = false;
        self.block_breaks(&mut indent, &mut breaks, start)?;
        while self.cursor.column() == indent && !self.cursor.is_at_end() {
            let blank_here = self.cursor.is_blank(0);
            let fold = style == Style::Folded && !blank_before && !blank_here && last_break == Some('\n');
            match last_break {
                Some(_) if fold && breaks.is_empty() => text.push(' '),
                Some(c) if !fold => text.push(c),
                _ => {}
            }
            text.push_str(&breaks);
            breaks.clear();
            blank_before = blank_here;
            let from = self.cursor.at;
            self.cursor.skip_line_rest();
            text.push_str(&self.cursor.text[from..self.cursor.at]);
            last_break = self.cursor.read_break();
            self.block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomping != Chomping::Strip {
            text.extend(last_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        self.push(start, TokenKind::Scalar(Cow::Owned(text), style));
        Ok(())
    }

    /// Reads what follows `|` or `>`: chomping and indentation, in any order.
    fn block_header(&mut self, start: Mark) -> Scan<(Chomping, usize)> {
        let mut chomping = Chomping::Clip;
        let mut increment = 0;
        let (mut seen_sign, mut seen_digit) = (false, false);
        loop {
            match self.cursor.peek(0) {
                sign @ (b'+' | b'-') if !seen_sign => {
                    chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
                    seen_sign = true;
                }
                b'0' if !seen_digit => return self.error(start, "found an indentation indicator equal to 0"),
                digit @ b'1'..=b'9' if !seen_digit => {
                    increment = usize::from(digit - b'0');
                    seen_digit = true;
                }
                _ => break,
            }
            self.cursor.advance(1);
        }
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.skip_comment();
        }
        if !self.cursor.is_break_or_end(0) {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.read_break();
        Ok((chomping, increment))
    }

    /// Passes indentation and empty lines. An indentation of 0 is not known yet, and becomes that of the first line.
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String, start: Mark) -> Scan<()> {
        let mut widest = 0;
        loop {
            let inside = |column: usize| *indent == 0 || column < *indent;
            while inside(self.cursor.column()) && self.cursor.peek(0) == b' ' {
                self.cursor.advance(1);
            }
            widest = widest.max(self.cursor.column());
            if inside(self.cursor.column()) && self.cursor.peek(0) == b'\t' {
                return self.error(start, "found a tab character where an indentation space is expected");
            }
            match self.cursor.read_break() {
                Some(c) => breaks.push(c),
                None => break,
            }
        }
        if *indent == 0 {
            *indent = widest.max((self.indent + 1) as usize).max(1);
        }
        Ok(())
    }
}
