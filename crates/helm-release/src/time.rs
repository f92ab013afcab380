//! Points in time as Go's `time.Time` writes them to JSON.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time and the offset at which it is written (RFC 3339 with nanoseconds, trailing zeros dropped).
#[derive(Clone, Copy, Debug)]
pub struct Time {
    instant: Timestamp,
    offset: Offset,
}

impl Time {
    /// A point in time, written at an offset from UTC.
    pub fn new(instant: Timestamp, offset: Offset) -> Time {
        Time { instant, offset }
    }

    /// A point in time, written in UTC.
    pub fn utc(instant: Timestamp) -> Time {
        Time::new(instant, Offset::UTC)
    }

    /// Reads RFC 3339 text. Go's zero time, 1 January of the year 1 in UTC, and the empty text are `None`.
    pub fn parse(text: &str) -> Result<Option<Time>, jiff::Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let instant: Timestamp = text.parse()?;
        let offset = parse_offset(text).unwrap_or(Offset::UTC);
        Ok((instant.as_second() != ZERO_SECOND || instant.subsec_nanosecond() != 0)
            .then_some(Time { instant, offset }))
    }

    /// The instant.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The offset from UTC at which the time is written.
    pub fn offset(&self) -> Offset {
        self.offset
    }

    /// The text to the second, as Go's `time.RFC3339` has it.
    pub fn to_seconds(self) -> String {
        let whole = Timestamp::from_second(self.instant.as_second()).unwrap_or(self.instant);
        Time { instant: whole, ..self }.to_string()
    }

    /// Seconds since 1970, as `Time.Unix` gives them.
    pub fn unix(&self) -> i64 {
        self.instant.as_second()
    }
}

/// Unix second of Go's zero time.
const ZERO_SECOND: i64 = -62_135_596_800;

/// The offset at the end of RFC 3339 text.
fn parse_offset(text: &str) -> Option<Offset> {
    let tail = text.get(text.len().checked_sub(6)?..)?;
    let sign = match tail.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours: i32 = tail.get(1..3)?.parse().ok()?;
    let minutes: i32 = tail.get(4..6)?.parse().ok()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.offset.to_datetime(self.instant);
        write!(f, "{:04}-{:02}-{:02}T", t.year(), t.month(), t.day())?;
        write!(f, "{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())?;
        if t.subsec_nanosecond() != 0 {
            let digits = format!("{:09}", t.subsec_nanosecond());
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        match self.offset.seconds() {
            0 => f.write_str("Z"),
            s => {
                let minutes = s.abs() / 60;
                write!(f, "{}{:02}:{:02}", if s < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
            }
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An optional time: `null`, `""` and Go's zero time are none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MaybeTime(pub(crate) Option<Time>);

impl<'de> Deserialize<'de> for MaybeTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?.unwrap_or_default();
        Time::parse(&text).map(MaybeTime).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_go_writes_them() {
        for text in [
            "2026-11-21T05:19:34Z",
            "2026-11-21T05:19:34.12Z",
            "2026-11-21T05:19:34.123456789+05:30",
            "2026-11-21T05:19:34.5-08:00",
        ] {
            assert_eq!(Time::parse(text).unwrap().unwrap().to_string(), text);
        }
        assert_eq!(Time::parse("").unwrap(), None);
        assert_eq!(Time::parse("0001-01-01T00:00:00Z").unwrap(), None);
        assert!(Time::parse("yesterday").is_err());
    }
}
