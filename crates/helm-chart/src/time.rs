use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment with the offset it was written with: Go's `time.Time` as JSON and YAML carry it (RFC 3339).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    offset: i32,
}

/// Seconds from year 1 to 1970: Go's zero time seen from the Unix epoch.
const ZERO_SECONDS: i64 = -62_135_596_800;

impl Time {
    /// Go's zero time, `0001-01-01T00:00:00Z`.
    pub const ZERO: Time = Time { seconds: ZERO_SECONDS, nanos: 0, offset: 0 };

    /// A moment in UTC, from seconds since 1970 and nanoseconds (less than a second).
    pub fn from_unix(seconds: i64, nanos: u32) -> Time {
        Time { seconds, nanos: nanos.min(999_999_999), offset: 0 }
    }

    /// Seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// Whether this is Go's zero time (`time.Time.IsZero`).
    pub fn is_zero(self) -> bool {
        self.seconds == ZERO_SECONDS && self.nanos == 0
    }
}

impl Default for Time {
    fn default() -> Self {
        Time::ZERO
    }
}

/// Days since 1970 of a civil date (proleptic Gregorian).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil date of a count of days since 1970.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl fmt::Display for Time {
    /// Go's `time.RFC3339Nano`: no trailing zeros in the fraction, `Z` for UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + i64::from(self.offset);
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanos != 0 {
            write!(f, ".{}", format!("{:09}", self.nanos).trim_end_matches('0'))?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let minutes = self.offset.abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Why a text is no RFC 3339 time; the text of Go's `time.ParseError` as far as a chart can show it.
#[derive(Debug)]
pub struct ParseTimeError {
    text: String,
    rest: String,
    /// What was expected; nothing where the text should have ended.
    layout: &'static str,
}

impl std::error::Error for ParseTimeError {}

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, rest) = (quoted(&self.text), quoted(&self.rest));
        if self.layout.is_empty() {
            return write!(f, "parsing time {text}: extra text: {rest}");
        }
        let layout = quoted(self.layout);
        write!(f, "parsing time {text} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest} as {layout}")
    }
}

impl FromStr for Time {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut cursor = Cursor { text, at: 0 };
        let year = cursor.number(4, "2006")?;
        cursor.literal("-")?;
        let month = cursor.number(2, "01")?;
        cursor.literal("-")?;
        let day = cursor.number(2, "02")?;
        cursor.literal("T")?;
        let hour = cursor.number(2, "15")?;
        cursor.literal(":")?;
        let minute = cursor.number(2, "04")?;
        cursor.literal(":")?;
        let second = cursor.number(2, "05")?;
        let nanos = cursor.fraction();
        let offset = cursor.zone()?;
        let in_range =
            (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
        if !in_range {
            return Err(cursor.error("Z07:00"));
        }
        if cursor.at != text.len() {
            return Err(cursor.error(""));
        }
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Ok(Time { seconds: seconds - i64::from(offset), nanos, offset })
    }
}

/// How package `time` quotes: bytes beyond ASCII in hexadecimal.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', byte as char]),
            b' '..=b'~' | 0x7f => out.push(byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn error(&self, layout: &'static str) -> ParseTimeError {
        ParseTimeError { text: self.text.to_owned(), rest: self.rest().to_owned(), layout }
    }

    fn number(&mut self, digits: usize, layout: &'static str) -> Result<i64, ParseTimeError> {
        let found = self.rest().get(..digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        let number = found.and_then(|d| d.parse().ok()).ok_or_else(|| self.error(layout))?;
        self.at += digits;
        Ok(number)
    }

    fn literal(&mut self, literal: &'static str) -> Result<(), ParseTimeError> {
        if !self.rest().starts_with(literal) {
            return Err(self.error(literal));
        }
        self.at += literal.len();
        Ok(())
    }

    fn fraction(&mut self) -> u32 {
        let rest = self.rest();
        if !rest.starts_with(['.', ',']) {
            return 0;
        }
        let digits: String = rest[1..].chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return 0;
        }
        self.at += 1 + digits.len();
        format!("{digits:0<9}")[..9].parse().unwrap_or(0)
    }

    fn zone(&mut self) -> Result<i32, ParseTimeError> {
        let sign = match self.rest().bytes().next() {
            Some(b'Z') => {
                self.at += 1;
                return Ok(0);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(self.error("Z07:00")),
        };
        self.at += 1;
        let hours = self.number(2, "Z07:00")?;
        self.literal(":")?;
        let minutes = self.number(2, "Z07:00")?;
        Ok(sign * (hours as i32 * 3600 + minutes as i32 * 60))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Helm 2 and hand-written locks leave the field out or empty; null is Go's no-op.
        match Option::<String>::deserialize(deserializer)? {
            None => Ok(Time::ZERO),
            Some(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_what_go_does() {
        for text in
            ["0001-01-01T00:00:00Z", "2021-03-29T12:42:34.3+02:00", "1969-12-31T23:59:59.000000001-07:30"]
        {
            assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        }
        assert!("0001-01-01T00:00:00Z".parse::<Time>().unwrap().is_zero());
        assert_eq!("2000-02-29T00:00:00Z".parse::<Time>().unwrap().unix_seconds(), 951_782_400);
        for text in ["", "x", "2000-02-29", "2000-13-29T00:00:00Z", "2000-01-29T00:00:00Zé", "é"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
