//! The report: one line for each function or object.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::judge::Tally;

/// The names of the real function map of one Helm, and what comparing gave.
pub type Results = (Vec<String>, BTreeMap<String, Tally>);

const HEAD: &str = "\
# Template functions

Written by `cargo xtask conformance --functions --update`; the conformance run fails when it is not up to date or
something differs. It lists every function in the function maps of Helm 4.3.1 and Helm 3.22.0, read from the two programs'
own code, and the objects that templates see.

A case is a template that the real engine and this one render in the same chart: the output, or the text of the error,
must be equal. Every function is called with too few and too many arguments, with arguments of wrong types in each place,
and with random ones of every kind; Helm's own functions and the objects with tables besides. What depends on chance or
on the clock is compared by what is the same in every run; the last column says what else judges it.

| name | Helm 4.3.1 | Helm 3.22.0 | judged besides |
|---|---|---|---|
";

/// What judges functions of chance, clock and network besides.
const BESIDES: &[(&str, &[&str])] = &[
    ("a fixed clock", &["now", "ago"]),
    (
        "alphabet, length and spread of the characters",
        &["randAlphaNum", "randAlpha", "randNumeric", "randAscii"],
    ),
    ("bounds; every number comes", &["randInt"]),
    ("length of what is decoded", &["randBytes"]),
    ("the same characters in another order", &["shuffle"]),
    ("version and variant bits", &["uuidv4"]),
    ("a fixed resolver; `--enable-dns`", &["getHostByName"]),
    ("`htpasswd -v` and Go's bcrypt accept the hash", &["bcrypt", "htpasswd"]),
    ("`openssl pkey -check` and Go's parsers", &["genPrivateKey"]),
    ("text equal to Sprig's for every kind of password", &["derivePassword"]),
    (
        "`openssl verify`, Go's `x509`; each side signs with the other's authority",
        &[
            "buildCustomCert",
            "genCA",
            "genCAWithKey",
            "genSelfSignedCert",
            "genSelfSignedCertWithKey",
            "genSignedCert",
            "genSignedCertWithKey",
        ],
    ),
    ("each side decrypts what the other encrypted", &["encryptAES", "decryptAES"]),
    ("sorted here, in random order in Helm: see `compatibility.md`", &["keys", "values"]),
    ("a grid of constraints by versions against Masterminds' package", &["semver", "semverCompare"]),
];

/// The report of both Helms, 4.3.1 first.
pub fn report(results: &[Results]) -> String {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (functions, tallies) in results {
        names.extend(functions.iter().map(String::as_str));
        names.extend(tallies.keys().map(String::as_str));
    }
    let mut text = HEAD.to_owned();
    for name in names {
        let besides = BESIDES.iter().find(|(_, names)| names.contains(&name)).map_or("", |(what, _)| what);
        write!(text, "| `{name}` |").expect("a string");
        for (functions, tallies) in results {
            let known = name.starts_with('.') || functions.iter().any(|f| f == name);
            let state = match tallies.get(name) {
                _ if !known => "absent".to_owned(),
                Some(Tally { cases, different: 0 }) => format!("equal, {cases} cases"),
                Some(Tally { cases, different }) => format!("DIFFERS in {different} of {cases} cases"),
                None => "NOT COMPARED".to_owned(),
            };
            write!(text, " {state} |").expect("a string");
        }
        writeln!(text, " {besides} |").expect("a string");
    }
    assert!(!text.contains("NOT COMPARED"), "functions without a case:\n{text}");
    text
}
