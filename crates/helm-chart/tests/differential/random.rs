pub use helm_testkit::random::{Random, cases};
use serde_json::{Map, Value as Json, json};

/// A values table: few keys, so that tables meet.
pub fn table(r: &mut Random, keys: &[&str], depth: usize) -> Json {
    let mut map = Map::new();
    for _ in 0..r.below(4) {
        let key = r.pick(keys);
        let value = value(r, keys, depth);
        map.insert(key.to_owned(), value);
    }
    Json::Object(map)
}

pub fn value(r: &mut Random, keys: &[&str], depth: usize) -> Json {
    match r.below(if depth == 0 { 6 } else { 10 }) {
        0 | 1 => Json::Null,
        2 => json!(r.chance(50)),
        3 => json!(r.below(3)),
        4 => json!("text"),
        5 => json!([1, null, { "a": null }]),
        _ => table(r, keys, depth - 1),
    }
}
