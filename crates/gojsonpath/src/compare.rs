use std::cmp::Ordering;

use govalue::{Kind, Value};

use crate::ExecError;

/// The comparisons of a filter, with the types that Go's `text/template` compares.
pub(crate) fn holds(left: &Value, operator: &str, right: &Value) -> Result<bool, ExecError> {
    match operator {
        "==" => equal(left, right),
        "!=" => equal(left, right).map(|equal| !equal),
        "<" => less(left, right),
        // As client-go has it: greater is not less and not equal, which NaN is.
        "<=" => Ok(less(left, right)? || equal(left, right)?),
        ">" => Ok(!(less(left, right)? || equal(left, right)?)),
        ">=" => less(left, right).map(|less| !less),
        _ => Err(ExecError::Operator(operator.to_owned())),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    Text,
}

fn basic(value: &Value) -> Result<Basic, ExecError> {
    match value.kind() {
        Kind::Bool => Ok(Basic::Bool),
        Kind::String => Ok(Basic::Text),
        Kind::Float64 => Ok(Basic::Float),
        kind if kind.is_unsigned() => Ok(Basic::Uint),
        kind if kind.is_signed() => Ok(Basic::Int),
        _ => Err(ExecError::NotComparable),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, ExecError> {
    match (basic(left)?, basic(right)?) {
        (Basic::Int, Basic::Uint) | (Basic::Uint, Basic::Int) => {
            Ok(order(left, right) == Some(Ordering::Equal))
        }
        (a, b) if a != b => Err(ExecError::Incomparable),
        (Basic::Bool, _) => Ok(left.as_bool() == right.as_bool()),
        _ => Ok(order(left, right) == Some(Ordering::Equal)),
    }
}

fn less(left: &Value, right: &Value) -> Result<bool, ExecError> {
    match (basic(left)?, basic(right)?) {
        (Basic::Int, Basic::Uint) | (Basic::Uint, Basic::Int) => {}
        (a, b) if a != b => return Err(ExecError::Incomparable),
        (Basic::Bool, _) => return Err(ExecError::NotComparable),
        _ => {}
    }
    Ok(order(left, right) == Some(Ordering::Less))
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Int(b)) => {
            let wide = |i: &govalue::Int| match i.kind().is_unsigned() {
                true => i128::from(i.as_u64()),
                false => i128::from(i.as_i64()),
            };
            Some(wide(a).cmp(&wide(b)))
        }
        _ => None,
    }
}
