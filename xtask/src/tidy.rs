//! The rules of the project that a compiler does not hold: which crate may use which, and which words stay out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every product crate with the crates of this workspace that it may use.
const TABLE: &[(&str, &[&str])] = &[
    ("govalue", &[]),
    ("gourl", &["govalue"]),
    ("gonet", &["gourl"]),
    ("gojsonpath", &["govalue"]),
    ("gojsonschema", &["govalue", "goregexp", "gourl"]),
    ("gosemver", &["govalue"]),
    ("goregexp", &[]),
    ("gotmpl", &["govalue"]),
    ("sprig", &["gotmpl", "govalue", "gosemver", "goregexp", "gourl"]),
    ("k8s-object", &["govalue"]),
    ("helm-chart", &["govalue", "gosemver", "gojsonschema"]),
    ("helm-render", &["helm-chart", "gotmpl", "sprig", "govalue", "gosemver"]),
    ("helm-release", &["helm-chart", "k8s-object", "govalue", "gosemver"]),
    ("helm-plugin", &["helm-chart", "govalue", "gosemver"]),
    ("helm-source", &["helm-chart", "govalue", "gonet", "gosemver", "goregexp"]),
    ("helm-kube", &["k8s-object", "govalue", "gonet"]),
    ("helm-store", &["helm-release", "helm-kube", "k8s-object"]),
    (
        "helm-actions",
        &[
            "helm-chart",
            "helm-render",
            "helm-release",
            "helm-source",
            "helm-kube",
            "helm-store",
            "k8s-object",
            "govalue",
            "gosemver",
            "gonet",
            "goregexp",
            "sprig",
            "gotmpl",
        ],
    ),
    ("helm-cli", &["*"]),
    ("helm-testkit", &["*"]),
    ("xtask", &["*"]),
];

/// Crates that compute and do nothing else.
const PURE: &[&str] = &[
    "govalue",
    "gojsonpath",
    "gojsonschema",
    "gosemver",
    "goregexp",
    "gourl",
    "gotmpl",
    "sprig",
    "k8s-object",
    "helm-chart",
    "helm-render",
    "helm-release",
];

/// Words that a pure crate does not name.
const OUTSIDE: &[&str] =
    &["tokio::", "tower::", "http::", "std::env", "std::net", "SystemTime", "Instant::now"];

/// Crates, their only modules that touch files, and where that leaves none.
const FILES: &[(&[&str], &[&str], &str)] = &[
    (&["helm-chart"], &["dir", "archive", "scaffold"], "outside of the modules dir, archive and scaffold"),
    // A chart is linted as it lies on the disk, mistakes that no loader accepts included.
    (&["helm-actions"], &["lint"], "outside of the module lint"),
    (
        &[
            "govalue",
            "gojsonpath",
            "gojsonschema",
            "gosemver",
            "goregexp",
            "gourl",
            "gotmpl",
            "sprig",
            "k8s-object",
            "helm-render",
            "helm-release",
            "helm-store",
        ],
        &[],
        "in a crate that touches no files",
    ),
];

/// Words and the only crates that may name them.
const RESERVED: &[(&str, &[&str])] = &[
    ("kube::", &["helm-kube"]),
    ("k8s_openapi::", &["helm-kube"]),
    ("clap::", &["helm-cli"]),
    ("println!", &["helm-cli", "helm-testkit", "xtask"]),
    ("eprintln!", &["helm-cli", "helm-testkit", "xtask"]),
    ("process::exit", &["helm-cli", "xtask"]),
    ("std::env::var", &["helm-cli", "helm-testkit", "xtask"]),
];

pub(crate) fn run() -> Result<(), String> {
    let mut problems = Vec::new();
    check_table(&mut problems)?;
    let root = crate::root();
    for (name, _) in TABLE {
        let dir = if *name == "xtask" { root.join("xtask") } else { root.join("crates").join(name) };
        check_sources(name, &dir.join("src"), &mut problems)?;
    }
    check_crates_are_described(&root, &mut problems)?;
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    match problems.len() {
        0 => {
            println!("tidy: {} crates, no problem", TABLE.len());
            Ok(())
        }
        n => Err(format!("{n} problem(s)")),
    }
}

/// Compares the table with what `cargo metadata` says.
fn check_table(problems: &mut Vec<String>) -> Result<(), String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(crate::root())
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(allowed) = table.get(name) else {
            problems.push(format!("crate {name} is not in the table of xtask/src/tidy.rs"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"].as_str() == Some("dev");
            if table.contains_key(used) && !for_tests && !allowed.contains(&used) && !allowed.contains(&"*") {
                problems.push(format!("crate {name} must not use {used}"));
            }
        }
    }
    Ok(())
}

fn check_sources(name: &str, dir: &Path, problems: &mut Vec<String>) -> Result<(), String> {
    for entry in fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            check_sources(name, &path, problems)?;
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("xtask/src/tidy.rs") {
            let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            check_source(name, &path, &text, problems);
        }
    }
    Ok(())
}

fn check_source(name: &str, path: &Path, text: &str, problems: &mut Vec<String>) {
    // Tests at the end of a file may do what they need.
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    for (at, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default();
        let mut refuse = |word: &str, why: &str| {
            problems.push(format!("{}:{}: {word} {why}", path.display(), at + 1));
        };
        if PURE.contains(&name) {
            OUTSIDE
                .iter()
                .filter(|w| names(line, w))
                .for_each(|w| refuse(w, "in a crate that only computes"));
        }
        for (_, modules, where_) in FILES.iter().filter(|(crates, ..)| crates.contains(&name)) {
            if names(line, "std::fs") && !modules.iter().any(|m| is_in(path, m)) {
                refuse("std::fs", where_);
            }
        }
        for (word, allowed) in RESERVED {
            if names(line, word) && !allowed.contains(&name) {
                refuse(word, "is reserved for other crates");
            }
        }
    }
}

/// Whether a source file is a crate's module of that name or lies in it.
fn is_in(path: &Path, module: &str) -> bool {
    let mut parts = path.components().rev().map_while(|c| c.as_os_str().to_str()).take_while(|c| *c != "src");
    parts.any(|part| part.strip_suffix(".rs").unwrap_or(part) == module)
}

/// Whether a line names a path or macro, not only a longer one that ends alike.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Every crate has a line in `ARCHITECTURE.md`.
fn check_crates_are_described(root: &Path, problems: &mut Vec<String>) -> Result<(), String> {
    let text =
        fs::read_to_string(root.join("ARCHITECTURE.md")).map_err(|e| format!("ARCHITECTURE.md: {e}"))?;
    for (name, _) in TABLE {
        if !text.contains(&format!("`{name}`")) {
            problems.push(format!("ARCHITECTURE.md does not mention `{name}`"));
        }
    }
    Ok(())
}
