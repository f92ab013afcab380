//! `semver` and `semverCompare`: Masterminds/semver as template values.

use std::sync::{Arc, OnceLock};

use gosemver::{Constraint, Version};
use govalue::{CallError, Int, Kind, Method, Object, Signature, Str, StructField, Type, Value};

use crate::function::{Outcome, functions};

functions! { FUNCTIONS:
    "semver" (string) -> version_pointer = |s: &Str| Outcome::Ok(pointer(Version::parse(s)?));
    "semverCompare" (string, string) -> bool = compare;
}

fn compare(constraint: &Str, version: &Str) -> Outcome<bool> {
    let constraint = Constraint::parse(constraint)?;
    Ok(constraint.check(&Version::parse(version)?))
}

/// A `semver.Version` or a pointer to one.
struct SemanticVersion {
    version: Version,
    is_pointer: bool,
    /// Whether this is Go's zero value, which no text was read for.
    is_zero: bool,
}

impl SemanticVersion {
    fn original(&self) -> &str {
        if self.is_zero { "" } else { self.version.original() }
    }
}

fn pointer(version: Version) -> Value {
    Value::Object(Arc::new(SemanticVersion { version, is_pointer: true, is_zero: false }))
}

fn plain(version: Version) -> Value {
    Value::Object(Arc::new(SemanticVersion { version, is_pointer: false, is_zero: false }))
}

/// What `copystructure` makes of a version: it cannot copy fields that are not exported, so all are zero.
pub(crate) fn copied(object: &dyn Object) -> Option<Value> {
    let version = object.downcast_ref::<SemanticVersion>()?;
    let is_pointer = version.is_pointer;
    Some(Value::Object(Arc::new(SemanticVersion {
        version: Version::new(0, 0, 0),
        is_pointer,
        is_zero: true,
    })))
}

fn version_type() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    TYPE.get_or_init(|| Type::named("semver.Version", Type::Struct("struct { semver.Version }".into())))
        .clone()
}

/// `*semver.Version`.
fn version_pointer() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    TYPE.get_or_init(|| Type::pointer(version_type())).clone()
}

impl Object for SemanticVersion {
    fn type_of(&self) -> Type {
        if self.is_pointer { version_pointer() } else { version_type() }
    }

    fn kind(&self) -> Kind {
        if self.is_pointer { Kind::Pointer } else { Kind::Struct }
    }

    /// No field is exported.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn fields(&self) -> Vec<StructField> {
        let v = &self.version;
        let number = |name, n| (name, Value::Int(Int::unsigned(Kind::Uint64, n)));
        let text = |name, s: &str| (name, Value::from(s));
        [
            number("major", v.major()),
            number("minor", v.minor()),
            number("patch", v.patch()),
            text("pre", v.prerelease()),
            text("metadata", v.metadata()),
            text("original", self.original()),
        ]
        .map(|(name, value)| StructField { name, ty: Type::Basic(value.kind()), value })
        .into()
    }

    fn text(&self) -> Option<String> {
        Some(self.version.to_string())
    }

    fn deref(&self) -> Option<Value> {
        self.is_pointer.then(|| {
            let (version, is_zero) = (self.version.clone(), self.is_zero);
            Value::Object(Arc::new(SemanticVersion { version, is_pointer: false, is_zero }))
        })
    }

    fn to_json(&self) -> Option<Value> {
        self.text().map(Value::from)
    }

    fn marshal_text(&self) -> Option<String> {
        self.text()
    }

    fn deep_eq(&self, other: &dyn Object) -> bool {
        other.downcast_ref::<SemanticVersion>().is_some_and(|other| {
            self.is_pointer == other.is_pointer
                && self.version == other.version
                && self.version.metadata() == other.version.metadata()
                && self.original() == other.original()
        })
    }

    fn method(&self, name: &str) -> Option<Method> {
        let version = self.version.clone();
        Some(match name {
            "String" => answer(Type::STRING, move || version.to_string().into()),
            "Major" => number(version.major()),
            "Minor" => number(version.minor()),
            "Patch" => number(version.patch()),
            "Prerelease" => answer(Type::STRING, move || version.prerelease().into()),
            "Metadata" => answer(Type::STRING, move || version.metadata().into()),
            "IncPatch" => method(Vec::new(), version_type(), move |_| Ok(plain(version.inc_patch()?))),
            "IncMinor" => method(Vec::new(), version_type(), move |_| Ok(plain(version.inc_minor()?))),
            "IncMajor" => method(Vec::new(), version_type(), move |_| Ok(plain(version.inc_major()?))),
            "SetPrerelease" => method(vec![Type::STRING], version_type(), move |args| {
                Ok(plain(version.set_prerelease(&text(args))?))
            }),
            "SetMetadata" => method(vec![Type::STRING], version_type(), move |args| {
                Ok(plain(version.set_metadata(&text(args))?))
            }),
            "MarshalText" => answer(bytes_type(), move || Value::Bytes(version.to_string().into())),
            // The characters of a version need no escape.
            "MarshalJSON" => answer(bytes_type(), move || Value::Bytes(format!("\"{version}\"").into())),
            "Value" => answer(Type::Any, move || version.to_string().into()),
            // These have pointer receivers, which a plain value does not give to templates.
            "Original" if self.is_pointer => {
                let original = self.original().to_owned();
                answer(Type::STRING, move || original.as_str().into())
            }
            "LessThan" if self.is_pointer => comparison(version, |a, b| (a < b).into()),
            "LessThanEqual" if self.is_pointer => comparison(version, |a, b| (a <= b).into()),
            "GreaterThan" if self.is_pointer => comparison(version, |a, b| (a > b).into()),
            "GreaterThanEqual" if self.is_pointer => comparison(version, |a, b| (a >= b).into()),
            "Equal" if self.is_pointer => comparison(version, |a, b| (a == b).into()),
            "Compare" if self.is_pointer => Method {
                signature: Signature { result: Type::INT, ..comparison_signature() },
                ..comparison(version, |a, b| Value::int(a.cmp(b) as i64))
            },
            _ => return None,
        })
    }
}

fn bytes_type() -> Type {
    Type::slice(Type::Basic(Kind::Uint8))
}

fn method(
    params: Vec<Type>,
    result: Type,
    body: impl Fn(&[Value]) -> Result<Value, CallError> + Send + Sync + 'static,
) -> Method {
    let signature = Signature { params, variadic: false, result, fallible: true };
    Method { signature, body: Box::new(body) }
}

/// A method without parameters.
fn answer(result: Type, body: impl Fn() -> Value + Send + Sync + 'static) -> Method {
    method(Vec::new(), result, move |_| Ok(body()))
}

fn number(n: u64) -> Method {
    answer(Type::Basic(Kind::Uint64), move || Value::Int(Int::unsigned(Kind::Uint64, n)))
}

fn comparison_signature() -> Signature {
    Signature { params: vec![version_pointer()], variadic: false, result: Type::BOOL, fallible: false }
}

fn comparison(version: Version, compare: fn(&Version, &Version) -> Value) -> Method {
    let body = move |args: &[Value]| match args {
        [Value::Object(other)] => match other.downcast_ref::<SemanticVersion>() {
            Some(other) => Ok(compare(&version, &other.version)),
            None => Err(crate::panics::nil_dereference()),
        },
        _ => Err(crate::panics::nil_dereference()),
    };
    Method { signature: comparison_signature(), body: Box::new(body) }
}

fn text(args: &[Value]) -> String {
    args.first().and_then(Value::as_str).map(|s| s.to_str().into_owned()).unwrap_or_default()
}
