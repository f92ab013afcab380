//! The host's randomness in the form that the cryptographic crates ask for.

use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, Error, RngCore, SeedableRng, impls};

use crate::Host;

/// The host as a generator.
pub(super) struct HostRandom<'h>(pub &'h dyn Host);

impl HostRandom<'_> {
    /// A generator of its own for another thread.
    pub fn split(&mut self) -> ChaCha20Rng {
        let mut seed = [0; 32];
        self.fill_bytes(&mut seed);
        ChaCha20Rng::from_seed(seed)
    }
}

impl RngCore for HostRandom<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill_random(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        self.0.fill_random(buffer);
        Ok(())
    }
}

impl CryptoRng for HostRandom<'_> {}
