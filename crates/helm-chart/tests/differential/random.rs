use serde_json::{Map, Value as Json, json};

/// A small random generator (SplitMix64), seeded by `SEED` or the clock.
pub struct Random {
    state: u64,
}

impl Random {
    /// Prints the seed, so that a failed run can be repeated.
    pub fn seeded(test: &str) -> Random {
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_nanos() as u64);
        let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(clock);
        println!("{test}: SEED={seed}");
        Random { state: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// How many cases to run.
pub fn cases(default: usize) -> usize {
    std::env::var("CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(default)
}

/// A values table: few keys, so that tables meet.
pub fn table(r: &mut Random, keys: &[&str], depth: usize) -> Json {
    let mut map = Map::new();
    for _ in 0..r.below(4) {
        let key = r.pick(keys);
        let value = value(r, keys, depth);
        map.insert(key.to_owned(), value);
    }
    Json::Object(map)
}

pub fn value(r: &mut Random, keys: &[&str], depth: usize) -> Json {
    match r.below(if depth == 0 { 6 } else { 10 }) {
        0 | 1 => Json::Null,
        2 => json!(r.chance(50)),
        3 => json!(r.below(3)),
        4 => json!("text"),
        5 => json!([1, null, { "a": null }]),
        _ => table(r, keys, depth - 1),
    }
}
