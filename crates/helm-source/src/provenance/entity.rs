//! Keys with their users and subkeys, put together from packets by the rules of go-crypto's `ReadEntity`: a key with
//! a self-signature that does not hold is no key.

use super::error::PgpError;
use super::key::{self, Key, Secret};
use super::packet::{Packet, Packets, tag};
use super::signature::{Signature, kind};

/// A primary key with what its owner signed about it.
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) primary: Key,
    pub(super) secret: Option<Secret>,
    pub(super) identities: Vec<Identity>,
    pub(super) revocations: Vec<Signature>,
    pub(super) subkeys: Vec<Subkey>,
}

/// A user of a key, such as `Name <mail@example.com>`.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) self_signature: Option<Signature>,
    pub(super) revocations: Vec<Signature>,
}

/// A subkey with the signature that binds it to its primary key.
#[derive(Debug)]
pub(super) struct Subkey {
    pub(super) key: Key,
    pub(super) binding: Signature,
    pub(super) revocations: Vec<Signature>,
}

/// The packets, and the one that was read too far.
struct Stream<'a> {
    packets: Packets<'a>,
    pending: Option<Item>,
}

/// A packet as far as keyrings need it.
enum Item {
    Key(Key, Option<Secret>),
    Subkey(Key),
    User(Vec<u8>),
    Signature(Box<Signature>),
    Other,
}

impl Stream<'_> {
    /// The next packet; those in unknown versions and algorithms are skipped.
    fn next(&mut self) -> Result<Option<Item>, PgpError> {
        if let Some(pending) = self.pending.take() {
            return Ok(Some(pending));
        }
        loop {
            let Some(packet) = self.packets.next()? else { return Ok(None) };
            match parse(packet, &self.packets.truncation()) {
                Err(PgpError::Unsupported(_)) => {}
                parsed => {
                    let item = parsed?;
                    self.packets.give_back(match &item {
                        Item::Key(key, _) | Item::Subkey(key) => key.unread,
                        Item::Signature(signature) => signature.unread,
                        Item::User(_) | Item::Other => 0,
                    });
                    return Ok(Some(item));
                }
            }
        }
    }
}

fn parse((kind, content): Packet<'_>, truncation: &PgpError) -> Result<Item, PgpError> {
    Ok(match kind {
        tag::PUBLIC_KEY => Item::Key(Key::parse(&content, false, truncation)?, None),
        tag::PUBLIC_SUBKEY => Item::Subkey(Key::parse(&content, true, truncation)?),
        tag::SECRET_KEY => {
            let (key, secret) = key::parse_secret(&content, false, truncation)?;
            Item::Key(key, secret)
        }
        tag::SECRET_SUBKEY => Item::Subkey(key::parse_secret(&content, true, truncation)?.0),
        tag::USER_ID => Item::User(content.into_owned()),
        tag::SIGNATURE => Item::Signature(Box::new(Signature::parse(&content, truncation)?)),
        _ => Item::Other,
    })
}

/// All keys of a keyring; broken ones are left out as long as a sound one remains.
pub(super) fn read_all(bytes: &[u8], failure: Option<PgpError>) -> Result<Vec<Entity>, PgpError> {
    let mut stream = Stream { packets: Packets::new(bytes, failure), pending: None };
    let mut entities = Vec::new();
    let mut broken = None;
    loop {
        match read(&mut stream) {
            Ok(Some(entity)) => entities.push(entity),
            Ok(None) => break,
            Err(error @ (PgpError::Structural(_) | PgpError::Unsupported(_))) => {
                broken = Some(error);
                if !skip_to_key(&mut stream)? {
                    break;
                }
            }
            Err(other) => return Err(other),
        }
    }
    match broken {
        Some(error) if entities.is_empty() => Err(error),
        _ => Ok(entities),
    }
}

/// Goes on to the next public key. Secret keys are passed over, which is how go-crypto does it.
fn skip_to_key(stream: &mut Stream<'_>) -> Result<bool, PgpError> {
    loop {
        match stream.next()? {
            None => return Ok(false),
            Some(Item::Key(key, None)) => {
                stream.pending = Some(Item::Key(key, None));
                return Ok(true);
            }
            Some(_) => {}
        }
    }
}

fn read(stream: &mut Stream<'_>) -> Result<Option<Entity>, PgpError> {
    let (primary, secret) = match stream.next()? {
        None => return Ok(None),
        Some(Item::Key(key, secret)) => (key, secret),
        Some(other) => {
            stream.pending = Some(other);
            return Err(PgpError::structural("first packet was not a public/private key"));
        }
    };
    if !primary.can_sign() {
        return Err(PgpError::structural("primary key cannot be used for signatures"));
    }
    if let Err(unsupported @ PgpError::Unsupported(_)) = primary.verifier() {
        return Err(unsupported);
    }
    let mut entity =
        Entity { primary, secret, identities: Vec::new(), revocations: Vec::new(), subkeys: Vec::new() };
    let mut revocations = Vec::new();
    while let Some(item) = stream.next()? {
        match item {
            Item::User(name) => read_user(&mut entity, stream, &name)?,
            Item::Signature(signature) if signature.kind == kind::KEY_REVOCATION => {
                revocations.push(*signature);
            }
            Item::Subkey(key) => read_subkey(&mut entity, stream, key)?,
            Item::Key(..) => {
                stream.pending = Some(item);
                break;
            }
            Item::Signature(_) | Item::Other => {}
        }
    }
    if entity.identities.is_empty() {
        return Err(PgpError::structural("v4 entity without any identities"));
    }
    let primary = &entity.primary;
    if revocations.iter().any(|r| primary.verify(r, |hash| primary.hash_into(hash)).is_err()) {
        return Err(PgpError::structural("revocation signature signed by alternate key"));
    }
    entity.revocations = revocations;
    Ok(Some(entity))
}

/// The signatures that follow a user. One whom the owner never signed is not taken up.
fn read_user(entity: &mut Entity, stream: &mut Stream<'_>, name: &[u8]) -> Result<(), PgpError> {
    let primary = &entity.primary;
    let mut identity = Identity {
        name: String::from_utf8_lossy(name).into_owned(),
        self_signature: None,
        revocations: Vec::new(),
    };
    let mut is_signed = false;
    while let Some(item) = stream.next()? {
        let Item::Signature(signature) = item else {
            stream.pending = Some(item);
            break;
        };
        let revokes = signature.kind == kind::CERTIFICATION_REVOCATION;
        if !revokes && !kind::CERTIFICATIONS.contains(&signature.kind) {
            return Err(PgpError::structural("user ID signature with wrong type"));
        }
        if !signature.is_issued_by(&primary.fingerprint, primary.id()) {
            continue;
        }
        primary
            .verify(&signature, |hash| {
                primary.hash_into(hash);
                hash(&[0xb4]);
                hash(&(name.len() as u32).to_be_bytes());
                hash(name);
            })
            .map_err(|e| PgpError::Structural(format!("user ID self-signature invalid: {e}")))?;
        is_signed = true;
        match (revokes, &identity.self_signature) {
            (true, _) => identity.revocations.push(*signature),
            (false, Some(present)) if present.created >= signature.created => {}
            (false, _) => identity.self_signature = Some(*signature),
        }
    }
    if is_signed {
        entity.identities.retain(|present| present.name != identity.name);
        entity.identities.push(identity);
    }
    Ok(())
}

/// The signatures that follow a subkey; all of them must hold.
fn read_subkey(entity: &mut Entity, stream: &mut Stream<'_>, key: Key) -> Result<(), PgpError> {
    let mut binding: Option<Signature> = None;
    let mut revocations = Vec::new();
    let invalid = |e: PgpError| PgpError::Structural(format!("subkey signature invalid: {e}"));
    while let Some(item) = stream.next().map_err(invalid)? {
        let Item::Signature(signature) = item else {
            stream.pending = Some(item);
            break;
        };
        if !matches!(signature.kind, kind::SUBKEY_BINDING | kind::SUBKEY_REVOCATION) {
            return Err(PgpError::structural("subkey signature with wrong type"));
        }
        verify_binding(&entity.primary, &key, &signature).map_err(invalid)?;
        if signature.kind == kind::SUBKEY_REVOCATION {
            revocations.push(*signature);
        } else if binding.as_ref().is_none_or(|b| signature.created > b.created) {
            binding = Some(*signature);
        }
    }
    let binding = binding.ok_or_else(|| PgpError::structural("subkey packet not followed by signature"))?;
    entity.subkeys.push(Subkey { key, binding, revocations });
    Ok(())
}

/// A subkey that signs must have signed that it belongs to the primary key; otherwise anybody could claim it.
fn verify_binding(primary: &Key, subkey: &Key, signature: &Signature) -> Result<(), PgpError> {
    let both = |hash: &mut dyn FnMut(&[u8])| {
        primary.hash_into(hash);
        subkey.hash_into(hash);
    };
    primary.verify(signature, both)?;
    if !signature.lets_sign() {
        return Ok(());
    }
    let embedded = signature
        .embedded
        .as_ref()
        .ok_or_else(|| PgpError::structural("signing subkey is missing cross-signature"))?;
    subkey
        .verify(embedded, both)
        .map_err(|e| PgpError::Structural(format!("error while verifying cross-signature: {e}")))
}

impl Entity {
    /// The user whose self-signature speaks for the key: not revoked, marked as primary, the latest, in this order.
    pub(super) fn primary_identity(&self) -> Option<&Identity> {
        self.identities.iter().reduce(|best, next| if is_preferred(best, next) { next } else { best })
    }

    /// Whether the key or the user that speaks for it was revoked.
    pub(super) fn is_revoked(&self, now: u64) -> bool {
        let identity = self.primary_identity().map_or(&[][..], |i| &i.revocations);
        self.revocations.iter().chain(identity).any(|r| r.revokes(now))
    }
}

fn is_preferred(present: &Identity, next: &Identity) -> bool {
    if present.revocations.len() != next.revocations.len() {
        return present.revocations.len() > next.revocations.len();
    }
    let (Some(present), Some(next)) = (&present.self_signature, &next.self_signature) else {
        return present.self_signature.is_none();
    };
    match (present.is_primary, next.is_primary) {
        (true, false) => false,
        (false, true) => true,
        _ => next.created > present.created,
    }
}
