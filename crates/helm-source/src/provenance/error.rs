//! Why signing or verifying failed, in the words that Helm prints.

use std::path::{Path, PathBuf};

use govalue::strconv::quote;

/// A problem with OpenPGP data; the texts are those of ProtonMail's go-crypto, which Helm shows as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PgpError {
    /// Data that does not follow the format.
    #[error("openpgp: invalid data: {0}")]
    Structural(String),
    /// A version or an algorithm that is not implemented.
    #[error("openpgp: unsupported feature: {0}")]
    Unsupported(String),
    /// A key or a signature that cannot be used in this way.
    #[error("openpgp: invalid argument: {0}")]
    InvalidArgument(String),
    /// A signature that does not hold.
    #[error("openpgp: invalid signature: {0}")]
    Signature(String),
    /// No signature was made by a key of the keyring.
    #[error("openpgp: signature made by unknown entity")]
    UnknownIssuer,
    /// The signing key or its user was revoked.
    #[error("openpgp: signature made by revoked key")]
    KeyRevoked,
    /// The signing key has expired.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// The signature has expired, or comes from the future.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// A secret key whose secret part is kept elsewhere.
    #[error("openpgp: s2k GNU dummy key: dummy key found")]
    DummyKey,
    /// A packet of a kind that must be understood.
    #[error("openpgp: unknown critical packet type: {0}")]
    CriticalPacket(u8),
    /// A point that is not on its curve.
    #[error("{0}: failed to parse EC point")]
    Point(&'static str),
    /// Data that ends in the middle of something.
    #[error("unexpected EOF")]
    UnexpectedEof,
    /// Base64 text with a character or padding that does not belong there.
    #[error("illegal base64 data at input byte {0}")]
    Base64(usize),
}

impl PgpError {
    pub(super) fn structural(text: impl Into<String>) -> PgpError {
        PgpError::Structural(text.into())
    }
}

/// Why a chart could not be signed or verified.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// A file that cannot be looked at, opened or read; Go's `*PathError`.
    #[error("{operation} {}: {reason}", path.display())]
    Path {
        /// What was tried: `open`, `read`, `stat`.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A folder where an archive is expected.
    #[error("unpacked charts cannot be verified")]
    Unpacked,
    /// An archive whose name does not end in `.tgz`.
    #[error("chart must be a tgz file")]
    NotArchive,
    /// The `.prov` file cannot be looked at.
    #[error("could not load provenance file {}: {source}", path.display())]
    NoProvenance {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<ProvenanceError>,
    },
    /// A folder where the `.prov` file is expected, in Helm 3's words.
    #[error("{} cannot be a directory", .0.display())]
    Folder(PathBuf),
    /// The keyring cannot be read, as `verify` says it.
    #[error("failed to load keyring: {0}")]
    Keyring(#[source] Box<ProvenanceError>),
    /// A file cannot be read, with what it was wanted for.
    #[error("failed to read {what}: {source}")]
    Read {
        /// `chart archive` or `provenance file`.
        what: &'static str,
        /// Why not.
        source: Box<ProvenanceError>,
    },
    /// A GnuPG keybox that is damaged or holds no key.
    #[error("reading keybox {}: {reason}", path.display())]
    Keybox {
        /// The keybox.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An armoured keyring that is damaged.
    #[error("reading armored keyring {}: {reason}", path.display())]
    Armored {
        /// The keyring.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A format of keyring that Helm 3 does not read: its error with the reason that it does not give.
    #[error("{error} ({} is {format}, which Helm 3 cannot read: make a keyring with 'gpg --export')", path.display())]
    OldKeyringOnly {
        /// Helm's error.
        error: PgpError,
        /// The keyring.
        path: PathBuf,
        /// What it is.
        format: &'static str,
    },
    /// Several users of the keyring match the wanted name.
    #[error("more than one key contain the id {}", quote(.0.as_bytes()))]
    Ambiguous(String),
    /// No user of the keyring matches the wanted name.
    #[error("private key not found")]
    KeyNotFound,
    /// The wanted key has no secret part.
    #[error("provided key is not a private key. Try providing a keyring with secret keys")]
    NotPrivate,
    /// A `.prov` file without a signed message.
    #[error("signature block not found")]
    NoSignature,
    /// The same in Helm 3's words.
    #[error("failed to decode signature: signature block not found")]
    NoSignatureV3,
    /// A signed message that does not consist of metadata and checksums.
    #[error("message block must have at least two parts")]
    NoChecksums,
    /// A part of the message is not the YAML that it should be.
    #[error("{0}")]
    Yaml(String),
    /// The message is about another file.
    #[error("provenance does not contain a SHA for a file named {}", quote(.0.as_bytes()))]
    OtherFile(String),
    /// The archive is not the one that was signed.
    #[error(
        "sha256 sum does not match for {file}: {} != {}",
        quote(signed.as_bytes()),
        quote(actual.as_bytes())
    )]
    Mismatch {
        /// Name of the archive.
        file: String,
        /// What was signed.
        signed: String,
        /// What the archive has.
        actual: String,
    },
    /// Making the signature failed.
    #[error("failed to either sign or armor message block: {0}")]
    Signing(#[source] PgpError),
    /// The OpenPGP data of key or signature is at fault.
    #[error(transparent)]
    Pgp(#[from] PgpError),
}

impl ProvenanceError {
    pub(super) fn path(operation: &'static str, path: &Path, error: &std::io::Error) -> ProvenanceError {
        let reason = gonet::system_reason(error);
        ProvenanceError::Path { operation, path: path.to_owned(), reason }
    }
}

/// The whole file; errors as Go's `os.ReadFile` gives them.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, ProvenanceError> {
    use std::io::Read;
    let mut file = std::fs::File::open(path).map_err(|e| ProvenanceError::path("open", path, &e))?;
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|e| ProvenanceError::path("read", path, &e))?;
    Ok(content)
}
