//! URLs and addresses against Go's own packages, over random texts.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gourl::{Parts, Url, UserInfo, address};
use helm_testkit::oracle::Oracle;
use helm_testkit::random::{Random, cases};
use serde_json::{Value, json};

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().expect("base64")).expect("base64")
}

fn shown(bytes: &[u8]) -> String {
    govalue::strconv::quote(bytes)
}

const SCHEMES: &[&str] =
    &["http://", "https://", "HTTP://", "oci://", "ftp:", "file:///", "file:/", "a+b.c-1:", ""];
const PIECES: &[&str] = &[
    "a",
    "b.c",
    "host",
    "1",
    "10.0.0.1",
    "::1",
    "fe80::1",
    "[",
    "]",
    "[::1]",
    "[fe80::1%25en0]",
    "[::ffff:1.2.3.4]",
    ":",
    ":80",
    ":x",
    ":080",
    "@",
    "u:p@",
    "u@",
    "/",
    "//",
    ".",
    "..",
    "./",
    "../",
    "?",
    "??",
    "#",
    "%",
    "%41",
    "%2f",
    "%2F",
    "%2a",
    "%2A",
    "%zz",
    "%25",
    "%20",
    "%ff",
    "%e4",
    " ",
    "*",
    "+",
    "-",
    "_",
    "~",
    "!",
    "$",
    "&",
    "'",
    "(",
    ")",
    ",",
    ";",
    "=",
    "<",
    ">",
    "\"",
    "\\",
    "^",
    "`",
    "{",
    "|",
    "}",
    "é",
    "日",
    "\u{7f}",
    "\n",
    "\t",
    "q=1",
    "x y",
    "://",
];
const ADDRESSES: &[&str] = &[
    "0",
    "1",
    "01",
    "255",
    "256",
    "12",
    "f",
    "ffff",
    "10000",
    "abcd",
    "g",
    ":",
    "::",
    ".",
    "%",
    "eth0",
    "1.2.3.4",
    "0.0.0.0",
    "1:2:3:4:5:6",
    "1:2:3:4:5:6:7:8",
    "é",
    " ",
    "-",
];

fn text(r: &mut Random) -> Vec<u8> {
    let mut text = r.pick(SCHEMES).as_bytes().to_vec();
    if r.chance(40) {
        text.extend_from_slice(r.pick(&["h.i", "[::1]", "u:p@h:8080", "", "a b"]).as_bytes());
        text.extend_from_slice(r.pick(&["/", "/x/y", "/x/../", "", "?q"]).as_bytes());
    }
    for _ in 0..r.below(6) {
        text.extend_from_slice(r.pick(PIECES).as_bytes());
        if r.chance(1) {
            text.push(0xc0 | r.below(64) as u8);
        }
    }
    text
}

#[test]
fn urls_are_read_and_joined_as_go_does() {
    let mut r = Random::seeded("urls");
    let texts: Vec<[Vec<u8>; 2]> = (0..cases(20_000)).map(|_| [text(&mut r), text(&mut r)]).collect();
    let questions: Vec<Value> = texts
        .iter()
        .map(|[text, reference]| json!({"Text": STANDARD.encode(text), "Reference": STANDARD.encode(reference)}))
        .collect();
    for ([text, reference], answer) in texts.iter().zip(oracle().ask_all(&questions)) {
        let case = format!("{} beside {}", shown(reference), shown(text));
        let parts = match Parts::parse(text) {
            Ok(parts) => parts,
            Err(e) => {
                assert!(!answer["error"].is_null(), "{case}: refused: {e}");
                assert_eq!(e.to_string(), String::from_utf8_lossy(&bytes(&answer["error"])), "{case}");
                continue;
            }
        };
        assert!(
            answer["error"].is_null(),
            "{case}: must be refused: {:?}",
            answer["error"].as_str().map(|_| shown(&bytes(&answer["error"])))
        );
        let user = parts.user.as_ref().map(UserInfo::escaped).unwrap_or_default();
        for (name, ours) in [
            ("string", &*parts.to_bytes()),
            ("scheme", &*parts.scheme),
            ("opaque", &*parts.opaque),
            ("host", &*parts.host),
            ("hostname", parts.hostname()),
            ("path", &*parts.path),
            ("escaped", parts.escaped_path().as_bytes()),
            ("query", parts.raw_query.as_deref().unwrap_or_default()),
            ("fragment", &*parts.fragment),
            ("user", user.as_bytes()),
        ] {
            assert_eq!(shown(ours), shown(&bytes(&answer[name])), "{name} of {case}");
        }
        check_text(text, reference, &answer, &case);
    }
}

/// The same of the form for text.
fn check_text(text: &[u8], reference: &[u8], answer: &Value, case: &str) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let url = Url::parse(text).expect("the parts were read");
    assert_eq!(url.to_string().as_bytes(), bytes(&answer["string"]), "text of {case}");
    assert_eq!(url.port().unwrap_or_default().as_bytes(), bytes(&answer["port"]), "port of {case}");
    assert_eq!(url.hostname(), String::from_utf8_lossy(&bytes(&answer["hostname"])), "host name of {case}");
    let Ok(reference) = std::str::from_utf8(reference) else { return };
    let resolved = Url::parse(reference).ok().map(|reference| url.resolve(&reference).to_string());
    let theirs = answer.get("resolved").map(|text| String::from_utf8_lossy(&bytes(text)).into_owned());
    assert_eq!(resolved, theirs, "resolved: {case}");
}

#[test]
fn addresses_are_judged_as_go_does() {
    let mut r = Random::seeded("addresses");
    let texts: Vec<String> = (0..cases(20_000))
        .map(|_| (0..1 + r.below(9)).map(|_| if r.chance(30) { ":" } else { r.pick(ADDRESSES) }).collect())
        .collect();
    let questions: Vec<Value> = texts.iter().map(|text| json!({"Address": STANDARD.encode(text)})).collect();
    for (text, answer) in texts.iter().zip(oracle().ask_all(&questions)) {
        match address::parse(text.as_bytes()) {
            Ok(family) => assert_eq!(json!(family == address::Family::V4), answer["v4"], "{text:?}"),
            Err(e) => {
                assert!(answer["v4"].is_null(), "{text:?} is refused: {e}");
                assert_eq!(e.to_string(), String::from_utf8_lossy(&bytes(&answer["error"])));
            }
        }
    }
}
