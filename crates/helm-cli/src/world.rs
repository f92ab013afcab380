//! Clock, randomness and resolver of the machine, for templates.

use std::net::ToSocketAddrs;

use govalue::time::{Time, Zone};

/// The machine that the program runs on.
pub(crate) struct Machine;

impl sprig::Host for Machine {
    fn held_bytes(&self) -> Option<usize> {
        Some(crate::HELD.allocated())
    }

    fn now(&self) -> Time {
        let now = jiff::Timestamp::now();
        let zone = Zone::local(jiff::tz::TimeZone::system());
        Time::from_unix(now.as_second(), now.subsec_nanosecond().into()).in_zone(&zone)
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        // The kernel's generator does not fail once it was seeded at boot.
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        let addresses = (name, 0).to_socket_addrs().map_err(|e| crate::text::io_error(&e))?;
        Ok(addresses.map(|a| a.ip().to_string()).collect())
    }
}
