//! Registries: every line of `conformance/oci.txt` by both programs, then both in turn on one registry.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use helm_testkit::document::words;

use super::registries::{Registries, USER, certificates, programs};
use crate::conformance::{Pair, Program, Score, difference};
use crate::process::Ran;

pub(super) fn run(pair: &Pair, bin: &Path) -> Result<Score, String> {
    let stage = tempfile::tempdir().map_err(|e| e.to_string())?;
    fixtures(pair, stage.path())?;
    let [peer, debian] = programs(bin);
    let (dir, peer, debian) = (stage.path(), peer.as_path(), debian.as_path());
    let mut score = Score::default();
    let outcomes: Vec<Result<Score, String>> = std::thread::scope(|scope| {
        let threads = [
            scope.spawn(move || compare(pair, dir, peer, Program::Helm4, Program::Ours)),
            scope.spawn(move || compare(pair, dir, peer, Program::Helm3, Program::OursAs3)),
            scope.spawn(move || compare(pair, dir, debian, Program::Helm4, Program::Ours)),
            scope.spawn(move || in_turn(pair, dir, peer)),
            scope.spawn(move || helpers(pair, dir, peer)),
        ];
        threads.map(|thread| thread.join().unwrap_or_else(|_| Err("a comparison panicked".to_owned()))).into()
    });
    for outcome in outcomes {
        score.add(outcome?);
    }
    println!("registries: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Charts, made by Helm 4, and certificates.
fn fixtures(pair: &Pair, dir: &Path) -> Result<(), String> {
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).map_err(|e| e.to_string());
    let helm = |args: &[&str]| match pair.run(Program::Helm4, args, dir, &[])? {
        ran if ran.code == 0 => Ok(()),
        ran => Err(format!("helm {args:?}: {}", ran.stderr)),
    };
    helm(&["create", "web"])?;
    let path = dir.join("web/Chart.yaml");
    let chart = fs::read_to_string(&path).map_err(|e| e.to_string())?;
    // What annotations and configuration are made of, with everything that Go escapes.
    let more = "home: https://example.com/?a=1&b=<2>\nsources: [https://example.com/source]\nmaintainers:\n\
                - {name: Ann, email: ann@example.com}\n- {name: Bob}\nannotations:\n  own: 'ünï <&> \"quoted\"'\n  \
                org.opencontainers.image.title: ignored\n  org.opencontainers.image.licenses: Apache-2.0\n";
    fs::write(&path, chart + more).map_err(|e| e.to_string())?;
    for version in ["1.0.0", "1.1.0", "1.2.0-rc.1", "1.0.0+b.1"] {
        helm(&["package", "web", "--version", version])?;
    }
    helm(&["create", "signed"])?;
    helm(&["package", "signed"])?;
    write("signed-0.1.0.tgz.prov", "-----BEGIN PGP SIGNED MESSAGE-----\nnobody looks into it here\n")?;
    write("text.tgz", "no archive\n")?;
    certificates(dir)?;
    // The manifest holds the archive's time; copies keep it.
    for entry in fs::read_dir(dir).map_err(|e| e.to_string())?.flatten() {
        if entry.path().extension().is_some_and(|e| e == "tgz") {
            set_time(&entry.path())?;
        }
    }
    Ok(())
}

fn set_time(path: &Path) -> Result<(), String> {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_323_045);
    let file = fs::File::options().write(true).open(path).map_err(|e| e.to_string())?;
    file.set_modified(time).map_err(|e| e.to_string())
}

/// A home and a working folder for one program.
struct Stage {
    home: tempfile::TempDir,
    program: Program,
    registries: Registries,
}

impl Stage {
    fn new(registry: &Path, fixtures: &Path, program: Program) -> Result<Stage, String> {
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        let work = home.path().join("work");
        fs::create_dir(&work).map_err(|e| e.to_string())?;
        for entry in fs::read_dir(fixtures).map_err(|e| e.to_string())?.flatten() {
            let target = work.join(entry.file_name());
            let kind = entry.path().extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
            let certificates = ["ca.pem", "client.pem", "client.key"];
            let is_certificate = certificates.iter().any(|name| entry.file_name() == *name);
            if matches!(kind.as_str(), "tgz" | "prov") || is_certificate {
                fs::copy(entry.path(), &target).map_err(|e| e.to_string())?;
            }
            if kind == "tgz" {
                set_time(&target)?;
            }
        }
        fs::create_dir(work.join("web")).map_err(|e| e.to_string())?;
        Ok(Stage { home, program, registries: Registries::start(registry, fixtures)? })
    }

    /// Runs a line as the stage's program, or as another one.
    fn play(&self, pair: &Pair, program: Program, line: &str, digest: &str) -> Result<Ran, String> {
        let (line, input) = match line.split_once(" <<< ") {
            Some((line, input)) => (line, format!("{input}\n")),
            None => (line, String::new()),
        };
        // A chart that was pulled is a new file; what is pushed has the time that the manifest is to show.
        if let Some(archive) = line.strip_prefix("push ").and_then(|rest| rest.split(' ').next()) {
            let path = self.home.path().join("work").join(archive);
            if path.is_file() {
                set_time(&path)?;
            }
        }
        let args = words(&self.registries.filled_in(line).replace("DIGEST", digest));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let home = self.home.path();
        let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
        let env = [("HOME", home.to_str().unwrap_or_default()), ("PATH", path.as_str())];
        let ran = pair.run_with_input(program, &args, &home.join("work"), &env, Some(&input))?;
        let mask = |text: &str| self.registries.masked(text).replace(&home.display().to_string(), "HOME");
        Ok(Ran { code: ran.code, stdout: mask(&ran.stdout), stderr: mask(&ran.stderr) })
    }

    /// All files of the home with their contents, modes of secrets included.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.home.path(), "", &mut files);
        files.into_iter().map(|(name, content)| (self.registries.masked(&name), content)).collect()
    }
}

fn collect(dir: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        match path.is_dir() {
            true => collect(&path, &name, files),
            false => {
                files.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
}

/// Plays all lines with two programs.
fn compare(
    pair: &Pair,
    fixtures: &Path,
    registry: &Path,
    theirs: Program,
    ours: Program,
) -> Result<Score, String> {
    let path = crate::root().join("conformance/oci.txt");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (a, b) = (Stage::new(registry, fixtures, theirs)?, Stage::new(registry, fixtures, ours)?);
    let kind = registry.file_name().unwrap_or_default().to_string_lossy();
    play_both(pair, (&a, &b), text.lines(), &kind)
}

/// Plays lines on two stages and compares what is said, and in the end what lies there.
fn play_both<'l>(
    pair: &Pair,
    (a, b): (&Stage, &Stage),
    lines: impl IntoIterator<Item = &'l str>,
    kind: &str,
) -> Result<Score, String> {
    let (theirs, ours) = (a.program, b.program);
    let mut score = Score::default();
    let mut digest = String::new();
    for line in lines.into_iter().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (x, y) = (a.play(pair, theirs, line, &digest)?, b.play(pair, ours, line, &digest)?);
        if line.starts_with("push web-1.1.0.tgz oci://PLAIN/charts ") {
            let said = format!("{}{}", x.stdout, x.stderr);
            digest = said.lines().find_map(|l| l.strip_prefix("Digest: ")).unwrap_or_default().to_owned();
        }
        let code = (x.code != y.code).then(|| format!("  exit code {} instead of {}", y.code, x.code));
        let found = code
            .or_else(|| difference("stdout", &x.stdout, &y.stdout))
            .or_else(|| difference("stderr", &x.stderr, &y.stderr));
        score.count(&format!("helm {line} ({theirs:?}, {kind})"), found);
    }
    // What is left behind: charts, caches, credentials.
    let (x, y) = (a.files(), b.files());
    for name in x.keys().chain(y.keys().filter(|name| !x.contains_key(*name))) {
        let same_content = match (x.get(name), y.get(name)) {
            (Some(x), Some(y)) => {
                same(name, &a.registries.masked(&lossy(x)), &b.registries.masked(&lossy(y)))
            }
            (Some(_), None) => Some("  is missing".to_owned()),
            _ => Some("  is there".to_owned()),
        };
        score.count(&format!("{name} ({theirs:?}, {kind})"), same_content);
    }
    Ok(score)
}

/// A credential helper that keeps the last thing it was given in a file.
const HELPER: &str = r#"#!/bin/sh
case $1 in
    store) cat > "$HOME/kept" ;;
    get) cat > /dev/null
        [ -f "$HOME/kept" ] && exec cat "$HOME/kept"
        echo "credentials not found in native keychain"
        exit 1 ;;
    erase) cat > /dev/null; rm -f "$HOME/kept" ;;
    *) exit 2 ;;
esac
"#;

const HELPED: [&str; 6] = [
    "registry login AUTH -u ann -p wrong-password --plain-http",
    "registry login AUTH -u ann --password-stdin --plain-http <<< s3cr3t-ann",
    "push web-1.0.0.tgz oci://AUTH/charts --plain-http",
    "pull oci://AUTH/charts/web --plain-http",
    "registry logout AUTH",
    "pull oci://AUTH/charts/web --plain-http",
];

/// Docker's credential helpers, as `config.json` may name them.
fn helpers(pair: &Pair, fixtures: &Path, registry: &Path) -> Result<Score, String> {
    let mut score = Score::default();
    let configs = [
        r#"{"credHelpers": {"AUTH": "test"}, "kept": [1, 2.50, {"z": "<", "a": {}}]}"#,
        r#"{"credsStore": "test", "auths": {"AUTH": {}}}"#,
        r#"{"credsStore": "absent"}"#,
    ];
    let pairs = [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)];
    for config in configs {
        for (theirs, ours) in pairs {
            let stages = [theirs, ours].map(|program| -> Result<Stage, String> {
                let stage = Stage::new(registry, fixtures, program)?;
                let folder = stage.home.path().join(".config/helm/registry");
                let bin = stage.home.path().join("bin");
                let made = [&folder, &bin].into_iter().try_for_each(fs::create_dir_all);
                let helper = bin.join("docker-credential-test");
                made.and_then(|()| fs::write(folder.join("config.json"), stage.registries.filled_in(config)))
                    .and_then(|()| fs::write(&helper, HELPER))
                    .and_then(|()| executable(&helper))
                    .map_err(|e| e.to_string())?;
                Ok(stage)
            });
            let [a, b] = stages;
            score.add(play_both(pair, (&a?, &b?), HELPED, config)?);
        }
    }
    Ok(score)
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn lossy(content: &[u8]) -> String {
    String::from_utf8_lossy(content).into_owned()
}

/// Entries are sorted by address, and addresses are another's in each run: the order of lines says nothing.
fn same(name: &str, theirs: &str, ours: &str) -> Option<String> {
    let sorted = |text: &str| {
        let mut lines: Vec<&str> = text.lines().map(|l| l.trim_end_matches(',')).collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    match name.ends_with("config.json") {
        true => difference("content", &sorted(theirs), &sorted(ours)),
        false => difference("content", theirs, ours),
    }
}

/// All programs in turn in one home with one registry: what one pushes the others pull, and a login is everyone's.
fn in_turn(pair: &Pair, fixtures: &Path, registry: &Path) -> Result<Score, String> {
    let stage = Stage::new(registry, fixtures, Program::Ours)?;
    let all = [Program::Helm4, Program::Ours, Program::Helm3, Program::OursAs3];
    let mut score = Score::default();
    let mut expect = |program: Program, line: &str, works: bool| -> Result<(), String> {
        let ran = stage.play(pair, program, line, "")?;
        let found = ((ran.code == 0) != works).then(|| format!("  exit code {}: {}", ran.code, ran.stderr));
        score.count(&format!("{program:?} in turn: helm {line}"), found);
        if line.starts_with("registry login") && works {
            score
                .count(&format!("mode of config.json after {program:?}"), mode_is_private(stage.home.path()));
        }
        Ok(())
    };
    for (at, one) in all.into_iter().enumerate() {
        let other = all[(at + 1) % all.len()];
        let third = all[(at + 2) % all.len()];
        let login = format!("registry login AUTH --plain-http -u {} --password-stdin <<< {}", USER.0, USER.1);
        expect(one, &login, true)?;
        expect(other, &format!("push web-1.1.0.tgz oci://AUTH/by{at} --plain-http"), true)?;
        expect(other, &format!("push web-1.0.0+b.1.tgz oci://AUTH/by{at} --plain-http"), true)?;
        for reader in all {
            expect(reader, &format!("pull oci://AUTH/by{at}/web --plain-http --version ^1"), true)?;
            expect(reader, &format!("show chart oci://AUTH/by{at}/web --plain-http"), true)?;
        }
        expect(third, "registry logout AUTH", true)?;
        expect(one, &format!("pull oci://AUTH/by{at}/web --plain-http"), false)?;
    }
    Ok(score)
}

#[cfg(unix)]
fn mode_is_private(home: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let path = home.join(".config/helm/registry/config.json");
    let mode = path.metadata().map(|m| m.permissions().mode() & 0o777);
    (mode.as_ref().ok() != Some(&0o600)).then(|| format!("  {mode:?}"))
}

#[cfg(not(unix))]
fn mode_is_private(_: &Path) -> Option<String> {
    None
}
