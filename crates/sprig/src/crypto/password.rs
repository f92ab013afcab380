//! Password hashes, and passwords derived by the Master Password algorithm.

use bcrypt::Version;
use govalue::{Kind, Str, Value};
use hmac::{Hmac, Mac};
use scrypt::{Params, scrypt};
use sha2::Sha256;

use crate::Host;
use crate::function::Outcome;

/// Go's `bcrypt.DefaultCost`.
const COST: u32 = 10;

/// bcrypt reads no more of a password.
const MAX_LENGTH: usize = 72;

/// The bcrypt hash of a password, or a sentence in its place.
pub(super) fn bcrypt(host: &dyn Host, password: &[u8]) -> String {
    if password.len() > MAX_LENGTH {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned();
    }
    let mut salt = [0; 16];
    host.fill_random(&mut salt);
    match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(parts) => parts.format_for_version(Version::TwoA),
        Err(e) => format!("failed to encrypt string with bcrypt: {e}"),
    }
}

/// A line of an Apache password file.
pub(super) fn htpasswd(host: &dyn Host, user: &Str, password: &Str) -> Str {
    if user.contains(&b':') {
        return [b"invalid username: ", &**user].concat().into();
    }
    [user, &b":"[..], bcrypt(host, password).as_bytes()].concat().into()
}

/// The scope that the algorithm's first version puts in front of everything.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The shapes of each type of password; a letter stands for a class of characters.
const SHAPES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// The characters of a class.
fn class(letter: u8) -> &'static [u8] {
    match letter {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The password for a site, by the Master Password algorithm.
pub(super) fn derive(counter: &Value, kind: &Str, password: &Str, user: &Str, site: &Str) -> Outcome<Str> {
    let counter = match counter {
        Value::Int(i) if i.kind() == Kind::Uint32 => i.as_u64() as u32,
        _ => 0,
    };
    let Some((_, shapes)) = SHAPES.iter().find(|(name, _)| name.as_bytes() == &**kind) else {
        return Ok([b"cannot find password template ", &**kind].concat().into());
    };
    let salt = [SCOPE, &length(user), user].concat();
    let mut key = [0; 64];
    let params = Params::new(15, 8, 2, key.len()).map_err(|e| e.to_string())?;
    scrypt(password, &salt, &params, &mut key).map_err(|e| e.to_string())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)?;
    mac.update(&[SCOPE, &length(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    let characters = shape.bytes().zip(&seed[1..]).map(|(letter, &byte)| {
        let class = class(letter);
        class[usize::from(byte) % class.len()]
    });
    Ok(characters.collect::<Vec<u8>>().into())
}

/// A text's length in four bytes.
fn length(text: &[u8]) -> [u8; 4] {
    (text.len() as u32).to_be_bytes()
}
