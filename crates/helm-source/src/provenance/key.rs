//! One public key: what of its packet is hashed, and whether it made a signature.

use std::borrow::Cow;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketHeader, PublicKey, PublicSubkey, SecretKey};
use pgp::types::{
    EcdsaPublicParams, EddsaLegacyPublicParams, Mpi, PublicParams, SignatureBytes, Tag, VerifyingKey,
};

use super::error::PgpError;
use super::packet::Fields;
use super::signature::Signature;

/// A primary key or subkey of version 4.
#[derive(Debug)]
pub(super) struct Key {
    /// The public part as its packet holds it, which is what is hashed.
    content: Vec<u8>,
    pub(super) algorithm: u8,
    pub(super) created: u32,
    pub(super) fingerprint: [u8; 20],
    is_subkey: bool,
    /// How much of the packet's content follows the key.
    pub(super) unread: usize,
}

/// The secret part of a primary key.
#[derive(Debug)]
pub(super) enum Secret {
    /// GnuPG's placeholder for a part that is kept on a card or another machine.
    Elsewhere,
    /// Locked by a passphrase or not.
    Key(Box<SecretKey>),
}

impl Key {
    /// Reads a packet that holds a public key and nothing else.
    pub(super) fn parse(content: &[u8], is_subkey: bool, truncation: &PgpError) -> Result<Key, PgpError> {
        let length = public_length(content, truncation)?;
        let key = Key::new(&content[..length], is_subkey)?;
        Ok(Key { unread: content.len() - length, ..key })
    }

    fn new(content: &[u8], is_subkey: bool) -> Result<Key, PgpError> {
        let created = u32::from_be_bytes([content[1], content[2], content[3], content[4]]);
        let mut key = Key {
            algorithm: content[5],
            created,
            content: content.to_vec(),
            fingerprint: [0; 20],
            is_subkey,
            unread: 0,
        };
        let mut hashed = Vec::with_capacity(content.len() + 3);
        key.hash_into(&mut |bytes| hashed.extend_from_slice(bytes));
        // Bytes that were made to collide are no key.
        let digest = HashAlgorithm::Sha1.digest(&hashed).map_err(|e| PgpError::Structural(e.to_string()))?;
        key.fingerprint.copy_from_slice(&digest);
        if key.algorithm == 19 && matches!(key.verifier(), Err(PgpError::Structural(_))) {
            return Err(PgpError::Point("ecdsa"));
        }
        Ok(key)
    }

    /// The end of the fingerprint, which signatures name their keys by.
    pub(super) fn id(&self) -> u64 {
        self.fingerprint[12..].iter().fold(0, |id, byte| id << 8 | u64::from(*byte))
    }

    /// Whether the algorithm can sign at all.
    pub(super) fn can_sign(&self) -> bool {
        !matches!(self.algorithm, 2 | 16 | 18)
    }

    /// The key as signatures about it hash it.
    pub(super) fn hash_into(&self, hash: &mut dyn FnMut(&[u8])) {
        let length = self.content.len() as u16;
        hash(&[0x99, (length >> 8) as u8, length as u8]);
        hash(&self.content);
    }

    /// Checks that this key made the signature over what `signed` hashes.
    pub(super) fn verify(
        &self,
        signature: &Signature,
        signed: impl FnOnce(&mut dyn FnMut(&[u8])),
    ) -> Result<(), PgpError> {
        if !self.can_sign() {
            return Err(PgpError::InvalidArgument("public key cannot generate signatures".into()));
        }
        let mut hasher =
            signature.hash.new_hasher().map_err(|_| PgpError::Unsupported("hash function".into()))?;
        signed(&mut |bytes| hasher.update(bytes));
        hasher.update(&signature.suffix);
        let digest = hasher.finalize();
        if self.algorithm != signature.algorithm {
            return Err(PgpError::InvalidArgument(
                "public key and signature use different algorithms".into(),
            ));
        }
        let holds = match self.verifier() {
            Ok(verifier) => {
                let digest = widened(verifier.public_params(), &digest);
                let value = lowered(verifier.public_params(), &signature.value);
                verifier.verify(signature.hash, &digest, &value).is_ok()
            }
            Err(unsupported @ PgpError::Unsupported(_)) => return Err(unsupported),
            Err(_) => false,
        };
        let name = match self.algorithm {
            1 | 3 => "RSA",
            17 => "DSA",
            19 => "ECDSA",
            22 => "EdDSA",
            27 => "Ed25519",
            _ => "ed448",
        };
        match holds {
            true => Ok(()),
            false => Err(PgpError::Signature(format!("{name} verification failure"))),
        }
    }

    /// The key in the form that can compute.
    pub(super) fn verifier(&self) -> Result<Box<dyn VerifyingKey>, PgpError> {
        let malformed = |e: pgp::errors::Error| PgpError::Structural(e.to_string());
        let length = self.content.len() as u32;
        let key: Box<dyn VerifyingKey> = if self.is_subkey {
            let header = PacketHeader::new_fixed(Tag::PublicSubkey, length);
            Box::new(PublicSubkey::try_from_reader(header, &self.content[..]).map_err(malformed)?)
        } else {
            let header = PacketHeader::new_fixed(Tag::PublicKey, length);
            Box::new(PublicKey::try_from_reader(header, &self.content[..]).map_err(malformed)?)
        };
        let unsupported = match key.public_params() {
            PublicParams::ECDSA(EcdsaPublicParams::Unsupported { curve, .. }) => curve.to_string(),
            PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Unsupported { curve, .. }) => {
                curve.to_string()
            }
            PublicParams::Unknown { .. } => self.algorithm.to_string(),
            _ => return Ok(key),
        };
        Err(PgpError::Unsupported(format!("public key type: {unsupported}")))
    }
}

/// A digest as the number that ECDSA takes it for, in as many bytes as the curve has: the library wants at least half
/// as many, GnuPG and go-crypto sign with shorter digests too.
fn widened<'a>(parameters: &PublicParams, digest: &'a [u8]) -> Cow<'a, [u8]> {
    let width: usize = match parameters {
        PublicParams::ECDSA(EcdsaPublicParams::P384 { .. }) => 48,
        PublicParams::ECDSA(EcdsaPublicParams::P521 { .. }) => 66,
        _ => 0,
    };
    match width.checked_sub(digest.len()) {
        None | Some(0) => digest.into(),
        Some(missing) => [&vec![0; missing], digest].concat().into(),
    }
}

/// A signature on the curve secp256k1 with the smaller of the two numbers that are its second one: the library takes
/// that one only, as Bitcoin does.
fn lowered<'a>(parameters: &PublicParams, value: &'a SignatureBytes) -> Cow<'a, SignatureBytes> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
        0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];
    let (PublicParams::ECDSA(EcdsaPublicParams::Secp256k1 { .. }), SignatureBytes::Mpis(numbers)) =
        (parameters, value)
    else {
        return Cow::Borrowed(value);
    };
    let [first, second] = &numbers[..] else { return Cow::Borrowed(value) };
    // A number of 32 bytes that begins like this is more than half of the order, or so near to it that both fit.
    let Ok(number) = <[u8; 32]>::try_from(second.as_ref()) else { return Cow::Borrowed(value) };
    if number[0] < 0x80 || number >= ORDER {
        return Cow::Borrowed(value);
    }
    let mut difference = ORDER;
    let mut borrow = false;
    for (digit, less) in difference.iter_mut().zip(number).rev() {
        let (once, under) = digit.overflowing_sub(less);
        let (twice, again) = once.overflowing_sub(u8::from(borrow));
        *digit = twice;
        borrow = under || again;
    }
    Cow::Owned(SignatureBytes::Mpis(vec![first.clone(), Mpi::from_slice(&difference)]))
}

/// Reads a packet that holds a key with its secret part.
pub(super) fn parse_secret(
    content: &[u8],
    is_subkey: bool,
    truncation: &PgpError,
) -> Result<(Key, Option<Secret>), PgpError> {
    let length = public_length(content, truncation)?;
    let key = Key::new(&content[..length], is_subkey)?;
    if is_subkey {
        // Charts are signed with primary keys.
        return Ok((key, None));
    }
    let rest = &content[length..];
    if is_placeholder(rest) {
        return Ok((key, Some(Secret::Elsewhere)));
    }
    if rest.is_empty() {
        return Err(truncation.clone());
    }
    let header = PacketHeader::new_fixed(Tag::SecretKey, content.len() as u32);
    let secret = SecretKey::try_from_reader(header, content)
        .map_err(|_| PgpError::structural("private key checksum failure"))?;
    Ok((key, Some(Secret::Key(Box::new(secret)))))
}

/// GnuPG's own string-to-key mode: usage, cipher, mode 101, hash, `GNU`, 1 for "none" or 2 for "on a card".
fn is_placeholder(secret: &[u8]) -> bool {
    matches!(secret, [253..=255, _, 101, _, b'G', b'N', b'U', 1 | 2, ..])
}

/// How much of the content is the public key; RFC 9580, section 5.5.5.
fn public_length(content: &[u8], truncation: &PgpError) -> Result<usize, PgpError> {
    let mut fields = Fields(content);
    let version = fields.byte().ok_or_else(|| truncation.clone())?;
    if version != 4 {
        return Err(PgpError::Unsupported(format!("public key version {version}")));
    }
    let head = fields.bytes(5).ok_or_else(|| truncation.clone())?;
    let read = match head[4] {
        1..=3 => integers(&mut fields, 2),
        16 => integers(&mut fields, 3),
        17 => integers(&mut fields, 4),
        18 | 19 | 22 => Some(curve_point(head[4], &mut fields, truncation)?),
        25 | 27 => fields.bytes(32).map(drop),
        26 => fields.bytes(56).map(drop),
        28 => fields.bytes(57).map(drop),
        other => return Err(PgpError::Unsupported(format!("public key type: {other}"))),
    };
    read.ok_or_else(|| truncation.clone())?;
    Ok(content.len() - fields.0.len())
}

fn integers(fields: &mut Fields<'_>, count: usize) -> Option<()> {
    (0..count).try_for_each(|_| fields.integer().map(drop))
}

/// Object identifiers of the curves that go-crypto knows, with the algorithms that use them and the length of a point
/// where that is checked.
const CURVES: [(&[u8], &[u8], Option<usize>); 11] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], &[18, 19], None),
    (&[0x2b, 0x81, 4, 0, 0x22], &[18, 19], None),
    (&[0x2b, 0x81, 4, 0, 0x23], &[18, 19], None),
    (&[0x2b, 0x81, 4, 0, 0x0a], &[18, 19], None),
    (&[0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1], &[18], Some(33)),
    (&[0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1], &[22], Some(33)),
    (&[0x2b, 0x65, 0x6f], &[18], Some(57)),
    (&[0x2b, 0x65, 0x71], &[22], Some(58)),
    // The Brainpool curves, which the `pgp` crate does not compute.
    (&[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 7], &[18, 19], None),
    (&[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 0x0b], &[18, 19], None),
    (&[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 0x0d], &[18, 19], None),
];

/// A curve, a point on it, and for keys that encrypt how they derive other keys.
fn curve_point(algorithm: u8, fields: &mut Fields<'_>, truncation: &PgpError) -> Result<(), PgpError> {
    let short = || truncation.clone();
    let oid = counted(fields).ok_or_else(short)?;
    let hexadecimal = || oid.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (_, algorithms, length) = CURVES
        .iter()
        .find(|(known, ..)| *known == oid)
        .ok_or_else(|| PgpError::Unsupported(format!("unknown oid: {}", hexadecimal())))?;
    if !algorithms.contains(&algorithm) {
        return Err(PgpError::Unsupported(format!("unsupported oid: {}", hexadecimal())));
    }
    let point = fields.integer().ok_or_else(short)?;
    let has_right_length = length.is_none_or(|length| length == point.len());
    match (algorithm, point.first()) {
        (22, None) => return Err(PgpError::structural("empty EdDSA public key")),
        (22, Some(form)) if *form != 0x40 => {
            return Err(PgpError::Unsupported(format!("unsupported EdDSA compression: {form}")));
        }
        (22, _) if !has_right_length => return Err(PgpError::Point("eddsa")),
        (18, _) => {
            let derivation = counted(fields).ok_or_else(short)?;
            if !matches!(derivation, [1, 8..=12 | 14, 2..=4 | 7..=9, ..]) {
                return Err(PgpError::Unsupported("unsupported ECDH KDF".into()));
            }
            if !has_right_length {
                return Err(PgpError::Point("ecdh"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Bytes after their number.
fn counted<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let length = fields.byte()?;
    fields.bytes(usize::from(length))
}
