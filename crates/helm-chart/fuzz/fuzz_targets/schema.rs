//! Any bytes as a schema, and what follows a zero byte as values: a verdict or an error, never a crash.
#![no_main]

use std::sync::Arc;

use helm_chart::schema::{Loader, Offline, validate_one};
use helm_chart::{Compat, values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    let (schema, rest) = data.split_at(end);
    let Ok(values) = values::load(rest.get(1..).unwrap_or_default(), Compat::V3) else { return };
    let loader: Arc<dyn Loader> = Arc::new(Offline);
    let _ = validate_one(&values, schema, &loader, &mut Vec::new());
});
