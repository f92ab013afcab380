//! Any bytes as YAML: a value or an error, and what was read is written or refused. (As in Go, a key of more than 1,024
//! bytes is read but not written, and go-yaml folds some line separators when it reads what it wrote.)
#![no_main]

use govalue::yaml::{sigs, v3};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let _ = (sigs::unmarshal_strict(text), sigs::to_json_value(text));
    if let Ok(value) = sigs::unmarshal(text) {
        if let Ok(written) = sigs::marshal(&value) {
            let _ = sigs::unmarshal(&written);
        }
    }
    if let Ok(values) = v3::decode_all(text) {
        for value in values {
            let _ = v3::encode(&value, 2);
        }
    }
});
