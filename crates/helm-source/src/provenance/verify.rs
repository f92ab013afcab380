//! Verifying an archive against its `.prov` file.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use helm_chart::Compat;

use super::clearsign::{self, Message};
use super::entity::{Entity, Subkey};
use super::error::{PgpError, ProvenanceError, read_file};
use super::key::Key;
use super::keyring::Keyring;
use super::message;
use super::packet::{Packets, tag};
use super::signature::{Signature, kind};

/// What was found out about an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The users of the key that signed, such as `Name <mail@example.com>`.
    pub signed_by: Vec<String>,
    /// The fingerprint of this key, in capital hexadecimal digits.
    pub fingerprint: String,
    /// `sha256:` and the digest of the archive.
    pub file_hash: String,
    /// The name of the archive.
    pub file_name: String,
}

/// Verifies the archive at `path` by the provenance file at `provenance` and the keys of the keyring at `keyring`:
/// Helm's `downloader.VerifyChart`.
pub fn verify_chart(
    path: &Path,
    provenance: &Path,
    keyring: &Path,
    compat: Compat,
) -> Result<Verification, ProvenanceError> {
    let stat = |path: &Path| std::fs::metadata(path).map_err(|e| ProvenanceError::path("stat", path, &e));
    if stat(path)?.is_dir() {
        return Err(ProvenanceError::Unpacked);
    }
    if !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tgz")) {
        return Err(ProvenanceError::NotArchive);
    }
    let found = stat(provenance)
        .map_err(|e| ProvenanceError::NoProvenance { path: provenance.to_owned(), source: Box::new(e) })?;
    let keyring = open(keyring, compat)?;
    if compat == Compat::V3 && found.is_dir() {
        return Err(ProvenanceError::Folder(provenance.to_owned()));
    }
    let read = |path: &Path, what| {
        read_file(path).map_err(|e| match compat {
            Compat::V3 => e,
            Compat::V4 => ProvenanceError::Read { what, source: Box::new(e) },
        })
    };
    let archive = read(path, "chart archive")?;
    let provenance = read(provenance, "provenance file")?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    verify(&keyring, &archive, &provenance, &name, compat)
}

/// Verifies an archive of this name by the content of its provenance file and the keys of the keyring at `keyring`.
pub fn verify_archive(
    archive: &[u8],
    provenance: &[u8],
    name: &str,
    keyring: &Path,
    compat: Compat,
) -> Result<Verification, ProvenanceError> {
    verify(&open(keyring, compat)?, archive, provenance, name, compat)
}

/// Whether a provenance file states the digest of an archive; `None` if it is none. No key is asked, so this proves
/// nothing of who made it (Helm 4's `GetPluginSigningInfo`).
pub fn states_digest(provenance: &[u8], name: &str, archive: &[u8]) -> Option<bool> {
    let message = clearsign::decode(provenance)?;
    let hash = message::checksum(archive);
    let sums = message::checksums(&message.text, Compat::V4);
    Some(sums.is_ok_and(|sums| sums.iter().any(|(file, sum)| file.contains(name) && *sum == hash)))
}

fn open(keyring: &Path, compat: Compat) -> Result<Keyring, ProvenanceError> {
    Keyring::open(keyring, compat).map_err(|e| ProvenanceError::Keyring(Box::new(e)))
}

fn verify(
    keyring: &Keyring,
    archive: &[u8],
    provenance: &[u8],
    name: &str,
    compat: Compat,
) -> Result<Verification, ProvenanceError> {
    let message = clearsign::decode(provenance).ok_or(match compat {
        Compat::V3 => ProvenanceError::NoSignatureV3,
        Compat::V4 => ProvenanceError::NoSignature,
    })?;
    let signer = signer(keyring, &message)?;
    let hash = message::checksum(archive);
    let mut sums = message::checksums(&message.text, compat)?;
    let signed = sums.remove(name).ok_or_else(|| ProvenanceError::OtherFile(name.to_owned()))?;
    if signed != hash {
        return Err(ProvenanceError::Mismatch { file: name.to_owned(), signed, actual: hash });
    }
    Ok(Verification {
        signed_by: signer.identities.iter().map(|i| i.name.clone()).collect(),
        fingerprint: signer.primary.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect(),
        file_hash: hash,
        file_name: name.to_owned(),
    })
}

/// A key that a signature may be by, as part of the entity that it belongs to.
struct Candidate<'a> {
    entity: &'a Entity,
    subkey: Option<&'a Subkey>,
}

impl Candidate<'_> {
    fn key(&self) -> &Key {
        self.subkey.map_or(&self.entity.primary, |s| &s.key)
    }
}

/// Whose signature the message carries: the first one by a key of the keyring decides.
fn signer<'a>(keyring: &'a Keyring, message: &Message) -> Result<&'a Entity, PgpError> {
    let mut packets = Packets::new(&message.signature.bytes, message.signature.failure.clone());
    loop {
        let Some((kind, content)) = packets.next()? else { return Err(PgpError::UnknownIssuer) };
        let signature = match kind {
            tag::SIGNATURE => match Signature::parse(&content, &packets.truncation()) {
                Err(PgpError::Unsupported(_)) => continue,
                parsed => parsed?,
            },
            _ => return Err(PgpError::structural("non signature packet found")),
        };
        let issuer =
            signature.issuer.ok_or_else(|| PgpError::structural("signature doesn't have an issuer"))?;
        packets.give_back(signature.unread);
        let candidates = candidates(keyring, issuer);
        if !candidates.is_empty() {
            return judge(&candidates, &signature, message);
        }
    }
}

/// The keys with this id that may sign data.
fn candidates(keyring: &Keyring, id: u64) -> Vec<Candidate<'_>> {
    let mut found = Vec::new();
    for entity in &keyring.entities {
        let own = entity.primary_identity().and_then(|i| i.self_signature.as_ref());
        if entity.primary.id() == id && own.is_some_and(Signature::lets_sign) {
            found.push(Candidate { entity, subkey: None });
        }
        for subkey in entity.subkeys.iter().filter(|s| s.key.id() == id && s.binding.lets_sign()) {
            found.push(Candidate { entity, subkey: Some(subkey) });
        }
    }
    found
}

fn judge<'a>(
    candidates: &[Candidate<'a>],
    signature: &Signature,
    message: &Message,
) -> Result<&'a Entity, PgpError> {
    let text = match signature.kind {
        kind::BINARY => message.signed.clone(),
        kind::TEXT => canonical(&message.signed),
        other => return Err(PgpError::Unsupported(format!("unsupported signature type: {other}"))),
    };
    let mut failure = PgpError::UnknownIssuer;
    for candidate in candidates {
        match candidate.key().verify(signature, |hash| hash(&text)) {
            Ok(()) => return check_validity(candidate, signature).map(|()| candidate.entity),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Line ends as text signatures hash them: CR LF, and a line end of one LF too.
fn canonical(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut previous = 0;
    for &byte in text {
        if byte == b'\n' && previous != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        previous = byte;
    }
    out
}

/// Whether everything that the signature rests on is in force now. The order of the checks decides which error is
/// shown, and is go-crypto's.
fn check_validity(candidate: &Candidate<'_>, signature: &Signature) -> Result<(), PgpError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let entity = candidate.entity;
    let own = entity.primary_identity().and_then(|i| i.self_signature.as_ref());
    let binding = candidate.subkey.map(|s| &s.binding);
    let cross = binding.and_then(|b| b.embedded.as_deref());
    let all = || [Some(signature), own, binding, cross].into_iter().flatten();
    if let Some(name) = all().find_map(|s| s.critical_notation.as_ref()) {
        return Err(PgpError::Signature(format!("unknown critical notation: {name}")));
    }
    let subkey_revocations = candidate.subkey.map_or(&[][..], |s| &s.revocations);
    if entity.is_revoked(now) || subkey_revocations.iter().any(|r| r.revokes(now)) {
        return Err(PgpError::KeyRevoked);
    }
    let expires = |key: &Key, by: Option<&Signature>| by.is_some_and(|s| s.lets_expire(key.created, now));
    if expires(&entity.primary, own) || candidate.subkey.is_some_and(|s| expires(&s.key, Some(&s.binding))) {
        return Err(PgpError::KeyExpired);
    }
    if all().any(|s| s.has_expired(now)) {
        return Err(PgpError::SignatureExpired);
    }
    Ok(())
}
