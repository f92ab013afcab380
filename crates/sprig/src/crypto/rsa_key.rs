//! RSA: finding keys and signing.

use crypto_bigint::{Limb, Uint};
use crypto_primes::hazmat::{SetBits, SmallPrimesSieveFactory};
use rand_chacha::ChaCha20Rng;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::random::HostRandom;
use crate::Host;

/// Go does not sign with a smaller key.
const MIN_BITS: usize = 1024;

/// A new key of 2048 bits, as for certificates.
pub(super) fn generate_2048(host: &dyn Host) -> RsaPrivateKey {
    generate::<{ (1024 / Limb::BITS) as usize }>(host, 1024)
}

/// A new key of 4096 bits, as from `genPrivateKey`.
pub(super) fn generate_4096(host: &dyn Host) -> RsaPrivateKey {
    generate::<{ (2048 / Limb::BITS) as usize }>(host, 2048)
}

/// A key from two primes of `bits` bits, which are searched for at the same time. The sieve and the arithmetic of
/// fixed size of `crypto-primes` find them in a third of the time that the `rsa` crate takes.
fn generate<const LIMBS: usize>(host: &dyn Host, bits: u32) -> RsaPrivateKey {
    let mut random = HostRandom(host);
    loop {
        let (mut left, mut right) = (random.split(), random.split());
        let (p, q) = std::thread::scope(|scope| {
            let other = std::thread::Builder::new().spawn_scoped(scope, || prime::<LIMBS>(&mut left, bits));
            let q = prime::<LIMBS>(&mut right, bits);
            (other.ok().and_then(|thread| thread.join().ok()).flatten(), q)
        });
        // Without a second thread one thread finds both.
        let p = p.or_else(|| prime::<LIMBS>(&mut right, bits));
        if let (Some(p), Some(q)) = (p, q)
            && p != q
            && let Ok(key) = RsaPrivateKey::from_p_q(p, q, BigUint::from(65537u32))
        {
            return key;
        }
    }
}

/// A random prime with its two highest bits set, so that the product of two has all its bits.
fn prime<const LIMBS: usize>(random: &mut ChaCha20Rng, bits: u32) -> Option<BigUint> {
    let candidates = SmallPrimesSieveFactory::<Uint<LIMBS>>::new(bits, SetBits::TwoMsb);
    let prime = crypto_primes::sieve_and_find(random, candidates, crypto_primes::is_prime_with_rng)?;
    let bytes: Vec<u8> = prime.as_words().iter().flat_map(|word| word.to_le_bytes()).collect();
    Some(BigUint::from_bytes_le(&bytes))
}

/// The PKCS#1 v1.5 signature of a message with SHA-256.
pub(super) fn sign(key: &RsaPrivateKey, host: &dyn Host, message: &[u8]) -> Result<Vec<u8>, String> {
    let bits = key.n().bits();
    if bits < MIN_BITS {
        return Err(format!(
            "crypto/rsa: {bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
        ));
    }
    // The randomness hides the computation from observers; the signature does not depend on it.
    let padding = Pkcs1v15Sign::new::<Sha256>();
    key.sign_with_rng(&mut HostRandom(host), padding, &Sha256::digest(message)).map_err(|e| e.to_string())
}
