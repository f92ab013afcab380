//! Flags, width and precision of a directive, and padding by them.

use crate::utf8;

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "five flags of the format language and two forms of %v")]
pub(super) struct Spec {
    pub width: Option<usize>,
    pub precision: Option<usize>,
    pub plus: bool,
    pub minus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v`.
    pub plus_v: bool,
    /// `%#v`.
    pub sharp_v: bool,
}

impl Spec {
    /// `%+v` and `%#v` are forms of their own: their flags say nothing about the parts that they print.
    pub fn for_value(&mut self) {
        self.sharp_v = std::mem::take(&mut self.sharp);
        self.plus_v = std::mem::take(&mut self.plus);
    }

    /// The same without zero padding.
    pub fn unzeroed(self) -> Spec {
        Spec { zero: false, ..self }
    }

    /// Writes padding: zeros go to the left only.
    pub fn fill(&self, out: &mut Vec<u8>, n: usize) {
        out.resize(out.len() + n, if self.zero && !self.minus { b'0' } else { b' ' });
    }

    /// Writes text padded to the width, which counts characters.
    pub fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = match self.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(utf8::count(text)),
        };
        if !self.minus {
            self.fill(out, missing);
        }
        out.extend_from_slice(text);
        if self.minus {
            self.fill(out, missing);
        }
    }

    /// As many characters of text as the precision allows.
    pub fn truncate<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        match self.precision {
            Some(n) if n < text.len() => utf8::chars(text).nth(n).map_or(text, |(at, _)| &text[..at]),
            _ => text,
        }
    }
}
