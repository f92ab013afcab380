//! Reading private keys and certificates, with Go's sentences about what is wrong.

use pkcs8::PrivateKeyInfo;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use sec1::EcPrivateKey;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::{AnyRef, OctetString, OctetStringRef, UintRef};
use x509_cert::der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};

use super::curve::{Curve, CurveKey};
use super::keys::{EC, ED25519, PrivateKey, PublicKey, RSA};
use super::pem;

/// The issuer of certificates, as its own certificate names it.
pub(super) struct Issuer {
    /// DER of the name.
    pub subject: Vec<u8>,
    pub public_key: PublicKey,
    /// The subject key identifier.
    pub key_id: Option<Vec<u8>>,
}

/// Bytes of an RSA key of 16384 bits and some more: what is larger would keep the processor busy for hours.
const MAX_RSA_LENGTH: usize = 10_000;

/// Reads a private key from PEM (Sprig's `parsePrivateKeyPEM`).
pub(super) fn private_key(text: &[u8]) -> Result<PrivateKey, String> {
    let block = pem::decode(text).ok_or("no PEM data in input")?;
    let label = String::from_utf8_lossy(&block.label);
    if label == "PRIVATE KEY" {
        return pkcs8_key(&block.bytes).map_err(|e| format!("decoding PEM as PKCS#8: {e}"));
    }
    match label.strip_suffix(" PRIVATE KEY") {
        None => Err(format!("no private key data in PEM block of type {label}")),
        Some("RSA") => pkcs1(&block.bytes).map_err(|e| format!("parsing RSA private key from PEM: {e}")),
        Some("EC") => sec1(None, &block.bytes).map_err(|e| format!("parsing EC private key from PEM: {e}")),
        Some("DSA") => dsa(&block.bytes).map_err(|e| format!("parsing DSA private key from PEM: {e}")),
        Some(_) => Err(format!("invalid private key type {label}")),
    }
}

/// `x509.ParsePKCS8PrivateKey`.
fn pkcs8_key(der: &[u8]) -> Result<PrivateKey, String> {
    let Ok(info) = PrivateKeyInfo::try_from(der) else {
        return Err(other_format(der, &[Format::Ec, Format::Pkcs1]).unwrap_or_else(|| broken(der)));
    };
    match info.algorithm.oid.as_bytes() {
        RSA => pkcs1(info.private_key)
            .map_err(|e| format!("x509: failed to parse RSA private key embedded in PKCS#8: {e}")),
        EC => sec1(info.algorithm.parameters_oid().ok().as_ref().map(|oid| oid.as_bytes()), info.private_key)
            .map_err(|e| format!("x509: failed to parse EC private key embedded in PKCS#8: {e}")),
        ED25519 if info.algorithm.parameters.is_some() => {
            Err("x509: invalid Ed25519 private key parameters".to_owned())
        }
        ED25519 => {
            let seed = OctetStringRef::from_der(info.private_key)
                .map_err(|_| format!("x509: invalid Ed25519 private key: {}", broken(info.private_key)))?;
            let seed: [u8; 32] = seed.as_bytes().try_into().map_err(|_| {
                format!("x509: invalid Ed25519 private key length: {}", seed.as_bytes().len())
            })?;
            Ok(PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed))))
        }
        _ => Err(format!(
            "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
            info.algorithm.oid
        )),
    }
}

/// `x509.ParsePKCS1PrivateKey`.
fn pkcs1(der: &[u8]) -> Result<PrivateKey, String> {
    if der.len() > MAX_RSA_LENGTH {
        return Err("crypto/rsa: key too large".to_owned());
    }
    match RsaPrivateKey::from_pkcs1_der(der) {
        Ok(key) => Ok(PrivateKey::Rsa(Box::new(key))),
        Err(_) => Err(other_format(der, &[Format::Ec, Format::Pkcs8]).unwrap_or_else(|| broken(der))),
    }
}

/// `x509.ParseECPrivateKey`; a curve named around the key goes before the one inside.
fn sec1(curve: Option<&[u8]>, der: &[u8]) -> Result<PrivateKey, String> {
    let Ok(key) = EcPrivateKey::from_der(der) else {
        return Err(other_format(der, &[Format::Pkcs8, Format::Pkcs1])
            .unwrap_or_else(|| format!("x509: failed to parse EC private key: {}", broken(der))));
    };
    let named = key.parameters.as_ref().and_then(|parameters| parameters.named_curve());
    let oid = curve.or_else(|| named.as_ref().map(|oid| oid.as_bytes()));
    let curve = oid.and_then(Curve::by_oid).ok_or("x509: unknown elliptic curve")?;
    let key: Box<dyn CurveKey> = curve.key(key.private_key)?;
    Ok(PrivateKey::Curve(key))
}

/// Version, P, Q, G, Y and X.
fn dsa(der: &[u8]) -> Result<PrivateKey, String> {
    let read = || -> x509_cert::der::Result<[Vec<u8>; 5]> {
        SliceReader::new(der)?.sequence(|reader| {
            reader.decode::<UintRef<'_>>()?;
            let mut number =
                || x509_cert::der::Result::Ok(reader.decode::<UintRef<'_>>()?.as_bytes().to_vec());
            Ok([number()?, number()?, number()?, number()?, number()?])
        })
    };
    read().map(|numbers| PrivateKey::Dsa(Box::new(numbers))).map_err(|_| broken(der))
}

/// Reads a certificate's DER (`x509.ParseCertificate`).
pub(super) fn certificate(der: &[u8]) -> Result<Issuer, String> {
    let malformed = |_| malformed(der).to_owned();
    let certificate = CertificateInner::<Raw>::from_der(der).map_err(malformed)?.tbs_certificate;
    let key_id = certificate.extensions.iter().flatten().find(|extension| {
        // The subject key identifier.
        extension.extn_id.as_bytes() == [0x55, 0x1d, 14]
    });
    let key_id = key_id.and_then(|extension| OctetString::from_der(extension.extn_value.as_bytes()).ok());
    let key = certificate.subject_public_key_info;
    Ok(Issuer {
        subject: certificate.subject.to_der().map_err(malformed)?,
        public_key: PublicKey {
            algorithm: key.algorithm.to_der().map_err(malformed)?,
            key: key.subject_public_key.raw_bytes().to_vec(),
        },
        key_id: key_id.map(|id| id.into_bytes()),
    })
}

/// What Go says about a certificate that cannot be read: it reads part by part and names the first that is wrong.
fn malformed(der: &[u8]) -> &'static str {
    let Some(whole) = first_sequence(der) else { return "x509: malformed certificate" };
    let Some(contents) = first_sequence(whole) else { return "x509: malformed tbs certificate" };
    let Ok(mut reader) = SliceReader::new(contents) else { return "x509: malformed serial number" };
    let version = Tag::ContextSpecific { constructed: true, number: TagNumber::N0 };
    if reader.peek_tag() == Ok(version) && reader.decode::<AnyRef<'_>>().is_err() {
        return "x509: malformed version";
    }
    if reader.decode::<AnyRef<'_>>().ok().is_none_or(|any| any.tag() != Tag::Integer) {
        return "x509: malformed serial number";
    }
    let parts = [
        "x509: malformed signature algorithm identifier",
        "x509: malformed issuer",
        "x509: malformed validity",
        "x509: malformed issuer",
        "x509: malformed spki",
    ];
    let broken = parts.into_iter().find(|_| sequence(&mut reader).is_none());
    broken.unwrap_or("x509: malformed extensions")
}

/// The contents of the sequence that a text starts with.
fn first_sequence(der: &[u8]) -> Option<&[u8]> {
    sequence(&mut SliceReader::new(der).ok()?)
}

fn sequence<'d>(reader: &mut SliceReader<'d>) -> Option<&'d [u8]> {
    let any = reader.decode::<AnyRef<'d>>().ok()?;
    (any.tag() == Tag::Sequence).then(|| any.value())
}

enum Format {
    Ec,
    Pkcs1,
    Pkcs8,
}

/// Go's hint when a key is in another format than its label says.
fn other_format(der: &[u8], formats: &[Format]) -> Option<String> {
    let parser = formats.iter().find_map(|format| match format {
        Format::Ec => EcPrivateKey::from_der(der).is_ok().then_some("ParseECPrivateKey"),
        Format::Pkcs1 => RsaPrivateKey::from_pkcs1_der(der).is_ok().then_some("ParsePKCS1PrivateKey"),
        Format::Pkcs8 => PrivateKeyInfo::try_from(der).is_ok().then_some("ParsePKCS8PrivateKey"),
    })?;
    Some(format!("x509: failed to parse private key (use {parser} instead for this key format)"))
}

/// What Go's `asn1.Unmarshal` says, as far as the outermost element tells.
fn broken(der: &[u8]) -> String {
    match AnyRef::from_der(der) {
        _ if der.is_empty() => "asn1: syntax error: sequence truncated".to_owned(),
        _ if der.len() == 1 => "asn1: syntax error: truncated tag or length".to_owned(),
        Err(_) => "asn1: syntax error: data truncated".to_owned(),
        Ok(_) => "asn1: structure error: tags don't match".to_owned(),
    }
}
