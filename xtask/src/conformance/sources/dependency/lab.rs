//! Servers with charts, the folders that programs work in, and what they leave there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::registries::{Registries, certificates, programs};
use super::super::web::Web;
use super::io;
use crate::conformance::{Pair, Program, difference};
use crate::process::{Ran, step};

pub(super) const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
pub(super) const VERSIONS: [&str; 6] = ["0.1.0", "1.0.0", "1.2.3", "1.3.0-rc.1", "2.0.0+build.7", "10.0.0"];
/// What GnuPG makes the key of.
const KEY: &str = "Key-Type: EDDSA\nKey-Curve: ed25519\nKey-Usage: sign,cert\nName-Real: Test\nName-Email: \
                   test@example.com\n%no-protection\n%commit\n";

/// Repositories and registries with the same charts. The folder `charts` is served: `one` has relative addresses in
/// its index, `two` absolute ones. Registries have the charts under `charts`.
pub(super) struct Lab {
    folder: tempfile::TempDir,
    pub(super) web: Web,
    pub(super) peer: Registries,
    pub(super) debian: Registries,
}

/// How a chart is before the first command.
#[derive(Debug, Default)]
pub(super) struct Chart {
    /// `Chart.yaml`, and `requirements.yaml` for the old format.
    pub(super) files: Vec<(&'static str, String)>,
    /// Archives of the first repository that lie in `charts/`.
    pub(super) present: Vec<String>,
    /// Whether the first repository is configured as `main`.
    pub(super) configured: bool,
}

impl Chart {
    /// A chart from its list of dependencies.
    pub(super) fn new(list: &str, v1: bool) -> Chart {
        let files = match v1 {
            true => vec![
                ("Chart.yaml", "apiVersion: v1\nname: app\nversion: 1.0.0\n".to_owned()),
                ("requirements.yaml", list.to_owned()),
            ],
            false => vec![("Chart.yaml", format!("apiVersion: v2\nname: app\nversion: 1.0.0\n{list}"))],
        };
        Chart { files, ..Chart::default() }
    }
}

impl Lab {
    pub(super) fn new(pair: &Pair, bin: &Path) -> Result<Lab, String> {
        let folder = tempfile::tempdir().map_err(io)?;
        let (root, registries) = (folder.path(), folder.path().join("registries"));
        fs::create_dir_all(&registries).map_err(io)?;
        certificates(&registries)?;
        let [peer, debian] = programs(bin);
        let mut sources = Vec::new();
        for name in NAMES {
            for version in VERSIONS {
                let path = format!("source/{name}-{version}");
                write_chart(&root.join(&path), name, version)?;
                sources.push(path);
            }
        }
        let helm = |args: &[&str]| succeed(pair.run(Program::Helm4, args, root, &[])?);
        for repository in ["charts/one", "charts/two"] {
            fs::create_dir_all(root.join(repository)).map_err(io)?;
            let mut args = vec!["package", "--destination", repository];
            args.extend(sources.iter().map(String::as_str));
            helm(&args)?;
        }
        key(root)?;
        let sign = ["--sign", "--key", "test@example.com", "--keyring", "secret.gpg", "-d", "charts/two"];
        helm(&[&["package", "source/alpha-1.2.3", "source/beta-1.2.3"][..], &sign].concat())?;
        let broken = root.join("charts/two/beta-1.2.3.tgz.prov");
        let signed = fs::read_to_string(&broken).map_err(io)?;
        fs::write(&broken, signed.replace("name: beta", "name: other")).map_err(io)?;
        let web = Web::start(root)?;
        helm(&["repo", "index", "charts/one"])?;
        helm(&["repo", "index", "charts/two", "--url", &format!("{}/two", web.plain)])?;
        let lab = Lab {
            web,
            peer: Registries::start(&peer, &registries)?,
            debian: Registries::start(&debian, &registries)?,
            folder,
        };
        lab.push(pair)?;
        Ok(lab)
    }

    /// Fills the registries: `alpha` with all versions and a signature, `beta` with a broken one, where a login is needed
    /// `alpha` alone.
    fn push(&self, pair: &Pair) -> Result<(), String> {
        let root = self.folder.path();
        let push = |host: &str, file: &str, flags: &[&str]| {
            let (archive, target) = (format!("charts/two/{file}.tgz"), format!("oci://{host}/charts"));
            succeed(pair.run(
                Program::Ours,
                &[&["push", &archive, &target][..], flags].concat(),
                root,
                &[],
            )?)
        };
        let user =
            ["--username", super::super::registries::USER.0, "--password", super::super::registries::USER.1];
        let ca = ["--ca-file", "registries/ca.pem"];
        for registries in [&self.peer, &self.debian] {
            for version in VERSIONS {
                push(&registries.plain.host, &format!("alpha-{version}"), &["--plain-http"])?;
            }
            push(&registries.plain.host, "beta-1.2.3", &["--plain-http"])?;
            push(&registries.auth.host, "alpha-1.2.3", &[&user[..], &["--plain-http"]].concat())?;
            push(&registries.tls.host, "alpha-1.2.3", &[&user[..], &ca].concat())?;
        }
        Ok(())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address of a repository for everybody.
    pub(super) fn url(&self, repository: &str) -> String {
        format!("{}/{repository}", self.web.plain)
    }

    /// A text with addresses in the place of their names.
    pub(super) fn fill(&self, text: &str, registries: &Registries) -> String {
        let dir = self.folder.path().display().to_string();
        let servers = [
            ("{plain}", self.web.plain.as_str()),
            ("{users}", &self.web.users),
            ("{tls}", &self.web.tls),
            ("{mutual}", &self.web.mutual),
            ("{closed}", "http://127.0.0.1:1"),
            ("{dir}", &dir),
        ];
        let text = servers.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        registries.filled_in(&text)
    }

    /// A folder of a program's own, with what lies in `charts/` before and what is configured.
    pub(super) fn stage(&self, chart: &Chart) -> Result<Stage, String> {
        let stage = Stage::new(chart)?;
        for archive in &chart.present {
            fs::copy(self.path("charts/one").join(archive), stage.path("app/charts").join(archive))
                .map_err(io)?;
        }
        let config = stage.path("home/.config/helm");
        fs::create_dir_all(&config).map_err(io)?;
        if chart.configured {
            let text = format!("repositories:\n- name: main\n  url: {}\n", self.url("one"));
            fs::write(config.join("repositories.yaml"), text).map_err(io)?;
        }
        Ok(stage)
    }
}

/// Where one program works.
pub(super) struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    /// `app` with the chart, its neighbour `local`, and a home.
    pub(super) fn new(chart: &Chart) -> Result<Stage, String> {
        let stage = Stage { folder: tempfile::tempdir().map_err(io)? };
        let app = stage.path("app");
        fs::create_dir_all(app.join("charts")).map_err(io)?;
        for (name, text) in &chart.files {
            fs::write(app.join(name), text).map_err(io)?;
        }
        write_chart(&app.join("charts/hand"), "hand", "1.0.0")?;
        write_chart(&stage.path("local"), "local", "1.2.3")?;
        Ok(stage)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command; answers its outcome with what is on the disk after it.
    pub(super) fn play(&self, pair: &Pair, program: Program, args: &[&str]) -> Result<Outcome, String> {
        self.play_with(pair, program, args, &[])
    }

    /// The same with more variables.
    pub(super) fn play_with(
        &self,
        pair: &Pair,
        program: Program,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Result<Outcome, String> {
        let home = self.path("home");
        let env = [&[("HOME", home.to_str().unwrap_or_default())], more].concat();
        let ran = pair.run(program, args, self.folder.path(), &env)?;
        let place = self.folder.path().to_string_lossy().into_owned();
        let plain = |text: &str| text.replace(&place, "STAGE");
        Ok(Outcome {
            code: ran.code,
            output: in_order(&without_remark(&plain(&ran.stdout))),
            errors: without_debug(&plain(&ran.stderr)),
            files: tree(&self.path("app"))?,
        })
    }
}

/// What a command did.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) code: i32,
    pub(super) output: String,
    pub(super) errors: String,
    pub(super) files: BTreeMap<String, String>,
}

impl Outcome {
    pub(super) fn difference(&self, ours: &Outcome) -> Option<String> {
        let code = (self.code != ours.code).then(|| {
            format!("  exit code {} instead of {}\n  {}{}", ours.code, self.code, ours.errors, self.errors)
        });
        code.or_else(|| difference("stdout", &self.output, &ours.output))
            .or_else(|| difference("stderr", &self.errors, &ours.errors))
            .or_else(|| difference("files", &format!("{:#?}", self.files), &format!("{:#?}", ours.files)))
    }
}

/// Helm tries to read signatures among the charts that it fetched as charts too, and says so without a line break.
fn without_remark(stdout: &str) -> String {
    match (stdout.find("Could not verify app/tmpcharts-"), stdout.find("(Skipping)")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &stdout[..start], &stdout[end + "(Skipping)".len()..])
        }
        _ => stdout.to_owned(),
    }
}

/// What `--debug` tells of the way is every program's own.
fn without_debug(stderr: &str) -> String {
    let lines = stderr.split_inclusive('\n');
    lines.filter(|l| !l.starts_with("level=DEBUG ") && !l.contains(" [debug] ")).collect()
}

/// Output with the lines for indexes, whose order is Helm's luck, in order. Helm 3 has several for one repository.
fn in_order(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    for run in lines.split_mut(|l| !l.starts_with("...") && !l.starts_with('\t')) {
        run.sort_unstable();
    }
    lines.dedup_by(|a, b| a == b && (a.starts_with("...") || a.starts_with('\t')));
    lines.join("\n")
}

/// The files of a chart with their modes; archives by what is in them, locks without their time.
pub(super) fn tree(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(io)?.flatten() {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if path.is_dir() {
                all.insert(format!("{name}/"), mode(&path));
                open.push(path);
                continue;
            }
            let content = if name.ends_with(".tgz") {
                // What is no archive is compared as it is.
                unpacked(&path).or_else(|_| fs::read_to_string(&path).map_err(io))?
            } else {
                timeless(&fs::read_to_string(&path).map_err(io)?)
            };
            all.insert(name, mode(&path) + &content);
        }
    }
    Ok(all)
}

/// A lock file with the form of its time only.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("generated:") {
        None => format!("{line}\n"),
        Some(time) => {
            let mut digits: Vec<char> =
                time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            digits.dedup();
            format!("generated:{}\n", digits.iter().collect::<String>())
        }
    };
    text.lines().map(line).collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map(|m| format!("mode {:o} ", m.permissions().mode() & 0o777)).unwrap_or_default()
}

#[cfg(not(unix))]
fn mode(_: &Path) -> String {
    String::new()
}

fn unpacked(path: &Path) -> Result<String, String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(path).map_err(io)?));
    let mut all = String::new();
    for entry in archive.entries().map_err(io)? {
        let mut entry = entry.map_err(io)?;
        let name = entry.path().map_err(io)?.to_string_lossy().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).map_err(io)?;
        all += &format!("{name}: {text:?}; ");
    }
    Ok(all)
}

pub(super) fn write_chart(folder: &Path, name: &str, version: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(io)?;
    let text = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
    fs::write(folder.join("Chart.yaml"), text).map_err(io)
}

pub(super) fn succeed(ran: Ran) -> Result<(), String> {
    if ran.code == 0 { Ok(()) } else { Err(ran.stderr) }
}

/// Makes the keyrings `secret.gpg` and `public.gpg`.
fn key(root: &Path) -> Result<(), String> {
    let home = tempfile::tempdir().map_err(io)?;
    fs::write(root.join("key.txt"), KEY).map_err(io)?;
    let gpg = |args: &[&str]| {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(home.path()).args(["--batch", "--quiet"]).args(args);
        step(gpg.current_dir(root).stderr(Stdio::null()))
    };
    let made = gpg(&["--gen-key", "key.txt"])
        .and_then(|()| gpg(&["-o", "secret.gpg", "--export-secret-keys"]))
        .and_then(|()| gpg(&["-o", "public.gpg", "--export"]));
    step(Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]))?;
    made
}
