//! The one door through which templates reach the world.

use std::sync::Arc;

use govalue::{Map, Value};

/// Why `lookup` failed; the text goes into the template's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LookupError(pub String);

/// What templates may ask of the world: objects of the cluster, and through [`sprig::Host`] the clock,
/// randomness and names. The same inputs and the same world give the same bytes.
pub trait World: sprig::Host {
    /// The object of that name, or the list of all when the name is empty; an empty map when there is none
    /// (Helm's `lookup`).
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, LookupError>;
}

/// A world without a cluster: `lookup` finds nothing.
pub struct Offline {
    host: Arc<dyn sprig::Host>,
}

impl Offline {
    /// The world of `helm template`, with the clock and randomness of a host.
    pub fn new(host: Arc<dyn sprig::Host>) -> Offline {
        Offline { host }
    }
}

impl sprig::Host for Offline {
    fn now(&self) -> govalue::time::Time {
        self.host.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.host.fill_random(bytes);
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        self.host.lookup_host(name)
    }

    fn held_bytes(&self) -> Option<usize> {
        self.host.held_bytes()
    }
}

impl World for Offline {
    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Value, LookupError> {
        Ok(Value::Map(Map::new()))
    }
}
