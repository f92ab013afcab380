//! When and how long to wait before asking again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often a request is sent at most.
pub(crate) const ATTEMPTS: u32 = 4;

/// The first pause; each one after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause that a server may ask for; with a longer one its answer stands.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Answers that say: not now.
pub(crate) fn is_temporary(code: u16) -> bool {
    matches!(code, 429 | 502 | 503 | 504)
}

/// The pause before attempt `attempt + 1`, or `None` when it is not worth waiting.
pub(crate) fn pause(attempt: u32, retry_after: Option<&str>) -> Option<Duration> {
    if attempt + 1 >= ATTEMPTS {
        return None;
    }
    if let Some(asked) = retry_after.and_then(asked_pause) {
        return (asked <= LONGEST_PAUSE).then_some(asked);
    }
    let pause = FIRST_PAUSE * 2u32.pow(attempt);
    // Programs that failed together should not come back together.
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    Some(pause + pause * (nanos % 256) / 1024)
}

/// `Retry-After`: seconds or a date.
fn asked_pause(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let seconds = date.as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let first = pause(0, None).expect("a pause");
        assert!(first >= FIRST_PAUSE && first < FIRST_PAUSE * 2);
        assert!(pause(2, None).expect("a pause") >= FIRST_PAUSE * 4);
        assert_eq!(pause(ATTEMPTS - 1, None), None);
    }

    #[test]
    fn servers_are_heard() {
        assert_eq!(pause(0, Some("2")), Some(Duration::from_secs(2)));
        assert_eq!(pause(0, Some("3600")), None);
        assert_eq!(pause(0, Some("Sun, 06 Nov 1994 08:49:37 GMT")), Some(Duration::ZERO));
    }
}
