//! The host side of the tests: the same types and functions as in `tests/oracle/host.go`.

use std::sync::Arc;

use gotmpl::{FuncMap, Function, State};
use govalue::{
    CallError, Func, Kind, Map, Method, MethodSet, NamedType, Object, Signature, Str, StructField, Type,
    Value,
};

fn signature(params: Vec<Type>, variadic: bool, result: Type, fallible: bool) -> Signature {
    Signature { params, variadic, result, fallible }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a checked argument").to_str().into_owned()
}

fn joined(separator: &[u8], parts: &[Value]) -> Value {
    let parts: Vec<&[u8]> = parts.iter().filter_map(Value::as_str).map(Str::as_bytes).collect();
    Value::from(Str::from(parts.join(separator)))
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(i) => i.as_i64(),
        _ => panic!("a checked argument"),
    }
}

/// `main.Values`: a map with methods.
struct ValuesMethods;

impl MethodSet for ValuesMethods {
    fn method(&self, receiver: &Value, name: &str) -> Option<Method> {
        let map = receiver.as_map()?.clone();
        Some(match name {
            "Table" => Method {
                signature: signature(vec![Type::STRING], false, values_type(), true),
                body: Box::new(move |args| match map.get(args[0].as_str().expect("checked")) {
                    Some(Value::Map(m)) if *m.ty() == Map::string_any() => {
                        Ok(Value::Map(m.retyped(values_type())))
                    }
                    _ => Err(format!("{} is not a table", govalue::strconv::quote(text(&args[0]))).into()),
                }),
            },
            "Size" => Method {
                signature: signature(vec![], false, Type::INT, false),
                body: Box::new(move |_| Ok(Value::int(map.len() as i64))),
            },
            _ => return None,
        })
    }
}

pub fn values_type() -> Type {
    static TYPE: std::sync::OnceLock<Type> = std::sync::OnceLock::new();
    TYPE.get_or_init(|| {
        let underlying = Map::string_any();
        Type::Named(Arc::new(NamedType { name: "main.Values", underlying, methods: Some(&ValuesMethods) }))
    })
    .clone()
}

/// `main.Foo` or, where `pointer` is set, `*main.Foo`.
#[derive(Clone)]
pub struct Foo {
    pub pointer: bool,
    pub nil: bool,
    pub name: String,
    pub any: Value,
    pub next: Option<Arc<Foo>>,
}

impl Foo {
    pub fn pointer(name: &str, any: Value) -> Value {
        Value::Object(Arc::new(Foo { pointer: true, nil: false, name: name.to_owned(), any, next: None }))
    }

    pub fn value(name: &str, any: Value) -> Value {
        Value::Object(Arc::new(Foo { pointer: false, nil: false, name: name.to_owned(), any, next: None }))
    }

    pub fn nil() -> Value {
        Value::Object(Arc::new(Foo::nil_pointer()))
    }

    fn nil_pointer() -> Foo {
        Foo { pointer: true, nil: true, name: String::new(), any: Value::Nil, next: None }
    }

    fn ty() -> Type {
        Type::named("main.Foo", Type::Struct("struct { Name string }".into()))
    }
}

impl Object for Foo {
    fn type_of(&self) -> Type {
        if self.pointer { Type::pointer(Foo::ty()) } else { Foo::ty() }
    }

    fn is_nil(&self) -> bool {
        self.nil
    }

    fn deref(&self) -> Option<Value> {
        (self.pointer && !self.nil).then(|| Value::Object(Arc::new(Foo { pointer: false, ..self.clone() })))
    }

    fn fields(&self) -> Vec<StructField> {
        let next = self.next.clone().unwrap_or_else(|| Arc::new(Foo::nil_pointer()));
        vec![
            StructField { name: "Name", value: Value::from(&*self.name), ty: Type::STRING },
            StructField { name: "Any", value: self.any.clone(), ty: Type::Any },
            StructField { name: "Next", value: Value::Object(next), ty: Type::pointer(Foo::ty()) },
            StructField { name: "hidden", value: Value::int(1), ty: Type::INT },
        ]
    }

    fn method(&self, name: &str) -> Option<Method> {
        let this = self.clone();
        // Methods of the pointer are not methods of a value that has no address.
        Some(match name {
            "Repeat" => Method {
                signature: signature(vec![Type::INT], false, Type::STRING, true),
                body: Box::new(move |args| match int(&args[0]) {
                    _ if this.nil => Err("value method main.Foo.Repeat called using nil *Foo pointer".into()),
                    n @ 0..=10 => Ok(Value::from(this.name.repeat(n as usize))),
                    n => Err(format!("cannot repeat {n} times").into()),
                }),
            },
            _ if !self.pointer => return None,
            "Add" => Method {
                signature: signature(vec![Type::STRING], false, self.type_of(), false),
                body: Box::new(move |args| {
                    let nil = "runtime error: invalid memory address or nil pointer dereference";
                    if this.nil {
                        return Err(nil.into());
                    }
                    let name = this.name.clone() + &text(&args[0]);
                    let next = Some(Arc::new(this.clone()));
                    Ok(Value::Object(Arc::new(Foo { name, next, ..this.clone() })))
                }),
            },
            "Get" => Method {
                signature: signature(vec![], false, Type::Any, false),
                body: Box::new(move |_| {
                    let nil = "runtime error: invalid memory address or nil pointer dereference";
                    if this.nil { Err(nil.into()) } else { Ok(this.any.clone()) }
                }),
            },
            "Join" => Method {
                signature: signature(vec![Type::STRING], true, Type::STRING, false),
                body: Box::new(move |args| {
                    let nil = "runtime error: invalid memory address or nil pointer dereference";
                    if this.nil {
                        return Err(nil.into());
                    }
                    Ok(joined(this.name.as_bytes(), args))
                }),
            },
            _ => return None,
        })
    }
}

/// `func(string) string`
pub fn bracket() -> Value {
    Value::Func(Arc::new(Func {
        signature: signature(vec![Type::STRING], false, Type::STRING, false),
        body: Box::new(|args| {
            let inner = args[0].as_str().expect("a checked argument").as_bytes();
            Ok(Value::from(Str::from([b"<", inner, b">"].concat())))
        }),
    }))
}

/// `func(int, ...int) (int, error)`
pub fn sum() -> Value {
    Value::Func(Arc::new(Func {
        signature: signature(vec![Type::INT, Type::INT], true, Type::INT, true),
        body: Box::new(|args| match args.iter().map(int).fold(0i64, i64::wrapping_add) {
            n if n > 100 => Err(format!("{n} is too much").into()),
            n => Ok(Value::int(n)),
        }),
    }))
}

fn include(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut out = Vec::new();
    state.execute(state.templates(), &text(&args[0]), &args[1], &mut out)?;
    Ok(Value::from(Str::from(out)))
}

fn tpl(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut set = state.templates().clone();
    let source = args[0].as_str().expect("checked").clone();
    let template = set
        .parse("tpl", source.clone())
        .map_err(|e| format!("cannot parse {}: {e}", govalue::strconv::quote(&*source)))?;
    let mut out = Vec::new();
    state.execute_template(&set, &template, &args[1], &mut out)?;
    Ok(Value::from(Str::from(out)))
}

pub fn functions() -> FuncMap {
    use Type as T;
    let float = T::FLOAT64;
    let complex = T::Basic(Kind::Complex128);
    let small = vec![T::Basic(Kind::Int8), T::Basic(Kind::Uint16)];
    let any_list = T::slice(T::Any);
    let mut map = FuncMap::new();
    map.insert(
        "add",
        Function::new([T::INT, T::INT], T::INT, |_, a| {
            Ok(Value::int(int(&a[0]).wrapping_add(int(&a[1])) % 20))
        }),
    );
    map.insert(
        "add64",
        Function::new([T::INT64, T::INT64], T::INT64, |_, a| {
            Ok(Value::int64(int(&a[0]).wrapping_add(int(&a[1]))))
        }),
    );
    map.insert(
        "small",
        Function::new(small, T::STRING, |_, a| Ok(Value::from(format!("{} {}", int(&a[0]), int(&a[1]))))),
    );
    map.insert(
        "half",
        Function::new([float.clone()], float, |_, a| match a[0] {
            Value::Float(f) => Ok(Value::Float(f / 2.0)),
            _ => Err("no float".into()),
        }),
    );
    map.insert(
        "turn",
        Function::new([complex.clone()], complex, |_, a| match &a[0] {
            Value::Complex(c) => Ok(Value::complex(c.0 * 0.0 - c.1, c.0 + c.1 * 0.0)),
            _ => Err("no complex number".into()),
        }),
    );
    map.insert(
        "upper",
        Function::new([T::STRING], T::STRING, |_, a| Ok(Value::from(text(&a[0]).to_uppercase()))),
    );
    map.insert("yes", Function::new([T::BOOL], T::BOOL, |_, a| Ok(a[0].clone())));
    map.insert(
        "join",
        Function::variadic([T::STRING, T::STRING], T::STRING, |_, a| {
            Ok(joined(a[0].as_str().expect("checked"), &a[1..]))
        }),
    );
    map.insert("list", Function::variadic([T::Any], any_list.clone(), |_, a| Ok(Value::from(a.to_vec()))));
    map.insert("ident", Function::new([T::Any], T::Any, |_, a| Ok(a[0].clone())));
    map.insert("none", Function::new([], T::Any, |_, _| Ok(Value::Nil)));
    map.insert(
        "count",
        Function::new([Map::string_any()], T::INT, |_, a| {
            Ok(Value::int(a[0].as_map().map_or(0, Map::len) as i64))
        }),
    );
    map.insert(
        "total",
        Function::new([any_list], T::INT, |_, a| {
            Ok(Value::int(a[0].as_list().map_or(0, |l| l.len()) as i64))
        }),
    );
    map.insert("fail", Function::new([T::STRING], T::STRING, |_, a| Err(text(&a[0]).into())));
    map.insert("typeOf", Function::new([T::Any], T::STRING, |_, a| Ok(Value::from(a[0].type_name()))));
    map.insert("include", Function::new([T::STRING, T::Any], T::STRING, include));
    map.insert("tpl", Function::new([T::STRING, T::Any], T::STRING, tpl));
    map
}

/// A channel or an iterator function, by what it gives.
pub struct Stream {
    /// `chan int`, `func(func(int) bool)` or `func(func(string, int) bool)`.
    pub kind: StreamKind,
    pub nil: bool,
    pub items: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    Chan,
    Seq,
    Seq2,
}

impl Stream {
    pub fn value(kind: StreamKind, items: &[i64]) -> Value {
        Value::Object(Arc::new(Stream { kind, nil: false, items: items.to_vec() }))
    }

    pub fn nil_channel() -> Value {
        Value::Object(Arc::new(Stream { kind: StreamKind::Chan, nil: true, items: Vec::new() }))
    }
}

impl Object for Stream {
    fn type_of(&self) -> Type {
        let iterator = |params| {
            let body = Arc::new(signature(params, false, Type::BOOL, false));
            Type::Func(Arc::new(signature(vec![Type::Func(body)], false, Type::Any, false)))
        };
        match self.kind {
            StreamKind::Chan => Type::Interface("chan int".into()),
            StreamKind::Seq => Type::named("func(func(int) bool)", iterator(vec![Type::INT])),
            StreamKind::Seq2 => {
                Type::named("func(func(string, int) bool)", iterator(vec![Type::STRING, Type::INT]))
            }
        }
    }

    fn kind(&self) -> Kind {
        if self.kind == StreamKind::Chan { Kind::Chan } else { Kind::Func }
    }

    fn is_nil(&self) -> bool {
        self.nil
    }

    fn len(&self) -> Option<usize> {
        (self.kind == StreamKind::Chan).then_some(self.items.len())
    }

    fn iterate(&self) -> Option<Box<dyn Iterator<Item = (Value, Value)> + '_>> {
        let kind = self.kind;
        let elements = self.items.iter().enumerate().map(move |(i, &item)| match kind {
            StreamKind::Chan => (Value::int(i as i64), Value::int(item)),
            StreamKind::Seq => (Value::Nil, Value::int(item)),
            StreamKind::Seq2 => (Value::from(format!("k{item}")), Value::int(item)),
        });
        Some(Box::new(elements))
    }
}
