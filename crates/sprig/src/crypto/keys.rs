//! Private keys: making them, writing them as PEM, signing with them.

use dsa::{Components, KeySize};
use ed25519_dalek::Signer;
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::{BigUint, RsaPrivateKey};

use super::curve::CurveKey;
use super::der::{self, NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use super::random::HostRandom;
use super::{pem, rsa_key};
use crate::Host;

/// A private key of one of the kinds that Sprig knows.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    Curve(Box<dyn CurveKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// P, Q, G, Y and X.
    Dsa(Box<[Vec<u8>; 5]>),
}

/// A public key as certificates hold it.
#[derive(PartialEq, Eq)]
pub(super) struct PublicKey {
    /// DER of the algorithm.
    pub algorithm: Vec<u8>,
    pub key: Vec<u8>,
}

/// Object identifiers of algorithms.
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];

impl PrivateKey {
    /// A new RSA key of 2048 bits.
    pub fn rsa_2048(host: &dyn Host) -> PrivateKey {
        PrivateKey::Rsa(Box::new(rsa_key::generate_2048(host)))
    }

    /// A new RSA key of 4096 bits.
    pub fn rsa_4096(host: &dyn Host) -> PrivateKey {
        PrivateKey::Rsa(Box::new(rsa_key::generate_4096(host)))
    }

    /// A new ECDSA key on the curve P-256.
    pub fn p256(host: &dyn Host) -> PrivateKey {
        PrivateKey::Curve(<dyn CurveKey>::generate_p256(host))
    }

    /// A new Ed25519 key.
    pub fn ed25519(host: &dyn Host) -> PrivateKey {
        let mut seed = [0; 32];
        host.fill_random(&mut seed);
        PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// A new DSA key with parameters of its own, of 2048 and 256 bits.
    pub fn dsa(host: &dyn Host) -> PrivateKey {
        let mut random = HostRandom(host).split();
        let components = Components::generate(&mut random, KeySize::DSA_2048_256);
        let key = dsa::SigningKey::generate(&mut random, components);
        let public = key.verifying_key();
        let parameters = public.components();
        let numbers = [parameters.p(), parameters.q(), parameters.g(), public.y(), key.x()];
        PrivateKey::Dsa(Box::new(numbers.map(BigUint::to_bytes_be)))
    }

    /// The form in which Sprig writes a key: PKCS#1, SEC1, PKCS#8 or OpenSSL's for DSA.
    pub fn to_pem(&self) -> Result<String, String> {
        let (label, der) = match self {
            PrivateKey::Rsa(key) => {
                let der = key.to_pkcs1_der().map_err(|e| e.to_string())?;
                ("RSA PRIVATE KEY", der.as_bytes().to_vec())
            }
            PrivateKey::Curve(key) => ("EC PRIVATE KEY", sec1(&**key)),
            PrivateKey::Ed25519(key) => ("PRIVATE KEY", ed25519_pkcs8(key)),
            PrivateKey::Dsa(numbers) => ("DSA PRIVATE KEY", dsa_der(numbers)),
        };
        Ok(pem::encode(label, &der))
    }

    /// The public key.
    pub fn public(&self) -> Result<PublicKey, String> {
        match self {
            PrivateKey::Rsa(key) => {
                let der = key.to_public_key().to_pkcs1_der().map_err(|e| e.to_string())?;
                let algorithm = algorithm(RSA, &der::element(NULL, &[]));
                Ok(PublicKey { algorithm, key: der.as_bytes().to_vec() })
            }
            PrivateKey::Curve(key) => {
                let curve = der::element(OBJECT_IDENTIFIER, key.curve().oid);
                Ok(PublicKey { algorithm: algorithm(EC, &curve), key: key.public() })
            }
            PrivateKey::Ed25519(key) => Ok(PublicKey {
                algorithm: algorithm(ED25519, &[]),
                key: key.verifying_key().to_bytes().to_vec(),
            }),
            PrivateKey::Dsa(_) => Err("x509: unsupported public key type: *dsa.PublicKey".to_owned()),
        }
    }

    /// DER of the algorithm by which the key signs certificates.
    pub fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(_) => Ok(algorithm(RSA_SHA256, &der::element(NULL, &[]))),
            PrivateKey::Curve(key) => Ok(algorithm(key.curve().signature_oid, &[])),
            PrivateKey::Ed25519(_) => Ok(algorithm(ED25519, &[])),
            PrivateKey::Dsa(_) => Err(NO_SIGNER.to_owned()),
        }
    }

    /// Signs a message by that algorithm.
    pub fn sign(&self, host: &dyn Host, message: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(key) => rsa_key::sign(key, host, message),
            PrivateKey::Curve(key) => {
                key.sign(host, message).ok_or_else(|| "ecdsa: internal error".to_owned())
            }
            PrivateKey::Ed25519(key) => Ok(key.sign(message).to_vec()),
            PrivateKey::Dsa(_) => Err(NO_SIGNER.to_owned()),
        }
    }
}

const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

fn algorithm(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    der::holding(SEQUENCE, &[&der::element(OBJECT_IDENTIFIER, oid), parameters])
}

/// RFC 5915, with the curve and the public key, as Go writes it.
fn sec1(key: &dyn CurveKey) -> Vec<u8> {
    let curve = der::element(OBJECT_IDENTIFIER, key.curve().oid);
    der::holding(
        SEQUENCE,
        &[
            &der::integer(&[1]),
            &der::element(OCTET_STRING, &key.secret()),
            &der::element(der::context(0, true), &curve),
            &der::element(der::context(1, true), &der::bits(&key.public())),
        ],
    )
}

/// RFC 8410, without the public key, as Go writes it.
fn ed25519_pkcs8(key: &ed25519_dalek::SigningKey) -> Vec<u8> {
    let seed = der::element(OCTET_STRING, &key.to_bytes());
    let algorithm = algorithm(ED25519, &[]);
    der::holding(SEQUENCE, &[&der::integer(&[0]), &algorithm, &der::element(OCTET_STRING, &seed)])
}

fn dsa_der(numbers: &[Vec<u8>; 5]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| der::integer(number)).collect();
    der::holding(SEQUENCE, &[&der::integer(&[0]), &numbers])
}
