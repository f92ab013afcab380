use std::any::Any;
use std::fmt;

use crate::{Kind, Signature, Type, Value};

/// Why a function or method failed: the `error` that a Go function returns as its last result.
pub type CallError = Box<dyn std::error::Error + Send + Sync>;

/// What a [`Func`] or [`Method`] does (`reflect.Value.Call`). Arguments were checked and converted against the
/// signature.
pub type FuncBody = dyn Fn(&[Value]) -> Result<Value, CallError> + Send + Sync;

/// A Go function value (data, not an entry of a template's function map).
pub struct Func {
    /// Parameters and result.
    pub signature: Signature,
    /// The body.
    pub body: Box<FuncBody>,
}

impl fmt::Debug for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "func{}", self.signature)
    }
}

/// A method bound to its receiver (`reflect.Value.Method`).
pub struct Method {
    /// Parameters and result, receiver excluded.
    pub signature: Signature,
    /// The body.
    pub body: Box<FuncBody>,
}

/// The methods of a defined type whose values are plain maps, lists or scalars (Go spec, method sets).
pub trait MethodSet: Send + Sync {
    /// The method of that name bound to the receiver.
    fn method(&self, receiver: &Value, name: &str) -> Option<Method>;
}

/// A field of a host struct (`reflect.StructField`).
pub struct StructField {
    /// Go name.
    pub name: &'static str,
    /// Present value.
    pub value: Value,
    /// Declared type; differs from the value's for interface fields.
    pub ty: Type,
}

/// A value of the host program with Go's behaviour: a struct, a pointer to one, a scalar of a defined type, an iterator.
///
/// Only `type_of` and `kind` must be given. The other methods answer as a value without that ability does.
#[expect(
    clippy::len_without_is_empty,
    reason = "most objects have no length in Go; whether one is empty is `truth`"
)]
pub trait Object: Any + Send + Sync {
    /// The Go type, as `%T` prints it.
    fn type_of(&self) -> Type;

    /// The kind; `Kind::Pointer` for a pointer to a struct.
    fn kind(&self) -> Kind {
        self.type_of().kind()
    }

    /// Whether this is a nil pointer.
    fn is_nil(&self) -> bool {
        false
    }

    /// The exported field of that name (through a pointer as well).
    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|f| f.name == name).map(|f| f.value)
    }

    /// All fields in order of declaration, for `%v` and for comparing.
    fn fields(&self) -> Vec<StructField> {
        Vec::new()
    }

    /// The exported method of that name.
    fn method(&self, name: &str) -> Option<Method> {
        let _ = name;
        None
    }

    /// The text of `String()` or `Error()`, where the type has one: `%v` and `%s` print it.
    fn text(&self) -> Option<String> {
        None
    }

    /// The text of `GoString()`, where the type has one: `%#v` prints it.
    fn go_text(&self) -> Option<String> {
        None
    }

    /// The text of a `String()` that is declared on the pointer: `text/template` prints an addressable value by
    /// it, while `%v` of a copy does not.
    fn pointer_text(&self) -> Option<String> {
        None
    }

    /// The plain value beneath a scalar, slice or map of a defined type (`int64` for a `time.Duration`).
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// The value that a pointer points to.
    fn deref(&self) -> Option<Value> {
        None
    }

    /// Length, for what `len` accepts.
    fn len(&self) -> Option<usize> {
        self.underlying().and_then(|v| match v {
            Value::Str(s) | Value::Bytes(s) => Some(s.len()),
            Value::List(l) => Some(l.len()),
            Value::Map(m) => Some(m.len()),
            _ => None,
        })
    }

    /// What `range` visits, for a channel or an iterator function: `(key, value)` pairs. The key of a channel's
    /// element is its number, an `iter.Seq` has no keys (`nil`), an `iter.Seq2` tells itself apart by its type. `None`
    /// for a channel that can only be sent to.
    fn iterate(&self) -> Option<Box<dyn Iterator<Item = (Value, Value)> + '_>> {
        None
    }

    /// Truth as a condition: a struct is always true, a pointer unless nil.
    fn truth(&self) -> bool {
        match self.kind() {
            Kind::Struct => true,
            Kind::Pointer | Kind::Interface | Kind::Func | Kind::Chan => !self.is_nil(),
            _ => self.underlying().is_some_and(|v| v.truth()),
        }
    }

    /// `reflect.DeepEqual` with another object.
    fn deep_eq(&self, other: &dyn Object) -> bool {
        let _ = other;
        false
    }

    /// The members of the object that `encoding/json` would write, in order, for a struct with field tags;
    /// preferred to `to_json`, whose maps are written in the order of their keys.
    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        None
    }

    /// The members of the mapping that go-yaml v3 would write for a struct with field tags; without them the names
    /// of the exported fields are written in lower case.
    fn yaml_fields(&self) -> Option<Vec<(String, Value)>> {
        None
    }

    /// The text of `MarshalText`, where the type has one: YAML and TOML are written with it.
    fn marshal_text(&self) -> Option<String> {
        None
    }

    /// Whether the field of that name is an embedded struct, whose fields count as the outer one's where the
    /// encoder says so.
    fn is_embedded(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// What the type's `MarshalJSON` says is wrong with this value.
    fn json_error(&self) -> Option<String> {
        None
    }

    /// The value that `encoding/json` would write (custom marshalling, field tags, `omitempty` applied).
    fn to_json(&self) -> Option<Value> {
        self.underlying()
    }
}

impl dyn Object {
    /// The concrete host type, for a host function that knows it.
    pub fn downcast_ref<T: Object>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}
