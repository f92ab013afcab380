//! Any bytes as a chart's archive, as they are and as the content of a gzip stream: a chart or an error, in bounded
//! time and memory.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use helm_chart::{Compat, archive};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(data).expect("written to memory");
    let gzip = gzip.finish().expect("written to memory");
    for compat in [Compat::V3, Compat::V4] {
        let _ = archive::load_bytes(data, compat, &mut Vec::new());
        let _ = archive::load_bytes(&gzip, compat, &mut Vec::new());
    }
});
