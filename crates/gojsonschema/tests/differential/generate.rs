//! Random schemas of all drafts, and values that come near them.

use std::collections::BTreeMap;

use helm_testkit::random::Random;
use serde_json::{Map, Value as Json, json};

/// A schema's text, a value, and the documents that references may lead to.
pub struct Case {
    pub schema: String,
    pub value: Json,
    pub documents: BTreeMap<String, String>,
}

const KEYS: &[&str] = &["a", "b", "c", "long name", "x/y", "t~e", "é'\"", "1"];
const TYPES: &[&str] = &["null", "boolean", "number", "integer", "string", "array", "object"];
pub const FORMATS: &[&str] = &[
    "ipv4",
    "ipv6",
    "hostname",
    "email",
    "uuid",
    "date",
    "time",
    "date-time",
    "duration",
    "period",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "semver",
    "unknown",
    "regex",
    "json-pointer",
    "relative-json-pointer",
    "idn-hostname",
    "idn-email",
];
const TEXTS: &[&str] = &[
    "text",
    "",
    "1.2.3.4",
    "::1",
    "a@b.c",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "12:00:00Z",
    "P1D",
    "http://x/y",
    "x",
    "1.2.3",
    "it's \"quoted\" é",
    "\u{1f600}\n",
    "aa",
    "ab",
    "TEXT",
];
const PATTERNS: &[&str] = &[
    "^[a-z]+$",
    "^\\d{2}",
    "x|y",
    "^$",
    "[A-Z]",
    "(?i)TEXT",
    "^it's",
    "\\pL",
    "^.$",
    "(?s)^.+$",
    "[[:alpha:]]",
    "\\bx\\b",
    "a{2}",
    "\\x{1F600}",
];
const DRAFTS: &[&str] = &[
    "",
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
    "http://e.x/meta-format",
    "http://e.x/meta-validation-only",
];

/// Documents beside the schema: further schemas, and meta-schemas with vocabularies of their own choice.
pub fn documents() -> BTreeMap<String, String> {
    let vocabulary = |year: &str, names: &[&str]| -> Json {
        let prefix = format!("https://json-schema.org/draft/{year}/vocab/");
        Json::Object(names.iter().map(|name| (format!("{prefix}{name}"), json!(true))).collect())
    };
    let documents = [
        ("remote", json!({"$defs": {"text": {"type": "string", "$anchor": "text", "minLength": 3}}})),
        ("broken", json!({"type": 5})),
        (
            "old",
            json!({"$schema": "http://json-schema.org/draft-04/schema#",
            "definitions": {"x": {"type": "number", "maximum": 0, "exclusiveMaximum": true}}}),
        ),
        ("cycle", json!({"$schema": "http://e.x/cycle2"})),
        ("cycle2", json!({"$schema": "http://e.x/cycle"})),
        (
            "meta-validation-only",
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$vocabulary": vocabulary("2020-12", &["core", "validation"])}),
        ),
        (
            "meta-format",
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$vocabulary": vocabulary("2020-12", &["applicator", "validation", "format-assertion", "unevaluated"])}),
        ),
        (
            "meta-2019",
            json!({"$schema": "https://json-schema.org/draft/2019-09/schema",
            "$vocabulary": vocabulary("2019-09", &["core", "applicator", "validation", "format"])}),
        ),
        (
            "meta-unknown",
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$vocabulary": {"http://e.x/words": true, "http://e.x/optional": false}}),
        ),
    ];
    let mut all: BTreeMap<String, String> = documents
        .into_iter()
        .map(|(name, document)| (format!("http://e.x/{name}"), document.to_string()))
        .collect();
    all.insert("http://e.x/json".to_owned(), "{".to_owned());
    all
}

/// What is being generated: the draft decides over the keywords, as a rule.
struct Maker<'r> {
    r: &'r mut Random,
    draft: usize,
    /// How many of a hundred keywords are wrong.
    wrong: usize,
}

impl Maker<'_> {
    fn schema(&mut self, depth: usize) -> Json {
        if self.draft != 4 && self.r.chance(6) {
            return json!(self.r.chance(50));
        }
        let mut schema = Map::new();
        for _ in 0..1 + self.r.below(3) {
            let (key, value) =
                if self.r.chance(self.wrong) { self.fault(depth) } else { self.keyword(depth) };
            schema.insert(key.to_owned(), value);
        }
        Json::Object(schema)
    }

    fn number(&mut self) -> Json {
        let numbers = [
            json!(0),
            json!(2),
            json!(1.5),
            json!(1000),
            json!(-3),
            json!(2_000_000),
            json!(0.1),
            json!(1e21),
        ];
        numbers[self.r.below(numbers.len())].clone()
    }

    fn names(&mut self) -> Json {
        let mut names = vec![self.r.pick(KEYS), "zz"];
        names.truncate(1 + self.r.below(2));
        json!(names)
    }

    fn keyword(&mut self, depth: usize) -> (&'static str, Json) {
        if depth > 0 && self.r.chance(60) {
            return self.nested(depth - 1);
        }
        let r = &mut *self.r;
        match r.below(24) {
            0..=3 => ("type", json!(r.pick(TYPES))),
            4 => ("type", json!([r.pick(&["object", "array", "integer"]), r.pick(&["string", "null"])])),
            5 => ("enum", json!([r.pick(TEXTS), 1, null, true])),
            6 => ("enum", json!([[1], {"a": 1}, "text!"])),
            7 if self.draft != 4 => ("const", json!(r.pick(TEXTS))),
            8 => {
                let name = r.pick(&["minimum", "maximum"]);
                (name, self.number())
            }
            9 if self.draft != 4 => {
                let name = r.pick(&["exclusiveMinimum", "exclusiveMaximum"]);
                (name, self.number())
            }
            10 => ("multipleOf", [json!(2), json!(0.1), json!(1e-7)][r.below(3)].clone()),
            11 => (r.pick(&["minLength", "maxLength"]), json!(r.below(5))),
            12 => ("pattern", json!(r.pick(PATTERNS))),
            13 | 14 => ("format", json!(r.pick(FORMATS))),
            15 => (r.pick(&["minItems", "maxItems"]), json!(r.below(4))),
            16 => ("uniqueItems", json!(true)),
            17 => (r.pick(&["minProperties", "maxProperties"]), json!(r.below(3))),
            18 => ("required", self.names()),
            19 => ("dependentRequired", json!({"a": self.names()})),
            20 => ("dependencies", json!({"a": self.names(), "b": self.names()})),
            21 => ("additionalItems", json!(false)),
            22 => (r.pick(&["unevaluatedProperties", "unevaluatedItems"]), json!(false)),
            _ => ("additionalProperties", json!(false)),
        }
    }

    fn list(&mut self, depth: usize) -> Json {
        (0..1 + self.r.below(3)).map(|_| self.schema(depth)).collect()
    }

    fn map(&mut self, depth: usize) -> Json {
        let properties = (0..1 + self.r.below(3)).map(|_| (self.r.pick(KEYS).to_owned(), self.schema(depth)));
        Json::Object(properties.collect())
    }

    fn nested(&mut self, depth: usize) -> (&'static str, Json) {
        match self.r.below(24) {
            0..=4 => ("properties", self.map(depth)),
            5 => ("items", self.schema(depth)),
            6 if self.draft < 2020 => ("items", self.list(depth)),
            6 | 7 => ("prefixItems", self.list(depth)),
            8 => ("additionalItems", self.schema(depth)),
            9 => ("additionalProperties", self.schema(depth)),
            10 => ("allOf", self.list(depth)),
            11 => ("anyOf", self.list(depth)),
            12 => ("oneOf", self.list(depth)),
            13 => ("not", self.schema(depth)),
            14 => ("if", self.schema(depth)),
            15 => (self.r.pick(&["then", "else"]), self.schema(depth)),
            16 => ("$ref", json!(self.reference())),
            17 => ("contains", self.schema(depth)),
            18 => ("propertyNames", self.schema(depth)),
            19 => (self.r.pick(&["minContains", "maxContains"]), json!(self.r.below(3))),
            20 => (self.r.pick(&["dependentSchemas", "dependencies"]), self.map(depth)),
            21 => (self.r.pick(&["unevaluatedProperties", "unevaluatedItems"]), self.schema(depth)),
            22 => match self.draft {
                2019 => ("$recursiveRef", json!("#")),
                _ => ("$dynamicRef", json!(self.r.pick(&["#node", "#d", "#/definitions/e"]))),
            },
            _ => {
                let patterns =
                    (0..1 + self.r.below(2)).map(|_| (self.r.pick(PATTERNS).to_owned(), self.schema(depth)));
                ("patternProperties", Json::Object(patterns.collect()))
            }
        }
    }

    fn reference(&mut self) -> &'static str {
        self.r.pick(&[
            "#/definitions/d",
            "#/definitions/e",
            "#/definitions/e",
            "#anchored",
            "#",
            "inner",
            "inner#/definitions/x",
            "http://e.x/remote#text",
            "http://e.x/old#/definitions/x",
            "http://json-schema.org/draft-07/schema#/definitions/stringArray",
        ])
    }

    /// A keyword as it must not be.
    fn fault(&mut self, depth: usize) -> (&'static str, Json) {
        let wrong =
            [json!(5), json!("x"), json!([]), json!({}), json!(-1), json!(true), json!([1, 1]), json!(null)];
        let value = wrong[self.r.below(wrong.len())].clone();
        let any = [
            "type",
            "enum",
            "const",
            "minimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "pattern",
            "format",
            "maxItems",
            "uniqueItems",
            "required",
            "dependentRequired",
            "dependencies",
            "properties",
            "items",
            "prefixItems",
            "additionalItems",
            "allOf",
            "oneOf",
            "not",
            "if",
            "then",
            "contains",
            "propertyNames",
            "minContains",
            "dependentSchemas",
            "patternProperties",
            "unevaluatedItems",
            "title",
            "$comment",
            "readOnly",
            "examples",
            "contentSchema",
            "$defs",
            "definitions",
            "deprecated",
            "$anchor",
        ];
        if depth > 0 && self.r.chance(20) {
            return ("patternProperties", json!({"(?=x)": self.schema(depth - 1)}));
        }
        (self.r.pick(&any), value)
    }
}

/// A schema of any draft with a value.
pub fn case(r: &mut Random) -> Case {
    let url = r.pick(DRAFTS);
    let draft = match url {
        url if url.contains("draft-04") => 4,
        url if url.contains("draft-06") => 6,
        url if url.contains("draft-07") => 7,
        url if url.contains("2019") => 2019,
        _ => 2020,
    };
    let wrong = if r.chance(25) { 12 } else { 0 };
    let mut maker = Maker { r, draft, wrong };
    let mut schema = match maker.schema(3) {
        Json::Object(schema) => schema,
        other => Map::from_iter([("not".to_owned(), other)]),
    };
    let mut anchored = json!({"type": maker.r.pick(TYPES), "items": maker.schema(1)});
    match draft {
        4 => anchored["id"] = json!("#anchored"),
        6 | 7 => anchored["$id"] = json!("#anchored"),
        _ => anchored["$anchor"] = json!("anchored"),
    }
    let id = if draft == 4 { "id" } else { "$id" };
    let mut inner = json!({id: "inner", "definitions": {"x": maker.schema(1)}, "properties": maker.map(1)});
    if draft >= 2020 {
        inner["$dynamicAnchor"] = json!("node");
        if maker.r.chance(50) {
            schema.insert("$dynamicAnchor".to_owned(), json!("node"));
        } else {
            anchored["$dynamicAnchor"] = json!("node");
        }
    }
    if draft == 2019 && maker.r.chance(50) {
        schema.insert("$recursiveAnchor".to_owned(), json!(true));
        inner["$recursiveAnchor"] = json!(maker.r.chance(50));
    }
    if maker.r.chance(15) {
        inner["$schema"] = json!(maker.r.pick(&DRAFTS[1..7]));
    }
    let definitions = json!({"d": anchored, "e": maker.schema(1), "i": inner});
    schema.insert("definitions".to_owned(), definitions);
    if !url.is_empty() {
        schema.insert("$schema".to_owned(), json!(url));
    }
    Case { schema: Json::Object(schema).to_string(), value: instance(r, 3), documents: documents() }
}

fn instance(r: &mut Random, depth: usize) -> Json {
    let mut map = Map::new();
    for key in KEYS {
        if r.chance(45) {
            map.insert((*key).to_owned(), value(r, depth));
        }
    }
    Json::Object(map)
}

fn value(r: &mut Random, depth: usize) -> Json {
    match r.below(if depth == 0 { 5 } else { 9 }) {
        0 | 1 => json!(r.pick(TEXTS)),
        2 => json!(r.pick(&[0.0, 1.5, 2.0, 1500.0, 3_000_000.0, -7.25, 0.3, 1e-7, 1e21, -0.0])),
        3 => json!(null),
        4 => json!(r.chance(50)),
        5 | 6 => (0..r.below(4)).map(|_| value(r, depth - 1)).collect(),
        _ => instance(r, depth - 1),
    }
}

/// A text before a format.
pub fn format_case(r: &mut Random) -> Case {
    const PIECES: &[&str] = &[
        "0",
        "1",
        "12",
        "23",
        "24",
        "59",
        "60",
        "99",
        "2024",
        "02",
        "30",
        "29",
        "-",
        "/",
        ".",
        "..",
        ":",
        "::",
        "T",
        "t",
        "Z",
        "z",
        "+",
        "P",
        "D",
        "W",
        "H",
        "M",
        "S",
        "Y",
        "a",
        "b.c",
        "@",
        "[",
        "]",
        "IPv6:",
        "1.2.3.4",
        "::1",
        "fe80::1",
        "http://",
        "urn:",
        "//",
        "?",
        "#",
        "%",
        "%41",
        "%zz",
        "{",
        "}",
        "{x}",
        "\\",
        "\"",
        " ",
        "é",
        "~",
        "~0",
        "~1",
        "~2",
        "_",
        "x",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "g",
        "v",
        "rc",
        "01",
        "(",
        ")",
        "*",
        "2024-02-29",
        "12:30:00",
        "+01:00",
        "-24:00",
        ".5",
        "P1Y",
        "PT5M",
        "1.2.3",
        "-a.b",
        "label",
        "\u{1}",
    ];
    let format = r.pick(FORMATS);
    let near: &[&str] = match format {
        "date" => &["2024-02-29", "2023-02-29"],
        "time" => &["12:30:00Z", "23:59:60Z", "12:30:00.5+01:00"],
        "date-time" => &["2024-02-29T12:30:00Z", "2024-02-29t12:30:00.25-05:30"],
        "duration" | "period" => {
            &["P1Y2M3DT4H5M6S", "P3W", "2024-02-29T12:30:00Z/P1D", "P1D/2024-02-29T12:30:00Z"]
        }
        "email" => &["a.b@c.d", "\"a b\"@[1.2.3.4]", "a@[IPv6:::1]"],
        "uuid" => &["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
        "semver" => &["1.2.3-rc.1+b.2"],
        "uri" | "iri" | "uri-reference" | "iri-reference" => {
            &["http://u@h:80/p?q#f", "http://[::1]:8/", "../x"]
        }
        "uri-template" => &["http://h/{x}/y", "/{a}{b}", "x{y"],
        "json-pointer" | "relative-json-pointer" => &["/a/~0b", "1/a", "0#"],
        "hostname" => &["a-b.c", "a."],
        _ => &["1.2.3.4", "1:2:3:4:5:6:7:8", "::1.2.3.4", "a"],
    };
    let mut text = r.pick(near).to_owned();
    for _ in 0..r.below(4) {
        let at = r.below(text.len() + 1);
        if text.is_char_boundary(at) {
            match r.below(3) {
                0 => text.truncate(at),
                1 if text.is_char_boundary((at + 1).min(text.len())) => {
                    text.replace_range(at..(at + 1).min(text.len()), r.pick(PIECES));
                }
                _ => text.insert_str(at, r.pick(PIECES)),
            }
        }
    }
    let schema = json!({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"format": format}}});
    Case { schema: schema.to_string(), value: json!({"a": text}), documents: BTreeMap::new() }
}
