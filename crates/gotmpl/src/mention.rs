//! What a text names, found without executing it.

use std::collections::HashMap;

use govalue::Str;

use crate::Template;
use crate::tree::{Body, Expr, NodeId, Op, Scope, Slice, Unit, VarId};

/// A chain of names in a template's text, such as `.Values.image.tag`, with what is known of where it begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention {
    /// The names. Those of the `with` and `range` around it are in front, as far as they can be told.
    pub steps: Vec<Step>,
    /// Whether the chain begins at the data that the text is executed with. If not, what stands before the first step
    /// is known at run time only, as in a template that is invoked with something of its own.
    pub from_data: bool,
    /// Functions that the chain is handed to in its pipeline, innermost first; `range` and `template` are among them.
    pub functions: Vec<Str>,
    /// Line in the text, from 1.
    pub line: usize,
}

/// One step of a [`Mention`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field or key.
    Name(Str),
    /// Any element of a list or map (`range`).
    Each,
}

impl Template {
    /// All chains of names in the text that this template was parsed from, the other templates in it included. String
    /// constants given to `index`, `get`, `hasKey`, `dig`, `pluck`, `pick` and `omit` are names too.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut found = Vec::new();
        let breaks: Vec<usize> = memchr::memchr_iter(b'\n', &self.unit.source).collect();
        for (at, body) in self.unit.bodies.iter().enumerate() {
            let dot = (at == self.unit.main).then(Vec::new);
            let (root, vars) = (dot.clone(), HashMap::new());
            Reader { unit: &self.unit, breaks: &breaks, root, vars, found: &mut found }.body(body, dot);
        }
        found
    }
}

/// Where something stands below the data; `None` where only running tells.
type Known = Option<Vec<Step>>;

struct Reader<'u> {
    unit: &'u Unit,
    /// Where lines end.
    breaks: &'u [usize],
    root: Known,
    /// Variables that always hold the same part of the data. Two of one name are not told apart.
    vars: HashMap<VarId, Known>,
    found: &'u mut Vec<Mention>,
}

/// Functions whose string arguments are keys.
const KEYED: [&[u8]; 7] = [b"index", b"get", b"hasKey", b"dig", b"pluck", b"pick", b"omit"];

impl Reader<'_> {
    fn body(&mut self, body: &Body, dot: Known) {
        // Where the innermost dot ends to be valid, and which one it is.
        let mut dots: Vec<(usize, Known)> = vec![(usize::MAX, dot)];
        for (at, op) in self.unit.code[body.code.clone()].iter().enumerate() {
            while dots.last().is_some_and(|(end, _)| *end <= at) {
                dots.pop();
            }
            let dot = dots.last().and_then(|(_, dot)| dot.clone());
            match *op {
                Op::Action(node) => {
                    if let Expr::Action { pipe } = self.unit.node(node).expr {
                        self.pipe(pipe, &dot, None);
                    }
                }
                Op::Template(node) => {
                    if let Expr::Template { pipe: Some(pipe), .. } = self.unit.node(node).expr {
                        self.pipe(pipe, &dot, Some("template"));
                    }
                }
                Op::Branch { pipe, otherwise, scope } => {
                    let value = self.pipe(pipe, &dot, None);
                    if scope == Scope::Dot {
                        dots.push((otherwise as usize, value));
                    }
                }
                Op::Range { pipe, otherwise, .. } => {
                    let value = self.pipe(pipe, &dot, Some("range"));
                    let element = value.map(|mut steps| {
                        steps.push(Step::Each);
                        steps
                    });
                    dots.push((otherwise as usize, element));
                }
                Op::Text(_) | Op::Jump(_) | Op::Leave | Op::Next | Op::Break | Op::Continue => {}
            }
        }
    }

    /// Reads a pipeline and those inside it; answers which part of the data it is, where it is one.
    fn pipe(&mut self, pipe: NodeId, dot: &Known, statement: Option<&str>) -> Known {
        let mut value = None;
        let outer: Vec<Str> = statement.into_iter().map(Str::from).collect();
        // A list of pipelines that are left, as parentheses nest as deep as the user likes.
        let mut left = vec![(pipe, outer)];
        while let Some((node, outer)) = left.pop() {
            let Expr::Pipe { list, decls, .. } = self.unit.node(node).expr else { continue };
            let (variables, commands) = self.unit.list(list).split_at(usize::from(decls));
            let known = match commands {
                [command] => self.part_of_data(*command, dot),
                _ => None,
            };
            for (at, command) in commands.iter().enumerate() {
                let later = commands[at + 1..].iter().filter_map(|c| self.function(*c));
                let functions = later.chain(outer.iter().cloned()).collect();
                self.command(*command, dot, functions, &mut left);
            }
            self.declare(variables, &known, statement == Some("range"));
            if node == pipe {
                value = known;
            }
        }
        value
    }

    /// Notes what variables stand for. In a loop the last one is the element, the one before it the key.
    fn declare(&mut self, variables: &[NodeId], known: &Known, element: bool) {
        for (at, variable) in variables.iter().enumerate() {
            let Expr::Variable { var, .. } = self.unit.node(*variable).expr else { continue };
            let mut known = if at + 1 == variables.len() { known.clone() } else { None };
            if element && let Some(steps) = &mut known {
                steps.push(Step::Each);
            }
            let entry = self.vars.entry(var).or_insert_with(|| known.clone());
            if *entry != known {
                *entry = None;
            }
        }
    }

    fn args(&self, command: NodeId) -> &[NodeId] {
        match self.unit.node(command).expr {
            Expr::Command { args } => self.unit.list(args),
            _ => &[],
        }
    }

    /// The function that a command calls.
    fn function(&self, command: NodeId) -> Option<Str> {
        match self.unit.node(*self.args(command).first()?).expr {
            Expr::Identifier { name, .. } => Some(Str::from(self.unit.text(name))),
            _ => None,
        }
    }

    fn command(
        &mut self,
        command: NodeId,
        dot: &Known,
        mut functions: Vec<Str>,
        left: &mut Vec<(NodeId, Vec<Str>)>,
    ) {
        let function = self.function(command);
        if let Some(function) = &function {
            functions.insert(0, function.clone());
        }
        let keyed = function.is_some_and(|f| KEYED.contains(&f.as_bytes()));
        let mut keys = Vec::new();
        let args = self.args(command).to_vec();
        for arg in &args {
            match self.unit.node(*arg).expr {
                Expr::String { index, .. } if keyed => {
                    keys.push(Step::Name(self.unit.strings[index as usize].clone()));
                }
                Expr::Pipe { .. } => left.push((*arg, functions.clone())),
                Expr::Chain { node, fields } => {
                    left.push((node, functions.clone()));
                    let steps = self.names(fields);
                    self.add(*arg, false, steps, &functions);
                }
                _ => {
                    if let Some((from_data, steps)) = self.chain(*arg, dot) {
                        self.add(*arg, from_data, steps, &functions);
                    }
                }
            }
        }
        if !keys.is_empty() {
            self.add(command, false, keys, &functions);
        }
    }

    fn add(&mut self, node: NodeId, from_data: bool, steps: Vec<Step>, functions: &[Str]) {
        let offset = self.unit.node(node).offset as usize;
        let line = 1 + self.breaks.partition_point(|end| *end < offset);
        self.found.push(Mention { steps, from_data, functions: functions.to_vec(), line });
    }

    /// A command that is nothing but a part of the data.
    fn part_of_data(&self, command: NodeId, dot: &Known) -> Known {
        match self.args(command) {
            [arg] => self.chain(*arg, dot).and_then(|(from_data, steps)| from_data.then_some(steps)),
            _ => None,
        }
    }

    /// The names of an operand, and whether they begin at the data.
    fn chain(&self, node: NodeId, dot: &Known) -> Option<(bool, Vec<Step>)> {
        let (start, fields) = match self.unit.node(node).expr {
            Expr::Dot => (dot, Slice::EMPTY),
            Expr::Field { fields } => (dot, fields),
            Expr::Variable { var, name, fields } => {
                let start = if self.unit.text(name) == b"$" { &self.root } else { self.variable(var) };
                (start, fields)
            }
            _ => return None,
        };
        let mut steps = start.clone().unwrap_or_default();
        steps.extend(self.names(fields));
        Some((start.is_some(), steps))
    }

    fn variable(&self, var: VarId) -> &Known {
        self.vars.get(&var).unwrap_or(&None)
    }

    fn names(&self, fields: Slice) -> Vec<Step> {
        let spans = self.unit.fields(fields).iter();
        spans.map(|name| Step::Name(Str::from(self.unit.text(*name)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use govalue::{Type, Value};

    use super::Step;
    use crate::{FuncMap, Function, TemplateSet};

    fn mentions(text: &str) -> Vec<String> {
        let mut functions = FuncMap::new();
        for name in ["toYaml", "get", "include"] {
            let params = if name == "toYaml" { vec![Type::Any] } else { vec![Type::Any, Type::Any] };
            functions.insert(name, Function::new(params, Type::Any, |_, _| Ok(Value::Nil)));
        }
        let mut set = TemplateSet::default().with_funcs(Arc::new(functions));
        let template = set.parse("t", text).expect("the text parses");
        let show = |steps: &[Step]| -> String {
            let step = |s: &Step| match s {
                Step::Name(name) => format!(".{name}"),
                Step::Each => "[]".to_owned(),
            };
            steps.iter().map(step).collect()
        };
        let mentions = template.mentions();
        mentions
            .iter()
            .map(|m| {
                let functions: Vec<String> = m.functions.iter().map(ToString::to_string).collect();
                let start = if m.from_data { "data" } else { "?" };
                format!("{} {start}{} {}", m.line, show(&m.steps), functions.join(",")).trim().to_owned()
            })
            .collect()
    }

    #[test]
    fn chains_begin_where_dot_is() {
        assert_eq!(mentions("{{ .a.b }}{{ $.c }}"), ["1 data.a.b", "1 data.c"]);
        assert_eq!(
            mentions("{{ with .a }}{{ .b }}{{ else }}\n{{ .c }}{{ end }}{{ .d }}"),
            ["1 data.a", "1 data.a.b", "2 data.c", "2 data.d"]
        );
        assert_eq!(
            mentions("{{ range $k, $v := .a }}{{ .b }}{{ $v.c }}{{ $k }}{{ $.d }}{{ end }}{{ .e }}"),
            ["1 data.a range", "1 data.a[].b", "1 data.a[].c", "1 ?", "1 data.d", "1 data.e"]
        );
        assert_eq!(mentions("{{ with get .a \"k\" }}{{ .b }}{{ end }}")[2], "1 ?.b");
    }

    #[test]
    fn variables_that_change_are_unknown() {
        assert_eq!(mentions("{{ $x := .a }}{{ $x.b }}")[1], "1 data.a.b");
        assert_eq!(mentions("{{ $x := .a }}{{ $x = .b }}{{ $x.c }}")[2], "1 ?.c");
    }

    #[test]
    fn functions_that_take_a_chain_are_known() {
        assert_eq!(mentions("{{ .a.b | toYaml }}"), ["1 data.a.b toYaml"]);
        assert_eq!(mentions("{{ get (toYaml .a) \"k\" }}"), ["1 ?.k get", "1 data.a toYaml,get"]);
        assert_eq!(mentions("{{ (toYaml .a).x.y }}"), ["1 ?.x.y", "1 data.a toYaml"]);
    }

    #[test]
    fn templates_that_are_invoked_have_their_own_dot() {
        let text = "{{ define \"d\" }}{{ .Values.a }}{{ $.b }}{{ end }}{{ template \"d\" .c }}";
        let mut found = mentions(text);
        found.sort();
        assert_eq!(found, ["1 ?.Values.a", "1 ?.b", "1 data.c template"]);
    }
}
