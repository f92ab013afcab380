//! Shell completion: what `__complete` answers, and real shells that ask it.

use std::fs;
use std::path::Path;
use std::process::Command;

use helm_testkit::document::words;

use super::{Pair, Program, Score, difference};
use crate::cluster::Cluster;

/// Commands that only this program has. Their names may not begin as one of Helm's in `completion.txt` does.
const OUR_COMMANDS: [&str; 2] = ["unlock", "values"];

/// Flags that Helm has at no command, or not at the command that the line is for.
const OUR_FLAGS: [(&str, &[&str]); 2] = [
    ("lint", &["--strict-values"]),
    (
        "search",
        &[
            "--ca-file",
            "--cert-file",
            "--insecure-skip-tls-verify",
            "--key-file",
            "--password",
            "--plain-http",
            "--username",
        ],
    ),
];

const PAIRS: [(Program, Program); 2] = [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)];

/// Plays every line of `conformance/completion.txt` with both programs, then asks real shells.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let mut score = Score::default();
    let home = home()?;
    lines(pair, &home, &read("completion.txt")?, &mut score)?;
    shells(pair, home.path(), &mut score)?;
    println!("completion: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// The same with releases on a cluster.
pub(crate) fn run_live(pair: &Pair, cluster: &Cluster) -> Result<Score, String> {
    let mut score = Score::default();
    let home = home()?;
    let chart = crate::root().join("conformance/charts/webapp");
    let kubeconfig = cluster.kubeconfig();
    fs::copy(&kubeconfig, home.path().join("kubeconfig")).map_err(|e| e.to_string())?;
    let env = environment(home.path());
    let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    for args in [
        &["install", "one", &*chart.to_string_lossy(), "--create-namespace"][..],
        &["upgrade", "one", &*chart.to_string_lossy()],
        &["install", "two", &*chart.to_string_lossy()],
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--namespace", "completion"]).collect();
        let ran = pair.run(Program::Helm4, &args, home.path(), &env)?;
        if ran.code != 0 {
            return Err(format!("helm {}: {}", args.join(" "), ran.stderr));
        }
    }
    lines(pair, &home, &read("completion-live.txt")?, &mut score)?;
    for release in ["one", "two"] {
        pair.run(Program::Helm4, &["uninstall", release, "--namespace", "completion"], home.path(), &env)?;
    }
    println!("completion on a cluster: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

fn read(file: &str) -> Result<String, String> {
    let path = crate::root().join("conformance").join(file);
    fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// A home with repositories, an index and contexts.
fn home() -> Result<tempfile::TempDir, String> {
    let home = tempfile::tempdir().map_err(|e| e.to_string())?;
    let version = |version: &str, more: &str| {
        format!(
            "  - {{name: web, version: {version}, created: \"2026-02-03T04:05:06Z\", urls: [x.tgz]{more}}}\n"
        )
    };
    let index = format!(
        "apiVersion: v1\nentries:\n  web:\n{}{}  db:\n  - {{name: db, version: 0.1.0, deprecated: true, urls: [y.tgz]}}\n",
        version("2.0.0", ", appVersion: \"7\""),
        version("1.0.0", "")
    );
    let context = |name: &str| format!("- {{name: {name}, context: {{cluster: of-{name}, user: u}}}}\n");
    for (name, content) in [
        ("config/repositories.yaml", "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n\
          - {name: main, url: \"https://charts.example.com\"}\n- {name: other, url: \"https://other.example.com\"}\n".to_owned()),
        ("cache/repository/main-index.yaml", index),
        ("cache/repository/main-charts.txt", "db\nweb\n".to_owned()),
        ("kubeconfig", format!("apiVersion: v1\nkind: Config\nclusters:\n- {{name: of-a, cluster: {{server: \"https://127.0.0.1:1\"}}}}\ncontexts:\n{}{}current-context: a\n", context("a"), context("b"))),
        ("work/main.yaml", String::new()),
    ] {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(home.path())).map_err(|e| e.to_string())?;
        fs::write(path, content).map_err(|e| e.to_string())?;
    }
    Ok(home)
}

fn environment(home: &Path) -> Vec<(String, String)> {
    [
        ("HELM_CONFIG_HOME", "config"),
        ("HELM_CACHE_HOME", "cache"),
        ("HELM_DATA_HOME", "data"),
        ("KUBECONFIG", "kubeconfig"),
    ]
    .map(|(name, path)| (name.to_owned(), home.join(path).to_string_lossy().into_owned()))
    .to_vec()
}

fn lines(pair: &Pair, home: &tempfile::TempDir, text: &str, score: &mut Score) -> Result<(), String> {
    let env = environment(home.path());
    let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let dir = home.path().join("work");
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let words = words(line);
        for (theirs, ours) in PAIRS {
            let mut answers = Vec::new();
            for program in [theirs, ours] {
                let args: Vec<&str> =
                    std::iter::once("__complete").chain(words.iter().map(String::as_str)).collect();
                let ran = pair.run(program, &args, &dir, &env)?;
                let candidates = comparable(&ran.stdout, &words[0]);
                answers.push(format!("exit code {}\n{candidates}{}", ran.code, ran.stderr));
            }
            score.count(
                &format!("complete {line} ({theirs:?})"),
                difference("answer", &answers[0], &answers[1]),
            );
        }
    }
    Ok(())
}

/// Candidates without what only this program has. Descriptions of commands and flags are in other words; those of
/// releases, revisions, charts and versions are compared.
fn comparable(stdout: &str, command: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in stdout.lines() {
        let (name, description) = line.split_once('\t').unwrap_or((line, ""));
        let described = description.contains(" -> ")
            || ["App: ", "Created: ", "Chart ", "Output ", "of-", "http"]
                .iter()
                .any(|p| description.starts_with(p));
        let own_flag = OUR_FLAGS.iter().any(|(of, flags)| *of == command && flags.contains(&name));
        if !own_flag && !OUR_COMMANDS.contains(&name) {
            lines.push(if described { line.to_owned() } else { name.to_owned() });
        }
    }
    // The order of contexts is random in Helm.
    if lines.iter().any(|l| l.contains("\tof-")) {
        lines.sort();
    }
    lines.join("\n") + "\n"
}

/// Real shells load the scripts and complete command lines.
fn shells(pair: &Pair, home: &Path, score: &mut Score) -> Result<(), String> {
    let bin = home.join("bin");
    fs::create_dir_all(&bin).map_err(|e| e.to_string())?;
    fs::copy(&pair.ours, bin.join("helm")).map_err(|e| e.to_string())?;
    let script = crate::root().join("conformance/shells");
    for shell in ["bash", "fish", "zsh"] {
        let output = Command::new(shell)
            .arg(script.join(format!("complete.{shell}")))
            .current_dir(home.join("work"))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("HOME", home)
            .env("TERM", "xterm")
            .envs(environment(home))
            .output()
            .map_err(|e| format!("{shell}: {e}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = fs::read_to_string(script.join("expected.txt")).map_err(|e| e.to_string())?;
        let mut found = difference("candidates", &expected, &said);
        if let Some(text) = &mut found {
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        score.count(&format!("completion in {shell}"), found);
    }
    Ok(())
}
