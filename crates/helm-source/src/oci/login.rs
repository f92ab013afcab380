//! Logging in and out.

use std::sync::atomic::Ordering;

use gonet::Url;
use helm_chart::Compat;
use http::{Method, StatusCode};

use super::credential::{Credential, CredentialPlaces, Store};
use super::error::OciError;
use super::reference::{Reference, check_registry};
use super::session::{Credentials, Session, refusal};
use crate::http::{Access, Client, Request};

/// The registry in what was typed for one: Helm 3 takes whole URLs and cuts scheme and path off, Helm 4 does not.
pub fn registry_host(typed: &str, compat: Compat) -> &str {
    if compat == Compat::V4 {
        return typed;
    }
    let plain = ["oci://", "http://", "https://"].iter().find_map(|scheme| typed.strip_prefix(scheme));
    plain.unwrap_or(typed).split('/').next().unwrap_or_default()
}

/// Tries a credential and keeps it if the registry takes it, as `helm registry login` does: first by OAuth2, then by
/// distribution's own way or basic authentication.
pub async fn login(
    client: Client,
    access: &Access,
    places: &CredentialPlaces,
    compat: Compat,
    host: &str,
    credential: Credential,
) -> Result<(), OciError> {
    let mut store = Store::open(places)?;
    check_registry(host)?;
    let registry =
        Reference { registry: host.to_owned(), repository: String::new(), tag: None, digest: None };
    let credentials = Credentials::For(registry.host().to_owned(), credential.clone());
    let mut session = Session::with(client, access, credentials, compat)?;
    let mut outcome = ping_both_ways(&session, &registry).await;
    if outcome.is_err() && session.accept_fallback() {
        outcome = ping_both_ways(&session, &registry).await;
    }
    outcome.map_err(|source| OciError::Login { host: host.to_owned(), source: Box::new(source) })?;
    Ok(store.put(host, &credential)?)
}

/// Forgets a credential.
pub fn logout(places: &CredentialPlaces, host: &str) -> Result<(), OciError> {
    Ok(Store::open(places)?.erase(host)?)
}

async fn ping_both_ways(session: &Session, registry: &Reference) -> Result<(), OciError> {
    session.password_grant.store(true, Ordering::Relaxed);
    let outcome = ping(session, registry).await;
    session.password_grant.store(false, Ordering::Relaxed);
    match outcome {
        Ok(()) => Ok(()),
        // A server that cannot be reached will not be reached by other words.
        Err(OciError::Http(error)) => Err(OciError::Http(error)),
        Err(_) => ping(session, registry).await,
    }
}

/// Asks a registry whether it is one, which needs a valid login where logins are needed.
async fn ping(session: &Session, registry: &Reference) -> Result<(), OciError> {
    let url: Url = session.url(registry, "")?;
    let response = session.send(Request::new(Method::GET, url.clone()), &[]).await?;
    match response.status {
        StatusCode::OK => Ok(()),
        StatusCode::NOT_FOUND => Err(OciError::Other("not found".to_owned())),
        _ => Err(refusal("GET", &url, response).await),
    }
}

#[cfg(test)]
mod tests {
    use helm_chart::Compat;

    use super::registry_host;

    #[test]
    fn helm_3_takes_urls_for_hosts() {
        for (typed, host) in
            [("oci://h:5000/a/b", "h:5000"), ("https://h", "h"), ("h/a", "h"), ("h:5000", "h:5000")]
        {
            assert_eq!(registry_host(typed, Compat::V3), host);
            assert_eq!(registry_host(typed, Compat::V4), typed);
        }
    }
}
