//! Random expressions, of the type that is wanted most of the time.

use super::{Generator, WANTS, Want};

impl Generator {
    pub(super) fn pipeline(&mut self, want: Want, depth: usize) -> String {
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
        if !self.slips {
            return self.sound_stage(want).to_owned();
        }
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
        if want == Want::Any || self.slip(4) { WANTS[1 + self.rng.below(WANTS.len() - 1)] } else { want }
    }

    fn call(&mut self, want: Want, depth: usize) -> String {
        if depth == 0 {
            return self.operand(want, 0);
        }
        let d = depth - 1;
        let want = self.some(want);
        if !self.slips {
            return self.sound_call(want, d);
        }
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

    pub(super) fn choose(&mut self, forms: &[String]) -> String {
        forms[self.rng.below(forms.len())].clone()
    }

    pub(super) fn operand(&mut self, want: Want, depth: usize) -> String {
        if depth > 0 && self.rng.chance(25) {
            let inner =
                if self.rng.chance(50) { self.call(want, depth) } else { self.pipeline(want, depth - 1) };
            let field =
                if want == Want::Any && self.slip(20) { self.rng.pick(&[".a", ".b", ".Name"]) } else { "" };
            return format!("({inner}){field}");
        }
        let known: Vec<String> = self
            .vars
            .iter()
            .filter(|(_, w)| *w == want || self.slips && *w == Want::Any)
            .map(|(n, _)| n.clone())
            .collect();
        if !known.is_empty() && self.rng.chance(30) {
            let name = self.choose(&known);
            let field = if self.slip(10) { self.rng.pick(&[".a", ".b.c", ".Name"]) } else { "" };
            return name + field;
        }
        if self.dot == want && self.rng.chance(30) {
            return ".".to_owned();
        }
        if self.rng.chance(35) {
            return self.constant(want);
        }
        let want = self.some(want);
        if !self.slips {
            return self.sound_field(want);
        }
        let names: &[&str] = match want {
            Want::Int => &["i1", "i2", "m1.a", "u1", "v1.i", "mi.one"],
            Want::Text => &["s1", "s2", "m1.b", "o1.Name", "o2.Name", "uni", "mi.zzz"],
            Want::Bool => &["b1", "b2"],
            Want::Float => &["f1", "f2", "c1"],
            Want::Map => &["m1", "m2", "v1", "mi", "mn", "v1.m", "m1.m"],
            Want::List => &["l1", "li", "ls", "lm", "by", "ar", "ln", "l0"],
            _ if self.rng.chance(5) => {
                &["x.y", "n1.y", "m1.x.y", "o1.hidden", "o3.Name", "s1.x", "o1.Missing"]
            }
            _ => &["o1", "o2", "o3", "n1", "x", "o1.Any", "fn", "sum", "i64"],
        };
        let name = self.rng.pick(names);
        let root = if self.dot == Want::Map { self.rng.pick(&["", "", "", "$"]) } else { "$" };
        format!("{root}.{name}")
    }

    pub(super) fn constant(&mut self, want: Want) -> String {
        let strings = ["\"a\"", "\"b c\"", "`raw`", "\"\"", "\"é\\n\"", "\"<&>\"", "\"\\x41\"", "\"m\""];
        let ints = ["0", "1", "2", "3", "-1", "0x2", "0b11", "0o7", "1_0", "+1", "-0"];
        let floats = ["1.5", "0.0", "1e3", ".25", "-2.", "0x1p2", "1e-7", "1e21"];
        match self.some(want) {
            Want::Int => self.rng.pick(&ints).to_owned(),
            Want::Text => self.rng.pick(&strings).to_owned(),
            Want::Bool => self.rng.pick(&["true", "false"]).to_owned(),
            Want::Float => self.rng.pick(&floats).to_owned(),
            Want::Map | Want::List if self.slips => ".".to_owned(),
            Want::Map => "$".to_owned(),
            Want::List => "$.ls".to_owned(),
            _ if !self.slips => self.rng.pick(&["1i", "$", "'a'", "'\\n'", "true", "\"s\""]).to_owned(),
            _ => self.rng.pick(&["nil", "1i", "2+3i", "$", "'a'", "'\\n'", "true", "\"s\""]).to_owned(),
        }
    }
}
