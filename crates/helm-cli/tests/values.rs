//! `helm values` and what `docs/values.md` says of it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use helm_testkit::document::Example;
use helm_testkit::http::{Response, Server};

/// Runs the program in a folder, with an empty home.
fn helm(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helm"));
    command.current_dir(dir).args(args).env_clear().env("HOME", dir).stdin(Stdio::null());
    command.output().expect("the program starts")
}

/// Everything that was printed.
fn printed(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(both).expect("output is text")
}

#[test]
fn the_document_says_what_happens() {
    let document = include_str!("../../../docs/values.md");
    let example = Example::read(document);
    let dir = tempfile::tempdir().expect("a folder");
    example.write(dir.path()).expect("the files are written");
    assert!(example.files.len() >= 10 && example.commands.len() >= 6, "{example:?}");
    for shown in &example.commands {
        let words: Vec<&str> = shown.words.iter().map(String::as_str).collect();
        let (program, args) = words.split_first().expect("a command line has words");
        assert_eq!(*program, "helm");
        assert_eq!(printed(&helm(dir.path(), args)), shown.output, "{words:?}");
    }
}

/// A chart with these files, and a folder to run in.
fn chart(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, content).expect("the file is written");
    };
    write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
    files.iter().for_each(|(name, content)| write(name, content));
    dir
}

/// The keys of a run with `--unused`, with their reasons, and the exit code.
fn unused(dir: &Path, args: &[&str]) -> (Vec<String>, Option<i32>) {
    let args = [&["values", "c", "--unused", "-o", "json"], args].concat();
    let output = helm(dir, &args);
    let found: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(&output)));
    let show = |f: &serde_json::Value| {
        let text = |key: &str| f[key].as_str().unwrap_or_default().to_owned();
        [text("path"), text("reason"), text("didYouMean")].join(" ").trim().to_owned()
    };
    (found.as_array().expect("a list").iter().map(show).collect(), output.status.code())
}

#[test]
fn values_that_are_passed_on_are_read() {
    // Each template reads all of .Values.t in its own way.
    let templates = [
        "{{ toYaml .Values.t }}",
        "{{ .Values.t | toJson }}",
        "{{ .Values | toYaml }}",
        "{{ range $k, $v := .Values.t }}{{ $k }}={{ $v }}{{ end }}",
        "{{ range $k, $v := .Values.t }}{{ $v | toJson }}{{ end }}",
        "{{ include \"h\" .Values.t }}",
        "{{ include \"h\" (dict \"x\" .Values.t) }}",
        "{{ with .Values.t }}{{ tpl \"{{ toYaml . }}\" . }}{{ end }}",
        "{{ tpl \"{{ .Values.t.a }}{{ .Values.t.b.c }}\" . }}",
        "{{ .Values.t }}",
        "{{ print .Values.t }}{{ printf \"%v\" .Values }}",
        "{{ merge (dict) .Values.t | toYaml }}",
        "{{ $m := merge (dict \"a\" 1) .Values.t }}{{ $m.b.c }}",
        "{{ $m := mergeOverwrite (deepCopy .Values.t) (dict \"z\" 1) }}{{ $m.a }}{{ $m.b.c }}",
        "{{ $m := deepCopy .Values.t }}{{ $m.a }}{{ $m.b | toJson }}",
        "{{ $m := deepCopy .Values }}{{ $m.t.a }}{{ index $m \"t\" \"b\" \"c\" }}",
        "{{ pick .Values.t \"a\" \"b\" | toYaml }}",
        "{{ omit .Values.t \"z\" | toYaml }}",
        "{{ get .Values.t \"a\" }}{{ dig \"b\" \"c\" \"\" .Values.t }}",
        "{{ index .Values \"t\" \"a\" }}{{ (index .Values.t \"b\").c }}",
        "{{ hasKey .Values.t \"a\" }}{{ hasKey .Values.t.b \"c\" }}",
        "{{ values .Values.t | toJson }}",
        "{{ pluck \"a\" .Values.t }}{{ pluck \"b\" .Values.t | toJson }}",
        "{{ $_ := set .Values \"u\" .Values.t }}{{ .Values.u | toYaml }}",
        "{{ $_ := set .Values.t \"a\" 2 }}{{ toYaml .Values.t }}",
        "{{ if .Values.t }}x{{ end }}",
        "{{ .Values.t | default dict | len }}",
        "{{ empty .Values.t }}",
        "{{ $.Subcharts | toJson }}{{ $.Values.t | toJson }}",
        "{{ list .Values.t | toJson }}",
        "{{ (list .Values.t | first).a }}{{ range list .Values.t }}{{ .b.c }}{{ end }}",
        "{{ eq (toString .Values.t) \"\" }}",
        "{{ deepEqual .Values.t (dict) }}",
        "{{ .Values.t | mustToRawJson }}",
        "{{ coalesce .Values.t (dict) | toYaml }}",
        "{{ ternary .Values.t (dict) true | toYaml }}",
        "{{ .Values.t | toYamlPretty }}{{ .Values.t | toToml }}",
        "{{ keys .Values.t | sortAlpha }}{{ keys .Values.t.b }}",
    ];
    for template in templates {
        let helper = "{{ define \"h\" }}{{ toYaml . }}{{ end }}";
        // Whatever comes out of it is no object; that does not matter here.
        let dir = chart(&[("c/templates/t.txt", template), ("c/templates/_h.tpl", helper)]);
        let (found, code) = unused(dir.path(), &["--set", "t.a=1,t.b.c=2"]);
        assert_eq!((found, code), (Vec::new(), Some(0)), "{template}");
    }
}

#[test]
fn items_of_lists_are_looked_at_one_by_one() {
    let template = "{{ range .Values.hosts }}{{ .name }}{{ with .tls }}{{ .secret }}{{ end }}{{ end }}";
    let dir = chart(&[("c/templates/t.txt", template)]);
    let (found, code) = unused(
        dir.path(),
        &["--set", "hosts[0].name=a,hosts[0].tls.secret=s,hosts[1].nmae=b,hosts[1].tls.secert=x,list={a,b}"],
    );
    let expected = [
        "hosts[1].nmae unknown hosts[1].name",
        "hosts[1].tls.secert unknown hosts[1].tls.secret",
        "list unknown",
    ];
    assert_eq!((found, code), (expected.map(str::to_owned).to_vec(), Some(2)));
}

#[test]
fn subcharts_globals_switches_and_schemas_read_too() {
    let dir = chart(&[
        (
            "c/Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n\
             - {name: sub, version: '*', condition: 'sub.enabled,global.sub', tags: [extra]}\n\
             - {name: none, version: '*', alias: other, condition: other.enabled}\n",
        ),
        ("c/values.schema.json", r#"{"properties": {"must": {"type": "string"}}, "required": ["must"]}"#),
        ("c/templates/t.txt", "{{ .Values.own }}"),
        ("c/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ("c/charts/sub/templates/t.txt", "{{ .Values.a }}{{ .Values.global.g }}{{ .Values.global.t.u }}"),
        ("c/charts/none/Chart.yaml", "apiVersion: v2\nname: none\nversion: 1.0.0\n"),
        ("c/charts/none/templates/t.txt", "{{ .Values.a }}"),
    ]);
    let set = "own=1,sub.a=1,sub.b=1,sub.enabled=true,tags.extra=true,global.g=1,global.sub=true,global.t.u=1,global.t.x=1,\
               sub.global.g=2,must=x,other.enabled=false,other.a=1,tags.nothing=true";
    let (found, code) = unused(dir.path(), &["--set", set]);
    let expected = ["global.t.x unknown", "other.a subchart-off", "sub.b unknown", "tags.nothing unknown"];
    assert_eq!((found, code), (expected.map(str::to_owned).to_vec(), Some(2)));
    assert_eq!(
        printed(&helm(dir.path(), &["values", "c", "--set", set, "--explain", "other.zone"])),
        "Error: no value at other.zone; subchart other is off (condition other.enabled)\n"
    );
}

#[test]
fn parts_that_were_not_reached_are_no_mistakes() {
    let template = "{{ if .Values.on }}{{ .Values.a.b }}{{ with .Values.c }}{{ .d }}{{ end }}\
                    {{ toYaml .Values.e }}{{ range .Values.f }}{{ .g }}{{ end }}{{ $x := .Values.h }}{{ $x.i }}\
                    {{ index .Values \"j\" \"k\" }}{{ include \"h\" . }}{{ end }}";
    let helper = "{{ define \"h\" }}{{ .Values.l.m }}{{ end }}";
    let dir = chart(&[("c/templates/t.txt", template), ("c/templates/_h.tpl", helper)]);
    let set = "on=false,a.b=1,c.d=1,e.x.y=1,f[0].g=1,h.i=1,j.k=1,l.m=1";
    let (found, code) = unused(dir.path(), &["--set", set]);
    assert!(found.iter().all(|f| f.ends_with("unreached")) && found.len() == 7, "{found:?}");
    assert_eq!(code, Some(0));
    assert_eq!(unused(dir.path(), &["--set", &set.replace("false", "true")]), (Vec::new(), Some(0)));
    let (found, code) = unused(dir.path(), &["--set", "on=false,a.c=1,f[0].h=1,n.d=1"]);
    assert_eq!(found, ["a.c unknown", "f[0].h unknown", "n unknown"]);
    assert_eq!(code, Some(2));
}

#[test]
fn an_acceptance_from_the_issue_tracker() {
    let dir = chart(&[
        ("c/values.yaml", "db:\n  user: a\n"),
        ("c/templates/t.yaml", "a: {{ .Values.db.user }}\n"),
        ("f.yaml", "db:\n  username: x\n"),
    ]);
    let output = helm(dir.path(), &["lint", "--strict-values", "-f", "f.yaml", "c"]);
    let text = printed(&output);
    assert!(
        text.contains("[ERROR] f.yaml:2: no template reads db.username; did you mean db.user?"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn errors_help() {
    let dir =
        chart(&[("c/values.yaml", "image: {tag: x}\n"), ("bad.yaml", "a: [\n"), ("list.yaml", "- a\n")]);
    for (args, text) in [
        (
            &["values"][..],
            "Error: \"helm values\" requires 1 argument\n\nUsage:  helm values [CHART] [flags]\n",
        ),
        (&["values", "./no"], "Error: path \"./no\" not found\n"),
        (&["values", "c", "-f", "no.yaml"], "Error: open no.yaml: no such file or directory\n"),
        (&["values", "c", "--explain", "imag.tag"], "Error: no value at imag.tag; did you mean image.tag?\n"),
        (
            &["values", "c", "--explain", "image.tga"],
            "Error: no value at image.tga; did you mean image.tag?\n",
        ),
        (&["values", "c", "--explain", "x"], "Error: no value at x\n"),
        (
            &["values", "c", "--explain", "image.tag.x"],
            "Error: no value at image.tag.x: image.tag is not a table but \"x\", set by c/values.yaml:1\n",
        ),
        (
            &["values", "c", "--explain", "a..b"],
            "Error: invalid path \"a..b\": there is an empty name in it\n",
        ),
        (
            &["values", "c", "--explain", "a", "--unused"],
            "Error: if any flags in the group [explain unused] are set none of the others can be; \
             [explain unused] were all set\n",
        ),
        (
            &["values", "c", "-o", "table"],
            "Error: invalid argument \"table\" for \"-o, --output\" flag: invalid format type\n",
        ),
        (
            &["values", "c", "--unused", "-f", "list.yaml"],
            "Error: failed to parse list.yaml: cannot unmarshal yaml document: error unmarshaling JSON: while decoding \
             JSON: json: cannot unmarshal array into Go value of type map[string]interface {}\n",
        ),
    ] {
        let output = helm(dir.path(), args);
        assert_eq!(printed(&output), text, "{args:?}");
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    }
}

#[test]
fn values_come_from_servers_and_standard_input() {
    let server = Server::start(|request| match request.path.as_str() {
        "/v.yaml" => Response::ok("a: {b: 5}\n---\na: {c: 6}\n"),
        "/text" => Response::ok("some text"),
        "/broken.yaml" => Response::ok("a: ["),
        _ => Response::not_found(),
    });
    let url = server.url();
    let dir = chart(&[("c/values.yaml", "a: {b: 1}\n")]);
    let at = |path: &str| format!("{url}{path}");
    let run = |args: &[&str]| printed(&helm(dir.path(), args));
    assert_eq!(run(&["values", "c", "-f", &at("/v.yaml")]), "a:\n  b: 5\n  c: 6\n");
    assert_eq!(run(&["values", "c", "--set-file", &format!("a={}", at("/text"))]), "a: some text\n");
    assert_eq!(
        run(&["values", "c", "-f", &at("/v.yaml"), "--explain", "a.c"]),
        format!("a.c: 6\n  6  {}:3\n", at("/v.yaml"))
    );
    assert_eq!(
        run(&["template", "c", "-f", &at("/no.yaml")]),
        format!("Error: failed to fetch {} : 404 Not Found\n", at("/no.yaml"))
    );
    assert_eq!(
        run(&["lint", "c", "--set-file", &format!("a={}", at("/no"))]),
        format!("Error: failed parsing --set-file data: failed to fetch {} : 404 Not Found\n", at("/no"))
    );
    let broken = run(&["values", "c", "-f", &at("/broken.yaml")]);
    assert!(broken.starts_with(&format!("Error: failed to parse {}: ", at("/broken.yaml"))), "{broken}");
    assert_eq!(
        run(&["values", "c", "-f", "http://127.0.0.1:1/v.yaml"]),
        "Error: Get \"http://127.0.0.1:1/v.yaml\": dial tcp 127.0.0.1:1: connect: connection refused\n"
    );
    for (name, text) in [
        ("x:y.yaml", "open x:y.yaml: no such file or directory"),
        ("a%zz.yaml", "parse \"a%zz.yaml\": invalid URL escape \"%zz\""),
        ("ftp://x/y", "open ftp://x/y: no such file or directory"),
    ] {
        assert_eq!(run(&["values", "c", "-f", name]), format!("Error: {text}\n"));
    }
    // Standard input serves both the merging and the telling of origins, and every chart that is linted.
    let input = "a:\n  b: 7\n  x: 8\n";
    assert_eq!(with_input(dir.path(), &["values", "c", "-f", "-"], input), "a:\n  b: 7\n  x: 8\n");
    assert_eq!(
        with_input(dir.path(), &["values", "c", "-f", "-", "--explain", "a.b"], input),
        "a.b: 7\n  7  -:2\n  1  c/values.yaml:1\n"
    );
    let linted = with_input(dir.path(), &["lint", "c", "-f", "-", "--strict-values"], input);
    assert!(linted.contains("[ERROR] -:1: no template reads a\n"), "{linted}");
}

/// Runs the program with something to read.
fn with_input(dir: &Path, args: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helm"));
    command.current_dir(dir).args(args).env_clear().env("HOME", dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("the program reads");
    drop(stdin);
    printed(&child.wait_with_output().expect("the program ends"))
}

#[test]
fn the_values_printed_are_those_that_a_template_sees() {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/charts");
    let mut compared = 0;
    for compat in ["3", "4"] {
        for entry in std::fs::read_dir(&charts).expect("the charts are there") {
            let source = entry.expect("an entry").path();
            let dir = tempfile::tempdir().expect("a folder");
            let copy = dir.path().join("chart");
            copy_folder(&source, &copy);
            // A template beside the others prints what it sees; nothing else is rendered.
            let dump = "{{ .Values | toYaml }}";
            let templates = copy.join("templates");
            let _ = std::fs::remove_dir_all(&templates);
            std::fs::create_dir_all(&templates).expect("a folder");
            std::fs::write(templates.join("dump.yaml"), dump).expect("a file");
            let run = |args: &[&str]| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_helm"));
                command.current_dir(dir.path()).args(args).env_clear().env("HOME", dir.path());
                let output = command.env("HELM_COMPAT", compat).output().expect("the program starts");
                String::from_utf8(output.stdout).expect("output is text")
            };
            let set = ["--set", "global.x=1,new.y=null,list={a,b}", "--skip-schema-validation"];
            let template = [&["template", "chart", "--show-only", "templates/dump.yaml"][..], &set].concat();
            let rendered = run(&template);
            let Some((_, seen)) = rendered.split_once("templates/dump.yaml\n") else { continue };
            // --show-only puts line breaks of its own behind.
            let values = run(&[&["values", "chart"][..], &set[..2]].concat());
            assert_eq!(values, seen.trim_end().to_owned() + "\n", "{}", source.display());
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}
