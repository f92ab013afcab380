//! ASCII armour as go-crypto reads it: the checksum is not looked at, and what follows a damaged character is an error
//! only for those who read that far.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};

use super::error::PgpError;

/// Longest line of base64 that is accepted.
const MAX_LINE: usize = 96;
/// Characters of base64 on a written line.
const WRITTEN_LINE: usize = 64;

/// Go's `base64.StdEncoding`, which does not mind what the unused bits of the last character are.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// One block.
pub(super) struct Block<'a> {
    /// What it says to be, such as `PGP SIGNATURE`.
    pub(super) kind: &'a str,
    /// What could be decoded.
    pub(super) body: Body,
    /// What follows the block.
    pub(super) rest: &'a [u8],
}

/// Decoded bytes, and the error that waits behind them if they do not end where the block does.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) failure: Option<PgpError>,
}

/// The first block of a text; text before it is skipped.
pub(super) fn decode(text: &[u8]) -> Option<Block<'_>> {
    let mut rest = text;
    'block: loop {
        let kind = loop {
            let (line, after) = next_line(rest)?;
            rest = after;
            let inner = line.trim_ascii().strip_prefix(b"-----BEGIN ");
            // The last five characters are taken for the dashes, whatever they are.
            if let Some(kind) = inner.filter(|i| i.len() > 5) {
                break std::str::from_utf8(&kind[..kind.len() - 5]).unwrap_or_default();
            }
        };
        loop {
            let (line, after) = next_line(rest)?;
            rest = after;
            match line.trim_ascii() {
                b"" => break,
                header if header.contains(&b':') => {}
                _ => continue 'block,
            }
        }
        let (body, rest) = decode_body(rest);
        return Some(Block { kind, body, rest });
    }
}

/// A line without its end, and what follows; nothing at the end of the text.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    match text.iter().position(|b| *b == b'\n') {
        Some(end) => Some((text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]), &text[end + 1..])),
        None => Some((text, &[])),
    }
}

fn decode_body(text: &[u8]) -> (Body, &[u8]) {
    let mut rest = text;
    let mut characters = Vec::new();
    let mut failure = None;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        let line = line.trim_ascii();
        if line.starts_with(b"-----END ") || (line.len() == 5 && line[0] == b'=') {
            break;
        }
        if line.len() > MAX_LINE {
            failure = Some(PgpError::structural("armor invalid"));
            break;
        }
        characters.extend_from_slice(line);
    }
    // The closing line may follow a checksum.
    if let Some((line, after)) = next_line(rest)
        && line.trim_ascii().starts_with(b"-----END ")
    {
        rest = after;
    }
    (base64_prefix(&characters, failure), rest)
}

/// Decodes as far as the base64 is sound.
fn base64_prefix(characters: &[u8], failure: Option<PgpError>) -> Body {
    match BASE64.decode(characters) {
        Ok(bytes) => Body { bytes, failure },
        Err(_) => {
            let mut bytes = Vec::with_capacity(characters.len() / 4 * 3);
            let mut at = 0;
            for four in characters.chunks(4) {
                let Ok(three) = BASE64.decode(four) else { break };
                bytes.extend_from_slice(&three);
                at += 4;
                if three.len() < 3 {
                    break;
                }
            }
            let failure = match characters.len() - at {
                1..=3 => failure.unwrap_or(PgpError::UnexpectedEof),
                _ => PgpError::Base64(at),
            };
            Body { bytes, failure: Some(failure) }
        }
    }
}

/// A block without headers, and without a line break at its end. Helm writes no checksum; without one GnuPG 2.2 ends
/// with an error after it found the signature to be good, so there is one here.
pub(super) fn encode(kind: &str, content: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("-----BEGIN {kind}-----\n\n").as_bytes());
    for line in BASE64.encode(content).as_bytes().chunks(WRITTEN_LINE) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("={}\n-----END {kind}-----", BASE64.encode(checksum(content))).as_bytes());
}

/// CRC-24 (RFC 9580, section 6.1.1).
fn checksum(content: &[u8]) -> [u8; 3] {
    const START: u32 = 0xb7_04ce;
    const GENERATOR: u32 = 0x186_4cfb;
    let crc = content.iter().fold(START, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x100_0000 == 0 { shifted } else { shifted ^ GENERATOR }
        })
    });
    let [_, bytes @ ..] = crc.to_be_bytes();
    bytes
}
