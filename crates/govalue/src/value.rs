use std::fmt;
use std::sync::Arc;

use crate::{Func, Kind, List, Map, Object, Str, Type};

/// An integer with its Go kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Int {
    kind: Kind,
    bits: u64,
}

impl Int {
    /// A signed integer of a kind, wrapped to its width as a Go conversion does.
    pub fn signed(kind: Kind, v: i64) -> Int {
        let bits = match kind.bits() {
            8 if kind.is_signed() => v as i8 as i64 as u64,
            16 if kind.is_signed() => v as i16 as i64 as u64,
            32 if kind.is_signed() => v as i32 as i64 as u64,
            8 => v as u8 as u64,
            16 => v as u16 as u64,
            32 => v as u32 as u64,
            _ => v as u64,
        };
        Int { kind, bits }
    }

    /// An unsigned integer of a kind, wrapped to its width as a Go conversion does.
    pub fn unsigned(kind: Kind, v: u64) -> Int {
        Int::signed(kind, v as i64)
    }

    /// The kind: one of the integer kinds (`reflect.Value.Kind`).
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// The value as `int64(v)` converts it (Go spec, conversions).
    pub fn as_i64(self) -> i64 {
        self.bits as i64
    }

    /// The value as `uint64(v)` converts it (Go spec, conversions).
    pub fn as_u64(self) -> u64 {
        self.bits
    }

    /// The value as `float64(v)` converts it (Go spec, conversions).
    pub fn as_f64(self) -> f64 {
        if self.kind.is_unsigned() { self.bits as f64 } else { self.bits as i64 as f64 }
    }
}

impl fmt::Debug for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind.is_unsigned() { self.bits.fmt(f) } else { (self.bits as i64).fmt(f) }
    }
}

/// A Go value held by an interface: a dynamic type and what it holds. Cloning is cheap and shares.
#[derive(Clone, Default)]
pub enum Value {
    /// The nil interface.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// Any integer kind.
    Int(Int),
    /// `float64`.
    Float(f64),
    /// `complex128`: real and imaginary part.
    Complex(Arc<(f64, f64)>),
    /// `string`.
    Str(Str),
    /// `[]byte`.
    Bytes(Str),
    /// A slice or an array of anything else.
    List(List),
    /// A map.
    Map(Map),
    /// A function.
    Func(Arc<Func>),
    /// A host object: struct, pointer, channel-like iterator, or scalar of a defined type (`time.Duration`, `float32`).
    Object(Arc<dyn Object>),
}

impl Value {
    /// An `int` (Go spec, numeric types).
    pub fn int(v: i64) -> Value {
        Value::Int(Int::signed(Kind::Int, v))
    }

    /// An `int64` (Go spec, numeric types).
    pub fn int64(v: i64) -> Value {
        Value::Int(Int::signed(Kind::Int64, v))
    }

    /// A `complex128` (Go spec, numeric types).
    pub fn complex(re: f64, im: f64) -> Value {
        Value::Complex(Arc::new((re, im)))
    }

    /// A `string` (Go spec, string types).
    pub fn str(s: impl Into<Str>) -> Value {
        Value::Str(s.into())
    }

    /// The kind of the dynamic value (`Kind::Invalid` for nil) (`reflect.Value.Kind`).
    pub fn kind(&self) -> Kind {
        match self {
            Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(i) => i.kind(),
            Value::Float(_) => Kind::Float64,
            Value::Complex(_) => Kind::Complex128,
            Value::Str(_) => Kind::String,
            Value::Bytes(_) => Kind::Slice,
            Value::List(l) => l.ty().kind(),
            Value::Map(_) => Kind::Map,
            Value::Func(_) => Kind::Func,
            Value::Object(o) => o.kind(),
        }
    }

    /// The dynamic type; `None` for nil (`reflect.TypeOf`).
    pub fn type_of(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bytes(_) => Type::slice(Type::Basic(Kind::Uint8)),
            Value::List(l) => l.ty().clone(),
            Value::Map(m) => m.ty().clone(),
            Value::Func(f) => Type::Func(Arc::new(f.signature.clone())),
            Value::Object(o) => o.type_of(),
            scalar => Type::Basic(scalar.kind()),
        })
    }

    /// What `%T` prints: the type's name, `<nil>` for nil.
    pub fn type_name(&self) -> String {
        self.type_of().map_or_else(|| "<nil>".to_owned(), |t| t.to_string())
    }

    /// Whether this is nil: the nil interface, a nil map, slice, function or pointer (`reflect.Value.IsNil`).
    pub fn is_nil(&self) -> bool {
        match self {
            Value::Nil => true,
            Value::List(l) => l.is_nil() && l.ty().kind() == Kind::Slice,
            Value::Map(m) => m.is_nil(),
            Value::Object(o) => o.is_nil(),
            _ => false,
        }
    }

    /// Truth as `text/template.IsTrue` defines it: not the zero value, not empty.
    pub fn truth(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(b) => *b,
            Value::Int(i) => i.as_u64() != 0,
            Value::Float(f) => *f != 0.0,
            Value::Complex(c) => c.0 != 0.0 || c.1 != 0.0,
            Value::Str(s) | Value::Bytes(s) => !s.is_empty(),
            Value::List(l) => !l.is_empty(),
            Value::Map(m) => !m.is_empty(),
            Value::Func(_) => true,
            Value::Object(o) => o.truth(),
        }
    }

    /// The string, for a `string`.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The map, for a map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The list, for a slice or array other than `[]byte`.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// The boolean, for a `bool`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// A copy in which no map or list is shared with the original (host objects stay shared).
    pub fn deep_copy(&self) -> Value {
        match self {
            Value::List(l) => Value::List(l.deep_copy()),
            Value::Map(m) => Value::Map(m.deep_copy()),
            v => v.clone(),
        }
    }
}

impl PartialEq for Value {
    /// `reflect.DeepEqual`: same types, same contents; functions and objects by identity unless they say otherwise.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Complex(a), Value::Complex(b)) => a == b,
            (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a.deep_eq(&**b),
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(b) => b.fmt(f),
            Value::Int(i) => i.fmt(f),
            Value::Float(x) => x.fmt(f),
            Value::Complex(c) => write!(f, "({}+{}i)", c.0, c.1),
            Value::Str(s) => s.fmt(f),
            Value::Bytes(s) => write!(f, "bytes({s:?})"),
            Value::List(l) => l.fmt(f),
            Value::Map(m) => m.fmt(f),
            Value::Func(_) => f.write_str("func"),
            Value::Object(o) => write!(f, "{}", o.type_of()),
        }
    }
}

macro_rules! from {
    ($($t:ty => $e:expr),* $(,)?) => {$(
        impl From<$t> for Value {
            fn from(v: $t) -> Value {
                ($e)(v)
            }
        }
    )*};
}

from! {
    bool => Value::Bool,
    f64 => Value::Float,
    Int => Value::Int,
    &str => |s: &str| Value::Str(s.into()),
    String => |s: String| Value::Str(s.into()),
    Str => Value::Str,
    List => Value::List,
    Map => Value::Map,
    Vec<Value> => |v| Value::List(List::new(v)),
}
