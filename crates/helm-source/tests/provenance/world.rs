//! A folder with an archive, its provenance file and a keyring, which both sides look at.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use helm_chart::Compat;
use helm_source::provenance::{Keyring, verify_chart};
use helm_testkit::oracle::Oracle;
use serde_json::{Value, json};

/// What both sides say: the signer, or the error.
pub(crate) type Verdict = Result<Value, String>;

pub(crate) struct World {
    oracle: Oracle,
    folder: tempfile::TempDir,
    archive: PathBuf,
}

/// A key in the two forms that keyrings hold.
#[derive(Clone)]
pub(crate) struct KeyPair {
    pub(crate) public: Vec<u8>,
    pub(crate) secret: Vec<u8>,
    pub(crate) fingerprint: Value,
}

/// The user that a key gets when a test does not say another.
pub(crate) fn user(algorithm: &str) -> String {
    format!("{algorithm} user <{algorithm}@example.com>")
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a time of this age")
}

impl World {
    pub(crate) fn new() -> World {
        let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provenance/oracle");
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("demo-1.2.3.tgz");
        World { oracle: Oracle::start(&oracle), folder, archive }
    }

    /// Makes a key; `more` overrides what the oracle is asked.
    pub(crate) fn key(&mut self, algorithm: &str, more: Value) -> KeyPair {
        let mut question = json!({
            "ask": "generate", "algorithm": algorithm, "users": [user(algorithm)], "created": now() - 1000,
        });
        let fields = question.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        let answer = self.oracle.ask(&question);
        let bytes = |field: &str| {
            let text = answer[field].as_str().unwrap_or_else(|| panic!("{question}: {answer}"));
            STANDARD.decode(text).expect("base64")
        };
        let (public, secret) = (bytes("public"), bytes("secret"));
        KeyPair { public, secret, fingerprint: answer["fingerprint"].clone() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.path(name), content).expect("written");
    }

    /// The archive that is signed and verified from now on.
    pub(crate) fn write_archive(&mut self, name: &str, content: &[u8]) {
        self.archive = self.path(name);
        self.write(name, content);
    }

    fn prov(&self) -> PathBuf {
        let mut prov = self.archive.clone().into_os_string();
        prov.push(".prov");
        prov.into()
    }

    pub(crate) fn write_prov(&self, content: &[u8]) {
        std::fs::write(self.prov(), content).expect("written");
    }

    /// The provenance file that Helm makes with the file `keys`.
    pub(crate) fn sign_by_helm(
        &mut self,
        id: &str,
        metadata: &str,
        passphrase: &str,
    ) -> Result<Vec<u8>, String> {
        let answer = self.oracle.ask(&json!({
            "ask": "sign", "keyring": self.path("keys"), "archive": self.archive, "id": id,
            "metadata": metadata, "passphrase": passphrase,
        }));
        prov_of(&answer)
    }

    /// A message of any text, signed by the library.
    pub(crate) fn message(&mut self, text: &str, more: Value) -> Vec<u8> {
        let mut question = json!({
            "ask": "message", "keyring": self.path("keys"), "id": "example.com", "text": text, "at": now(),
        });
        question.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        prov_of(&self.oracle.ask(&question)).expect("a signed message")
    }

    /// Our provenance file.
    pub(crate) fn sign(&self, id: &str, metadata: &str, passphrase: Option<&str>) -> Result<Vec<u8>, String> {
        let text = |e: helm_source::provenance::ProvenanceError| e.to_string();
        let keyring = Keyring::open(&self.path("keys"), Compat::V4).map_err(text)?;
        let mut signer = keyring.signer(id).map_err(text)?;
        assert_eq!(signer.locked_user().is_some(), passphrase.is_some());
        if let Some(passphrase) = passphrase {
            signer.unlock(passphrase.as_bytes()).map_err(text)?;
            assert!(signer.locked_user().is_none());
        }
        let archive = std::fs::read(&self.archive).expect("an archive");
        let name = self.archive.file_name().expect("a name").to_string_lossy();
        signer.sign(&archive, &name, metadata.as_bytes()).map_err(text)
    }

    pub(crate) fn verify_by_helm(&mut self, helm: u8) -> Verdict {
        let answer = self.oracle.ask(&json!({
            "ask": "verify", "helm": helm, "keyring": self.path("keys"), "archive": self.archive, "prov": self.prov(),
        }));
        verdict(answer)
    }

    pub(crate) fn verify4(&self) -> Verdict {
        self.verify(Compat::V4)
    }

    fn verify(&self, compat: Compat) -> Verdict {
        verify_chart(&self.archive, &self.prov(), &self.path("keys"), compat)
            .map(|v| json!({"users": sorted(v.signed_by), "fingerprint": v.fingerprint, "hash": v.file_hash}))
            .map_err(|e| e.to_string())
    }

    pub(crate) fn verify3(&self) -> Verdict {
        self.verify(Compat::V3)
    }

    /// The verdict that we and both Helms agree on.
    pub(crate) fn agree(&mut self, what: &str) -> Verdict {
        let (theirs, ours) = (self.verify_by_helm(3), self.verify(Compat::V3));
        assert_agree(what, &theirs, &ours);
        self.agree4(what)
    }

    /// The verdict that we and Helm 4 agree on.
    pub(crate) fn agree4(&mut self, what: &str) -> Verdict {
        let (theirs, ours) = (self.verify_by_helm(4), self.verify(Compat::V4));
        assert_agree(what, &theirs, &ours);
        ours
    }
}

fn prov_of(answer: &Value) -> Result<Vec<u8>, String> {
    match answer["prov"].as_str() {
        Some(text) => Ok(STANDARD.decode(text).expect("base64")),
        None => Err(answer["error"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()),
    }
}

fn verdict(mut answer: Value) -> Verdict {
    if let Some(error) = answer["error"].as_str() {
        return Err(error.to_owned());
    }
    if answer["panic"].is_string() {
        return Err("panic".to_owned());
    }
    let users = serde_json::from_value(answer["users"].take()).expect("users");
    answer["users"] = sorted(users);
    Ok(answer)
}

fn sorted(mut users: Vec<String>) -> Value {
    users.sort();
    json!(users)
}

fn assert_agree(what: &str, theirs: &Verdict, ours: &Verdict) {
    match (theirs, ours) {
        // Where Go panics an error is right, whatever it says.
        (Err(theirs), Err(_)) if theirs == "panic" => {}
        // What packets of other kinds hold is not looked at.
        (Err(_), Err(ours)) if ours.ends_with("non signature packet found") => {}
        (Err(theirs), Err(ours)) => assert_eq!(comparable(ours), comparable(theirs), "{what}"),
        _ => assert_eq!(ours, theirs, "{what}"),
    }
}

/// Errors without what depends on how much Go reads at a time.
fn comparable(error: &str) -> &str {
    error.split_inclusive("base64 data").next().unwrap_or_default()
}

/// ASCII armour with a wrong checksum, which nobody checks.
pub(crate) fn armor(kind: &str, content: &[u8]) -> String {
    let text = STANDARD.encode(content);
    let lines = text.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).expect("text"));
    let lines: Vec<&str> = lines.collect();
    format!(
        "-----BEGIN {kind}-----\nComment: made by a test\n\n{}\n=AAAA\n-----END {kind}-----\n",
        lines.join("\n")
    )
}

/// A GnuPG keybox of blobs with their types and flags.
pub(crate) fn keybox(blobs: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = [&[0, 0, 0, 32, 1, 1, 0, 2][..], b"KBXf", &[0; 20]].concat();
    for (kind, flags, content) in blobs {
        let word = |n: usize| u32::try_from(n).expect("small").to_be_bytes();
        file.extend(word(16 + content.len() + 20));
        file.extend([*kind, 1, 0, *flags]);
        file.extend(word(16));
        file.extend(word(content.len()));
        file.extend(content);
        file.extend([0; 20]);
    }
    file
}
