//! Reading times by a layout.

use super::civil::{MONTHS, WEEKDAYS, days_before, days_in, is_leap};
use super::error::Quoted;
use super::layout::{Element, Padding, next_element};
use super::{Civil, ParseError, Time, Zone};

/// Reads a time by a layout (`time.Parse` where the local zone is UTC): without a zone in the text it is UTC.
pub fn parse(layout: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<Time, ParseError> {
    parse_in(layout, value, &Zone::UTC, &Zone::UTC)
}

/// Reads a time by a layout: `default` is the zone of a text without one, `local` the zone that offsets and
/// abbreviations are looked up in (`time.ParseInLocation` with both the same, `time.Parse` with UTC and Local).
pub fn parse_in(
    layout: impl AsRef<[u8]>,
    value: impl AsRef<[u8]>,
    default: &Zone,
    local: &Zone,
) -> Result<Time, ParseError> {
    let (layout, value) = (layout.as_ref(), value.as_ref());
    let mut reader = Reader { rest: value, fields: Fields::default() };
    let fail = |element: &[u8], found: &[u8], message: String| ParseError {
        layout: layout.into(),
        value: value.into(),
        layout_element: element.into(),
        value_element: found.into(),
        message,
    };
    let mut rest = layout;
    while !rest.is_empty() {
        let (at, len, element) = match next_element(rest) {
            Some((at, len, element)) => (at, len, Some(element)),
            None => (rest.len(), 0, None),
        };
        let (prefix, after) = rest.split_at(at);
        let (element_text, after) = after.split_at(len);
        reader.skip(prefix).map_err(|found| fail(prefix, found, String::new()))?;
        let Some(element) = element else { break };
        let before = reader.rest;
        match reader.element(element, after) {
            Ok(()) => {}
            Err(Bad::Form) => return Err(fail(element_text, before, String::new())),
            Err(Bad::Range(what)) => {
                return Err(fail(element_text, reader.rest, format!(": {what} out of range")));
            }
        }
        rest = after;
    }
    if !reader.rest.is_empty() {
        return Err(fail(b"", reader.rest, format!(": extra text: {}", Quoted(reader.rest))));
    }
    let civil = reader.fields.civil().map_err(|message| fail(b"", b"", message.to_owned()))?;
    Ok(reader.fields.place(civil, default, local))
}

/// Why an element could not be read.
enum Bad {
    Form,
    Range(&'static str),
}

/// What the elements said so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    /// `PM` or `AM`.
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone_name: String,
}

struct Reader<'a> {
    rest: &'a [u8],
    fields: Fields,
}

fn skip_spaces(s: &[u8]) -> &[u8] {
    &s[s.iter().take_while(|&&b| b == b' ').count()..]
}

impl<'a> Reader<'a> {
    /// Skips the literal text of the layout; runs of spaces match one another. The error is what was left.
    fn skip(&mut self, mut prefix: &[u8]) -> Result<(), &'a [u8]> {
        while let [first, after @ ..] = prefix {
            if *first == b' ' {
                if self.rest.first().is_some_and(|&b| b != b' ') {
                    return Err(self.rest);
                }
                prefix = skip_spaces(prefix);
                self.rest = skip_spaces(self.rest);
                continue;
            }
            if self.rest.first() != Some(first) {
                return Err(self.rest);
            }
            prefix = after;
            self.rest = &self.rest[1..];
        }
        Ok(())
    }

    fn element(&mut self, element: Element, after: &[u8]) -> Result<(), Bad> {
        match element {
            Element::ShortYear => {
                let year = signed(self.take(2)?).ok_or(Bad::Form)?;
                self.fields.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Element::LongYear if !self.rest.first().is_some_and(u8::is_ascii_digit) => return Err(Bad::Form),
            Element::LongYear => self.fields.year = signed(self.take(4)?).ok_or(Bad::Form)?,
            Element::LongMonth => self.fields.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Element::ShortMonth => self.fields.month = Some(self.name(&MONTHS, 3)? + 1),
            Element::LongWeekday => self.name(&WEEKDAYS, usize::MAX).map(drop)?,
            Element::ShortWeekday => self.name(&WEEKDAYS, 3).map(drop)?,
            Element::Month { padded } => {
                self.fields.month = Some(self.number(padded)?);
                check(matches!(self.fields.month, Some(1..=12)), "month")?;
            }
            Element::Day(padding) => {
                if padding == Padding::Space && self.rest.first() == Some(&b' ') {
                    self.rest = &self.rest[1..];
                }
                self.fields.day = Some(self.number(padding == Padding::Zero)?);
            }
            Element::YearDay(padding) => self.year_day(padding)?,
            Element::Hour => {
                self.fields.hour = self.number(false)?;
                check(self.fields.hour < 24, "hour")?;
            }
            Element::Hour12 { padded } => {
                self.fields.hour = self.number(padded)?;
                check(self.fields.hour <= 12, "hour")?;
            }
            Element::Minute { padded } => {
                self.fields.minute = self.number(padded)?;
                check(self.fields.minute < 60, "minute")?;
            }
            Element::Second { padded } => self.second(padded, after)?,
            Element::Noon { upper } => {
                self.fields.afternoon = Some(match (self.take(2)?, upper) {
                    (b"PM", true) | (b"pm", false) => true,
                    (b"AM", true) | (b"am", false) => false,
                    _ => return Err(Bad::Form),
                });
            }
            Element::Offset { z: true, .. } if self.rest.first() == Some(&b'Z') => {
                self.rest = &self.rest[1..];
                self.fields.utc = true;
            }
            Element::Offset { colon, parts, .. } => self.offset(colon, parts)?,
            Element::ZoneName => self.zone_name()?,
            Element::Fraction { digits, fixed: true, .. } => {
                let text = self.take(1 + digits)?;
                self.fields.nanosecond = nanoseconds(text)?;
            }
            Element::Fraction { .. } => {
                if let Some(text) = self.fraction() {
                    self.fields.nanosecond = nanoseconds(text)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Bad> {
        let (text, rest) = self.rest.split_at_checked(n).ok_or(Bad::Form)?;
        self.rest = rest;
        Ok(text)
    }

    /// A number of one or two digits, or of exactly two.
    fn number(&mut self, two: bool) -> Result<i64, Bad> {
        let digits = self.rest.iter().take(2).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || two && digits == 1 {
            return Err(Bad::Form);
        }
        signed(self.take(digits)?).ok_or(Bad::Form)
    }

    fn name(&mut self, names: &[&str], len: usize) -> Result<i64, Bad> {
        for (i, name) in names.iter().enumerate() {
            let name = &name.as_bytes()[..len.min(name.len())];
            if self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                return Ok(i as i64);
            }
        }
        Err(Bad::Form)
    }

    fn year_day(&mut self, padding: Padding) -> Result<(), Bad> {
        for _ in 0..2 {
            if padding == Padding::Space && self.rest.first() == Some(&b' ') {
                self.rest = &self.rest[1..];
            }
        }
        let digits = self.rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || padding == Padding::Zero && digits != 3 {
            return Err(Bad::Form);
        }
        self.fields.year_day = signed(self.take(digits)?);
        Ok(())
    }

    fn second(&mut self, padded: bool, after: &[u8]) -> Result<(), Bad> {
        self.fields.second = self.number(padded)?;
        check(self.fields.second < 60, "second")?;
        // A fraction may follow the seconds even if the layout has none.
        if !matches!(next_element(after), Some((_, _, Element::Fraction { .. })))
            && let Some(text) = self.fraction()
        {
            self.fields.nanosecond = nanoseconds(text)?;
        }
        Ok(())
    }

    /// A point or comma with all the digits behind it, if that comes next.
    fn fraction(&mut self) -> Option<&'a [u8]> {
        let [b'.' | b',', digits @ ..] = self.rest else { return None };
        let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 { None } else { self.take(1 + count).ok() }
    }

    fn offset(&mut self, colon: bool, parts: u8) -> Result<(), Bad> {
        let len = 1 + 2 * usize::from(parts) + if colon { usize::from(parts) - 1 } else { 0 };
        let text = self.rest.get(..len).ok_or(Bad::Form)?;
        let step = if colon { 3 } else { 2 };
        if colon && (1..usize::from(parts)).any(|i| text[3 * i] != b':') {
            return Err(Bad::Form);
        }
        self.rest = &self.rest[len..];
        let part = |i: usize| match i < usize::from(parts) {
            true => two_digits(&text[1 + step * i..][..2]),
            false => Some(0),
        };
        // The first malformed part makes those behind it unread, yet what was read is checked first. Go
        // reports the last part that is out of range.
        let hours = part(0);
        let minutes = hours.and_then(|_| part(1));
        let seconds = minutes.and_then(|_| part(2));
        check(seconds.unwrap_or(0) <= 60, "time zone offset second")?;
        check(minutes.unwrap_or(0) <= 60, "time zone offset minute")?;
        check(hours.unwrap_or(0) <= 24, "time zone offset hour")?;
        let (Some(h), Some(m), Some(s)) = (hours, minutes, seconds) else { return Err(Bad::Form) };
        let offset = (h * 60 + m) * 60 + s;
        self.fields.offset = Some(match text[0] {
            b'+' => offset,
            b'-' => -offset,
            _ => return Err(Bad::Form),
        });
        Ok(())
    }

    fn zone_name(&mut self) -> Result<(), Bad> {
        if let Some(rest) = self.rest.strip_prefix(b"UTC") {
            self.rest = rest;
            self.fields.utc = true;
            return Ok(());
        }
        let len = zone_name_len(self.rest).ok_or(Bad::Form)?;
        self.fields.zone_name = String::from_utf8_lossy(self.take(len)?).into_owned();
        Ok(())
    }
}

fn check(good: bool, what: &'static str) -> Result<(), Bad> {
    if good { Ok(()) } else { Err(Bad::Range(what)) }
}

/// A decimal number with an optional sign; Go reads years and fractions by the same function.
fn signed(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n = digits.iter().fold(0i64, |n, b| n.saturating_mul(10).saturating_add(i64::from(b - b'0')));
    Some(if text.first() == Some(&b'-') { -n } else { n })
}

fn two_digits(text: &[u8]) -> Option<i32> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i32::from(a - b'0') * 10 + i32::from(b - b'0')),
        _ => None,
    }
}

/// The nanoseconds of `.digits`; digits beyond the ninth do not count.
fn nanoseconds(text: &[u8]) -> Result<i64, Bad> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Err(Bad::Form);
    }
    let digits = &text[1..text.len().min(10)];
    let n = signed(digits).ok_or(Bad::Form)?;
    check(n >= 0, "fractional second")?;
    Ok(n * 10i64.pow(9 - digits.len() as u32))
}

/// The length of a zone abbreviation: three letters, four or five ending in T, `GMT+3`, `+03`, and a few by name.
fn zone_name_len(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_len(rest));
    }
    if let b'+' | b'-' = text[0] {
        return Some(signed_hours_len(text)).filter(|&n| n > 0);
    }
    match text.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of a sign and hours up to 23; 0 for anything else.
fn signed_hours_len(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    match signed(&digits[..count]) {
        Some(0..=23) if count > 0 => 1 + count,
        _ => 0,
    }
}

impl Fields {
    /// Date and clock, checked.
    fn civil(&self) -> Result<Civil, &'static str> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let (month, day) = match self.year_day {
            Some(year_day) => self.month_and_day(year_day)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > days_in(month, self.year) {
            return Err(": day out of range");
        }
        Ok(Civil {
            year: self.year,
            month,
            day,
            hour,
            minute: self.minute,
            second: self.second,
            nanosecond: self.nanosecond,
        })
    }

    /// Month and day of a day of the year; where the text has them too they must agree.
    fn month_and_day(&self, year_day: i64) -> Result<(i64, i64), &'static str> {
        let leap_day = is_leap(self.year) && year_day == 31 + 29;
        // Counted as in a common year from here on.
        let common = if is_leap(self.year) && year_day > 31 + 29 { year_day - 1 } else { year_day };
        if !(1..=365).contains(&common) {
            return Err(": day-of-year out of range");
        }
        let (month, day) = if leap_day {
            (2, 29)
        } else {
            let month = (1..=12).rev().find(|&m| days_before(m) < common).unwrap_or(1);
            (month, common - days_before(month))
        };
        if self.month.is_some_and(|m| m != month) {
            return Err(": day-of-year does not match month");
        }
        if self.day.is_some_and(|d| d != day) {
            return Err(": day-of-year does not match day");
        }
        Ok((month, day))
    }

    /// The instant of a date and clock by what the text says about the zone.
    fn place(&self, civil: Civil, default: &Zone, local: &Zone) -> Time {
        if self.utc {
            return Time::from_civil(civil, &Zone::UTC);
        }
        let clock = Time::from_civil(civil, &Zone::UTC);
        let shifted = |offset: i32| Time::from_unix(clock.unix() - i64::from(offset), self.nanosecond);
        // An offset of one second west is Go's mark for none.
        if let Some(offset) = self.offset.filter(|&o| o != -1) {
            let time = shifted(offset);
            let here = local.offset(time.unix()) == offset
                && (self.zone_name.is_empty() || local.abbreviation(time.unix()) == self.zone_name);
            return time.in_zone(&if here { local.clone() } else { Zone::fixed(&self.zone_name, offset) });
        }
        if !self.zone_name.is_empty() {
            if let Some(offset) = local.offset_of(&self.zone_name, clock.unix()) {
                return shifted(offset).in_zone(local);
            }
            let hours = self.zone_name.strip_prefix("GMT").and_then(|h| signed(h.as_bytes())).unwrap_or(0);
            return clock.in_zone(&Zone::fixed(&self.zone_name, hours as i32 * 3600));
        }
        Time::from_civil(civil, default)
    }
}
