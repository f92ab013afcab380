//! Random text and numbers, and names of hosts: everything here asks the [`Host`].

use govalue::Str;

use crate::Host;
use crate::function::{Outcome, functions};
use crate::panics::{self, MAX_BYTES};
use crate::unicode::{push, runes};

functions! { FUNCTIONS:
    "randAlphaNum" (host, int) -> string = |host, n| text(host, n, |b| b.is_ascii_alphanumeric());
    "randAlpha" (host, int) -> string = |host, n| text(host, n, |b| b.is_ascii_alphabetic());
    "randNumeric" (host, int) -> string = |host, n| text(host, n, |b| b.is_ascii_digit());
    "randAscii" (host, int) -> string = |host, n| text(host, n, |b| (32..127).contains(&b));
    "randInt" (host, int, int) -> int = between;
    "shuffle" (host, string) -> string = shuffle;
    "uuidv4" (host) -> string = uuid;
    "getHostByName" (host, string) -> string = host_by_name;
}

/// Random characters of a kind, each as likely as the others. Sprig drops the error about a negative length.
fn text(host: &dyn Host, count: i64, belongs: fn(u8) -> bool) -> Outcome<Str> {
    let Ok(count) = usize::try_from(count) else { return Ok(Str::default()) };
    if count > MAX_BYTES {
        return Err(panics::makeslice());
    }
    let mut out = Vec::with_capacity(count);
    let mut buffer = [0; 256];
    while out.len() < count {
        host.fill_random(&mut buffer);
        // Seven bits make every ASCII character equally likely; the wrong ones are thrown away.
        let characters = buffer.iter().map(|b| b & 0x7f).filter(|b| belongs(*b));
        out.extend(characters.take(count - out.len()));
    }
    Ok(out.into())
}

/// A number below `bound`, which must not be zero, without preference.
fn below(host: &dyn Host, bound: u64) -> u64 {
    let mut buffer = [0; 8];
    loop {
        host.fill_random(&mut buffer);
        let number = u64::from_be_bytes(buffer);
        // The last incomplete stretch of the range would favour small numbers.
        if number <= u64::MAX - (u64::MAX % bound + 1) % bound {
            return number % bound;
        }
    }
}

/// `rand.Intn`.
fn intn(host: &dyn Host, bound: i64) -> Outcome<i64> {
    if bound <= 0 {
        return Err("invalid argument to Intn".into());
    }
    Ok(below(host, bound as u64) as i64)
}

fn between(host: &dyn Host, min: i64, max: i64) -> Outcome<i64> {
    Ok(intn(host, max.wrapping_sub(min))?.wrapping_add(min))
}

fn shuffle(host: &dyn Host, s: &Str) -> Str {
    let mut characters: Vec<char> = runes(s).map(|(_, c, _)| c).collect();
    for i in (1..characters.len()).rev() {
        characters.swap(i, below(host, i as u64 + 1) as usize);
    }
    let mut out = Vec::with_capacity(s.len());
    characters.into_iter().for_each(|c| push(&mut out, c));
    out.into()
}

/// A random UUID (RFC 9562, version 4).
fn uuid(host: &dyn Host) -> Str {
    let mut bytes = [0; 16];
    host.fill_random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]).into()
}

/// One of the addresses of a host; without any Go's random choice panics.
fn host_by_name(host: &dyn Host, name: &Str) -> Outcome<Str> {
    let addresses = host.lookup_host(&name.to_str()).unwrap_or_default();
    let chosen = intn(host, addresses.len() as i64)?;
    Ok(addresses[chosen as usize].as_str().into())
}
