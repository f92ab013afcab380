use govalue::{Int, Kind, List, Map, Str, Type, Value};

use super::operand::{Operand, Via};

/// Whether an untyped nil is a value of the type.
pub(crate) fn can_be_nil(ty: &Type) -> bool {
    *ty == Type::Reflect
        || matches!(
            ty.kind(),
            Kind::Chan | Kind::Func | Kind::Interface | Kind::Map | Kind::Pointer | Kind::Slice
        )
}

/// The zero value of a type (`reflect.Zero`).
pub(crate) fn zero(ty: &Type) -> Value {
    match ty.kind() {
        Kind::Bool => Value::Bool(false),
        Kind::Float32 | Kind::Float64 => Value::Float(0.0),
        Kind::Complex64 | Kind::Complex128 => Value::complex(0.0, 0.0),
        Kind::String => Value::Str(Str::default()),
        Kind::Map => Value::Map(Map::nil(ty.clone())),
        Kind::Slice if is_byte_slice(ty) => Value::Bytes(Str::default()),
        Kind::Slice => Value::List(List::nil(ty.clone())),
        Kind::Array => match ty.underlying() {
            Type::Array(len, elem) => Value::List(List::with_type(ty.clone(), vec![zero(elem); *len])),
            _ => Value::Nil,
        },
        kind if kind.is_signed() || kind.is_unsigned() => Value::Int(Int::signed(kind, 0)),
        _ => Value::Nil,
    }
}

fn is_byte_slice(ty: &Type) -> bool {
    matches!(ty, Type::Slice(elem) if **elem == Type::Basic(Kind::Uint8))
}

/// The value as an argument of the type, or the text of Go's complaint.
pub(crate) fn validate(operand: Operand, ty: &Type) -> Result<Value, String> {
    match ty {
        Type::Any | Type::Reflect => return Ok(operand.value),
        Type::Basic(kind) if operand.value.kind() == *kind && !matches!(operand.value, Value::Object(_)) => {
            return Ok(operand.value);
        }
        _ => {}
    }
    if operand.is_absent() {
        return if can_be_nil(ty) { Ok(zero(ty)) } else { Err(format!("invalid value; expected {ty}")) };
    }
    if operand.is_nil_interface() {
        return Err(wrong_type(ty, "interface {}"));
    }
    match assign(&operand.value, ty) {
        Some(value) => Ok(value),
        // One dereference is tried, as in Go.
        None => match deref_once(&operand.value) {
            Some(target) => assign(&target, ty).ok_or_else(|| wrong_type(ty, &operand.value.type_name())),
            None => Err(wrong_type(ty, &operand.value.type_name())),
        },
    }
}

fn wrong_type(expected: &Type, got: &str) -> String {
    format!("wrong type for value; expected {expected}; got {got}")
}

fn deref_once(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) if object.kind() == Kind::Pointer => object.deref(),
        _ => None,
    }
}

/// The value converted to the type where Go would let it be assigned.
pub(crate) fn assign(value: &Value, ty: &Type) -> Option<Value> {
    if matches!(ty, Type::Any | Type::Reflect) {
        return Some(value.clone());
    }
    let from = value.type_of()?;
    if from == *ty {
        return Some(value.clone());
    }
    match ty {
        Type::Error | Type::Interface(_) => match value {
            Value::Object(object) if object.text().is_some() => Some(value.clone()),
            _ => None,
        },
        // Types with the same structure can be assigned where one of them has no name.
        _ if is_named(&from) && is_named(ty) => None,
        _ if from.underlying() == ty.underlying() => Some(retype(value, ty)),
        _ => None,
    }
}

/// Scalars are named types in this sense: `int` is the name of a type.
fn is_named(ty: &Type) -> bool {
    matches!(ty, Type::Named(_) | Type::Basic(_))
}

fn retype(value: &Value, ty: &Type) -> Value {
    match value {
        Value::Map(map) => Value::Map(map.retyped(ty.clone())),
        Value::List(list) if list.is_nil() => Value::List(List::nil(ty.clone())),
        Value::List(list) => Value::List(List::with_type(ty.clone(), list.items().to_vec())),
        Value::Object(object) => match object.underlying() {
            Some(inner) => assign(&inner, ty).unwrap_or(inner),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// The value as an argument of a function that is called by `call`, or as a map key; integers convert among
/// themselves.
pub(crate) fn prepare(operand: &Operand, ty: &Type) -> Result<Value, String> {
    let value = &operand.value;
    if operand.is_absent() || operand.is_nil_interface() {
        return if can_be_nil(ty) {
            Ok(zero(ty))
        } else {
            Err(format!("value is nil; should be of type {ty}"))
        };
    }
    if let Some(value) = assign(value, ty) {
        return Ok(value);
    }
    let kind = ty.kind();
    match plain_scalar(value) {
        Value::Int(i) if kind.is_signed() || kind.is_unsigned() => {
            Ok(Value::Int(Int::signed(kind, i.as_i64())))
        }
        _ => Err(format!("value has type {}; should be {ty}", value.type_name())),
    }
}

/// What a scalar of a defined type holds; other values as they are.
pub(crate) fn plain_scalar(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.underlying().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

impl Operand {
    /// Truth of a condition; an absent value is false.
    pub fn truth(&self) -> bool {
        self.via != Via::Absent && self.value.truth()
    }
}
