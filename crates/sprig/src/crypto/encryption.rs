//! AES-256 in CBC mode, keyed by the password itself.

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use govalue::Str;

use crate::Host;
use crate::encoding::decode_base64;
use crate::function::Outcome;

const BLOCK: usize = 16;

/// Base64 of a random initialisation vector and the encrypted text; nothing for nothing.
pub(super) fn encrypt(host: &dyn Host, password: &Str, text: &Str) -> Str {
    if text.is_empty() {
        return Str::default();
    }
    let mut vector = [0; BLOCK];
    host.fill_random(&mut vector);
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &vector.into());
    let encrypted = cipher.encrypt_padded_vec_mut::<Pkcs7>(text);
    STANDARD.encode([&vector[..], &encrypted].concat()).into()
}

/// The text that [`encrypt`] was given. Of the padding only the length is read, and what Go panics about is an error.
pub(super) fn decrypt(password: &Str, encrypted: &Str) -> Outcome<Str> {
    if encrypted.is_empty() {
        return Ok(Str::default());
    }
    let bytes = decode_base64(encrypted).map_err(|at| format!("illegal base64 data at input byte {at}"))?;
    // Go slices what it reserved for decoding, which can be more than what it decoded.
    let reserved = encrypted.len() / 4 * 3;
    if reserved < BLOCK {
        return Err(format!("runtime error: slice bounds out of range [:16] with capacity {reserved}").into());
    }
    let Some((vector, blocks)) = bytes.split_at_checked(BLOCK) else {
        return Err(format!("runtime error: slice bounds out of range [16:{}]", bytes.len()).into());
    };
    if blocks.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".into());
    }
    let mut text = blocks.to_vec();
    let mut cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key(password), vector)?;
    for block in text.chunks_exact_mut(BLOCK) {
        cipher.decrypt_block_mut(block.into());
    }
    let Some(&padding) = text.last() else {
        return Err("runtime error: index out of range [-1]".into());
    };
    match text.len().checked_sub(usize::from(padding)) {
        Some(length) => Ok(text[..length].into()),
        None => {
            let bound = usize::from(padding) - text.len();
            Err(format!("runtime error: slice bounds out of range [:-{bound}]").into())
        }
    }
}

/// The password cut or filled up with zeros to the length of a key.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    key
}
