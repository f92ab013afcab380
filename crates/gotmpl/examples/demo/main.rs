//! A tour of the language: every action, literals of all kinds, a struct with methods, several texts in one set.
//!
//! The texts are those of a guide to Go's templates; `expected.txt` is what the guide's program prints when Go 1.26
//! runs it. The only difference is the address of a function, which no two runs share.

use std::io::Write;
use std::sync::Arc;

use gotmpl::{FuncMap, Function, StructType, TemplateSet};
use govalue::{Func, Key, List, Map, Signature, Type, Value};

/// A struct of the host's.
struct Sample {
    bar: String,
    baz: i64,
}

/// The struct as Go's `*main.Foo`.
fn sample(content: Sample) -> Value {
    StructType::new("main.Foo")
        .field("Bar", Type::STRING, |s: &Sample| Value::from(&*s.bar))
        .field("Baz", Type::INT, |s| Value::int(s.baz))
        .text(|s| format!("Foo{{ Bar: {}, Baz: {} }}", s.bar, s.baz))
        .method("MethodHasParam", [Type::STRING, Type::STRING], Type::STRING, |_, args| match args {
            [Value::Str(a), Value::Str(b)] => Ok(Value::from(format!("a: {a}, b: {b}"))),
            _ => Err("two strings are needed".into()),
        })
        .method("Add", [Type::INT], Type::Any, |s, args| match args {
            [Value::Int(i)] => Ok(s.like(Sample { bar: s.bar.clone(), baz: s.baz + i.as_i64() })),
            _ => Err("an integer is needed".into()),
        })
        .pointer(content)
}

fn data() -> Value {
    let strings = Type::map(Type::STRING, Type::STRING);
    let entries = vec![(Key::from("a"), Value::from("1")), (Key::from("b"), Value::from("2"))];
    let signature =
        Signature { params: vec![Type::STRING], variadic: false, result: Type::STRING, fallible: false };
    let func = Func {
        signature,
        body: Box::new(|args| match args {
            [Value::Str(s)] => Ok(Value::from(format!("func called: {s}"))),
            _ => Err("a string is needed".into()),
        }),
    };
    let map: Map = [
        ("Foo", sample(Sample { bar: "bar".to_owned(), baz: 42 })),
        ("Field", Value::from("string")),
        ("List", Value::List(List::strings(["a", "b", "c"]))),
        ("EmptyList", Value::List(List::strings::<&str>([]))),
        ("Cond", Value::Bool(true)),
        ("Func", Value::Func(Arc::new(func))),
        ("Map", Value::Map(Map::from_entries(strings.clone(), entries))),
        ("Nil", Value::Map(Map::nil(strings))),
    ]
    .into_iter()
    .collect();
    Value::Map(map)
}

fn functions() -> FuncMap {
    let mut functions = FuncMap::new();
    functions.insert("version", Function::new([], Type::STRING, |_, _| Ok(Value::from("v1.2.3"))));
    // The guide's function ignores its arguments.
    functions.insert("add", Function::new([Type::INT, Type::INT], Type::INT, |_, _| Ok(Value::int(2))));
    functions
}

/// Parses the texts, executes the first and returns its output.
fn render() -> Result<String, Box<dyn std::error::Error>> {
    let mut set = TemplateSet::default().with_funcs(Arc::new(functions()));
    set.parse("tpl", include_str!("guide.tpl"))?;
    set.parse("tpl", include_str!("overrides.tpl"))?;
    let mut out = Vec::new();
    set.execute("tpl", &data(), &mut out)?;
    Ok(String::from_utf8(out)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::io::stdout().write_all(render()?.as_bytes())?;
    Ok(())
}

#[test]
fn output_is_that_of_go() {
    let output = render().expect("the demo renders");
    let (before, after) = output.split_once("Func:0x").expect("a function prints as its address");
    let after = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    assert_eq!(format!("{before}Func:ADDRESS{after}"), include_str!("expected.txt"));
}
