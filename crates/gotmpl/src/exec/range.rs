use std::sync::Arc;

use govalue::{Int, Kind, List, Object, Snapshot, Str, Type, Value, fmt};

use super::machine::{Block, Flow, Loop, Machine, Result};
use super::operand::{Operand, indirect};
use crate::tree::{Expr, NodeId};

/// What a loop still has to visit.
pub(super) enum Iter {
    Ints {
        next: u64,
        count: u64,
        kind: Kind,
    },
    List {
        list: List,
        next: usize,
    },
    Bytes {
        bytes: Str,
        next: usize,
    },
    /// Entries in key order, as they were when the loop began.
    Map {
        entries: Snapshot,
        ty: Type,
        next: usize,
    },
}

impl Iter {
    /// The next index or key, absent for integers, and the element.
    fn next(&mut self) -> Option<(Operand, Operand)> {
        match self {
            Iter::Ints { next, count, kind } => {
                let value = (*next < *count).then(|| Value::Int(Int::unsigned(*kind, *next)))?;
                *next += 1;
                Some((Operand::ABSENT, Operand::plain(value)))
            }
            Iter::List { list, next } => {
                let elem = list.items().get(*next)?.clone();
                *next += 1;
                Some((index(*next - 1), Operand::typed(elem, list.elem_type())))
            }
            Iter::Bytes { bytes, next } => {
                let elem = Value::Int(Int::unsigned(Kind::Uint8, u64::from(*bytes.get(*next)?)));
                *next += 1;
                Some((index(*next - 1), Operand::plain(elem)))
            }
            Iter::Map { entries, ty, next } => {
                let (key, value) = entries.get(*next)?;
                *next += 1;
                let key = Operand::typed(key.to_value(), ty.key().unwrap_or(&Type::Any));
                Some((key, Operand::typed(value.clone(), ty.elem().unwrap_or(&Type::Any))))
            }
        }
    }
}

fn index(i: usize) -> Operand {
    Operand::plain(Value::int(i as i64))
}

/// What can be visited.
enum Subject {
    Nothing,
    Iter(Iter),
    /// A channel or iterator function of the host's.
    Iterator(Arc<dyn Object>),
}

impl Machine<'_> {
    /// Enters a loop and returns where to go on: its body, its else part or behind it.
    pub fn begin_range(
        &mut self,
        pipe: NodeId,
        body: usize,
        otherwise: usize,
        end: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize> {
        let outer_vars = self.limits.vars.len();
        let value = self.eval_pipeline(pipe)?;
        let vars = self.limits.vars.len();
        let visited = match self.subject(value, pipe)? {
            Subject::Nothing => false,
            Subject::Iter(mut iter) => match iter.next() {
                None => false,
                Some((key, elem)) => {
                    let dot = self.dot.clone();
                    self.bind(pipe, key, &elem)?;
                    self.dot = elem;
                    self.blocks.push(Block::Range(Box::new(Loop {
                        iter,
                        pipe,
                        body,
                        end,
                        outer_vars,
                        vars,
                        dot,
                    })));
                    return Ok(body);
                }
            },
            Subject::Iterator(object) => self.recurse(|m| m.visit_iterator(&object, pipe, body, out))?,
        };
        if visited {
            self.limits.vars.truncate(outer_vars);
            return Ok(end);
        }
        self.blocks.push(Block::Otherwise { vars: outer_vars, end });
        Ok(otherwise)
    }

    /// The next element of the innermost loop, which is the last block.
    pub fn advance(&mut self) -> usize {
        let Some(Block::Range(current)) = self.blocks.last_mut() else { return 0 };
        self.limits.vars.truncate(current.vars);
        let Some((key, elem)) = current.iter.next() else { return self.end_range() };
        let (pipe, body) = (current.pipe, current.body);
        // The variables were found when the loop began.
        let _ = self.bind(pipe, key, &elem);
        self.dot = elem;
        body
    }

    /// Leaves the innermost loop, which is the last block.
    pub fn end_range(&mut self) -> usize {
        let Some(Block::Range(done)) = self.blocks.pop() else { return 0 };
        self.limits.vars.truncate(done.outer_vars);
        self.dot = done.dot;
        done.end
    }

    /// Sets the variables of a loop.
    fn bind(&mut self, pipe: NodeId, key: Operand, elem: &Operand) -> Result<()> {
        let unit = self.unit;
        let Expr::Pipe { list, decls, assign } = unit.node(pipe).expr else { return Ok(()) };
        if decls == 0 {
            return Ok(());
        }
        if assign {
            let mut set = |at: usize, value| match unit.node(unit.list(list)[at]).expr {
                Expr::Variable { var, name, .. } => self.set_variable(var, name, value),
                _ => Ok(()),
            };
            if decls == 1 {
                return set(0, elem.clone());
            }
            set(0, key)?;
            return set(1, elem.clone());
        }
        let top = self.limits.vars.len();
        self.limits.vars[top - 1].1 = elem.clone();
        if decls == 2 {
            self.limits.vars[top - 2].1 = key;
        }
        Ok(())
    }

    fn decls(&self, pipe: NodeId) -> u8 {
        match self.unit.node(pipe).expr {
            Expr::Pipe { decls, .. } => decls,
            _ => 0,
        }
    }

    fn subject(&self, value: Operand, pipe: NodeId) -> Result<Subject> {
        if value.is_absent() {
            return Ok(Subject::Nothing);
        }
        let (value, is_nil) = indirect(value.value);
        if is_nil {
            return Err(self.cannot_range(&value));
        }
        match value {
            Value::Int(int) => {
                if self.decls(pipe) > 1 {
                    let message = format!("can't use {int} to iterate over more than one variable");
                    return Err(self.error(message));
                }
                let negative = int.kind().is_signed() && int.as_i64() < 0;
                let count = if negative { 0 } else { int.as_u64() };
                Ok(Subject::Iter(Iter::Ints { next: 0, count, kind: int.kind() }))
            }
            Value::List(list) => Ok(Subject::Iter(Iter::List { list, next: 0 })),
            Value::Bytes(bytes) => Ok(Subject::Iter(Iter::Bytes { bytes, next: 0 })),
            Value::Map(map) => {
                Ok(Subject::Iter(Iter::Map { entries: map.snapshot(), ty: map.ty().clone(), next: 0 }))
            }
            Value::Object(object) => match object.kind() {
                Kind::Chan if object.is_nil() => Ok(Subject::Nothing),
                Kind::Chan if object.iterate().is_none() => {
                    let text = self.show(&Value::Object(object));
                    Err(self.error(format!("range over send-only channel {text}")))
                }
                Kind::Chan | Kind::Func if object.iterate().is_some() => {
                    if object.kind() == Kind::Func && !is_pairwise(&object.type_of()) && self.decls(pipe) > 1
                    {
                        let text = self.show(&Value::Object(object));
                        let message = format!("can't use {text} iterate over more than one variable");
                        return Err(self.error(message));
                    }
                    Ok(Subject::Iterator(object))
                }
                _ => match object.underlying() {
                    Some(inner @ (Value::Int(_) | Value::List(_) | Value::Bytes(_) | Value::Map(_))) => {
                        self.subject(Operand::plain(inner), pipe)
                    }
                    _ => Err(self.cannot_range(&Value::Object(object))),
                },
            },
            other => Err(self.cannot_range(&other)),
        }
    }

    fn show(&self, value: &Value) -> String {
        String::from_utf8_lossy(&fmt::sprint(std::slice::from_ref(value))).into_owned()
    }

    fn cannot_range(&self, value: &Value) -> crate::ExecError {
        self.error(format!("range can't iterate over {}", self.show(value)))
    }

    /// Loops over a host's iterator and tells whether it gave anything. The iterator borrows from its object, so
    /// each element's body runs in a call of its own.
    fn visit_iterator(
        &mut self,
        object: &Arc<dyn Object>,
        pipe: NodeId,
        body: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let Some(elements) = object.iterate() else { return Ok(false) };
        let key_alone = object.kind() == Kind::Func && is_pairwise(&object.type_of()) && self.decls(pipe) < 2;
        let (vars, dot) = (self.limits.vars.len(), self.dot.clone());
        let mut visited = false;
        for (key, value) in elements {
            visited = true;
            let elem = Operand::plain(if key_alone { key.clone() } else { value });
            self.bind(pipe, Operand::plain(key), &elem)?;
            self.dot = elem;
            self.blocks.push(Block::Iteration);
            let flow = self.run(body, out)?;
            self.blocks.pop();
            self.limits.vars.truncate(vars);
            if flow == Flow::Break {
                break;
            }
        }
        self.dot = dot;
        Ok(visited)
    }
}

/// Whether an iterator function's type is that of `iter.Seq2`: its `yield` takes two values.
fn is_pairwise(ty: &Type) -> bool {
    let Type::Func(signature) = ty.underlying() else { return false };
    match signature.params.first() {
        Some(Type::Func(body)) => body.params.len() == 2,
        _ => false,
    }
}
