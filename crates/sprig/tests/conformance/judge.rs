//! Executes templates here and in Go and compares what they write and how they fail.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use gotmpl::{FuncMap, Options, TemplateSet};
use govalue::Value;
use govalue::time::{Time, Zone};
use helm_testkit::oracle::Oracle;
use serde_json::json;
use sprig::Host;

use crate::values::tagged;

/// A world that stands still, in the zone that the oracle has.
pub struct Still;

impl Host for Still {
    fn now(&self) -> Time {
        let berlin = jiff::tz::TimeZone::get("Europe/Berlin").expect("a known zone");
        Time::from_unix(1_700_000_000, 123_456_789).in_zone(&Zone::local(berlin))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        use std::sync::atomic::{AtomicU64, Ordering};
        static STATE: AtomicU64 = AtomicU64::new(1);
        let mut state = STATE.fetch_add(1, Ordering::Relaxed);
        for b in buffer {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *b = (state >> 40) as u8;
        }
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        match name {
            "one.example" => Ok(vec!["192.0.2.1".to_owned()]),
            _ => Err(format!("lookup {name}: no such host")),
        }
    }
}

/// The functions under test.
pub fn functions() -> Arc<FuncMap> {
    static FUNCTIONS: LazyLock<Arc<FuncMap>> = LazyLock::new(|| Arc::new(sprig::functions(Arc::new(Still))));
    FUNCTIONS.clone()
}

pub fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/sprig"))
}

/// A template and its data.
#[derive(Clone, Debug)]
pub struct Case {
    pub template: String,
    pub data: Value,
}

/// What a template wrote and the text of its error.
#[derive(PartialEq, Eq)]
pub struct Answer {
    pub out: Vec<u8>,
    pub err: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.out))?;
        if self.err.is_empty() { Ok(()) } else { write!(f, " error {:?}", self.err) }
    }
}

/// Executes a case here.
pub fn ours(case: &Case) -> Answer {
    let mut set = TemplateSet::new(Options::default()).with_funcs(functions());
    let mut out = Vec::new();
    let err = match set.parse("t", case.template.as_str()) {
        Err(e) => e.to_string(),
        Ok(_) => match set.execute("t", &case.data, &mut out) {
            Err(e) => e.to_string(),
            Ok(()) => String::new(),
        },
    };
    Answer { out, err }
}

/// Errors are Rust strings here: what is not UTF-8 is replaced, in Go's JSON byte by byte, elsewhere by sequence.
fn without_repeated_replacement(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != char::REPLACEMENT_CHARACTER || !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// Pointers print as addresses, which are different everywhere.
fn without_addresses(out: Vec<u8>) -> Vec<u8> {
    let mut text = out.as_slice();
    let mut kept = Vec::with_capacity(text.len());
    while let Some(at) = text.windows(3).position(|w| w == b"(0x") {
        let end =
            text[at + 3..].iter().position(|b| !b.is_ascii_hexdigit()).map_or(text.len(), |n| at + 3 + n);
        let is_address = end - at > 9 && text.get(end) == Some(&b')');
        kept.extend_from_slice(&text[..if is_address { at + 3 } else { end }]);
        text = &text[end..];
    }
    kept.extend_from_slice(text);
    kept
}

/// Compares all cases; lists those that differ and fails if there is one.
pub fn judge(cases: &[Case]) {
    let questions: Vec<_> =
        cases.iter().map(|c| json!({"template": c.template, "data": tagged(&c.data)})).collect();
    let answers = oracle().ask_all(&questions);
    let mut wrong = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        let out = answer["out"].as_str().unwrap_or_default();
        let theirs = Answer {
            out: without_addresses(
                base64::engine::general_purpose::STANDARD.decode(out).expect("the oracle writes base64"),
            ),
            err: without_repeated_replacement(answer["err"].as_str().unwrap_or_default()),
        };
        let mut ours = ours(case);
        ours.out = without_addresses(ours.out);
        ours.err = without_repeated_replacement(&ours.err);
        // Go merges in random order: which of several panics comes first is chance.
        let reflection = |a: &Answer| case.template.contains("erge") && a.err.contains(": reflect");
        if ours != theirs && !(reflection(&ours) && reflection(&theirs)) {
            wrong += 1;
            if wrong <= 60 {
                eprintln!("{}\n  data {:?}\n  Go   {theirs:?}\n  ours {ours:?}", case.template, case.data);
            }
        }
    }
    assert_eq!(wrong, 0, "{wrong} of {} cases differ", cases.len());
}
