//! Provenance: who packaged a chart, and that it is still the same archive.
//!
//! A `.prov` file is a clear-signed message (RFC 9580, section 7) of the chart's metadata, a line `...`, and the
//! archive's SHA-256. It is written and judged as Helm does, so that GnuPG and both Helms verify what is signed here
//! and the other way round. Keys, their cryptography and their passphrases are the work of the `pgp` crate; which keys
//! of a keyring count, and the words when one does not, follow ProtonMail's go-crypto, the library of Helm.

mod armor;
mod clearsign;
mod entity;
mod error;
mod key;
mod keyring;
mod message;
mod packet;
mod sign;
mod signature;
mod verify;

pub use error::{PgpError, ProvenanceError};
pub use keyring::Keyring;
pub use sign::Signer;
pub use verify::{Verification, states_digest, verify_archive, verify_chart};
