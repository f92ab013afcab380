//! Documents for the functions that read text: some by hand, many more by changing them at random.

use govalue::strconv;

use crate::random::Random;

/// TOML that is right, in every form, and that is wrong in most ways.
pub const TOML: &[&str] = &[
    "",
    "# only a comment",
    "a = 1\nb = -2\nc = +3\nd = 1_000\ne = 0xdead_BEEF\nf = 0o17\ng = 0b101\n",
    "a = 1.5\nb = -0.0\nc = 1e3\nd = 6.02E+23\ne = inf\nf = -inf\ng = nan\nh = -nan\ni = +nan\nj = 1_0.2_5",
    "t = true\nf = false # why\n",
    "s = \"a\\tb\\n\\\"q\\\" \\\\ \\u00e9 \\U0001F600 \\x41\\e\"\nl = 'no \\escape'\n",
    "m = \"\"\"\nfirst\\\n   joined \"two\" \"\"quotes\"\"\\\"\\\"\\\"\n\"\"\"\nr = '''\nraw ''two''\n'''",
    "a = \"\"\"x\"\"\"\"\"\nb = '''y'''''\n",
    "d = 1979-05-27T07:32:00Z\ne = 1979-05-27T00:32:00.5-07:00\nf = 1979-05-27T07:32:00\ng = 1979-05-27 07:32\nh = \
     1979-05-27\ni = 07:32:00.25\nj = 07:32\nk = 1979-05-27t07:32z",
    "a = []\nb = [1, 2.5, 'x', [true], {k = 1}]\nc = [\n  1, # one\n  2,\n]\n",
    "a.b.c = 1\na.b.d = 2\na.\"x.y\".'z' = 3\n\"\" = 4\n3.14 = 5",
    "[t]\nx = 1\n[t.u]\ny = 2\n[ t . v ]\nz = 3\n[\"q u\".'o']\n",
    "[[l]]\nk = 1\n[[l]]\nk = 2\n[l.sub]\nm = 3\n[[l.inner]]\nn = 4\n[[l.inner]]\n",
    "p = {}\nq = {a = 1, b.c = 2, d = {e = [ {f = 1}, {g = 2} ]}}\nr = {\n  x = 1, # c\n  y = 2,\n}",
    "[a.b]\nx = 1\n[a]\ny = 2\n",
    "a = [{b = 1}, {b = 2}]\n[c]\nd = [[{e = 1}], []]",
    "x = 1\r\ny = \"\"\"\r\na\r\nb\"\"\"\r\n",
    // Wrong.
    "a = 1\na = 2",
    "[a]\n[a]",
    "[a]\nb = 1\n[a.b]\nc = 2",
    "a = 1\n[a]",
    "a = [1]\n[[a]]",
    "[[a]]\n[a]",
    "[a]\n[[a]]",
    "a = {b = 1}\na.c = 2",
    "a.b = 1\na.b.c = 2",
    "a = {b = 1, b.c = 2}",
    "a = [{x = 1}]\n[a.b]",
    "[[a.b]]\n[a]\nb = 1",
    "a = [1]\na.b = 2",
    "a = {b = 1, b = 2}",
    "[a]\n\"\" = [1]\n[a]",
    "a = 01",
    "a = 1__0",
    "a = _1",
    "a = 1_",
    "a = 0x",
    "a = 0b2",
    "a = 0o8",
    "a = +0x1",
    "a = 9223372036854775808",
    "a = -9223372036854775808",
    "a = 1.",
    "a = .5",
    "a = 1.e5",
    "a = 1e",
    "a = 1e400",
    "a = 1.2.3",
    "a = 00.5",
    "a = +inx",
    "a = nax",
    "a = inan",
    "a = +x",
    "a = -",
    "a = 2020-13-01",
    "a = 2020-1-1",
    "a = 1:02:03",
    "a = 2020-01-01T25:00:00Z",
    "a = yes",
    "a = trueish",
    "a = ünicode",
    "a = \"open",
    "a = \"line\nbreak\"",
    "a = 'open",
    "a = \"\"\"open",
    "a = '''open\n",
    "a = \"\\q\"",
    "a = \"\\u12\"",
    "a = \"\\uD800\"",
    "a = \"\\ x\"",
    "a = \"\"\"\\ x\"\"\"",
    "a = \"\"\"x\"\"\"\"\"\"",
    "a = '''x''''''",
    "a = [1, 2",
    "a = [1 2]",
    "a = [,]",
    "a = {b = 1",
    "a = {b}",
    "a = {,}",
    "a = {b = 1 c = 2}",
    "a",
    "a =",
    "a = \nb = 1",
    "= 1",
    ".a = 1",
    "a..b = 1",
    "a b = 1",
    "a = 1 b = 2",
    "a = 1 # c\u{1}",
    "a = \u{7f}",
    "a = 1\rb = 2",
    "[",
    "[]",
    "[.a]",
    "[a.]",
    "[a",
    "[a b]",
    "[a] b",
    "[[a]",
    "[[a] ]",
    "[a]]",
    "\u{0}",
    "ab\u{0}",
    "\u{feff}a = 1",
    "\u{feff}\u{feff}a = 1",
];

/// JSON and YAML, right and wrong.
pub const JSON: &[&str] = &[
    "{}",
    "[]",
    "null",
    "{\"a\": [1, -2.5e3, \"x\\u00e9\\n\", null, true], \"b\": {\"c\": {}}}",
    "[{\"a\": 1}, [2, [3]], \"\\ud83d\\ude00\", \"\\ud800\", 1e2]",
    "{\"a\": 1, \"a\": 2}",
    "{\"a\": 1e400, \"b\": 2}",
    "[1, 1e999]",
    "1e999",
    "\"text\"",
    "true",
    "12345678901234567890",
    "0.1",
    "-0",
    "{\"a\": \"<&>\\u2028\"}",
    "  [ 1 , 2 ]  ",
    "{\"a\": tru}",
    "[1, ]",
    "{\"a\" 1}",
    "\"\\x\"",
    "\"\u{1}\"",
];

/// YAML, right and wrong.
pub const YAML: &[&str] = &[
    "a: 1\nb: 0x1F\nc: 0o17\nd: yes\ne: 2020-01-02\nf: ~\ng: 1e3\nh: .inf\n",
    "- a\n- {k: v, l: [1, 2]}\n-\n  - b\n",
    "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
    "text: |\n  one\n   two\n\nfolded: >-\n  a\n  b\n\n  c\n",
    "a: 'it''s'\nb: \"\\u00e9\\x41\\n\"\n? [k]\n: v\n",
    "1: a\ntrue: b\nnull: c\n1.5: d\n",
    "a: b: c",
    "\ta: 1",
    "a: 1\na: 2\n",
    "- a\nb: 1",
    "{a: 1",
    "a: *nowhere",
    "%YAML 1.2\n---\na: 1",
    "--- a\n--- b\n",
    "a: !!int \"5\"\nb: !!str 5\nc: !!float 1\nd: !!binary aGk=\n",
    "a: 99999999999999999999\nb: -0\nc: 1_000\nd: 012\n",
    "plain text",
    "# c\n",
];

/// Pieces that are put in, and characters that are put in the place of others.
const PIECES: &[&str] = &[
    "\n", "\r\n", "\r", " ", "\t", "=", ".", ",", "[", "]", "{", "}", "[[", "]]", "\"", "'", "\"\"\"", "'''",
    "\\", "#", "_", "-", "+", "0", "1", "9", "a", "b", "e", "x", "i", "n", "inf", "nan", "true", "false",
    ":", "T", "Z", "\u{1}", "é", "日", "\\u", "0x", "0b", "0o", "\"\"", "a = 1", "[a]", "[[a]]", "{a = 1}",
    "null", "- ", ": ", "&a", "*a", "|", "~", "!!str ",
];

/// A document with some changes.
fn changed(r: &mut Random, documents: &[&str]) -> String {
    let mut text: Vec<char> = r.pick(documents).chars().collect();
    if r.below(4) == 0 {
        text.push('\n');
        text.extend(r.pick(documents).chars());
    }
    for _ in 0..r.below(4) {
        let at = r.below(text.len() + 1);
        match r.below(4) {
            0 if at < text.len() => {
                text.remove(at);
            }
            1 => text.truncate(at),
            2 if at < text.len() => {
                let piece = r.pick(PIECES).chars();
                text.splice(at..=at, piece);
            }
            _ => {
                let piece = r.pick(PIECES).chars();
                text.splice(at..at, piece);
            }
        }
    }
    text.into_iter().collect()
}

/// What a case shows of the value that was read.
const SHOWN: &[&str] = &["", " | toJson", " | toYaml", " | printf \"%#v\"", " | toToml"];

fn show(r: &mut Random, function: &str, text: &str) -> String {
    format!("{function} {}{}", strconv::quote(text), r.pick(SHOWN))
}

/// Calls of the functions that read text, by function.
pub fn calls(r: &mut Random, changes: usize) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let readers: [(&'static str, &[&[&str]]); 5] = [
        ("fromToml", &[TOML]),
        ("fromJson", &[JSON]),
        ("fromJsonArray", &[JSON]),
        ("fromYaml", &[JSON, YAML]),
        ("fromYamlArray", &[JSON, YAML]),
    ];
    for (function, pools) in readers {
        let documents: Vec<&str> = pools.concat();
        all.extend(documents.iter().map(|text| (function, show(r, function, text))));
        for _ in 0..changes {
            let text = changed(r, &documents);
            all.push((function, show(r, function, &text)));
        }
    }
    all
}
