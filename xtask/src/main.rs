//! The project's own commands: `cargo xtask tidy | peers | bench | conformance`.

mod bench;
mod cluster;
mod conformance;
mod peers;
mod process;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  tidy                         check the dependency table and the project's own rules
  peers                        install the programs that the conformance run compares with
  bench                        time and memory of repositories and dependencies beside Helm 4.3.1
  bench --cluster              installs and upgrades of a large chart on a real API server beside Helm 4.3.1
  conformance                  compare with Helm 4.3.1 and 3.22.0: every part, two at a time; each prints its count
  conformance --offline        only the parts that need no API server
  conformance --live           only the parts that need one
  conformance --PART …         only these parts; xtask/src/conformance/parts.rs has their names, their files say
                               which variables they read (SEED repeats a random run)
  conformance --functions --update
                               write docs/functions.md, the report of the comparison of all template functions
  conformance --charts DIR     compare the rendering of every chart beneath a folder; prints 'identical N of M'
      --filter TEXT            only charts whose path holds the text
      --verbose                print every difference whole
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("tidy") => tidy::run(),
        Some("peers") => peers::install().map(|dir| println!("{}", dir.display())),
        Some("bench") => bench::run(&args[1..]),
        Some("conformance") => conformance::run(&args[1..]),
        _ => {
            print!("{HELP}");
            return if args.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}
