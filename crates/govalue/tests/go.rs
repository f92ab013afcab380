//! `fmt`, `strconv`, `json` and `time` against Go itself, on tables and on random cases.

#[path = "go/generate.rs"]
mod generate;
#[path = "go/json.rs"]
mod json_cases;
#[path = "go/time.rs"]
mod time_cases;

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
