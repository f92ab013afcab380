//! Real registries behind a proxy that breaks things: whatever goes wrong on the way is told, leaves nothing half done,
//! and shows no credential.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use helm_testkit::fault::{Fault, FaultProxy};

use super::registries::{Registry, Tls, USER, programs};
use crate::conformance::{Pair, Program, Score};
use crate::process::Ran;

/// How long a server that hangs is waited for, and some time beside.
const PATIENCE: Duration = Duration::from_secs(90);

/// A verb, and the request of it that goes wrong.
struct Case {
    line: &'static str,
    method: &'static str,
    part: &'static str,
}

const fn case(line: &'static str, method: &'static str, part: &'static str) -> Case {
    Case { line, method, part }
}

const CASES: [Case; 9] = [
    case("pull oci://HOST/charts/web --version 0.1.0 -d out", "GET", "/manifests/"),
    case("pull oci://HOST/charts/web --version 0.1.0 -d out", "GET", "/blobs/"),
    case("pull oci://HOST/charts/web -d out --untar", "GET", "/tags/list"),
    case("show chart oci://HOST/charts/web --version 0.1.0", "GET", "/blobs/"),
    case("template oci://HOST/charts/web --version 0.1.0", "GET", "/manifests/"),
    case("push web-0.1.0.tgz oci://HOST/one", "POST", "/blobs/uploads/"),
    case("push web-0.1.0.tgz oci://HOST/two", "PUT", "/blobs/uploads/"),
    case("push web-0.1.0.tgz oci://HOST/three", "PUT", "/manifests/"),
    case("registry login HOST -u ann -p s3cr3t-ann", "GET", "/v2/"),
];

/// What goes wrong, and whether it makes a difference to answers that nobody reads.
fn faults() -> Vec<(Fault, bool)> {
    let status = |status: &str| Fault::Status(status.to_owned(), Vec::new());
    vec![
        (status("401 Unauthorized"), true),
        (status("429 Too Many Requests"), true),
        (status("500 Internal Server Error"), true),
        (Fault::Close, true),
        (Fault::Truncate(10), false),
        (Fault::Body(b"something else".to_vec()), false),
    ]
}

pub(super) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let mut score = Score::default();
    let kinds = programs(bin);
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for registry in &kinds {
            for program in [Program::Ours, Program::OursAs3] {
                threads.push(scope.spawn(move || broken(pair, registry, program)));
            }
            threads.push(scope.spawn(move || silent(pair, registry)));
            threads.push(scope.spawn(move || bomb(pair, registry)));
        }
        let ended =
            threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a proxy panicked".to_owned())));
        ended.collect()
    });
    for outcome in outcomes {
        score.add(outcome?);
    }
    println!("registries behind a proxy: {} of {} as expected", score.passed, score.passed + score.failed);
    Ok(score)
}

/// A registry with a chart, a proxy before it, and a home that is logged in at the proxy.
struct Scene<'a> {
    pair: &'a Pair,
    program: Program,
    folder: tempfile::TempDir,
    proxy: FaultProxy,
    registry: Registry,
    kind: String,
}

impl<'a> Scene<'a> {
    fn new(pair: &'a Pair, registry: &Path, program: Program) -> Result<Scene<'a>, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let kind = registry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let registry = Registry::start(registry, folder.path(), true, Tls::No)?;
        let address: SocketAddr = registry.host.parse().map_err(|e| format!("{}: {e}", registry.host))?;
        let scene = Scene { pair, program, proxy: FaultProxy::start(address), registry, kind, folder };
        scene.clear();
        for line in [
            "create web",
            "package web",
            "registry login HOST -u ann -p s3cr3t-ann",
            "push web-0.1.0.tgz oci://HOST/charts",
        ] {
            let ran = scene.play(line)?;
            if ran.code != 0 {
                return Err(format!("helm {line}: {}", ran.stderr));
            }
        }
        Ok(scene)
    }

    fn play(&self, line: &str) -> Result<Ran, String> {
        let dir = self.folder.path();
        let plain = if line.contains("HOST") { " --plain-http" } else { "" };
        let line = format!("{}{plain}", line.replace("HOST", &self.proxy.address().to_string()));
        let args: Vec<&str> = line.split(' ').collect();
        let home = dir.join("home");
        self.pair.run(self.program, &args, dir, &[("HOME", home.to_str().unwrap_or_default())])
    }

    /// What is wrong with a failure: it must be one, with a word about it, without a secret, without a trace.
    fn judge(&self, ran: &Ran) -> Option<String> {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let (user, password) = USER;
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        if ran.code != 1 || !ran.stderr.contains("Error: ") {
            return Some(format!("  exit code {}: {said}", ran.code));
        }
        if said.contains(password) || said.contains(&encoded) || said.contains("panicked") {
            return Some(format!("  shows what it should not: {said}"));
        }
        let mut left = Vec::new();
        files(&self.folder.path().join("out"), &mut left);
        files(&self.folder.path().join("home"), &mut left);
        left.retain(|path| {
            !path.ends_with("registry/config.json") && path.extension().is_none_or(|e| e != "lock")
        });
        (!left.is_empty()).then(|| format!("  leaves {left:?} behind")).or_else(|| self.mode())
    }

    #[cfg(unix)]
    fn mode(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt;
        let config = self.folder.path().join("home/.config/helm/registry/config.json");
        let mode = fs::metadata(config).map(|m| m.permissions().mode() & 0o777);
        (mode.as_ref().ok() != Some(&0o600)).then(|| format!("  config.json has mode {mode:?}"))
    }

    #[cfg(not(unix))]
    fn mode(&self) -> Option<String> {
        None
    }

    /// Forgets what a success left.
    fn clear(&self) {
        for folder in ["out", "home/.cache"] {
            let _ = fs::remove_dir_all(self.folder.path().join(folder));
        }
        let _ = fs::create_dir(self.folder.path().join("out"));
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(path),
        }
    }
}

/// Everything that breaks, for good and for once.
fn broken(pair: &Pair, registry: &Path, program: Program) -> Result<Score, String> {
    let scene = Scene::new(pair, registry, program)?;
    let mut score = Score::default();
    for Case { line, method, part } in CASES {
        for (fault, always_matters) in faults() {
            // Answers to uploads and logins have nothing in them that anybody reads.
            if !always_matters && (method != "GET" || part == "/v2/") {
                continue;
            }
            let what = format!("{}, {program:?}: helm {line} with {fault:?} for {method} {part}", scene.kind);
            scene.proxy.fail_request(method, part, usize::MAX, fault.clone());
            let ran = scene.play(line)?;
            scene.proxy.heal();
            score.count(&what, scene.judge(&ran));
            scene.clear();
        }
        // The same verb, when nothing is wrong any more, and when the connection breaks once.
        for fault in [None, Some(Fault::Close)] {
            let once = fault.is_some();
            if once && method != "GET" {
                continue;
            }
            if let Some(fault) = fault {
                scene.proxy.fail_request(method, part, 1, fault);
            }
            let ran = scene.play(line)?;
            scene.proxy.heal();
            let found = (ran.code != 0).then(|| format!("  exit code {}: {}", ran.code, ran.stderr));
            score
                .count(&format!("{}, {program:?}: helm {line} afterwards (once: {once})", scene.kind), found);
            scene.clear();
        }
    }
    resumed(&scene, &mut score)?;
    Ok(score)
}

/// A download that breaks off goes on where it was.
fn resumed(scene: &Scene<'_>, score: &mut Score) -> Result<(), String> {
    scene.proxy.fail_request("GET", "/blobs/", 2, Fault::Truncate(100));
    let before = scene.proxy.requests().len();
    let ran = scene.play("pull oci://HOST/charts/web --version 0.1.0 -d out")?;
    scene.proxy.heal();
    let asked = scene.proxy.requests();
    let ranges = asked[before..].iter().filter(|r| r.header("range") == Some("bytes=100-")).count();
    let same = fs::read(scene.folder.path().join("out/web-0.1.0.tgz")).ok()
        == fs::read(scene.folder.path().join("web-0.1.0.tgz")).ok();
    let found = (ran.code != 0 || ranges == 0 || !same)
        .then(|| format!("  exit code {}, {ranges} requests for a rest: {}", ran.code, ran.stderr));
    score.count(&format!("{}: what breaks off is resumed", scene.kind), found);
    scene.clear();
    Ok(())
}

/// A registry that never answers is given up.
fn silent(pair: &Pair, registry: &Path) -> Result<Score, String> {
    let scene = &Scene::new(pair, registry, Program::Ours)?;
    for case in CASES.into_iter().filter(|case| case.part != "/v2/") {
        scene.proxy.fail_request(case.method, case.part, usize::MAX, Fault::HangAfter(5));
    }
    scene.proxy.fail_request("HEAD", "/v2/", usize::MAX, Fault::Hang);
    let lines = [
        "pull oci://HOST/charts/web --version 0.1.0 -d out",
        "show chart oci://HOST/charts/web",
        "template oci://HOST/charts/web",
        "push web-0.1.0.tgz oci://HOST/new",
    ];
    let start = Instant::now();
    let outcomes: Vec<Result<Ran, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = lines.iter().map(|line| scope.spawn(|| scene.play(line))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a verb panicked".to_owned()))).collect()
    });
    let mut score = Score::default();
    for (line, ran) in lines.iter().zip(outcomes) {
        let late = (start.elapsed() > PATIENCE).then(|| format!("  ended after {:?}", start.elapsed()));
        score.count(
            &format!("{}: helm {line} at a registry that hangs", scene.kind),
            scene.judge(&ran?).or(late),
        );
    }
    Ok(score)
}

/// A chart of half a gigabyte in an archive of half a megabyte.
fn bomb(pair: &Pair, registry: &Path) -> Result<Score, String> {
    let scene = Scene::new(pair, registry, Program::Ours)?;
    let failed = |e: std::io::Error| e.to_string();
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let chart = b"apiVersion: v2\nname: bomb\nversion: 0.1.0\n";
    for (name, size) in [("bomb/Chart.yaml", chart.len() as u64), ("bomb/templates/a.yaml", 512 << 20)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o644);
        let content: Box<dyn std::io::Read> = match name.ends_with("Chart.yaml") {
            true => Box::new(&chart[..]),
            false => Box::new(std::io::Read::take(std::io::repeat(b' '), size)),
        };
        archive.append_data(&mut header, name, content).map_err(failed)?;
    }
    let data = archive.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(failed)?;
    let layer = upload(&scene, &data)?;
    let config = upload(&scene, b"{\"name\":\"bomb\",\"version\":\"0.1.0\",\"apiVersion\":\"v2\"}")?;
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.cncf.helm.config.v1+json",{config}}},"layers":[{{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip",{layer}}}]}}"#
    );
    let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json";
    let url = format!("http://{}/v2/charts/bomb/manifests/0.1.0", scene.registry.host);
    curl(&scene, &["-X", "PUT", "-H", kind, "--data-binary", &manifest, &url])?;
    let mut score = Score::default();
    for line in [
        "show chart oci://HOST/charts/bomb --version 0.1.0",
        "template oci://HOST/charts/bomb --version 0.1.0",
        "pull oci://HOST/charts/bomb --version 0.1.0 --untar -d out",
    ] {
        let ran = scene.play(line)?;
        // The archive itself is what the registry says it is, and is kept.
        scene.clear();
        score.count(&format!("{}: helm {line} of a bomb", scene.kind), scene.judge(&ran));
    }
    Ok(score)
}

/// Puts a blob into the registry; answers its digest and size for a manifest.
fn upload(scene: &Scene<'_>, data: &[u8]) -> Result<String, String> {
    let path = scene.folder.path().join("blob");
    fs::write(&path, data).map_err(|e| e.to_string())?;
    let sum = Command::new("sha256sum").arg(&path).output().map_err(|e| format!("sha256sum: {e}"))?;
    let sum = String::from_utf8_lossy(&sum.stdout).into_owned();
    let digest = format!("sha256:{}", sum.split(' ').next().unwrap_or_default());
    let start = format!("http://{}/v2/charts/bomb/blobs/uploads/", scene.registry.host);
    let location = curl(scene, &["-X", "POST", "-w", "%header{location}", &start])?;
    let separator = if location.contains('?') { '&' } else { '?' };
    let data = format!("@{}", path.display());
    let kind = "Content-Type: application/octet-stream";
    let target = format!("{}{separator}digest={digest}", location.trim());
    curl(scene, &["-X", "PUT", "-H", kind, "--data-binary", &data, &target])?;
    let size = fs::metadata(&path).map_err(|e| e.to_string())?.len();
    Ok(format!(r#""digest":"{digest}","size":{size}"#))
}

fn curl(scene: &Scene<'_>, args: &[&str]) -> Result<String, String> {
    let user = format!("{}:{}", USER.0, USER.1);
    let output = Command::new("curl")
        .args(["-sS", "-f", "-u", &user])
        .args(args)
        .current_dir(scene.folder.path())
        .output()
        .map_err(|e| format!("curl: {e}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("curl {args:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
