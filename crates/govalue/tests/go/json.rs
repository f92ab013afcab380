//! `encoding/json`.

use super::*;

#[test]
fn json_out() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let indent = json::EncodeOptions { indent: Some("  ".into()), ..Default::default() };
    for _ in 0..count {
        let v = random_value(&mut random, 4);
        let question = |op: &str| json!({"op": op, "args": [v.json]});
        cases.result(question("encode"), json::encode(&v.value), |b| b);
        cases.result(question("indent"), json::encode_with(&v.value, &indent), |b| b);
    }
    cases.check();
}

#[test]
fn json_in() {
    let (mut random, count) = random();
    let mut cases = Cases::default();
    let pieces: Vec<&[u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"a\"",
        b"\"b\":",
        b"1",
        b"-",
        b"0",
        b".5",
        b"e9",
        b"E+",
        b"1e999",
        b"true",
        b"tru",
        b"false",
        b"null",
        b"nul ",
        b" ",
        b"\n",
        b"\"",
        b"\\",
        b"\\u00e9",
        b"\\ud83d\\ude00",
        b"\"\\ud800x\"",
        b"\xff",
        b"\"\xc3\x28\"",
        "\"ü\"".as_bytes(),
        b"'",
        b"\x01",
        b"\xef\xbb\xbf",
        b"x",
        b"[1,2]",
        b"{\"k\":[]}",
        b"\"\\q\"",
        b"\"\\u12x\"",
    ];
    for i in 0..count * 2 {
        let mut text: Vec<u8> = if i % 2 == 0 {
            (0..random.below(7)).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect()
        } else {
            json::encode(&random_value(&mut random, 4).value).unwrap_or_default()
        };
        if random.below(3) == 0 && !text.is_empty() {
            let at = random.below(text.len());
            match random.below(3) {
                0 => text.truncate(at),
                1 => text[at] = b"{}[],:\"\\x0 -e.\xff"[random.below(15)],
                _ => drop(text.remove(at)),
            }
        }
        let show = |v: Value| fmt::sprintf(b"%#v", &[v]);
        let question = |op: &str| json!({"op": op, "text": hex(&text)});
        cases.result(question("decode"), json::decode(&text), show);
        for (op, target) in [("decodemap", json::Target::Map), ("decodelist", json::Target::List)] {
            let decoded = json::decode_into(&text, target, json::DecodeOptions::default());
            cases.result(question(op), decoded.error.map_or(Ok(decoded.value), Err), show);
        }
    }
    cases.check();
}

#[test]
fn json_as_deep_as_go_reads() {
    let mut cases = Cases::default();
    for (open, close, depth) in
        [("[", "]", 10_000), ("[", "]", 10_001), ("{\"a\":", "}", 10_000), ("{\"a\":", "}", 20_000)]
    {
        let inner = if open == "[" { "" } else { "1" };
        let text = open.repeat(depth) + inner + &close.repeat(depth);
        let question = json!({"op": "decode", "text": hex(text.as_bytes())});
        cases.result(question, json::decode(text.as_bytes()), |v| {
            assert_eq!(json::encode(&v).unwrap(), text.as_bytes());
            fmt::sprintf(b"%#v", &[v])
        });
    }
    cases.check();
}

#[test]
fn a_map_in_itself_is_no_endless_loop() {
    let map = govalue::Map::new();
    map.insert("self", Value::Map(map.clone()));
    map.insert("list", Value::from(vec![Value::Map(map.clone())]));
    let value = Value::Map(map.clone());
    assert_eq!(fmt::sprint(std::slice::from_ref(&value)), b"map[list:[%!v(CYCLE)] self:%!v(CYCLE)]");
    let error = json::encode(&value).unwrap_err();
    assert_eq!(error.to_string(), "json: unsupported value: encountered a cycle via map[string]interface {}");
    map.remove("self");
    map.remove("list");
}
