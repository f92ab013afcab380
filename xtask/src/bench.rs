//! `cargo xtask bench`: this program beside Helm 4.3.1 in one run, on the same data.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use helm_testkit::files;

use crate::conformance::{Pair, Program};

const CHARTS: usize = 40;
/// Other charts in the index, with twenty versions each.
const OTHERS: usize = 60;

/// How long a command took and how much memory it held at most, in KiB.
#[derive(Clone, Copy, Debug)]
struct Cost {
    wall: Duration,
    memory: u64,
}

pub(crate) fn run() -> Result<(), String> {
    let pair = Pair::new(&crate::peers::install()?)?;
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let root = folder.path();
    let server = repository(&pair, root)?;
    let build = |program: Program, path: &Path| -> Result<Cost, String> {
        let stage = root.join(format!("{program:?}"));
        let config = stage.join(".config/helm");
        fs::create_dir_all(&config).map_err(|e| e.to_string())?;
        let known = format!("repositories:\n- {{name: main, url: \"{}\"}}\n", server.url());
        fs::write(config.join("repositories.yaml"), known).map_err(|e| e.to_string())?;
        let _ = fs::remove_dir_all(root.join("app/charts"));
        let cost = measure(path, &["dependency", "build", "app"], root, &stage)?;
        let built = fs::read_dir(root.join("app/charts")).map_or(0, Iterator::count);
        if built == CHARTS { Ok(cost) } else { Err(format!("{program:?} built {built} charts")) }
    };
    lock(&pair, root, &server.url())?;
    let theirs = build(Program::Helm4, &pair.helm4)?;
    // The first run fetches the index, as Helm does each time.
    let ours = build(Program::Ours, &pair.ours)?;
    println!("dependency build, {CHARTS} charts, index of {} KiB", size(&root.join("web/index.yaml")) / 1024);
    for (name, cost) in [("Helm 4.3.1", theirs), ("helm-rs", ours)] {
        println!("  {name:12} {:8.3} s {:8.1} MiB", cost.wall.as_secs_f64(), cost.memory as f64 / 1024.0);
    }
    let ratio = theirs.wall.as_secs_f64() / ours.wall.as_secs_f64();
    println!("  {ratio:.1} times as fast; wanted: 5 times, in less than 100 MiB");
    if ratio >= 5.0 && ours.memory < 100 * 1024 { Ok(()) } else { Err("slower than wanted".to_owned()) }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

/// A repository of small charts with an index of an ordinary size.
fn repository(pair: &Pair, root: &Path) -> Result<helm_testkit::http::Server, String> {
    let mut args = vec!["package".to_owned(), "--destination".to_owned(), "web".to_owned()];
    fs::create_dir_all(root.join("web")).map_err(|e| e.to_string())?;
    for at in 0..CHARTS {
        let path = format!("source/c{at}");
        fs::create_dir_all(root.join(&path)).map_err(|e| e.to_string())?;
        let text = format!("apiVersion: v2\nname: c{at}\nversion: 1.2.3\n");
        fs::write(root.join(&path).join("Chart.yaml"), text).map_err(|e| e.to_string())?;
        args.push(path);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    pair.run(Program::Helm4, &args, root, &[])?;
    pair.run(Program::Helm4, &["repo", "index", "web"], root, &[])?;
    let index = root.join("web/index.yaml");
    let text = fs::read_to_string(&index).map_err(|e| e.to_string())?;
    let mut others = "entries:\n".to_owned();
    let digest = "ab".repeat(32);
    for at in 0..OTHERS {
        others += &format!("  other{at}:\n");
        for version in (1..=20).rev() {
            others += &format!(
                "  - apiVersion: v2\n    created: \"2024-01-01T00:00:00Z\"\n    description: One of many charts in \
                 this repository\n    digest: {digest}\n    name: other{at}\n    urls:\n    - other{at}-{version}.0.0.tgz\n    \
                 version: {version}.0.0\n",
            );
        }
    }
    fs::write(&index, text.replacen("entries:\n", &others, 1)).map_err(|e| e.to_string())?;
    Ok(files::serve(&root.join("web")))
}

/// A chart with a lock file for all of the repository.
fn lock(pair: &Pair, root: &Path, url: &str) -> Result<(), String> {
    let mut text = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n".to_owned();
    for at in 0..CHARTS {
        text += &format!("- {{name: c{at}, version: ^1.0.0, repository: \"{url}\"}}\n");
    }
    fs::create_dir_all(root.join("app")).map_err(|e| e.to_string())?;
    fs::write(root.join("app/Chart.yaml"), text).map_err(|e| e.to_string())?;
    let ran = pair.run(Program::Ours, &["dependency", "update", "app"], root, &[])?;
    if ran.code == 0 { Ok(()) } else { Err(ran.stderr) }
}

fn measure(program: &Path, args: &[&str], dir: &Path, home: &Path) -> Result<Cost, String> {
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", home)
        .stdout(Stdio::null())
        .spawn()
        .map_err(|e| format!("{}: {e}", program.display()))?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        // The kernel's own high-water mark; it is gone with the process.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let mark = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
        memory = memory.max(mark.unwrap_or(0));
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            let wall = start.elapsed();
            return if status.success() {
                Ok(Cost { wall, memory })
            } else {
                Err(format!("ended with {status}"))
            };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
