//! Asks both sides the same.

use std::path::Path;
use std::sync::Arc;

use gotmpl::{MissingKey, Options, TemplateSet};
use govalue::Value;
use helm_testkit::oracle::Oracle;
use serde_json::{Value as Json, json};

use crate::data::{from_latin1, latin1, typed};
use crate::host::functions;

/// Texts to parse, the one to execute, data and options.
#[derive(Clone, Debug)]
pub struct Case {
    pub texts: Vec<(String, Vec<u8>)>,
    pub execute: String,
    pub data: Value,
    pub missing_key: MissingKey,
    pub delims: (String, String),
}

impl Case {
    /// One text with data.
    pub fn new(text: &str, data: Value) -> Case {
        Case {
            texts: vec![("t".to_owned(), text.as_bytes().to_vec())],
            execute: "t".to_owned(),
            data,
            missing_key: MissingKey::Default,
            delims: Default::default(),
        }
    }

    /// The same case with other delimiters in options and texts.
    pub fn with_delims(self, (left, right): (&str, &str)) -> Case {
        let replace = |text: Vec<u8>| match String::from_utf8(text) {
            Ok(text) => text.replace("{{", left).replace("}}", right).into_bytes(),
            Err(other) => other.into_bytes(),
        };
        let texts = self.texts.into_iter().map(|(name, text)| (name, replace(text))).collect();
        Case { texts, delims: (left.to_owned(), right.to_owned()), ..self }
    }

    fn question(&self) -> Json {
        let texts: Vec<Json> =
            self.texts.iter().map(|(name, text)| json!({ "Name": name, "Text": latin1(text) })).collect();
        let option = match self.missing_key {
            MissingKey::Default => "",
            MissingKey::Zero => "zero",
            MissingKey::Error => "error",
        };
        json!({
            "Texts": texts, "Execute": self.execute, "Data": typed(&self.data), "Option": option,
            "Left": latin1(self.delims.0.as_bytes()), "Right": latin1(self.delims.1.as_bytes()),
        })
    }

    /// Our answer.
    pub fn run(&self) -> Answer {
        let options = Options {
            name: "root".to_owned(),
            missing_key: self.missing_key,
            delims: self.delims.clone(),
            ..Options::default()
        };
        let mut set = TemplateSet::new(options).with_funcs(Arc::new(functions()));
        for (name, text) in &self.texts {
            if let Err(error) = set.parse(name.as_str(), text.as_slice()) {
                return Answer { parse: error.to_string(), ..Answer::default() };
            }
        }
        let mut output = Vec::new();
        let error = set.execute(&self.execute, &self.data, &mut output).err();
        Answer { output, error: error.map_or_else(String::new, |e| e.to_string()), parse: String::new() }
    }
}

/// Output and errors of either side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub output: Vec<u8>,
    pub parse: String,
    pub error: String,
}

impl Answer {
    fn from_json(json: &Json) -> Answer {
        let bytes = |key: &str| from_latin1(json[key].as_str().unwrap_or(""));
        // Our errors are text: bytes that are none show as U+FFFD.
        let text = |key: &str| String::from_utf8_lossy(&bytes(key)).into_owned();
        Answer { output: bytes("Output"), parse: text("Parse"), error: text("Error") }
    }
}

impl Answer {
    /// Addresses differ from run to run; what is without them must be equal to the byte.
    fn agrees(&self, other: &Answer) -> bool {
        let masked = |a: &Answer| (mask(&a.output), mask(a.parse.as_bytes()), mask(a.error.as_bytes()));
        self == other || masked(self) == masked(other)
    }
}

/// Replaces long numbers, hexadecimal or decimal.
fn mask(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in text.chunk_by(|a, b| a.is_ascii_hexdigit() == b.is_ascii_hexdigit()) {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        out.extend_from_slice(if part.len() >= 6 && digits >= 2 { b"ADDRESS" } else { part });
    }
    out
}

/// The running judge.
pub fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

/// How many cases ended in which way, and those on which the sides differ.
#[derive(Default)]
pub struct Verdict {
    pub parse_errors: usize,
    pub execution_errors: usize,
    pub rendered: usize,
    pub differences: Vec<String>,
}

/// Compares both sides on many cases and adds to the verdict.
pub fn compare(oracle: &mut Oracle, cases: &[Case], verdict: &mut Verdict) {
    let questions: Vec<Json> = cases.iter().map(Case::question).collect();
    let answers = oracle.ask_all(&questions);
    for (case, theirs) in cases.iter().zip(&answers) {
        let (ours, theirs) = (case.run(), Answer::from_json(theirs));
        if !ours.agrees(&theirs) {
            verdict.differences.push(difference(case, &ours, &theirs));
        }
        *match (theirs.parse.is_empty(), theirs.error.is_empty()) {
            (false, _) => &mut verdict.parse_errors,
            (_, false) => &mut verdict.execution_errors,
            _ => &mut verdict.rendered,
        } += 1;
    }
}

fn difference(case: &Case, ours: &Answer, theirs: &Answer) -> String {
    let mut text = String::new();
    for (name, source) in &case.texts {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(source));
    }
    let show = |a: &Answer| {
        format!(
            "output {:?}\n      parse {:?}\n      error {:?}",
            String::from_utf8_lossy(&a.output),
            a.parse,
            a.error
        )
    };
    text + &format!("missing {:?}\nours: {}\ngo:   {}\n", case.missing_key, show(ours), show(theirs))
}
