//! What a value is: emptiness, types and kinds, defaults.

use govalue::{Kind, Str, Value};

use crate::equal::deep_equal;
use crate::function::functions;

functions! { FUNCTIONS:
    "default" (any; any) -> any = default;
    "empty" (any) -> bool = is_empty;
    "coalesce" (; any) -> any = |v: &[Value]| v.iter().find(|v| !is_empty(v)).cloned().unwrap_or_default();
    "all" (; any) -> bool = |v: &[Value]| !v.iter().any(is_empty);
    "any" (; any) -> bool = |v: &[Value]| !v.iter().all(is_empty);
    "ternary" (any, any, bool) -> any = |yes: &Value, no: &Value, test| if test { yes.clone() } else { no.clone() };
    "typeOf" (any) -> string = |v: &Value| Str::from(v.type_name());
    "typeIs" (string, any) -> bool = |name: &Str, v: &Value| name == v.type_name().as_str();
    "typeIsLike" (string, any) -> bool = type_is_like;
    "kindOf" (any) -> string = |v: &Value| Str::from(v.kind().name());
    "kindIs" (string, any) -> bool = |name: &Str, v: &Value| name == v.kind().name();
    "deepEqual" (any, any) -> bool = deep_equal;
}

fn default(fallback: &Value, given: &[Value]) -> Value {
    given.first().filter(|v| !is_empty(v)).unwrap_or(fallback).clone()
}

/// Sprig's `empty`: zero, empty or nil; a struct never is, nor a pointer to anything.
pub(crate) fn is_empty(v: &Value) -> bool {
    match v {
        Value::Object(o) => match o.kind() {
            Kind::Struct => false,
            Kind::Pointer | Kind::Interface | Kind::Func | Kind::Chan => o.is_nil(),
            _ => o.underlying().is_none_or(|v| is_empty(&v)),
        },
        _ => !v.truth(),
    }
}

fn type_is_like(name: &Str, v: &Value) -> bool {
    let found = v.type_name();
    name == found.as_str() || found.strip_prefix('*').is_some_and(|pointee| name == pointee)
}
