//! Signature packets of version 4 (RFC 9580, section 5.2), read field by field as go-crypto reads them: it decides
//! which signatures Helm takes notice of, and the words for the others.

use pgp::crypto::hash::HashAlgorithm;
use pgp::types::{Mpi, SignatureBytes};

use super::error::PgpError;
use super::packet::Fields;

/// What a signature is about; RFC 9580, section 5.2.1.
pub(super) mod kind {
    pub(crate) const BINARY: u8 = 0x00;
    pub(crate) const TEXT: u8 = 0x01;
    pub(crate) const CERTIFICATIONS: std::ops::RangeInclusive<u8> = 0x10..=0x13;
    pub(crate) const SUBKEY_BINDING: u8 = 0x18;
    pub(super) const PRIMARY_KEY_BINDING: u8 = 0x19;
    pub(crate) const KEY_REVOCATION: u8 = 0x20;
    pub(crate) const SUBKEY_REVOCATION: u8 = 0x28;
    pub(crate) const CERTIFICATION_REVOCATION: u8 = 0x30;
}

/// The flag of keys that may sign data.
const MAY_SIGN: u8 = 2;
/// The reason of a revocation that is valid for the time before it too.
const COMPROMISED: u8 = 2;

/// A signature with what its subpackets say, the unhashed ones only as far as they can be trusted.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) kind: u8,
    pub(super) algorithm: u8,
    pub(super) hash: HashAlgorithm,
    /// What is hashed after the signed data.
    pub(super) suffix: Vec<u8>,
    pub(super) created: u32,
    lifetime: u32,
    key_lifetime: u32,
    pub(super) issuer: Option<u64>,
    issuer_fingerprint: Option<Vec<u8>>,
    pub(super) is_primary: bool,
    pub(super) critical_notation: Option<String>,
    flags: Option<u8>,
    reason: Option<u8>,
    pub(super) embedded: Option<Box<Signature>>,
    pub(super) value: SignatureBytes,
    /// How much of the packet's content follows the signature.
    pub(super) unread: usize,
}

impl Signature {
    /// Reads the content of a packet; `truncation` is the error for content that ends too early.
    pub(super) fn parse(content: &[u8], truncation: &PgpError) -> Result<Signature, PgpError> {
        parse(content, truncation, false)
    }

    /// Whether it says to be made by this key.
    pub(super) fn is_issued_by(&self, fingerprint: &[u8], id: u64) -> bool {
        match &self.issuer_fingerprint {
            Some(issuer) => issuer == fingerprint,
            None => self.issuer == Some(id),
        }
    }

    /// Whether the key that it is about may sign data; nothing is assumed of keys without flags.
    pub(super) fn lets_sign(&self) -> bool {
        self.flags.is_some_and(|flags| flags & MAY_SIGN != 0)
    }

    /// Whether it has run out, or is not yet in force.
    pub(super) fn has_expired(&self, now: u64) -> bool {
        let created = u64::from(self.created);
        created > now || (self.lifetime != 0 && now > created + u64::from(self.lifetime))
    }

    /// Whether a key that was made then has run out by the word of this self-signature.
    pub(super) fn lets_expire(&self, key_created: u32, now: u64) -> bool {
        let created = u64::from(key_created);
        created > now || (self.key_lifetime != 0 && now > created + u64::from(self.key_lifetime))
    }

    /// Whether it, a revocation, is in force.
    pub(super) fn revokes(&self, now: u64) -> bool {
        self.reason == Some(COMPROMISED) || !self.has_expired(now)
    }
}

fn parse(content: &[u8], truncation: &PgpError, embedded: bool) -> Result<Signature, PgpError> {
    let short = || truncation.clone();
    let mut fields = Fields(content);
    let version = fields.byte().ok_or_else(short)?;
    match version {
        4 => {}
        5 => {
            return Err(PgpError::Unsupported(
                "support for parsing v5 entities is disabled; build with `-tags v5` if needed".into(),
            ));
        }
        other => return Err(PgpError::Unsupported(format!("signature packet version {other}"))),
    }
    let head = fields.bytes(5).ok_or_else(short)?;
    let (signature_kind, algorithm) = (head[0], head[1]);
    if !matches!(algorithm, 1 | 3 | 17 | 19 | 22 | 27 | 28) {
        return Err(PgpError::Unsupported(format!("public key algorithm {algorithm}")));
    }
    let hash =
        hash_algorithm(head[2]).ok_or_else(|| PgpError::Unsupported(format!("hash function {}", head[2])))?;
    let hashed_length = usize::from(head[3]) << 8 | usize::from(head[4]);
    let hashed = fields.bytes(hashed_length).ok_or_else(short)?;
    let mut suffix = [&[version], head, hashed].concat();
    let length = suffix.len() as u32;
    suffix.extend_from_slice(&[version, 0xff]);
    suffix.extend_from_slice(&length.to_be_bytes());
    let mut said = Said::default();
    said.read(hashed, true, embedded)?;
    let unhashed_length = fields.u16().ok_or_else(short)?;
    said.read(fields.bytes(unhashed_length).ok_or_else(short)?, false, embedded)?;
    // The first two bytes of the hash, which save others from computing; go-crypto does not compare them.
    fields.bytes(2).ok_or_else(short)?;
    let value = value(algorithm, &mut fields).ok_or_else(short)?;
    Ok(Signature {
        kind: signature_kind,
        algorithm,
        hash,
        suffix,
        created: said.created.unwrap_or_default(),
        lifetime: said.lifetime,
        key_lifetime: said.key_lifetime,
        issuer: said.issuer,
        issuer_fingerprint: said.issuer_fingerprint,
        is_primary: said.is_primary,
        critical_notation: said.critical_notation,
        flags: said.flags,
        reason: said.reason,
        embedded: said.embedded,
        value,
        unread: fields.0.len(),
    })
}

/// Hash functions that go-crypto lets signatures use: SHA-1 for old keys, never MD5.
fn hash_algorithm(id: u8) -> Option<HashAlgorithm> {
    matches!(id, 2 | 8..=12 | 14).then(|| HashAlgorithm::from(id))
}

/// The numbers that make up the signature itself.
fn value(algorithm: u8, fields: &mut Fields<'_>) -> Option<SignatureBytes> {
    let native = |bytes: &[u8]| SignatureBytes::Native(bytes.to_vec().into());
    Some(match algorithm {
        1 | 3 => SignatureBytes::Mpis(vec![Mpi::from_slice(fields.integer()?)]),
        27 => native(fields.bytes(64)?),
        28 => native(fields.bytes(114)?),
        _ => {
            let first = Mpi::from_slice(fields.integer()?);
            SignatureBytes::Mpis(vec![first, Mpi::from_slice(fields.integer()?)])
        }
    })
}

/// What subpackets say.
#[derive(Default)]
struct Said {
    created: Option<u32>,
    lifetime: u32,
    key_lifetime: u32,
    issuer: Option<u64>,
    issuer_fingerprint: Option<Vec<u8>>,
    is_primary: bool,
    critical_notation: Option<String>,
    flags: Option<u8>,
    reason: Option<u8>,
    embedded: Option<Box<Signature>>,
}

impl Said {
    fn read(&mut self, area: &[u8], hashed: bool, nested: bool) -> Result<(), PgpError> {
        let mut fields = Fields(area);
        while !fields.0.is_empty() {
            let content = subpacket(&mut fields)
                .ok_or_else(|| PgpError::structural("signature subpacket truncated"))?;
            let Some((&head, content)) = content.split_first() else {
                return Err(PgpError::structural("zero length signature subpacket"));
            };
            // Anybody can change the unhashed ones; of these only those are used that prove themselves.
            if hashed || matches!(head & 0x7f, 16 | 32 | 33) {
                self.hear(head & 0x7f, head & 0x80 != 0, content, nested)?;
            }
        }
        match self.created {
            Some(_) => Ok(()),
            None => Err(PgpError::structural("no creation time in signature")),
        }
    }

    /// One subpacket; RFC 9580, section 5.2.3.
    fn hear(&mut self, kind: u8, critical: bool, content: &[u8], nested: bool) -> Result<(), PgpError> {
        let bad = |text: &str| PgpError::structural(text);
        let number = || <[u8; 4]>::try_from(content).map(u32::from_be_bytes);
        match kind {
            2 => {
                self.created = Some(number().map_err(|_| bad("signature creation time not four bytes"))?);
            }
            3 => self.lifetime = number().map_err(|_| bad("expiration subpacket with bad length"))?,
            4 if content.first().is_none_or(|exportable| *exportable == 0) => {
                return Err(PgpError::Unsupported("signature with non-exportable certification".into()));
            }
            5 if content.len() != 2 => return Err(bad("trust subpacket with bad length")),
            6 if content.is_empty() => return Err(bad("regexp subpacket with bad length")),
            6 if !content.ends_with(&[0]) => {
                return Err(bad("expected regular expression to be null-terminated"));
            }
            9 => {
                self.key_lifetime = number().map_err(|_| bad("key expiration subpacket with bad length"))?;
            }
            16 => {
                let id = <[u8; 8]>::try_from(content).map_err(|_| bad("issuer subpacket with bad length"))?;
                self.issuer = Some(u64::from_be_bytes(id));
            }
            20 => self.notation(critical, content)?,
            25 if content.len() != 1 => return Err(bad("primary user id subpacket with bad length")),
            25 => self.is_primary = content[0] > 0,
            27 => {
                self.flags =
                    Some(content.first().copied().unwrap_or_default() | self.flags.unwrap_or_default())
            }
            29 => {
                self.reason = Some(*content.first().ok_or_else(|| bad("empty revocation reason subpacket"))?);
            }
            32 if self.embedded.is_some() => return Err(bad("Cannot have multiple embedded signatures")),
            // A signature in a signature in a signature has no meaning, only depth.
            32 if nested => return Err(bad("embedded signature within an embedded signature")),
            32 => self.embedded = Some(Box::new(embedded(content)?)),
            33 => self.fingerprint(content)?,
            35 => {
                fingerprint(
                    content,
                    "invalid intended recipient fingerpring length",
                    "invalid fingerprint length",
                )?;
            }
            39 if !content.len().is_multiple_of(2) => return Err(bad("invalid aead cipher suite length")),
            4..=6 | 11 | 21..=24 | 26 | 28 | 30 | 39 => {}
            unknown if critical => {
                return Err(PgpError::Unsupported(format!(
                    "unknown critical signature subpacket type {unknown}"
                )));
            }
            _ => {}
        }
        Ok(())
    }

    fn notation(&mut self, critical: bool, content: &[u8]) -> Result<(), PgpError> {
        let mut fields = Fields(content);
        let lengths = (fields.bytes(4), fields.u16(), fields.u16());
        match lengths {
            (Some(_), Some(name), Some(value)) if fields.0.len() == name + value => {
                if critical && self.critical_notation.is_none() {
                    self.critical_notation = Some(String::from_utf8_lossy(&fields.0[..name]).into_owned());
                }
                Ok(())
            }
            _ => Err(PgpError::structural("notation data subpacket with bad length")),
        }
    }

    fn fingerprint(&mut self, content: &[u8]) -> Result<(), PgpError> {
        let bytes = fingerprint(content, "empty issuer fingerprint subpacket", "bad fingerprint length")?;
        // Of a key of version 4 the id is the end of the fingerprint, later it is the beginning.
        let id = if bytes.len() == 20 { &bytes[12..] } else { &bytes[..8] };
        self.issuer = id.try_into().ok().map(u64::from_be_bytes);
        self.issuer_fingerprint = Some(bytes.to_vec());
        Ok(())
    }
}

/// The fingerprint behind the version of its key.
fn fingerprint<'a>(content: &'a [u8], empty: &str, wrong: &str) -> Result<&'a [u8], PgpError> {
    let (version, bytes) = content.split_first().ok_or_else(|| PgpError::structural(empty))?;
    let length = if *version >= 5 { 32 } else { 20 };
    if bytes.len() == length { Ok(bytes) } else { Err(PgpError::structural(wrong)) }
}

fn embedded(content: &[u8]) -> Result<Signature, PgpError> {
    let signature = parse(content, &PgpError::UnexpectedEof, true)?;
    match signature.kind {
        kind::PRIMARY_KEY_BINDING => Ok(signature),
        other => Err(PgpError::Structural(format!("cross-signature has unexpected type {other}"))),
    }
}

/// The next subpacket: its type and content.
fn subpacket<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let length = match usize::from(fields.byte()?) {
        short @ 0..192 => short,
        255 => fields.u32()? as usize,
        first => ((first - 192) << 8) + usize::from(fields.byte()?) + 192,
    };
    fields.bytes(length)
}
