//! The same templates with the same data here and in Go: `cargo run --release -p gotmpl --example bench`.
//!
//! Prints a table with the best time of several rounds and the peak of memory: the medians of several runs, the two
//! sides in turn. Every run is a process of its own. Needs Go, and a system with `/proc` for the memory.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gotmpl::{FuncMap, Function, MissingKey, Options, State, TemplateSet};
use govalue::{CallError, Str, Type, Value, json, strconv};

type Failure = Box<dyn std::error::Error>;

/// One measurement.
struct Job {
    title: &'static str,
    text: String,
    /// JSON data to execute with; without data the text is only parsed.
    data: Option<String>,
    rounds: usize,
}

/// A file of helpers as charts have them: about ten lines a template.
fn helpers(count: usize) -> String {
    let helper = |i: usize| {
        format!(
            "{{{{/*\nHelper number {i}.\n*/}}}}\n{{{{- define \"app.helper{i}\" -}}}}\n\
             {{{{- $name := .Values.name | quote }}}}\n{{{{- if and .Values.enabled (not .Values.hidden) }}}}\n\
             name: {{{{ $name | upper }}}}-{{{{ printf \"%s-%d\" .Values.suffix {i} }}}}\n\
             {{{{- else if eq .Values.kind \"plain\" }}}}\nkind: {{{{ .Values.kind }}}}\n{{{{- end }}}}\n{{{{- end }}}}\n"
        )
    };
    (0..count).map(helper).collect()
}

fn jobs() -> Vec<Job> {
    let items: Vec<String> = (0..10_000)
        .map(|i| {
            format!(
                r#"{{"name":"item-{i}","port":{i},"labels":{{"app":"a{i}","tier":"web"}},"on":{}}}"#,
                i % 3 > 0
            )
        })
        .collect();
    let loop_text = "{{range $i, $e := .items}}{{if $e.on}}- name: {{$e.name | upper | quote}}\n  index: {{$i}}\n  \
                     label: {{printf \"%s/%s\" $e.labels.app .labels.tier}}\n{{else if eq $e.name \"x\"}}x{{end}}{{end}}";
    let links = (0..200).map(|i| {
        format!("{{{{define \"l{i}\"}}}}<{{{{include \"l{}\" . | printf \"%s\"}}}}>{{{{end}}}}\n", i + 1)
    });
    let chain = links.collect::<String>() + "{{define \"l200\"}}{{.name}}{{end}}{{include \"l0\" .}}";
    let texts: Vec<String> =
        (0..5_000).map(|i| format!("\"{{{{ .name }}}}-{i}-{{{{ .name | upper }}}}\"")).collect();
    let reparse = helpers(150) + "{{range .texts}}{{tpl . $}}\n{{end}}";
    vec![
        Job { title: "parse a 2,000-line helper file", text: helpers(182), data: None, rounds: 200 },
        Job {
            title: "10,000 iterations with pipelines",
            text: loop_text.to_owned(),
            data: Some(format!(r#"{{"items":[{}]}}"#, items.join(","))),
            rounds: 40,
        },
        Job {
            title: "include chain, 200 deep",
            text: chain,
            data: Some(r#"{"name":"n"}"#.to_owned()),
            rounds: 400,
        },
        Job {
            title: "5,000 `tpl` calls",
            text: reparse,
            data: Some(format!(r#"{{"name":"n","texts":[{}]}}"#, texts.join(","))),
            rounds: 5,
        },
    ]
}

fn text(value: &Value) -> &Str {
    static EMPTY: std::sync::LazyLock<Str> = std::sync::LazyLock::new(Str::default);
    value.as_str().unwrap_or(&EMPTY)
}

fn include(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    Ok(state.render(state.templates(), text(&args[0]), &args[1])?.into())
}

fn tpl(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut set = state.templates().clone();
    let template = set.parse("root", text(&args[0]).clone())?;
    Ok(state.render_template(&set, &template, &args[1])?.into())
}

fn new_set() -> TemplateSet {
    let string = Type::STRING;
    let mut functions = FuncMap::new();
    functions.insert("include", Function::new([string.clone(), Type::Any], string.clone(), include));
    functions.insert("tpl", Function::new([string.clone(), Type::Any], string.clone(), tpl));
    let upper = |_: &mut State<'_>, args: &[Value]| Ok(Value::from(text(&args[0]).to_str().to_uppercase()));
    functions.insert("upper", Function::new([string.clone()], string.clone(), upper));
    let quote = |_: &mut State<'_>, args: &[Value]| Ok(Value::from(strconv::quote(text(&args[0]))));
    functions.insert("quote", Function::new([string.clone()], string, quote));
    let options = Options { missing_key: MissingKey::Zero, ..Options::default() };
    TemplateSet::new(options).with_funcs(Arc::new(functions))
}

/// Measures here and prints nanoseconds, peak memory in KiB and the size of the output.
fn measure(job: &Job) -> Result<(), Failure> {
    let mut set = new_set();
    set.parse("t", &*job.text)?;
    let data = job.data.as_ref().map(|data| json::decode(data.as_bytes())).transpose()?;
    let mut best = Duration::MAX;
    let mut size = 0;
    for _ in 0..job.rounds {
        let start = Instant::now();
        match &data {
            Some(data) => {
                let mut out = Vec::new();
                set.execute("t", data, &mut out)?;
                size = out.len();
            }
            None => drop(new_set().parse("t", &*job.text)?),
        }
        best = best.min(start.elapsed());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{} {} {size}", best.as_nanos(), peak.trim().trim_end_matches(" kB"));
    Ok(())
}

/// Runs of each side.
const RUNS: usize = 7;

/// The median of each number.
fn medians(runs: &[[f64; 3]]) -> [f64; 3] {
    std::array::from_fn(|at| {
        let mut numbers: Vec<f64> = runs.iter().map(|run| run[at]).collect();
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    })
}

/// What a measuring process said: nanoseconds, KiB, bytes.
fn run(mut command: Command, input: &str) -> Result<[f64; 3], Failure> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(input.as_bytes())?;
    let mut answer = String::new();
    child.stdout.take().ok_or("no pipe")?.read_to_string(&mut answer)?;
    child.wait()?;
    let numbers: Vec<f64> = answer.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    numbers.try_into().map_err(|_| format!("no measurement: {answer}").into())
}

fn main() -> Result<(), Failure> {
    let jobs = jobs();
    if let Some(index) = std::env::args().nth(1) {
        return measure(&jobs[index.parse::<usize>()?]);
    }
    let go = helm_testkit::oracle::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bench/go"));
    println!("| | here | Go | times faster | memory here | memory Go |\n|---|---|---|---|---|---|");
    for (i, job) in jobs.iter().enumerate() {
        let question = serde_json::json!({
            "Text": job.text, "Execute": job.data.is_some(), "Rounds": job.rounds,
            "Data": job.data.as_deref().map(serde_json::from_str::<serde_json::Value>).transpose()?,
        });
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let mut here = Command::new(std::env::current_exe()?);
            here.arg(i.to_string());
            ours.push(run(here, "")?);
            theirs.push(run(Command::new(&go), &question.to_string())?);
        }
        let (ours, theirs) = (medians(&ours), medians(&theirs));
        assert_eq!(ours[2], theirs[2], "{}: the outputs differ in size", job.title);
        let milliseconds = |t: [f64; 3]| format!("{:.2} ms", t[0] / 1e6);
        let memory = |t: [f64; 3]| format!("{:.1} MiB", t[1] / 1024.0);
        println!(
            "| {} | {} | {} | {:.1} | {} | {} |",
            job.title,
            milliseconds(ours),
            milliseconds(theirs),
            theirs[0] / ours[0],
            memory(ours),
            memory(theirs)
        );
    }
    Ok(())
}
