//! Any bytes as a template: an output or an error, never a crash, in bounded time and memory.
#![no_main]

use gotmpl::{Options, TemplateSet};
use govalue::{Map, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let options = Options { max_depth: 100, max_output: 1 << 16, ..Options::default() };
    let mut set = TemplateSet::new(options);
    if set.parse("t", text).is_err() {
        return;
    }
    let list = Value::from(vec![Value::int(1), Value::from("two"), Value::Nil]);
    let data: Map = [("a", list), ("b", Value::from("text")), ("c", Value::Float(1.5))].into_iter().collect();
    let _ = set.execute("t", &Value::Map(data), &mut Vec::new());
});
