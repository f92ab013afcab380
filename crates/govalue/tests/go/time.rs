//! Package `time`.

use super::*;

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
