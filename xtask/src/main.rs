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
  conformance                  compare with Helm 4.3.1: rendering, errors, commands, life cycle on a real API server
  conformance --offline        only what needs no API server
  conformance --live           only what needs one
  conformance --dependencies   only 'helm dependency'; SEED and CASES for random charts, RUNS and KILLS for the crowd
  conformance --lint           only the cases of helm lint
  conformance --trees          only random trees of charts; SEED repeats a run, TREES sets how many, TREE picks one
  conformance --sources        only where charts come from and go to: repositories, signatures
  conformance --functions      only the template functions; docs/functions.md must be their report
      --update                 write that report
  conformance --charts DIR     compare the rendering of every chart beneath a folder; prints 'identical N of M'
      --filter TEXT            only charts whose path holds the text
      --verbose                print every difference whole
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("tidy") => tidy::run(),
        Some("peers") => peers::install().map(|dir| println!("{}", dir.display())),
        Some("bench") => bench::run(),
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
