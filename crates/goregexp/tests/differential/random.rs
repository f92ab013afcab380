//! Random patterns and texts.

/// A small generator (xorshift), so that a seed repeats a run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// A pattern that mostly is one.
    pub fn pattern(&mut self, depth: usize) -> String {
        const ATOMS: &[&str] = &[
            "a",
            "b",
            "c",
            "é",
            ".",
            "[ab]",
            "[^a]",
            "\\w",
            "\\b",
            "\\B",
            "^",
            "$",
            "",
            "x",
            "[[:alpha:]]",
            "\\pL",
            "\\x{fffd}",
            "\\d",
            "ab",
            "\\s",
        ];
        const OPERATORS: &[&str] =
            &["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}?", "{0}"];
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            let atom = match self.below(4) {
                0 if depth > 0 => {
                    let open = self.pick(&["(", "(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?P<n>"]);
                    format!("{open}{})", self.pattern(depth - 1))
                }
                1 if depth > 0 => format!("(?:{}|{})", self.pattern(depth - 1), self.pattern(depth - 1)),
                _ => self.pick(ATOMS).to_owned(),
            };
            text += &atom;
            text += self.pick(OPERATORS);
            if self.below(6) == 0 {
                text += "|";
            }
        }
        text
    }

    /// A row of tokens that mostly is no pattern.
    pub fn noise(&mut self) -> String {
        const TOKENS: &[&str] = &[
            "a", "b", "1", "-", "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", "\\", ".", ",",
            "(?", ":", "i", "P<", ">", "[:", ":]", "\\p", "L", "\\Q", "\\E", "x", "\\x", "é", "&&", "0", "~",
        ];
        (0..self.below(9)).map(|_| self.pick(TOKENS)).collect()
    }

    pub fn text(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] =
            &[b"a", b"b", b"c", b"ab", b"x", b"A", b" ", b"\n", b"1", b"_", "é".as_bytes(), b"\xff", b"\xc3"];
        (0..self.below(8)).flat_map(|_| PIECES[self.below(PIECES.len())].to_vec()).collect()
    }
}

pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}
