//! Times and durations as values, with the methods that a template can call.

use std::sync::{Arc, OnceLock};

use super::{Duration, Month, Time, Weekday};
use crate::{CallError, Int, Kind, Method, NamedType, Object, Signature, StructField, Type, Value};

fn named(name: &'static str, underlying: Type) -> Type {
    Type::Named(Arc::new(NamedType { name, underlying, methods: None }))
}

fn time_type() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    let fields = "struct { wall uint64; ext int64; loc *time.Location }";
    TYPE.get_or_init(|| named("time.Time", Type::Struct(fields.into()))).clone()
}

fn duration_type() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    TYPE.get_or_init(|| named("time.Duration", Type::INT64)).clone()
}

fn method(
    params: Vec<Type>,
    result: Type,
    body: impl Fn(&[Value]) -> Option<Value> + Send + Sync + 'static,
) -> Option<Method> {
    let signature = Signature { params, variadic: false, result, fallible: false };
    let wrong = || CallError::from("argument of a wrong type");
    Some(Method { signature, body: Box::new(move |args| body(args).ok_or_else(wrong)) })
}

/// A method without parameters, whose result is known.
fn getter(result: Value) -> Option<Method> {
    method(Vec::new(), result.type_of()?, move |_| Some(result.clone()))
}

fn int_argument(args: &[Value], i: usize) -> Option<i64> {
    match args.get(i)? {
        Value::Int(i) => Some(i.as_i64()),
        Value::Object(o) => match o.underlying()? {
            Value::Int(i) => Some(i.as_i64()),
            _ => None,
        },
        _ => None,
    }
}

impl Time {
    /// Go's type `time.Time`.
    pub fn go_type() -> Type {
        time_type()
    }

    /// This time as a `time.Time`.
    pub fn into_value(self) -> Value {
        Value::Object(Arc::new(self))
    }

    /// The time, for a `time.Time` or a pointer to one.
    pub fn from_value(v: &Value) -> Option<Time> {
        let Value::Object(o) = v else { return None };
        o.downcast_ref::<Time>().cloned().or_else(|| Time::from_value(&o.deref()?))
    }
}

impl Duration {
    /// Go's type `time.Duration`.
    pub fn go_type() -> Type {
        duration_type()
    }

    /// This duration as a `time.Duration`.
    pub fn into_value(self) -> Value {
        Value::Object(Arc::new(self))
    }

    /// The duration, for a `time.Duration` (not for an integer).
    pub fn from_value(v: &Value) -> Option<Duration> {
        let Value::Object(o) = v else { return None };
        o.downcast_ref::<Duration>().copied()
    }
}

impl Month {
    /// This month as a `time.Month`.
    pub fn into_value(self) -> Value {
        Value::Object(Arc::new(self))
    }
}

impl Weekday {
    /// This day as a `time.Weekday`.
    pub fn into_value(self) -> Value {
        Value::Object(Arc::new(self))
    }
}

impl Time {
    /// Methods without parameters.
    fn property(&self, name: &str) -> Option<Value> {
        let civil = self.civil();
        Some(match name {
            "Year" => Value::int(civil.year),
            "Month" => self.month().into_value(),
            "Day" => Value::int(civil.day),
            "Hour" => Value::int(civil.hour),
            "Minute" => Value::int(civil.minute),
            "Second" => Value::int(civil.second),
            "Nanosecond" => Value::int(civil.nanosecond),
            "YearDay" => Value::int(self.year_day()),
            "Weekday" => self.weekday().into_value(),
            "Unix" => Value::int64(self.unix()),
            "UnixMilli" => Value::int64(
                self.unix().wrapping_mul(1_000).wrapping_add(i64::from(self.nanosecond() / 1_000_000)),
            ),
            "UnixMicro" => Value::int64(
                self.unix().wrapping_mul(1_000_000).wrapping_add(i64::from(self.nanosecond() / 1_000)),
            ),
            "UnixNano" => Value::int64(self.unix_nanos()),
            "IsZero" => Value::Bool(self.is_zero()),
            "IsDST" => Value::Bool(self.zone().is_dst(self.unix())),
            "UTC" => self.utc().into_value(),
            "String" => Value::from(self.to_string()),
            "GoString" => Value::from(self.go_text()),
            _ => return None,
        })
    }
}

impl Object for Time {
    fn type_of(&self) -> Type {
        time_type()
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<StructField> {
        let field = |name, value: Value, ty| StructField { name, value, ty };
        vec![
            field(
                "wall",
                Value::Int(Int::unsigned(Kind::Uint64, u64::from(self.nanosecond()))),
                Type::Basic(Kind::Uint64),
            ),
            field("ext", Value::int64(self.unix().saturating_sub(Time::ZERO.unix())), Type::INT64),
            field("loc", Value::Nil, Type::pointer(named("time.Location", Type::Struct("struct {}".into())))),
        ]
    }

    fn field(&self, _: &str) -> Option<Value> {
        // None of them is exported.
        None
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn go_text(&self) -> Option<String> {
        Some(Time::go_text(self))
    }

    fn method(&self, name: &str) -> Option<Method> {
        if let Some(value) = self.property(name) {
            return getter(value);
        }
        let this = self.clone();
        match name {
            "Format" => method(vec![Type::STRING], Type::STRING, move |args| {
                let mut out = Vec::new();
                this.append_format(&mut out, args.first()?.as_str()?);
                Some(Value::str(out))
            }),
            "Add" | "Round" | "Truncate" => {
                let apply = match name {
                    "Add" => Time::add,
                    "Round" => Time::round,
                    _ => Time::truncate,
                };
                method(vec![duration_type()], time_type(), move |args| {
                    Some(apply(&this, Duration::from_nanos(int_argument(args, 0)?)).into_value())
                })
            }
            "AddDate" => method(vec![Type::INT; 3], time_type(), move |args| {
                let part = |i| int_argument(args, i);
                Some(this.add_date(part(0)?, part(1)?, part(2)?).into_value())
            }),
            "Sub" => method(vec![time_type()], duration_type(), move |args| {
                Some(this.sub(&Time::from_value(args.first()?)?).into_value())
            }),
            "After" | "Before" | "Equal" => {
                let holds = match name {
                    "After" => std::cmp::Ordering::is_gt,
                    "Before" => std::cmp::Ordering::is_lt,
                    _ => std::cmp::Ordering::is_eq,
                };
                method(vec![time_type()], Type::BOOL, move |args| {
                    Some(Value::Bool(holds(this.cmp_instant(&Time::from_value(args.first()?)?))))
                })
            }
            "Compare" => method(vec![time_type()], Type::INT, move |args| {
                Some(Value::int(this.cmp_instant(&Time::from_value(args.first()?)?) as i64))
            }),
            _ => None,
        }
    }

    fn deep_eq(&self, other: &dyn Object) -> bool {
        other.downcast_ref::<Time>() == Some(self)
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::from(self.format(super::RFC3339_NANO)))
    }

    fn json_error(&self) -> Option<String> {
        // Other years have no form in RFC 3339.
        let bad = !(0..=9999).contains(&self.civil().year);
        bad.then(|| "Time.MarshalJSON: year outside of range [0,9999]".to_owned())
    }
}

impl Object for Duration {
    fn type_of(&self) -> Type {
        duration_type()
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.nanos()))
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn method(&self, name: &str) -> Option<Method> {
        let this = *self;
        getter(match name {
            "Hours" => Value::Float(self.hours()),
            "Minutes" => Value::Float(self.minutes()),
            "Seconds" => Value::Float(self.seconds()),
            "Milliseconds" => Value::int64(self.nanos() / 1_000_000),
            "Microseconds" => Value::int64(self.nanos() / 1_000),
            "Nanoseconds" => Value::int64(self.nanos()),
            "Abs" => self.abs().into_value(),
            "String" => Value::from(self.to_string()),
            "Round" | "Truncate" => {
                let apply = if name == "Round" { Duration::round } else { Duration::truncate };
                return method(vec![duration_type()], duration_type(), move |args| {
                    Some(apply(this, Duration::from_nanos(int_argument(args, 0)?)).into_value())
                });
            }
            _ => return None,
        })
    }

    fn deep_eq(&self, other: &dyn Object) -> bool {
        other.downcast_ref::<Duration>() == Some(self)
    }
}

macro_rules! enumeration {
    ($type:ty, $name:literal) => {
        impl Object for $type {
            fn type_of(&self) -> Type {
                static TYPE: OnceLock<Type> = OnceLock::new();
                TYPE.get_or_init(|| named($name, Type::INT)).clone()
            }

            fn underlying(&self) -> Option<Value> {
                Some(Value::int(self.0))
            }

            fn text(&self) -> Option<String> {
                Some(self.to_string())
            }

            fn method(&self, name: &str) -> Option<Method> {
                (name == "String").then(|| getter(Value::from(self.to_string())))?
            }

            fn deep_eq(&self, other: &dyn Object) -> bool {
                other.downcast_ref::<$type>() == Some(self)
            }
        }
    };
}

enumeration!(Month, "time.Month");
enumeration!(Weekday, "time.Weekday");
