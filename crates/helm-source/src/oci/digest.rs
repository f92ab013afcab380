//! Content digests: `sha256:` and 64 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The digest of some content, as the OCI image specification writes it (`algorithm:hex`).
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

/// Why a text is no digest; texts as opencontainers/go-digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum DigestError {
    #[error("invalid checksum digest format")]
    Format,
    #[error("invalid checksum digest length")]
    Length,
    #[error("unsupported digest algorithm")]
    Unsupported,
}

impl Digest {
    /// The SHA-256 digest of some bytes.
    pub fn of(content: &[u8]) -> Digest {
        Digest { algorithm: Algorithm::Sha256, hex: hex(&Sha256::digest(content)) }
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The bytes of a SHA-256 digest, which is what Helm's content cache goes by.
    pub fn is_sha256(&self) -> bool {
        self.algorithm == Algorithm::Sha256
    }

    /// Starts to check content that comes piece by piece.
    pub(crate) fn verifier(&self) -> Verifier<'_> {
        let hasher = match self.algorithm {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha384 => Hasher::Sha384(Sha384::new()),
            Algorithm::Sha512 => Hasher::Sha512(Sha512::new()),
        };
        Verifier { wanted: self, hasher }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let (name, digits) = text.split_once(':').ok_or(DigestError::Format)?;
        if name.is_empty() || digits.is_empty() {
            return Err(DigestError::Format);
        }
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            _ if is_well_formed(name, digits) => return Err(DigestError::Unsupported),
            _ => return Err(DigestError::Format),
        };
        if digits.len() != algorithm.digits() {
            return Err(DigestError::Length);
        }
        if !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(DigestError::Format);
        }
        Ok(Digest { algorithm, hex: digits.to_owned() })
    }
}

/// The grammar of digests with algorithms that nobody here knows.
fn is_well_formed(name: &str, encoded: &str) -> bool {
    let part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.split(['+', '.', '_', '-']).all(part)
        && encoded.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-'))
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
        }
    }

    fn digits(self) -> usize {
        match self {
            Algorithm::Sha256 => 64,
            Algorithm::Sha384 => 96,
            Algorithm::Sha512 => 128,
        }
    }
}

enum Hasher {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

/// A check of content against a digest, piece by piece.
pub(crate) struct Verifier<'d> {
    wanted: &'d Digest,
    hasher: Hasher,
}

impl Verifier<'_> {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        match &mut self.hasher {
            Hasher::Sha256(hasher) => hasher.update(piece),
            Hasher::Sha384(hasher) => hasher.update(piece),
            Hasher::Sha512(hasher) => hasher.update(piece),
        }
    }

    /// Whether the content was the one that the digest names.
    pub(crate) fn matches(self) -> bool {
        let digits = match self.hasher {
            Hasher::Sha256(hasher) => hex(&hasher.finalize()),
            Hasher::Sha384(hasher) => hex(&hasher.finalize()),
            Hasher::Sha512(hasher) => hex(&hasher.finalize()),
        };
        digits == self.wanted.hex
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Digest, DigestError};

    #[test]
    fn digests_are_read_as_go_digest_reads_them() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse::<Digest>(), Ok(Digest::of(b"")));
        for (text, error) in [
            ("sha256", DigestError::Format),
            ("sha256:", DigestError::Format),
            (":abc", DigestError::Format),
            ("sha256:abc", DigestError::Length),
            (&*format!("sha256:{}", "g".repeat(64)), DigestError::Format),
            (&*format!("sha256:{}", "A".repeat(64)), DigestError::Format),
            ("md5:abc", DigestError::Unsupported),
            ("MD5:abc", DigestError::Format),
        ] {
            assert_eq!(text.parse::<Digest>(), Err(error), "{text}");
        }
    }

    #[test]
    fn content_in_pieces_is_verified() {
        for digest in [Digest::of(b"abc").to_string(), format!("sha512:{}", SHA512_ABC)] {
            let digest: Digest = digest.parse().expect("a digest");
            let mut verifier = digest.verifier();
            verifier.update(b"a");
            verifier.update(b"bc");
            assert!(verifier.matches());
            let mut verifier = digest.verifier();
            verifier.update(b"abd");
            assert!(!verifier.matches());
        }
    }

    const SHA512_ABC: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                              2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
}
