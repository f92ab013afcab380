//! Keys on the elliptic curves of NIST, whichever curve it is.

use sha2::{Digest, Sha256, Sha384, Sha512};
use signature::hazmat::RandomizedPrehashSigner;

use super::random::HostRandom;
use crate::Host;

/// What depends on the curve only.
pub(super) struct Curve {
    /// Its object identifier.
    pub oid: &'static [u8],
    /// The object identifier of ECDSA with the digest that Go chooses for it.
    pub signature_oid: &'static [u8],
    digest: fn(&[u8]) -> Vec<u8>,
    /// Bytes of a private key.
    length: usize,
    parse: fn(&[u8]) -> Option<Box<dyn CurveKey>>,
}

/// A private key on a curve.
pub(super) trait CurveKey {
    fn curve(&self) -> &'static Curve;

    /// The private number.
    fn secret(&self) -> Vec<u8>;

    /// The public point, uncompressed.
    fn public(&self) -> Vec<u8>;

    /// An ECDSA signature in DER; the digest is that of the curve.
    fn sign_digest(&self, host: &dyn Host, digest: &[u8]) -> Option<Vec<u8>>;
}

/// The curves that Go knows.
pub(super) static CURVES: [Curve; 4] = [
    Curve {
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x21],
        signature_oid: ECDSA_SHA256,
        digest: |message| Sha256::digest(message).to_vec(),
        length: 28,
        parse: |secret| Some(Box::new(p224::SecretKey::from_slice(secret).ok()?)),
    },
    Curve {
        oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        signature_oid: ECDSA_SHA256,
        digest: |message| Sha256::digest(message).to_vec(),
        length: 32,
        parse: |secret| Some(Box::new(p256::SecretKey::from_slice(secret).ok()?)),
    },
    Curve {
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x22],
        signature_oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3],
        digest: |message| Sha384::digest(message).to_vec(),
        length: 48,
        parse: |secret| Some(Box::new(p384::SecretKey::from_slice(secret).ok()?)),
    },
    Curve {
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x23],
        signature_oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4],
        digest: |message| Sha512::digest(message).to_vec(),
        length: 66,
        parse: |secret| Some(Box::new(p521::SecretKey::from_slice(secret).ok()?)),
    },
];

const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

impl Curve {
    /// The curve of an object identifier.
    pub fn by_oid(oid: &[u8]) -> Option<&'static Curve> {
        CURVES.iter().find(|curve| curve.oid == oid)
    }

    /// The key with this private number. Zeros may be missing in front or be too many, as from old programs; the
    /// error is Go's.
    pub fn key(&self, mut secret: &[u8]) -> Result<Box<dyn CurveKey>, &'static str> {
        while secret.len() > self.length {
            secret = secret.strip_prefix(&[0]).ok_or("x509: invalid private key length")?;
        }
        let padded = [&vec![0; self.length - secret.len()], secret].concat();
        (self.parse)(&padded).ok_or("ecdsa: invalid private key")
    }
}

impl dyn CurveKey {
    /// A new key on P-256.
    pub fn generate_p256(host: &dyn Host) -> Box<dyn CurveKey> {
        Box::new(p256::SecretKey::random(&mut HostRandom(host)))
    }

    /// The ECDSA signature of a message in DER.
    pub fn sign(&self, host: &dyn Host, message: &[u8]) -> Option<Vec<u8>> {
        self.sign_digest(host, &(self.curve().digest)(message))
    }
}

macro_rules! curve_key {
    ($module:ident, $index:literal) => {
        impl CurveKey for $module::SecretKey {
            fn curve(&self) -> &'static Curve {
                &CURVES[$index]
            }

            fn secret(&self) -> Vec<u8> {
                self.to_bytes().to_vec()
            }

            fn public(&self) -> Vec<u8> {
                $module::EncodedPoint::from(self.public_key()).as_bytes().to_vec()
            }

            fn sign_digest(&self, host: &dyn Host, digest: &[u8]) -> Option<Vec<u8>> {
                let key = $module::ecdsa::SigningKey::from_slice(&self.to_bytes()).ok()?;
                let signature: $module::ecdsa::Signature =
                    key.sign_prehash_with_rng(&mut HostRandom(host), digest).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
        }
    };
}

curve_key!(p224, 0);
curve_key!(p256, 1);
curve_key!(p384, 2);
curve_key!(p521, 3);
