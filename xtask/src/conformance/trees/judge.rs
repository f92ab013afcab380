//! The real Helms as long-running programs: their own sources with one file more, which runs one command after another.
//!
//! Starting a Helm takes longer than most of what it is asked here. That both forms answer alike is part of the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use helm_testkit::oracle::Oracle;
use serde_json::json;

use crate::conformance::Program;
use crate::peers;
use crate::process::Ran;

/// Questions after which a program is started anew: each leaves something behind in it.
const LIFE: usize = 2000;

/// Where the two programs are.
#[derive(Clone)]
pub(super) struct Judges {
    helm3: PathBuf,
    helm4: PathBuf,
}

impl Judges {
    pub(super) fn install(bin: &Path) -> Result<Judges, String> {
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
pub(super) struct Judge {
    program: PathBuf,
    home: PathBuf,
    running: Option<Oracle>,
    asked: usize,
}

impl Judge {
    pub(super) fn new(judges: &Judges, program: Program, home: &Path) -> Judge {
        let program = if program == Program::Helm3 { &judges.helm3 } else { &judges.helm4 };
        Judge { program: program.clone(), home: home.to_path_buf(), running: None, asked: 0 }
    }

    /// What Helm prints for these arguments in this folder.
    pub(super) fn ask(&mut self, dir: &Path, args: &[String]) -> Ran {
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
}
