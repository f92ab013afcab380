//! Provenance: this program, both Helms and GnuPG sign and verify for one another, over kinds of keys that GnuPG
//! makes; then damaged files, wrong keys and wrong passphrases, with the same words.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::{Pair, Program, Score, difference};
use crate::process::Ran;

/// Name, and what GnuPG is asked for.
const KEYS: [(&str, &str); 6] = [
    ("rsa2048", "Key-Type: RSA\nKey-Length: 2048"),
    ("rsa4096", "Key-Type: RSA\nKey-Length: 4096"),
    ("dsa2048", "Key-Type: DSA\nKey-Length: 2048"),
    ("ed25519", "Key-Type: EDDSA\nKey-Curve: ed25519"),
    ("nistp256", "Key-Type: ECDSA\nKey-Curve: nistp256"),
    ("nistp521", "Key-Type: ECDSA\nKey-Curve: nistp521"),
];
/// Keys that Helm 3 signs with as well; it shares the library with Helm 4.
const KEYS_OF_HELM3: [&str; 2] = ["rsa2048", "ed25519"];
const PASSPHRASE: &str = "a pass phrase";
const ARCHIVE: &str = "signed-1.2.3.tgz";

const CHART: &str = "apiVersion: v2\nname: signed\nversion: 1.2.3\ndescription: |-\n  A chart  \n  - with dashes\n\n  \
    and blanks \nkeywords:\n- one\n- two\nmaintainers:\n- name: \u{c5}sa\n  email: asa@example.com\n";

/// A folder with a chart and keyrings; GnuPG's home, whose agent ends with it.
struct Lab {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ =
            Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).status();
    }
}

impl Lab {
    fn new() -> Result<Lab, String> {
        let lab = Lab {
            folder: tempfile::tempdir().map_err(|e| e.to_string())?,
            home: tempfile::tempdir().map_err(|e| e.to_string())?,
        };
        let chart = lab.path("signed");
        fs::create_dir(&chart).map_err(|e| e.to_string())?;
        fs::write(chart.join("Chart.yaml"), CHART).map_err(|e| e.to_string())?;
        lab.write("passphrase", format!("{PASSPHRASE}\r\nmore\n"))?;
        lab.write("wrong", "another\n")?;
        lab.write("empty", "")?;
        for (name, kind) in KEYS {
            lab.generate(name, kind, "%no-protection", &[])?;
        }
        lab.generate("locked", "Key-Type: RSA\nKey-Length: 2048", &format!("Passphrase: {PASSPHRASE}"), &[])?;
        let past = ["--faked-system-time", "20200101T000000"];
        lab.generate(
            "expired",
            "Key-Type: EDDSA\nKey-Curve: ed25519\nExpire-Date: 2",
            "%no-protection",
            &past,
        )?;
        lab.generate("revoked", "Key-Type: EDDSA\nKey-Curve: ed25519", "%no-protection", &[])?;
        lab.export("public", &["--export"])?;
        let unlocked = format!("--passphrase={PASSPHRASE}");
        lab.export("secret", &["--pinentry-mode=loopback", &unlocked, "--export-secret-keys"])?;
        lab.export("armored", &["--armor", "--export"])?;
        lab.revoke("revoked")?;
        lab.export("with-revoked", &["--export"])?;
        fs::copy(lab.home.path().join("pubring.kbx"), lab.path("keybox")).map_err(|e| e.to_string())?;
        Ok(lab)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), String> {
        fs::write(self.path(name), content).map_err(|e| format!("{name}: {e}"))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        fs::read(self.path(name)).map_err(|e| format!("{name}: {e}"))
    }

    fn gpg(&self, args: &[&str], input: &str) -> Result<Vec<u8>, String> {
        use std::io::Write as _;
        let mut child = Command::new("gpg")
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--batch", "--yes", "--quiet"])
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("run gpg: {e}"))?;
        let mut stdin = child.stdin.take().ok_or("gpg has no input")?;
        stdin.write_all(input.as_bytes()).map_err(|e| e.to_string())?;
        drop(stdin);
        let output = child.wait_with_output().map_err(|e| e.to_string())?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(format!("gpg {args:?}: {}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn generate(&self, name: &str, kind: &str, protection: &str, options: &[&str]) -> Result<(), String> {
        let parameters = format!(
            "{kind}\nKey-Usage: sign,cert\nName-Real: {name} key\nName-Email: {name}@example.com\n{protection}\n%commit\n"
        );
        self.gpg(&[options, &["--gen-key"]].concat(), &parameters).map(drop)
    }

    fn export(&self, name: &str, args: &[&str]) -> Result<(), String> {
        self.write(name, self.gpg(args, "")?)
    }

    /// Uses the revocation that GnuPG made along with the key, which waits behind a colon.
    fn revoke(&self, name: &str) -> Result<(), String> {
        let listing = self.gpg(&["--with-colons", "--list-keys", &format!("{name}@")], "")?;
        let listing = String::from_utf8_lossy(&listing).into_owned();
        let fingerprint = listing
            .lines()
            .find(|l| l.starts_with("fpr:"))
            .and_then(|l| l.split(':').nth(9))
            .ok_or("no key")?;
        let file = self.home.path().join(format!("openpgp-revocs.d/{fingerprint}.rev"));
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        self.gpg(&["--import"], &text.replace(":-----BEGIN", "-----BEGIN")).map(drop)
    }

    fn run(&self, pair: &Pair, program: Program, args: &[&str], input: Option<&str>) -> Result<Ran, String> {
        pair.run_with_input(program, args, self.folder.path(), &[("GNUPGHOME", "")], input)
    }

    /// Runs a command that fetches, with caches of its own; answers also what is in the folder `fetched` then.
    fn fetch(
        &self,
        pair: &Pair,
        program: Program,
        line: &str,
        dependency: &str,
    ) -> Result<(Ran, String), String> {
        let (fetched, cache) = (self.path("fetched"), self.path("cache"));
        for folder in [&fetched, &cache] {
            let _ = fs::remove_dir_all(folder);
        }
        fs::create_dir_all(fetched.join("parent")).map_err(|e| e.to_string())?;
        let parent = format!("apiVersion: v2\nname: parent\nversion: 1.0.0\n{dependency}");
        self.write("fetched/parent/Chart.yaml", parent)?;
        let cache = cache.to_string_lossy().into_owned();
        let args: Vec<&str> = line.split(' ').collect();
        let ran = pair.run(program, &args, self.folder.path(), &[("HELM_CACHE_HOME", &cache)])?;
        let mut files = Vec::new();
        list(&fetched, &mut files)?;
        files.sort();
        Ok((ran, files.concat()))
    }

    /// Packages and signs.
    fn package(&self, pair: &Pair, program: Program, key: &str) -> Result<Ran, String> {
        let _ = fs::remove_file(self.path(&format!("{ARCHIVE}.prov")));
        self.run(
            pair,
            program,
            &["package", "signed", "--sign", "--key", &format!("{key}@"), "--keyring", "secret"],
            None,
        )
    }
}

/// Runs everything.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let lab = Lab::new()?;
    let mut score = Score::default();
    for (key, _) in KEYS {
        each_way(pair, &lab, key, &mut score)?;
    }
    refusals(pair, &lab, &mut score)?;
    damage(pair, &lab, &mut score)?;
    over_http(pair, &lab, &mut score)?;
    println!("provenance: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Everybody signs, everybody verifies, and says the same.
fn each_way(pair: &Pair, lab: &Lab, key: &str, score: &mut Score) -> Result<(), String> {
    use Program::{Helm3, Helm4, Ours, OursAs3};
    let mut said = Vec::new();
    for signer in [Helm4, Ours, Helm3, OursAs3] {
        if matches!(signer, Helm3 | OursAs3) && !KEYS_OF_HELM3.contains(&key) {
            continue;
        }
        let packaged = lab.package(pair, signer, key)?;
        let what = |by: &str| format!("{key}: signed by {signer:?}, {by}");
        score.count(&what("packaged"), problem(&packaged));
        said.push(packaged);
        // Files without a checksum, which is how Helm writes them, GnuPG 2.2 calls good and fails for afterwards.
        let is_ours = matches!(signer, Ours | OursAs3);
        let by_gpg = lab.gpg(&["--verify", &format!("{ARCHIVE}.prov")], "").err();
        let by_gpg = by_gpg.filter(|said| is_ours || !said.contains("Good signature"));
        score.count(&what("verified by GnuPG"), by_gpg);
        let verify = ["verify", ARCHIVE, "--keyring", "public"];
        let theirs = lab.run(pair, Helm4, &verify, None)?;
        score.count(&what("verified by Helm 4"), problem(&theirs));
        for verifier in [Helm3, Ours, OursAs3] {
            let found = lab.run(pair, verifier, &verify, None)?;
            score.count(&what(&format!("verified by {verifier:?}")), compare(&theirs, &found));
        }
    }
    for other in &said[1..] {
        score.count(&format!("{key}: what signing prints"), compare(&said[0], other));
    }
    Ok(())
}

/// Command lines that end in an error, mostly.
fn refusals(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    lab.package(pair, Program::Helm4, "ed25519")?;
    let good = lab.read(&format!("{ARCHIVE}.prov"))?;
    lab.write("other-1.2.3.tgz", lab.read(ARCHIVE)?)?;
    lab.write("other-1.2.3.tgz.prov", &good)?;
    lab.write("alone-1.2.3.tgz", lab.read(ARCHIVE)?)?;
    let signing = "package signed -d out --sign --key";
    fs::create_dir_all(lab.path("out")).map_err(|e| e.to_string())?;
    let both = [
        "package signed --sign".to_owned(),
        "package signed --sign --key x --keyring=".to_owned(),
        format!("{signing} example --keyring secret"),
        format!("{signing} nobody --keyring secret"),
        format!("{signing} ed25519@ --keyring public"),
        format!("{signing} ed25519@ --keyring missing"),
        format!("{signing} ed25519@ --keyring signed"),
        format!("{signing} ed25519@ --keyring secret --passphrase-file missing"),
        format!("{signing} ed25519@ --keyring secret --passphrase-file empty"),
        format!("{signing} locked@ --keyring secret"),
        format!("{signing} locked@ --keyring secret --passphrase-file passphrase"),
        format!("{signing} locked@ --keyring secret --passphrase-file wrong"),
        format!("{signing} locked@ --keyring secret --passphrase-file -"),
        "verify".to_owned(),
        "verify missing".to_owned(),
        "verify signed --keyring public".to_owned(),
        "verify public --keyring public".to_owned(),
        "verify alone-1.2.3.tgz --keyring public".to_owned(),
        "verify other-1.2.3.tgz --keyring public".to_owned(),
        format!("verify {ARCHIVE}"),
        format!("verify {ARCHIVE} --keyring missing"),
        format!("verify {ARCHIVE} --keyring signed"),
        format!("verify {ARCHIVE} --keyring empty"),
        format!("verify {ARCHIVE} --keyring passphrase"),
        format!("verify {ARCHIVE} --keyring with-revoked"),
        format!("template {ARCHIVE} --verify --keyring public"),
        "template signed --verify --keyring public".to_owned(),
        "template alone-1.2.3.tgz --verify --keyring public".to_owned(),
        format!("show chart {ARCHIVE} --verify --keyring public"),
        format!("show all {ARCHIVE} --verify --keyring empty"),
    ];
    for line in &both {
        let args: Vec<&str> = line.split(' ').collect();
        two_pairs(pair, lab, &args, None, line, score)?;
    }
    let from_stdin = format!("{signing} locked@ --keyring secret --passphrase-file -");
    let args: Vec<&str> = from_stdin.split(' ').collect();
    for input in [format!("{PASSPHRASE}\n"), PASSPHRASE.to_owned(), "wrong\n".to_owned(), String::new()] {
        two_pairs(pair, lab, &args, Some(&input), &format!("{from_stdin} < {input:?}"), score)?;
    }
    // Forms of keyrings that only Helm 4 reads.
    for ring in ["keybox", "armored"] {
        let args = ["verify", ARCHIVE, "--keyring", ring];
        let theirs = lab.run(pair, Program::Helm4, &args, None)?;
        let ours = lab.run(pair, Program::Ours, &args, None)?;
        score
            .count(&format!("verify --keyring {ring}"), problem(&theirs).or_else(|| compare(&theirs, &ours)));
    }
    for key in ["expired", "revoked"] {
        lab.package(pair, Program::Helm4, key)?;
        let args = ["verify", ARCHIVE, "--keyring", "with-revoked"];
        two_pairs(pair, lab, &args, None, &format!("verify, signed by a key that is {key}"), score)?;
    }
    Ok(())
}

/// Changes at places all over the provenance file and the archive.
fn damage(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    const PLACES: usize = 14;
    lab.package(pair, Program::Ours, "rsa2048")?;
    let verify = ["verify", ARCHIVE, "--keyring", "public"];
    for name in [format!("{ARCHIVE}.prov"), ARCHIVE.to_owned()] {
        let sound = lab.read(&name)?;
        let places = if name == ARCHIVE { 2 } else { PLACES };
        for place in 0..places {
            let at = place * sound.len() / places + place;
            let mut changed = sound.clone();
            changed[at] ^= 1;
            lab.write(&name, changed)?;
            two_pairs(pair, lab, &verify, None, &format!("byte {at} of {name}"), score)?;
        }
        lab.write(&name, sound)?;
    }
    Ok(())
}

/// Charts of a repository: with a good signature, with none, with that of another archive, by a key that is not known.
fn over_http(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    const NAMES: [&str; 4] = ["good", "unsigned", "changed", "unknown"];
    let served = lab.path("served");
    fs::create_dir(&served).map_err(|e| e.to_string())?;
    for name in NAMES {
        let folder = format!("sources/{name}");
        fs::create_dir_all(lab.path(&folder)).map_err(|e| e.to_string())?;
        let chart = CHART.replace("name: signed", &format!("name: {name}"));
        lab.write(&format!("{folder}/Chart.yaml"), chart)?;
        let key = if name == "unknown" { "nistp521@" } else { "ed25519@" };
        let args = ["package", &folder, "-d", "served", "--sign", "--key", key, "--keyring", "secret"];
        lab.run(pair, Program::Ours, &args, None)?;
    }
    fs::remove_file(served.join("unsigned-1.2.3.tgz.prov")).map_err(|e| e.to_string())?;
    lab.write("sources/changed/values.yaml", "changed: true\n")?;
    lab.run(pair, Program::Ours, &["package", "sources/changed", "-d", "served"], None)?;
    lab.export("one", &["--export", "ed25519@"])?;
    let server = helm_testkit::files::serve(&served);
    let url = server.url();
    let indexed = lab.run(pair, Program::Helm4, &["repo", "index", "served", "--url", &url], None)?;
    score.count("an index of signed charts", problem(&indexed));
    for name in NAMES {
        let lines = [
            format!("pull {name} --repo {url} --verify --keyring one -d fetched"),
            format!("pull {name} --repo {url} --prov -d fetched"),
            format!("pull {url}/{name}-1.2.3.tgz --verify --keyring one -d fetched"),
            format!("pull {url}/{name}-1.2.3.tgz --verify --keyring one -d fetched --untar"),
            format!("show chart {name} --repo {url} --verify --keyring one"),
            format!("template {url}/{name}-1.2.3.tgz --verify --keyring one"),
            "dependency update fetched/parent --verify --keyring one".to_owned(),
            "dependency build fetched/parent --verify --keyring one".to_owned(),
        ];
        let dependency = format!("dependencies:\n- name: {name}\n  version: 1.2.3\n  repository: {url}\n");
        for line in lines {
            for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
                let a = lab.fetch(pair, theirs, &line, &dependency)?;
                let b = lab.fetch(pair, ours, &line, &dependency)?;
                let what = format!("{line} ({theirs:?})");
                let files = difference("files", &a.1, &b.1);
                // What a chart that was refused leaves behind is another matter: here it is nothing.
                let files = files.filter(|_| a.0.code == 0);
                score.count(&what, compare(&a.0, &b.0).or(files));
            }
        }
    }
    Ok(())
}

/// Helm 4 against this program, and Helm 3 against it under its level.
fn two_pairs(
    pair: &Pair,
    lab: &Lab,
    args: &[&str],
    input: Option<&str>,
    what: &str,
    score: &mut Score,
) -> Result<(), String> {
    for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
        let a = lab.run(pair, theirs, args, input)?;
        let b = lab.run(pair, ours, args, input)?;
        score.count(&format!("{what} ({theirs:?})"), compare(&a, &b));
    }
    Ok(())
}

fn problem(ran: &Ran) -> Option<String> {
    (ran.code != 0).then(|| format!("  exit code {}: {}", ran.code, ran.stderr))
}

fn compare(a: &Ran, b: &Ran) -> Option<String> {
    (a.code != b.code)
        .then(|| format!("  exit code {} instead of {}: {}{}", b.code, a.code, b.stdout, b.stderr))
        .or_else(|| difference("stdout", &without_remark(&a.stdout), &without_remark(&b.stdout)))
        .or_else(|| difference("stderr", &without_offset(&a.stderr), &without_offset(&b.stderr)))
}

/// Helm tries to read signatures among the charts that it fetched as charts too, and says so without a line break.
fn without_remark(stdout: &str) -> String {
    match (stdout.find("Could not verify "), stdout.find("(Skipping)")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &stdout[..start], &stdout[end + "(Skipping)".len()..])
        }
        _ => stdout.to_owned(),
    }
}

/// Where base64 is damaged Go counts from the start of what it read last.
fn without_offset(stderr: &str) -> String {
    match stderr.split_once("illegal base64 data at input byte ") {
        Some((before, _)) => format!("{before}illegal base64 data"),
        None => stderr.to_owned(),
    }
}

/// Files beneath a folder with their sizes and modes; locks hold the time of their making.
fn list(folder: &Path, files: &mut Vec<String>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|e| e.to_string())? {
        let entry = entry.map_err(|e| e.to_string())?;
        let meta = entry.metadata().map_err(|e| e.to_string())?;
        if meta.is_dir() {
            list(&entry.path(), files)?;
        } else {
            let mode = std::os::unix::fs::PermissionsExt::mode(&meta.permissions());
            let size = if entry.file_name() == "Chart.lock" { 0 } else { meta.len() };
            files.push(format!("{} {size} {mode:o}\n", entry.path().display()));
        }
    }
    Ok(())
}
