//! Keys, certificates, passwords and encryption: made here and judged by Go and OpenSSL, and the other way round.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gotmpl::{FuncMap, Options, TemplateSet};
use govalue::time::Time;
use govalue::{Map, Value};
use helm_testkit::oracle::Oracle;
use serde_json::json;
use sprig::Host;

/// Randomness that differs with each call; good enough for keys that are thrown away.
struct Guessable;

impl Host for Guessable {
    fn now(&self) -> Time {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Time::from_unix(now.as_secs() as i64, i64::from(now.subsec_nanos()))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        static CALLS: AtomicU64 = AtomicU64::new(1);
        let mut state = CALLS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in buffer {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 32) as u8;
        }
    }

    fn lookup_host(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

type Data<'a> = [(&'a str, &'a str)];

/// Executes a template on one side.
type Maker = fn(&str, &Data<'_>) -> Result<String, String>;

/// Executes a template here: what it writes, or its error.
fn ours(template: &str, data: &Data<'_>) -> Result<String, String> {
    static FUNCTIONS: LazyLock<Arc<FuncMap>> =
        LazyLock::new(|| Arc::new(sprig::functions(Arc::new(Guessable))));
    let map = Map::new();
    for (key, value) in data {
        map.insert(*key, Value::from(*value));
    }
    let mut set = TemplateSet::new(Options::default()).with_funcs(FUNCTIONS.clone());
    set.parse("t", template).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    set.execute("t", &Value::Map(map), &mut out).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Executes a template with the real Sprig.
fn theirs(template: &str, data: &Data<'_>) -> Result<String, String> {
    static SPRIG: LazyLock<Mutex<Oracle>> = LazyLock::new(|| start("sprig"));
    let data: BTreeMap<_, _> = data
        .iter()
        .map(|(key, value)| (*key, json!({"t": "string", "b": BASE64_STANDARD.encode(value)})))
        .collect();
    let question = json!({"template": template, "data": {"t": "map", "m": data}});
    let answer = SPRIG.lock().expect("no test failed while asking").ask(&question);
    match answer["err"].as_str() {
        None | Some("") => {
            let out = BASE64_STANDARD.decode(answer["out"].as_str().unwrap_or_default()).expect("base64");
            Ok(String::from_utf8_lossy(&out).into_owned())
        }
        Some(error) => Err(error.to_owned()),
    }
}

fn judge(question: &serde_json::Value) -> serde_json::Value {
    static JUDGE: LazyLock<Mutex<Oracle>> = LazyLock::new(|| start("crypto"));
    JUDGE.lock().expect("no test failed while asking").ask(question)
}

fn start(name: &str) -> Mutex<Oracle> {
    Mutex::new(Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)))
}

fn openssl(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test needs openssl");
    child.stdin.take().expect("stdin is piped").write_all(input.as_bytes()).expect("openssl reads");
    let output = child.wait_with_output().expect("openssl ends");
    assert!(output.status.success(), "openssl {arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// A certificate and its key, as the templates here write them.
struct Pair {
    cert: String,
    key: String,
}

const SHOW: &str = "{{ $c.Cert }}|{{ $c.Key }}";

fn pair(text: &str) -> Pair {
    let (cert, key) = text.split_once('|').expect("two parts");
    Pair { cert: cert.to_owned(), key: key.to_owned() }
}

fn examine(pair: &Pair, authority: &str) -> serde_json::Value {
    judge(&json!({"ask": "certificate", "cert": pair.cert, "key": pair.key, "authority": authority}))
}

/// Both give the same text or the same error.
fn same(template: &str, data: &Data<'_>) {
    assert_eq!(difference(template, data), None, "{data:?}");
}

fn difference(template: &str, data: &Data<'_>) -> Option<String> {
    let (ours, theirs) = (ours(template, data), theirs(template, data));
    (ours != theirs).then(|| format!("{template}\n  ours   {ours:?}\n  theirs {theirs:?}"))
}

#[test]
fn digests_are_alike() {
    for text in ["", "a", "Grüße", "\0\u{7f}", &"long".repeat(5000)] {
        for function in ["sha1sum", "sha256sum", "sha512sum", "adler32sum"] {
            same(&format!("{{{{ {function} .x }}}}"), &[("x", text)]);
        }
    }
}

#[test]
fn derived_passwords_are_alike() {
    for kind in ["maximum", "long", "medium", "short", "basic", "pin", "none", ""] {
        let data = [("kind", kind), ("password", "pässword"), ("user", "user"), ("site", "example.com")];
        same("{{ derivePassword 1 .kind .password .user .site }}", &data);
    }
    same(r#"{{ derivePassword 4294967295 "long" "" "" "" }}"#, &[]);
    same(r#"{{ derivePassword 4294967296 "long" "" "" "" }}"#, &[]);
    same(r#"{{ derivePassword -1 "long" "" "" "" }}"#, &[]);
}

#[test]
fn password_hashes_hold() {
    let longest = "x".repeat(72);
    for password in ["", "secret", "Grüße", &longest] {
        let hash = ours("{{ bcrypt .p }}", &[("p", password)]).expect("a hash");
        assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
        assert_eq!(
            judge(&json!({"ask": "hash", "hash": hash, "password": password}))["ok"],
            true,
            "{password}"
        );
        let line = ours("{{ htpasswd \"user\" .p }}", &[("p", password)]).expect("a line");
        let hash = line.strip_prefix("user:").expect("the user");
        assert_eq!(
            judge(&json!({"ask": "hash", "hash": hash, "password": password}))["ok"],
            true,
            "{password}"
        );
    }
    let too_long = "x".repeat(73);
    same("{{ bcrypt .p }}", &[("p", &too_long)]);
    same("{{ htpasswd \"user\" .p }}", &[("p", &too_long)]);
    same("{{ htpasswd \"us:er\" .p }}", &[("p", "p")]);
}

#[test]
fn htpasswd_accepts_the_hashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("users");
    let accepts = |password: &str| {
        let output = Command::new("htpasswd").arg("-vb").arg(&file).args(["user", password]).output();
        output.expect("the test needs htpasswd (Debian: apache2-utils)").status.success()
    };
    for password in ["secret", "Grüße & more", "0", "$2a$10$"] {
        for template in [r#"{{ htpasswd "user" .p }}"#, r#"user:{{ bcrypt .p }}"#] {
            let line = ours(template, &[("p", password)]).expect("a line");
            std::fs::write(&file, line + "\n").expect("written");
            assert!(accepts(password), "{template} {password}");
            assert!(!accepts("another"), "{template} {password}");
        }
    }
}

#[test]
fn random_bytes_have_their_length() {
    for count in [0, 1, 16, 1000] {
        let text = ours(&format!("{{{{ randBytes {count} }}}}"), &[]).expect("bytes");
        assert_eq!(BASE64_STANDARD.decode(text).expect("base64").len(), count);
    }
    same("{{ randBytes -1 }}", &[]);
}

#[test]
fn encryption_works_both_ways() {
    let key = "a password that is longer than a key of AES-256 may be";
    for password in ["", "secret", key] {
        for text in ["x", "Grüße", "sixteen bytes ok", "seventeen bytes ok", &"long ".repeat(100)] {
            let encrypted =
                ours("{{ encryptAES .p .x }}", &[("p", password), ("x", text)]).expect("encrypted");
            let data = [("p", password), ("x", &*encrypted)];
            assert_eq!(theirs("{{ decryptAES .p .x }}", &data).as_deref(), Ok(text));
            let encrypted =
                theirs("{{ encryptAES .p .x }}", &[("p", password), ("x", text)]).expect("encrypted");
            let data = [("p", password), ("x", &*encrypted)];
            assert_eq!(ours("{{ decryptAES .p .x }}", &data).as_deref(), Ok(text));
        }
    }
    same("{{ encryptAES .p \"\" }}", &[("p", "p")]);
    let block = |bytes: usize| BASE64_STANDARD.encode("x".repeat(bytes));
    let broken = [1, 8, 14, 15, 16, 17, 18, 31, 32, 33, 48].map(block);
    let lines = "QQ==".to_owned() + &"\n".repeat(40);
    for text in broken.iter().map(String::as_str).chain(["", "!", "QQ", "QQ=", "QQ==", "Q", "====", &lines]) {
        same("{{ decryptAES .p .x }}", &[("p", "p"), ("x", text)]);
    }
}

#[test]
fn new_keys_are_sound() {
    let kinds = [
        ("", "rsa 4096 65537", "RSA PRIVATE KEY"),
        ("dsa", "dsa 2048 256", "DSA PRIVATE KEY"),
        ("ecdsa", "ec P-256", "EC PRIVATE KEY"),
        ("ed25519", "ed25519.PrivateKey", "PRIVATE KEY"),
    ];
    for (name, kind, label) in kinds {
        let key = ours("{{ genPrivateKey .kind }}", &[("kind", name)]).expect("a key");
        let judged = judge(&json!({"ask": "key", "key": key}));
        assert_eq!((&judged["kind"], &judged["label"]), (&json!(kind), &json!(label)), "{name}: {judged}");
        openssl(&["pkey", "-check", "-noout"], &key);
    }
    same("{{ genPrivateKey .kind }}", &[("kind", "RSA")]);
}

/// Keys of all kinds and forms, made by OpenSSL.
fn given_keys() -> Vec<String> {
    let pkcs8 = |options: &[&str]| openssl(&[&["genpkey"], options].concat(), "");
    let rsa = pkcs8(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-quiet"]);
    let mut keys = vec![openssl(&["rsa", "-traditional"], &rsa), rsa, pkcs8(&["-algorithm", "ED25519"])];
    for curve in ["secp224r1", "prime256v1", "secp384r1", "secp521r1"] {
        let key = openssl(&["ecparam", "-name", curve, "-genkey", "-noout"], "");
        keys.push(openssl(&["pkcs8", "-topk8", "-nocrypt"], &key));
        keys.push(key);
    }
    keys
}

#[test]
fn certificates_with_given_keys_are_alike() {
    let names = r#"(list "10.0.0.1" "::1" "::ffff:1.2.3.4" "2001:db8::1") (list "a.example" "*.b.example")"#;
    let makers = [
        r#"{{ $c := genCAWithKey "my-ca" 365 .key }}"#.to_owned(),
        r#"{{ $c := genCAWithKey "Grüße & Co *" 1 .key }}"#.to_owned(),
        r#"{{ $c := genCAWithKey "" 1 .key }}"#.to_owned(),
        format!(r#"{{{{ $c := genSelfSignedCertWithKey "a.example" {names} 3650 .key }}}}"#),
        format!(r#"{{{{ $c := genSelfSignedCertWithKey "" {names} 1 .key }}}}"#),
        r#"{{ $c := genSelfSignedCertWithKey "x" nil nil 0 .key }}"#.to_owned(),
        r#"{{ $c := genSelfSignedCertWithKey "x" (list) (list) -1 .key }}"#.to_owned(),
        r#"{{ $c := genSelfSignedCertWithKey "x" nil nil 20000 .key }}"#.to_owned(),
        r#"{{ $c := genSelfSignedCertWithKey "x" nil nil 200000 .key }}"#.to_owned(),
    ];
    for key in given_keys() {
        for maker in &makers {
            let template = format!("{maker}{SHOW}");
            let data = [("key", &*key)];
            let our_pair = pair(&ours(&template, &data).expect("a certificate"));
            let their_pair = pair(&theirs(&template, &data).expect("a certificate"));
            assert_eq!(our_pair.key, their_pair.key, "{maker} {key}");
            assert_eq!(examine(&our_pair, ""), examine(&their_pair, ""), "{maker} {key}");
        }
    }
}

#[test]
fn authorities_of_either_side_sign_alike() {
    let authority = format!(r#"{{{{ $c := genCAWithKey "my-ca" 365 .key }}}}{SHOW}"#);
    let signed = format!(
        r#"{{{{ $ca := buildCustomCert (b64enc .cert) (b64enc .authority) }}}}{{{{ $c := genSignedCertWithKey "a" (list "10.0.0.1") (list "a.example") 365 $ca .key }}}}{SHOW}"#
    );
    let keys = given_keys();
    for (i, key) in keys.iter().enumerate() {
        let makers: [Maker; 2] = [ours, theirs];
        let leaf = &keys[(i + 1) % keys.len()];
        let examined = makers.map(|make| {
            let ca = pair(&make(&authority, &[("key", key)]).expect("an authority"));
            makers.map(|sign| {
                let data = [("cert", &*ca.cert), ("authority", &*ca.key), ("key", &**leaf)];
                let pair = pair(&sign(&signed, &data).expect("a certificate"));
                let judged = examine(&pair, &ca.cert);
                assert_eq!((&judged["verified"], &judged["matches"]), (&json!(""), &json!(true)), "{judged}");
                verify_with_openssl(&ca.cert, &pair.cert);
                judged
            })
        });
        assert!(examined.iter().flatten().all(|judged| *judged == examined[0][0]), "{examined:#?}");
    }
}

fn verify_with_openssl(authority: &str, cert: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority).expect("written");
    openssl(&["verify", "-CAfile", file.to_str().expect("text")], cert);
}

#[test]
fn certificates_with_new_keys_hold() {
    let template = r#"{{ $ca := genCA "my-ca" 365 }}{{ $c := genSignedCert "a" nil (list "a.example") 30 $ca }}{{ $s := genSelfSignedCert "s" (list "1.2.3.4") nil 30 }}{{ $ca.Cert }}|{{ $ca.Key }}#{{ $c.Cert }}|{{ $c.Key }}#{{ $s.Cert }}|{{ $s.Key }}"#;
    let text = ours(template, &[]).expect("certificates");
    let pairs: Vec<Pair> = text.split('#').map(pair).collect();
    let [authority, signed, own] = &pairs[..] else { panic!("three certificates") };
    for (pair, authority) in [(authority, ""), (signed, &*authority.cert), (own, "")] {
        let judged = examine(pair, authority);
        let expected = (&json!(""), &json!(true), &json!(true));
        assert_eq!((&judged["verified"], &judged["matches"], &judged["serial"]), expected, "{judged}");
        assert_eq!(judge(&json!({"ask": "key", "key": pair.key}))["kind"], "rsa 2048 65537");
    }
    verify_with_openssl(&authority.cert, &signed.cert);
    let shapes = [
        ("{{ genCA \"x\" 1 | typeOf }} {{ genCA \"x\" 1 | kindOf }}", "sprig.certificate struct"),
        (
            "{{ with genCA \"x\" 1 }}{{ len .Cert | lt 100 }}{{ toJson . | trunc 21 }}{{ end }}",
            "true{\"Cert\":\"-----BEGIN C",
        ),
    ];
    for (template, expected) in shapes {
        assert_eq!(ours(template, &[]).as_deref(), Ok(expected), "{template}");
        same(template, &[]);
    }
}

#[test]
fn errors_are_alike() {
    let mut differences = Vec::new();
    let keys = given_keys();
    let rsa = &keys[0];
    let pkcs8 = &keys[1];
    let small = openssl(&["genrsa", "-traditional", "512"], "");
    let dsa = ours("{{ genPrivateKey \"dsa\" }}", &[]).expect("a key");
    let ca = pair(
        &ours(&format!(r#"{{{{ $c := genCAWithKey "ca" 9 .key }}}}{SHOW}"#), &[("key", rsa)])
            .expect("an authority"),
    );
    let relabel = |key: &str, label: &str| {
        let body: Vec<&str> = key.lines().filter(|line| !line.starts_with("-----")).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.join("\n"))
    };
    let broken_keys = [
        String::new(),
        "text".to_owned(),
        small,
        dsa.clone(),
        ca.cert.clone(),
        relabel(rsa, "PRIVATE KEY"),
        relabel(rsa, "EC PRIVATE KEY"),
        relabel(rsa, "FOO PRIVATE KEY"),
        relabel(rsa, "RSA"),
        relabel(pkcs8, "RSA PRIVATE KEY"),
        relabel(pkcs8, "EC PRIVATE KEY"),
        relabel(&keys[4], "PRIVATE KEY"),
        relabel(&keys[4], "RSA PRIVATE KEY"),
        relabel("", "RSA PRIVATE KEY"),
        relabel("QQ==", "EC PRIVATE KEY"),
        rsa.replace("END", "END "),
        rsa.replace('\n', "\r\n"),
        format!("before\n{rsa}after"),
        format!("x{rsa}"),
        rsa.replacen("KEY-----\n", "KEY-----\nProc-Type: 4\nA: b\n\n", 1),
    ];
    for key in &broken_keys {
        let data = [("key", &**key), ("cert", &*ca.cert), ("authority", &*ca.key)];
        for template in [
            r#"{{ genCAWithKey "x" 1 .key | kindOf }}"#,
            r#"{{ genSelfSignedCertWithKey "x" nil nil 1 .key | kindOf }}"#,
            r#"{{ genSignedCertWithKey "x" nil nil 1 (buildCustomCert (b64enc .cert) (b64enc .authority)) .key | kindOf }}"#,
            r#"{{ genSignedCertWithKey "x" nil nil 1 (buildCustomCert (b64enc .cert) (b64enc .key)) .authority | kindOf }}"#,
            r#"{{ buildCustomCert (b64enc .cert) (b64enc .key) | kindOf }}"#,
            r#"{{ buildCustomCert (b64enc .key) (b64enc .authority) | kindOf }}"#,
        ] {
            differences.extend(difference(template, &data).map(|text| format!("{key}{text}")));
        }
    }
    let data = [("key", &**rsa), ("cert", &*ca.cert), ("other", &*keys[4])];
    for template in [
        r#"{{ genSelfSignedCertWithKey "x" (list "1.2.3") nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" (list "1.2.3.04") nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" (list "fe80::1%eth0") nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" (list "1.2.3.4 ") nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" (list 1) nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" (list nil) nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" nil (list 1.5 "a") 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" nil (list (dict "a" 1)) 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" nil (list "ü") 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" "a" nil 1 .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" nil nil "1" .key }}"#,
        r#"{{ genSelfSignedCertWithKey "x" nil nil 1 }}"#,
        r#"{{ genCAWithKey "\xff" 1 .key }}"#,
        r#"{{ genSignedCert "x" nil nil 1 (dict) }}"#,
        r#"{{ genSignedCert "x" nil nil 1 nil }}"#,
        r#"{{ buildCustomCert "!" "" }}"#,
        r#"{{ buildCustomCert "" "" }}"#,
        r#"{{ buildCustomCert (b64enc .cert) "!" }}"#,
        r#"{{ (buildCustomCert (b64enc .cert) (b64enc .key)).Nope }}"#,
        r#"{{ eq (buildCustomCert (b64enc .cert) (b64enc .key)).Cert .cert }}"#,
        r#"{{ genSignedCertWithKey "x" nil nil 1 (buildCustomCert (b64enc .cert) (b64enc .other)) .key }}"#,
    ] {
        differences.extend(difference(template, &data));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
