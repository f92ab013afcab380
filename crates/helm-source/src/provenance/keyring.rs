//! Keyring files: the old binary form, GnuPG's keybox and ASCII armour.

use std::path::Path;

use helm_chart::Compat;

use super::armor;
use super::entity::{self, Entity};
use super::error::{PgpError, ProvenanceError, read_file};

/// The keys of a keyring file.
#[derive(Debug)]
pub struct Keyring {
    pub(super) entities: Vec<Entity>,
}

impl Keyring {
    /// Reads a keyring. Helm 4.3 reads all three forms, Helm 3 only the binary one.
    pub fn open(path: &Path, compat: Compat) -> Result<Keyring, ProvenanceError> {
        let bytes = read_file(path)?;
        let entities = match (form(&bytes), compat) {
            (Form::Binary, _) => entity::read_all(&bytes, None)?,
            (form, Compat::V3) => entity::read_all(&bytes, None).map_err(|error| {
                let format = if form == Form::Keybox { "a GnuPG keybox" } else { "ASCII-armored" };
                ProvenanceError::OldKeyringOnly { error, path: path.to_owned(), format }
            })?,
            (Form::Keybox, Compat::V4) => {
                let keys = keybox_keys(&bytes)
                    .map_err(|reason| ProvenanceError::Keybox { path: path.to_owned(), reason })?;
                entity::read_all(&keys, None)?
            }
            (Form::Armored, Compat::V4) => read_armored(&bytes)
                .map_err(|reason| ProvenanceError::Armored { path: path.to_owned(), reason })?,
        };
        Ok(Keyring { entities })
    }

    /// The key with a user whose name is `id`, or else the only user whose name contains it.
    pub(super) fn find(&self, id: &str) -> Result<Option<&Entity>, ProvenanceError> {
        let mut candidate = None;
        let mut is_vague = false;
        for entity in &self.entities {
            for identity in &entity.identities {
                if identity.name == id {
                    return Ok(Some(entity));
                }
                if identity.name.contains(id) {
                    is_vague |= candidate.is_some();
                    candidate = Some(entity);
                }
            }
        }
        if is_vague { Err(ProvenanceError::Ambiguous(id.to_owned())) } else { Ok(candidate) }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Binary,
    Keybox,
    Armored,
}

fn form(bytes: &[u8]) -> Form {
    if bytes.len() >= 12 && bytes[4] == 1 && &bytes[8..12] == b"KBXf" {
        Form::Keybox
    } else if bytes.trim_ascii().starts_with(b"-----BEGIN PGP") {
        Form::Armored
    } else {
        Form::Binary
    }
}

/// The keys of all blocks: exports that were appended to one another make one keyring.
fn read_armored(text: &[u8]) -> Result<Vec<Entity>, String> {
    let mut entities = Vec::new();
    let mut rest = text;
    while let Some(block) = armor::decode(rest) {
        if !matches!(block.kind, "PGP PUBLIC KEY BLOCK" | "PGP PRIVATE KEY BLOCK") {
            let kind = govalue::strconv::quote(block.kind.as_bytes());
            return Err(format!("expected a public or private key block, got {kind}"));
        }
        let keys = entity::read_all(&block.body.bytes, block.body.failure);
        entities.extend(keys.map_err(|e: PgpError| e.to_string())?);
        rest = block.rest;
    }
    if entities.is_empty() { Err("no keys found".to_owned()) } else { Ok(entities) }
}

/// The packets of all OpenPGP keys of a keybox (`kbx/keybox-blob.c` of GnuPG describes the format): blobs, each with
/// its length, type, version and flags; one of type 2 says where in it the packets of a key are.
fn keybox_keys(bytes: &[u8]) -> Result<Vec<u8>, String> {
    /// Length, type.
    const SHORTEST: usize = 5;
    const OPENPGP: u8 = 2;
    /// Length, type, version, flags, place and length of the key.
    const OPENPGP_HEADER: usize = 16;
    /// Put there by an operation that is not finished; GnuPG does not look at such blobs.
    const EPHEMERAL: u8 = 2;

    let word = |blob: &[u8], at: usize| {
        blob[at..at + 4].iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut keys = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let rest = &bytes[offset..];
        if rest.len() < SHORTEST {
            return Err(format!("truncated blob header at offset {offset}"));
        }
        let length = word(rest, 0);
        if length < SHORTEST {
            return Err(format!("invalid blob length {length} at offset {offset}"));
        }
        let blob = rest.get(..length).ok_or_else(|| {
            let left = rest.len();
            format!("blob at offset {offset} has length {length} exceeding the {left} remaining bytes")
        })?;
        if blob[4] == OPENPGP {
            if length < OPENPGP_HEADER {
                return Err(format!("OpenPGP blob at offset {offset} is too short"));
            }
            let start = word(blob, 8);
            let key = start.checked_add(word(blob, 12)).and_then(|end| blob.get(start..end));
            let key =
                key.ok_or_else(|| format!("OpenPGP blob at offset {offset} has an out-of-range keyblock"))?;
            if blob[7] & EPHEMERAL == 0 {
                keys.extend_from_slice(key);
            }
        }
        offset += length;
    }
    if keys.is_empty() { Err("keybox contains no OpenPGP keys".to_owned()) } else { Ok(keys) }
}
