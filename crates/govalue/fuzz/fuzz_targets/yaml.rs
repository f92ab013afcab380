//! Any bytes as YAML: a value or an error; what was read can be written. (It need not read back as the same value:
//! go-yaml folds some line separators.)
#![no_main]

use govalue::yaml::{sigs, v3};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let _ = (sigs::unmarshal_strict(text), sigs::to_json_value(text));
    if let Ok(value) = sigs::unmarshal(text) {
        let written = sigs::marshal(&value).expect("what was read can be written");
        let _ = sigs::unmarshal(&written);
    }
    if let Ok(values) = v3::decode_all(text) {
        for value in values {
            let _ = v3::encode(&value, 2);
        }
    }
});
