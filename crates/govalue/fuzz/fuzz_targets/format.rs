//! Any bytes as a format with values of every kind, and as the texts that `strconv` and `json` read.
#![no_main]

use govalue::{Int, Kind, List, Map, Str, Type, Value, fmt, json, strconv, time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], i64, f64, &[u8])| {
    let (format, int, float, text) = input;
    // Wide fields are right but slow: a million blanks each.
    if format.len() > 256 {
        return;
    }
    let map: Map = [(Str::from(text), Value::Float(float)), (Str::from("k"), Value::Nil)].into_iter().collect();
    let args = [
        Value::int(int),
        Value::Float(float),
        Value::Str(Str::from(text)),
        Value::Int(Int::unsigned(Kind::Uint8, int as u64)),
        Value::complex(float, int as f64),
        Value::Bytes(Str::from(text)),
        Value::List(List::with_type(Type::slice(Type::INT), vec![Value::int(int)])),
        Value::Map(map),
        Value::Nil,
    ];
    let _ = fmt::sprintf(format, &args);
    for arg in &args {
        let _ = (fmt::sprintf(format, std::slice::from_ref(arg)), json::encode(arg));
    }
    let digits = strconv::format_float(float, b'g', -1, 64);
    let back = strconv::parse_float(&digits, 64).expect("its own text");
    assert!(back.to_bits() == float.to_bits() || float.is_nan());
    let quoted = strconv::quote(text);
    assert_eq!(strconv::unquote(quoted.as_bytes()).as_deref(), Some(text));
    if let Ok(value) = json::decode(text) {
        let again = json::decode(&json::encode(&value).expect("what was read")).expect("what was written");
        assert_eq!(value, again);
    }
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = (strconv::parse_float(text, 64), strconv::parse_int(text, 0, 64), time::parse_duration(text));
    }
});
