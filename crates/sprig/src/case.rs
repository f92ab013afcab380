//! Letter case: `upper`, `title`, `camelcase` and their family.

mod words;

use govalue::Str;

use crate::function::functions;
use crate::unicode::{
    self, is_lower, is_space, is_title, is_upper, map_runes, push, runes, to_lower, to_title, to_upper,
};

functions! { FUNCTIONS:
    "upper" (string) -> string = |s: &Str| Str::from(map_runes(s, to_upper));
    "lower" (string) -> string = |s: &Str| Str::from(map_runes(s, to_lower));
    "title" (string) -> string = title;
    "untitle" (string) -> string = untitle;
    "swapcase" (string) -> string = swap_case;
    "initials" (string) -> string = initials;
    "nospace" (string) -> string = no_space;
    "camelcase" (string) -> string = |s: &Str| words::pascal_case(s);
    "snakecase" (string) -> string = |s: &Str| words::lower_words(s, '_');
    "kebabcase" (string) -> string = |s: &Str| words::lower_words(s, '-');
}

/// `strings.Title`: the first letter of each word in title case.
fn title(s: &Str) -> Str {
    let mut previous = ' ';
    map_runes(s, |c| {
        let begins = separates(previous);
        previous = c;
        if begins { to_title(c) } else { c }
    })
    .into()
}

/// Go's idea of what stands between words: in ASCII all but letters, digits and underscore, above it only spaces.
fn separates(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !unicode::is_letter(c) && !unicode::is_digit(c) && is_space(c)
}

/// `goutils.Uncapitalize`: the first character of each word in lower case.
fn untitle(s: &Str) -> Str {
    let mut begins = true;
    map_runes(s, |c| {
        if is_space(c) {
            begins = true;
            c
        } else if std::mem::take(&mut begins) {
            to_lower(c)
        } else {
            c
        }
    })
    .into()
}

/// `goutils.SwapCase`: a lower case letter that begins a word gets title case.
fn swap_case(s: &Str) -> Str {
    let mut begins = true;
    map_runes(s, |c| {
        if is_upper(c) || is_title(c) {
            begins = false;
            to_lower(c)
        } else if is_lower(c) {
            if std::mem::take(&mut begins) { to_title(c) } else { to_upper(c) }
        } else {
            begins = is_space(c);
            c
        }
    })
    .into()
}

/// `goutils.Initials`, which reads bytes as if they were Latin-1.
fn initials(s: &Str) -> Str {
    let mut out = Vec::new();
    let mut begins = true;
    for c in s.iter().map(|b| char::from(*b)) {
        if is_space(c) {
            begins = true;
        } else if std::mem::take(&mut begins) {
            push(&mut out, c);
        }
    }
    out.into()
}

/// `goutils.DeleteWhiteSpace`, which reads bytes as if they were Latin-1 as soon as there is something to delete.
fn no_space(s: &Str) -> Str {
    let blank = |b: &u8| is_space(char::from(*b));
    if !s.iter().any(blank) {
        return s.clone();
    }
    let mut out = Vec::with_capacity(s.len());
    for b in s.iter().filter(|b| !blank(b)) {
        push(&mut out, char::from(*b));
    }
    out.into()
}

/// The code points of a string.
fn characters(s: &[u8]) -> impl Iterator<Item = char> {
    runes(s).map(|(_, c, _)| c)
}
