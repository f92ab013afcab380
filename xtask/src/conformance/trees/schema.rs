//! Random `values.schema.json`: most of them accept most values.

use serde_json::{Map, Value as Json, json};

use super::draw::Draw;
use super::text;

const TYPES: [&str; 6] = ["string", "number", "object", "array", "boolean", "null"];

/// The text of a schema.
pub(super) fn draw(r: &mut Draw) -> String {
    if r.bad(8) {
        return r
            .pick(&["{", "[]", "1", "{\"type\": \"anything\"}", "{\"$ref\": \"#/nowhere\"}", ""])
            .to_owned();
    }
    let strict = r.wild() || r.chance(12);
    let mut schema = object(r, strict, 1);
    if r.chance(20) {
        let drafts = [
            "http://json-schema.org/draft-04/schema#",
            "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema",
        ];
        schema.insert("$schema".to_owned(), json!(r.pick(&drafts)));
    }
    Json::Object(schema).to_string()
}

fn object(r: &mut Draw, strict: bool, depth: usize) -> Map<String, Json> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    let mut properties = Map::new();
    for _ in 0..r.below(4) {
        let key = text::key(r);
        let property = property(r, strict, depth);
        properties.insert(key, property);
    }
    if strict && r.chance(30) {
        schema.insert("required".to_owned(), json!([text::key(r)]));
    }
    if strict && r.chance(15) {
        schema.insert("additionalProperties".to_owned(), json!({"type": ["object", "number", "string"]}));
    }
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema
}

fn property(r: &mut Draw, strict: bool, depth: usize) -> Json {
    if depth > 0 && r.chance(20) {
        let inner = object(r, strict, depth - 1);
        return if strict {
            Json::Object(inner)
        } else {
            json!({"anyOf": [inner, {"not": {"type": "object"}}]})
        };
    }
    if !strict {
        return json!({"type": TYPES});
    }
    match r.below(6) {
        0 => json!({"enum": ["text", 1, null]}),
        1 => json!({"minimum": 2}),
        2 => json!({"minLength": 3, "pattern": "^[a-z]+$"}),
        3 => json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
        _ => {
            let left_out = r.below(TYPES.len());
            let types: Vec<&str> =
                TYPES.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, t)| *t).collect();
            json!({"type": types})
        }
    }
}
