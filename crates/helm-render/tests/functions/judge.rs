//! Renders templates here and with Helm's own engine and compares what they give and how they fail.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use govalue::time::{Time, Zone};
use helm_chart::{BufferedFile, Chart, Compat, File, assemble};
use helm_render::{Capabilities, Offline, ReleaseInfo, RenderInput, render};
use helm_testkit::oracle::Oracle;
use serde_json::json;

use crate::base::BASE;

/// A function and a template that calls it.
pub struct Case {
    pub function: String,
    pub template: String,
}

/// What comparing the cases of one function gave.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub cases: usize,
    pub different: usize,
}

/// A world that stands still. What depends on it is compared by its shape only.
struct Still;

impl sprig::Host for Still {
    fn now(&self) -> Time {
        Time::from_unix(1_700_000_000, 0).in_zone(&Zone::local(jiff::tz::TimeZone::UTC))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        use std::sync::atomic::{AtomicU64, Ordering};
        static STATE: AtomicU64 = AtomicU64::new(1);
        let mut state = STATE.fetch_add(1, Ordering::Relaxed);
        for byte in buffer {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 40) as u8;
        }
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        Err(format!("lookup {name}: no such host"))
    }
}

/// The names of all functions that our templates have.
pub fn our_names(compat: Compat) -> Vec<String> {
    let mut names: Vec<String> =
        helm_render::functions(compat, Arc::new(Still)).names().map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// The signatures of our functions.
pub fn functions(compat: Compat) -> gotmpl::FuncMap {
    helm_render::functions(compat, Arc::new(Still))
}

/// A real Helm engine.
pub struct Judge {
    oracle: Oracle,
    compat: Compat,
    chart: Chart,
}

impl Judge {
    pub fn new(compat: Compat) -> Judge {
        let program = match compat {
            Compat::V3 => "helm3",
            Compat::V4 => "helm4",
        };
        let mut oracle =
            Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(program));
        let files: Vec<_> = BASE.iter().map(|(name, data)| json!({"name": name, "data": data})).collect();
        oracle.ask(&json!({ "base": files }));
        let file = |(name, data): &(&str, &str)| BufferedFile {
            name: (*name).to_owned(),
            mod_time: None,
            data: data.as_bytes().to_vec().into(),
        };
        let files = BASE.iter().map(file).collect();
        let chart = assemble(files, compat, &mut Vec::new()).expect("the chart is right");
        Judge { oracle, compat, chart }
    }

    /// The names in the real function map.
    pub fn names(&mut self) -> Vec<String> {
        let answer = self.oracle.ask(&json!({"names": true}));
        let names = answer["names"].as_array().expect("a list of names");
        names.iter().map(|n| n.as_str().expect("a name").to_owned()).collect()
    }

    /// Compares all cases, tells of those that differ, and counts by function.
    pub fn compare(&mut self, cases: &[Case]) -> BTreeMap<String, Tally> {
        let questions: Vec<_> = cases.iter().map(|c| json!({"template": c.template})).collect();
        let (oracle, chart, compat) = (&mut self.oracle, &self.chart, self.compat);
        let (answers, ours) = std::thread::scope(|scope| {
            let asking = scope.spawn(|| oracle.ask_all(&questions));
            let ours: Vec<_> = cases.iter().map(|case| ours(chart, &case.template, compat)).collect();
            (asking.join().expect("the oracle answers"), ours)
        });
        let failed = ours.iter().filter(|o| o.is_err()).count();
        eprintln!("{compat:?}: {} templates, {failed} of them end in an error", cases.len());
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for (i, ours) in ours.into_iter().enumerate() {
            let ours = match ours {
                Ok(out) => (comparable(&out), String::new()),
                Err(error) => (String::new(), comparable(&error)),
            };
            let Case { function, template } = &cases[i];
            let theirs = shown(&answers[i]);
            let tally = tallies.entry(function.clone()).or_default();
            tally.cases += 1;
            // What is another text when asked again is made of an address.
            if ours != theirs && shown(&self.oracle.ask(&questions[i])) == theirs {
                tally.different += 1;
                eprintln!("{compat:?} {function}\n  {template}\n  Helm {theirs:?}\n  ours {ours:?}");
            }
        }
        tallies
    }
}

/// An answer's output and error.
fn shown(answer: &serde_json::Value) -> (String, String) {
    let text = |key: &str| comparable(answer[key].as_str().unwrap_or_default());
    (text("out"), text("err"))
}

fn ours(chart: &Chart, template: &str, compat: Compat) -> Result<String, String> {
    const NAME: &str = "templates/t.yaml";
    let mut chart = chart.clone();
    chart.templates.push(File { name: NAME.to_owned(), data: template.into(), mod_time: None });
    let (values, capabilities) = (govalue::Map::new(), Capabilities::offline());
    let input = RenderInput {
        compat,
        ..RenderInput::new(&chart, &values, &capabilities, ReleaseInfo::install("web", "shop"))
    };
    let rendered =
        render(&input, Arc::new(Offline::new(Arc::new(Still)))).map_err(|error| error.to_string())?;
    let wanted = format!("demo/{NAME}");
    Ok(rendered.files.into_iter().find(|f| f.path == wanted).map(|f| f.text).unwrap_or_default())
}

/// Text without what is chance: addresses, and how many marks stand for bytes that are no UTF-8.
fn comparable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        let end = rest[at + 2..].find(|c: char| !c.is_ascii_hexdigit()).map_or(rest.len(), |n| at + 2 + n);
        out.push_str(&rest[..at]);
        out.push_str(if end - at > 10 { "ADDRESS" } else { &rest[at..end] });
        rest = &rest[end..];
    }
    out.push_str(rest);
    let mut clean = String::with_capacity(out.len());
    for c in out.chars() {
        if c != char::REPLACEMENT_CHARACTER || !clean.ends_with(c) {
            clean.push(c);
        }
    }
    clean
}
