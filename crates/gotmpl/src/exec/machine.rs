use govalue::{Kind, Value};

use super::operand::{Operand, Via, indirect};
use super::range::Iter;
use super::stack::{Recursive, recurse};
use super::{Limits, too_deep};
use crate::tree::{Expr, NodeId, Op, Scope, Span, Unit, VarId};
use crate::{ExecError, Host, MissingKey, Place, Template, TemplateSet, print};

pub(super) type Result<T> = std::result::Result<T, ExecError>;

/// A running execution. Statements nest in `blocks`, not on the native stack.
pub(super) struct Machine<'s> {
    pub set: &'s TemplateSet,
    pub template: &'s Template,
    pub unit: &'s Unit,
    pub host: &'s mut Host,
    pub limits: &'s mut Limits,
    pub missing_key: MissingKey,
    max_output: usize,
    max_steps: u64,
    /// Whether the executing set has the functions that the unit was parsed with.
    pub same_functions: bool,
    /// The node that an error now would be blamed on.
    pub at: NodeId,
    pub dot: Operand,
    /// Where the variables of the running template begin in [`Limits::vars`].
    pub base: usize,
    pub blocks: Vec<Block<'s>>,
}

/// What the end of a block restores.
pub(super) enum Block<'s> {
    /// `if` or `with`.
    Scope { vars: usize, dot: Option<Operand> },
    /// The else part of a loop. A `break` in it leaves it, not the loop around it, as in Go.
    Otherwise { vars: usize, end: usize },
    /// A loop in its body.
    Range(Box<Loop>),
    /// A template that was invoked by another one.
    Call { template: &'s Template, pc: usize, base: usize, dot: Operand },
    /// The body of a loop over an iterator, which runs in a call of its own.
    Iteration,
}

/// A loop over something that is not computed on the way.
pub(super) struct Loop {
    pub iter: Iter,
    pub pipe: NodeId,
    pub body: usize,
    pub end: usize,
    /// Variables before the pipeline, and before the body.
    pub outer_vars: usize,
    pub vars: usize,
    pub dot: Operand,
}

/// How a run of statements ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    End,
    /// The body of a loop over an iterator came to its end.
    Next,
    Break,
}

impl Recursive for Machine<'_> {
    fn limits(&mut self) -> &mut Limits {
        self.limits
    }
}

impl<'s> Machine<'s> {
    pub fn new(
        set: &'s TemplateSet,
        template: &'s Template,
        data: &Value,
        host: &'s mut Host,
        limits: &'s mut Limits,
    ) -> Machine<'s> {
        let dot = Operand::plain(data.clone());
        let base = limits.vars.len();
        limits.vars.push((0, dot.clone()));
        let mut machine = Machine {
            set,
            template,
            unit: &template.unit,
            host,
            limits,
            missing_key: set.options.missing_key,
            max_output: set.options.max_output,
            max_steps: set.options.max_steps,
            same_functions: false,
            at: 0,
            dot,
            base,
            blocks: Vec::new(),
        };
        machine.enter(template);
        machine
    }

    fn enter(&mut self, template: &'s Template) {
        self.template = template;
        self.unit = &template.unit;
        self.at = NodeId::MAX;
        self.same_functions = std::sync::Arc::ptr_eq(&self.unit.functions.map, &self.set.functions);
    }

    /// Runs the template that the machine was made for.
    pub fn run_template(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let (depth, vars, operands) = (self.limits.depth, self.base, self.limits.operands.len());
        let result = self.run(0, out).map(|_| ());
        self.limits.depth = depth;
        self.limits.vars.truncate(vars);
        self.limits.operands.truncate(operands);
        result
    }

    fn code(&self) -> &'s [Op] {
        &self.unit.code[self.template.unit.bodies[self.template.index].code.clone()]
    }

    /// Runs from a statement on to the end of the block in which the run began.
    pub fn run(&mut self, mut pc: usize, out: &mut Vec<u8>) -> Result<Flow> {
        let mut code = self.code();
        loop {
            let Some(&op) = code.get(pc) else {
                let Some(next) = self.return_from_template() else { return Ok(Flow::End) };
                pc = next;
                code = self.code();
                continue;
            };
            pc += 1;
            self.limits.budget.steps += 1;
            if self.limits.budget.steps > self.max_steps {
                return Err(self.out_of_steps(op));
            }
            match op {
                Op::Text(span) => {
                    let text = self.unit.text(span);
                    out.extend_from_slice(text);
                    self.wrote(text.len(), out)?;
                }
                Op::Action(node) => self.action(node, out)?,
                Op::Branch { pipe, otherwise, scope } => {
                    let holds = match scope {
                        Scope::None => self.eval_pipeline(pipe)?.truth(),
                        _ => self.branch(pipe, scope == Scope::Dot)?,
                    };
                    if !holds {
                        pc = otherwise as usize;
                    }
                }
                Op::Jump(to) => pc = to as usize,
                Op::Leave => self.leave_scope(),
                Op::Range { pipe, otherwise, end } => {
                    pc = self.begin_range(pipe, pc, otherwise as usize, end as usize, out)?;
                }
                Op::Next | Op::Continue | Op::Break => match self.end_iteration(op == Op::Break) {
                    Ok(next) => pc = next,
                    Err(flow) => return Ok(flow),
                },
                Op::Template(node) => {
                    self.invoke(node, pc)?;
                    code = self.code();
                    pc = 0;
                }
            }
        }
    }

    /// Counts what was just written.
    fn wrote(&mut self, len: usize, out: &[u8]) -> Result<()> {
        if out.len() > self.max_output {
            return Err(self.error(format!("output exceeds {} bytes", self.max_output)));
        }
        self.spend((len / 64) as u64)
    }

    /// Takes steps for the present node.
    pub fn spend(&mut self, steps: u64) -> Result<()> {
        self.limits.spend(steps, self.set).map_err(|why| self.error(why.to_string()))
    }

    /// The error for the step that was one too many.
    #[cold]
    fn out_of_steps(&mut self, op: Op) -> ExecError {
        match op {
            Op::Action(node) | Op::Template(node) => self.at = node,
            Op::Branch { pipe, .. } | Op::Range { pipe, .. } => self.at = pipe,
            _ => {}
        }
        self.error(format!("exceeded maximum number of steps ({})", self.max_steps))
    }

    fn action(&mut self, node: NodeId, out: &mut Vec<u8>) -> Result<()> {
        let unit = self.unit;
        let Expr::Action { pipe } = unit.node(node).expr else { return Ok(()) };
        let value = self.eval_pipeline(pipe)?;
        if matches!(unit.node(pipe).expr, Expr::Pipe { decls: 1.., .. }) {
            return Ok(());
        }
        self.at = node;
        let before = out.len();
        self.print(&value, out)?;
        self.wrote(out.len() - before, out)
    }

    /// Prints a pipeline's value.
    fn print(&self, operand: &Operand, out: &mut Vec<u8>) -> Result<()> {
        match &operand.value {
            Value::Str(s) => out.extend_from_slice(s),
            Value::Int(i) if i.kind().is_signed() => govalue::strconv::append_int(out, i.as_i64(), 10),
            Value::Nil => out.extend_from_slice(b"<no value>"),
            Value::Func(_) => return Err(self.unprintable(&operand.value)),
            Value::Object(object) if operand.via == Via::Addressable && object.text().is_none() => {
                match object.pointer_text() {
                    Some(text) => out.extend_from_slice(text.as_bytes()),
                    None => govalue::fmt::append_value(out, &operand.value),
                }
            }
            Value::Object(_) => match printable(&operand.value) {
                Some(value) => govalue::fmt::append_value(out, &value),
                None => return Err(self.unprintable(&operand.value)),
            },
            value => govalue::fmt::append_value(out, value),
        }
        Ok(())
    }

    fn unprintable(&self, value: &Value) -> ExecError {
        let node = String::from_utf8_lossy(&self.node_text(self.at)).into_owned();
        self.error(format!("can't print {node} of type {}", value.type_name()))
    }

    /// Enters the scope of `if` or `with` and tells whether its condition holds.
    fn branch(&mut self, pipe: NodeId, bind: bool) -> Result<bool> {
        let vars = self.limits.vars.len();
        let value = self.eval_pipeline(pipe)?;
        let truth = value.truth();
        let dot = (bind && truth).then(|| std::mem::replace(&mut self.dot, value));
        self.blocks.push(Block::Scope { vars, dot });
        Ok(truth)
    }

    fn leave_scope(&mut self) {
        match self.blocks.pop() {
            Some(Block::Scope { vars, dot }) => {
                self.limits.vars.truncate(vars);
                if let Some(dot) = dot {
                    self.dot = dot;
                }
            }
            Some(Block::Otherwise { vars, .. }) => self.limits.vars.truncate(vars),
            _ => {}
        }
    }

    /// Leaves the scopes inside the innermost loop and goes on with its next element or behind it.
    fn end_iteration(&mut self, leave: bool) -> std::result::Result<usize, Flow> {
        loop {
            match self.blocks.last_mut() {
                Some(Block::Range(_)) => return Ok(if leave { self.end_range() } else { self.advance() }),
                Some(Block::Otherwise { end, .. }) if leave => {
                    let end = *end;
                    self.leave_scope();
                    return Ok(end);
                }
                Some(Block::Iteration) => return Err(if leave { Flow::Break } else { Flow::Next }),
                Some(_) => self.leave_scope(),
                None => return Err(Flow::End),
            }
        }
    }

    /// `{{template "name" pipeline}}`
    fn invoke(&mut self, node: NodeId, pc: usize) -> Result<()> {
        self.at = node;
        let Expr::Template { name, pipe } = self.unit.node(node).expr else { return Ok(()) };
        let name = &self.unit.strings[name as usize];
        let Some(template) = self.set.lookup(name) else {
            return Err(self.error(format!("template {} not defined", govalue::strconv::quote(name))));
        };
        if self.limits.depth >= self.set.options.max_depth {
            return Err(self.error(too_deep(self.set)));
        }
        let dot = match pipe {
            Some(pipe) => self.eval_pipeline(pipe)?,
            None => Operand::ABSENT,
        };
        self.limits.depth += 1;
        let outer = std::mem::replace(&mut self.dot, dot.clone());
        self.blocks.push(Block::Call { template: self.template, pc, base: self.base, dot: outer });
        self.base = self.limits.vars.len();
        self.limits.vars.push((0, dot));
        self.enter(template);
        Ok(())
    }

    /// At the end of a body: where the template that invoked this one goes on.
    fn return_from_template(&mut self) -> Option<usize> {
        let Some(Block::Call { template, pc, base, dot }) = self.blocks.pop() else { return None };
        self.limits.depth -= 1;
        self.limits.vars.truncate(self.base);
        self.base = base;
        self.dot = dot;
        self.enter(template);
        Some(pc)
    }

    /// Where the innermost variable of that name is.
    pub fn variable(&self, var: VarId) -> Option<usize> {
        self.limits.vars[self.base..].iter().rposition(|(id, _)| *id == var).map(|at| self.base + at)
    }

    pub fn set_variable(&mut self, var: VarId, name: Span, value: Operand) -> Result<()> {
        let Some(slot) = self.variable(var) else { return Err(self.undefined_variable(name)) };
        self.limits.vars[slot].1 = value;
        Ok(())
    }

    pub fn undefined_variable(&self, name: Span) -> ExecError {
        self.error(format!("undefined variable: {}", String::from_utf8_lossy(self.unit.text(name))))
    }

    /// Evaluates on a stack that is deep enough.
    pub fn recurse<T: Send>(&mut self, step: impl FnOnce(&mut Self) -> Result<T> + Send) -> Result<T> {
        match recurse(self, 2, step) {
            Ok(result) => result,
            Err(error) => Err(self.error_with(super::no_stack(), Some(error.into()))),
        }
    }

    pub fn node_text(&self, node: NodeId) -> Vec<u8> {
        let mut text = Vec::new();
        print::node(self.unit, node, &mut text);
        text
    }

    /// An error at the present node.
    pub fn error(&self, message: String) -> ExecError {
        self.error_with(message, None)
    }

    pub fn error_with(&self, message: String, source: Option<govalue::CallError>) -> ExecError {
        // Plain text, of which a limit may complain, has no node.
        let node = self.unit.nodes.get(self.at as usize);
        let before = &self.unit.source[..node.map_or(0, |node| node.offset as usize)];
        let text = match node {
            Some(_) => String::from_utf8_lossy(&self.node_text(self.at)).into_owned(),
            None => self.template.name().to_string(),
        };
        let place = Place {
            template: self.template.name().to_string(),
            file: self.unit.name.to_string(),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1),
            node: text,
        };
        ExecError::at(place, message, source)
    }
}

/// What is printed for a value: pointers are followed to what they point to unless they print themselves; `None`
/// for functions and channels, which cannot be printed.
pub(crate) fn printable(value: &Value) -> Option<Value> {
    let Value::Object(object) = value else { return Some(value.clone()) };
    match object.kind() {
        Kind::Pointer if object.is_nil() => Some(value.clone()),
        Kind::Pointer if object.text().is_none() => {
            let target = indirect(value.clone()).0;
            // A pointer whose target is not told prints itself.
            if target.kind() == Kind::Pointer { Some(target) } else { printable(&target).or(Some(target)) }
        }
        Kind::Chan | Kind::Func if object.text().is_none() => None,
        _ => Some(value.clone()),
    }
}
