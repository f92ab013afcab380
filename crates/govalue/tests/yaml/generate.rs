//! Random documents and values.

use govalue::{Int, Key, Kind, List, Map, Type, Value};
use serde_json::{Value as Json, json};

/// A small generator of random numbers (xorshift64*).
pub struct Random(u64);

impl Random {
    /// Seeded from `SEED`, or from the clock; prints the seed.
    pub fn from_environment() -> Random {
        let seed = match std::env::var("SEED") {
            Ok(seed) => seed.parse().expect("SEED is a number"),
            Err(_) => {
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                now.map_or(1, |d| d.as_nanos() as u64 % 1_000_000_007)
            }
        };
        println!("SEED={seed}");
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 32) as usize) % n.max(1)
    }

    fn pick<'p, T: ?Sized>(&mut self, pool: &[&'p T]) -> &'p T {
        pool[self.below(pool.len())]
    }
}

/// Scalars with a meaning, or nearly.
const SCALARS: &[&str] = &[
    "a",
    "b c",
    "yes",
    "No",
    "on",
    "true",
    "~",
    "null",
    "",
    "1",
    "-1",
    "0x1f",
    "0o17",
    "017",
    "08",
    "0b11",
    "1_000",
    "1.5",
    "1e3",
    "1e400",
    ".5",
    ".inf",
    "-.inf",
    "12:30:45",
    "1:2",
    "2001-01-01",
    "2001-12-14T21:59:43Z",
    "<<",
    "=",
    "y",
    "n",
    "'q'",
    "\"d\"",
    "'it''s'",
    "\"a\\nb\"",
    "\"\\u00e9\"",
    "*x",
    "&x v",
    "&y [1]",
    "*y",
    "!!str 1",
    "!!int '3'",
    "!!float 1",
    "!foo x",
    "!!binary aGk=",
    "[]",
    "{}",
    "[a, b]",
    "{a: 1, b: [c]}",
    "{a, b}",
    "[a: b]",
    "- x",
    "? x",
    "a: b",
    "#c",
    "a #c",
    "a#c",
    "http://x/y",
    "a:b",
    "::",
    "-",
    "--",
    "---",
    "...",
    "|",
    ">",
    "%x",
    "@x",
    "`x",
    "{{ x }}",
    "é",
    "日本",
    "😀",
    "\u{2028}",
    "\u{85}",
    "\t",
    "x\ty",
    "1e",
    "+1",
    "+",
    ".",
    "0.1",
    "100000000000000000000",
    "18446744073709551615",
    "-9223372036854775808",
    "9.0",
    "1.0e+21",
    "0.000001",
    "123456789.0",
    "\"x\\\n  y\"",
    "'x\n  y'",
    "\"\"",
    "''",
    "null # c",
    "!!null x",
    "&a",
    "!",
    "! 5",
    "&x *x",
];

const KEYS: &[&str] = &[
    "a", "b", "c", "d", "key", "name", "x", "<<", "1", "1.5", "true", "y", "~", "'a'", "\"b\"", "? a",
    "&k a", "*x", "a b", "\"a b\"", "é", "!!str a", "[a]", "{a: b}", "a1", "a10", "a2", "0x1", "-", "'<<'",
];

const SNIPPETS: &[&str] = &[
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "? ",
    "#",
    " #x",
    ",",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "|\n",
    ">\n",
    "|-\n",
    ">+\n",
    "|2\n",
    "&a ",
    "*a",
    "!",
    "!!int ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\\",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{2029}",
    "é",
    "<<: ",
    "*x",
    "\0",
    "\u{7f}",
];

/// Documents: some well-formed, some damaged, some rubbish.
pub fn documents(random: &mut Random, pool: &[String], count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|_| {
            let mut text = match random.below(4) {
                0 => pool[random.below(pool.len())].clone(),
                1 => (0..random.below(12))
                    .map(|_| random.pick(SNIPPETS).to_owned() + random.pick(SCALARS))
                    .collect(),
                _ => {
                    let mut text = String::new();
                    block(random, &mut text, 0, 0);
                    text
                }
            };
            for _ in 0..[0, 0, 1, 2, 5][random.below(5)] {
                damage(random, &mut text);
            }
            let mut bytes = text.into_bytes();
            if random.below(100) == 0 && !bytes.is_empty() {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
            bytes
        })
        .collect()
}

fn damage(random: &mut Random, text: &mut String) {
    let boundary = |random: &mut Random, text: &str| {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let at = boundary(random, text);
    match random.below(4) {
        0 => text.insert_str(at, random.pick(SNIPPETS)),
        1 => text.insert_str(at, random.pick(SCALARS)),
        _ => {
            let mut end = (at + random.below(4)).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, "");
        }
    }
}

fn block(random: &mut Random, out: &mut String, indent: usize, depth: usize) {
    let count = 1 + random.below(4);
    let is_list = random.below(3) == 0;
    for _ in 0..count {
        if random.below(20) == 0 {
            out.push_str(&" ".repeat(random.below(5)));
            out.push_str("# note\n");
        }
        out.push_str(&" ".repeat(indent));
        if is_list {
            out.push('-');
        } else {
            out.push_str(random.pick(KEYS));
            out.push(':');
        }
        if random.below(12) == 0 {
            out.push_str([" &x", " &y", " !!map", " !!seq", " !t"][random.below(5)]);
        }
        match random.below(8) {
            0 | 1 if depth < 4 => {
                out.push('\n');
                let step = if is_list || random.below(3) > 0 { 1 + random.below(4) } else { 0 };
                block(random, out, indent + step, depth + 1);
            }
            2 if depth < 4 && is_list => {
                let mut inner = String::new();
                block(random, &mut inner, indent + 2, depth + 1);
                out.push(' ');
                out.push_str(inner.trim_start());
            }
            3 => block_scalar(random, out, indent),
            4 => {
                out.push(' ');
                flow(random, out, 0);
                out.push('\n');
            }
            _ => {
                out.push(' ');
                out.push_str(random.pick(SCALARS));
                if random.below(6) == 0 {
                    out.push_str(&format!("\n{}  more {}", " ".repeat(indent), random.pick(SCALARS)));
                }
                out.push('\n');
            }
        }
    }
}

fn block_scalar(random: &mut Random, out: &mut String, indent: usize) {
    out.push_str([" |", " >", " |-", " >-", " |+", " >+", " |2", " |1-"][random.below(8)]);
    out.push('\n');
    for _ in 0..random.below(5) {
        out.push_str(&" ".repeat(indent + random.below(4)));
        out.push_str(["text", "  deep", "", "", "#x", "a: b", "- c"][random.below(7)]);
        out.push('\n');
    }
}

fn flow(random: &mut Random, out: &mut String, depth: usize) {
    match random.below(4) {
        0 if depth < 4 => {
            out.push('[');
            for i in 0..random.below(4) {
                out.push_str(if i > 0 { ", " } else { "" });
                flow(random, out, depth + 1);
            }
            out.push(']');
        }
        1 if depth < 4 => {
            out.push('{');
            for i in 0..random.below(4) {
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(random.pick(KEYS));
                out.push_str(["", ": ", ":", " : "][random.below(4)]);
                flow(random, out, depth + 1);
            }
            out.push('}');
        }
        _ => out.push_str(random.pick(SCALARS)),
    }
}

/// Values, each with the form in which the oracle takes it.
pub fn values(random: &mut Random, count: usize) -> Vec<(Value, Json)> {
    (0..count).map(|_| value(random, 0)).collect()
}

fn value(random: &mut Random, depth: usize) -> (Value, Json) {
    match random.below(if depth < 5 { 9 } else { 6 }) {
        0 => (Value::Nil, Json::Null),
        1 => {
            let b = random.below(2) == 0;
            (Value::Bool(b), json!(b))
        }
        2 => {
            let i = random.next() as i64 >> random.below(64);
            (Value::int(i), json!({"int": i.to_string()}))
        }
        3 => {
            let f = float(random);
            (Value::Float(f), json!({"float": f.to_bits().to_string()}))
        }
        4 | 5 => text(random),
        6 => {
            let (items, shown): (Vec<Value>, Vec<Json>) =
                (0..random.below(4)).map(|_| value(random, depth + 1)).unzip();
            (Value::List(List::new(items)), Json::Array(shown))
        }
        7 if random.below(8) == 0 => {
            let u = random.next() | 1 << 63;
            (Value::Int(Int::unsigned(Kind::Uint64, u)), json!({"uint64": u.to_string()}))
        }
        8 if random.below(10) == 0 => any_map(random, depth),
        _ => map(random, depth),
    }
}

fn map(random: &mut Random, depth: usize) -> (Value, Json) {
    let map = Map::new();
    let mut shown = Vec::new();
    for _ in 0..random.below(5) {
        let (Value::Str(key), key_shown) = text(random) else { continue };
        if map.contains(key.as_bytes()) {
            continue;
        }
        let (entry, entry_shown) = value(random, depth + 1);
        map.insert(key, entry);
        shown.push(json!([key_shown, entry_shown]));
    }
    (Value::Map(map), json!({"map": shown}))
}

fn any_map(random: &mut Random, depth: usize) -> (Value, Json) {
    let map = Map::with_type(Type::map(Type::Any, Type::Any));
    let mut shown = Vec::new();
    for _ in 0..random.below(5) {
        let (key, key_shown) = value(random, 5);
        let Some(key) = Key::from_value(&key) else { continue };
        if map.get_key(&key).is_some() || matches!(key, Key::Float(f) if f.is_nan()) {
            continue;
        }
        let (entry, entry_shown) = value(random, depth + 1);
        map.insert(key, entry);
        shown.push(json!([key_shown, entry_shown]));
    }
    (Value::Map(map), json!({"anymap": shown}))
}

fn float(random: &mut Random) -> f64 {
    let f = any_float(random);
    // Quarters of such size lie halfway between two shortest texts; Rust and Go choose differently.
    if (1e14..1e16).contains(&f.abs()) { f.trunc() } else { f }
}

fn any_float(random: &mut Random) -> f64 {
    match random.below(6) {
        0 => f64::from_bits(random.next()),
        1 => random.below(2_000_000) as f64,
        2 => random.below(2_000_000) as f64 / 1000.0,
        3 => (random.next() as f64) * [1.0, 1e-9, 1e9, -1.0][random.below(4)],
        4 => [0.0, -0.0, 1e6, 1e21, 1e20, 1e-6, 1e-7, 9007199254740993.0, 9223372036854775808.0]
            [random.below(9)],
        _ => [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.5][random.below(4)],
    }
}

fn text(random: &mut Random) -> (Value, Json) {
    const PARTS: &[&str] = &[
        "a",
        "b",
        "key",
        "word",
        " ",
        " ",
        "  ",
        "\n",
        "\n",
        "\t",
        ":",
        ": ",
        "- ",
        "#",
        " #",
        "'",
        "\"",
        "\\",
        "0",
        "1",
        "10",
        "2",
        "-",
        ".",
        "/",
        "é",
        "日",
        "😀",
        "\u{a0}",
        "\u{2028}",
        "\u{2029}",
        "\r",
        "%",
        "@",
        "&",
        "*",
        "!",
        "|",
        ">",
        "?",
        "[",
        "]",
        "{",
        "}",
        ",",
        "lorem ipsum dolor sit amet ",
        "consectetur-adipiscing-elit ",
        "x",
        "A",
        "_",
        "<",
        "=",
        "~",
        "0x",
        "e",
    ];
    let mut bytes: Vec<u8> = Vec::new();
    match random.below(12) {
        0 => bytes.extend(random.pick(SCALARS).bytes()),
        1 => {
            for _ in 0..random.below(40) {
                bytes.extend(random.pick(PARTS).bytes());
            }
        }
        2 => {
            for _ in 0..random.below(30) {
                bytes.extend(b"some words of a long line ".iter().take(1 + random.below(26)));
                if random.below(6) == 0 {
                    bytes.extend(random.pick(PARTS).bytes());
                }
            }
        }
        3 if random.below(4) == 0 => {
            for _ in 0..random.below(90) {
                bytes.push(random.next() as u8);
            }
        }
        4 if random.below(4) == 0 => {
            const ODD: &[&str] = &["\u{7f}", "\u{80}", "\u{85}", " \u{85} ", "\u{fffe}", "\0", "\x1b", "a"];
            for _ in 0..1 + random.below(4) {
                bytes.extend(random.pick(ODD).bytes());
            }
        }
        5 if random.below(20) == 0 => bytes.extend("<k>".repeat(random.below(400)).bytes()),
        _ => {
            for _ in 0..1 + random.below(5) {
                bytes.extend(random.pick(PARTS).bytes());
            }
        }
    }
    let shown = json!({"string": bytes});
    (Value::str(bytes), shown)
}
