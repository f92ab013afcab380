use govalue::Value;

use super::field::Root;
use super::machine::{Machine, Result};
use super::operand::Operand;
use crate::tree::{Expr, NodeId};

impl<'s> Machine<'s> {
    /// The value of a pipeline; its variables are declared or assigned.
    pub fn eval_pipeline(&mut self, pipe: NodeId) -> Result<Operand> {
        self.at = pipe;
        let unit = self.unit;
        let Expr::Pipe { list, decls, assign } = unit.node(pipe).expr else { return Ok(Operand::ABSENT) };
        let (decls, commands) = unit.list(list).split_at(usize::from(decls));
        let Some((&first, others)) = commands.split_first() else { return Ok(Operand::ABSENT) };
        let mut value = self.eval_command(first, None)?;
        value.strip_interface();
        for &command in others {
            value = self.eval_command(command, Some(value))?;
            value.strip_interface();
        }
        for &decl in decls {
            let Expr::Variable { var, name, .. } = unit.node(decl).expr else { continue };
            if assign {
                self.set_variable(var, name, value.clone())?;
            } else {
                self.limits.vars.push((var, value.clone()));
            }
        }
        Ok(value)
    }

    /// A pipeline inside an expression.
    pub fn eval_nested_pipeline(&mut self, pipe: NodeId) -> Result<Operand> {
        self.recurse(move |machine| machine.eval_pipeline(pipe))
    }

    /// A command; `last` is the value that the pipeline gives it as its last argument.
    fn eval_command(&mut self, command: NodeId, last: Option<Operand>) -> Result<Operand> {
        let unit = self.unit;
        let Expr::Command { args } = unit.node(command).expr else { return Ok(Operand::ABSENT) };
        let Some((&first, args)) = unit.list(args).split_first() else { return Ok(Operand::ABSENT) };
        match unit.node(first).expr {
            Expr::Field { fields } => {
                self.at = first;
                return self.eval_fields(Root::Dot, first, fields, args, last);
            }
            Expr::Variable { .. } => return self.eval_variable(first, args, last),
            Expr::Identifier { name, callee } => {
                self.at = first;
                return self.eval_function(callee, name, command, args, last);
            }
            Expr::Chain { .. } => return self.eval_chain(first, args, last),
            Expr::Pipe { .. } => {
                self.refuse_arguments(first, args, &last)?;
                return self.eval_nested_pipeline(first);
            }
            _ => {}
        }
        self.at = first;
        self.refuse_arguments(first, args, &last)?;
        match unit.node(first).expr {
            Expr::Dot => Ok(self.dot.clone()),
            Expr::Nil => Err(self.error("nil is not a command".to_owned())),
            _ => self.constant(first).map(Operand::plain),
        }
    }

    /// The value of a constant where no type is asked for.
    pub fn constant(&mut self, node: NodeId) -> Result<Value> {
        let unit = self.unit;
        self.at = node;
        match unit.node(node).expr {
            Expr::Bool(value) => Ok(Value::Bool(value)),
            Expr::String { index, .. } => Ok(Value::Str(unit.strings[index as usize].clone())),
            Expr::Number { index, text } => match unit.numbers[index as usize].ideal() {
                Some(value) => Ok(value),
                None => {
                    Err(self.error(format!("{} overflows int", String::from_utf8_lossy(unit.text(text)))))
                }
            },
            _ => {
                let text = self.node_text(node);
                let text = String::from_utf8_lossy(&text);
                Err(self.error(format!("can't handle assignment of {text} to empty interface argument")))
            }
        }
    }

    fn refuse_arguments(&self, node: NodeId, args: &[NodeId], last: &Option<Operand>) -> Result<()> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        let text = self.node_text(node);
        // The operand is printed by itself: a pipeline without its parentheses.
        Err(self.error(format!("can't give argument to non-function {}", String::from_utf8_lossy(&text))))
    }

    pub fn eval_variable(
        &mut self,
        node: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        self.at = node;
        let Expr::Variable { var, name, fields } = self.unit.node(node).expr else {
            return Ok(Operand::ABSENT);
        };
        let Some(slot) = self.variable(var) else { return Err(self.undefined_variable(name)) };
        if fields.is_empty() {
            self.refuse_arguments(node, args, &last)?;
            return Ok(self.limits.vars[slot].1.clone());
        }
        self.eval_fields(Root::Variable(slot), node, fields, args, last)
    }

    pub fn eval_chain(&mut self, node: NodeId, args: &'s [NodeId], last: Option<Operand>) -> Result<Operand> {
        self.at = node;
        let Expr::Chain { node: term, fields } = self.unit.node(node).expr else {
            return Ok(Operand::ABSENT);
        };
        let value = self.eval_operand(term)?;
        self.eval_fields(Root::Value(value), node, fields, args, last)
    }

    /// An operand as it is, without asking for a type.
    pub fn eval_operand(&mut self, node: NodeId) -> Result<Operand> {
        self.at = node;
        match self.unit.node(node).expr {
            Expr::Dot => Ok(self.dot.clone()),
            Expr::Nil => Ok(Operand::ABSENT),
            Expr::Field { fields } => self.eval_fields(Root::Dot, node, fields, &[], None),
            Expr::Variable { .. } => self.eval_variable(node, &[], None),
            Expr::Pipe { .. } => self.eval_nested_pipeline(node),
            Expr::Identifier { name, callee } => self.eval_function(callee, name, node, &[], None),
            Expr::Chain { .. } => self.eval_chain(node, &[], None),
            _ => self.constant(node).map(Operand::plain),
        }
    }
}
