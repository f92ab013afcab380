//! JSON, as Go's package `encoding/json` reads and writes it.
//!
//! [`encode`] gives the bytes of `json.Marshal`, [`decode`] the value of `json.Unmarshal` into an `interface {}`;
//! errors have Go's texts. [`from_serde`], [`to_serde`] and `impl Serialize for Value` are the bridges to serde.

mod bridge;
mod decode;
mod encode;
mod error;

pub use bridge::{from_serde, to_serde};
pub use decode::{DecodeOptions, Decoded, Target, decode, decode_into, decode_with};
pub use encode::{EncodeOptions, append_string, encode, encode_with};
pub use error::JsonError;

/// The deepest nesting that Go reads.
const MAX_DEPTH: usize = 10_000;
