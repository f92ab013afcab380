use govalue::{Map, Value, json};
use serde_json::Value as Json;

/// Values as the validator takes them: JSON, whole floats as whole numbers.
pub(super) fn to_json(values: &Map) -> Json {
    match json::to_serde(&Value::Map(values.clone())) {
        // Go's AsMap: a nil map is an empty one.
        Json::Null => Json::Object(serde_json::Map::new()),
        json => json,
    }
}
