//! TLS by rustls with the one provider of this program: trusted roots, client certificates, or no check at all.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, Error, InconsistentKeys, RootCertStore, SignatureScheme};

use helm_chart::Compat;

use super::{Access, HttpError};

/// What an access says about TLS, as far as connections differ by it.
pub(super) fn config(access: &Access, compat: Compat) -> Result<ClientConfig, HttpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    if compat == Compat::V3 {
        check_as_helm3(access, &provider).map_err(HttpError::Tls)?;
    }
    // Go reads all files before it looks into any, and tells of all that are missing.
    let mut problems = Vec::new();
    let mut read = |what: &dyn Fn(String) -> String, file: &str| {
        std::fs::read(file).map_err(|e| problems.push(what(open_error(file, &e)))).ok()
    };
    let quoted = |file: &str| govalue::strconv::quote(file.as_bytes());
    let mut identity = None;
    // Helm 4 takes half a pair seriously only where there is another reason for a configuration of its own.
    let pair = !access.cert_file.is_empty() && !access.key_file.is_empty();
    let half = !access.cert_file.is_empty() || !access.key_file.is_empty();
    if pair
        || (compat == Compat::V4 && half && (!access.ca_file.is_empty() || access.insecure_skip_tls_verify))
    {
        let name = quoted(&access.cert_file);
        let certificate = read(&|e| format!("unable to read cert file: {name}: {e}"), &access.cert_file);
        let name = quoted(&access.key_file);
        let key = certificate
            .as_ref()
            .and_then(|_| read(&|e| format!("unable to read key file: {name}: {e}"), &access.key_file));
        identity = certificate.zip(key);
    }
    let mut authorities = None;
    if !access.ca_file.is_empty() {
        let name = quoted(&access.ca_file);
        authorities = read(&|e| format!("can't read CA file: {name}: {e}"), &access.ca_file);
    }
    if !problems.is_empty() {
        return Err(HttpError::Tls(problems.join("\n")));
    }
    let trust = match authorities {
        _ if access.insecure_skip_tls_verify => Trust::Anybody,
        Some(pem) => {
            Trust::Given(webpki(roots(&pem)?, &provider).map_err(|e| HttpError::Tls(e.to_string()))?)
        }
        None => Trust::System(OnceLock::new()),
    };
    let verifier = Arc::new(Verifier { provider: provider.clone(), trust });
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| HttpError::Tls(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let identity = certified(&certificate, &key, &provider)
                .map_err(|e| HttpError::Tls(format!("unable to load cert from key pair: {e}")))?;
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity)))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate and its key; errors are those of Go's `tls.X509KeyPair`.
fn certified(
    certificate: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, &'static str> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().map_err(|_| NO_CERTIFICATE)?;
    if chain.is_empty() {
        return Err(if holds(certificate, "PRIVATE KEY-----") { SWITCHED } else { NO_CERTIFICATE });
    }
    let no_key = if holds(key, "-----BEGIN CERTIFICATE-----") { CERTIFICATE_AS_KEY } else { NO_KEY };
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| no_key)?;
    let key = provider.key_provider.load_private_key(key).map_err(|_| NO_KEY)?;
    let identity = CertifiedKey::new(chain, key);
    // Certificates of the first version cannot be compared; Go sends them, and the server judges.
    match identity.keys_match() {
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("tls: private key does not match public key")
        }
        _ => Ok(identity),
    }
}

/// Whether a PEM file has such a line.
fn holds(pem: &[u8], mark: &str) -> bool {
    String::from_utf8_lossy(pem).contains(mark)
}

/// Helm 3 looks at the pair, if it is one, and then at the authorities, and says less of what is wrong.
fn check_as_helm3(access: &Access, provider: &CryptoProvider) -> Result<(), String> {
    let Access { cert_file, key_file, ca_file, .. } = access;
    if !cert_file.is_empty() && !key_file.is_empty() {
        let refused = |e: &str| format!("can't load key pair from cert {cert_file} and key {key_file}: {e}");
        let read = |file: &str| std::fs::read(file).map_err(|e| refused(&open_error(file, &e)));
        let (certificate, key) = (read(cert_file)?, read(key_file)?);
        certified(&certificate, &key, provider).map_err(refused)?;
    }
    if !ca_file.is_empty() {
        let pem = std::fs::read(ca_file).map_err(|_| format!("can't read CA file: {ca_file}"))?;
        roots(&pem).map_err(|_| format!("failed to append certificates from file: {ca_file}"))?;
    }
    Ok(())
}

const NO_CERTIFICATE: &str = "tls: failed to find any PEM data in certificate input";
const SWITCHED: &str = "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM \
                        inputs may have been switched";
const CERTIFICATE_AS_KEY: &str = "tls: found a certificate rather than a key in the PEM for the private key";
const NO_KEY: &str = "tls: failed to find any PEM data in key input";

/// Go's `*PathError` of `os.ReadFile`.
fn open_error(file: &str, error: &std::io::Error) -> String {
    let operation = if Path::new(file).is_dir() { "read" } else { "open" };
    format!("{operation} {file}: {}", gonet::system_reason(error))
}

/// The certificates of a PEM file; what else is in it does not matter, as in Go.
fn roots(pem: &[u8]) -> Result<RootCertStore, HttpError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem).flatten() {
        let _ = roots.add(certificate);
    }
    if roots.is_empty() {
        return Err(HttpError::Tls("failed to append certificates from pem block".to_owned()));
    }
    Ok(roots)
}

fn webpki(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|e| Error::General(e.to_string()))
}

/// Whom to believe that a certificate is a server's own.
#[derive(Debug)]
enum Trust {
    /// Authorities that the user names.
    Given(Arc<WebPkiServerVerifier>),
    /// Those of the system. Their store is read at the first handshake: it takes milliseconds that a run without TLS
    /// does not spend.
    System(OnceLock<Result<Arc<WebPkiServerVerifier>, Error>>),
    /// Anybody (`--insecure-skip-tls-verify`).
    Anybody,
}

/// Judges a server's certificate; the signatures of the handshake are checked in any case.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    trust: Trust,
}

fn system_roots(provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    let (_, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer));
    }
    webpki(roots, provider)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verifier = match &self.trust {
            Trust::Anybody => return Ok(ServerCertVerified::assertion()),
            Trust::Given(verifier) => verifier,
            Trust::System(verifier) => {
                verifier.get_or_init(|| system_roots(&self.provider)).as_ref().map_err(Clone::clone)?
            }
        };
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
