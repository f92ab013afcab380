use govalue::{CallError, Kind, Str, Type, Value, fmt};

use crate::exec::operand::Operand;

/// A scalar as the comparisons see it: by its basic kind.
enum Scalar<'v> {
    Bool(bool),
    Complex(f64, f64),
    Int(i64),
    Float(f64),
    Str(&'v Str),
    Uint(u64),
}

impl<'v> Scalar<'v> {
    /// The scalar of a value. What a host's scalar holds is kept in `inner`.
    fn of(value: &'v Value, inner: &'v mut Value) -> Option<Scalar<'v>> {
        match value {
            Value::Object(object) => {
                *inner = object.underlying()?;
                Scalar::plain(inner)
            }
            value => Scalar::plain(value),
        }
    }

    fn plain(value: &'v Value) -> Option<Scalar<'v>> {
        Some(match value {
            Value::Bool(b) => Scalar::Bool(*b),
            Value::Complex(c) => Scalar::Complex(c.0, c.1),
            Value::Float(f) => Scalar::Float(*f),
            Value::Str(s) => Scalar::Str(s),
            Value::Int(i) if i.kind().is_unsigned() => Scalar::Uint(i.as_u64()),
            Value::Int(i) => Scalar::Int(i.as_i64()),
            _ => return None,
        })
    }
}

const BAD_TYPE: &str = "invalid type for comparison";

fn incompatible(a: &Operand, b: &Operand) -> CallError {
    let (a, b) = (a.value.type_name(), b.value.type_name());
    format!("incompatible types for comparison: {a} and {b}").into()
}

/// `eq`: whether the first equals any of the others.
pub(super) fn eq(first: &Operand, others: &[Operand]) -> Result<bool, CallError> {
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    let mut held = Value::Nil;
    let scalar = Scalar::of(&first.value, &mut held);
    for other in others {
        let mut held = Value::Nil;
        let equal = match (&scalar, &Scalar::of(&other.value, &mut held)) {
            (Some(Scalar::Bool(a)), Some(Scalar::Bool(b))) => a == b,
            (Some(Scalar::Complex(a, i)), Some(Scalar::Complex(b, j))) => a == b && i == j,
            (Some(Scalar::Int(a)), Some(Scalar::Int(b))) => a == b,
            (Some(Scalar::Float(a)), Some(Scalar::Float(b))) => a == b,
            (Some(Scalar::Str(a)), Some(Scalar::Str(b))) => a == b,
            (Some(Scalar::Uint(a)), Some(Scalar::Uint(b))) => a == b,
            (Some(Scalar::Int(i)), Some(Scalar::Uint(u))) | (Some(Scalar::Uint(u)), Some(Scalar::Int(i))) => {
                u64::try_from(*i) == Ok(*u)
            }
            (None, None) => eq_other(first, other)?,
            _ if first.is_nothing() || other.is_nothing() => false,
            _ => return Err(incompatible(first, other)),
        };
        if equal {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Equality of what is no scalar: nil equals nil, the rest must be of a comparable type.
fn eq_other(a: &Operand, b: &Operand) -> Result<bool, CallError> {
    let show = |verb: &str, v: &Value| {
        let text = fmt::sprintf(verb.as_bytes(), std::slice::from_ref(v));
        String::from_utf8_lossy(&text).into_owned()
    };
    if !a.is_nothing() && !b.is_nothing() && a.value.kind() != b.value.kind() {
        let (x, y) = (a.value.type_name(), b.value.type_name());
        let message =
            format!("non-comparable types {}: {x}, {y}: {}", show("%s", &a.value), show("%v", &b.value));
        return Err(message.into());
    }
    let (nil_a, nil_b) = (a.value.is_nil(), b.value.is_nil());
    if nil_a || nil_b {
        return Ok(nil_a == nil_b);
    }
    if b.value.type_of().is_some_and(|ty| !is_comparable(&ty)) {
        let message = format!("non-comparable type {}: {}", show("%s", &b.value), b.value.type_name());
        return Err(message.into());
    }
    Ok(a.value == b.value)
}

fn is_comparable(ty: &Type) -> bool {
    match ty.underlying() {
        Type::Array(_, elem) => is_comparable(elem),
        ty => !matches!(ty.kind(), Kind::Slice | Kind::Map | Kind::Func),
    }
}

/// `lt`
pub(super) fn lt(a: &Operand, b: &Operand) -> Result<bool, CallError> {
    let (mut held_a, mut held_b) = (Value::Nil, Value::Nil);
    let scalars = (Scalar::of(&a.value, &mut held_a), Scalar::of(&b.value, &mut held_b));
    let (Some(x), Some(y)) = scalars else { return Err(BAD_TYPE.into()) };
    Ok(match (x, y) {
        (Scalar::Float(x), Scalar::Float(y)) => x < y,
        (Scalar::Int(x), Scalar::Int(y)) => x < y,
        (Scalar::Str(x), Scalar::Str(y)) => x < y,
        (Scalar::Uint(x), Scalar::Uint(y)) => x < y,
        (Scalar::Int(x), Scalar::Uint(y)) => u64::try_from(x).is_ok_and(|x| x < y) || x < 0,
        (Scalar::Uint(x), Scalar::Int(y)) => u64::try_from(y).is_ok_and(|y| x < y),
        (Scalar::Bool(_), Scalar::Bool(_)) | (Scalar::Complex(..), Scalar::Complex(..)) => {
            return Err(BAD_TYPE.into());
        }
        _ => return Err(incompatible(a, b)),
    })
}

/// `le`: less or equal.
pub(super) fn le(a: &Operand, b: &Operand) -> Result<bool, CallError> {
    Ok(lt(a, b)? || eq(a, std::slice::from_ref(b))?)
}
