//! Any bytes as a template that is executed: an output or an error, never a crash, in bounded time and memory.
#![no_main]

use std::sync::{Arc, LazyLock};

use gotmpl::{FuncMap, Function, MissingKey, Options, State, StructType, TemplateSet};
use govalue::{CallError, Func, Key, Kind, List, Map, Signature, Str, Type, Value};
use libfuzzer_sys::fuzz_target;

fn text(value: &Value) -> Str {
    value.as_str().cloned().unwrap_or_default()
}

fn include(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    Ok(state.render(state.templates(), text(&args[0]), &args[1])?.into())
}

fn tpl(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut set = state.templates().clone();
    let template = set.parse("tpl", text(&args[0]))?;
    Ok(state.render_template(&set, &template, &args[1])?.into())
}

static FUNCTIONS: LazyLock<Arc<FuncMap>> = LazyLock::new(|| {
    let mut functions = FuncMap::new();
    functions.insert("include", Function::new([Type::STRING, Type::Any], Type::STRING, include));
    functions.insert("tpl", Function::new([Type::STRING, Type::Any], Type::STRING, tpl));
    let list = |_: &mut State<'_>, args: &[Value]| Ok(Value::from(args.to_vec()));
    functions.insert("list", Function::variadic([Type::Any], Type::slice(Type::Any), list));
    let set = |_: &mut State<'_>, args: &[Value]| {
        if let [Value::Map(map), Value::Str(key), value] = args {
            map.insert(key.clone(), value.clone());
        }
        Ok(args[0].clone())
    };
    let map = Map::string_any();
    functions.insert("set", Function::new([map.clone(), Type::STRING, Type::Any], map, set));
    Arc::new(functions)
});

fn data() -> Value {
    let list = vec![Value::int(1), Value::from("two"), Value::Nil, Value::Float(0.5)];
    let entries = vec![(Key::Bool(true), Value::from("t")), (Key::Float(0.5), Value::Nil)];
    let typed = Map::from_entries(Type::map(Type::Any, Type::STRING), entries);
    let signature = Signature { params: vec![Type::INT], variadic: true, result: Type::INT, fallible: false };
    let func = Func { signature, body: Box::new(|args| Ok(Value::int(args.len() as i64))) };
    let object = StructType::new("main.Foo")
        .field("Name", Type::STRING, |s: &String| Value::from(&**s))
        .method("Add", [Type::STRING], Type::Any, |s, args| Ok(s.like(format!("{}{}", **s, text(&args[0])))));
    let map: Map = [
        ("a", Value::from(list)),
        ("b", Value::from("text")),
        ("c", Value::complex(1.0, -2.0)),
        ("d", Value::Map([("k", Value::from("v"))].into_iter().collect())),
        ("e", Value::Bytes(Str::from("bytes"))),
        ("f", Value::Func(Arc::new(func))),
        ("m", Value::Map(typed)),
        ("n", Value::Map(Map::nil(Map::string_any()))),
        ("o", object.pointer("name".to_owned())),
        ("s", Value::List(List::with_type(Type::Array(2, Arc::new(Type::INT)), vec![Value::int(1), Value::int(2)]))),
        ("u", Value::Int(govalue::Int::unsigned(Kind::Uint8, 200))),
    ]
    .into_iter()
    .collect();
    Value::Map(map)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, source) = input;
    let missing_key = [MissingKey::Default, MissingKey::Zero, MissingKey::Error][usize::from(choice % 3)];
    let options =
        Options { missing_key, max_depth: 100, max_output: 1 << 16, max_steps: 20_000, ..Options::default() };
    let mut set = TemplateSet::new(options).with_funcs(FUNCTIONS.clone());
    if set.parse("t", source).is_err() {
        return;
    }
    let mut out = Vec::new();
    if let Err(error) = set.execute("t", &data(), &mut out) {
        let _ = (error.to_string(), error.chain(), error.caret_view(|_| Some(source)));
    }
});
