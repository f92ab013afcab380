//! Label selectors: from the form objects hold them in to the one requests take.

use std::fmt::Write;

use serde_json::Value;

/// A `metav1.LabelSelector` as text, such as `app=web,tier in (a,b),!old`; none when it is malformed.
///
/// Requirements are ordered by key, as `labels.Selector.String` has them.
pub fn from_label_selector(selector: &Value) -> Option<String> {
    let selector = selector.as_object()?;
    let mut requirements = Vec::new();
    if let Some(labels) = selector.get("matchLabels") {
        requirements.extend(pairs(labels)?);
    }
    if let Some(expressions) = selector.get("matchExpressions") {
        for expression in expressions.as_array()? {
            requirements.push(requirement(expression)?);
        }
    }
    Some(join(requirements))
}

/// A plain map of labels as text, such as `app=web,tier=a`; none when it is malformed.
pub fn from_labels(labels: &Value) -> Option<String> {
    pairs(labels).map(join)
}

fn pairs(labels: &Value) -> Option<Vec<(String, String)>> {
    let pair = |(key, value): (&String, &Value)| Some((key.clone(), format!("{key}={}", value.as_str()?)));
    labels.as_object()?.iter().map(pair).collect()
}

/// The key and the text of one element of `matchExpressions`.
fn requirement(expression: &Value) -> Option<(String, String)> {
    let key = expression.get("key")?.as_str()?;
    let values = || -> Option<String> {
        let values = expression.get("values")?.as_array()?;
        let mut values = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
        values.sort_unstable();
        Some(values.join(","))
    };
    let text = match expression.get("operator")?.as_str()? {
        "In" => format!("{key} in ({})", values()?),
        "NotIn" => format!("{key} notin ({})", values()?),
        "Exists" => key.to_owned(),
        "DoesNotExist" => format!("!{key}"),
        _ => return None,
    };
    Some((key.to_owned(), text))
}

fn join(mut requirements: Vec<(String, String)>) -> String {
    requirements.sort_by(|a, b| a.0.cmp(&b.0));
    let mut text = String::new();
    for (i, (_, requirement)) in requirements.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{requirement}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_written_as_requests_take_them() {
        let selector = json!({
            "matchLabels": { "tier": "a", "app": "web" },
            "matchExpressions": [
                { "key": "zone", "operator": "In", "values": ["y", "x"] },
                { "key": "old", "operator": "DoesNotExist" },
                { "key": "b", "operator": "Exists" },
                { "key": "c", "operator": "NotIn", "values": ["q"] },
            ],
        });
        let text = from_label_selector(&selector).expect("well-formed");
        assert_eq!(text, "app=web,b,c notin (q),!old,tier=a,zone in (x,y)");
        assert_eq!(from_labels(&json!({ "b": "1", "a": "2" })).as_deref(), Some("a=2,b=1"));
        assert_eq!(from_label_selector(&json!({ "matchExpressions": [{ "key": "a" }] })), None);
        assert_eq!(from_label_selector(&json!([])), None);
    }
}
