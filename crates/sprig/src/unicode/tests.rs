use std::path::Path;

use helm_testkit::oracle::Oracle;
use serde_json::json;

use super::*;

/// Every code point as the oracle describes it: flags, upper, lower and title case.
#[test]
fn every_code_point_is_what_go_says() {
    let mut oracle = Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/sprig"));
    let answer = oracle.ask(&json!({"unicode": true}));
    let theirs: Vec<&str> =
        answer["unicode"].as_array().expect("a list").iter().filter_map(|l| l.as_str()).collect();
    let ours: Vec<String> = ('\0'..=char::MAX).filter_map(describe).collect();
    assert!(theirs.len() > 100_000, "only {} code points", theirs.len());
    let different: Vec<_> = theirs.iter().zip(&ours).filter(|(a, b)| a != b).take(10).collect();
    assert!(different.is_empty(), "{different:?}");
    assert_eq!(theirs.len(), ours.len());
}

fn describe(c: char) -> Option<String> {
    let flags = [
        (is_upper(c), 'U'),
        (is_lower(c), 'L'),
        (is_title(c), 'T'),
        (is_letter(c), 'A'),
        (is_digit(c), 'D'),
        (is_number(c), 'N'),
        (is_punctuation(c), 'P'),
        (is_space(c), 'S'),
    ];
    let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag).collect();
    let cases = [to_upper(c), to_lower(c), to_title(c)];
    let [upper, lower, title] = cases.map(u32::from);
    (!flags.is_empty() || cases.iter().any(|other| *other != c))
        .then(|| format!("{:x} {flags} {upper:x} {lower:x} {title:x}", u32::from(c)))
}

#[test]
fn decoding_goes_on_byte_by_byte_where_there_is_no_character() {
    let found: Vec<_> = runes(b"a\xe2\x82\xf0\x9f\x98\x80\xff\xef\xbf\xbd").collect();
    let wanted = [
        (0, 'a', 1),
        (1, RUNE_ERROR, 1),
        (2, RUNE_ERROR, 1),
        (3, '😀', 4),
        (7, RUNE_ERROR, 1),
        (8, RUNE_ERROR, 3),
    ];
    assert_eq!(found, wanted);
    assert_eq!(decode_last("aé".as_bytes()), ('é', 2));
    assert_eq!(decode_last(b"a\xa9"), (RUNE_ERROR, 1));
    assert_eq!(decode_last(b""), (RUNE_ERROR, 0));
}
