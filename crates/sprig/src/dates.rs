//! Dates and durations. The present and the local zone come from the [`Host`].

use std::sync::OnceLock;

use govalue::time::{self, Duration, Time, Zone};
use govalue::{Kind, Str, Type, Value};

use crate::Host;
use crate::convert::decimal_int;
use crate::function::{Outcome, functions};

functions! { FUNCTIONS:
    "now" (host) -> time_type = |host: &dyn Host| host.now().into_value();
    "ago" (host, any) -> string = ago;
    "date" (host, string, any) -> string = |host, layout: &Str, v| date(host, layout, v, b"Local");
    "dateInZone" (host, string, any, string) -> string = |host, layout: &Str, v, zone: &Str| date(host, layout, v, zone);
    "date_in_zone" (host, string, any, string) -> string = |host, layout: &Str, v, zone: &Str| date(host, layout, v, zone);
    "htmlDate" (host, any) -> string = |host, v| date(host, HTML_DATE, v, b"Local");
    "htmlDateInZone" (host, any, string) -> string = |host, v, zone: &Str| date(host, HTML_DATE, v, zone);
    "dateModify" (string, time_type) -> time_type = |by, t: &Value| moved(by, t).unwrap_or_else(|_| t.clone());
    "date_modify" (string, time_type) -> time_type = |by, t: &Value| moved(by, t).unwrap_or_else(|_| t.clone());
    "mustDateModify" (string, time_type) -> time_type = moved;
    "must_date_modify" (string, time_type) -> time_type = moved;
    "toDate" (host, string, string) -> time_type = |host, layout, s| parse(host, layout, s).unwrap_or_default().into_value();
    "mustToDate" (host, string, string) -> time_type = |host, layout, s| Outcome::Ok(parse(host, layout, s)?.into_value());
    "unixEpoch" (time_type) -> string = |t| Str::from(time_of(t).unwrap_or_default().unix().to_string());
    "duration" (any) -> string = duration;
    "durationRound" (host, any) -> string = rounded;
}

/// The form of dates in HTML.
const HTML_DATE: &[u8] = b"2006-01-02";

/// `time.Time`.
fn time_type() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    TYPE.get_or_init(|| Time::default().into_value().type_of().unwrap_or(Type::Any)).clone()
}

fn time_of(v: &Value) -> Option<Time> {
    match v {
        Value::Object(o) => o.downcast_ref::<Time>().cloned(),
        _ => None,
    }
}

/// An instant given as a date or as seconds since 1970 in one of some integer types.
fn instant(v: &Value, kinds: &[Kind]) -> Option<Time> {
    match v {
        Value::Int(i) if kinds.contains(&i.kind()) => Some(Time::from_unix(i.as_i64(), 0)),
        _ => time_of(v),
    }
}

/// `time.LoadLocation`, UTC where Go knows no such zone.
fn zone(host: &dyn Host, name: &[u8]) -> Zone {
    match std::str::from_utf8(name) {
        Ok("Local") => host.now().zone().clone(),
        Ok(name) => Zone::load(name).unwrap_or(Zone::UTC),
        Err(_) => Zone::UTC,
    }
}

/// Formats a date; anything that is none stands for the present.
fn date(host: &dyn Host, layout: &[u8], v: &Value, zone_name: &[u8]) -> Str {
    let date = instant(v, &[Kind::Int, Kind::Int32, Kind::Int64]).unwrap_or_else(|| host.now());
    let mut out = Vec::new();
    date.in_zone(&zone(host, zone_name)).append_format(&mut out, layout);
    out.into()
}

/// How long ago a date was, in whole seconds.
fn ago(host: &dyn Host, v: &Value) -> Str {
    let now = host.now();
    let date = instant(v, &[Kind::Int, Kind::Int64]).unwrap_or_else(|| now.clone());
    now.sub(&date).round(Duration::SECOND).to_string().into()
}

/// A date moved by a duration.
fn moved(by: &Str, date: &Value) -> Outcome {
    let by = time::parse_duration(by)?;
    Ok(time_of(date).unwrap_or_default().add(by).into_value())
}

/// Reads a date; one that names no zone is a local one.
fn parse(host: &dyn Host, layout: &Str, text: &Str) -> Result<Time, time::ParseError> {
    let now = host.now();
    time::parse_in(layout, text, now.zone(), now.zone())
}

/// Seconds, given as text or `int64`, as a duration; anything else is no time at all.
fn duration(v: &Value) -> Str {
    let seconds = match v {
        Value::Str(s) => decimal_int(s),
        Value::Int(i) if i.kind() == Kind::Int64 => i.as_i64(),
        _ => 0,
    };
    Duration::from_nanos(seconds.wrapping_mul(Duration::SECOND.nanos())).to_string().into()
}

/// A duration in its largest unit alone: years of 365 days, months of 30.
fn rounded(host: &dyn Host, v: &Value) -> Str {
    let duration = match v {
        Value::Str(s) => time::parse_duration(s).unwrap_or_default(),
        Value::Int(i) if i.kind() == Kind::Int64 => Duration::from_nanos(i.as_i64()),
        _ => time_of(v).map_or(Duration::default(), |date| host.now().sub(&date)),
    };
    const SECOND: u64 = 1_000_000_000;
    const DAY: u64 = 24 * 60 * 60 * SECOND;
    let units =
        [("y", 365 * DAY), ("mo", 30 * DAY), ("d", DAY), ("h", DAY / 24), ("m", 60 * SECOND), ("s", SECOND)];
    let nanos = duration.nanos().unsigned_abs();
    let unit = units.iter().find(|(_, length)| nanos > *length);
    unit.map_or_else(|| "0s".into(), |(name, length)| format!("{}{name}", nanos / length).into())
}
