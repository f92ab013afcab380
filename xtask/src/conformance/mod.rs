//! The comparison with the real Helm.

mod commands;
mod completion;
mod fields;
mod functions;
mod hostile;
mod judge;
mod killed;
mod lifecycle;
mod lint;
mod packages;
mod parts;
mod render;
mod sources;
mod trees;
mod values;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peers;
use crate::process::{Ran, run as run_program, step};
pub(crate) use sources::Web;

/// The two programs that are compared, and the folder that both work in.
pub(crate) struct Pair {
    /// Ours.
    pub(crate) ours: PathBuf,
    /// Helm 4.3.1.
    pub(crate) helm4: PathBuf,
    /// Helm 3.22.0.
    pub(crate) helm3: PathBuf,
    home: tempfile::TempDir,
}

/// One of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Ours,
    /// Ours under `HELM_COMPAT=3`.
    OursAs3,
    Helm4,
    Helm3,
}

impl Pair {
    pub(crate) fn new(ours: PathBuf, bin: &Path) -> Result<Pair, String> {
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        Ok(Pair { ours, helm4: bin.join("helm4"), helm3: bin.join("helm3"), home })
    }

    /// Runs a program in a folder with an empty home and nothing else of the caller's environment.
    pub(crate) fn run(
        &self,
        program: Program,
        args: &[&str],
        dir: &Path,
        env: &[(&str, &str)],
    ) -> Result<Ran, String> {
        self.run_with_input(program, args, dir, env, None)
    }

    /// The same with a pipe as input.
    pub(crate) fn run_with_input(
        &self,
        program: Program,
        args: &[&str],
        dir: &Path,
        env: &[(&str, &str)],
        input: Option<&str>,
    ) -> Result<Ran, String> {
        let path = match program {
            Program::Ours | Program::OursAs3 => &self.ours,
            Program::Helm4 => &self.helm4,
            Program::Helm3 => &self.helm3,
        };
        let home = self.home.path().to_str().unwrap_or_default();
        let mut all = vec![("HOME", home), ("TZ", "UTC"), ("PATH", "/usr/bin:/bin")];
        if program == Program::OursAs3 {
            all.push(("HELM_COMPAT", "3"));
        }
        all.extend_from_slice(env);
        run_program(path, args, dir, &all, input)
    }
}

/// Builds the program in the profile without the slow link step, or takes `$HELM_RS_BINARY`.
pub(crate) fn build_ours() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("HELM_RS_BINARY") {
        return Ok(PathBuf::from(path));
    }
    let root = crate::root();
    step(
        Command::new("cargo")
            .args(["build", "--quiet", "--profile", "quick", "--bin", "helm"])
            .current_dir(&root),
    )?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("quick/helm"))
}

/// How many comparisons were made and how many agreed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Score {
    /// Counts one comparison and tells of a difference.
    pub(crate) fn count(&mut self, what: &str, difference: Option<String>) {
        match difference {
            None => self.passed += 1,
            Some(text) => {
                self.failed += 1;
                println!("DIFFERS {what}\n{text}");
            }
        }
    }

    pub(crate) fn add(&mut self, other: Score) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let has = |flag: &str| args.iter().any(|a| a == flag);
    let value = |flag: &str| args.iter().position(|a| a == flag).and_then(|at| args.get(at + 1));
    if has("--functions") && has("--update") {
        return conclude(functions::run(true)?);
    }
    let bin = peers::install()?;
    let ours = build_ours()?;
    if let Some(dir) = value("--charts") {
        return render::folder(
            &Pair::new(ours, &bin)?,
            Path::new(dir),
            value("--filter").map(String::as_str),
            has("--verbose"),
        );
    }
    let score = parts::run(&parts::chosen(args), &ours, &bin)?;
    conclude(score)
}

fn conclude(score: Score) -> Result<(), String> {
    println!("conformance: {} passed, {} failed", score.passed, score.failed);
    println!("{} passed, {} failed", score.passed, score.failed);
    if score.failed == 0 { Ok(()) } else { Err(format!("{} comparison(s) differ", score.failed)) }
}

/// The first lines in which two texts differ, ours marked with `+`.
pub(crate) fn difference(what: &str, theirs: &str, ours: &str) -> Option<String> {
    if theirs == ours {
        return None;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (theirs.split('\n').collect(), ours.split('\n').collect());
    let at = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let show = |mark: char, lines: &[&str]| -> String {
        lines.iter().skip(at).take(4).map(|l| format!("    {mark}{l}\n")).collect()
    };
    Some(format!("  {what}, line {}:\n{}{}", at + 1, show('-', &a), show('+', &b)))
}
