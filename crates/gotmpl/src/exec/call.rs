use std::sync::Arc;

use govalue::{CallError, Func, Kind, Method, Signature, Type, Value};

use super::convert::prepare;
use super::machine::{Machine, Result};
use super::operand::Operand;
use crate::builtin::{self, Builtin, Shape};
use crate::tree::{Callee, NodeId, Span};
use crate::{Function, State};
use govalue::strconv::quote;

/// Either half of a signature that calls need.
pub(super) struct Arity {
    pub params: usize,
    pub variadic: bool,
}

impl Arity {
    fn of(signature: &Signature) -> Arity {
        Arity { params: signature.params.len(), variadic: signature.variadic }
    }
}

impl<'s> Machine<'s> {
    /// Calls a function by name. `call` is the node to blame when the function fails.
    pub fn eval_function(
        &mut self,
        callee: Callee,
        name: Span,
        call: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        let unit = self.unit;
        if self.same_functions {
            return match callee {
                Callee::Builtin(builtin) => self.call_builtin(builtin, call, args, last),
                Callee::Host(index) => {
                    self.call_host(&unit.functions.used[index as usize], name, call, args, last)
                }
            };
        }
        let text = std::str::from_utf8(unit.text(name)).unwrap_or_default();
        if let Some(function) = self.set.functions.get(text) {
            return self.call_host(function, name, call, args, last);
        }
        match Builtin::named(text) {
            Some(builtin) => self.call_builtin(builtin, call, args, last),
            None => Err(self.error(format!("{} is not a defined function", quote(text.as_bytes())))),
        }
    }

    /// Checks the number of arguments as Go does.
    pub(super) fn check_arity(&self, name: &[u8], arity: &Arity, args: usize, has_last: bool) -> Result<()> {
        let got = args + usize::from(has_last);
        if (!arity.variadic && got == arity.params) || (arity.variadic && got + 1 >= arity.params) {
            return Ok(());
        }
        let name = String::from_utf8_lossy(name);
        Err(self.error(if arity.variadic {
            format!("wrong number of args for {name}: want at least {} got {args}", arity.params - 1)
        } else {
            format!("wrong number of args for {name}: want {} got {got}", arity.params)
        }))
    }

    /// Evaluates the arguments of a call, each for its parameter, and makes the call. Few of them need no allocation.
    fn with_args<'p>(
        &mut self,
        param: impl Fn(usize) -> &'p Type,
        args: &'s [NodeId],
        last: Option<Operand>,
        mut call: impl FnMut(&mut Self, &[Value]) -> Result<Operand>,
    ) -> Result<Operand> {
        match (args, last) {
            ([], None) => call(self, &[]),
            ([], Some(last)) => {
                let values = [self.validated(last, param(0))?];
                call(self, &values)
            }
            (&[a], None) => {
                let values = [self.eval_arg(param(0), a)?];
                call(self, &values)
            }
            (&[a], Some(last)) => {
                let values = [self.eval_arg(param(0), a)?, self.validated(last, param(1))?];
                call(self, &values)
            }
            (&[a, b], None) => {
                let values = [self.eval_arg(param(0), a)?, self.eval_arg(param(1), b)?];
                call(self, &values)
            }
            (args, last) => {
                let mut values = Vec::with_capacity(args.len() + 1);
                for (i, &arg) in args.iter().enumerate() {
                    values.push(self.eval_arg(param(i), arg)?);
                }
                if let Some(last) = last {
                    values.push(self.validated(last, param(args.len()))?);
                }
                call(self, &values)
            }
        }
    }

    fn call_host(
        &mut self,
        function: &'s Arc<Function>,
        name: Span,
        call: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        let (name, signature) = (self.unit.text(name), &function.signature);
        self.check_arity(name, &Arity::of(signature), args.len(), last.is_some())?;
        self.with_args(
            |i| param(signature, i),
            args,
            last,
            |machine, values| {
                let mut state = State {
                    set: machine.set,
                    template: machine.template,
                    host: &mut *machine.host,
                    limits: &mut *machine.limits,
                };
                let result = (function.body)(&mut state, values);
                machine.called(result, values, &signature.result, call, name)
            },
        )
    }

    /// Calls a method of a host's value.
    pub fn call_method(
        &mut self,
        method: &Method,
        name: &str,
        node: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        let (name, signature) = (name.as_bytes(), &method.signature);
        self.check_arity(name, &Arity::of(signature), args.len(), last.is_some())?;
        self.with_args(
            |i| param(signature, i),
            args,
            last,
            |machine, values| {
                let result = (method.body)(values);
                machine.called(result, values, &signature.result, node, name)
            },
        )
    }

    /// What a call gave.
    fn called(
        &mut self,
        result: std::result::Result<Value, CallError>,
        args: &[Value],
        declared: &Type,
        call: NodeId,
        name: &[u8],
    ) -> Result<Operand> {
        match result {
            Ok(value) => {
                self.spend(args.iter().map(cost).sum::<u64>() + cost(&value))?;
                Ok(Operand::typed(value, declared))
            }
            Err(error) => Err(self.call_failed(call, name, error)),
        }
    }

    fn call_failed(&mut self, node: NodeId, name: &[u8], error: CallError) -> crate::ExecError {
        self.at = node;
        self.error_with(format!("error calling {}", String::from_utf8_lossy(name)), Some(error))
    }

    fn call_builtin(
        &mut self,
        builtin: Builtin,
        call: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        let name = builtin.name().as_bytes();
        let (arity, shape) = builtin.shape();
        let arity = Arity { params: arity.0, variadic: arity.1 };
        self.check_arity(name, &arity, args.len(), last.is_some())?;
        let result = match shape {
            Shape::ShortCircuit { until } => return self.short_circuit(until, args, last),
            Shape::Values => {
                return self.with_args(
                    |i| builtin.param(i),
                    args,
                    last,
                    |machine, values| {
                        let mut buffer = machine.limits.take_buffer();
                        let result = builtin::text::call(builtin, values, &mut buffer);
                        machine.limits.give_buffer(buffer);
                        machine.called(result, values, &Type::STRING, call, name)
                    },
                );
            }
            Shape::Operands => {
                let base = self.limits.operands.len();
                for &arg in args {
                    let operand = self.eval_operand(arg)?;
                    self.limits.operands.push(operand);
                }
                self.limits.operands.extend(last);
                let result = if builtin == Builtin::Call {
                    self.call_value(base, args)
                } else {
                    builtin::call(builtin, &self.limits.operands[base..])
                };
                self.limits.operands.truncate(base);
                result
            }
        };
        result.map_err(|error| self.call_failed(call, name, error))
    }

    /// `and` and `or`: evaluation stops at the argument that decides.
    fn short_circuit(&mut self, until: bool, args: &'s [NodeId], last: Option<Operand>) -> Result<Operand> {
        let mut value = Operand::ABSENT;
        for &arg in args {
            value = self.eval_operand(arg)?;
            if value.truth() == until {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// The built-in function `call`: the first operand is the function.
    fn call_value(&mut self, base: usize, args: &[NodeId]) -> std::result::Result<Operand, CallError> {
        let callee = self.limits.operands[base].clone().concrete();
        let name = match args.first() {
            Some(&first) => String::from_utf8_lossy(&self.node_text(first)).into_owned(),
            None => reflect_string(&callee),
        };
        if callee.is_absent() {
            return Err("call of nil".into());
        }
        let Value::Func(function) = &callee.value else {
            return Err(format!("non-function {name} of type {}", callee.value.type_name()).into());
        };
        let values = prepare_all(&name, function, &self.limits.operands[base + 1..])?;
        let result = (function.body)(&values)?;
        Ok(Operand::typed(result, &function.signature.result))
    }
}

/// What a value of a call costs in steps, so that these bound memory and time: large ones take long to make and read.
fn cost(value: &Value) -> u64 {
    const BYTES: usize = 64;
    match value {
        Value::Str(s) | Value::Bytes(s) => (s.len() / BYTES) as u64,
        Value::List(list) => (list.len() * size_of::<Value>() / BYTES) as u64,
        Value::Map(map) => (map.len() / 4) as u64,
        _ => 0,
    }
}

/// The type of the parameter that takes an argument.
fn param(signature: &Signature, index: usize) -> &Type {
    let at = if signature.variadic { index.min(signature.params.len() - 1) } else { index };
    &signature.params[at]
}

/// Converts the operands of `call` to a function's parameters.
fn prepare_all(name: &str, function: &Func, operands: &[Operand]) -> std::result::Result<Vec<Value>, String> {
    let signature = &function.signature;
    let (got, params) = (operands.len(), signature.params.len());
    if signature.variadic {
        if got + 1 < params {
            let fixed = params - 1;
            return Err(format!("wrong number of args for {name}: got {got} want at least {fixed}"));
        }
    } else if got != params {
        return Err(format!("wrong number of args for {name}: got {got} want {params}"));
    }
    operands
        .iter()
        .enumerate()
        .map(|(i, operand)| prepare(operand, param(signature, i)).map_err(|e| format!("arg {i}: {e}")))
        .collect()
}

/// The text of `reflect.Value.String`.
fn reflect_string(operand: &Operand) -> String {
    match &operand.value {
        _ if operand.is_absent() => "<invalid Value>".to_owned(),
        Value::Str(s) => s.to_string(),
        value if value.kind() == Kind::String => value.type_name(),
        value => format!("<{} Value>", value.type_name()),
    }
}
