use std::cmp::Ordering;
use std::fmt;

use super::civil::{DAY, year_and_day};
use super::layout::append_format;
use super::{Civil, Duration, Month, Weekday, Zone};

/// Unix seconds of the first of January of year 1, Go's zero time.
const YEAR_ONE: i64 = -62_135_596_800;

/// An instant with nanoseconds, seen in a zone (`time.Time` without a monotonic clock reading). Two are equal when
/// instant and zone are the same ([`Time::cmp_instant`] compares instants). `Display` is `Time.String`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    zone: Zone,
}

impl Default for Time {
    fn default() -> Self {
        Time::ZERO
    }
}

impl Time {
    /// Go's zero time: the first of January of year 1, UTC.
    pub const ZERO: Time = Time { seconds: YEAR_ONE, nanos: 0, zone: Zone::UTC };

    /// The instant of Unix seconds and nanoseconds (any number of them), in UTC.
    pub fn from_unix(seconds: i64, nanos: i64) -> Time {
        let carry = nanos.div_euclid(1_000_000_000);
        let nanos = nanos.rem_euclid(1_000_000_000) as u32;
        Time { seconds: seconds.saturating_add(carry), nanos, zone: Zone::UTC }
    }

    /// The instant of a date and clock in a zone (`time.Date`). A clock time that a change of offset skips or
    /// repeats is one of the two possible instants, the one that Go takes.
    pub fn from_civil(civil: Civil, zone: &Zone) -> Time {
        let (clock, nanos) = civil.to_seconds();
        let guess = clock.saturating_sub(i64::from(zone.offset(clock)));
        let seconds = clock.saturating_sub(i64::from(zone.offset(guess)));
        Time { seconds, nanos, zone: zone.clone() }
    }

    /// The same instant in another zone.
    pub fn in_zone(&self, zone: &Zone) -> Time {
        Time { zone: zone.clone(), ..*self }
    }

    /// The same instant in UTC.
    pub fn utc(&self) -> Time {
        self.in_zone(&Zone::UTC)
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Unix seconds, rounded down.
    pub fn unix(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanosecond(&self) -> u32 {
        self.nanos
    }

    /// Unix time in nanoseconds; wraps outside the years 1678 to 2262, as in Go.
    pub fn unix_nanos(&self) -> i64 {
        self.seconds.wrapping_mul(1_000_000_000).wrapping_add(i64::from(self.nanos))
    }

    /// Whether this is the zero time.
    pub fn is_zero(&self) -> bool {
        self.seconds == YEAR_ONE && self.nanos == 0
    }

    /// Seconds east of UTC.
    pub fn offset(&self) -> i32 {
        self.zone.offset(self.seconds)
    }

    fn clock_seconds(&self) -> i64 {
        self.seconds.saturating_add(i64::from(self.offset()))
    }

    /// Date and clock in the zone.
    pub fn civil(&self) -> Civil {
        Civil::from_seconds(self.clock_seconds(), self.nanos)
    }

    /// The month in the zone.
    pub fn month(&self) -> Month {
        Month(self.civil().month)
    }

    /// The day of the week in the zone.
    pub fn weekday(&self) -> Weekday {
        Weekday((self.clock_seconds().div_euclid(DAY) + 4).rem_euclid(7))
    }

    /// The day of the year in the zone, from 1.
    pub fn year_day(&self) -> i64 {
        year_and_day(self.clock_seconds().div_euclid(DAY)).1 + 1
    }

    fn nanos_since_year_one(&self) -> i128 {
        (i128::from(self.seconds) - i128::from(YEAR_ONE)) * 1_000_000_000 + i128::from(self.nanos)
    }

    /// The instant a duration later.
    pub fn add(&self, d: Duration) -> Time {
        let moved = Time::from_unix(self.seconds, i64::from(self.nanos) + d.nanos() % 1_000_000_000);
        let seconds = moved.seconds.saturating_add(d.nanos() / 1_000_000_000);
        Time { seconds, nanos: moved.nanos, zone: self.zone.clone() }
    }

    /// The same clock time years, months and days later, carried over into range (`Time.AddDate`).
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let mut civil = self.civil();
        civil.year = civil.year.saturating_add(years);
        civil.month = civil.month.saturating_add(months);
        civil.day = civil.day.saturating_add(days);
        Time::from_civil(civil, &self.zone)
    }

    /// The time from another instant to this one, within bounds.
    pub fn sub(&self, other: &Time) -> Duration {
        let nanos = self.nanos_since_year_one() - other.nanos_since_year_one();
        Duration::from_nanos(nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// Rounded down to a multiple of a duration since year 1.
    pub fn truncate(&self, unit: Duration) -> Time {
        self.add(Duration::from_nanos(-self.rest(unit)))
    }

    /// Rounded to a multiple of a duration since year 1, half up.
    pub fn round(&self, unit: Duration) -> Time {
        let rest = self.rest(unit);
        let up = rest.unsigned_abs() * 2 >= unit.nanos().unsigned_abs() && unit.nanos() > 0;
        self.add(Duration::from_nanos(if up { unit.nanos() - rest } else { -rest }))
    }

    fn rest(&self, unit: Duration) -> i64 {
        match unit.nanos() {
            ..=0 => 0,
            unit => self.nanos_since_year_one().rem_euclid(i128::from(unit)) as i64,
        }
    }

    /// Which of two instants is earlier, whatever their zones.
    pub fn cmp_instant(&self, other: &Time) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }

    /// The time by a layout (`Time.Format`).
    pub fn format(&self, layout: &str) -> String {
        let mut out = Vec::with_capacity(layout.len() + 10);
        append_format(&mut out, self, layout.as_bytes());
        // Only elements were replaced, by text: what is left of the layout is whole.
        String::from_utf8(out).unwrap_or_default()
    }

    /// Appends the time by a layout of any bytes.
    pub fn append_format(&self, out: &mut Vec<u8>, layout: &[u8]) {
        append_format(out, self, layout);
    }

    /// The Go expression for this time (`Time.GoString`).
    pub fn go_text(&self) -> String {
        let c = self.civil();
        let zone = match self.zone.name() {
            _ if self.zone.is_utc() => "time.UTC".to_owned(),
            "Local" => "time.Local".to_owned(),
            name => format!("time.Location({})", super::error::Quoted(name.as_bytes())),
        };
        let month = Month(c.month);
        format!(
            "time.Date({}, time.{month}, {}, {}, {}, {}, {}, {zone})",
            c.year, c.day, c.hour, c.minute, c.second, c.nanosecond
        )
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}
