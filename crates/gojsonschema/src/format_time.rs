//! Formats of times and durations (RFC 3339), in the Go library's words.

use govalue::strconv::quote_rune;

/// Go's `time.Parse("2006-01-02", …)`.
pub(crate) fn date(text: &str) -> Result<(), String> {
    let fail = |rest: &str, layout: &str| {
        Err(format!(
            "parsing time {} as \"2006-01-02\": cannot parse {} as \"{layout}\"",
            quoted(text),
            quoted(rest)
        ))
    };
    let mut rest = text;
    let mut numbers = [0_u32; 3];
    for (at, (digits, layout)) in [(4, "2006"), (2, "01"), (2, "02")].into_iter().enumerate() {
        if at > 0 {
            match rest.strip_prefix('-') {
                Some(after) => rest = after,
                None => return fail(rest, "-"),
            }
        }
        match rest.get(..digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit())) {
            Some(found) => numbers[at] = found.parse().unwrap_or_default(),
            None => return fail(rest, layout),
        }
        rest = &rest[digits..];
        if at == 1 && !(1..=12).contains(&numbers[1]) {
            return Err(format!("parsing time {}: month out of range", quoted(text)));
        }
    }
    if !rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quoted(text), quoted(rest)));
    }
    let [year, month, day] = numbers;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if (1..=days).contains(&day) {
        Ok(())
    } else {
        Err(format!("parsing time {}: day out of range", quoted(text)))
    }
}

pub(crate) fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return Err("less than 20 characters long".to_owned());
    }
    match (text.get(..10), text.as_bytes()[10], text.get(11..)) {
        (Some(day), b't' | b'T', Some(rest)) => {
            date(day).map_err(|e| format!("invalid date element: {e}"))?;
            time(rest).map_err(|e| format!("invalid time element: {e}"))
        }
        _ => Err("11th character must be t or T".to_owned()),
    }
}

/// Two numbers of two digits each, or more, between colons; Go's `Atoi` takes a sign, which is then refused.
fn numbers<const N: usize>(text: &str, what: &str) -> Result<[i64; N], String> {
    let mut out = [0; N];
    for (slot, part) in out.iter_mut().zip(text.splitn(N, ':')) {
        *slot = govalue::strconv::atoi(part).map_err(|_| format!("invalid {what}"))?;
        if *slot < 0 {
            return Err(format!("non-positive {what}"));
        }
    }
    Ok(out)
}

pub(crate) fn time(text: &str) -> Result<(), String> {
    if text.len() < 9 {
        return Err("less than 9 characters long".to_owned());
    }
    if text.as_bytes()[2] != b':' || text.as_bytes()[5] != b':' {
        return Err("missing colon in correct place".to_owned());
    }
    let (Some(clock), Some(mut rest)) = (text.get(..8), text.get(8..)) else {
        return Err("invalid hour/min/sec".to_owned());
    };
    let [hour, minute, second] = numbers::<3>(clock, "hour/min/sec")?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err("hour/min/sec out of range".to_owned());
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == fraction.len() {
            return Err("no digits in second fraction".to_owned());
        }
    }
    let behind = if matches!(rest, "z" | "Z") { 0 } else { offset(rest)? };
    let minutes = (hour * 60 + minute - behind).rem_euclid(24 * 60);
    if second >= 60 && minutes != 23 * 60 + 59 { Err("invalid leap second".to_owned()) } else { Ok(()) }
}

/// Minutes that the clock is ahead of UTC.
fn offset(text: &str) -> Result<i64, String> {
    if text.len() != 6 {
        return Err("offset must be 6 characters long".to_owned());
    }
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Err("offset must begin with plus/minus".to_owned()),
    };
    if rest.as_bytes()[2] != b':' {
        return Err("missing colon in offset in correct place".to_owned());
    }
    let [hours, minutes] = numbers::<2>(rest, "hour/min in offset")?;
    if hours > 23 || minutes > 59 {
        return Err("hour/min in offset out of range".to_owned());
    }
    Ok(sign * (hours * 60 + minutes))
}

pub(crate) fn duration(text: &str) -> Result<(), String> {
    let fail = |text: &str| Err(text.to_owned());
    let Some(rest) = text.strip_prefix('P') else { return fail("must start with P") };
    if rest.is_empty() {
        return fail("nothing after P");
    }
    if let Some(weeks) = rest.strip_suffix('W') {
        return match weeks {
            "" => fail("no number in week"),
            weeks if weeks.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
            _ => fail("invalid week"),
        };
    }
    for (at, part) in rest.split('T').enumerate() {
        if at > 0 && part.is_empty() {
            return fail("no time elements");
        }
        match ["YMD", "HMS"].get(at) {
            Some(units) => elements(part, units)?,
            None => return fail("more than one T"),
        }
    }
    Ok(())
}

/// Numbers, each with one of the units behind it, in the order of the units.
fn elements(mut text: &str, all: &str) -> Result<(), String> {
    let mut units = all;
    while !text.is_empty() {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == text.len() {
            return Err("missing number".to_owned());
        }
        let Some(unit) = rest.bytes().next() else { return Err("missing unit".to_owned()) };
        // Go looks at the byte, not at the character.
        let unit = char::from(unit);
        match units.find(unit) {
            Some(at) => units = &units[at + 1..],
            None if all.contains(unit) => return Err(format!("unit {} out of order", quote_rune(unit))),
            None => return Err(format!("invalid unit {}", quote_rune(unit))),
        }
        text = &rest[1..];
    }
    Ok(())
}

pub(crate) fn period(text: &str) -> Result<(), String> {
    let Some((start, end)) = text.split_once('/') else { return Err("missing slash".to_owned()) };
    if start.starts_with('P') {
        duration(start).map_err(|e| format!("invalid start duration: {e}"))?;
    } else {
        date_time(start).map_err(|e| format!("invalid start date-time: {e}"))?;
        if end.starts_with('P') {
            return duration(end).map_err(|e| format!("invalid end duration: {e}"));
        }
    }
    date_time(end).map_err(|e| format!("invalid end date-time: {e}"))
}

/// How package `time` quotes: bytes beyond ASCII in hexadecimal.
fn quoted(text: &str) -> String {
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
