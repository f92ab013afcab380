//! Random templates by grammar, mostly well-typed, and random data for them.

use gotmpl::MissingKey;
use govalue::{Int, Key, Kind, List, Map, Type, Value};

use crate::host::{Foo, bracket, sum, values_type};
use crate::judge::Case;

/// A small generator of random numbers (splitmix64): the same seed gives the same cases everywhere.
pub struct Rng(pub u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// What type of value an expression should have, most of the time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Any,
    Int,
    Text,
    Bool,
    Float,
    Map,
    List,
    Object,
}

const WANTS: [Want; 8] =
    [Want::Any, Want::Int, Want::Text, Want::Bool, Want::Float, Want::Map, Want::List, Want::Object];

/// Names of templates; one invokes only those behind it, so that nothing recurses.
const TEMPLATES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

pub struct Generator {
    pub rng: Rng,
    out: String,
    vars: Vec<(String, Want)>,
    ranges: usize,
    /// First of the templates that may be invoked.
    next_template: usize,
    dot: Want,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator {
            rng: Rng(seed),
            out: String::new(),
            vars: Vec::new(),
            ranges: 0,
            next_template: 0,
            dot: Want::Map,
        }
    }

    /// A case: one or two texts, data and options.
    pub fn case(&mut self) -> Case {
        let mut texts = Vec::new();
        if self.rng.chance(30) {
            texts.push(("lib".to_owned(), self.library()));
        }
        texts.push(("t".to_owned(), self.text()));
        if self.rng.chance(25) {
            let at = self.rng.below(texts.len());
            texts[at].1 = self.spoil(std::mem::take(&mut texts[at].1));
        }
        let missing_key = match self.rng.below(4) {
            0 => MissingKey::Zero,
            1 => MissingKey::Error,
            _ => MissingKey::Default,
        };
        let texts = texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let data = self.data();
        Case { texts, execute: "t".to_owned(), data, missing_key, delims: Default::default() }
    }

    fn reset(&mut self) {
        self.out.clear();
        self.vars.clear();
        self.ranges = 0;
        self.dot = Want::Map;
    }

    fn library(&mut self) -> String {
        self.reset();
        for (i, name) in TEMPLATES.iter().enumerate() {
            if self.rng.chance(50) {
                self.next_template = i + 1;
                self.define(name);
            }
        }
        std::mem::take(&mut self.out)
    }

    fn text(&mut self) -> String {
        self.reset();
        for (i, name) in TEMPLATES.iter().enumerate() {
            if self.rng.chance(20) {
                self.next_template = i + 1;
                self.define(name);
            }
        }
        self.next_template = 0;
        self.body(3);
        std::mem::take(&mut self.out)
    }

    fn define(&mut self, name: &str) {
        let (vars, dot) = (std::mem::take(&mut self.vars), self.dot);
        self.dot = Want::Any;
        self.action(&format!("define \"{name}\""));
        self.body(2);
        self.action("end");
        (self.vars, self.dot) = (vars, dot);
    }

    fn push(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn open(&mut self) {
        let mark = self.rng.pick(&["{{", "{{", "{{ ", "{{- ", "{{-\n", "{{  "]);
        self.push(mark);
    }

    fn close(&mut self) {
        let mark = self.rng.pick(&["}}", "}}", " }}", " -}}", "\n-}}", "  }}"]);
        self.push(mark);
    }

    fn action(&mut self, content: &str) {
        self.open();
        self.push(content);
        self.close();
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..1 + self.rng.below(4) {
            self.piece(depth);
        }
    }

    fn plain_text(&mut self) {
        let text = self.rng.pick(&[
            "x",
            " ",
            "\n",
            "  \n\t ",
            "a b",
            "é",
            "{",
            "}",
            "key: value\n",
            "}}",
            "\r\n",
            "-",
        ]);
        self.push(text);
    }

    fn piece(&mut self, depth: usize) {
        match self.rng.below(if depth == 0 { 10 } else { 17 }) {
            0..=2 => self.plain_text(),
            3..=6 => {
                let pipe = self.pipeline(Want::Any, 2);
                self.action(&pipe);
            }
            7 => self.declaration(),
            8 if self.ranges > 0 && self.rng.chance(30) => {
                let word = self.rng.pick(&["break", "continue"]);
                self.action(word);
            }
            8 | 9 => {
                let comment = self.rng.pick(&["/**/", "/* a comment */", "/* {{x}}\n*/"]);
                let (open, close) =
                    (self.rng.pick(&["{{", "{{- ", "{{"]), self.rng.pick(&["}}", " -}}", "}}"]));
                self.push(&format!("{open}{comment}{close}"));
            }
            10 | 11 => self.branch("if", depth),
            12 => self.branch("with", depth),
            13 | 14 => self.range(depth),
            15 => self.invoke(),
            _ => self.block(depth),
        }
    }

    fn declaration(&mut self) {
        let want = WANTS[self.rng.below(WANTS.len())];
        let value = self.pipeline(want, 2);
        if self.vars.is_empty() || self.rng.chance(60) {
            let name = format!("${}", self.rng.pick(&["a", "b", "x1", "é", "_", "long_name"]));
            self.action(&format!("{name} := {value}"));
            self.vars.push((name, want));
        } else {
            let at = self.rng.below(self.vars.len());
            let name = self.vars[at].0.clone();
            self.action(&format!("{name} = {value}"));
        }
    }

    /// A condition, possibly with a declaration.
    fn condition(&mut self, want: Want) -> String {
        let value = self.pipeline(want, 2);
        if self.rng.chance(15) {
            let name = format!("${}", self.rng.pick(&["c", "d"]));
            let text = format!("{name} := {value}");
            self.vars.push((name, want));
            return text;
        }
        value
    }

    fn branch(&mut self, word: &str, depth: usize) {
        let (vars, dot) = (self.vars.len(), self.dot);
        let want = if word == "if" { Want::Bool } else { WANTS[self.rng.below(WANTS.len())] };
        let condition = self.condition(want);
        self.action(&format!("{word} {condition}"));
        if word == "with" {
            self.dot = want;
        }
        self.body(depth - 1);
        self.dot = dot;
        while self.rng.chance(25) {
            let condition = self.condition(want);
            self.action(&format!("else {word} {condition}"));
            if word == "with" {
                self.dot = want;
            }
            self.body(depth - 1);
            self.dot = dot;
        }
        if self.rng.chance(40) {
            self.action("else");
            self.body(depth - 1);
        }
        self.action("end");
        self.vars.truncate(vars);
    }

    fn range(&mut self, depth: usize) {
        let (vars, dot) = (self.vars.len(), self.dot);
        let subject = match self.rng.below(8) {
            0 => self.rng.pick(&["3", "0", "-1", "2", "nil", "\"text\"", "1.5", "true"]).to_owned(),
            1..=4 => self.operand(Want::List, 1),
            5 | 6 => self.operand(Want::Map, 1),
            _ => self.operand(Want::Object, 1),
        };
        let mut names: Vec<String> =
            ["k", "v"].iter().take(self.rng.below(3)).map(|n| format!("${n}")).collect();
        let declare = if names.is_empty() {
            String::new()
        } else if self.vars.len() >= 2 && self.rng.chance(15) {
            names = (0..names.len()).map(|_| self.vars[self.rng.below(self.vars.len())].0.clone()).collect();
            format!("{} = ", names.join(", "))
        } else {
            format!("{} := ", names.join(self.rng.pick(&[", ", ",", " , "])))
        };
        self.vars.extend(names.into_iter().map(|n| (n, Want::Any)));
        self.action(&format!("range {declare}{subject}"));
        self.ranges += 1;
        self.dot = Want::Any;
        self.body(depth - 1);
        self.dot = dot;
        self.ranges -= 1;
        if self.rng.chance(30) {
            self.action("else");
            self.body(depth - 1);
        }
        self.action("end");
        self.vars.truncate(vars);
    }

    fn template_name(&mut self) -> &'static str {
        let rest = &TEMPLATES[self.next_template..];
        if rest.is_empty() || self.rng.chance(5) { "nowhere" } else { self.rng.pick(rest) }
    }

    fn invoke(&mut self) {
        let name = self.template_name();
        let data = match self.rng.below(3) {
            0 => String::new(),
            1 => " .".to_owned(),
            _ => format!(" {}", self.pipeline(Want::Map, 1)),
        };
        self.action(&format!("template \"{name}\"{data}"));
    }

    fn block(&mut self, depth: usize) {
        let Some(&name) = TEMPLATES.get(self.next_template) else { return self.plain_text() };
        let next = self.next_template;
        let data = self.pipeline(Want::Map, 1);
        let (vars, dot, ranges) = (std::mem::take(&mut self.vars), self.dot, self.ranges);
        self.action(&format!("block \"{name}\" {data}"));
        (self.next_template, self.ranges) = (next + 1, 0);
        self.body(depth - 1);
        self.action("end");
        (self.vars, self.dot, self.ranges) = (vars, dot, ranges);
        self.next_template = next;
    }

    fn pipeline(&mut self, want: Want, depth: usize) -> String {
        let mut text = if self.rng.chance(45) { self.operand(want, depth) } else { self.call(want, depth) };
        for _ in 0..self.rng.below(3).min(depth) {
            if self.rng.chance(60) {
                continue;
            }
            let bar = self.rng.pick(&[" | ", "|", " |", "| "]);
            let stage = self.stage(want);
            text = format!("{text}{bar}{stage}");
        }
        text
    }

    /// A function that takes its last argument from the pipeline.
    fn stage(&mut self, want: Want) -> String {
        let any = [
            "print",
            "typeOf",
            "ident",
            "not",
            "html",
            "js",
            "urlquery",
            "list",
            "printf \"%v\"",
            "and 1",
            "or 0",
            "eq 1",
            "index .l1",
        ];
        match want {
            Want::Int => self.rng.pick(&["add 1", "add 2", "ident"]).to_owned(),
            Want::Text => self.rng.pick(&["upper", "print", "join \"-\" \"a\"", "printf \"%s|\""]).to_owned(),
            Want::Bool => {
                self.rng.pick(&["not", "eq 1", "and true", "or false", "lt 1", "ne nil"]).to_owned()
            }
            _ => self.rng.pick(&any).to_owned(),
        }
    }

    fn some(&mut self, want: Want) -> Want {
        if want == Want::Any || self.rng.chance(6) {
            WANTS[1 + self.rng.below(WANTS.len() - 1)]
        } else {
            want
        }
    }

    fn call(&mut self, want: Want, depth: usize) -> String {
        if depth == 0 {
            return self.operand(want, 0);
        }
        let d = depth - 1;
        let want = self.some(want);
        let mut arg = |want| self.operand(want, d);
        let args = |parts: &[String]| parts.join(" ");
        match want {
            Want::Int => {
                let forms = [
                    format!("add {}", args(&[arg(Want::Int), arg(Want::Int)])),
                    format!("len {}", arg(Want::List)),
                    // Not of any text: a printed one may hold an address, which is no fixed length.
                    format!("len {}", "$.s1"),
                    format!("index .li {}", arg(Want::Int)),
                    format!("total {}", arg(Want::List)),
                    format!("count {}", arg(Want::Map)),
                    format!("call .sum {}", args(&[arg(Want::Int), arg(Want::Int)])),
                    format!("or {}", args(&[arg(Want::Int), arg(Want::Int)])),
                ];
                self.choose(&forms)
            }
            Want::Text => {
                let forms = [
                    format!("upper {}", arg(Want::Text)),
                    format!("join {}", args(&[arg(Want::Text), arg(Want::Text), arg(Want::Text)])),
                    format!("print {}", args(&[arg(Want::Any), arg(Want::Any)])),
                    format!(
                        "printf \"%v %d %s\" {}",
                        args(&[arg(Want::Any), arg(Want::Int), arg(Want::Text)])
                    ),
                    format!("slice {} 0 1", arg(Want::Text)),
                    format!("call .fn {}", arg(Want::Text)),
                    format!("html {}", arg(Want::Text)),
                    format!("typeOf {}", arg(Want::Any)),
                    format!(".o1.Repeat {}", arg(Want::Int)),
                    format!(".o1.Join {}", args(&[arg(Want::Text), arg(Want::Text)])),
                    format!("println {}", arg(Want::Any)),
                    format!("small {}", args(&[arg(Want::Int), arg(Want::Int)])),
                    "fail \"no\"".to_owned(),
                ];
                let text = self.choose(&forms);
                if self.rng.chance(10) {
                    let name = self.template_name();
                    return format!("include \"{name}\" .");
                }
                if self.rng.chance(5) {
                    return "tpl \"{{.s1}}{{.i1}}{{len .x}}\" .".to_owned();
                }
                text
            }
            Want::Bool => {
                let same = WANTS[1 + self.rng.below(4)];
                let mut arg = |want| self.operand(want, d);
                let forms = [
                    format!("eq {}", args(&[arg(same), arg(same)])),
                    format!("ne {}", args(&[arg(same), arg(same)])),
                    format!("eq {}", args(&[arg(same), arg(same), arg(same)])),
                    format!("lt {}", args(&[arg(same), arg(same)])),
                    format!("ge {}", args(&[arg(same), arg(same)])),
                    format!("le {}", args(&[arg(Want::Text), arg(Want::Text)])),
                    format!("gt {}", args(&[arg(Want::Int), arg(Want::Int)])),
                    format!("not {}", arg(Want::Any)),
                    format!("and {}", args(&[arg(Want::Bool), arg(Want::Any)])),
                    format!("or {}", args(&[arg(Want::Any), arg(Want::Bool)])),
                    format!("yes {}", arg(Want::Bool)),
                    format!("eq {} nil", arg(Want::Any)),
                ];
                self.choose(&forms)
            }
            Want::Float => {
                let form = format!("half {}", arg(Want::Float));
                if self.rng.chance(20) { "turn 1+2i".to_owned() } else { form }
            }
            Want::Map => {
                let forms = [
                    format!("index .lm {}", arg(Want::Int)),
                    format!("ident {}", arg(Want::Map)),
                    "index . \"m1\"".to_owned(),
                    format!("or {}", args(&[arg(Want::Map), arg(Want::Map)])),
                    ".v1.Table \"m\"".to_owned(),
                ];
                self.choose(&forms)
            }
            Want::List => {
                let forms = [
                    format!("list {}", args(&[arg(Want::Any), arg(Want::Any), arg(Want::Any)])),
                    format!("slice {} 0 1", arg(Want::List)),
                    format!("ident {}", arg(Want::List)),
                    "list".to_owned(),
                ];
                self.choose(&forms)
            }
            Want::Object | Want::Any => {
                let forms = [
                    format!("ident {}", arg(Want::Object)),
                    ".o1.Get".to_owned(),
                    "none".to_owned(),
                    format!("index .l1 {}", arg(Want::Int)),
                ];
                self.choose(&forms)
            }
        }
    }

    fn choose(&mut self, forms: &[String]) -> String {
        forms[self.rng.below(forms.len())].clone()
    }

    fn operand(&mut self, want: Want, depth: usize) -> String {
        if depth > 0 && self.rng.chance(25) {
            let inner =
                if self.rng.chance(50) { self.call(want, depth) } else { self.pipeline(want, depth - 1) };
            let field = if want == Want::Any && self.rng.chance(20) {
                self.rng.pick(&[".a", ".b", ".Name"])
            } else {
                ""
            };
            return format!("({inner}){field}");
        }
        let known: Vec<String> =
            self.vars.iter().filter(|(_, w)| *w == want || *w == Want::Any).map(|(n, _)| n.clone()).collect();
        if !known.is_empty() && self.rng.chance(30) {
            let name = self.choose(&known);
            let field = if self.rng.chance(10) { self.rng.pick(&[".a", ".b.c", ".Name"]) } else { "" };
            return name + field;
        }
        if self.dot == want && self.rng.chance(30) {
            return ".".to_owned();
        }
        if self.rng.chance(35) {
            return self.constant(want);
        }
        let want = self.some(want);
        let names: &[&str] = match want {
            Want::Int => &["i1", "i2", "m1.a", "u1", "v1.i", "o1.Missing", "mi.one"],
            Want::Text => &["s1", "s2", "m1.b", "o1.Name", "o2.Name", "uni", "mi.zzz"],
            Want::Bool => &["b1", "b2"],
            Want::Float => &["f1", "f2", "c1"],
            Want::Map => &["m1", "m2", "v1", "mi", "mn", "v1.m", "m1.m"],
            Want::List => &["l1", "li", "ls", "lm", "by", "ar", "ln", "l0"],
            Want::Object | Want::Any => &[
                "o1",
                "o2",
                "o3",
                "n1",
                "x",
                "o1.Any",
                "x.y",
                "n1.y",
                "fn",
                "sum",
                "m1.x.y",
                "o1.hidden",
                "o3.Name",
                "s1.x",
                "i64",
            ],
        };
        let name = self.rng.pick(names);
        let root = if self.dot == Want::Map { self.rng.pick(&["", "", "", "$"]) } else { "$" };
        format!("{root}.{name}")
    }

    fn constant(&mut self, want: Want) -> String {
        let strings = ["\"a\"", "\"b c\"", "`raw`", "\"\"", "\"é\\n\"", "\"<&>\"", "\"\\x41\"", "\"m\""];
        let ints = ["0", "1", "2", "3", "-1", "0x2", "0b11", "0o7", "1_0", "+1", "-0"];
        let floats = ["1.5", "0.0", "1e3", ".25", "-2.", "0x1p2", "1e-7", "1e21"];
        match self.some(want) {
            Want::Int => self.rng.pick(&ints).to_owned(),
            Want::Text => self.rng.pick(&strings).to_owned(),
            Want::Bool => self.rng.pick(&["true", "false"]).to_owned(),
            Want::Float => self.rng.pick(&floats).to_owned(),
            Want::Map | Want::List => ".".to_owned(),
            _ => self.rng.pick(&["nil", "1i", "2+3i", "$", "'a'", "'\\n'", "true", "\"s\""]).to_owned(),
        }
    }

    /// Damages a text in one or two places, by tokens rather than by bytes.
    fn spoil(&mut self, text: String) -> String {
        let junk = [
            "{{",
            "}}",
            "{{end}}",
            "{{else}}",
            "(",
            ")",
            "|",
            "\"",
            "`",
            "'",
            "$",
            ".",
            ":=",
            "=",
            ",",
            " ",
            "-",
            "{{if}}",
            "{{break}}",
            "{{/*",
            "*/}}",
            " nil ",
            "\n",
            "@",
            "{{define \"zeta\"}}",
            "{{template}}",
            "é",
            "\\",
            "range",
            " end",
            ".. ",
            "{{$q}}",
            "{{x y}}",
            "{{with .}}",
            "\u{7f}",
            "{{else if}}",
            "i",
            "+",
            "{{block \"eta\" .}}",
        ];
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..1 + self.rng.below(2) {
            let at = self.rng.below(chars.len() + 1);
            match self.rng.below(3) {
                0 => drop(chars.splice(at..at, self.rng.pick(&junk).chars())),
                1 => drop(chars.drain(at..(at + 1 + self.rng.below(3)).min(chars.len()))),
                _ => {
                    let end = (at + 1).min(chars.len());
                    drop(chars.splice(at..end, self.rng.pick(&junk).chars()));
                }
            }
        }
        chars.into_iter().collect()
    }

    fn int(&mut self) -> Value {
        Value::int(self.rng.below(12) as i64 - 2)
    }

    fn string(&mut self) -> Value {
        Value::from(self.rng.pick(&["", "a", "text", "x y", "<&\">", "é", "12", "A-b_c"]))
    }

    fn leaf(&mut self) -> Value {
        match self.rng.below(7) {
            0 => Value::Nil,
            1 => Value::Bool(self.rng.chance(50)),
            2 => Value::Float(self.rng.below(100) as f64 / 8.0 - 3.0),
            3 => self.string(),
            4 => Value::int64(self.rng.below(9) as i64),
            5 => Value::Int(Int::unsigned(Kind::Uint8, self.rng.below(6) as u64)),
            _ => self.int(),
        }
    }

    fn map(&mut self, depth: usize) -> Value {
        let mut entries =
            vec![("a", self.int()), ("b", self.string()), ("c", self.leaf()), ("x", self.leaf())];
        if depth > 0 {
            entries.push(("m", self.map(depth - 1)));
            entries.push(("l", self.list()));
        }
        entries.retain(|_| !self.rng.chance(15));
        Value::Map(entries.into_iter().collect::<Map>())
    }

    fn list(&mut self) -> Value {
        let len = self.rng.below(4);
        Value::from((0..len).map(|_| self.leaf()).collect::<Vec<_>>())
    }

    /// Data of the types that the field names promise.
    fn data(&mut self) -> Value {
        let mut entries = vec![
            ("b1", Value::Bool(true)),
            ("b2", Value::Bool(false)),
            ("by", Value::Bytes(b"ab"[..].into())),
            ("c1", Value::complex(1.0, 2.5)),
            ("f1", Value::Float(self.rng.below(64) as f64 / 16.0)),
            ("f2", Value::Float(1e21)),
            ("fn", bracket()),
            ("i1", self.int()),
            ("i2", self.int()),
            ("i64", Value::int64(4)),
            ("l1", self.list()),
            ("l0", Value::from(Vec::new())),
            ("m1", self.map(2)),
            ("m2", Value::Map(Map::new())),
            ("mn", Value::Map(Map::nil(Map::string_any()))),
            ("n1", Value::Nil),
            ("o3", Foo::nil()),
            ("s1", self.string()),
            ("s2", self.string()),
            ("sum", sum()),
            ("uni", Value::from("日本\u{a0}")),
            ("u1", Value::Int(Int::unsigned(Kind::Uint8, self.rng.below(9) as u64))),
        ];
        let (any, other) = (self.leaf(), self.leaf());
        entries.push(("o1", Foo::pointer("foo", any)));
        entries.push(("o2", Foo::value("val", other)));
        let lm = Value::from(vec![self.map(0), self.map(0)]);
        entries.push(("lm", lm));
        let ints: Vec<Value> = (0..self.rng.below(4)).map(|_| self.int()).collect();
        entries.push((
            "ar",
            Value::List(List::with_type(Type::Array(ints.len(), Type::INT.into()), ints.clone())),
        ));
        entries.push(("li", Value::List(List::with_type(Type::slice(Type::INT), ints))));
        entries.push(("ls", Value::List(List::strings(["p", "q"]))));
        entries.push(("ln", Value::List(List::nil(Type::slice(Type::Any)))));
        let typed = [("one", Value::int(1)), ("two", Value::int(2))].map(|(k, v)| (Key::from(k), v));
        entries.push(("mi", Value::Map(Map::from_entries(Type::map(Type::STRING, Type::INT), typed.into()))));
        let values =
            [("i", self.int()), ("m", self.map(1)), ("n", Value::Nil)].map(|(k, v)| (Key::from(k), v));
        entries.push(("v1", Value::Map(Map::from_entries(values_type(), values.into()))));
        entries.retain(|_| !self.rng.chance(3));
        match self.rng.below(40) {
            0 => Value::Nil,
            1 => self.leaf(),
            2 => self.list(),
            _ => Value::Map(entries.into_iter().collect::<Map>()),
        }
    }
}
