//! Arbitrary bytes: an output or an error, never a panic.

use gotmpl::{Options, TemplateSet};
use proptest::prelude::*;

use crate::tables::data;

/// Bytes among which the marks of the language are frequent.
fn source() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{{", "}}", "{{-", "-}}", " ", "\n", "(", ")", "|", ".", "$", "$x", ":=", "=", ",", "\"", "`",
            "'", "/*", "*/", "if", "else", "end", "range", "with", "define", "template", "block", "break",
            "continue", "nil", "true", ".a", ".list", "1", "-", "0x", "1i", "+", "index", "and", "printf",
            "len", "\"t\"", "\\",
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(text in source(), left in "[<{]{0,2}", right in "[>}]{0,2}") {
        let options = Options { max_depth: 50, max_output: 10_000, delims: (left, right), ..Options::default() };
        let mut set = TemplateSet::new(options);
        match set.parse("t", text.as_slice()) {
            Err(error) => drop((error.to_string(), error.caret_view(&text))),
            Ok(_) => {
                if let Err(error) = set.execute("t", &data(), &mut Vec::new()) {
                    let _ = (error.to_string(), error.caret_view(|_| Some(&text)));
                }
            }
        }
    }
}
