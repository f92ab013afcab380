//! Depth and size: bad input gives an error, never a crash. Test threads have stacks of 2 MiB.

use std::sync::Arc;

use gotmpl::{Options, TemplateSet};
use govalue::{Map, Value};

use crate::host::functions;
use crate::tables::data;

fn run(text: &str, data: &Value) -> Result<String, String> {
    run_with(text, data, Options::default())
}

fn run_with(text: &str, data: &Value, options: Options) -> Result<String, String> {
    let mut set = TemplateSet::new(options).with_funcs(Arc::new(functions()));
    let template = set.parse("t", text).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    set.execute_template(&template, data, &mut out, &mut ()).map_err(|e| e.to_string())?;
    Ok(String::from_utf8(out).expect("text"))
}

#[test]
fn parentheses_nest_as_deep_as_in_go() {
    let nested = |n: usize| format!("{{{{{}1{}}}}}", "(".repeat(n), ")".repeat(n));
    assert_eq!(run(&nested(10_000), &Value::Nil).unwrap(), "1");
    assert_eq!(
        run(&nested(10_001), &Value::Nil).unwrap_err(),
        "template: t:1: max expression depth exceeded"
    );
    let calls = |n: usize| format!("{{{{{}true{}}}}}", "not (".repeat(n), ")".repeat(n));
    assert_eq!(run(&calls(10_000), &Value::Nil).unwrap(), "true");
    let error = run(&calls(9_999).replace("true", ".s.x"), &data()).unwrap_err();
    assert!(
        error.ends_with("at <.s.x>: can't evaluate field x in type interface {}"),
        "{}",
        &error[error.len() - 99..]
    );
    let failing = format!("{{{{add {}1{} `x`}}}}", "(".repeat(9_000), ")".repeat(9_000));
    assert!(run(&failing, &data()).unwrap_err().ends_with("at <`x`>: expected integer; found `x`"));
}

#[test]
fn control_structures_nest_without_bound() {
    let n = 100_000;
    let nested = format!("{}x{}", "{{if true}}".repeat(n), "{{end}}".repeat(n));
    assert_eq!(run(&nested, &Value::Nil).unwrap(), "x");
    let chained = format!("{{{{if false}}}}{}{{{{else}}}}y{{{{end}}}}", "{{else if false}}x".repeat(n));
    assert_eq!(run(&chained, &Value::Nil).unwrap(), "y");
    let open = "{{range .}}".repeat(n);
    assert_eq!(run(&open, &Value::Nil).unwrap_err(), "template: t:1: unexpected EOF");
    let blocks = format!("{}x{}", "{{block \"b\" .}}".repeat(1000), "{{end}}".repeat(1000));
    assert!(run(&blocks, &Value::Nil).unwrap_err().contains("multiple definition"));
}

#[test]
fn templates_recurse_to_the_limit_of_go() {
    let error = run(r#"{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}"#, &Value::Nil).unwrap_err();
    assert_eq!(
        error,
        r#"template: t:1:25: executing "r" at <{{template "r" .}}>: exceeded maximum template depth (100000)"#
    );
}

/// Lists as deep as the include chain should be.
fn chain(depth: usize) -> Value {
    (0..depth).fold(Value::Nil, |next, _| Value::Map([("next", next)].into_iter().collect::<Map>()))
}

#[test]
fn functions_recurse_without_harm() {
    let text = r#"{{define "r"}}{{if .}}{{(include "r" .next | printf "%s")}}{{else}}end{{end}}{{end}}{{include "r" .}}"#;
    assert_eq!(run(text, &chain(2_000)).unwrap(), "end");
    let options = Options { max_depth: 5_000, ..Options::default() };
    let endless = r#"{{define "r"}}{{include "r" .}}{{end}}{{include "r" .}}"#;
    let error = run_with(endless, &Value::Nil, options).unwrap_err();
    assert!(error.ends_with("exceeded maximum template depth (5000)"));
    let error = run(
        r#"{{define "r"}}{{if .}}{{include "r" .next}}{{else}}{{fail "deep"}}{{end}}{{end}}{{include "r" .}}"#,
        &chain(1_000),
    );
    assert!(error.unwrap_err().ends_with("error calling fail: deep"));
}

#[test]
fn output_is_bounded() {
    let options = Options { max_output: 1_000, ..Options::default() };
    let error = run_with("{{range 100000000000}}0123456789{{.}}{{end}}", &Value::Nil, options).unwrap_err();
    assert_eq!(error, r#"template: t:1:34: executing "t" at <{{.}}>: output exceeds 1000 bytes"#);
}

#[test]
fn steps_are_bounded() {
    let options = Options { max_steps: 10_000, ..Options::default() };
    let run = |text: &str| run_with(text, &data(), options.clone());
    let spent = "exceeded maximum number of steps (10000)";
    for text in [
        "{{range 1000000000}}{{end}}",
        "{{range 1000000000}}{{range 1000000000}}{{end}}{{end}}",
        "{{range 1000000000}}{{range 0}}{{else}}{{end}}{{end}}",
        "{{range 1000000000}}{{continue}}{{end}}",
        "{{range 1000000000}}{{if true}}{{end}}{{end}}",
        "{{define `d`}} {{end}}{{range 1000000000}}{{template `d`}}{{end}}",
        "{{define `d`}} {{end}}{{range 1000000000}}{{$x := include `d` .}}{{end}}",
        "{{define `d`}}{{range 1000000000}}{{end}}{{end}}{{include `d` .}}",
        "{{tpl `{{range 1000000000}}{{end}}` .}}",
        "{{$x := `x`}}{{range 1000000000}}{{$x = printf `%s%s` $x $x}}{{end}}",
        "{{$x := `<`}}{{range 1000000000}}{{$x = html $x $x}}{{end}}",
        "{{printf `%1000000d` 1}}",
    ] {
        let error = run(text).unwrap_err();
        assert!(error.ends_with(spent), "{text}: {error}");
    }
    let endless = "\n{{range 1000000000}}{{range 0}}{{end}}{{end}}";
    let error = run(endless).unwrap_err();
    assert!(error.starts_with("template: t:2:") && error.ends_with(spent), "{error}");
    // What charts do is far below the default.
    assert_eq!(run_with("{{range 1000000}}{{end}}x", &Value::Nil, Options::default()).unwrap(), "x");
    let text = "{{range 3}}{{range 3}}{{.}}{{end}}{{end}}";
    let options = Options { max_steps: 60, ..Options::default() };
    assert_eq!(run_with(text, &Value::Nil, options).unwrap(), "012012012");
}

#[test]
fn text_that_functions_make_is_bounded() {
    // Each turn doubles the text: Go goes on until memory ends.
    let error =
        run("{{$x := `0123456789abcdef`}}{{range 60}}{{$x = print $x $x}}{{end}}", &data()).unwrap_err();
    assert!(error.ends_with("error calling print: text of more than 67108864 bytes"), "{error}");
    let error = run(r"{{$x := `\\\\\\\\\\\\\\\\`}}{{range 60}}{{$x = js $x}}{{end}}", &data()).unwrap_err();
    assert!(error.ends_with("error calling js: text of more than 67108864 bytes"), "{error}");
}

#[test]
fn limits_complain_about_plain_text_too() {
    let options = Options { max_output: 3, ..Options::default() };
    let error = run_with("text", &Value::Nil, options.clone()).unwrap_err();
    assert_eq!(error, r#"template: t:1:0: executing "t" at <t>: output exceeds 3 bytes"#);
    let error = run_with("{{define `d`}}long{{end}}{{1}}{{template `d`}}", &Value::Nil, options).unwrap_err();
    assert_eq!(error, r#"template: t:1:0: executing "d" at <d>: output exceeds 3 bytes"#);
}

#[test]
fn a_second_view_of_an_error_shows_the_source_and_the_calls() {
    let text = "first\n{{define \"inner\"}}\n\tvalue: {{.s.x}}{{end}}\n{{include \"inner\" .}}\n";
    let mut set = TemplateSet::default().with_funcs(Arc::new(functions()));
    set.parse("t", text).expect("a template");
    let error = set.execute("t", &data(), &mut Vec::new()).unwrap_err();
    let view = "error: can't evaluate field x in type interface {}
 --> t:3:12
  |
3 | \tvalue: {{.s.x}}{{end}}
  | \t           ^
called from
 --> t:4:2
  |
4 | {{include \"inner\" .}}
  |   ^
";
    assert_eq!(error.caret_view(|_| Some(text.as_bytes())), view);
    let error = set.parse("u", "a\n{{ nope }}").unwrap_err();
    let view = "error: function \"nope\" not defined\n --> u:2:3\n  |\n2 | {{ nope }}\n  |    ^\n";
    assert_eq!(error.caret_view(b"a\n{{ nope }}"), view);
}
