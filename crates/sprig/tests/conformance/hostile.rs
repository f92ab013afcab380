//! What Go answers with a fatal error or by filling memory ends here with an error, and soon.

use std::time::{Duration, Instant};

use govalue::{Map, Value};

use crate::judge::{Answer, Case, ours};

fn run(template: &str) -> Answer {
    let begin = Instant::now();
    let answer = ours(&Case { template: template.to_owned(), data: Value::Map(Map::new()) });
    assert!(begin.elapsed() < Duration::from_secs(60), "{template} took {:?}", begin.elapsed());
    answer
}

fn refused(template: &str) {
    let answer = run(template);
    assert!(!answer.err.is_empty(), "{template} wrote {} bytes", answer.out.len());
}

#[test]
fn sizes_beyond_memory_are_refused() {
    for call in [
        "repeat 100000000000 \"abc\"",
        "repeat 9223372036854775807 \"a\"",
        "indent 9000000000000 \"x\"",
        "indent 100000000 \"a\\nb\\nc\\nd\\ne\\nf\\ng\\nh\"",
        "nindent 9223372036854775807 \"x\"",
        "until 9223372036854775807",
        "until -9223372036854775808",
        "untilStep -9223372036854775808 9223372036854775807 1",
        "untilStep 0 9223372036854775807 3",
        "seq 1 9223372036854775806",
        "seq 0 1 9223372036854775806",
        "randAlphaNum 9223372036854775807",
        "randAscii 100000000000",
        "wrapWith 1 (repeat 10000 \"x\") (repeat 100000 \"y\")",
        "replace \"\" (repeat 10000 \"x\") (repeat 100000 \"y\")",
        "replace \"y\" (repeat 10000 \"x\") (repeat 100000 \"y\")",
        "repeat 100000 \"y\" | splitList \"\" | join (repeat 10000 \"x\")",
    ] {
        refused(&format!("{{{{ $x := {call} }}}}"));
    }
}

#[test]
fn dictionaries_inside_themselves() {
    const KNOT: &str = "{{ $d := dict \"k\" 1 }}{{ $_ := set $d \"d\" $d }}";
    for call in ["deepCopy $d", "mustDeepCopy $d", "mustToJson $d", "mustToPrettyJson $d", "toRawJson $d"] {
        refused(&format!("{KNOT}{{{{ $x := {call} }}}}"));
    }
    refused(&format!(
        "{KNOT}{{{{ $e := dict }}}}{{{{ $_ := set $e \"d\" $e }}}}{{{{ $x := mustMerge $d $e }}}}"
    ));
    for call in [
        "deepEqual $d $d",
        "toString $d",
        "quote $d",
        "squote $d",
        "cat $d",
        "toJson $d",
        "uniq (list $d $d)",
        "has $d (list 1 $d)",
        "join \",\" (list $d)",
        "printf \"%#v\" $d",
        "typeOf $d",
        "empty $d",
        "merge $d $d",
        "toDecimal $d",
        "b64enc (toString $d)",
    ] {
        run(&format!("{KNOT}{{{{ $x := {call} }}}}"));
    }
    let two =
        format!("{KNOT}{{{{ $e := dict \"k\" 1 }}}}{{{{ $_ := set $e \"d\" $e }}}}{{{{ deepEqual $d $e }}}}");
    assert_eq!(run(&two).out, b"true");
}

#[test]
fn deep_nesting() {
    const DEEP: &str = "{{ $d := dict }}{{ range until 20000 }}{{ $d = dict \"a\" $d }}{{ end }}";
    for call in [
        "deepCopy $d",
        "toJson $d",
        "toString $d",
        "deepEqual $d (deepCopy $d)",
        "merge $d $d",
        "uniq (list $d $d)",
    ] {
        run(&format!("{DEEP}{{{{ $x := {call} }}}}"));
    }
    const TWO: &str = "{{ $d := dict }}{{ $e := dict }}{{ range until 20000 }}{{ $d = dict \"a\" $d }}{{ $e = dict \"a\" $e }}{{ end }}";
    assert_eq!(run(&format!("{TWO}{{{{ deepEqual $d $e }}}}")).out, b"true");
    run(&format!("{TWO}{{{{ $x := merge $d $e }}}}"));
    const LISTS: &str = "{{ $d := list }}{{ $e := list }}{{ range until 20000 }}{{ $d = list $d }}{{ $e = list $e }}{{ end }}";
    assert_eq!(run(&format!("{LISTS}{{{{ deepEqual $d $e }}}}")).out, b"true");
    for call in ["deepCopy $d", "toJson $d", "toString $d", "join \"\" $d"] {
        run(&format!("{LISTS}{{{{ $x := {call} }}}}"));
    }
}

#[test]
fn the_same_dictionary_in_many_places() {
    // As a tree this has 2^64 leaves.
    const MANY: &str = "{{ $d := dict \"a\" 1 }}{{ $e := dict \"a\" 1 }}{{ range until 64 }}\
                        {{ $d = dict \"a\" $d \"b\" $d }}{{ $e = dict \"a\" $e \"b\" $e }}{{ end }}";
    assert_eq!(run(&format!("{MANY}{{{{ deepEqual $d $e }}}}")).out, b"true");
    for call in ["deepCopy $d", "mustMerge $d $e", "mustToJson $d"] {
        refused(&format!("{MANY}{{{{ $x := {call} }}}}"));
    }
    run(&format!("{MANY}{{{{ $x := without (list $d) $e }}}}"));
}
