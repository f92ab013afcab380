use std::fmt;
use std::sync::Arc;

use crate::MethodSet;

/// A Go kind, as `reflect.Kind` names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "each variant is the reflect.Kind of the same name")]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    Array,
    Chan,
    Func,
    Interface,
    Map,
    Pointer,
    Slice,
    String,
    Struct,
}

impl Kind {
    /// The text of `reflect.Kind.String`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int8 => "int8",
            Kind::Int16 => "int16",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint => "uint",
            Kind::Uint8 => "uint8",
            Kind::Uint16 => "uint16",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Uintptr => "uintptr",
            Kind::Float32 => "float32",
            Kind::Float64 => "float64",
            Kind::Complex64 => "complex64",
            Kind::Complex128 => "complex128",
            Kind::Array => "array",
            Kind::Chan => "chan",
            Kind::Func => "func",
            Kind::Interface => "interface",
            Kind::Map => "map",
            Kind::Pointer => "ptr",
            Kind::Slice => "slice",
            Kind::String => "string",
            Kind::Struct => "struct",
        }
    }

    /// `int`, `int8` … `int64` (Go spec, numeric types).
    pub fn is_signed(self) -> bool {
        (Kind::Int..=Kind::Int64).contains(&self)
    }

    /// `uint`, `uint8` … `uintptr` (Go spec, numeric types).
    pub fn is_unsigned(self) -> bool {
        (Kind::Uint..=Kind::Uintptr).contains(&self)
    }

    /// `float32` and `float64` (Go spec, numeric types).
    pub fn is_float(self) -> bool {
        matches!(self, Kind::Float32 | Kind::Float64)
    }

    /// Width in bits of a numeric kind on a 64-bit machine; 0 for the others (`reflect.Type.Bits`).
    pub fn bits(self) -> u32 {
        match self {
            Kind::Int8 | Kind::Uint8 => 8,
            Kind::Int16 | Kind::Uint16 => 16,
            Kind::Int32 | Kind::Uint32 | Kind::Float32 => 32,
            Kind::Int | Kind::Int64 | Kind::Uint | Kind::Uint64 | Kind::Uintptr => 64,
            Kind::Float64 | Kind::Complex64 => 64,
            Kind::Complex128 => 128,
            _ => 0,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Go type as far as a template can see it. `Display` is `reflect.Type.String` (what `%T` prints).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// `interface {}`: a parameter or element of this type takes any value.
    Any,
    /// `error`.
    Error,
    /// `reflect.Value`: a parameter of this type takes any value, even an absent one (Go's `eq`, `and`, `index` …).
    Reflect,
    /// A boolean, number, `string` or `unsafe` scalar: the type of that name.
    Basic(Kind),
    /// `[]T`.
    Slice(Arc<Type>),
    /// `[N]T`.
    Array(usize, Arc<Type>),
    /// `map[K]V`.
    Map(Arc<(Type, Type)>),
    /// `*T`.
    Pointer(Arc<Type>),
    /// `func(…) …`.
    Func(Arc<Signature>),
    /// `pkg.Name`: a defined type, with the type under it.
    Named(Arc<NamedType>),
    /// A struct type without a name, by its text.
    Struct(Arc<str>),
    /// An interface type other than `interface {}` and `error`, by its name (`fmt.Stringer`).
    Interface(Arc<str>),
}

/// A defined Go type: `package.Name`, what it is made of, and its methods.
pub struct NamedType {
    /// Qualified name, as `%T` prints it (`time.Duration`).
    pub name: &'static str,
    /// The type that it was defined as; for a struct use [`Type::Struct`].
    pub underlying: Type,
    /// Methods that a template can call on values of the type itself; `None` for a type without any.
    pub methods: Option<&'static dyn MethodSet>,
}

impl PartialEq for NamedType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for NamedType {}

impl fmt::Debug for NamedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Parameters and result of a Go function or method, receiver excluded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Parameter types; the last is the slice's element type when `variadic`.
    pub params: Vec<Type>,
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// Result type (the `error` result is not listed here).
    pub result: Type,
    /// Whether a second result of type `error` is declared (visible in `%T`).
    pub fallible: bool,
}

impl Type {
    /// `string`.
    pub const STRING: Type = Type::Basic(Kind::String);
    /// `int`.
    pub const INT: Type = Type::Basic(Kind::Int);
    /// `int64`.
    pub const INT64: Type = Type::Basic(Kind::Int64);
    /// `float64`.
    pub const FLOAT64: Type = Type::Basic(Kind::Float64);
    /// `bool`.
    pub const BOOL: Type = Type::Basic(Kind::Bool);

    /// `[]elem` (`reflect.SliceOf`).
    pub fn slice(elem: Type) -> Type {
        Type::Slice(Arc::new(elem))
    }

    /// `map[key]elem` (`reflect.MapOf`).
    pub fn map(key: Type, elem: Type) -> Type {
        Type::Map(Arc::new((key, elem)))
    }

    /// `*elem` (`reflect.PointerTo`).
    pub fn pointer(elem: Type) -> Type {
        Type::Pointer(Arc::new(elem))
    }

    /// A defined type without methods (Go spec, type definitions).
    pub fn named(name: &'static str, underlying: Type) -> Type {
        Type::Named(Arc::new(NamedType { name, underlying, methods: None }))
    }

    /// The kind of values of this type (`reflect.Type.Kind`).
    pub fn kind(&self) -> Kind {
        match self {
            Type::Any | Type::Error | Type::Interface(_) => Kind::Interface,
            Type::Reflect | Type::Struct(_) => Kind::Struct,
            Type::Basic(k) => *k,
            Type::Slice(_) => Kind::Slice,
            Type::Array(..) => Kind::Array,
            Type::Map(_) => Kind::Map,
            Type::Pointer(_) => Kind::Pointer,
            Type::Func(_) => Kind::Func,
            Type::Named(n) => n.underlying.kind(),
        }
    }

    /// The type itself, or for a defined type the one under it (Go spec, underlying types).
    pub fn underlying(&self) -> &Type {
        match self {
            Type::Named(n) => n.underlying.underlying(),
            t => t,
        }
    }

    /// The element type of a slice, array, map or pointer (`reflect.Type.Elem`).
    pub fn elem(&self) -> Option<&Type> {
        match self.underlying() {
            Type::Slice(t) | Type::Array(_, t) | Type::Pointer(t) => Some(t),
            Type::Map(kv) => Some(&kv.1),
            _ => None,
        }
    }

    /// The key type of a map (`reflect.Type.Key`).
    pub fn key(&self) -> Option<&Type> {
        match self.underlying() {
            Type::Map(kv) => Some(&kv.0),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("interface {}"),
            Type::Error => f.write_str("error"),
            Type::Reflect => f.write_str("reflect.Value"),
            Type::Basic(k) => f.write_str(k.name()),
            Type::Slice(t) => write!(f, "[]{t}"),
            Type::Array(n, t) => write!(f, "[{n}]{t}"),
            Type::Map(kv) => write!(f, "map[{}]{}", kv.0, kv.1),
            Type::Pointer(t) => write!(f, "*{t}"),
            Type::Func(s) => write!(f, "func{s}"),
            Type::Named(n) => f.write_str(n.name),
            Type::Struct(s) | Type::Interface(s) => f.write_str(s),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, p) in self.params.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            if self.variadic && i + 1 == self.params.len() {
                f.write_str("...")?;
            }
            write!(f, "{p}")?;
        }
        f.write_str(")")?;
        if self.fallible { write!(f, " ({}, error)", self.result) } else { write!(f, " {}", self.result) }
    }
}
