//! Certificates as Sprig's templates for Go's `x509.CreateCertificate` come out.

use core::net::IpAddr;

use govalue::Str;
use govalue::time::{Duration, Time};
use sha2::{Digest, Sha256};

use super::der::{self, BOOLEAN, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET};
use super::keys::{PrivateKey, PublicKey};
use super::parse::Issuer;
use crate::Host;

/// What a certificate shall say.
pub(super) struct Template {
    pub common_name: Str,
    pub addresses: Vec<IpAddr>,
    pub names: Vec<Str>,
    pub days: i64,
    pub is_authority: bool,
}

/// Object identifiers of extensions.
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

const COMMON_NAME: &[u8] = &[0x55, 0x04, 3];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// Digital signature and key encipherment; the first byte counts the unused bits.
const LEAF_USAGE: &[u8] = &[5, 0xa0];
/// The same and certificate signing.
const AUTHORITY_USAGE: &[u8] = &[2, 0xa4];

/// Makes a certificate for `key`, signed by `issuer` and its key, or by itself. The result is DER.
pub(super) fn create(
    host: &dyn Host,
    template: &Template,
    key: &PrivateKey,
    issuer: Option<(&Issuer, &PrivateKey)>,
) -> Result<Vec<u8>, String> {
    let signer = issuer.map_or(key, |(_, signer)| signer);
    let signature_algorithm = signer.signature_algorithm()?;
    let public = key.public()?;
    let subject = name(&template.common_name)?;
    let issuer_name = issuer.map_or(&subject, |(issuer, _)| &issuer.subject);
    let key_id =
        issuer.filter(|(issuer, _)| issuer.subject != subject).and_then(|(issuer, _)| issuer.key_id.as_ref());
    if let Some((issuer, signer)) = issuer
        && signer.public()? != issuer.public_key
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let extensions = extensions(template, &public, key_id.map(Vec::as_slice))?;
    let mut serial = [0; 16];
    host.fill_random(&mut serial);
    let contents = der::holding(
        SEQUENCE,
        &[
            &der::element(der::context(0, true), &der::integer(&[2])),
            &der::integer(&serial),
            &signature_algorithm,
            issuer_name,
            &validity(host, template.days)?,
            &subject,
            &der::holding(SEQUENCE, &[&public.algorithm, &der::bits(&public.key)]),
            &der::element(der::context(3, true), &extensions),
        ],
    );
    let signature = signer.sign(host, &contents)?;
    Ok(der::holding(SEQUENCE, &[&contents, &signature_algorithm, &der::bits(&signature)]))
}

/// A name that is a common name only; an empty one is an empty name.
fn name(common_name: &[u8]) -> Result<Vec<u8>, String> {
    let Ok(text) = std::str::from_utf8(common_name) else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    if text.is_empty() {
        return Ok(der::element(SEQUENCE, &[]));
    }
    let printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
    let tag = if text.bytes().all(printable) { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    let value = der::element(tag, text.as_bytes());
    let attribute = der::holding(SEQUENCE, &[&der::element(OBJECT_IDENTIFIER, COMMON_NAME), &value]);
    Ok(der::element(SEQUENCE, &der::element(SET, &attribute)))
}

/// From now on for a number of days. The duration wraps around as Go's 64-bit nanoseconds do.
fn validity(host: &dyn Host, days: i64) -> Result<Vec<u8>, String> {
    const DAY: i64 = 24 * 3600 * 1_000_000_000;
    let now = host.now();
    let end = now.add(Duration::from_nanos(DAY.wrapping_mul(days)));
    Ok(der::holding(SEQUENCE, &[&time(&now)?, &time(&end)?]))
}

/// A time in whole seconds, the short form where it can be told.
fn time(time: &Time) -> Result<Vec<u8>, String> {
    let time = time.utc();
    match time.civil().year {
        1950..2050 => Ok(der::element(der::UTC_TIME, time.format("060102150405Z").as_bytes())),
        0..10000 => Ok(der::element(der::GENERALIZED_TIME, time.format("20060102150405Z").as_bytes())),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned()),
    }
}

/// The extensions in Go's order.
fn extensions(template: &Template, public: &PublicKey, key_id: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let usage = if template.is_authority { AUTHORITY_USAGE } else { LEAF_USAGE };
    let purposes = [SERVER_AUTH, CLIENT_AUTH].map(|oid| der::element(OBJECT_IDENTIFIER, oid)).concat();
    let constraints = if template.is_authority { der::element(BOOLEAN, &[0xff]) } else { Vec::new() };
    let mut all = extension(KEY_USAGE, true, &der::element(der::BIT_STRING, usage));
    all.extend(extension(EXTENDED_KEY_USAGE, false, &der::element(SEQUENCE, &purposes)));
    all.extend(extension(BASIC_CONSTRAINTS, true, &der::element(SEQUENCE, &constraints)));
    if template.is_authority {
        // RFC 7093, section 2, method 1.
        let id = &Sha256::digest(&public.key)[..20];
        all.extend(extension(SUBJECT_KEY_ID, false, &der::element(OCTET_STRING, id)));
    }
    if let Some(id) = key_id.filter(|id| !id.is_empty()) {
        let id = der::element(der::context(0, false), id);
        all.extend(extension(AUTHORITY_KEY_ID, false, &der::element(SEQUENCE, &id)));
    }
    if !template.names.is_empty() || !template.addresses.is_empty() {
        let names = alternative_names(&template.names, &template.addresses)?;
        all.extend(extension(SUBJECT_ALT_NAME, template.common_name.is_empty(), &names));
    }
    Ok(der::element(SEQUENCE, &all))
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::element(BOOLEAN, &[0xff]) } else { Vec::new() };
    let oid = der::element(OBJECT_IDENTIFIER, oid);
    der::holding(SEQUENCE, &[&oid, &critical, &der::element(OCTET_STRING, value)])
}

fn alternative_names(names: &[Str], addresses: &[IpAddr]) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    for name in names {
        if !name.is_ascii() {
            return Err(format!("x509: {} cannot be encoded as an IA5String", govalue::strconv::quote(name)));
        }
        all.extend(der::element(der::context(2, false), name));
    }
    for address in addresses {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        all.extend(der::element(der::context(7, false), &bytes));
    }
    Ok(der::element(SEQUENCE, &all))
}
