//! Memory is bounded by the text and the steps. A program of its own: it counts what is allocated.

use std::sync::Arc;

use gotmpl::{FuncMap, Function, Options, State, TemplateSet};
use govalue::{CallError, Str, Type, Value};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes for each byte of a parsed text, as the crate's documentation states it.
const PARSE_FACTOR: usize = 128;

/// Bytes for each step of an execution.
const STEP_FACTOR: usize = 256;

/// What is taken however small the text is.
const CONSTANT: usize = 64 << 10;

/// The most that was allocated at one time meanwhile.
fn peak<T>(work: impl FnOnce() -> T) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = work();
    let peak = ALLOCATOR.peak_usage() - before;
    drop(result);
    peak
}

fn repeated(piece: &str) -> String {
    piece.repeat((300 << 10) / piece.len())
}

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "text\n",
        "{{1}}",
        "{{.}}",
        "{{.a}}",
        "{{$}}",
        "{{\"\"}}",
        "{{``}}",
        "{{'a'}}",
        "{{1i}}",
        "{{(1)}}",
        "{{$x:=1}}",
        "{{if .}}",
        "{{if .}}{{end}}",
        "{{range .}}",
        "{{with .}}{{else}}{{end}}",
        "{{/**/}}",
        "{{template \"\"}}",
        "{{block \"\" .}}",
        "{{if 1}}{{else if 1}}",
        "{{not 1}}",
        "{{- 1 -}} ",
    ]
    .map(repeated)
    .into();
    let inside = ["1 ", ". ", ".a ", ".a.a", "(1) ", "\"\" ", "``", "|not ", "$ ", "1i ", "true ", "nil "];
    texts.extend(inside.map(|piece| format!("{{{{print {}}}}}", repeated(piece))));
    texts.push((0..15_000).map(|i| format!("{{{{define \"{i}\"}}}}x{{{{end}}}}")).collect());
    texts.push((0..15_000).map(|i| format!("{{{{$v{i} := 1}}}}")).collect());
    texts
}

fn include(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let name = args[0].as_str().cloned().unwrap_or_default();
    Ok(state.render(state.templates(), name, &args[1])?.into())
}

fn parsing_takes_a_multiple_of_the_text() {
    for text in texts() {
        let source = Str::from(&*text);
        let peak = peak(|| {
            let mut set = TemplateSet::default();
            let result = set.parse("t", source.clone()).map(|_| ());
            (set, result)
        });
        let allowed = PARSE_FACTOR * text.len() + CONSTANT;
        assert!(peak <= allowed, "{}: {} times its size", &text[..40], peak / text.len());
    }
}

fn executing_takes_a_multiple_of_the_steps() {
    const STEPS: usize = 100_000;
    let mut functions = FuncMap::new();
    functions.insert("include", Function::new([Type::STRING, Type::Any], Type::STRING, include));
    let list = |_: &mut State<'_>, args: &[Value]| Ok(Value::from(args.to_vec()));
    functions.insert("list", Function::variadic([Type::Any], Type::slice(Type::Any), list));
    let functions = Arc::new(functions);
    for text in [
        "{{range 1000000000}}{{end}}",
        "{{range 1000000000}}text that is written{{end}}",
        "{{$x := `x`}}{{range 1000000000}}{{$x = printf `%s%s` $x $x}}{{end}}",
        "{{$x := list}}{{range 1000000000}}{{$x = list $x $x}}{{end}}",
        "{{$x := `x`}}{{range 1000000000}}{{$x = print $x `more text`}}{{end}}",
        "{{define `t`}}{{$a := .}}{{$b := 1}}{{$c := 2}}{{template `t` $b}}{{end}}{{template `t` .}}",
        "{{define `t`}}{{range 1}}{{with 1}}{{$a := 1}}{{template `t`}}{{end}}{{end}}{{end}}{{template `t`}}",
        "{{define `t`}}x{{include `t` .}}{{end}}{{include `t` .}}",
        "{{define `t`}}{{$x := printf `%1000d` 1}}{{template `t`}}{{end}}{{template `t`}}",
    ] {
        let options =
            Options { max_steps: STEPS as u64, max_output: 1 << 20, max_depth: 10_000, ..Options::default() };
        let mut set = TemplateSet::new(options).with_funcs(functions.clone());
        set.parse("t0", text).expect("a template");
        let peak = peak(|| {
            let mut out = Vec::new();
            let error = set.execute("t0", &Value::Nil, &mut out).expect_err("a limit");
            (out, error)
        });
        // The output's buffer may be twice as large as the output.
        let allowed = STEP_FACTOR * STEPS + (2 << 20) + CONSTANT;
        assert!(peak <= allowed, "{text}: {peak} bytes, {} a step", peak / STEPS);
    }
}

#[test]
fn memory_is_bounded() {
    // One after the other: both count all allocations of the process.
    parsing_takes_a_multiple_of_the_text();
    executing_takes_a_multiple_of_the_steps();
}
