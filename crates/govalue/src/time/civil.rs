//! The proleptic Gregorian calendar.

use std::fmt;

/// A month; 1 is January. Numbers outside 1 to 12 print as `%!Month(13)`, as in Go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month(pub i64);

/// A day of the week; 0 is Sunday.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Weekday(pub i64);

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usize::try_from(self.0 - 1).ok().and_then(|i| MONTHS.get(i)) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Month({})", self.0 as u64),
        }
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usize::try_from(self.0).ok().and_then(|i| WEEKDAYS.get(i)) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Weekday({})", self.0 as u64),
        }
    }
}

/// Date and clock. Fields out of range carry over, as in Go's `time.Date`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub nanosecond: i64,
}

pub(super) const DAY: i64 = 86_400;

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days before a month (1 to 13) of a common year.
pub(super) fn days_before(month: i64) -> i64 {
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    usize::try_from(month - 1).ok().and_then(|i| BEFORE.get(i)).copied().unwrap_or(0)
}

pub(super) fn days_in(month: i64, year: i64) -> i64 {
    days_before(month + 1) - days_before(month) + i64::from(month == 2 && is_leap(year))
}

/// Days from 1970-01-01 to the first of January of a year.
fn days_to_year(year: i64) -> i64 {
    let before = year.saturating_sub(1);
    before.saturating_mul(365) + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400)
        - 719_162
}

/// Year and day of the year (from 0) of a number of days since 1970-01-01.
pub(super) fn year_and_day(days: i64) -> (i64, i64) {
    // An estimate that errs by a year at most.
    let mut year = 1970 + (i128::from(days) * 400).div_euclid(146_097) as i64;
    while days_to_year(year) > days {
        year -= 1;
    }
    while days_to_year(year + 1) <= days {
        year += 1;
    }
    (year, days - days_to_year(year))
}

impl Civil {
    /// The date and clock of a number of seconds since 1970-01-01 00:00:00.
    pub(super) fn from_seconds(seconds: i64, nanosecond: u32) -> Civil {
        let (year, mut day) = year_and_day(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        let leap = i64::from(is_leap(year));
        let mut month = 1;
        let start = |month: i64| days_before(month) + if month > 2 { leap } else { 0 };
        while month < 12 && start(month + 1) <= day {
            month += 1;
        }
        day -= start(month);
        Civil {
            year,
            month,
            day: day + 1,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            nanosecond: i64::from(nanosecond),
        }
    }

    /// Seconds since 1970-01-01 00:00:00, and nanoseconds.
    pub(super) fn to_seconds(self) -> (i64, u32) {
        let months = self.month.saturating_sub(1);
        // Years far beyond anything that Go can print are cut off: their seconds must not overflow.
        let year = self.year.saturating_add(months.div_euclid(12)).clamp(-200_000_000_000, 200_000_000_000);
        let month = months.rem_euclid(12) + 1;
        let days = days_to_year(year) + days_before(month) + i64::from(month > 2 && is_leap(year));
        let seconds = days
            .saturating_add(self.day.saturating_sub(1))
            .saturating_mul(DAY)
            .saturating_add(self.hour.saturating_mul(3600))
            .saturating_add(self.minute.saturating_mul(60))
            .saturating_add(self.second)
            .saturating_add(self.nanosecond.div_euclid(1_000_000_000));
        (seconds, self.nanosecond.rem_euclid(1_000_000_000) as u32)
    }
}
