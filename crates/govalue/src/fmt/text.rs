//! Strings, byte slices and single characters.

use super::spec::Spec;
use crate::{strconv, utf8};

/// `%s`.
pub(super) fn plain(out: &mut Vec<u8>, spec: &Spec, s: &[u8]) {
    spec.pad(out, spec.truncate(s));
}

/// `%q`: backquoted by `#` where that is possible, in ASCII by `+`.
pub(super) fn quoted(out: &mut Vec<u8>, spec: &Spec, s: &[u8]) {
    let s = spec.truncate(s);
    if spec.width.is_none() && !spec.sharp && !spec.plus {
        return strconv::append_quote(out, s);
    }
    let mut text = Vec::with_capacity(s.len() + 2);
    if spec.sharp && strconv::can_backquote(s) {
        text.push(b'`');
        text.extend_from_slice(s);
        text.push(b'`');
    } else if spec.plus {
        strconv::append_quote_to_ascii(&mut text, s);
    } else {
        strconv::append_quote(&mut text, s);
    }
    spec.pad(out, &text);
}

/// `%x` and `%X`: two digits a byte; the precision limits the bytes, a space flag separates them.
pub(super) fn hex(out: &mut Vec<u8>, spec: &Spec, s: &[u8], upper: bool) {
    let s = &s[..spec.precision.unwrap_or(usize::MAX).min(s.len())];
    let width = spec.width.unwrap_or(0);
    if s.is_empty() {
        return spec.fill(out, width);
    }
    let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let prefix: &[u8] = match (spec.sharp, upper) {
        (false, _) => b"",
        (true, false) => b"0x",
        (true, true) => b"0X",
    };
    let prefixes = if spec.space { s.len() } else { 1 };
    let len = 2 * s.len() + prefix.len() * prefixes + if spec.space { s.len() - 1 } else { 0 };
    let missing = width.saturating_sub(len);
    if !spec.minus {
        spec.fill(out, missing);
    }
    for (i, b) in s.iter().enumerate() {
        if spec.space && i > 0 {
            out.push(b' ');
        }
        if spec.space || i == 0 {
            out.extend_from_slice(prefix);
        }
        out.extend([digits[usize::from(b >> 4)], digits[usize::from(b & 15)]]);
    }
    if spec.minus {
        spec.fill(out, missing);
    }
}

fn to_char(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `%c` of an integer.
pub(super) fn character(out: &mut Vec<u8>, spec: &Spec, code: u64) {
    spec.pad(out, to_char(code).encode_utf8(&mut [0; 4]).as_bytes());
}

/// `%q` of an integer.
pub(super) fn quoted_character(out: &mut Vec<u8>, spec: &Spec, code: u64) {
    let mut text = Vec::with_capacity(12);
    if spec.plus {
        strconv::append_quote_rune_to_ascii(&mut text, to_char(code));
    } else {
        strconv::append_quote_rune(&mut text, to_char(code));
    }
    spec.pad(out, &text);
}

/// `%U`: at least four digits, by `#` the character as well.
pub(super) fn code_point(out: &mut Vec<u8>, spec: &Spec, code: u64) {
    let mut digits = Vec::with_capacity(16);
    strconv::append_uint(&mut digits, code, 16);
    digits.make_ascii_uppercase();
    let mut text = b"U+".to_vec();
    text.resize(2 + spec.precision.unwrap_or(0).max(4).saturating_sub(digits.len()), b'0');
    text.append(&mut digits);
    let shown =
        u32::try_from(code).ok().and_then(char::from_u32).filter(|&c| spec.sharp && strconv::is_print(c));
    if let Some(c) = shown {
        text.extend_from_slice(b" '");
        utf8::push(&mut text, c);
        text.push(b'\'');
    }
    spec.unzeroed().pad(out, &text);
}
