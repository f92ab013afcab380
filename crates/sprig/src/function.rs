//! How a table of functions is written down and what a row means.

use govalue::{CallError, List, Map, Signature, Str, Type, Value};

use crate::Host;

/// What a function body gives back: a value, or the text of the error or panic that Go would report.
pub(crate) type Outcome<T = Value> = Result<T, CallError>;

/// A row of a function table.
pub(crate) struct Entry {
    /// The name in templates.
    pub(crate) name: &'static str,
    /// Go's parameters and result.
    pub(crate) signature: fn() -> Signature,
    /// What it does with arguments that match the signature.
    pub(crate) body: fn(&dyn Host, &[Value]) -> Outcome,
}

/// Lets bodies return a plain result where nothing can go wrong.
pub(crate) trait IntoOutcome<T> {
    fn into_outcome(self) -> Outcome<T>;
}

impl<T> IntoOutcome<T> for T {
    fn into_outcome(self) -> Outcome<T> {
        Ok(self)
    }
}

impl<T> IntoOutcome<T> for Outcome<T> {
    fn into_outcome(self) -> Outcome<T> {
        self
    }
}

/// A table of functions: `"name" (parameters; variadic) -> result = body;` in the words of Go's signatures.
///
/// Bodies take `string` as `&Str`, `int` as `i64`, `bool` as `bool`, `any` as `&Value`, `dict`
/// (`map[string]interface {}`) as `Map`, a variadic tail as `&[Value]`, and `host` (no Go parameter) as `&dyn Host`.
macro_rules! functions {
    ($table:ident: $($name:literal ($($param:ident),* $(; $rest:ident)?) -> $result:ident = $body:expr;)*) => {
        pub(crate) static $table: &[$crate::function::Entry] = &[$(
            $crate::function::Entry {
                name: $name,
                signature: || {
                    let params: &[Option<govalue::Type>] =
                        &[$($crate::function::declare!($param),)* $($crate::function::declare!($rest))?];
                    let tail: &[&str] = &[$(stringify!($rest))?];
                    let (params, variadic) = (params.iter().flatten().cloned().collect(), !tail.is_empty());
                    let result = $crate::function::result_type!($result);
                    govalue::Signature { params, variadic, result, fallible: false }
                },
                body: |_host, args| {
                    #[allow(unused_mut, unused_variables, reason = "unused by a function without parameters")]
                    let mut args = args.iter();
                    let outcome = $body(
                        $($crate::function::take!(_host, args, $param),)*
                        $($crate::function::rest!(args, $rest))?
                    );
                    $crate::function::give!($result, outcome)
                },
            },
        )*];
    };
}

macro_rules! declare {
    (host) => {
        None
    };
    ($ty:ident) => {
        Some($crate::function::result_type!($ty))
    };
}

macro_rules! result_type {
    (string) => {
        govalue::Type::STRING
    };
    (int) => {
        govalue::Type::INT
    };
    (int64) => {
        govalue::Type::INT64
    };
    (float64) => {
        govalue::Type::FLOAT64
    };
    (bool) => {
        govalue::Type::BOOL
    };
    (any) => {
        govalue::Type::Any
    };
    (dict) => {
        govalue::Map::string_any()
    };
    (list) => {
        govalue::Type::slice(govalue::Type::Any)
    };
    (lists) => {
        govalue::Type::slice(govalue::Type::slice(govalue::Type::Any))
    };
    (strings) => {
        govalue::Type::slice(govalue::Type::STRING)
    };
    (ints) => {
        govalue::Type::slice(govalue::Type::INT)
    };
    (string_map) => {
        govalue::Type::map(govalue::Type::STRING, govalue::Type::STRING)
    };
    ($constructor:ident) => {
        $constructor()
    };
}

macro_rules! take {
    ($host:ident, $args:ident, host) => {
        $host
    };
    ($host:ident, $args:ident, string) => {
        $crate::function::string($args.next())
    };
    ($host:ident, $args:ident, int) => {
        $crate::function::int($args.next())
    };
    ($host:ident, $args:ident, bool) => {
        $crate::function::boolean($args.next())
    };
    ($host:ident, $args:ident, dict) => {
        $crate::function::dict($args.next())
    };
    ($host:ident, $args:ident, $other:ident) => {
        $crate::function::any($args.next())
    };
}

macro_rules! rest {
    ($args:ident, $ty:ident) => {
        $args.as_slice()
    };
}

macro_rules! give {
    ($result:ident, $outcome:ident) => {
        $crate::function::IntoOutcome::<$crate::function::result_repr!($result)>::into_outcome($outcome)
            .map($crate::function::wrap!($result))
    };
}

macro_rules! result_repr {
    (string) => {
        govalue::Str
    };
    (int) => {
        i64
    };
    (int64) => {
        i64
    };
    (float64) => {
        f64
    };
    (bool) => {
        bool
    };
    (dict) => {
        govalue::Map
    };
    (string_map) => {
        govalue::Map
    };
    (list) => {
        govalue::List
    };
    (lists) => {
        govalue::List
    };
    (strings) => {
        govalue::List
    };
    (ints) => {
        govalue::List
    };
    ($other:ident) => {
        govalue::Value
    };
}

macro_rules! wrap {
    (int) => {
        govalue::Value::int
    };
    (int64) => {
        govalue::Value::int64
    };
    ($other:ident) => {
        govalue::Value::from
    };
}

pub(crate) use {declare, functions, give, rest, result_repr, result_type, take, wrap};

static NIL: Value = Value::Nil;

/// The next argument, whatever it is.
pub(crate) fn any(arg: Option<&Value>) -> &Value {
    arg.unwrap_or(&NIL)
}

/// The next argument, a `string`.
pub(crate) fn string(arg: Option<&Value>) -> &Str {
    static EMPTY: std::sync::OnceLock<Str> = std::sync::OnceLock::new();
    arg.and_then(Value::as_str).unwrap_or_else(|| EMPTY.get_or_init(Str::default))
}

/// The next argument, an `int`.
pub(crate) fn int(arg: Option<&Value>) -> i64 {
    match arg {
        Some(Value::Int(i)) => i.as_i64(),
        _ => 0,
    }
}

/// The next argument, a `bool`.
pub(crate) fn boolean(arg: Option<&Value>) -> bool {
    arg.and_then(Value::as_bool).unwrap_or_default()
}

/// The next argument, a `map[string]interface {}`; an absent one is the nil map.
pub(crate) fn dict(arg: Option<&Value>) -> Map {
    match arg {
        Some(Value::Map(m)) => m.clone(),
        _ => Map::nil(Map::string_any()),
    }
}

/// The nil slice of a type.
pub(crate) fn nil_slice(elem: Type) -> List {
    List::nil(Type::slice(elem))
}
