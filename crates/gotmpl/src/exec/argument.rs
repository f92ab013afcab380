use govalue::{Int, Kind, Type, Value};

use super::convert::{can_be_nil, validate, zero};
use super::machine::{Machine, Result};
use super::operand::Operand;
use crate::tree::{Expr, NodeId, Number};

impl Machine<'_> {
    /// An argument for a parameter of this type.
    pub fn eval_arg(&mut self, ty: &Type, node: NodeId) -> Result<Value> {
        match self.unit.node(node).expr {
            Expr::Nil => {
                self.at = node;
                if can_be_nil(ty) {
                    Ok(zero(ty))
                } else {
                    Err(self.error(format!("cannot assign nil to {ty}")))
                }
            }
            Expr::Bool(_) | Expr::Number { .. } | Expr::String { .. } => self.constant_as(ty, node),
            _ => {
                let operand = self.eval_operand(node)?;
                self.validated(operand, ty)
            }
        }
    }

    /// A value as an argument for a parameter of this type.
    pub fn validated(&self, operand: Operand, ty: &Type) -> Result<Value> {
        validate(operand, ty).map_err(|message| self.error(message))
    }

    /// A constant takes the type that is asked for.
    fn constant_as(&mut self, ty: &Type, node: NodeId) -> Result<Value> {
        self.at = node;
        let unit = self.unit;
        let expr = unit.node(node).expr;
        let number = match expr {
            Expr::Number { index, .. } => Some(&unit.numbers[index as usize]),
            _ => None,
        };
        let kind = ty.kind();
        let expected = match kind {
            Kind::Interface if *ty == Type::Any => return self.constant(node),
            Kind::Struct if *ty == Type::Reflect => return self.constant(node),
            Kind::Bool => match expr {
                Expr::Bool(value) => return Ok(Value::Bool(value)),
                _ => "bool",
            },
            Kind::String => match expr {
                Expr::String { index, .. } => return Ok(Value::Str(unit.strings[index as usize].clone())),
                _ => "string",
            },
            _ => match number.and_then(|n| number_as(n, kind)) {
                Some(value) => return Ok(value),
                None => match expected_number(kind) {
                    Some(expected) => expected,
                    None => {
                        let text = self.text_of(node);
                        return Err(self.error(format!("can't handle {text} for arg of type {ty}")));
                    }
                },
            },
        };
        let text = self.text_of(node);
        Err(self.error(format!("expected {expected}; found {text}")))
    }

    fn text_of(&self, node: NodeId) -> String {
        String::from_utf8_lossy(&self.node_text(node)).into_owned()
    }
}

fn expected_number(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Complex64 | Kind::Complex128 => Some("complex"),
        Kind::Float32 | Kind::Float64 => Some("float"),
        kind if kind.is_signed() => Some("integer"),
        kind if kind.is_unsigned() => Some("unsigned integer"),
        _ => None,
    }
}

/// The number as a value of a kind, wrapped to its width as `reflect.Value.SetInt` does.
fn number_as(number: &Number, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Complex64 | Kind::Complex128 => number.complex().map(|(re, im)| Value::complex(re, im)),
        Kind::Float32 | Kind::Float64 => number.float().map(Value::Float),
        kind if kind.is_signed() => number.int().map(|v| Value::Int(Int::signed(kind, v))),
        kind if kind.is_unsigned() => number.uint().map(|v| Value::Int(Int::unsigned(kind, v))),
        _ => None,
    }
}
