//! The real Helms as long-running programs: their own sources with one file more, which runs one command after another.
//!
//! Starting a Helm takes longer than most of what it is asked here. That both forms answer alike is part of the run.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use helm_testkit::oracle::Oracle;
use serde_json::json;

use super::{Program, render};
use crate::peers;
use crate::process::Ran;

/// Questions after which a program is started anew: each leaves something behind in it.
const LIFE: usize = 2000;

/// How often Helm is asked again when it answers otherwise: it walks its maps in random order. Of two errors in a small
/// map, one is chosen in one of eight runs only.
const AGAIN: usize = 150;

/// Where the two programs are.
#[derive(Clone)]
pub(crate) struct Judges {
    helm3: PathBuf,
    helm4: PathBuf,
}

impl Judges {
    pub(crate) fn install(bin: &Path) -> Result<Judges, String> {
        let source = crate::root().join("xtask/oracle");
        let read = |name: &str| {
            let path = source.join(name);
            fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let serve = read("serve.go")?;
        let helm3 = [("cmd/helm/zz_serve.go", serve.clone()), ("cmd/helm/zz_run.go", read("helm3.go")?)];
        let serve = serve.replacen("package main", "package cmd", 1);
        let helm4 = [("pkg/cmd/zz_serve.go", serve), ("pkg/cmd/zz_run.go", read("helm4.go")?)];
        Ok(Judges {
            helm3: peers::oracle(bin, "helm3", &helm3)?,
            helm4: peers::oracle(bin, "helm4", &helm4)?,
        })
    }
}

/// A running Helm.
pub(crate) struct Judge {
    program: PathBuf,
    home: PathBuf,
    running: Option<Oracle>,
    asked: usize,
}

impl Judge {
    pub(crate) fn new(judges: &Judges, program: Program, home: &Path) -> Judge {
        let program = if program == Program::Helm3 { &judges.helm3 } else { &judges.helm4 };
        Judge { program: program.clone(), home: home.to_path_buf(), running: None, asked: 0 }
    }

    /// What Helm prints for these arguments in this folder.
    pub(crate) fn ask(&mut self, dir: &Path, args: &[String]) -> Ran {
        if self.asked == LIFE {
            (self.asked, self.running) = (0, None);
        }
        self.asked += 1;
        let running = self.running.get_or_insert_with(|| {
            let mut command = Command::new(&self.program);
            command.env_clear().env("HOME", &self.home).env("TZ", "UTC").env("PATH", "/usr/bin:/bin");
            Oracle::run(command.env("HELM_ORACLE", "1"))
        });
        let answer = running.ask(&json!({"dir": dir, "args": args}));
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Ran {
            code: answer["code"].as_i64().and_then(|c| i32::try_from(c).ok()).unwrap_or(-1),
            stdout: text("stdout"),
            stderr: text("stderr"),
        }
    }

    /// Whether Helm, asked again and again, comes to our answer. Where several things are wrong in several subcharts it
    /// may take forever to hit on the same ones: then it is enough that Helm says each line of ours at times.
    pub(crate) fn may_answer(&mut self, dir: &Path, args: &[String], ours: &Ran) -> bool {
        let mut said = HashSet::new();
        let lines = |ran: &Ran| -> Vec<String> {
            let ran = without_folder(ran);
            let all = format!("{}\n{}", render::normal(&ran.stderr), ran.stdout);
            all.lines().map(str::to_owned).collect()
        };
        for _ in 0..AGAIN {
            let answer = self.ask(dir, args);
            if compare(&answer, ours).is_none() {
                return true;
            }
            said.extend(lines(&answer));
        }
        ours.code != 0 && lines(ours).iter().all(|line| said.contains(line))
    }
}

/// In what our answer differs. Where Helm ends in a panic, an error is right.
pub(crate) fn compare(theirs: &Ran, ours: &Ran) -> Option<String> {
    let panicked = theirs.code == 2 && theirs.stderr.contains("panic: ");
    if panicked && ours.code == 1 {
        return None;
    }
    render::compare(&without_folder(theirs), &without_folder(ours))
}

/// `helm lint` unpacks archives into a folder with a random name, and says so.
fn without_folder(ran: &Ran) -> Ran {
    let plain = |text: &str| {
        let mut parts = text.split("/helm-lint");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| {
            all + "/helm-lint" + part.trim_start_matches(|c: char| c.is_ascii_alphanumeric())
        })
    };
    Ran { code: ran.code, stdout: plain(&ran.stdout), stderr: plain(&ran.stderr) }
}
