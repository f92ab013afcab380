//! Random arguments of every kind for every function that answers the same each time.

use std::fmt::Write;

use govalue::{Int, Kind, List, Map, Type, Value};

use crate::judge::{Case, functions, judge};
use crate::pools::{DATES, FLOATS, HUGE, LAYOUTS, LISTS, NOT_REPEATABLE, SIZED, SMALL, STRINGS, VALUES};
use crate::values::named_map;

/// A small generator (splitmix64): the same seed gives the same cases everywhere.
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

    pub fn pick<'p, T>(&mut self, pool: &'p [T]) -> &'p T {
        &pool[self.below(pool.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

fn string(r: &mut Random) -> Value {
    if r.chance(12) {
        let pools: &[&[u8]] =
            &[b"\xff", b"a\xe2\x82", b"\xc3\x28 b", b"\x00\x01", b"\xf0\x9f\x98", b"\xa0x\x85y"];
        return Value::Str((*r.pick(pools)).into());
    }
    if r.chance(20) {
        let parts = (0..1 + r.below(3)).map(|_| *r.pick(STRINGS)).collect::<Vec<_>>();
        return Value::from(parts.join(*r.pick(&["", " ", "-", "/", "_"])));
    }
    Value::from(*r.pick(STRINGS))
}

fn int(r: &mut Random, sized: bool) -> i64 {
    if !sized && r.chance(15) { *r.pick(HUGE) } else { *r.pick(SMALL) }
}

fn any(r: &mut Random, depth: usize) -> Value {
    let containers = if depth > 2 { 0 } else { 9 };
    match r.below(22 + containers) {
        0 | 1 => Value::Nil,
        2 => Value::Bool(r.chance(50)),
        3..=5 => Value::int(int(r, false)),
        6 => Value::int64(int(r, false)),
        7 => Value::Int(Int::unsigned(Kind::Uint8, r.next())),
        8 => Value::Int(Int::unsigned(Kind::Uint64, int(r, false) as u64)),
        9 => Value::Int(Int::signed(Kind::Int32, int(r, false))),
        10..=13 => Value::Float(*r.pick(FLOATS)),
        14..=20 => string(r),
        21 => Value::Bytes(string(r).as_str().expect("a string").clone()),
        22..=26 => list(r, depth),
        _ => Value::Map(map(r, depth)),
    }
}

fn list(r: &mut Random, depth: usize) -> Value {
    let length = r.below(5);
    match r.below(10) {
        0 => Value::List(List::nil(Type::slice(Type::Any))),
        1 | 2 => Value::List(List::strings((0..length).map(|_| string(r)).collect::<Vec<_>>())),
        3 => Value::List(List::with_type(
            Type::slice(Type::INT),
            (0..length).map(|_| Value::int(int(r, false))).collect(),
        )),
        _ => Value::List(List::new((0..length).map(|_| any(r, depth + 1)).collect())),
    }
}

const KEYS: &[&str] =
    &["a", "b", "c", "d", "scheme", "host", "path", "query", "userinfo", "fragment", "opaque", ""];

fn map(r: &mut Random, depth: usize) -> Map {
    let ty = match r.below(12) {
        0 => return Map::nil(Map::string_any()),
        1 => named_map(),
        2 => Type::map(Type::STRING, Type::STRING),
        _ => Map::string_any(),
    };
    let texts = ty.elem() == Some(&Type::STRING);
    let count = r.below(5);
    let entries =
        (0..count).map(|_| ((*r.pick(KEYS)).into(), if texts { string(r) } else { any(r, depth + 1) }));
    Map::from_entries(ty, entries.collect())
}

fn argument(r: &mut Random, name: &str, ty: &Type) -> Value {
    // Go takes the present for what is no date, and it is another one there.
    if DATES.contains(&name) && *ty == Type::Any {
        let seconds = *r.pick(&[
            0,
            -1,
            1_500_000_000,
            1_700_000_000,
            951_782_400,
            -5_000_000_000,
            253_402_300_800,
            1 << 40,
        ]);
        return if r.chance(50) { Value::int(seconds) } else { Value::int64(seconds) };
    }
    if r.chance(4) && !DATES.contains(&name) {
        return match any(r, 0) {
            Value::Int(i) if SIZED.contains(&name) => Value::int(i.as_i64() % 100),
            other => other,
        };
    }
    match ty {
        Type::Basic(Kind::String) if name.contains("ate") && r.chance(70) => Value::from(*r.pick(LAYOUTS)),
        Type::Basic(Kind::String) => string(r),
        Type::Basic(Kind::Int) => Value::int(int(r, SIZED.contains(&name))),
        Type::Basic(Kind::Bool) => Value::Bool(r.chance(50)),
        Type::Basic(Kind::Float64) => Value::Float(*r.pick(FLOATS)),
        Type::Map(_) => Value::Map(map(r, 0)),
        _ if r.chance(35) && LISTS.contains(&name) => list(r, 0),
        _ => any(r, 0),
    }
}

/// A value as a constant in a template, which takes the type of the parameter.
fn literal(v: &Value) -> Option<String> {
    match v {
        Value::Nil => Some("nil".to_owned()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Int(i) if i.kind() == Kind::Int => Some(i.to_string()),
        Value::Float(f) if f.is_finite() => Some(format!("{f:?}")),
        Value::Str(s) if s.as_str().is_some_and(|s| !s.contains('`')) => Some(format!("`{s}`")),
        _ => None,
    }
}

fn case(r: &mut Random, names: &[String]) -> Case {
    let name = r.pick(names).as_str();
    let functions = functions();
    let signature = &functions.get(name).expect("the name came from the map").signature;
    let fixed = signature.params.len() - usize::from(signature.variadic);
    let mut count = fixed + if signature.variadic { r.below(4) } else { 0 };
    if r.chance(2) {
        count = r.below(5);
    }
    let mut call = name.to_owned();
    let mut data = Vec::new();
    for i in 0..count {
        let ty = signature.params.get(i).or(signature.params.last()).unwrap_or(&Type::Any);
        let key = ["p", "q", "r", "s", "t", "u", "v"][i.min(6)];
        let value = argument(r, name, ty);
        match literal(&value) {
            _ if matches!(ty, Type::Named(_)) && r.chance(90) => {
                write!(
                    call,
                    " (toDate \"2006-01-02 15:04\" \"{}-03-{} 02:30\")",
                    r.pick(&[1969, 2017, 2020, 9000]),
                    r.pick(&[26, 29, 31])
                )
            }
            Some(literal) if r.chance(20) => write!(call, " {literal}"),
            _ if *ty == Type::Any
                && ![SIZED, DATES, &["durationRound"]].concat().contains(&name)
                && r.chance(15) =>
            {
                write!(call, " ({})", r.pick(VALUES))
            }
            _ => write!(call, " .{key}"),
        }
        .expect("writing to a string");
        data.push((key, value));
    }
    let call = match name {
        // Go's order is random.
        "keys" => format!("{call} | sortAlpha"),
        "values" => format!("{call} | toStrings | sortAlpha"),
        _ => call,
    };
    let template = match r.below(4) {
        0 => format!("{{{{ {call} }}}}"),
        1 => format!("{{{{ $r := {call} }}}}{{{{ mustToJson $r }}}}"),
        2 => format!("{{{{ $r := {call} }}}}{{{{ printf \"%T %v\" $r $r }}}} {{{{ .p }}}}"),
        _ => format!("{{{{ {call} | printf \"%#v\" }}}}"),
    };
    Case { template, data: Value::Map(data.into_iter().collect()) }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|e| panic!("{variable}: {e}")))
}

#[test]
fn random_arguments() {
    let seed = number("SEED").unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
    });
    let cases = number("CASES").unwrap_or(20_000);
    eprintln!("SEED={seed} CASES={cases}");
    let only = std::env::var("ONLY").ok();
    let mut names: Vec<String> = functions()
        .names()
        .filter(|n| !NOT_REPEATABLE.contains(n))
        .filter(|n| only.as_ref().is_none_or(|only| only.split(',').any(|o| o == *n)))
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    let mut random = Random(seed);
    let cases: Vec<Case> = (0..cases).map(|_| case(&mut random, &names)).collect();
    judge(&cases);
}
