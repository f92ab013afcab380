//! Oracles: small Go programs that answer what the real implementation does, over JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A running oracle: one JSON question a line in, one JSON answer a line out.
pub struct Oracle {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds the Go program in `source` (a folder with its own `go.mod`) and starts it.
    ///
    /// The program is built into the cache folder, so that a second run is quick. Panics when there is no Go or
    /// the program does not build: a test without its judge is a failed test.
    pub fn start(source: &Path) -> Oracle {
        Oracle::run(&mut Command::new(build(source)))
    }

    /// Starts a program that answers a line of JSON with a line of JSON.
    pub fn run(program: &mut Command) -> Oracle {
        let mut child = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("start {program:?}: {e}"));
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Oracle { child, stdin, stdout }
    }

    /// Asks one question and waits for its answer.
    pub fn ask(&mut self, question: &Value) -> Value {
        self.ask_all(std::slice::from_ref(question)).pop().expect("one answer")
    }

    /// Asks many questions at once; answers come in the same order.
    pub fn ask_all(&mut self, questions: &[Value]) -> Vec<Value> {
        let mut stdin = self.stdin.take().expect("the oracle still listens");
        let lines: Vec<String> = questions.iter().map(|q| format!("{q}\n")).collect();
        let stdout = &mut self.stdout;
        let (stdin, answers) = std::thread::scope(|scope| {
            // Written from a thread of its own: both pipes fill up when there are many questions.
            let writer = scope.spawn(move || {
                for line in &lines {
                    stdin.write_all(line.as_bytes()).expect("the oracle reads its questions");
                }
                stdin.flush().expect("the oracle reads its questions");
                stdin
            });
            let answers = questions.iter().map(|q| read_answer(stdout, q)).collect();
            (writer.join().expect("the writer does not panic"), answers)
        });
        self.stdin = Some(stdin);
        answers
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

fn read_answer(stdout: &mut impl BufRead, question: &Value) -> Value {
    let mut line = String::new();
    stdout.read_line(&mut line).expect("the oracle answers");
    serde_json::from_str(&line).unwrap_or_else(|e| panic!("answer {line:?} to {question}: {e}"))
}

/// The folder for what tests build: `HELM_RS_CACHE`, or a folder in cargo's target directory.
pub fn cache_dir() -> PathBuf {
    match std::env::var_os("HELM_RS_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracle"),
    }
}

/// Builds the Go program in `source` and returns the path of the binary.
pub fn build(source: &Path) -> PathBuf {
    let source = source.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", source.display()));
    let dir = cache_dir().join("bin");
    std::fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let dir = dir.canonicalize().expect("the folder was just made");
    let name: Vec<_> = source.iter().rev().take(3).filter_map(|c| c.to_str()).collect();
    let program = dir.join(name.join("-"));
    // Tests run side by side: one builds, the others wait and find the program as good as new.
    let lock = program.with_extension("lock");
    let lock = File::create(&lock).unwrap_or_else(|e| panic!("{}: {e}", lock.display()));
    lock.lock().expect("the lock of an open file");
    let status = Command::new("go")
        .args(["build", "-mod=mod", "-buildvcs=false", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(&source)
        .env("GOFLAGS", "")
        .env("CGO_ENABLED", "0")
        .status()
        .expect("the oracle needs Go: install it and put `go` on the PATH");
    assert!(status.success(), "go build in {} failed", source.display());
    program
}
