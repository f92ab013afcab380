//! Runs templates: [`machine`] walks the statements of flat bodies, [`eval`] computes expressions.

mod argument;
mod call;
pub(crate) mod convert;
mod eval;
mod field;
mod machine;
pub(crate) mod operand;
mod range;
mod stack;

use govalue::Value;

use crate::tree::VarId;
use crate::{Budget, ExecError, Exhausted, Host, Place, Template, TemplateSet};
use machine::Machine;
pub(crate) use machine::printable;
use operand::Operand;
use stack::Native;

/// What an execution and those that its functions start have used up.
#[derive(Default)]
pub(crate) struct Limits {
    /// How many templates are executing inside the first one.
    pub depth: usize,
    native: Native,
    /// Variables, innermost last. An execution and those that its functions start share the stack: each uses the
    /// part above its caller's.
    vars: Vec<(VarId, Operand)>,
    /// Operands of calls that are being prepared, shared in the same way.
    operands: Vec<Operand>,
    /// Buffers that are not in use: what an execution writes into when its output becomes a string.
    buffers: Vec<Vec<u8>>,
    /// How many functions are executing templates, one inside the other.
    nesting: usize,
    /// What was used up so far.
    pub budget: Budget,
}

impl Limits {
    /// An empty buffer to write into.
    pub fn take_buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_else(|| Vec::with_capacity(256))
    }

    /// Gives a buffer back for the next one to use.
    pub fn give_buffer(&mut self, mut buffer: Vec<u8>) {
        // A large one is rather given back to the system.
        const LARGE: usize = 1 << 18;
        if buffer.capacity() <= LARGE {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }

    /// Takes steps of an execution in that set.
    pub fn spend(&mut self, steps: u64, set: &TemplateSet) -> Result<(), Exhausted> {
        self.budget.spend(steps, set.options())
    }
}

/// Executes a template from outside.
pub(crate) fn execute(
    set: &TemplateSet,
    template: &Template,
    data: &Value,
    out: &mut Vec<u8>,
    host: &mut Host,
    limits: &mut Limits,
) -> Result<(), ExecError> {
    let mut machine = Machine::new(set, template, data, host, limits);
    machine.run_template(out)
}

/// Executes a template from a function that another template called.
pub(crate) fn execute_nested(
    set: &TemplateSet,
    template: &Template,
    data: &Value,
    out: &mut Vec<u8>,
    host: &mut Host,
    limits: &mut Limits,
) -> Result<(), ExecError> {
    /// What a step of recursion through a function costs: several native frames, some of them not ours.
    const UNITS: usize = 4;
    if limits.depth >= set.options().max_depth {
        return Err(ExecError::at(start_of(template), too_deep(set), None));
    }
    if limits.nesting >= set.options().max_nesting {
        let max = set.options().max_nesting;
        let message = format!("exceeded maximum nesting of functions that execute templates ({max})");
        return Err(ExecError::at(start_of(template), message, None));
    }
    limits.spend(1, set).map_err(|why| ExecError::at(start_of(template), why.to_string(), None))?;
    let depth = limits.depth;
    limits.depth += 1;
    limits.nesting += 1;
    let mut machine = Machine::new(set, template, data, host, limits);
    let result = stack::recurse(&mut machine, UNITS, |machine| machine.run_template(out));
    let result =
        result.unwrap_or_else(|error| Err(ExecError::at(start_of(template), no_stack(), Some(error.into()))));
    limits.depth = depth;
    limits.nesting -= 1;
    result
}

fn too_deep(set: &TemplateSet) -> String {
    format!("exceeded maximum template depth ({})", set.options().max_depth)
}

fn no_stack() -> String {
    "cannot go on with a deep recursion".to_owned()
}

fn start_of(template: &Template) -> Place {
    let name = template.name().to_string();
    Place { node: name.clone(), template: name, file: template.file().to_string(), line: 1, column: 0 }
}
