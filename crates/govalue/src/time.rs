//! Instants and durations, as Go's package `time` formats, reads and counts them.
//!
//! [`Time`] is an instant seen in a [`Zone`]; [`Time::format`] and [`parse`] know Go's layouts, [`Duration`] prints
//! and parses as Go's. All of them become values with Go's methods by `into_value`. Nothing here asks the machine
//! for the time or its zone: the host gives both.

mod civil;
mod duration;
mod error;
mod instant;
mod layout;
mod object;
mod parse;
mod zone;

pub use civil::{Civil, Month, Weekday};
pub use duration::{Duration, parse_duration};
pub use error::{DurationError, ParseError, ZoneError};
pub use instant::Time;
pub use parse::{parse, parse_in};
pub use zone::Zone;

/// `2006-01-02T15:04:05Z07:00` (`time.RFC3339`).
pub const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
/// `2006-01-02T15:04:05.999999999Z07:00` (`time.RFC3339Nano`).
pub const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";
/// `Mon Jan _2 15:04:05 2006` (`time.ANSIC`).
pub const ANSIC: &str = "Mon Jan _2 15:04:05 2006";
