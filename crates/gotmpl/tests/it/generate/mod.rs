//! Random templates by grammar, and random data for them. Most of them are careful, so that they run to their end; the
//! others slip in their types, names and syntax.

mod expression;
mod sound;
mod values;

use gotmpl::MissingKey;
use helm_testkit::random::Random;

use crate::judge::Case;

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
    pub rng: Random,
    out: String,
    vars: Vec<(String, Want)>,
    ranges: usize,
    /// First of the templates that may be invoked.
    next_template: usize,
    dot: Want,
    /// Templates that this text defines, so that few are defined twice.
    defined: Vec<&'static str>,
    /// Templates that any text invokes.
    invoked: Vec<&'static str>,
    /// Whether dot is the data of the whole.
    at_root: bool,
    /// Whether mistakes are made.
    slips: bool,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator {
            rng: Random::new(seed),
            out: String::new(),
            vars: Vec::new(),
            ranges: 0,
            next_template: 0,
            dot: Want::Map,
            defined: Vec::new(),
            invoked: Vec::new(),
            at_root: true,
            slips: false,
        }
    }

    /// One in a hundred times `percent`, in texts that are not careful.
    fn slip(&mut self, percent: usize) -> bool {
        self.slips && self.rng.chance(percent)
    }

    /// A case: one or two texts, data and options.
    pub fn case(&mut self) -> Case {
        self.slips = self.rng.chance(35);
        let mut texts = Vec::new();
        let mut library = Vec::new();
        if self.rng.chance(30) {
            texts.push(("lib".to_owned(), self.library()));
            library = std::mem::take(&mut self.defined);
        }
        texts.push(("t".to_owned(), self.text(&library)));
        if self.slip(40) {
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
        self.defined.clear();
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

    /// The text that is executed; most of what is invoked and not in the library is defined behind it.
    fn text(&mut self, library: &[&str]) -> String {
        self.reset();
        for (i, name) in TEMPLATES.iter().enumerate() {
            if self.rng.chance(20) {
                self.next_template = i + 1;
                self.define(name);
            }
        }
        self.next_template = 0;
        self.body(3);
        for (i, name) in TEMPLATES.iter().enumerate() {
            let missing =
                self.invoked.contains(name) && !self.defined.contains(name) && !library.contains(name);
            if missing && !self.slip(20) {
                self.next_template = i + 1;
                self.define(name);
            }
        }
        std::mem::take(&mut self.out)
    }

    fn define(&mut self, name: &'static str) {
        self.defined.push(name);
        let (vars, dot, at_root) = (std::mem::take(&mut self.vars), self.dot, self.at_root);
        (self.dot, self.at_root) = (Want::Map, true);
        self.action(&format!("define \"{name}\""));
        self.body(2);
        self.action("end");
        (self.vars, self.dot, self.at_root) = (vars, dot, at_root);
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
            "{ ",
            "}",
            "key: value\n",
            "}}",
            "\r\n",
            "-",
        ]);
        // In front of an action a brace is part of its delimiter.
        let text = if self.slip(2) { "{" } else { text };
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
            let (name, kept) = self.vars[at].clone();
            // A text that is joined to itself in a loop has no end.
            let endless = self.ranges > 0 && !matches!(kept, Want::Int | Want::Bool | Want::Float);
            let value = match self.slips {
                _ if endless => self.constant(kept),
                true => value,
                false => self.pipeline(kept, 2),
            };
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
        let (vars, dot, at_root) = (self.vars.len(), self.dot, self.at_root);
        let want = if word == "if" { Want::Bool } else { WANTS[self.rng.below(WANTS.len())] };
        let condition = self.condition(want);
        self.action(&format!("{word} {condition}"));
        if word == "with" {
            (self.dot, self.at_root) = (want, false);
        }
        self.body(depth - 1);
        (self.dot, self.at_root) = (dot, at_root);
        while self.rng.chance(25) {
            let condition = self.condition(want);
            self.action(&format!("else {word} {condition}"));
            if word == "with" {
                (self.dot, self.at_root) = (want, false);
            }
            self.body(depth - 1);
            (self.dot, self.at_root) = (dot, at_root);
        }
        if self.rng.chance(40) {
            self.action("else");
            self.body(depth - 1);
        }
        self.action("end");
        self.vars.truncate(vars);
    }

    fn range(&mut self, depth: usize) {
        let (vars, dot, at_root) = (self.vars.len(), self.dot, self.at_root);
        let kind = self.rng.below(8);
        let subject = match kind {
            0 if self.slips => self.rng.pick(&["-1", "nil", "\"text\"", "1.5", "true"]).to_owned(),
            0 => self.rng.pick(&["3", "0", "-1", "2", "$.i1"]).to_owned(),
            1..=4 => self.operand(Want::List, 1),
            7 if self.slips => self.operand(Want::Object, 1),
            _ => self.operand(Want::Map, 1),
        };
        let most = if kind == 0 && !self.slips { 2 } else { 3 };
        let mut names: Vec<String> =
            ["k", "v"].iter().take(self.rng.below(most)).map(|n| format!("${n}")).collect();
        let declare = if names.is_empty() {
            String::new()
        } else if self.vars.len() >= 2 && self.slip(30) {
            names = (0..names.len()).map(|_| self.vars[self.rng.below(self.vars.len())].0.clone()).collect();
            format!("{} = ", names.join(", "))
        } else {
            format!("{} := ", names.join(self.rng.pick(&[", ", ",", " , "])))
        };
        // What a range gives has any type: careful texts print it, and no more.
        if self.slips {
            self.vars.extend(names.into_iter().map(|n| (n, Want::Any)));
        }
        self.action(&format!("range {declare}{subject}"));
        self.ranges += 1;
        (self.dot, self.at_root) = (Want::Any, false);
        self.body(depth - 1);
        (self.dot, self.at_root) = (dot, at_root);
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
        if rest.is_empty() || self.slip(5) {
            return "nowhere";
        }
        let name = self.rng.pick(rest);
        self.invoked.push(name);
        name
    }

    fn invoke(&mut self) {
        if self.next_template == TEMPLATES.len() && !self.slips {
            return self.plain_text();
        }
        let name = self.template_name();
        let data = match self.rng.below(8) {
            0 if self.slips => String::new(),
            1 if self.slips => " .".to_owned(),
            2 if self.slips => format!(" {}", self.pipeline(Want::Map, 1)),
            _ => " $".to_owned(),
        };
        self.action(&format!("template \"{name}\"{data}"));
    }

    fn block(&mut self, depth: usize) {
        let Some(&name) = TEMPLATES.get(self.next_template) else { return self.plain_text() };
        if self.defined.contains(&name) && !self.slip(5) {
            return self.invoke();
        }
        self.defined.push(name);
        let next = self.next_template;
        let data = if self.slip(30) { self.pipeline(Want::Map, 1) } else { "$".to_owned() };
        let (vars, dot, ranges) = (std::mem::take(&mut self.vars), self.dot, self.ranges);
        let at_root = std::mem::replace(&mut self.at_root, true);
        self.action(&format!("block \"{name}\" {data}"));
        (self.next_template, self.ranges, self.dot) = (next + 1, 0, Want::Map);
        self.body(depth - 1);
        self.action("end");
        (self.vars, self.dot, self.ranges, self.at_root) = (vars, dot, ranges, at_root);
        self.next_template = next;
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
}
