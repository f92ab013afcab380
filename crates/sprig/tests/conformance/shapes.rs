//! Functions of chance: what their results look like. How they fail is judged with the other tables.

use govalue::{Map, Value};

use crate::judge::{Case, functions, ours};

fn run(template: &str) -> String {
    let answer = ours(&Case { template: template.to_owned(), data: Value::Map(Map::new()) });
    assert_eq!(answer.err, "", "{template}");
    String::from_utf8(answer.out).expect("text")
}

/// Many random characters: of the right kind, every one of them possible.
fn characters(function: &str, kinds: usize, belongs: fn(&u8) -> bool) {
    let text = run(&format!("{{{{ {function} 20000 }}}}"));
    assert_eq!(text.len(), 20000);
    assert!(text.bytes().all(|b| belongs(&b)), "{function}");
    let mut seen: Vec<u8> = text.into_bytes();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), kinds, "{function}");
    assert_eq!(run(&format!("{{{{ {function} 0 }}}}{{{{ {function} -5 }}}}")), "");
}

#[test]
fn random_text() {
    characters("randAlphaNum", 62, u8::is_ascii_alphanumeric);
    characters("randAlpha", 52, u8::is_ascii_alphabetic);
    characters("randNumeric", 10, u8::is_ascii_digit);
    characters("randAscii", 95, |b| (32..127).contains(b));
}

#[test]
fn random_numbers_stay_in_their_bounds() {
    let numbers = run("{{ range until 2000 }}{{ randInt -3 4 }} {{ end }}");
    let mut seen: Vec<i64> = numbers.split_whitespace().map(|n| n.parse().expect("a number")).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, [-3, -2, -1, 0, 1, 2, 3]);
    assert_eq!(run("{{ randInt 9223372036854775806 9223372036854775807 }}"), "9223372036854775806");
}

#[test]
fn shuffled_text_has_the_same_characters() {
    let text = run("{{ shuffle \"abcdefghijklmnopqrstuvwxyzäöü\" }}");
    let mut sorted: Vec<char> = text.chars().collect();
    sorted.sort_unstable();
    assert_eq!(sorted.into_iter().collect::<String>(), "abcdefghijklmnopqrstuvwxyzäöü");
    assert_ne!(text, "abcdefghijklmnopqrstuvwxyzäöü");
    assert_eq!(run("{{ shuffle \"\" }}{{ shuffle \"x\" }}"), "x");
}

#[test]
fn uuids() {
    let uuid = run("{{ uuidv4 }}");
    let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert!(uuid.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{uuid}");
    assert_eq!(&uuid[14..15], "4");
    assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    assert_ne!(uuid, run("{{ uuidv4 }}"));
}

#[test]
fn hosts() {
    assert_eq!(run("{{ getHostByName \"one.example\" }}"), "192.0.2.1");
    let missing = Case { template: "{{ getHostByName \"none.example\" }}".to_owned(), data: Value::Nil };
    assert!(ours(&missing).err.ends_with("error calling getHostByName: invalid argument to Intn"));
}

#[test]
fn the_clock_is_the_hosts() {
    assert_eq!(run("{{ now | date \"2006-01-02 15:04:05 MST\" }}"), "2023-11-14 23:13:20 CET");
    assert_eq!(
        run("{{ date \"2006\" \"no date\" }} {{ htmlDate nil }} {{ htmlDateInZone 1.5 \"UTC\" }}"),
        "2023 2023-11-14 2023-11-14"
    );
    assert_eq!(
        run("{{ ago (now | dateModify \"-90m\") }} {{ ago 1699999995 }} {{ ago \"x\" }}"),
        "1h30m0s 5s 0s"
    );
    assert_eq!(
        run("{{ durationRound (now | dateModify \"-90m\") }} {{ durationRound (now | dateModify \"90m\") }}"),
        "1h 1h"
    );
    assert_eq!(run("{{ empty now }} {{ typeOf now }} {{ kindOf now }}"), "false time.Time struct");
}

#[test]
fn making_the_map_is_quick() {
    functions();
    let begin = std::time::Instant::now();
    for _ in 0..100 {
        std::hint::black_box(sprig::functions(std::sync::Arc::new(crate::judge::Still)));
    }
    let each = begin.elapsed() / 100;
    eprintln!("the function map takes {each:?}");
    assert!(each < std::time::Duration::from_millis(5), "{each:?}");
}
