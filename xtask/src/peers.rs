//! The programs that the conformance run compares with, built by their package names with the Go module client.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::process::step;

pub(crate) const HELM3: &str = "v3.22.0";
pub(crate) const HELM4: &str = "v4.3.1";
const KUBERNETES: &str = "1.36.3";
const ETCD: &str = "v3.6.0";
const KWOK: &str = "v0.8.0";
const REGISTRY: &str = "v3.0.0";

/// The folder that keeps what takes long to build: `$HELM_RS_CACHE`, or one in the user's cache folder.
pub(crate) fn cache_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("HELM_RS_CACHE") {
        return PathBuf::from(dir);
    }
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache")
    });
    base.join("helm-rs")
}

/// Installs Helm 4 alone and answers the folder with it.
pub(crate) fn install_helm() -> Result<PathBuf, String> {
    let bin = cache_dir().join("bin");
    fs::create_dir_all(&bin).map_err(|e| format!("{}: {e}", bin.display()))?;
    go_install(&bin, "helm4", HELM4, "helm.sh/helm/v4/cmd/helm", &helm_flags("helm4"))?;
    Ok(bin)
}

/// Installs whatever is missing and answers the folder with the programs.
pub(crate) fn install() -> Result<PathBuf, String> {
    let bin = install_helm()?;
    go_install(&bin, "helm3", HELM3, "helm.sh/helm/v3/cmd/helm", &helm_flags("helm3"))?;
    go_install(&bin, "kwok", KWOK, "sigs.k8s.io/kwok/cmd/kwok", "")?;
    go_install(&bin, "registry", REGISTRY, "github.com/distribution/distribution/v3/cmd/registry", "")?;
    etcd(&bin)?;
    kubernetes(&bin)?;
    Ok(bin)
}

/// Without these linker flags a Helm believes that it is another version and talks to another Kubernetes.
fn helm_flags(name: &str) -> String {
    if name == "helm4" {
        return format!("-X helm.sh/helm/v4/internal/version.version={HELM4}");
    }
    let helm3 = "helm.sh/helm/v3";
    format!(
        "-X {helm3}/internal/version.version={HELM3} -X {helm3}/pkg/chartutil.k8sVersionMajor=1 \
         -X {helm3}/pkg/chartutil.k8sVersionMinor=37 -X {helm3}/pkg/lint/rules.k8sVersionMajor=1 \
         -X {helm3}/pkg/lint/rules.k8sVersionMinor=37"
    )
}

/// Builds a Helm from its published sources with a few files more; answers the program.
pub(crate) fn oracle(bin: &Path, name: &str, added: &[(&str, String)]) -> Result<PathBuf, String> {
    // Parts of the conformance run that need the same program run at the same time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().map_err(|e| e.to_string())?;
    let version = if name == "helm4" { HELM4 } else { HELM3 };
    let program = format!("{name}-oracle");
    // Built again when the added files change.
    let mut hasher = DefaultHasher::new();
    added.hash(&mut hasher);
    let built = format!("{version} {:x}", hasher.finish());
    if present(bin, &program, &built) {
        return Ok(bin.join(program));
    }
    let module = format!("helm.sh/helm/v{}@{version}", &version[1..2]);
    let info = download(bin, &module)?;
    let source = info["Dir"].as_str().ok_or("go mod download gives no Dir")?;
    let dir = bin.join(format!("module-{program}"));
    if !dir.is_dir() {
        step(Command::new("cp").args(["-r", source]).arg(&dir))?;
        step(Command::new("chmod").args(["-R", "u+w"]).arg(&dir))?;
    }
    for (path, text) in added {
        fs::write(dir.join(path), text).map_err(|e| format!("{path}: {e}"))?;
    }
    let flags = format!("-s -w {}", helm_flags(name));
    step(go(&dir).args(["build", "-ldflags", &flags, "-o"]).arg(bin.join(&program)).arg("./cmd/helm"))?;
    stamp(bin, &program, &built)?;
    Ok(bin.join(program))
}

/// What `go mod download` says of a module.
fn download(dir: &Path, module: &str) -> Result<serde_json::Value, String> {
    let output = go(dir).args(["mod", "download", "-json", module]).output().map_err(|e| e.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|e| format!("go mod download: {e}"))
}

fn present(bin: &Path, name: &str, version: &str) -> bool {
    let stamp = fs::read_to_string(bin.join(format!(".{name}"))).unwrap_or_default();
    bin.join(name).is_file() && stamp.trim() == version
}

fn stamp(bin: &Path, name: &str, version: &str) -> Result<(), String> {
    println!("peer {name} {version}");
    fs::write(bin.join(format!(".{name}")), version).map_err(|e| e.to_string())
}

fn go(dir: &Path) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(dir)
        .env("GOFLAGS", "-buildvcs=false")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0");
    command
}

fn go_install(bin: &Path, name: &str, version: &str, package: &str, flags: &str) -> Result<(), String> {
    if present(bin, name, version) {
        return Ok(());
    }
    let built = bin.join(format!("build-{name}"));
    fs::create_dir_all(&built).map_err(|e| e.to_string())?;
    let flags = format!("-s -w {flags}");
    step(go(bin).env("GOBIN", &built).args([
        "install",
        "-ldflags",
        &flags,
        &format!("{package}@{version}"),
    ]))?;
    let program = package.rsplit('/').next().unwrap_or(name);
    fs::rename(built.join(program), bin.join(name)).map_err(|e| format!("{name}: {e}"))?;
    let _ = fs::remove_dir(&built);
    stamp(bin, name, version)
}

/// A Go module of its own in which a program is built that cannot be installed by `go install`.
fn module(bin: &Path, name: &str, content: &str) -> Result<PathBuf, String> {
    let dir = bin.join(format!("module-{name}"));
    fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
    fs::write(dir.join("go.mod"), content).map_err(|e| e.to_string())?;
    Ok(dir)
}

const MODULE: &str = "module peers\n\ngo 1.26.0\n";

fn etcd(bin: &Path) -> Result<(), String> {
    if present(bin, "etcd", ETCD) {
        return Ok(());
    }
    let package = "go.etcd.io/etcd/server/v3";
    let dir = module(bin, "etcd", MODULE)?;
    step(go(&dir).args(["get", "-tool", &format!("{package}@{ETCD}")]))?;
    step(go(&dir).args(["build", "-ldflags", "-s -w", "-o"]).arg(bin.join("etcd")).arg(package))?;
    stamp(bin, "etcd", ETCD)
}

/// The Kubernetes module replaces its libraries by folders that only its own repository has; here each one is
/// replaced by the published module of the same release.
fn kubernetes(bin: &Path) -> Result<(), String> {
    let programs = ["kube-controller-manager", "kube-scheduler", "kube-apiserver", "kubectl"];
    if programs.iter().all(|p| present(bin, p, KUBERNETES)) {
        return Ok(());
    }
    let dir = module(bin, "kubernetes", MODULE)?;
    let info = download(&dir, &format!("k8s.io/kubernetes@v{KUBERNETES}"))?;
    let go_mod = info["GoMod"].as_str().ok_or("go mod download gives no GoMod")?;
    let text = fs::read_to_string(go_mod).map_err(|e| e.to_string())?;
    let minor = KUBERNETES.strip_prefix("1.").unwrap_or(KUBERNETES);
    let replaced: String = text
        .lines()
        .filter_map(|line| line.trim().split_once(" => ./staging/"))
        .map(|(library, _)| format!("\t{library} => {library} v0.{minor}\n"))
        .collect();
    let content = format!("{MODULE}\nrequire k8s.io/kubernetes v{KUBERNETES}\n\nreplace (\n{replaced})\n");
    let dir = module(bin, "kubernetes", &content)?;
    let packages: Vec<String> =
        programs.iter().map(|p| format!("k8s.io/kubernetes/cmd/{p}@v{KUBERNETES}")).collect();
    step(go(&dir).args(["get", "-tool"]).args(&packages))?;
    let version = "k8s.io/component-base/version";
    let flags = format!(
        "-s -w -X {version}.gitVersion=v{KUBERNETES} -X {version}.gitMajor=1 -X {version}.gitMinor=36 \
         -X {version}.gitTreeState=clean"
    );
    for program in programs {
        step(
            go(&dir)
                .args(["build", "-ldflags", &flags, "-o"])
                .arg(bin.join(program))
                .arg(format!("k8s.io/kubernetes/cmd/{program}")),
        )?;
        stamp(bin, program, KUBERNETES)?;
    }
    Ok(())
}
