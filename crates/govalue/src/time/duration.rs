use std::fmt;

use super::DurationError;
use super::error::Quoted;

/// A span of time in nanoseconds (`time.Duration`). `Display` is Go's text, as `1h15m30.918s`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Duration(i64);

impl Duration {
    /// One nanosecond.
    pub const NANOSECOND: Duration = Duration(1);
    /// One millisecond.
    pub const MILLISECOND: Duration = Duration(1_000_000);
    /// One second.
    pub const SECOND: Duration = Duration(1_000_000_000);
    /// One minute.
    pub const MINUTE: Duration = Duration(60 * Duration::SECOND.0);
    /// One hour.
    pub const HOUR: Duration = Duration(60 * Duration::MINUTE.0);

    /// A duration of nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Duration {
        Duration(nanos)
    }

    /// A duration of seconds, cut off at the largest one.
    pub const fn from_secs(seconds: i64) -> Duration {
        Duration(seconds.saturating_mul(Duration::SECOND.0))
    }

    /// The nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The duration in hours.
    pub fn hours(self) -> f64 {
        self.in_units(Duration::HOUR)
    }

    /// The duration in minutes.
    pub fn minutes(self) -> f64 {
        self.in_units(Duration::MINUTE)
    }

    /// The duration in seconds.
    pub fn seconds(self) -> f64 {
        self.in_units(Duration::SECOND)
    }

    fn in_units(self, unit: Duration) -> f64 {
        // Whole units and the rest apart: dividing the whole number would lose digits.
        (self.0 / unit.0) as f64 + (self.0 % unit.0) as f64 / unit.0 as f64
    }

    /// Rounded toward zero to a multiple; unchanged by a unit that is not positive (`Duration.Truncate`).
    pub fn truncate(self, unit: Duration) -> Duration {
        if unit.0 <= 0 { self } else { Duration(self.0 - self.0 % unit.0) }
    }

    /// Rounded half away from zero to a multiple, within bounds (`Duration.Round`).
    pub fn round(self, unit: Duration) -> Duration {
        if unit.0 <= 0 {
            return self;
        }
        let rest = self.0 % unit.0;
        let down = self.0 - rest;
        if rest.unsigned_abs() * 2 < unit.0.unsigned_abs() {
            return Duration(down);
        }
        Duration(down.saturating_add(if self.0 < 0 { -unit.0 } else { unit.0 }))
    }

    /// The absolute value, within bounds (`Duration.Abs`).
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }

    /// For the standard library's clocks; zero for a negative duration.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }
}

impl From<std::time::Duration> for Duration {
    fn from(d: std::time::Duration) -> Duration {
        Duration(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// `whole.fraction` in a unit, trailing zeros and an empty fraction left out.
fn write_decimal(f: &mut fmt::Formatter<'_>, value: u64, unit: u64) -> fmt::Result {
    write!(f, "{}", value / unit)?;
    let (mut fraction, mut digits) = (value % unit, unit.ilog10() as usize);
    if fraction == 0 {
        return Ok(());
    }
    while fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    write!(f, ".{fraction:0digits$}")
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (unit, name) = match nanos {
            0 => return f.write_str("0s"),
            1..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            1_000_000..1_000_000_000 => (1_000_000, "ms"),
            _ => {
                let minutes = nanos / Duration::MINUTE.0 as u64;
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                write_decimal(f, nanos % Duration::MINUTE.0 as u64, 1_000_000_000)?;
                return f.write_str("s");
            }
        };
        write_decimal(f, nanos, unit)?;
        f.write_str(name)
    }
}

/// Reads a duration as `300ms`, `-1.5h` or `2h45m` (`time.ParseDuration`).
pub fn parse_duration(text: impl AsRef<[u8]>) -> Result<Duration, DurationError> {
    let text = text.as_ref();
    let fail = |message: &str| DurationError { message: message.to_owned(), value: text.into() };
    let invalid = || fail("invalid duration");
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match rest {
        b"0" => return Ok(Duration(0)),
        b"" => return Err(invalid()),
        _ => {}
    }
    let mut total = 0u64;
    const LIMIT: u64 = 1 << 63;
    while !rest.is_empty() {
        let (whole, after) = split_digits(rest);
        let (fraction, after) = match after.strip_prefix(b".") {
            Some(after) => split_digits(after),
            None => (&b""[..], after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let whole = match whole {
            b"" => 0,
            digits => std::str::from_utf8(digits)
                .ok()
                .and_then(|d| d.parse().ok())
                .filter(|v| *v <= LIMIT)
                .ok_or_else(invalid)?,
        };
        let end = after.iter().position(|c| *c == b'.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        let unit = match name {
            b"" => return Err(fail("missing unit in duration")),
            b"ns" => 1,
            // The micro sign and the Greek letter.
            b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
            b"ms" => 1_000_000,
            b"s" => Duration::SECOND.0 as u64,
            b"m" => Duration::MINUTE.0 as u64,
            b"h" => Duration::HOUR.0 as u64,
            _ => return Err(fail(&format!("unknown unit {} in duration", Quoted(name)))),
        };
        let exact = whole.checked_mul(unit).filter(|v| *v <= LIMIT).ok_or_else(invalid)?;
        let part = exact + scaled_fraction(fraction, unit);
        total = total.checked_add(part).filter(|v| part <= LIMIT && *v <= LIMIT).ok_or_else(invalid)?;
        rest = after;
    }
    match negative {
        true => Ok(Duration((total as i64).wrapping_neg())),
        false => i64::try_from(total).map(Duration).map_err(|_| invalid()),
    }
}

fn split_digits(s: &[u8]) -> (&[u8], &[u8]) {
    s.split_at(s.iter().position(|b| !b.is_ascii_digit()).unwrap_or(s.len()))
}

/// `0.digits` of a unit, in Go's arithmetic; digits beyond 63 bits do not count.
fn scaled_fraction(digits: &[u8], unit: u64) -> u64 {
    let (mut value, mut scale) = (0u64, 1f64);
    for digit in digits.iter().map(|b| u64::from(b - b'0')) {
        match value.checked_mul(10).and_then(|v| v.checked_add(digit)) {
            Some(next) if value <= (i64::MAX as u64) / 10 && next <= 1 << 63 => value = next,
            _ => break,
        }
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}
