//! Any bytes as YAML, in both of Go's modes: values or an error, never a crash; what was read can be written and read
//! again.
#![no_main]

use govalue::yaml::{sigs, v3};
use helm_chart::{Compat, values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(value) = sigs::unmarshal(text)
        && let Ok(written) = sigs::marshal(&value)
    {
        sigs::unmarshal(&written).expect("what was written is YAML");
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
