//! Helm 4.3's duration functions.

use govalue::time::Duration;
use govalue::{Value, fmt, strconv};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A duration from a duration, a text (`1h30m`, or seconds as a number) or a number of seconds.
pub(crate) fn from_value(value: &Value) -> Result<Duration, String> {
    match value {
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Str(s) => from_text(&s.to_str()),
        Value::Int(i) if i.kind().is_unsigned() => {
            let seconds = i.as_u64();
            i64::try_from(seconds).map_err(|_| seconds.to_string()).and_then(from_seconds).map_err(overflow)
        }
        Value::Int(i) => from_seconds(i.as_i64()).map_err(overflow),
        Value::Float(f) => from_float(*f),
        Value::Object(o) => match (o.downcast_ref::<Duration>(), o.underlying()) {
            (Some(d), _) => Ok(*d),
            (None, Some(inner)) => from_value(&inner),
            (None, None) => Err(format!("unsupported duration type {}", value.type_name())),
        },
        _ => Err(format!("unsupported duration type {}", value.type_name())),
    }
}

fn overflow(seconds: String) -> String {
    format!("duration seconds overflow: {seconds}")
}

fn from_text(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("empty duration".to_owned());
    }
    if let Ok(d) = govalue::time::parse_duration(trimmed) {
        return Ok(d);
    }
    match strconv::parse_float(trimmed, 64) {
        Ok(seconds) => from_float(seconds),
        Err(_) => Err(format!("could not parse duration {}", strconv::quote(text.as_bytes()))),
    }
}

fn from_seconds(seconds: i64) -> Result<Duration, String> {
    seconds.checked_mul(NANOS_PER_SECOND).map(Duration::from_nanos).ok_or_else(|| seconds.to_string())
}

fn from_float(seconds: f64) -> Result<Duration, String> {
    let shown = || String::from_utf8_lossy(&fmt::sprint(&[Value::Float(seconds)])).into_owned();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let limit = i64::MAX as f64 / NANOS_PER_SECOND as f64;
    if seconds.abs() > limit {
        return Err(overflow(shown()));
    }
    Ok(Duration::from_nanos((seconds * NANOS_PER_SECOND as f64) as i64))
}
