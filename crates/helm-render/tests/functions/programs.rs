//! Random templates that use many functions at once: blocks, variables, pipelines, templates inside templates.

use gotmpl::FuncMap;
use govalue::{Type, strconv};

use crate::random::{self, Random};

/// Functions that say something else in each run, or whose results need much memory when fed to one another.
const LEFT_OUT: &[&str] = &[
    "keys",
    "values",
    "repeat",
    "until",
    "untilStep",
    "seq",
    "indent",
    "nindent",
    "wrap",
    "wrapWith",
    "toDecimal",
    "fail",
    "lookup",
    "cat",
    "printf",
    "genCA",
    "durationRound",
    "ago",
    "now",
];

/// Writes random templates.
pub struct Writer<'a> {
    pub random: &'a mut Random,
    functions: &'a FuncMap,
    names: Vec<&'a str>,
    /// Variables that may be used where the text is.
    variables: Vec<String>,
}

impl<'a> Writer<'a> {
    pub fn new(random: &'a mut Random, functions: &'a FuncMap) -> Writer<'a> {
        let by_shape = |name: &str| crate::tables::BY_SHAPE.iter().any(|(n, _)| *n == name);
        let mut names: Vec<&str> =
            functions.names().filter(|name| !LEFT_OUT.contains(name) && !by_shape(name)).collect();
        names.sort_unstable();
        Writer { random, functions, names, variables: vec!["$".to_owned()] }
    }

    /// A whole template.
    pub fn template(&mut self) -> String {
        self.variables.truncate(1);
        let mut text = String::new();
        if self.random.below(3) == 0 {
            let body = self.block(1);
            text = format!("{{{{ define \"own\" }}}}{body}{{{{ end }}}}");
            self.variables.truncate(1);
        }
        text + &self.block(0)
    }

    /// Statements in a scope of their own.
    fn block(&mut self, depth: usize) -> String {
        let outer = self.variables.len();
        let text = (0..1 + self.random.below(3)).map(|_| self.statement(depth)).collect();
        self.variables.truncate(outer);
        text
    }

    fn statement(&mut self, depth: usize) -> String {
        let (left, right) =
            *self.random.pick(&[("{{ ", " }}"), ("{{- ", " }}"), ("{{ ", " -}}"), ("{{", "}}")]);
        let action = |text: String| format!("{left}{text}{right}");
        match self.random.below(if depth > 2 { 6 } else { 12 }) {
            0 => (*self.random.pick(&["\n", " text ", "a: b\n", "  - ", "{", "}}", "é\n", "{{/* c */}}"]))
                .to_owned(),
            1..=3 => {
                let value = self.pipeline(0);
                action(value)
            }
            4 => {
                let value = self.pipeline(0);
                let name = format!("$v{}", self.variables.len());
                self.variables.push(name.clone());
                action(format!("{name} := {value}"))
            }
            5 => {
                let value = self.pipeline(0);
                match self.variables.iter().rev().find(|v| v.len() > 1).cloned() {
                    Some(name) => action(format!("{name} = {value}")),
                    None => action(value),
                }
            }
            6 | 7 => {
                let (condition, then) = (self.pipeline(0), self.block(depth + 1));
                let other = match self.random.below(3) {
                    0 => String::new(),
                    1 => format!("{{{{ else }}}}{}", self.block(depth + 1)),
                    _ => format!("{{{{ else if {} }}}}{}", self.pipeline(1), self.block(depth + 1)),
                };
                action(format!("if {condition}")) + &then + &other + "{{ end }}"
            }
            8 => {
                let (value, body) = (self.pipeline(0), self.block(depth + 1));
                action(format!("with {value}")) + &body + "{{ end }}"
            }
            9 => {
                let value = self.collection();
                let (key, item) = (format!("$k{depth}"), format!("$i{depth}"));
                let outer = self.variables.len();
                self.variables.extend([key.clone(), item.clone()]);
                let body = self.block(depth + 1);
                self.variables.truncate(outer);
                let end = *self.random.pick(&["{{ end }}", "{{ else }}none{{ end }}"]);
                let stop = *self.random.pick(&["", "{{ break }}", "{{ continue }}"]);
                action(format!("range {key}, {item} := {value}")) + &body + stop + end
            }
            10 => {
                let data = self.operand(1);
                let name =
                    *self.random.pick(&["dot", "name", "outer", "lines", "json", "own", "sub.color", "bad"]);
                let call = *self.random.pick(&["include", "template"]);
                action(format!("{call} {name:?} {data}"))
            }
            _ => {
                let (text, data) = (self.inner(depth), self.operand(1));
                action(format!("tpl {} {data}", strconv::quote(text)))
            }
        }
    }

    /// The text of an inner template, which does not see the variables.
    fn inner(&mut self, depth: usize) -> String {
        let outer = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let text = self.block(depth + 2);
        self.variables = outer;
        text
    }

    fn collection(&mut self) -> String {
        match self.random.below(6) {
            0 => ".Values".to_owned(),
            1 => "$.Values.nested".to_owned(),
            2 => ".Values.list".to_owned(),
            3 => self.random.below(5).to_string(),
            4 => random::list(self.random, 0),
            _ => random::map(self.random, 0),
        }
    }

    fn pipeline(&mut self, depth: usize) -> String {
        let (mut text, mut result) = if self.random.below(3) == 0 {
            (self.operand(depth), Type::Any)
        } else {
            let name = self.name(None);
            (
                self.call(depth, 0, name),
                self.functions.get(name).map_or(Type::Any, |f| f.signature.result.clone()),
            )
        };
        for _ in 0..self.random.below(3) {
            let name = self.name(Some(&result));
            text += " | ";
            text += &self.call(depth + 1, 1, name);
            result = self.functions.get(name).map_or(Type::Any, |f| f.signature.result.clone());
        }
        text
    }

    fn operand(&mut self, depth: usize) -> String {
        match self.random.below(8) {
            0..=1 if !self.variables.is_empty() => self.random.pick(&self.variables).clone(),
            2 => (*self.random.pick(&[
                ".",
                "$.Values",
                "$.Chart",
                "$.Release",
                "$.Values.nested.a.b.c",
                "$.Values.list",
                "$.Files",
            ]))
            .to_owned(),
            3..=4 if depth < 3 => format!("({})", self.pipeline(depth + 1)),
            _ => random::any(self.random, 1),
        }
    }

    /// A function; mostly one whose last parameter takes a value of a type, and none that refuses what is odd.
    fn name(&mut self, last: Option<&Type>) -> &'a str {
        let mut name = "";
        for _ in 0..20 {
            name = *self.random.pick(&self.names);
            let takes = |ty: &Type| *ty == Type::Any || last.is_none_or(|last| ty == last);
            let signature = &self.functions.get(name).expect("the name came from the map").signature;
            let fits = signature.params.last().map_or(last.is_none(), takes);
            if fits && !name.starts_with("must") {
                break;
            }
        }
        name
    }

    /// A call; some of its last arguments come from the pipeline.
    fn call(&mut self, depth: usize, piped: usize, name: &str) -> String {
        let signature = &self.functions.get(name).expect("the name came from the map").signature;
        let fixed = signature.params.len() - usize::from(signature.variadic);
        let count = fixed + if signature.variadic { self.random.below(3) } else { 0 };
        let mut text = name.to_owned();
        for i in 0..count.saturating_sub(piped) {
            let ty = signature.params.get(i).or(signature.params.last()).cloned().unwrap_or(Type::Any);
            let free = self.random.below(if ty == Type::Any { 2 } else { 20 }) == 0;
            text.push(' ');
            text += &if free { self.operand(depth + 1) } else { random::argument(self.random, name, &ty) };
        }
        text
    }
}
