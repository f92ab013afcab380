//! Signing archives.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    Notation, PacketTrait as _, SecretKey, Signature, SignatureConfig, SignatureType, Subpacket,
    SubpacketData,
};
use pgp::types::{KeyDetails as _, Password, SecretParams, Timestamp};

use super::clearsign::Draft;
use super::entity::Entity;
use super::error::{PgpError, ProvenanceError};
use super::key::Secret;
use super::keyring::Keyring;
use super::message;

/// Name of the random notation that keeps two signatures of one text apart, which faults in computing would otherwise
/// let an attacker learn the key from. go-crypto adds it too.
const SALT: &str = "salt@notations.openpgpjs.org";

/// A secret key of a keyring that signs, once it is unlocked.
#[derive(Debug)]
pub struct Signer {
    user: String,
    key: SecretKey,
}

impl Keyring {
    /// The key of the user whose name is or contains `id`. Some user's name contains the empty text.
    pub fn signer(&self, id: &str) -> Result<Signer, ProvenanceError> {
        // Helm takes no key at all for an empty name.
        let entity = if id.is_empty() { None } else { self.find(id)? };
        let Entity { secret, identities, .. } = entity.ok_or(ProvenanceError::KeyNotFound)?;
        let key = match secret {
            None => return Err(ProvenanceError::NotPrivate),
            Some(Secret::Elsewhere) => return Err(ProvenanceError::Signing(PgpError::DummyKey)),
            Some(Secret::Key(key)) => (**key).clone(),
        };
        let user = identities.iter().map(|i| &i.name).find(|name| !name.is_empty());
        Ok(Signer { user: user.cloned().unwrap_or_else(|| "Unknown".to_owned()), key })
    }
}

impl Signer {
    /// The user of the key whose passphrase is wanted; nothing for a key that is not locked.
    pub fn locked_user(&self) -> Option<&str> {
        self.key.secret_params().is_encrypted().then_some(&self.user)
    }

    /// Unlocks the key.
    pub fn unlock(&mut self, passphrase: &[u8]) -> Result<(), ProvenanceError> {
        let password = Password::from(passphrase);
        let unlocked = self.key.unlock(&password, |_, secret| {
            SecretKey::new(self.key.public_key().clone(), SecretParams::Plain(secret.clone()))
        });
        // A wrong passphrase shows in a checksum that does not fit.
        let wrong = |_| PgpError::structural("private key checksum failure");
        self.key = unlocked.and_then(|key| key).map_err(wrong)?;
        Ok(())
    }

    /// The provenance file of an archive: `metadata` is the chart's metadata as YAML.
    pub fn sign(&self, archive: &[u8], name: &str, metadata: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let draft = Draft::new(&message::compose(archive, name, metadata)?);
        let packet = self
            .signature(&draft.signed)
            .map_err(|e| ProvenanceError::Signing(PgpError::InvalidArgument(e.to_string())))?;
        Ok(draft.finish(&packet))
    }

    /// The packet of a text signature with the subpackets that go-crypto writes.
    fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, pgp::errors::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|e| std::io::Error::other(e.to_string()))?;
        let salt = Notation { readable: false, name: SALT.into(), value: salt.to_vec().into() };
        let mut config =
            SignatureConfig::v4(SignatureType::Text, self.key.algorithm(), HashAlgorithm::Sha512);
        config.hashed_subpackets = vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(Timestamp::now()))?,
            Subpacket::regular(SubpacketData::IssuerKeyId(self.key.legacy_key_id()))?,
            Subpacket::regular(SubpacketData::Notation(salt))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(self.key.fingerprint()))?,
        ];
        let signature: Signature = config.sign(&self.key, &Password::empty(), signed)?;
        let mut packet = Vec::new();
        signature.to_writer_with_header(&mut packet)?;
        Ok(packet)
    }
}
