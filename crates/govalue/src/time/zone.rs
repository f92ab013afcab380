use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::ZoneError;

/// A time zone (`*time.Location`). Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(Inner);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Inner {
    Utc,
    Fixed(Arc<str>, i32),
    Rules(Arc<str>, TimeZone),
}

fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(Inner::Utc);

    /// A zone of one offset in seconds east of UTC (`time.FixedZone`).
    pub fn fixed(name: &str, offset: i32) -> Zone {
        Zone(Inner::Fixed(name.into(), offset))
    }

    /// The zone with a name of the IANA database; an empty name is UTC (`time.LoadLocation`; `Local` is for the
    /// caller to know).
    pub fn load(name: &str) -> Result<Zone, ZoneError> {
        match name {
            "" | "UTC" => return Ok(Zone::UTC),
            _ if name.contains("..") || name.starts_with(['/', '\\']) => return Err(ZoneError::Invalid),
            _ => {}
        }
        let zone = database().get(name).ok();
        // The database does not mind the case of letters, Go's files do.
        let zone = zone.filter(|z| z.iana_name() == Some(name));
        zone.map(|z| Zone(Inner::Rules(name.into(), z))).ok_or_else(|| ZoneError::Unknown(name.to_owned()))
    }

    /// The machine's own zone (`time.Local`), which the host has to find out.
    pub fn local(zone: TimeZone) -> Zone {
        Zone(Inner::Rules("Local".into(), zone))
    }

    /// The name (`Location.String`).
    pub fn name(&self) -> &str {
        match &self.0 {
            Inner::Utc => "UTC",
            Inner::Fixed(name, _) | Inner::Rules(name, _) => name,
        }
    }

    /// Whether this is UTC itself, not only a zone like it.
    pub fn is_utc(&self) -> bool {
        self.0 == Inner::Utc
    }

    /// Offset in seconds east of UTC at a time in Unix seconds.
    pub fn offset(&self, seconds: i64) -> i32 {
        match &self.0 {
            Inner::Utc => 0,
            Inner::Fixed(_, offset) => *offset,
            Inner::Rules(_, zone) => zone.to_offset(timestamp(seconds)).seconds(),
        }
    }

    /// Abbreviation at a time in Unix seconds.
    pub fn abbreviation(&self, seconds: i64) -> String {
        match &self.0 {
            Inner::Utc => "UTC".to_owned(),
            Inner::Fixed(name, _) => name.as_ref().to_owned(),
            Inner::Rules(_, zone) => zone.to_offset_info(timestamp(seconds)).abbreviation().to_owned(),
        }
    }

    /// Whether summer time is in force at a time in Unix seconds.
    pub fn is_dst(&self, seconds: i64) -> bool {
        match &self.0 {
            Inner::Rules(_, zone) => zone.to_offset_info(timestamp(seconds)).dst().is_dst(),
            _ => false,
        }
    }

    /// The offset that an abbreviation means here, at or else around a clock time given as if it were UTC.
    pub(super) fn offset_of(&self, abbreviation: &str, seconds: i64) -> Option<i32> {
        let Inner::Rules(_, zone) = &self.0 else { return None };
        let at = timestamp(seconds);
        let around = zone.following(at).take(4).chain(zone.preceding(at).take(200));
        let known: Vec<i32> =
            around.filter(|t| t.abbreviation() == abbreviation).map(|t| t.offset().seconds()).collect();
        let in_force = |o: &&i32| self.abbreviation(seconds - i64::from(**o)) == abbreviation;
        known
            .iter()
            .find(in_force)
            .or(known.first())
            .copied()
            .or_else(|| (self.abbreviation(seconds) == abbreviation).then(|| self.offset(seconds)))
    }
}

/// The time as the zone database knows it. It ends with the year 9999; after that the calendar, and with it the rules
/// of summer time, repeat every 400 years.
fn timestamp(seconds: i64) -> Timestamp {
    const FOUR_CENTURIES: i64 = 146_097 * 86_400;
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let beyond = seconds.saturating_sub(last);
    let seconds =
        if beyond > 0 { last - FOUR_CENTURIES + (beyond - 1) % FOUR_CENTURIES + 1 } else { seconds };
    Timestamp::from_second(seconds.max(first)).unwrap_or(Timestamp::MIN)
}
