//! Every function that a template can call, against the engines of Helm 4.3.1 and 3.22.0.
//!
//! `docs/functions.md` is the report of this test: `UPDATE=1` writes it, otherwise it must be up to date. `SEED`
//! repeats a random run (each run prints its seed).

mod base;
mod documents;
mod judge;
#[allow(dead_code, reason = "shared with Sprig's own comparison, which uses more of it")]
#[path = "../../../sprig/tests/conformance/pools.rs"]
mod pools;
mod random;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use helm_chart::Compat;
use judge::{Case, Judge, Tally};
use random::Random;

/// Random cases for each function that answers the same every time, unless `CASES` says otherwise.
const RANDOM: usize = 25;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
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
        if tables::BY_SHAPE.iter().any(|(n, _)| *n == name) {
            continue;
        }
        let signature = &functions.get(&name).expect("the name came from the map").signature;
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
    let seed = number("SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |d| d.as_nanos() as u64)
    });
    let count = number("CASES").map_or(RANDOM, |n| n as usize);
    eprintln!("SEED={seed} CASES={count}");
    let mut results = Vec::new();
    for compat in [Compat::V4, Compat::V3] {
        let mut judge = Judge::new(compat);
        let (theirs, ours) = (judge.names(), judge::our_names(compat));
        assert_eq!(theirs, ours, "the functions of {compat:?}");
        results.push((theirs, judge.compare(&cases(compat, &mut Random(seed), count))));
    }
    let report = report(&results);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/functions.md");
    let different: usize = results.iter().flat_map(|(_, t)| t.values()).map(|t| t.different).sum();
    assert_eq!(different, 0, "cases that differ; SEED={seed} repeats them");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &report).expect("the report can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, report, "docs/functions.md is not up to date: UPDATE=1 writes it");
}

/// The report: one line for each function or object.
fn report(results: &[(Vec<String>, BTreeMap<String, Tally>)]) -> String {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (functions, tallies) in results {
        names.extend(functions.iter().map(String::as_str));
        names.extend(tallies.keys().map(String::as_str));
    }
    let mut text = "# Template functions\n\nWritten by the conformance run: every function of the function maps of \
                    Helm 4.3.1 and Helm 3.22.0, and the objects.\nEach case is a template that the real engine and \
                    this one render; output or error text must be equal. Arguments\nare from tables and random. \
                    Functions of chance, clock and network are compared by what is the same in every run.\n\n\
                    | name | Helm 4.3.1 | Helm 3.22.0 |\n|---|---|---|\n"
        .to_owned();
    for name in names {
        let state = |(functions, tallies): &(Vec<String>, BTreeMap<String, Tally>)| {
            let known = name.starts_with('.') || functions.iter().any(|f| f == name);
            match tallies.get(name) {
                _ if !known => "absent, as in Helm".to_owned(),
                Some(Tally { cases, different: 0 }) => format!("equal, {cases} cases"),
                Some(Tally { cases, different }) => format!("DIFFERS in {different} of {cases} cases"),
                None => "NOT COMPARED".to_owned(),
            }
        };
        writeln!(text, "| `{name}` | {} | {} |", state(&results[0]), state(&results[1])).expect("a string");
    }
    assert!(!text.contains("NOT COMPARED"), "functions without a case:\n{text}");
    text
}
