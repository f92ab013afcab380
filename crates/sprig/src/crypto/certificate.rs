//! The functions that make certificates, and the value that they give.

use core::net::IpAddr;
use std::sync::{Arc, OnceLock};

use govalue::{Object, Str, StructField, Type, Value};

use super::keys::PrivateKey;
use super::parse::{self, Issuer};
use super::pem;
use super::x509::{self, Template};
use crate::Host;
use crate::encoding::decode_base64;
use crate::function::Outcome;

/// Sprig's `certificate`: a certificate and its private key in PEM.
#[derive(Default)]
struct Certificate {
    cert: Str,
    key: Str,
}

/// `sprig.certificate`.
pub(super) fn certificate_type() -> Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    let make = || Type::named("sprig.certificate", Type::Struct("struct { Cert string; Key string }".into()));
    TYPE.get_or_init(make).clone()
}

impl Object for Certificate {
    fn type_of(&self) -> Type {
        certificate_type()
    }

    fn fields(&self) -> Vec<StructField> {
        [("Cert", &self.cert), ("Key", &self.key)]
            .map(|(name, value)| StructField { name, value: Value::Str(value.clone()), ty: Type::STRING })
            .into()
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        Some(self.fields().into_iter().map(|field| (field.name.to_owned(), field.value)).collect())
    }

    fn to_json(&self) -> Option<Value> {
        None
    }

    fn deep_eq(&self, other: &dyn Object) -> bool {
        other
            .downcast_ref::<Certificate>()
            .is_some_and(|other| self.cert == other.cert && self.key == other.key)
    }
}

/// A certificate and key given in base64, after a check.
pub(super) fn build_custom(cert: &Str, key: &Str) -> Outcome {
    let cert = decode_base64(cert).map_err(|_| "unable to decode base64 certificate")?;
    let key = decode_base64(key).map_err(|_| "unable to decode base64 private key")?;
    let block = pem::decode(&cert).ok_or("unable to decode certificate")?;
    parse::certificate(&block.bytes)
        .map_err(|e| format!("error parsing certificate: decodedCert.Bytes: {e}"))?;
    parse::private_key(&key).map_err(|e| format!("error parsing private key: {e}"))?;
    Ok(Value::Object(Arc::new(Certificate { cert: cert.into(), key: key.into() })))
}

/// A certificate authority with a new RSA key.
pub(super) fn authority(host: &dyn Host, name: &Str, days: i64) -> Outcome {
    issue(host, &authority_template(name, days), &PrivateKey::rsa_2048(host), None)
}

/// A certificate authority with a given key.
pub(super) fn authority_with_key(host: &dyn Host, name: &Str, days: i64, key: &Str) -> Outcome {
    issue(host, &authority_template(name, days), &given_key(key)?, None)
}

fn authority_template(name: &Str, days: i64) -> Template {
    Template { common_name: name.clone(), addresses: Vec::new(), names: Vec::new(), days, is_authority: true }
}

/// A certificate that signs itself, with a new RSA key.
pub(super) fn self_signed(host: &dyn Host, name: &Str, ips: &Value, dns: &Value, days: i64) -> Outcome {
    let template = template(name, ips, dns, days)?;
    issue(host, &template, &PrivateKey::rsa_2048(host), None)
}

/// A certificate that signs itself, with a given key.
pub(super) fn self_signed_with_key(
    host: &dyn Host,
    name: &Str,
    ips: &Value,
    dns: &Value,
    days: i64,
    key: &Str,
) -> Outcome {
    let key = given_key(key)?;
    issue(host, &template(name, ips, dns, days)?, &key, None)
}

/// A certificate signed by an authority, with a new RSA key.
pub(super) fn signed(
    host: &dyn Host,
    name: &Str,
    ips: &Value,
    dns: &Value,
    days: i64,
    authority: &Value,
) -> Outcome {
    let (issuer, signer) = authority_of(authority)?;
    let template = template(name, ips, dns, days)?;
    issue(host, &template, &PrivateKey::rsa_2048(host), Some((&issuer, &signer)))
}

/// A certificate signed by an authority, with a given key.
pub(super) fn signed_with_key(
    host: &dyn Host,
    name: &Str,
    ips: &Value,
    dns: &Value,
    days: i64,
    authority: &Value,
    key: &Str,
) -> Outcome {
    let key = given_key(key)?;
    let (issuer, signer) = authority_of(authority)?;
    issue(host, &template(name, ips, dns, days)?, &key, Some((&issuer, &signer)))
}

fn given_key(key: &Str) -> Outcome<PrivateKey> {
    Ok(parse::private_key(key).map_err(|e| format!("parsing private key: {e}"))?)
}

/// The name and the key of an authority.
fn authority_of(authority: &Value) -> Outcome<(Issuer, PrivateKey)> {
    let nothing = Certificate::default();
    let authority = match authority {
        Value::Object(object) => object.downcast_ref::<Certificate>().unwrap_or(&nothing),
        _ => &nothing,
    };
    let block = pem::decode(&authority.cert).ok_or("unable to decode certificate")?;
    let issuer = parse::certificate(&block.bytes)
        .map_err(|e| format!("error parsing certificate: decodedSignerCert.Bytes: {e}"))?;
    let key = parse::private_key(&authority.key).map_err(|e| format!("error parsing private key: {e}"))?;
    Ok((issuer, key))
}

fn template(name: &Str, ips: &Value, dns: &Value, days: i64) -> Outcome<Template> {
    let addresses = items(ips).iter().map(address).collect::<Outcome<_>>()?;
    let names = items(dns).iter().map(dns_name).collect::<Outcome<_>>()?;
    Ok(Template { common_name: name.clone(), addresses, names, days, is_authority: false })
}

fn items(list: &Value) -> &[Value] {
    list.as_list().map_or(&[], |list| list.items())
}

/// `net.ParseIP`.
fn address(value: &Value) -> Outcome<IpAddr> {
    let Some(text) = value.as_str() else {
        return Err(format!("error parsing ip: {} is not a string", printed(value)).into());
    };
    let text = text.to_str();
    text.parse().map_err(|_| format!("error parsing ip: {text}").into())
}

fn dns_name(value: &Value) -> Outcome<Str> {
    match value.as_str() {
        Some(name) => Ok(name.clone()),
        None => {
            Err(format!("error processing alternate dns name: {} is not a string", printed(value)).into())
        }
    }
}

fn printed(value: &Value) -> String {
    String::from_utf8_lossy(&govalue::fmt::sprint(std::slice::from_ref(value))).into_owned()
}

fn issue(
    host: &dyn Host,
    template: &Template,
    key: &PrivateKey,
    issuer: Option<(&Issuer, &PrivateKey)>,
) -> Outcome {
    let cert =
        x509::create(host, template, key, issuer).map_err(|e| format!("error creating certificate: {e}"))?;
    let key = key.to_pem().map_err(|e| format!("error pem-encoding key: {e}"))?;
    let cert = pem::encode("CERTIFICATE", &cert);
    Ok(Value::Object(Arc::new(Certificate { cert: cert.into(), key: key.into() })))
}
