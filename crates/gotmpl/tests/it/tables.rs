//! Cases made by hand for every rule; Go's answer is asked for, not written down.

use govalue::{Int, Key, Kind, List, Map, Type, Value};

use crate::host::{Foo, Stream, StreamKind, bracket, sum, values_type};
use crate::judge::{Case, Verdict, compare, oracle};

/// Data that has something of everything.
pub fn data() -> Value {
    let map = |entries: Vec<(&str, Value)>| Value::Map(entries.into_iter().collect::<Map>());
    let inner = map(vec![("b", Value::int(7)), ("c", Value::from("deep")), ("n", Value::Nil)]);
    let values = Map::from_entries(
        values_type(),
        vec![
            (Key::from("sub"), inner.clone()),
            (Key::from("x"), Value::int(1)),
            (Key::from("nil"), Value::Nil),
        ],
    );
    let ints = List::with_type(Type::slice(Type::INT), vec![Value::int(3), Value::int(1), Value::int(2)]);
    let counts = Map::from_entries(
        Type::map(Type::STRING, Type::INT),
        vec![(Key::from("one"), Value::int(1)), (Key::from("two"), Value::int(2))],
    );
    let numbers = Map::from_entries(
        Type::map(Type::INT, Type::STRING),
        vec![
            (Key::Int(Int::signed(Kind::Int, 10)), Value::from("ten")),
            (Key::Int(Int::signed(Kind::Int, -1)), Value::from("minus")),
        ],
    );
    map(vec![
        ("a", inner),
        (
            "arr",
            Value::List(List::with_type(
                Type::Array(2, std::sync::Arc::new(Type::INT)),
                vec![Value::int(8), Value::int(9)],
            )),
        ),
        ("bytes", Value::Bytes(b"raw"[..].into())),
        ("counts", Value::Map(counts)),
        ("chan", Stream::value(StreamKind::Chan, &[4, 5, 6])),
        ("chan0", Stream::value(StreamKind::Chan, &[])),
        ("channil", Stream::nil_channel()),
        ("cplx", Value::complex(1.0, -2.0)),
        ("empty", Value::from("")),
        ("emptylist", Value::from(Vec::new())),
        ("emptymap", Value::Map(Map::new())),
        ("f", Value::Float(1.5)),
        ("foo", Foo::pointer("foo", Value::from("any"))),
        ("fooval", Foo::value("val", Value::Nil)),
        ("func", bracket()),
        ("i", Value::int(5)),
        ("i64", Value::int64(64)),
        ("ints", Value::List(ints)),
        ("list", Value::from(vec![Value::int(1), Value::from("two"), Value::Nil, Value::Float(0.5)])),
        ("neg", Value::int(-3)),
        (
            "nested",
            Value::from(vec![map(vec![("k", Value::from("v1"))]), map(vec![("k", Value::from("v2"))])]),
        ),
        ("nil", Value::Nil),
        ("nilfoo", Foo::nil()),
        ("nillist", Value::List(List::nil(Type::slice(Type::STRING)))),
        ("nilmap", Value::Map(Map::nil(Type::map(Type::STRING, Type::STRING)))),
        ("no", Value::Bool(false)),
        ("numbers", Value::Map(numbers)),
        ("s", Value::from("str")),
        ("seq", Stream::value(StreamKind::Seq, &[7, 8])),
        ("seq0", Stream::value(StreamKind::Seq, &[])),
        ("seq2", Stream::value(StreamKind::Seq2, &[1, 2, 3])),
        ("strs", Value::List(List::strings(["x", "y"]))),
        ("sum", sum()),
        ("u8", Value::Int(Int::unsigned(Kind::Uint8, 200))),
        ("uni", Value::from("é\u{1F600}<\">")),
        ("values", Value::Map(values)),
        ("yes", Value::Bool(true)),
    ])
}

#[test]
fn delimiters_of_all_kinds_agree_with_go() {
    const TEXTS: [&str; 14] = [
        "a {{.i}} b",
        "a {{- .i -}} b",
        "x{{/* c */}}y{{- /* c */ -}} z",
        "{{if .yes}}1{{else}}2{{end}}",
        "{{range .list}}{{.}}{{end}}",
        "{{define \"d\"}}<{{.}}>{{end}}{{template \"d\" .i}}",
        "{{.s | printf \"%q\"}}{{`raw`}}",
        "{{index .list (len .s | add -3)}}",
        "{{",
        "{{.i",
        "}}",
        "{{/* c",
        "{{/* c */ x}}",
        "{{.nope.x}}{{1 2}}",
    ];
    const PAIRS: [(&str, &str); 13] = [
        ("", ""),
        ("<<", ">>"),
        ("[[", "]]"),
        ("<%", "%>"),
        ("$(", ")$"),
        ("|", "|"),
        ("-", "-"),
        ("{{{", "}}}"),
        ("(", ")"),
        ("//", "//"),
        (".", "."),
        ("é", "ü"),
        ("x", "y"),
    ];
    let mut cases = Vec::new();
    for (left, right) in PAIRS {
        for text in TEXTS {
            let (l, r) = if left.is_empty() { ("{{", "}}") } else { (left, right) };
            for text in [text.replace("{{", l).replace("}}", r), text.to_owned()] {
                let delims = (left.to_owned(), right.to_owned());
                cases.push(Case { delims, ..Case::new(&text, data()) });
            }
        }
    }
    let mut verdict = Verdict::default();
    compare(&mut oracle(), &cases, &mut verdict);
    let differences = verdict.differences;
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}

#[test]
fn hand_made_cases_agree_with_go() {
    let cases: Vec<Case> = include_str!("cases.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .flat_map(|line| {
            let text = &line.replace('⏎', "\n");
            [gotmpl::MissingKey::Default, gotmpl::MissingKey::Zero, gotmpl::MissingKey::Error]
                .map(|missing_key| Case { missing_key, ..Case::new(text, data()) })
        })
        .collect();
    let mut verdict = Verdict::default();
    compare(&mut oracle(), &cases, &mut verdict);
    let differences = verdict.differences;
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}
