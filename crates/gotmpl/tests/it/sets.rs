//! Sets of templates: what `Lookup`, `Templates`, `Clone` and `AddParseTree` do in Go.

use std::sync::Arc;

use gotmpl::{FuncMap, Function, Options, StructType, TemplateSet};
use govalue::{Type, Value};

fn set(texts: &[(&str, &str)]) -> TemplateSet {
    let mut set = TemplateSet::new(Options { name: "root".to_owned(), ..Options::default() });
    for (name, text) in texts {
        set.parse(*name, *text).expect("a template");
    }
    set
}

fn output(set: &TemplateSet, name: &str) -> String {
    let mut out = Vec::new();
    match set.execute(name, &Value::from("data"), &mut out) {
        Ok(()) => String::from_utf8(out).expect("text"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn templates_are_found_by_name() {
    let set = set(&[("a", "A{{define \"b\"}}B{{end}}"), ("c", "{{block \"d\" .}}D{{end}}"), ("e", "")]);
    let names: Vec<String> = set.names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert!(set.lookup("nope").is_none() && set.lookup("root").is_none());
    let template = set.lookup("b").expect("defined");
    assert_eq!((template.name().to_string(), template.file().to_string()), ("b".into(), "a".into()));
    assert!(set.lookup("e").is_some_and(gotmpl::Template::is_empty));
    assert_eq!(output(&set, "nope"), r#"template: no template "nope" associated with template "root""#);
}

#[test]
fn later_definitions_replace_earlier_ones_unless_empty() {
    let mut set = set(&[("a", "1"), ("b", "{{template \"a\"}}")]);
    set.parse("a", "2").expect("a template");
    assert_eq!(output(&set, "b"), "2");
    set.parse("a", " {{/* nothing */}} ").expect("a template");
    assert_eq!(output(&set, "b"), "2");
    set.parse("x", "{{define \"a\"}}3{{end}}").expect("a template");
    assert_eq!(output(&set, "b"), "3");
}

#[test]
fn a_failed_parse_changes_nothing() {
    let mut set = set(&[("a", "1")]);
    assert!(set.parse("a", "{{define \"n\"}}x{{end}}{{.").is_err());
    assert_eq!((output(&set, "a"), set.names().len()), ("1".to_owned(), 1));
}

#[test]
fn clones_are_independent_both_ways() {
    let mut original = set(&[("a", "{{template \"b\"}}"), ("b", "1")]);
    let mut copy = original.clone();
    copy.parse("b", "2").expect("a template");
    copy.parse("only-copy", "").expect("a template");
    original.parse("b", "3").expect("a template");
    assert_eq!((output(&original, "a"), output(&copy, "a")), ("3".to_owned(), "2".to_owned()));
    assert!(original.lookup("only-copy").is_none());
    // Long chains of clones stay right.
    for i in 0..30 {
        let keep = copy.clone();
        copy.parse(format!("t{i}"), format!("{i}")).expect("a template");
        assert!(keep.lookup(format!("t{i}")).is_none());
    }
    let first_last = (output(&copy, "t0"), output(&copy, "t29"), output(&copy, "a"));
    assert_eq!(first_last, ("0".into(), "29".into(), "2".into()));
    assert_eq!(copy.names().len(), 33);
}

#[test]
fn a_parsed_tree_is_added_under_other_names() {
    let source = set(&[("a", "A{{template \"b\"}}"), ("b", "source")]);
    let mut target = set(&[("b", "target")]);
    let template = source.lookup("a").expect("defined").clone();
    target.add_parse_tree("new", template.clone());
    target.add_parse_tree("b2", template);
    assert_eq!((output(&target, "new"), output(&target, "b2")), ("Atarget".to_owned(), "Atarget".to_owned()));
    let empty = set(&[("e", "  ")]).lookup("e").expect("defined").clone();
    target.add_parse_tree("b", empty);
    assert_eq!(output(&target, "b"), "target");
}

#[test]
fn functions_are_resolved_where_a_template_is_executed() {
    let answer = |text: &'static str| {
        let mut functions = FuncMap::new();
        functions.insert("who", Function::new([], Type::STRING, move |_, _| Ok(Value::from(text))));
        Arc::new(functions)
    };
    let mut first = TemplateSet::default().with_funcs(answer("first"));
    first.parse("t", "{{who}}").expect("a template");
    let second = first.clone().with_funcs(answer("second"));
    assert_eq!((output(&first, "t"), output(&second, "t")), ("first".to_owned(), "second".to_owned()));
    let without = first.clone().with_funcs(Arc::new(FuncMap::new()));
    assert!(output(&without, "t").ends_with("\"who\" is not a defined function"));
}

struct Port(i64);

/// A pointer to a `main.Port`: five lines.
fn port(number: i64) -> Value {
    StructType::new("main.Port")
        .field("Number", Type::INT, |p: &Port| Value::int(p.0))
        .method("Next", [Type::INT], Type::Any, |p, args| Ok(p.like(Port(p.0 + int(&args[0])))))
        .text(|p| format!(":{}", p.0))
        .pointer(Port(number))
}

fn int(value: &Value) -> i64 {
    if let Value::Int(i) = value { i.as_i64() } else { 0 }
}

#[test]
fn a_struct_takes_five_lines() {
    let text = "{{.}} {{.Number}} {{(.Next 1).Number}} {{.Next 2 | printf \"%v %[1]T\"}}";
    let set = set(&[
        ("t", text),
        ("arity", "{{.Next}}"),
        ("type", "{{.Next `x`}}"),
        ("field", "{{.None}}"),
        ("hidden", "{{.number}}"),
    ]);
    let run = |name: &str| {
        let mut out = Vec::new();
        let result = set.execute(name, &port(80), &mut out).map_err(|e| e.root_message());
        result.map(|()| String::from_utf8(out).expect("text"))
    };
    assert_eq!(run("t").as_deref(), Ok(":80 80 81 :82 *main.Port"));
    assert_eq!(run("arity"), Err("wrong number of args for Next: want 1 got 0".to_owned()));
    assert_eq!(run("type"), Err("expected integer; found `x`".to_owned()));
    assert_eq!(run("field"), Err("can't evaluate field None in type *main.Port".to_owned()));
    assert_eq!(run("hidden"), Err("can't evaluate field number in type *main.Port".to_owned()));
}
