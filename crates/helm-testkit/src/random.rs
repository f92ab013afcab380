//! Random numbers for tests that can be repeated.

/// A small random generator (SplitMix64).
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that always gives the same numbers.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// Seeded by `SEED` or the clock. Prints the seed, so that a failed run can be repeated.
    pub fn seeded(test: &str) -> Random {
        let seed = seed();
        println!("{test}: SEED={seed}");
        Random::new(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// `SEED`, or what the clock says.
pub fn seed() -> u64 {
    let clock = || std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_nanos() as u64);
    std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(clock)
}

/// How many cases to run: `CASES`, or the number that suits a normal run.
pub fn cases(default: usize) -> usize {
    std::env::var("CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(default)
}
