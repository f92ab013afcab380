//! Every function that a template can call, against the engines of Helm 4.3.1 and 3.22.0.
//!
//! `SEED` repeats a random run (each run prints its seed), `CASES` sets the number of random cases, `REPORT` names a
//! file for the report: `cargo xtask conformance --functions` compares it with `docs/functions.md`.

mod arguments;
mod base;
mod documents;
mod judge;
#[allow(dead_code, reason = "shared with Sprig's own comparison, which uses more of it")]
#[path = "../../../sprig/tests/conformance/pools.rs"]
mod pools;
mod programs;
mod random;
mod report;
mod tables;

use helm_chart::Compat;
use judge::{Case, Judge};
use random::Random;

/// Random cases for each function that answers the same every time, unless `CASES` says otherwise.
const RANDOM: usize = 25;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// The seed and the number of random cases.
fn settings() -> (u64, usize) {
    let seed = number("SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |d| d.as_nanos() as u64)
    });
    let count = number("CASES").map_or(RANDOM, |n| n as usize);
    eprintln!("SEED={seed} CASES={count}");
    (seed, count)
}

fn cases(compat: Compat, random: &mut Random, count: usize) -> Vec<Case> {
    let functions = judge::functions(compat);
    let mut cases = Vec::new();
    let mut add = |function: &str, call: String| {
        cases.push(Case { function: function.to_owned(), template: format!("{{{{ {call} }}}}") });
    };
    for (name, calls) in tables::BY_SHAPE.iter().chain(tables::PLACES) {
        calls.iter().for_each(|call| add(name, (*call).to_owned()));
    }
    for (name, arguments) in tables::HELM {
        for argument in *arguments {
            // Whole calls are given for functions of several arguments, arguments for those of one.
            let whole =
                argument.split(' ').next() == Some(name) || argument.starts_with('(') && *name == "lookup";
            let call = if whole { (*argument).to_owned() } else { format!("{name} ({argument})") };
            add(name, call);
            let must = format!("must{}{}", name[..1].to_uppercase(), &name[1..]);
            if !whole && name.starts_with("to") && functions.get(&must).is_some() {
                add(&must, format!("{must} ({argument})"));
            }
        }
    }
    for name in judge::our_names(compat) {
        let signature = &functions.get(&name).expect("the name came from the map").signature;
        for call in arguments::calls(random, &name, signature) {
            add(&name, call);
        }
        if pools::DATES.contains(&&*name) {
            (0..count).for_each(|_| add(&name, random::date_call(random, &name, signature)));
        }
        if tables::BY_SHAPE.iter().any(|(n, _)| *n == name) {
            continue;
        }
        for i in 0..count {
            let call = random::call(random, &name, signature);
            add(&name, if i % 3 == 0 { format!("{call} | printf \"%T %v\" 0") } else { call });
        }
    }
    for (function, call) in documents::calls(random, 4 * count) {
        add(function, call);
    }
    cases
}

#[test]
fn every_function_is_as_in_helm() {
    let (seed, count) = settings();
    let mut results = Vec::new();
    for compat in [Compat::V4, Compat::V3] {
        let mut judge = Judge::new(compat);
        let (theirs, ours) = (judge.names(), judge::our_names(compat));
        assert_eq!(theirs, ours, "the functions of {compat:?}");
        results.push((theirs, judge.compare(&cases(compat, &mut Random(seed), count))));
    }
    let different: usize = results.iter().flat_map(|(_, t)| t.values()).map(|t| t.different).sum();
    if let Some(path) = std::env::var_os("REPORT") {
        std::fs::write(path, report::report(&results)).expect("the report can be written");
    }
    assert_eq!(different, 0, "cases that differ; SEED={seed} repeats them");
}

#[test]
fn random_templates_are_as_in_helm() {
    let (seed, count) = settings();
    let mut different = 0;
    for compat in [Compat::V4, Compat::V3] {
        let functions = judge::functions(compat);
        let mut random = Random(seed);
        let mut writer = programs::Writer::new(&mut random, &functions);
        let template = |_| Case { function: "template".to_owned(), template: writer.template() };
        let cases: Vec<Case> = (0..20 * count).map(template).collect();
        different += Judge::new(compat).compare(&cases).values().map(|t| t.different).sum::<usize>();
    }
    assert_eq!(different, 0, "templates that differ; SEED={seed} repeats them");
}
