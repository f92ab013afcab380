//! Compiled patterns kept for the next use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::regex::Regex;

/// A bounded store of compiled patterns, for callers that get the same patterns over and over as text. When it is
/// full, the half that was not used for longest goes.
#[derive(Debug)]
pub struct Cache {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    clock: u64,
    map: HashMap<Box<[u8]>, (Arc<Regex>, u64)>,
}

impl Cache {
    /// An empty store for `capacity` patterns.
    pub fn new(capacity: usize) -> Cache {
        Cache { capacity, entries: Mutex::default() }
    }

    /// The compiled pattern, from the store if it is there. Patterns that do not compile are not kept.
    pub fn get(&self, pattern: &[u8]) -> Result<Arc<Regex>, Error> {
        if let Some(regex) = self.entries.lock().unwrap_or_else(PoisonError::into_inner).find(pattern) {
            return Ok(regex);
        }
        // Compiled without the lock: a large pattern must not hold up other threads.
        let regex = Arc::new(Regex::new(pattern)?);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(pattern, regex.clone(), self.capacity);
        Ok(regex)
    }
}

impl Default for Cache {
    /// A store for 256 patterns.
    fn default() -> Cache {
        Cache::new(256)
    }
}

impl Entries {
    fn find(&mut self, pattern: &[u8]) -> Option<Arc<Regex>> {
        self.clock += 1;
        let (regex, used) = self.map.get_mut(pattern)?;
        *used = self.clock;
        Some(regex.clone())
    }

    fn insert(&mut self, pattern: &[u8], regex: Arc<Regex>, capacity: usize) {
        if self.map.len() >= capacity.max(1) {
            let mut times: Vec<u64> = self.map.values().map(|(_, used)| *used).collect();
            times.sort_unstable();
            let median = times[times.len() / 2];
            self.map.retain(|_, (_, used)| *used > median);
        }
        self.map.insert(pattern.into(), (regex, self.clock));
    }
}
