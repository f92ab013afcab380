//! Random arguments of every kind, as expressions in a template.

use govalue::{Kind, Type, strconv};

use crate::pools::{DATES, FLOATS, LAYOUTS, LISTS, SIZED, SMALL, STRINGS, VALUES};

/// A small generator (splitmix64): the same seed gives the same cases everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    pub fn pick<'p, T>(&mut self, pool: &'p [T]) -> &'p T {
        &pool[self.below(pool.len())]
    }
}

/// What only a chart's templates can name.
const PLACES: &[&str] = &[
    ".Values.text",
    ".Values.number",
    ".Values.list",
    ".Values.nested",
    ".Values.nothing",
    ".Values.ratio",
    ".Values.absent",
    ".Values.span",
    ".Values.lines",
    ".Chart.Name",
    ".Chart.Version",
    ".Chart.Keywords",
    ".Chart.Annotations",
    ".Release.Name",
    ".Release.IsInstall",
    ".Release.Revision",
    ".Capabilities.KubeVersion.Version",
    ".Template.Name",
    "(.Files.Get `config/a.conf`)",
    "(mulf 3 1.5)",
    "(include `json` .)",
    "(fromJson `{\"a\":[1]}`)",
];

fn string(r: &mut Random) -> String {
    strconv::quote(r.pick(STRINGS).as_bytes())
}

fn float(r: &mut Random) -> String {
    let float = *r.pick(FLOATS);
    if float.is_finite() { format!("{float:?}") } else { "1.25".to_owned() }
}

pub fn any(r: &mut Random, depth: usize) -> String {
    match r.below(if depth > 1 { 9 } else { 13 }) {
        0 => "nil".to_owned(),
        1 => (*r.pick(&["true", "false"])).to_owned(),
        2 => r.pick(SMALL).to_string(),
        3 => float(r),
        4 | 5 => string(r),
        6 => format!("({})", r.pick(VALUES)),
        7 | 8 => (*r.pick(PLACES)).to_owned(),
        9 | 10 => list(r, depth),
        _ => map(r, depth),
    }
}

pub fn list(r: &mut Random, depth: usize) -> String {
    let items: String = (0..r.below(4)).map(|_| format!(" {}", any(r, depth + 1))).collect();
    format!("(list{items})")
}

pub fn map(r: &mut Random, depth: usize) -> String {
    let keys = ["a", "b", "c.d", ""];
    let entries: String = (0..r.below(4)).map(|i| format!(" {:?} {}", keys[i], any(r, depth + 1))).collect();
    format!("(dict{entries})")
}

pub fn argument(r: &mut Random, name: &str, ty: &Type) -> String {
    let sized = SIZED.contains(&name) || name == "durationRound";
    match ty {
        Type::Basic(Kind::String) if name.contains("ate") => strconv::quote(r.pick(LAYOUTS).as_bytes()),
        Type::Basic(Kind::String) => string(r),
        Type::Basic(Kind::Int) => r.pick(SMALL).to_string(),
        Type::Basic(Kind::Bool) => (*r.pick(&["true", "false"])).to_owned(),
        Type::Basic(Kind::Float64) => float(r),
        Type::Map(_) => map(r, 0),
        Type::Named(_) => "(toDate `2006-01-02` `2020-03-29`)".to_owned(),
        _ if sized || DATES.contains(&name) => r.pick(SMALL).to_string(),
        _ if LISTS.contains(&name) && r.below(2) == 0 => list(r, 0),
        _ if name.contains("uration") && r.below(2) == 0 => strconv::quote(r.pick(LAYOUTS).as_bytes()),
        _ => any(r, 0),
    }
}

/// A call of a function that formats dates, with an instant that is given: without one it takes the clock's.
pub fn date_call(r: &mut Random, name: &str, signature: &govalue::Signature) -> String {
    let mut call = name.to_owned();
    for ty in &signature.params {
        let layout = strconv::quote(r.pick(LAYOUTS).as_bytes());
        let instant = match r.below(3) {
            0 => r.pick(SMALL).to_string(),
            1 => format!("(int64 {})", r.below(4_000_000_000)),
            _ => {
                format!("(toDate `2006-01-02 15:04:05` `20{:02}-03-29 0{}:30:00`)", r.below(60), r.below(10))
            }
        };
        call += &format!(" {}", if *ty == Type::STRING { layout } else { instant });
    }
    call
}

/// A call with random arguments, as a pipeline.
pub fn call(r: &mut Random, name: &str, signature: &govalue::Signature) -> String {
    let fixed = signature.params.len() - usize::from(signature.variadic);
    let mut count = fixed + if signature.variadic { r.below(4) } else { 0 };
    if r.below(30) == 0 {
        count = r.below(4);
    }
    let mut call = name.to_owned();
    for i in 0..count {
        let ty = signature.params.get(i).or(signature.params.last()).unwrap_or(&Type::Any);
        let odd = r.below(20) == 0 && !SIZED.contains(&name) && name != "durationRound";
        call.push(' ');
        call.push_str(&if odd { any(r, 0) } else { argument(r, name, ty) });
    }
    match name {
        "keys" => call + " | sortAlpha",
        "values" => call + " | toStrings | sortAlpha",
        _ => call,
    }
}
