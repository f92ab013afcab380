//! JSON text laid out as Go's `json.MarshalIndent` lays it out, without taking it apart: unknown parts of a
//! configuration stay as they were, key order and numbers included.

use crate::oci::json::escape_html;

/// Lays valid JSON text out with tabs.
pub(super) fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0;
    // Whether the last thing written opened an object or list: an empty one stays on its line.
    let mut pending_open = false;
    let mut rest = 0;
    for (at, c) in json.char_indices() {
        if at < rest {
            continue;
        }
        match c {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                open(&mut out, &mut pending_open, depth);
                out.push(c);
                depth += 1;
                pending_open = true;
            }
            '}' | ']' => {
                depth -= 1;
                if !pending_open {
                    line(&mut out, depth);
                }
                pending_open = false;
                out.push(c);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                open(&mut out, &mut pending_open, depth);
                rest = end_of_string(json, at);
                escape_html(&json[at..rest], &mut out);
            }
            c => {
                open(&mut out, &mut pending_open, depth);
                out.push(c);
            }
        }
    }
    out
}

fn open(out: &mut String, pending: &mut bool, depth: usize) {
    if std::mem::take(pending) {
        line(out, depth);
    }
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n('\t', depth));
}

/// Where the string that begins at `start` ends, its closing mark included.
fn end_of_string(json: &str, start: usize) -> usize {
    let bytes = json.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn the_layout_is_gos() {
        let text = r#"{"a":{ },"b":[],"c":[1,{"d":"x, {y} \"z\" <é>"}], "e":null,"f":1.50}"#;
        let wanted = "{\n\t\"a\": {},\n\t\"b\": [],\n\t\"c\": [\n\t\t1,\n\t\t{\n\t\t\t\"d\": \
                      \"x, {y} \\\"z\\\" \\u003cé\\u003e\"\n\t\t}\n\t],\n\t\"e\": null,\n\t\"f\": 1.50\n}";
        assert_eq!(indent(text), wanted);
    }
}
