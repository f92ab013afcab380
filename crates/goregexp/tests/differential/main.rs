//! Patterns against Go's package regexp: what compiles, what errors say, what matches, replaces and splits.

mod patterns;
mod random;
mod tables;

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use goregexp::{Captures, Error, Regex, quote_meta};
use helm_testkit::oracle::Oracle;
use patterns::PATTERNS;
use random::{Random, setting};
use serde_json::{Value, json};
use tables::{BROKEN_TEXTS, POSIX_PATTERNS, REPLACEMENTS, TEXTS};

fn encode(bytes: &[u8]) -> Value {
    json!(BASE64_STANDARD.encode(bytes))
}

fn decode(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64")
}

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

fn spans(captures: &Captures<'_>) -> Vec<i64> {
    let index = |i: Option<usize>| i.map_or(-1, |i| i as i64);
    (0..captures.iter().len())
        .flat_map(|group| {
            let span = captures.index(group);
            [index(span.clone().map(|s| s.start)), index(span.map(|s| s.end))]
        })
        .collect()
}

fn results(regex: &Regex, question: &Value) -> Value {
    let limit = question["limit"].as_i64().unwrap_or(-1);
    let replacement = decode(&question["replacement"]);
    let answer = |text: &Value| {
        let text = &decode(text);
        let all: Vec<_> = regex.find_all_submatch(text, limit).iter().map(spans).collect();
        let index: Vec<_> =
            regex.find_all_index(text, limit).iter().map(|s| [s.start as i64, s.end as i64]).collect();
        assert_eq!(all.iter().map(|s| s[..2].to_vec()).collect::<Vec<_>>(), index, "with and without groups");
        json!([
            regex.is_match(text),
            regex.find_submatch(text).as_ref().map(spans),
            (!all.is_empty()).then_some(all),
            encode(&regex.replace_all(text, &replacement)),
            encode(&regex.replace_all_literal(text, &replacement)),
            regex.split(text, limit).into_iter().map(encode).collect::<Vec<_>>(),
        ])
    };
    let names: Vec<_> = regex.group_names().map(Option::unwrap_or_default).collect();
    let results: Vec<_> = question["texts"].as_array().into_iter().flatten().map(answer).collect();
    json!({"names": names, "results": results})
}

fn ours(question: &Value) -> Value {
    let pattern = decode(&question["pattern"]);
    let compiled: Result<Regex, Error> = match question["ask"].as_str() {
        Some("posix") => Regex::new_posix(pattern),
        _ if question["longest"] == true => Regex::new(&pattern).and_then(|regex| regex.longest()),
        _ => Regex::new(pattern),
    };
    match compiled {
        Ok(regex) => results(&regex, question),
        Err(e) => json!({"error": e.to_string()}),
    }
}

/// Asks all questions and reports every difference, by text where there are several.
fn judge(questions: Vec<Value>) {
    let answers = oracle().ask_all(&questions);
    let mut differences = 0;
    for (question, theirs) in questions.iter().zip(answers) {
        let ours = ours(question);
        if ours == theirs {
            continue;
        }
        differences += 1;
        if differences <= 20 {
            report(question, &ours, &theirs);
        }
    }
    assert_eq!(differences, 0, "of {}", questions.len());
}

fn report(question: &Value, ours: &Value, theirs: &Value) {
    let pattern = String::from_utf8_lossy(&decode(&question["pattern"])).into_owned();
    let (ask, longest, limit) = (&question["ask"], &question["longest"], &question["limit"]);
    eprintln!("pattern {pattern:?} ask {ask} longest {longest} limit {limit}");
    let (Some(our_results), Some(their_results)) = (ours["results"].as_array(), theirs["results"].as_array())
    else {
        eprintln!("  ours   {}\n  theirs {}", ours["error"], theirs["error"]);
        return;
    };
    if ours["names"] != theirs["names"] {
        eprintln!("  ours   {}\n  theirs {}", ours["names"], theirs["names"]);
    }
    let texts = question["texts"].as_array().expect("texts");
    for ((text, our), their) in texts.iter().zip(our_results).zip(their_results) {
        if our != their {
            let text = decode(text);
            eprintln!("  text {:?}\n    ours   {our}\n    theirs {their}", String::from_utf8_lossy(&text));
            return;
        }
    }
}

fn all_texts() -> Vec<Value> {
    TEXTS.iter().map(|text| text.as_bytes()).chain(BROKEN_TEXTS.iter().copied()).map(encode).collect()
}

fn question(
    ask: &str,
    pattern: &[u8],
    texts: &[Value],
    replacement: &str,
    limit: i64,
    longest: bool,
) -> Value {
    json!({
        "ask": ask, "pattern": encode(pattern), "texts": texts, "replacement": encode(replacement.as_bytes()),
        "limit": limit, "longest": longest,
    })
}

#[test]
fn the_grid_of_patterns_and_texts_is_alike() {
    let texts = all_texts();
    let questions = PATTERNS.iter().enumerate().map(|(i, pattern)| {
        let replacement = REPLACEMENTS[i % REPLACEMENTS.len()];
        question("perl", pattern.as_bytes(), &texts, replacement, [-1, 2, -1, 0, 1][i % 5], false)
    });
    judge(questions.collect());
}

#[test]
fn the_longest_match_is_alike() {
    let texts = all_texts();
    let longest = PATTERNS.iter().map(|p| question("perl", p.as_bytes(), &texts, "<$1>", -1, true));
    let posix = POSIX_PATTERNS
        .iter()
        .chain(PATTERNS)
        .map(|p| question("posix", p.as_bytes(), &texts, "<$1>", -1, false));
    judge(longest.chain(posix).collect());
}

#[test]
fn replacements_are_alike() {
    let texts = all_texts();
    let patterns = ["(?P<n>a)|(?P<m>b)", "(.)(?P<n>.)?", "(?P<n>x)?(?P<n>a)", "", "(é)|(\\xff)?"];
    let questions = patterns.iter().flat_map(|pattern| {
        REPLACEMENTS
            .iter()
            .map(|replacement| question("perl", pattern.as_bytes(), &texts, replacement, -1, false))
    });
    judge(questions.collect());
}

#[test]
fn patterns_that_are_not_text_are_refused_alike() {
    let patterns: &[&[u8]] = &[
        b"\xff",
        b"a\xff",
        b"\\\xff",
        b"[\xff]",
        b"[a-\xff]",
        b"\\Q\xff",
        b"\\Qa\xff\\E",
        b"(?P<\xff>a)",
        b"(?P<n\xff",
        b"(?\xff)",
        b"\\p\xff",
        b"\\p{\xff}",
        b"\\p{L\xff",
        b"\\x\xff",
        b"\\x4\xff",
        b"\\x{\xff}",
        b"[[:\xff:]]",
        b"a{\xff}",
        b"(?i\xff",
        b"\xc3",
        b"\xed\xa0\x80",
    ];
    let error = |pattern: &[u8]| Regex::new(pattern).expect_err("not a pattern").to_string();
    let asked: Vec<_> =
        patterns.iter().map(|pattern| question("perl", pattern, &[], "", -1, false)).collect();
    for (pattern, answer) in patterns.iter().zip(oracle().ask_all(&asked)) {
        assert_eq!(json!(error(pattern)), answer["error"], "{pattern:?}");
    }
    let posix = question("posix", b"[a-b-\xff]", &[], "", -1, false);
    let error = Regex::new_posix(b"[a-b-\xff]").expect_err("not a pattern").to_string();
    assert_eq!(json!(error), oracle().ask(&posix)["error"]);
}

#[test]
fn limits_are_alike() {
    let nest =
        |open: &str, close: &str, levels: usize| format!("{}a{}", open.repeat(levels), close.repeat(levels));
    let patterns = [
        nest("(", ")", 999),
        nest("(", ")", 1000),
        nest("(?:", ")", 5000),
        nest("(b", ")", 499),
        nest("(b", ")", 500),
        nest("(?:b|", ")", 333),
        nest("(", ")*", 499),
        nest("(", ")*", 500),
        nest("(?:", ")*", 998),
        nest("(?:", "b)*", 499),
        nest("(?:", "b)*", 500),
        "(".repeat(3000),
        ")".repeat(3000),
        "a".repeat(100_000),
        "[".repeat(3000),
        "a|".repeat(5000),
        "(a)".repeat(2000),
        "a{1000}".repeat(100),
        "a{1000}".repeat(4000),
        "\\pL".repeat(1000),
    ];
    let questions: Vec<_> =
        patterns.iter().map(|p| question("perl", p.as_bytes(), &[], "", -1, false)).collect();
    for (pattern, answer) in patterns.iter().zip(oracle().ask_all(&questions)) {
        let ours = Regex::new(pattern).err().map(|e| e.to_string());
        let start = &pattern[..pattern.len().min(20)];
        assert_eq!(json!(ours), answer["error"], "{start}… of {} bytes", pattern.len());
    }
}

#[test]
fn quoting_is_alike() {
    let texts = all_texts();
    let questions: Vec<_> = texts.iter().map(|text| json!({"ask": "quote", "texts": [text]})).collect();
    for (text, answer) in texts.iter().zip(oracle().ask_all(&questions)) {
        assert_eq!(quote_meta(&decode(text)), decode(&answer), "{text}");
    }
}

#[test]
fn random_patterns_are_alike() {
    let seed = setting("SEED").unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    let cases = setting("CASES").unwrap_or(2500);
    println!("SEED={seed}");
    let mut random = Random(seed);
    let mut questions = Vec::new();
    for case in 0..cases {
        let pattern = if case % 3 == 0 { random.noise() } else { random.pattern(2) };
        let texts: Vec<_> = (0..6).map(|_| encode(&random.text())).collect();
        let replacement = random.pick(REPLACEMENTS);
        let limit = [-1, -1, 0, 1, 2][random.below(5)];
        let ask = if random.below(8) == 0 { "posix" } else { "perl" };
        questions.push(question(ask, pattern.as_bytes(), &texts, replacement, limit, random.below(5) == 0));
    }
    judge(questions);
}
