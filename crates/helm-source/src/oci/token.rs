//! Tokens from token servers (distribution's token specification and its OAuth2 variant).

use std::net::IpAddr;

use bytes::Bytes;
use gonet::{Url, query_escape};
use govalue::strconv::quote;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde::Deserialize;

use super::credential::Credential;
use super::error::OciError;
use super::session::{Session, refusal};
use crate::http::{Body, Request, Secret, basic};

/// The most that a token server may answer; a token has to fit into a header.
const LIMIT: u64 = 128 << 10;

/// What a registry wants a token for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenRequest<'a> {
    /// The token server.
    pub(crate) realm: &'a str,
    /// The registry's name for itself.
    pub(crate) service: &'a str,
    /// Resources and actions.
    pub(crate) scopes: &'a [String],
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

/// Refuses token servers to which credentials should not go: without TLS when the registry has it, and addresses of
/// the inner network that are not the registry's own.
pub(crate) fn check_realm(realm: &str, registry: &Url) -> Result<(), OciError> {
    if realm.is_empty() {
        return Ok(());
    }
    let shown = quote(realm.as_bytes());
    let refused = |what: String| Err(OciError::Other(what));
    let url = match Url::parse(realm) {
        Ok(url) => url,
        Err(e) => return refused(format!("failed to parse bearer realm {shown}: {e}")),
    };
    match url.scheme.as_str() {
        "https" => {}
        "http" if registry.scheme == "https" => {
            return refused(format!("bearer realm {shown} uses http but registry was contacted over https"));
        }
        "http" => {}
        scheme => {
            let scheme = quote(scheme.as_bytes());
            return refused(format!("bearer realm {shown} uses unsupported scheme {scheme}"));
        }
    }
    let host = url.hostname();
    if is_internal(&host) && host != registry.hostname() {
        let host = quote(host.as_bytes());
        return refused(format!(
            "bearer realm host {host} is a loopback, link-local, private, or unspecified address"
        ));
    }
    Ok(())
}

fn is_internal(host: &str) -> bool {
    let v4 = |a: std::net::Ipv4Addr| {
        let link_local_multicast = a.octets()[..3] == [224, 0, 0];
        a.is_loopback() || a.is_link_local() || a.is_private() || a.is_unspecified() || link_local_multicast
    };
    // A zone says through which interface, not whose address it is.
    match host.split('%').next().unwrap_or_default().parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => v4(address),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => v4(address),
            None => {
                let link_local_multicast = address.segments()[0] & 0xff0f == 0xff02;
                address.is_loopback()
                    || address.is_unicast_link_local()
                    || address.is_unique_local()
                    || address.is_unspecified()
                    || link_local_multicast
            }
        },
        Err(_) => false,
    }
}

/// Fetches a token: an identity token is exchanged by OAuth2, and so is a password with `password_grant`; otherwise a
/// password goes by basic authentication, and without any the token is an anonymous one.
pub(crate) async fn fetch(
    session: &Session,
    wanted: TokenRequest<'_>,
    credential: &Credential,
    password_grant: bool,
) -> Result<Secret, OciError> {
    let by_form = !credential.is_empty() && (!credential.identity_token.is_empty() || password_grant);
    let request = match by_form {
        true => form(wanted, credential)?,
        false => query(wanted, credential)?,
    };
    let (method, asked) = (request.method.to_string(), request.url.clone());
    let response = session.transmit(request).await?;
    if response.status != StatusCode::OK {
        return Err(refusal(&method, &asked, response).await);
    }
    // Where the answer came from, without parameters: they are long and say nothing new.
    let wrong = |what: &str| OciError::Answer {
        method: method.clone(),
        url: asked.without_password(),
        what: what.to_owned(),
    };
    let body = response.bytes(LIMIT).await?;
    // The parser's words may quote the token.
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| wrong("failed to decode response"))?;
    let tokens = [answer.access_token, answer.token.filter(|_| !by_form)];
    match tokens.into_iter().flatten().find(|token| !token.is_empty()) {
        Some(token) => Ok(token.into()),
        None => Err(wrong("empty token returned")),
    }
}

/// Distribution's own way: a GET with service and scopes.
fn query(wanted: TokenRequest<'_>, credential: &Credential) -> Result<Request, OciError> {
    let mut url = Url::parse(wanted.realm).map_err(|e| OciError::Http(e.into()))?;
    let mut parameters: Vec<String> = url.query.iter().filter(|q| !q.is_empty()).cloned().collect();
    parameters.extend(wanted.scopes.iter().map(|scope| format!("scope={}", query_escape(scope))));
    if !wanted.service.is_empty() {
        parameters.push(format!("service={}", query_escape(wanted.service)));
    }
    url.query = Some(parameters.join("&")).filter(|q| !q.is_empty());
    let request = Request::new(Method::GET, url);
    if credential.username.is_empty() && credential.password.is_empty() {
        return Ok(request);
    }
    Ok(request.header(AUTHORIZATION, basic(&credential.username, &credential.password).reveal())?)
}

/// The OAuth2 way: a form.
fn form(wanted: TokenRequest<'_>, credential: &Credential) -> Result<Request, OciError> {
    let mut fields = vec![("client_id", "helm")];
    if !credential.identity_token.is_empty() {
        fields.extend([("grant_type", "refresh_token"), ("refresh_token", &credential.identity_token)]);
    } else if credential.username.is_empty() || credential.password.is_empty() {
        return Err(OciError::Other("missing username or password for bearer auth".to_owned()));
    } else {
        fields.extend([
            ("grant_type", "password"),
            ("password", credential.password.as_str()),
            ("username", &credential.username),
        ]);
    }
    let scopes = wanted.scopes.join(" ");
    if !scopes.is_empty() {
        fields.push(("scope", &scopes));
    }
    fields.push(("service", wanted.service));
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", query_escape(value))).collect();
    let url = Url::parse(wanted.realm).map_err(|e| OciError::Http(e.into()))?;
    let mut request =
        Request::new(Method::POST, url).header(CONTENT_TYPE, "application/x-www-form-urlencoded")?;
    request.body = Body::Bytes(Bytes::from(fields.join("&")));
    request.repeatable = true;
    request.secret_body = true;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use gonet::Url;

    use super::check_realm;

    #[test]
    fn credentials_stay_outside_of_the_inner_network() {
        let registry = Url::parse("https://reg.example.com/v2/").expect("a URL");
        let loopback = Url::parse("http://127.0.0.1:5000/v2/").expect("a URL");
        let text = |realm, registry| check_realm(realm, registry).map_err(|e| e.to_string()).err();
        assert_eq!(text("https://auth.example.com/token", &registry), None);
        assert_eq!(text("", &registry), None);
        assert_eq!(text("http://127.0.0.1:5001/token", &loopback), None);
        for (realm, error) in [
            (
                "http://auth.example.com/token",
                "bearer realm \"http://auth.example.com/token\" uses http but registry was contacted over https",
            ),
            ("file:///etc/passwd", "bearer realm \"file:///etc/passwd\" uses unsupported scheme \"file\""),
            (
                "https://169.254.169.254/latest",
                "bearer realm host \"169.254.169.254\" is a loopback, link-local, private, or unspecified address",
            ),
            (
                "https://[::1]/x",
                "bearer realm host \"::1\" is a loopback, link-local, private, or unspecified address",
            ),
        ] {
            assert_eq!(text(realm, &registry).as_deref(), Some(error), "{realm}");
        }
    }
}
