//! The stored form of a record: base64 of gzip of JSON.

use std::io::{Read, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use helm_chart::Compat;
use serde::de::DeserializeOwned;

use crate::{Release, Summary};

/// The largest record that is unpacked. An object on the API server holds a mebibyte; this is what very even text
/// of that size could unpack to, and a bound on what a forged record can cost.
const MAX_UNPACKED: u64 = 512 << 20;

/// A record that packs to more bytes is packed as tightly as can be, because an API server's object may not hold it
/// otherwise. For others the last percent is not worth four times the time.
const AMPLE: usize = 512 << 10;

const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Why a stored record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The text is not base64.
    #[error("illegal base64 data at input byte {0}")]
    Base64(usize),
    /// The gzip stream is damaged.
    #[error("{0}")]
    Gzip(#[from] std::io::Error),
    /// It unpacks to more than any record can be.
    #[error("the record unpacks to more than {} bytes", MAX_UNPACKED)]
    TooLarge,
    /// The JSON text is not a release.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// Packs a release as one generation of Helm stores it (the content of a Secret's or ConfigMap's `release` key).
pub fn encode(release: &Release, compat: Compat) -> Result<String, CodecError> {
    let json = release.to_json(compat)?;
    let mut packed = pack(&json, Compression::default())?;
    if packed.len() > AMPLE {
        packed = pack(&json, Compression::best())?;
    }
    Ok(BASE64_STANDARD.encode(packed))
}

fn pack(json: &[u8], level: Compression) -> Result<Vec<u8>, CodecError> {
    let mut gzip = GzEncoder::new(Vec::with_capacity(json.len() / 4), level);
    gzip.write_all(json)?;
    Ok(gzip.finish()?)
}

/// Unpacks a release. Text that was stored before Helm compressed records is read too.
pub fn decode(stored: &[u8]) -> Result<Release, CodecError> {
    decode_as(stored)
}

/// Unpacks what a list shows of a release and skips chart, values and manifest.
pub fn decode_summary(stored: &[u8]) -> Result<Summary, CodecError> {
    decode_as(stored)
}

fn decode_as<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
    Ok(serde_json::from_slice(&unpack(stored)?)?)
}

/// The JSON text of a stored record.
pub fn unpack(stored: &[u8]) -> Result<Vec<u8>, CodecError> {
    let packed = decode_base64(stored)?;
    if packed.len() <= 3 || packed[..3] != GZIP_MAGIC {
        return Ok(packed);
    }
    let mut json = Vec::with_capacity(packed.len() * 4);
    MultiGzDecoder::new(&packed[..]).take(MAX_UNPACKED + 1).read_to_end(&mut json)?;
    if json.len() as u64 > MAX_UNPACKED { Err(CodecError::TooLarge) } else { Ok(json) }
}

/// Standard base64, in which Go skips line breaks.
fn decode_base64(stored: &[u8]) -> Result<Vec<u8>, CodecError> {
    let position = |e| match e {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            CodecError::Base64(at)
        }
        _ => CodecError::Base64(stored.len()),
    };
    if stored.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        let joined: Vec<u8> = stored.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
        return BASE64_STANDARD.decode(joined).map_err(position);
    }
    BASE64_STANDARD.decode(stored).map_err(position)
}
