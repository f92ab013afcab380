//! Random values, each with the description from which the oracle makes the same one.

use govalue::time::{Duration, Month, Time, Weekday, Zone};
use govalue::{Int, Key, Kind, List, Map, Type, Value};
use serde_json::{Value as Json, json};

/// A small generator: the same seed gives the same cases.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// An integer of any size.
    pub fn integer(&mut self) -> i64 {
        (self.next() as i64) >> self.below(64)
    }

    /// A float of any kind, often a short one.
    pub fn float(&mut self) -> f64 {
        match self.below(5) {
            0 => f64::from_bits(self.next()),
            1 => self.integer() as f64,
            2 => self.integer() as f64 / 1000.0,
            3 => f64::from(f32::from_bits(self.next() as u32)),
            _ => {
                [0.0, -0.0, 1.0, 0.1, 1e6, 123456789.0, 1e20, 1e21, 1e-6, 1e-7, f64::NAN, f64::INFINITY, 2.5]
                    [self.below(13)]
            }
        }
    }
}

/// A value and its description.
#[derive(Clone)]
pub struct Typed {
    pub value: Value,
    pub json: Json,
}

const INTEGERS: [Kind; 10] = [
    Kind::Int,
    Kind::Int8,
    Kind::Int16,
    Kind::Int32,
    Kind::Int64,
    Kind::Uint,
    Kind::Uint8,
    Kind::Uint16,
    Kind::Uint32,
    Kind::Uint64,
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Typed {
    pub fn int(v: i64) -> Typed {
        Typed::integer(Kind::Int, v)
    }

    fn integer(kind: Kind, v: i64) -> Typed {
        let v = Int::signed(kind, v);
        Typed { value: Value::Int(v), json: json!({"k": kind.name(), "n": v.to_string()}) }
    }

    fn float(x: f64) -> Typed {
        Typed { value: Value::Float(x), json: json!({"k": "float64", "n": x.to_bits().to_string()}) }
    }

    fn string(s: &[u8]) -> Typed {
        Typed { value: Value::str(s), json: json!({"k": "string", "h": hex(s)}) }
    }

    fn bytes(s: &[u8]) -> Typed {
        Typed { value: Value::Bytes(s.into()), json: json!({"k": "bytes", "h": hex(s)}) }
    }

    fn list(items: &[Typed]) -> Typed {
        let json: Vec<&Json> = items.iter().map(|t| &t.json).collect();
        let list = List::new(items.iter().map(|t| t.value.clone()).collect());
        Typed { value: list.into(), json: json!({"k": "list", "e": json}) }
    }

    fn typed_list(kind: &str, elem: Type, items: &[Typed]) -> Typed {
        let json: Vec<&Json> = items.iter().map(|t| &t.json).collect();
        let list = List::with_type(Type::slice(elem), items.iter().map(|t| t.value.clone()).collect());
        Typed { value: list.into(), json: json!({"k": kind, "e": json}) }
    }

    fn map(kind: &str, ty: Type, entries: Vec<(Key, Typed)>) -> Typed {
        let text = |k: &Key| match k {
            Key::Str(s) => hex(s),
            Key::Int(i) => i.to_string(),
            _ => String::new(),
        };
        let keys: Vec<String> = entries.iter().map(|(k, _)| text(k)).collect();
        let json: Vec<&Json> = entries.iter().map(|(_, v)| &v.json).collect();
        let described: Vec<Json> = entries.iter().map(|(k, _)| Typed::key(k)).collect();
        let json = json!({"k": kind, "keys": keys, "any": described, "e": json});
        let entries = entries.into_iter().map(|(k, v)| (k, v.value)).collect();
        Typed { value: Map::from_entries(ty, entries).into(), json }
    }

    /// The description of a key.
    fn key(key: &Key) -> Json {
        match key {
            Key::Str(s) => Typed::string(s),
            Key::Int(i) => Typed::integer(i.kind(), i.as_i64()),
            Key::Float(f) => Typed::float(*f),
            Key::Bool(b) => Typed::bool(*b),
        }
        .json
    }

    fn named(kind: &str, value: Value, n: i64) -> Typed {
        Typed { value, json: json!({"k": kind, "n": n.to_string()}) }
    }

    fn time(seconds: i64, nanos: i64, zone: &str) -> Typed {
        let time = Time::from_unix(seconds, nanos).in_zone(&Zone::load(zone).unwrap());
        let json = json!({"k": "time", "n": seconds.to_string(), "n2": nanos.to_string(), "h": hex(zone.as_bytes())});
        Typed { value: time.into_value(), json }
    }

    fn complex(re: f64, im: f64) -> Typed {
        let json = json!({"k": "complex128", "n": re.to_bits().to_string(), "n2": im.to_bits().to_string()});
        Typed { value: Value::complex(re, im), json }
    }

    fn nil_list() -> Typed {
        Typed { value: List::nil(Type::slice(Type::Any)).into(), json: json!({"k": "nillist"}) }
    }

    fn nil_map() -> Typed {
        Typed { value: Map::nil(Map::string_any()).into(), json: json!({"k": "nilmap"}) }
    }

    fn nil() -> Typed {
        Typed { value: Value::Nil, json: json!({"k": "nil"}) }
    }

    fn bool(b: bool) -> Typed {
        Typed { value: Value::Bool(b), json: json!({"k": "bool", "b": b}) }
    }
}

fn any_map() -> Type {
    Type::map(Type::Any, Type::Any)
}

fn int_map() -> Type {
    Type::map(Type::INT, Type::Any)
}

/// A few values of every kind.
pub fn samples() -> Vec<Typed> {
    let key = |i| Key::Int(Int::signed(Kind::Int, i));
    let mut samples = vec![
        Typed::nil(),
        Typed::bool(true),
        Typed::int(0),
        Typed::int(-42),
        Typed::int(0x20ac),
        Typed::integer(Kind::Int64, i64::MIN),
        Typed::integer(Kind::Int8, -7),
        Typed::integer(Kind::Uint8, 200),
        Typed::integer(Kind::Uint64, -1),
        Typed::string(b"h\xc3\xa9llo \xff\"`"),
        Typed::string(b""),
        Typed::string("tab\there".as_bytes()),
        Typed::bytes(b"ab\xff"),
        Typed::bytes(b""),
        Typed::complex(1.5, -2.0),
        Typed::nil_list(),
        Typed::nil_map(),
        Typed::named("duration", Duration::from_nanos(90_000_000_000).into_value(), 90_000_000_000),
        Typed::named("month", Month(3).into_value(), 3),
        Typed::named("weekday", Weekday(9).into_value(), 9),
    ];
    samples.extend(
        [0.0, -0.0, 1.0, -1234.5678, 1e6, 1e-7, 123456789.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
            .map(Typed::float),
    );
    let list = Typed::list(&[
        Typed::int(1),
        Typed::string(b"x"),
        Typed::nil(),
        Typed::float(2.5),
        Typed::bytes(b"q"),
    ]);
    samples.push(Typed::typed_list("strings", Type::STRING, &[Typed::string(b"a"), Typed::string(b"b c")]));
    samples.push(Typed::typed_list("ints", Type::INT, &[Typed::int(65), Typed::int(-3)]));
    samples.push(Typed::map(
        "map",
        Map::string_any(),
        vec![("b".into(), list.clone()), ("a".into(), Typed::bool(false))],
    ));
    samples.push(Typed::map("mapint", int_map(), vec![(key(10), Typed::int(1)), (key(9), Typed::nil_map())]));
    let of_kind = |kind| Key::Int(Int::signed(kind, 7));
    let mut keys: Vec<Key> = INTEGERS.iter().map(|kind| of_kind(*kind)).collect();
    keys.extend([Key::Bool(true), Key::Float(1.5), Key::from("k"), Key::Bool(false), Key::Float(-1e9)]);
    keys.extend([Key::Int(Int::signed(Kind::Int, -7)), Key::from("")]);
    let entries = keys.into_iter().map(|key| (key, Typed::integer(Kind::Uint, 5))).collect();
    samples.push(Typed::map("mapany", any_map(), entries));
    samples.push(list);
    samples
}

/// Text with all that is hard about text.
pub fn random_text(random: &mut Random) -> Vec<u8> {
    let pieces: [&[u8]; 20] = [
        b"a",
        b"xyz",
        b" ",
        b"\"",
        b"\\",
        b"\n",
        b"\x00",
        b"\x7f",
        b"\xff",
        b"\xe2\x82",
        "é".as_bytes(),
        "€".as_bytes(),
        "😀".as_bytes(),
        "\u{2028}".as_bytes(),
        "\u{ad}".as_bytes(),
        "\u{3000}".as_bytes(),
        b"<&>",
        b"`",
        b"'",
        b"\xed\xa0\x80",
    ];
    (0..random.below(6)).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect()
}

/// Any value, nested up to a depth.
pub fn random_value(random: &mut Random, depth: usize) -> Typed {
    match random.below(if depth == 0 { 10 } else { 16 }) {
        0 => Typed::nil(),
        1 => Typed::bool(random.below(2) == 0),
        2 | 3 => {
            let kind = INTEGERS[random.below(INTEGERS.len())];
            Typed::integer(kind, random.integer())
        }
        4 => Typed::float(random.float()),
        5 | 6 => Typed::string(&random_text(random)),
        7 => Typed::bytes(&random_text(random)),
        8 => match random.below(6) {
            0 => Typed::nil_list(),
            1 => Typed::nil_map(),
            2 => Typed::complex(random.float(), random.float()),
            3 => {
                let n = random.below(15) as i64 - 1;
                Typed::named("month", Month(n).into_value(), n)
            }
            _ => {
                let n = random.integer();
                Typed::named("duration", Duration::from_nanos(n).into_value(), n)
            }
        },
        // In UTC: a wrong verb on another zone prints its tables and their addresses.
        9 => random_time(random, &[""]),
        10 | 11 => {
            Typed::list(&(0..random.below(4)).map(|_| random_value(random, depth - 1)).collect::<Vec<_>>())
        }
        12 => {
            let items: Vec<Typed> =
                (0..random.below(3)).map(|_| Typed::string(&random_text(random))).collect();
            Typed::typed_list("strings", Type::STRING, &items)
        }
        n => {
            let mut entries: Vec<(Key, Typed)> = Vec::new();
            for _ in 0..random.below(4) {
                let key = match (n, random.below(5)) {
                    (13, _) => Key::Int(Int::signed(Kind::Int, random.integer())),
                    (14, 0) => Key::Bool(random.below(2) == 0),
                    (14, 1) => Key::Float(random.integer() as f64 / 4.0),
                    (14, 2 | 3) => {
                        Key::Int(Int::signed(INTEGERS[random.below(INTEGERS.len())], random.integer()))
                    }
                    _ => Key::Str(random_text(random).into()),
                };
                if !entries.iter().any(|(k, _)| *k == key) {
                    entries.push((key, random_value(random, depth - 1)));
                }
            }
            match n {
                13 => Typed::map("mapint", int_map(), entries),
                14 => Typed::map("mapany", any_map(), entries),
                _ => Typed::map("map", Map::string_any(), entries),
            }
        }
    }
}

/// A time within four centuries, now and then far away.
pub fn random_time(random: &mut Random, zones: &[&str]) -> Typed {
    let span = if random.below(8) == 0 { 200_000_000_000 } else { 6_000_000_000 };
    let seconds = (random.next() % span) as i64 - span as i64 / 2;
    let nanos = [0, 0, 1, 500_000_000, 123_456_789, 120_000_000][random.below(6)];
    let zone = zones[random.below(zones.len())];
    Typed::time(seconds, nanos, zone)
}

/// A layout of elements and text.
pub fn random_layout(random: &mut Random) -> String {
    const WHOLE: [&str; 6] = [
        "2006-01-02T15:04:05Z07:00",
        "2006-01-02T15:04:05.999999999Z07:00",
        "Mon Jan _2 15:04:05 2006",
        "Mon, 02 Jan 2006 15:04:05 MST",
        "3:04PM",
        "02 Jan 06 15:04 -0700",
    ];
    const PIECES: [&str; 44] = [
        "January",
        "Jan",
        "Monday",
        "Mon",
        "MST",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "002",
        "15",
        "1",
        "2006",
        "2",
        "_2",
        "__2",
        "_2006",
        "3",
        "4",
        "5",
        "PM",
        "pm",
        "-070000",
        "-07:00:00",
        "-0700",
        "-07:00",
        "-07",
        "Z070000",
        "Z07:00:00",
        "Z0700",
        "Z07:00",
        "Z07",
        ".000",
        ".999",
        ",00",
        ",999999999",
        " ",
        "  ",
        "-",
        "T",
        "Month",
        "é",
    ];
    if random.below(3) == 0 {
        return WHOLE[random.below(6)].to_owned();
    }
    (0..random.below(8)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}
