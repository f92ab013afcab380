//! Digests, passwords, keys, certificates and encryption.
//!
//! All randomness comes from the [`Host`]; a long computation takes a seed from it and goes on by ChaCha20.

mod certificate;
mod curve;
mod der;
mod encryption;
mod keys;
mod parse;
mod password;
mod pem;
mod random;
mod rsa_key;
mod x509;

use adler2::adler32_slice;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use govalue::{Kind, Str, Type};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::Host;
use crate::function::{Outcome, functions};
use crate::panics::{self, MAX_BYTES};
use certificate::certificate_type;

functions! { FUNCTIONS:
    "sha1sum" (string) -> string = |s: &Str| hex(&Sha1::digest(&**s));
    "sha256sum" (string) -> string = |s: &Str| hex(&Sha256::digest(&**s));
    "sha512sum" (string) -> string = |s: &Str| hex(&Sha512::digest(&**s));
    "adler32sum" (string) -> string = |s: &Str| Str::from(adler32_slice(s).to_string());
    "randBytes" (host, int) -> string = random_bytes;
    "bcrypt" (host, string) -> string = |host, s: &Str| Str::from(password::bcrypt(host, s));
    "htpasswd" (host, string, string) -> string = password::htpasswd;
    "derivePassword" (uint32, string, string, string, string) -> string = password::derive;
    "encryptAES" (host, string, string) -> string = encryption::encrypt;
    "decryptAES" (string, string) -> string = encryption::decrypt;
    "genPrivateKey" (host, string) -> string = private_key;
    "buildCustomCert" (string, string) -> certificate_type = certificate::build_custom;
    "genCA" (host, string, int) -> certificate_type = certificate::authority;
    "genCAWithKey" (host, string, int, string) -> certificate_type = certificate::authority_with_key;
    "genSelfSignedCert" (host, string, list, list, int) -> certificate_type = certificate::self_signed;
    "genSelfSignedCertWithKey" (host, string, list, list, int, string) -> certificate_type =
        certificate::self_signed_with_key;
    "genSignedCert" (host, string, list, list, int, certificate_type) -> certificate_type = certificate::signed;
    "genSignedCertWithKey" (host, string, list, list, int, certificate_type, string) -> certificate_type =
        certificate::signed_with_key;
}

fn uint32() -> Type {
    Type::Basic(Kind::Uint32)
}

fn hex(bytes: &[u8]) -> Str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    Str::from(digits.collect::<Vec<u8>>())
}

fn random_bytes(host: &dyn Host, count: i64) -> Outcome<Str> {
    let count =
        usize::try_from(count).ok().filter(|&count| count <= MAX_BYTES).ok_or_else(panics::makeslice)?;
    let mut bytes = vec![0; count];
    host.fill_random(&mut bytes);
    Ok(STANDARD.encode(bytes).into())
}

/// A new key in PEM, or a sentence in its place.
fn private_key(host: &dyn Host, kind: &Str) -> Str {
    let key = match &**kind {
        b"" | b"rsa" => keys::PrivateKey::rsa_4096(host),
        b"dsa" => keys::PrivateKey::dsa(host),
        b"ecdsa" => keys::PrivateKey::p256(host),
        b"ed25519" => keys::PrivateKey::ed25519(host),
        _ => return [b"Unknown type ", &**kind].concat().into(),
    };
    match key.to_pem() {
        Ok(pem) => pem.into(),
        Err(e) => format!("failed to generate private key: {e}").into(),
    }
}
