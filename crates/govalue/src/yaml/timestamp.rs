//! go-yaml's timestamps: four layouts, read with the leniency of Go's `time.Parse`.

/// Date, time and zone that a scalar spells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timestamp {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) nanosecond: i32,
    /// Seconds east of UTC; `None` where the text names no zone or `Z`.
    pub(super) offset: Option<i32>,
}

/// Reads `2006-1-2`, `2006-1-2 15:4:5[.9]` or `2006-1-2T15:4:5[.9](Z|±07:00)`.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    // Cheap way out for everything that is not a date, which is nearly everything.
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut cursor = Cursor { rest: &bytes[5..] };
    let year = bytes[..4].iter().fold(0, |n, d| n * 10 + i16::from(d - b'0'));
    let month = cursor.number(1, 12)?;
    cursor.expect(b'-')?;
    let day = cursor.number(1, days_in(year, month))?;
    let mut stamp =
        Timestamp { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: None };
    let Some(&separator) = cursor.rest.first() else { return Some(stamp) };
    match separator {
        b'T' | b't' => cursor.rest = &cursor.rest[1..],
        // A blank in a Go layout stands for any number of blanks.
        b' ' => cursor.rest = cursor.rest.trim_ascii_start_spaces(),
        _ => return None,
    }
    stamp.hour = cursor.number(0, 23)?;
    cursor.expect(b':')?;
    stamp.minute = cursor.number(0, 59)?;
    cursor.expect(b':')?;
    stamp.second = cursor.number(0, 59)?;
    stamp.nanosecond = cursor.fraction();
    if separator != b' ' {
        stamp.offset = cursor.zone()?;
    }
    cursor.rest.is_empty().then_some(stamp)
}

fn days_in(year: i16, month: i8) -> i8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

trait TrimSpaces {
    fn trim_ascii_start_spaces(&self) -> &Self;
}

impl TrimSpaces for [u8] {
    fn trim_ascii_start_spaces(&self) -> &[u8] {
        let blanks = self.iter().take_while(|b| **b == b' ').count();
        &self[blanks..]
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// One or two digits within bounds.
    fn number(&mut self, low: i8, high: i8) -> Option<i8> {
        let digits = self.rest.iter().take(2).take_while(|b| b.is_ascii_digit()).count();
        let value = self.rest[..digits].iter().fold(0, |n, d| n * 10 + (d - b'0') as i8);
        self.rest = &self.rest[digits..];
        (digits > 0 && low <= value && value <= high).then_some(value)
    }

    /// `.` or `,` and digits, in nanoseconds; what is finer is cut off. 0 where there is no fraction.
    fn fraction(&mut self) -> i32 {
        if self.rest.len() < 2 || !matches!(self.rest[0], b'.' | b',') || !self.rest[1].is_ascii_digit() {
            return 0;
        }
        let digits = self.rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let nanoseconds = (0..9).fold(0, |n, i| {
            let digit = if i < digits { self.rest[1 + i] - b'0' } else { 0 };
            n * 10 + i32::from(digit)
        });
        self.rest = &self.rest[1 + digits..];
        nanoseconds
    }

    /// `Z` or `±hh:mm`.
    fn zone(&mut self) -> Option<Option<i32>> {
        if let Some(rest) = self.rest.strip_prefix(b"Z") {
            self.rest = rest;
            return Some(None);
        }
        let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, rest @ ..] = self.rest else { return None };
        if ![h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit()) {
            return None;
        }
        let two = |a: &u8, b: &u8| i32::from(a - b'0') * 10 + i32::from(b - b'0');
        let (hours, minutes) = (two(h1, h2), two(m1, m2));
        // Go's own bounds, one more than what makes sense.
        if hours > 24 || minutes > 60 {
            return None;
        }
        self.rest = rest;
        let seconds = hours * 3600 + minutes * 60;
        Some(Some(if *sign == b'-' { -seconds } else { seconds }))
    }
}
