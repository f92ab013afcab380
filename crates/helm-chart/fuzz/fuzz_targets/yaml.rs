//! Any bytes as YAML, in both of Go's modes: values or an error, never a crash, also of what was written. (As in Go, a
//! key `<<` that came with a tag is written without it, and then is no key.)
#![no_main]

use govalue::yaml::{sigs, v3};
use helm_chart::{Compat, values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(value) = sigs::unmarshal(text)
        && let Ok(written) = sigs::marshal(&value)
    {
        let _ = sigs::unmarshal(&written);
    }
    let _ = sigs::unmarshal_strict(text);
    if let Ok(documents) = v3::decode_all(text) {
        for document in &documents {
            let _ = v3::encode(document, 2);
        }
    }
    for compat in [Compat::V3, Compat::V4] {
        let _ = values::load(text, compat);
    }
});
