//! `fmt`, `strconv`, `json` and `time` against Go itself, on tables and on random cases.

#[path = "go/generate.rs"]
mod generate;

use std::path::Path;

use generate::{Random, Typed, random_text, random_value};
use govalue::time::{self, Civil, Duration, Time, Zone};
use govalue::{Value, fmt, json, strconv};
use helm_testkit::oracle::Oracle;
use serde_json::{Value as Json, json};

/// What Go answers: text, and the error's text or none.
type Answer = (Vec<u8>, Vec<u8>);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(v: &Json) -> Vec<u8> {
    let text = v.as_str().unwrap_or_default();
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|s| s.parse().expect("a number"))
}

fn random() -> (Random, u64) {
    let seed = setting("SEED").unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    println!("SEED={seed}");
    (Random(seed), setting("CASES").unwrap_or(4_000))
}

/// Questions with our answers; compares them with Go's.
#[derive(Default)]
struct Cases {
    questions: Vec<Json>,
    ours: Vec<Answer>,
}

impl Cases {
    fn add(&mut self, question: Json, ours: Answer) {
        self.questions.push(question);
        self.ours.push(ours);
    }

    fn result<T, E: std::fmt::Display>(
        &mut self,
        question: Json,
        ours: Result<T, E>,
        show: impl Fn(T) -> Vec<u8>,
    ) {
        let ours = match ours {
            Ok(v) => (show(v), Vec::new()),
            Err(e) => (Vec::new(), e.to_string().into_bytes()),
        };
        self.add(question, ours);
    }

    /// Compares answers of many words each, and shows the words that differ.
    fn check_words(self) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        let answers = Oracle::start(&source).ask_all(&self.questions);
        let mut wrong = Vec::new();
        for ((ours, _), answer) in self.ours.iter().zip(&answers) {
            let go = unhex(&answer["out"]);
            let words = ours.split(|b| *b == b' ').zip(go.split(|b| *b == b' '));
            wrong.extend(words.filter(|(ours, go)| ours != go).map(|(ours, go)| {
                format!("ours {} go {}", String::from_utf8_lossy(ours), String::from_utf8_lossy(go))
            }));
            assert_eq!(ours.len(), go.len(), "{}", wrong.join("\n"));
        }
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(25)].join("\n"));
    }

    fn check(self) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        let answers = Oracle::start(&source).ask_all(&self.questions);
        let mut wrong = Vec::new();
        for ((question, ours), answer) in self.questions.iter().zip(&self.ours).zip(&answers) {
            let error = unhex(&answer["err"]);
            // What Go returns beside an error is looked at only where the error is none.
            let go = (if error.is_empty() { unhex(&answer["out"]) } else { Vec::new() }, error);
            if *ours != go {
                let show = |a: &Answer| (strconv::quote(&a.0), strconv::quote(&a.1));
                wrong.push(format!("{question}\n ours {:?}\n go   {:?}", show(ours), show(&go)));
            }
        }
        let (count, total) = (wrong.len(), answers.len());
        wrong.truncate(25);
        assert!(count == 0, "{count} of {total} differ:\n{}", wrong.join("\n"));
    }
}

fn sprintf(cases: &mut Cases, format: &[u8], args: &[Typed]) {
    let values: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
    let described: Vec<&Json> = args.iter().map(|a| &a.json).collect();
    cases.add(
        json!({"op": "sprintf", "text": hex(format), "args": described}),
        (fmt::sprintf(format, &values), Vec::new()),
    );
}

const VERBS: &[u8] = b"vTtdboOxXcqUeEfFgGswz!";

#[test]
fn every_verb_with_every_flag_on_every_kind() {
    let mut cases = Cases::default();
    let flags = ["", "+", "-", "#", " ", "0", "+#", "# ", "0-", "+0", "-#", "0#", "0 "];
    let sizes = ["", "12", "3", ".0", ".3", "12.3", "2.1", ".15", "20."];
    for sample in generate::samples() {
        for &verb in VERBS {
            for flags in flags {
                for size in sizes {
                    let format = format!("%{flags}{size}{}", char::from(verb));
                    sprintf(&mut cases, format.as_bytes(), std::slice::from_ref(&sample));
                }
            }
        }
    }
    cases.check();
}

#[test]
fn the_language_of_formats() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    for format in [
        "%",
        "%d%",
        "%!",
        "%[1]",
        "%[",
        "%[]d",
        "%[x]d",
        "%[0]d",
        "%[3]d",
        "%[2]d %[1]d",
        "%[2]*[1]d",
        "%*d",
        "%-*d",
        "%.*f",
        "%[1]*.[2]*[3]f",
        "%.[2]*[1]f",
        "%[3]*.[2]*[1]f",
        "%6.2f",
        "%.d",
        "%.",
        "%5.",
        "%[1]3d",
        "%[1].2d",
        "%99999999999d",
        "%1000001d",
        "%.1000001d",
        "%%",
        "%5%",
        "%-5%|",
        "%z %é",
        "%\u{fffd}",
        "%d %d %d %d",
        "no verbs",
        "%[99999999999999]d",
        "%[1]d %d",
        "%[2]v %v",
        "%+-#0 5d",
        "%v%%%v",
        "%5.3",
        "%.3.4d",
        "%0*d",
    ] {
        for args in [vec![], vec![1], vec![7, 3], vec![-5, 2, 42]] {
            let args: Vec<Typed> = args.into_iter().map(Typed::int).collect();
            sprintf(&mut cases, format.as_bytes(), &args);
        }
    }
    sprintf(&mut cases, b"%\xff|%d", &[Typed::int(1)]);
    let pieces: Vec<&[u8]> = vec![
        b"%",
        b"%%",
        b"[1]",
        b"[2]",
        b"[9]",
        b"*",
        b".",
        b"3",
        b"12",
        b"-",
        b"+",
        b"#",
        b"0",
        b" ",
        b"v",
        b"d",
        b"s",
        b"q",
        b"x",
        b"T",
        b"f",
        b"g",
        b"e",
        b"U",
        b"c",
        b"t",
        b"text",
        "\u{20ac}".as_bytes(),
        b"\xfe",
        b"%v",
        b"%d",
    ];
    for _ in 0..count {
        let format: Vec<u8> =
            (0..random.below(9)).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect();
        let args: Vec<Typed> = (0..random.below(4)).map(|_| random_value(&mut random, 2)).collect();
        sprintf(&mut cases, &format, &args);
    }
    cases.check();
}

#[test]
fn print_and_println() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    for _ in 0..count {
        let args: Vec<Typed> = (0..random.below(5)).map(|_| random_value(&mut random, 3)).collect();
        let values: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
        let described: Vec<&Json> = args.iter().map(|a| &a.json).collect();
        cases.add(json!({"op": "sprint", "args": described}), (fmt::sprint(&values), Vec::new()));
        cases.add(json!({"op": "sprintln", "args": described}), (fmt::sprintln(&values), Vec::new()));
        for format in ["%v", "%+v", "%#v", "%q", "%x", "%d", "%08.3f", "%T"] {
            if let Some(first) = args.first() {
                sprintf(&mut cases, format.as_bytes(), std::slice::from_ref(first));
            }
        }
    }
    cases.check();
}

#[test]
fn literals() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let mut printable = Vec::new();
    for code in 0..=0x10_ffff {
        printable.push(match char::from_u32(code) {
            Some(c) if strconv::is_print(c) => b'p',
            Some(c) if strconv::is_graphic(c) => b'g',
            _ => b'-',
        });
    }
    cases.add(json!({"op": "printable"}), (printable, Vec::new()));
    let marks = [b'"', b'\'', b'`'];
    for _ in 0..count {
        let text = random_text(&mut random);
        let ours =
            strconv::quote(&text) + &strconv::quote_to_ascii(&text) + &strconv::quote_to_graphic(&text);
        cases.add(json!({"op": "quote", "text": hex(&text)}), (ours.into_bytes(), Vec::new()));
        let pieces = [
            "a",
            "\\",
            "n",
            "x4",
            "1",
            "u00e9",
            "U0001F600",
            "\"",
            "'",
            "`",
            "\r",
            "\n",
            "ü",
            "12",
            "377",
            "ud800",
        ];
        let mark = marks[random.below(3)];
        let mut literal = vec![mark];
        literal.extend((0..random.below(5)).flat_map(|_| pieces[random.below(pieces.len())].bytes()));
        literal.push(if random.below(9) == 0 { b'x' } else { mark });
        if random.below(6) == 0 {
            literal.insert(1, 0xff);
        }
        let ours = strconv::unquote(&literal).ok_or("invalid syntax");
        cases.result(json!({"op": "unquote", "text": hex(&literal)}), ours, |v| v);
    }
    cases.check();
}

#[test]
fn floats_to_text_and_back() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let halves = (0..40).map(|i| f64::from(i) / 8.0).chain((-1074..1024).map(|e| 2f64.powi(e)));
    let numbers: Vec<f64> = halves.chain((0..count).map(|_| random.float())).collect();
    for x in numbers {
        for bits in [64, 32] {
            for format in *b"beEfgGxX" {
                let precision = [-1, -1, 0, 1, 3, 6, 17, 25, 40][random.below(9)];
                let ours = strconv::format_float(x, format, precision, bits);
                cases.add(
                    json!({"op": "float", "num": x.to_bits().to_string(), "fmt": char::from(format).to_string(),
                           "prec": precision, "bits": bits}),
                    (ours.into_bytes(), Vec::new()),
                );
            }
        }
        let mut text =
            strconv::format_float(x, b"egfx"[random.below(4)], random.below(22) as i32 - 1, 64).into_bytes();
        if random.below(3) == 0 {
            let at = random.below(text.len() + 1);
            text.insert(at, b"_e.+-0xp9n "[random.below(11)]);
        }
        parse_float(&mut cases, &text);
    }
    for text in [
        "",
        "+",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "inf",
        "+Inf",
        "-infinity",
        "nan",
        "+nan",
        "infx",
        "1_000",
        "1__0",
        "_1",
        "1_",
        "0x1p4",
        "0x1",
        "0x.8p1",
        "0x_1p0",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.8p-1075",
        "0x1.fffffffffffff8p1023",
        "0x1.fffffffffffff7p1023",
        "0x1.00000000000008p0",
        "0x1.000000000000080000000001p0",
        "1e309",
        "-1e400",
        "1e-400",
        "0x1.ffffffp127",
        "3.4e39",
        "1.e5",
        "1.2.3",
        "0x",
        "0xp1",
        "1e5_0",
        "1p4",
        "0b1",
        "٣",
        "1e99999999999",
        "0x1p99999",
        "0x0000000000000000000000000000000000001p0",
        "0x10000000000000000000000000p0",
    ] {
        parse_float(&mut cases, text.as_bytes());
    }
    cases.check();
}

/// A number that lies in the middle of two shortest texts, or near such a one: few bits behind the point and as many
/// digits as the type holds.
fn tie(random: &mut Random, bits: u32) -> f64 {
    let (mantissa, low) = if bits == 32 { (24, 15) } else { (53, 43) };
    let whole = 1u64 << (low + random.below(mantissa - low + 1));
    let whole = whole + random.next() % whole;
    let x = whole as f64 / f64::from(1 << random.below(9));
    if random.below(2) == 0 { x } else { x * 10f64.powi(random.below(40) as i32 - 20) }
}

#[test]
fn shortest_digits() {
    const BATCH: usize = 5_000;
    let (mut random, count) = random();
    let mut cases = Cases::default();
    for batch in 0..(count as usize * 100).div_ceil(BATCH) {
        let bits = if batch % 4 == 0 { 32 } else { 64 };
        let (mut question, mut ours) = (String::new(), Vec::new());
        for _ in 0..BATCH {
            let x = match random.below(3) {
                0 => f64::from_bits(random.next()),
                1 => tie(&mut random, bits),
                _ => random.float(),
            };
            question += &format!("{:016x}", x.to_bits());
            strconv::append_float(&mut ours, x, b'e', -1, bits);
            ours.push(b' ');
        }
        cases.add(json!({"op": "shortest", "text": question, "bits": bits}), (ours, Vec::new()));
    }
    cases.check_words();
}

fn parse_float(cases: &mut Cases, text: &[u8]) {
    for bits in [64, 32] {
        let question = json!({"op": "parsefloat", "text": hex(text), "bits": bits});
        cases.result(question, strconv::parse_float(text, bits), |x| {
            if x.is_nan() { b"NaN".to_vec() } else { x.to_bits().to_string().into_bytes() }
        });
    }
}

#[test]
fn integers_from_text() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let pieces = [
        "",
        "-",
        "+",
        "0",
        "0x",
        "0b",
        "0o",
        "_",
        "1",
        "7",
        "9",
        "f",
        "127",
        "255",
        "z",
        "18446744073709551615",
        "9223372036854775808",
        "é",
    ];
    for _ in 0..count {
        let text: String = (0..random.below(5)).map(|_| pieces[random.below(pieces.len())]).collect();
        let base = [0, 10, 16, 2, 8, 36, 1, 37][random.below(8)];
        let bits = [0, 8, 16, 32, 64, 65][random.below(6)];
        let question = |op: &str| json!({"op": op, "text": hex(text.as_bytes()), "base": base, "bits": bits});
        let show = |v: String| v.into_bytes();
        cases.result(
            question("parseint"),
            strconv::parse_int(&text, base, bits).map(|v| v.to_string()),
            show,
        );
        cases.result(
            question("parseuint"),
            strconv::parse_uint(&text, base, bits).map(|v| v.to_string()),
            show,
        );
        cases.result(question("atoi"), strconv::atoi(&text).map(|v| v.to_string()), show);
        cases.result(question("parsebool"), strconv::parse_bool(&text).map(|v| v.to_string()), show);
    }
    cases.check();
}

#[test]
fn json_out() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let indent = json::EncodeOptions { indent: Some("  ".into()), ..Default::default() };
    for _ in 0..count {
        let v = random_value(&mut random, 4);
        let question = |op: &str| json!({"op": op, "args": [v.json]});
        cases.result(question("encode"), json::encode(&v.value), |b| b);
        cases.result(question("indent"), json::encode_with(&v.value, &indent), |b| b);
    }
    cases.check();
}

#[test]
fn json_in() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let pieces: Vec<&[u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"a\"",
        b"\"b\":",
        b"1",
        b"-",
        b"0",
        b".5",
        b"e9",
        b"E+",
        b"1e999",
        b"true",
        b"tru",
        b"false",
        b"null",
        b"nul ",
        b" ",
        b"\n",
        b"\"",
        b"\\",
        b"\\u00e9",
        b"\\ud83d\\ude00",
        b"\"\\ud800x\"",
        b"\xff",
        b"\"\xc3\x28\"",
        "\"ü\"".as_bytes(),
        b"'",
        b"\x01",
        b"\xef\xbb\xbf",
        b"x",
        b"[1,2]",
        b"{\"k\":[]}",
        b"\"\\q\"",
        b"\"\\u12x\"",
    ];
    for i in 0..count * 2 {
        let mut text: Vec<u8> = if i % 2 == 0 {
            (0..random.below(7)).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect()
        } else {
            json::encode(&random_value(&mut random, 4).value).unwrap_or_default()
        };
        if random.below(3) == 0 && !text.is_empty() {
            let at = random.below(text.len());
            match random.below(3) {
                0 => text.truncate(at),
                1 => text[at] = b"{}[],:\"\\x0 -e.\xff"[random.below(15)],
                _ => drop(text.remove(at)),
            }
        }
        let show = |v: Value| fmt::sprintf(b"%#v", &[v]);
        let question = |op: &str| json!({"op": op, "text": hex(&text)});
        cases.result(question("decode"), json::decode(&text), show);
        for (op, target) in [("decodemap", json::Target::Map), ("decodelist", json::Target::List)] {
            let decoded = json::decode_into(&text, target, json::DecodeOptions::default());
            cases.result(question(op), decoded.error.map_or(Ok(decoded.value), Err), show);
        }
    }
    cases.check();
}

#[test]
fn json_as_deep_as_go_reads() {
    let mut cases = Cases::default();
    for (open, close, depth) in
        [("[", "]", 10_000), ("[", "]", 10_001), ("{\"a\":", "}", 10_000), ("{\"a\":", "}", 20_000)]
    {
        let inner = if open == "[" { "" } else { "1" };
        let text = open.repeat(depth) + inner + &close.repeat(depth);
        let question = json!({"op": "decode", "text": hex(text.as_bytes())});
        cases.result(question, json::decode(text.as_bytes()), |v| {
            assert_eq!(json::encode(&v).unwrap(), text.as_bytes());
            fmt::sprintf(b"%#v", &[v])
        });
    }
    cases.check();
}

#[test]
fn a_map_in_itself_is_no_endless_loop() {
    let map = govalue::Map::new();
    map.insert("self", Value::Map(map.clone()));
    map.insert("list", Value::from(vec![Value::Map(map.clone())]));
    let value = Value::Map(map.clone());
    assert_eq!(fmt::sprint(std::slice::from_ref(&value)), b"map[list:[%!v(CYCLE)] self:%!v(CYCLE)]");
    let error = json::encode(&value).unwrap_err();
    assert_eq!(error.to_string(), "json: unsupported value: encountered a cycle via map[string]interface {}");
    map.remove("self");
    map.remove("list");
}

#[test]
fn durations() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    for _ in 0..count {
        let d = random.integer();
        let unit = [1, 1000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000, 0, -5, i64::MAX, 7]
            [random.below(10)];
        let (dd, u) = (Duration::from_nanos(d), Duration::from_nanos(unit));
        let values: Vec<Value> = [dd, dd.round(u), dd.truncate(u)]
            .map(Duration::into_value)
            .into_iter()
            .chain([dd.hours(), dd.minutes(), dd.seconds()].map(Value::Float))
            .chain([dd.abs().into_value()])
            .collect();
        cases.add(
            json!({"op": "duration", "num": d.to_string(), "extra": unit.to_string()}),
            (fmt::sprintln(&values), Vec::new()),
        );
        let pieces = [
            "1",
            "0",
            "25",
            ".",
            ".5",
            "h",
            "m",
            "s",
            "ms",
            "us",
            "µs",
            "ns",
            "-",
            "+",
            "d",
            "9223372036854775807",
            "999999999999999999999",
            "x\"é",
        ];
        let text: String = (0..random.below(7)).map(|_| pieces[random.below(pieces.len())]).collect();
        for text in [text, dd.to_string()] {
            let question = json!({"op": "parseduration", "text": hex(text.as_bytes())});
            cases.result(question, time::parse_duration(&text), |d| d.nanos().to_string().into_bytes());
        }
    }
    cases.check();
}

const ZONES: [&str; 6] =
    ["", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Europe/London"];

#[test]
fn times() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    for _ in 0..count {
        let (a, b) = (generate::random_time(&mut random, &ZONES), generate::random_time(&mut random, &ZONES));
        let unit =
            [1, 1_000_000_000, 3_600_000_000_000, 86_400_000_000_000, 0, -7_000_000_000, 1_234_567_891_011]
                [random.below(7)];
        let (years, months, days) =
            (random.below(9) as i64 - 4, random.below(40) as i64 - 20, random.below(100) as i64 - 50);
        let d = Duration::from_nanos(unit);
        let (ta, tb) = (Time::from_value(&a.value).unwrap(), Time::from_value(&b.value).unwrap());
        let values = [
            ta.clone().into_value(),
            ta.add(d).into_value(),
            ta.sub(&tb).into_value(),
            ta.round(d).into_value(),
            ta.truncate(d).into_value(),
            Value::int(ta.year_day()),
            ta.weekday().into_value(),
            Value::int64(ta.unix()),
            ta.add_date(years, months, days).into_value(),
            Value::Bool(ta.cmp_instant(&tb).is_lt()),
        ];
        let mut ours = fmt::sprintln(&values);
        ours.extend(fmt::sprintf(b"%#v", std::slice::from_ref(&a.value)));
        cases.add(
            json!({"op": "time", "args": [a.json, b.json], "num": unit.to_string(), "base": years, "bits": months, "prec": days}),
            (ours, Vec::new()),
        );
        let layout = generate::random_layout(&mut random);
        let text = ta.format(&layout);
        cases.add(
            json!({"op": "format", "text": hex(layout.as_bytes()), "args": [a.json]}),
            (text.clone().into_bytes(), Vec::new()),
        );
        read_time(&mut cases, &mut random, &layout, text);
        let civil = Civil { nanosecond: 0, ..ta.civil() };
        let clock = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        );
        let name = ZONES[random.below(ZONES.len())];
        let zone = Zone::load(name).unwrap();
        cases.result(
            json!({"op": "parsein", "text": hex(b"2006-01-02 15:04:05"), "extra": hex(clock.as_bytes()), "fmt": name}),
            time::parse_in("2006-01-02 15:04:05", &clock, &zone, &zone),
            show_time,
        );
    }
    cases.check();
}

fn show_time(t: Time) -> Vec<u8> {
    t.format("2006-01-02T15:04:05.999999999Z07:00:00 MST").into_bytes()
}

/// Reads a text by its layout, sometimes damaged.
fn read_time(cases: &mut Cases, random: &mut Random, layout: &str, mut text: String) {
    if random.below(2) == 0 && !text.is_empty() && text.is_ascii() {
        let at = random.below(text.len());
        match random.below(3) {
            0 => text.truncate(at),
            1 => text.replace_range(at..=at, ["9", " ", "x", "-", "0", "."][random.below(6)]),
            _ => text.insert(at, b"0 9.Z"[random.below(5)].into()),
        }
    }
    cases.result(
        json!({"op": "parsetime", "text": hex(layout.as_bytes()), "extra": hex(text.as_bytes())}),
        time::parse(layout, &text),
        show_time,
    );
}
