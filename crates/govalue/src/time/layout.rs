//! Layouts: the reference time `Mon Jan 2 15:04:05 MST 2006`, written as the wanted time shall look.

use super::Time;
use super::civil::{MONTHS, WEEKDAYS};

/// A part of a layout that stands for a part of the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Element {
    LongMonth,
    ShortMonth,
    Month {
        padded: bool,
    },
    LongWeekday,
    ShortWeekday,
    Day(Padding),
    YearDay(Padding),
    Hour,
    Hour12 {
        padded: bool,
    },
    Minute {
        padded: bool,
    },
    Second {
        padded: bool,
    },
    LongYear,
    ShortYear,
    Noon {
        upper: bool,
    },
    ZoneName,
    Offset {
        z: bool,
        colon: bool,
        parts: u8,
    },
    /// `.000` or `.999`: the second form drops trailing zeros.
    Fraction {
        digits: usize,
        separator: u8,
        fixed: bool,
    },
}

/// How a number is filled up to its width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Padding {
    None,
    Space,
    Zero,
}

/// Elements by their text; of two that begin alike the longer comes first.
const ELEMENTS: &[(&[u8], Element)] = &[
    (b"January", Element::LongMonth),
    (b"Jan", Element::ShortMonth),
    (b"Monday", Element::LongWeekday),
    (b"Mon", Element::ShortWeekday),
    (b"MST", Element::ZoneName),
    (b"01", Element::Month { padded: true }),
    (b"02", Element::Day(Padding::Zero)),
    (b"03", Element::Hour12 { padded: true }),
    (b"04", Element::Minute { padded: true }),
    (b"05", Element::Second { padded: true }),
    (b"06", Element::ShortYear),
    (b"002", Element::YearDay(Padding::Zero)),
    (b"15", Element::Hour),
    (b"1", Element::Month { padded: false }),
    (b"2006", Element::LongYear),
    (b"2", Element::Day(Padding::None)),
    (b"_2", Element::Day(Padding::Space)),
    (b"__2", Element::YearDay(Padding::Space)),
    (b"3", Element::Hour12 { padded: false }),
    (b"4", Element::Minute { padded: false }),
    (b"5", Element::Second { padded: false }),
    (b"PM", Element::Noon { upper: true }),
    (b"pm", Element::Noon { upper: false }),
    (b"-070000", Element::Offset { z: false, colon: false, parts: 3 }),
    (b"-07:00:00", Element::Offset { z: false, colon: true, parts: 3 }),
    (b"-0700", Element::Offset { z: false, colon: false, parts: 2 }),
    (b"-07:00", Element::Offset { z: false, colon: true, parts: 2 }),
    (b"-07", Element::Offset { z: false, colon: false, parts: 1 }),
    (b"Z070000", Element::Offset { z: true, colon: false, parts: 3 }),
    (b"Z07:00:00", Element::Offset { z: true, colon: true, parts: 3 }),
    (b"Z0700", Element::Offset { z: true, colon: false, parts: 2 }),
    (b"Z07:00", Element::Offset { z: true, colon: true, parts: 2 }),
    (b"Z07", Element::Offset { z: true, colon: false, parts: 1 }),
];

/// The next element: where it begins, its length, and what it is.
pub(super) fn next_element(layout: &[u8]) -> Option<(usize, usize, Element)> {
    (0..layout.len()).find_map(|at| element_at(&layout[at..]).map(|(len, element)| (at, len, element)))
}

fn element_at(rest: &[u8]) -> Option<(usize, Element)> {
    match rest[0] {
        b'.' | b',' => return fraction_at(rest),
        b'J' | b'M' | b'0'..=b'5' | b'P' | b'p' | b'-' | b'Z' => {}
        // An underscore and the year, not the day.
        b'_' if !rest.starts_with(b"_2006") => {}
        _ => return None,
    }
    let (text, element) = ELEMENTS.iter().find(|(text, _)| rest.starts_with(text))?;
    // "Mon" and "Jan" within a word, as "Month", mean nothing.
    let within_word = rest.get(text.len()).is_some_and(u8::is_ascii_lowercase);
    if within_word && matches!(element, Element::ShortMonth | Element::ShortWeekday) {
        return None;
    }
    Some((text.len(), *element))
}

fn fraction_at(rest: &[u8]) -> Option<(usize, Element)> {
    let digit = *rest.get(1).filter(|b| matches!(b, b'0' | b'9'))?;
    let digits = rest[1..].iter().take_while(|&&b| b == digit).count();
    if rest.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((1 + digits, Element::Fraction { digits, separator: rest[0], fixed: digit == b'0' }))
}

/// Appends a number filled up with zeros to a width, its sign in front.
fn push_number(out: &mut Vec<u8>, n: i64, width: usize) {
    if n < 0 {
        out.push(b'-');
    }
    let digits = n.unsigned_abs().checked_ilog10().map_or(1, |d| d as usize + 1);
    out.resize(out.len() + width.saturating_sub(digits), b'0');
    crate::strconv::append_uint(out, n.unsigned_abs(), 10);
}

/// Appends a time by a layout (`Time.AppendFormat`).
pub(super) fn append_format(out: &mut Vec<u8>, time: &Time, layout: &[u8]) {
    let civil = time.civil();
    let width = |padded: bool| if padded { 2 } else { 0 };
    let mut rest = layout;
    while let Some((at, len, element)) = next_element(rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + len..];
        let month = MONTHS[(civil.month - 1) as usize];
        let weekday = WEEKDAYS[time.weekday().0 as usize];
        match element {
            Element::LongMonth => out.extend_from_slice(month.as_bytes()),
            Element::ShortMonth => out.extend_from_slice(&month.as_bytes()[..3]),
            Element::Month { padded } => push_number(out, civil.month, width(padded)),
            Element::LongWeekday => out.extend_from_slice(weekday.as_bytes()),
            Element::ShortWeekday => out.extend_from_slice(&weekday.as_bytes()[..3]),
            Element::Day(padding) => push_padded(out, civil.day, 2, padding),
            Element::YearDay(padding) => push_padded(out, time.year_day(), 3, padding),
            Element::Hour => push_number(out, civil.hour, 2),
            Element::Hour12 { padded } => push_number(out, (civil.hour + 11) % 12 + 1, width(padded)),
            Element::Minute { padded } => push_number(out, civil.minute, width(padded)),
            Element::Second { padded } => push_number(out, civil.second, width(padded)),
            Element::LongYear => push_number(out, civil.year, 4),
            Element::ShortYear => push_number(out, civil.year.abs() % 100, 2),
            Element::Noon { upper } => out.extend_from_slice(match (civil.hour >= 12, upper) {
                (true, true) => b"PM",
                (false, true) => b"AM",
                (true, false) => b"pm",
                (false, false) => b"am",
            }),
            Element::ZoneName => push_zone(out, time),
            Element::Offset { z: true, .. } if time.offset() == 0 => out.push(b'Z'),
            Element::Offset { colon, parts, .. } => push_offset(out, time.offset(), colon, parts),
            Element::Fraction { digits, separator, fixed } => {
                push_fraction(out, time.nanosecond(), digits, separator, fixed);
            }
        }
    }
    out.extend_from_slice(rest);
}

fn push_padded(out: &mut Vec<u8>, n: i64, width: usize, padding: Padding) {
    match padding {
        Padding::None => push_number(out, n, 0),
        Padding::Zero => push_number(out, n, width),
        Padding::Space => {
            let start = out.len();
            push_number(out, n, width);
            let zeros = out[start..].iter().take(width - 1).take_while(|&&b| b == b'0').count();
            out[start..start + zeros].fill(b' ');
        }
    }
}

fn push_zone(out: &mut Vec<u8>, time: &Time) {
    match time.zone().abbreviation(time.unix()) {
        // A zone without a name shows its offset.
        name if name.is_empty() => push_offset(out, time.offset(), false, 2),
        name => out.extend_from_slice(name.as_bytes()),
    }
}

fn push_offset(out: &mut Vec<u8>, offset: i32, colon: bool, parts: u8) {
    let offset = i64::from(offset);
    let minutes = offset / 60;
    // The sign is that of the minutes: Go shows it on the seconds where there are no minutes.
    let (sign, seconds) = if minutes < 0 { (b'-', -offset) } else { (b'+', offset) };
    out.push(sign);
    push_number(out, minutes.abs() / 60, 2);
    if parts >= 2 {
        out.extend(colon.then_some(b':'));
        push_number(out, minutes.abs() % 60, 2);
    }
    if parts == 3 {
        out.extend(colon.then_some(b':'));
        push_number(out, seconds % 60, 2);
    }
}

fn push_fraction(out: &mut Vec<u8>, nanos: u32, digits: usize, separator: u8, fixed: bool) {
    let text = format!("{nanos:09}");
    let mut text = &text.as_bytes()[..digits.min(9)];
    while let (false, [rest @ .., b'0']) = (fixed, text) {
        text = rest;
    }
    if !text.is_empty() {
        out.push(separator);
        out.extend_from_slice(text);
    }
}
