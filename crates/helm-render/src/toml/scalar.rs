//! Numbers, dates and the escapes of strings: what the scanner lets pass is checked and read here.

use govalue::strconv::{self, Reason};
use govalue::time::{self, RFC3339_NANO, Time, Zone};

use super::scan::Quotes;

/// Reads the text between quotes.
pub(super) fn string(text: &str, quotes: Quotes) -> Result<String, String> {
    let text = match quotes {
        Quotes::MultilineBasic | Quotes::MultilineLiteral => {
            text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
        }
        Quotes::Basic | Quotes::Literal => text,
    };
    match quotes {
        Quotes::Literal | Quotes::MultilineLiteral => Ok(text.to_owned()),
        Quotes::Basic | Quotes::MultilineBasic => unescape(text),
    }
}

fn unescape(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let blank = rest.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(rest.len());
        if rest[..blank].contains('\n') {
            // A backslash at the end of a line takes the blanks after it away, over any number of lines.
            rest = &rest[blank..];
            continue;
        }
        let Some(kind) = rest.chars().next() else { break };
        rest = &rest[kind.len_utf8()..];
        let mut code_point = |digits: usize| {
            let (hex, after) = rest.split_at(digits.min(rest.len()));
            rest = after;
            let read = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
            read.ok_or_else(|| format!("Escaped character '\\u{hex}' is not valid UTF-8."))
        };
        out.push(match kind {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'x' => code_point(2)?,
            'u' => code_point(4)?,
            'U' => code_point(8)?,
            ' ' | '\t' => return Err(format!("invalid escape: '\\{kind}'")),
            kind => kind,
        });
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads an integer, with any base's prefix.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    let invalid = |why: &str| Err(format!("Invalid integer {}: {why}", strconv::quote(text)));
    if !underscores_stand_well(text) {
        return invalid("underscores must be surrounded by digits");
    }
    if has_leading_zero(text) {
        return invalid("cannot have leading zeroes");
    }
    strconv::parse_int(text, 0, 64).map_err(|_| format!("{text} is out of range for int64"))
}

/// Reads a float: what the scanner took for one may be nonsense.
pub(super) fn float(text: &str) -> Result<f64, String> {
    let invalid = |why: &str| Err(format!("Invalid float {}: {why}", strconv::quote(text)));
    let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty());
    if !parts.clone().all(underscores_stand_well) {
        return invalid("underscores must be surrounded by digits");
    }
    if parts.next().is_some_and(has_leading_zero) {
        return invalid("cannot have leading zeroes");
    }
    let digit_follows = |(at, _)| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    if !text.match_indices('.').all(digit_follows) {
        return invalid("'.' must be followed by one or more digits");
    }
    let digits = text.replace('_', "");
    match digits.as_str() {
        "+nan" => return Ok(f64::NAN),
        "-nan" => return Ok(-f64::NAN),
        _ => {}
    }
    strconv::parse_float(&digits, 64).map_err(|error| match error.reason {
        Reason::Range(_) => format!("{text} is out of range for float64"),
        _ => format!("Invalid float value: {}", strconv::quote(text)),
    })
}

/// Whether every underscore follows a digit and one follows the last. Hexadecimal digits count everywhere.
fn underscores_stand_well(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "+inf" | "-inf") {
        return true;
    }
    let mut digit_before = false;
    for byte in text.bytes() {
        if byte == b'_' && !digit_before {
            return false;
        }
        digit_before = byte.is_ascii_hexdigit();
    }
    digit_before
}

fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', b'b' | b'o' | b'x', ..] => false,
        [b'0', _, ..] | [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

/// The names of the zones of dates and times without one, by which the encoder knows them again.
pub(super) const LOCAL_ZONES: [(&str, &str); 3] = [
    ("datetime-local", "2006-01-02T15:04:05.999999999"),
    ("date-local", "2006-01-02"),
    ("time-local", "15:04:05.999999999"),
];

/// Reads a date, a time or both. `now` tells the machine's zone, and which offset it has now: that is the offset of
/// what has no zone.
pub(super) fn date(text: &str, now: &dyn Fn() -> Time) -> Result<Time, String> {
    let text = text.replace('z', "Z").replace(['t', ' '], "T");
    let now = now();
    let fixed = |i: usize| Zone::fixed(LOCAL_ZONES[i].0, now.offset());
    let forms = [
        (RFC3339_NANO, now.zone().clone()),
        (LOCAL_ZONES[0].1, fixed(0)),
        (LOCAL_ZONES[1].1, fixed(1)),
        (LOCAL_ZONES[2].1, fixed(2)),
        ("2006-01-02T15:04Z07:00", now.zone().clone()),
        ("2006-01-02T15:04", fixed(0)),
        ("15:04", fixed(2)),
    ];
    let read = forms.iter().find_map(|(layout, zone)| {
        time::parse_in(layout, &text, zone, zone).ok().map(|time| (time, *layout))
    });
    match read {
        // Layouts take numbers of one digit; the marks between them are then out of place.
        Some((time, layout)) if marks_in_place(&text, layout) => Ok(time),
        _ => Err(format!("invalid datetime: {}", strconv::quote(&text))),
    }
}

fn marks_in_place(text: &str, layout: &str) -> bool {
    let fixed = layout.bytes().take_while(|b| !matches!(b, b'.' | b'Z'));
    fixed.zip(text.bytes()).all(|(mark, found)| mark.is_ascii_digit() || mark == found)
}
