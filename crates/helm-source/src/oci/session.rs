//! Requests to registries with whatever authentication they ask for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use gonet::Url;
use helm_chart::Compat;
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use super::challenge::{Challenge, clean_scopes};
use super::credential::{Credential, CredentialPlaces, Store};
use super::error::{Message, OciError, Refusal};
use super::reference::Reference;
use super::token::{self, TokenRequest};
use crate::http::{Access, Client, HttpError, Request, Response, Secret, basic};

/// The most that is read of an error's body.
const ERROR_LIMIT: usize = 8 << 10;

/// Where a registry's credentials come from.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// The flags: they go to every registry that asks.
    Given(Credential),
    /// A login that is being tried: for this registry only.
    For(String, Credential),
    /// Files and helpers.
    Stored(Box<Store>),
}

impl Credentials {
    fn get(&self, host: &str) -> Result<Credential, OciError> {
        match self {
            Credentials::Given(credential) => Ok(credential.clone()),
            Credentials::For(registry, credential) if registry == host => Ok(credential.clone()),
            Credentials::For(..) => Ok(Credential::default()),
            Credentials::Stored(store) => Ok(store.get(host)?),
        }
    }
}

/// Connections to registries in one run: what they were told, they are told again without asking.
#[derive(Debug)]
pub struct Session {
    client: Client,
    /// How servers are reached. Credentials are not in here: they go through `credentials`.
    access: Access,
    pub(crate) compat: Compat,
    credentials: Credentials,
    /// What each host accepted.
    accepted: Mutex<HashMap<String, Accepted>>,
    /// Helm 3 only: the registry was found to speak plain HTTP.
    fell_back: AtomicBool,
    /// Whether passwords are exchanged by OAuth2's form instead of distribution's.
    pub(crate) password_grant: AtomicBool,
}

#[derive(Debug)]
enum Accepted {
    Basic(Secret),
    /// Tokens by the scopes that they are for.
    Bearer(HashMap<String, Secret>),
}

impl Session {
    /// Prepares to speak with registries. A user name and a password in the access go to any registry that asks;
    /// without both, the stored credentials are used.
    pub fn new(
        client: Client,
        access: &Access,
        places: &CredentialPlaces,
        compat: Compat,
    ) -> Result<Session, OciError> {
        let credentials = match access.username.is_empty() || access.password.is_empty() {
            true => Credentials::Stored(Box::new(Store::open(places)?)),
            false => Credentials::Given(Credential::basic(&access.username, access.password.reveal())),
        };
        Session::with(client, access, credentials, compat)
    }

    pub(crate) fn with(
        client: Client,
        access: &Access,
        credentials: Credentials,
        compat: Compat,
    ) -> Result<Session, OciError> {
        let access = access.for_registry();
        client.check(&access).map_err(OciError::NoClient)?;
        Ok(Session {
            client,
            access,
            compat,
            credentials,
            accepted: Mutex::default(),
            fell_back: AtomicBool::new(false),
            password_grant: AtomicBool::new(false),
        })
    }

    /// `http://host/v2/` with more behind it.
    pub(crate) fn url(&self, reference: &Reference, path: &str) -> Result<Url, OciError> {
        let scheme = if self.access.plain_http { "http" } else { "https" };
        let url = Url::parse(&format!("{scheme}://{}/v2/{path}", reference.host()));
        url.map_err(|e| OciError::Http(e.into()))
    }

    /// Helm 3 turns to plain HTTP when a registry answers a TLS handshake with it; true if that has happened, after
    /// which requests are made without TLS from the start.
    pub(crate) fn accept_fallback(&mut self) -> bool {
        let fell_back = self.fell_back.swap(false, Ordering::Relaxed) && !self.access.plain_http;
        self.access.plain_http |= fell_back;
        fell_back
    }

    /// Sends a request, and once more with credentials if the registry asks for some. `scopes` is what the request
    /// needs; the registry may ask for more.
    pub(crate) async fn send(&self, request: Request, scopes: &[&str]) -> Result<Response, OciError> {
        let host = request.url.host.clone();
        let known_scopes = clean_scopes(scopes.iter().copied());
        let known_key = known_scopes.join(" ");
        let first = match self.accepted_by(&host, &known_key) {
            Some(secret) => authorized(request.clone(), &secret)?,
            None => request.clone(),
        };
        let tried = first.headers.get(AUTHORIZATION).cloned();
        let response = self.transmit(first).await?;
        // A server that was redirected to gets no credentials, and neither does one that TLS was given up for.
        if response.status != StatusCode::UNAUTHORIZED || !response.url.same_server(&request.url) {
            return Ok(response);
        }
        let challenge = response.header(&WWW_AUTHENTICATE).map_or(Challenge::Unknown, Challenge::parse);
        let because = |source: OciError| OciError::Unauthorized {
            method: request.method.to_string(),
            url: response.url.without_password(),
            source: Box::new(source),
        };
        let secret = match challenge {
            Challenge::Unknown => return Ok(response),
            Challenge::Basic => {
                let secret = self.basic(&host).map_err(because)?;
                self.remember(&host, None, &secret);
                secret
            }
            Challenge::Bearer { realm, service, scopes: asked } => {
                let all = known_scopes.iter().chain(&asked).map(String::as_str);
                let scopes = clean_scopes(all);
                let key = scopes.join(" ");
                if let Some(secret) = self.accepted_by(&host, &key).filter(|_| key != known_key) {
                    let again = self.transmit(authorized(request.clone(), &secret)?).await?;
                    if again.status != StatusCode::UNAUTHORIZED {
                        return Ok(again);
                    }
                }
                token::check_realm(&realm, &request.url).map_err(because)?;
                let wanted = TokenRequest { realm: &realm, service: &service, scopes: &scopes };
                let secret = self.bearer(&host, wanted).await.map_err(because)?;
                self.remember(&host, Some(key), &secret);
                secret
            }
        };
        let again = authorized(request, &secret)?;
        // The same proof a second time would be refused a second time.
        if again.headers.get(AUTHORIZATION) == tried.as_ref() {
            return Ok(response);
        }
        self.transmit(again).await
    }

    /// Sends a request as it is.
    pub(crate) async fn transmit(&self, mut request: Request) -> Result<Response, OciError> {
        if self.fell_back.load(Ordering::Relaxed) {
            "http".clone_into(&mut request.url.scheme);
        }
        let server = request.url.clone();
        let outcome = self.client.request(request.clone(), &self.access).await;
        let outcome = match outcome {
            Err(error) if self.may_fall_back() && speaks_plain_http(&error) && server.scheme == "https" => {
                self.fell_back.store(true, Ordering::Relaxed);
                "http".clone_into(&mut request.url.scheme);
                self.client.request(request, &self.access).await
            }
            outcome => outcome,
        };
        outcome.map_err(|error| OciError::Http(without_signature(error, &server)))
    }

    /// Helm 3's default client falls back; one with certificates of its own does not.
    fn may_fall_back(&self) -> bool {
        let access = &self.access;
        let own_certificates = access.insecure_skip_tls_verify
            || !access.ca_file.is_empty()
            || !(access.cert_file.is_empty() || access.key_file.is_empty());
        self.compat == Compat::V3 && !own_certificates
    }

    fn accepted_by(&self, host: &str, scopes: &str) -> Option<Secret> {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        match accepted.get(host)? {
            Accepted::Basic(secret) => Some(secret.clone()),
            Accepted::Bearer(tokens) => tokens.get(scopes).cloned(),
        }
    }

    fn remember(&self, host: &str, scopes: Option<String>, secret: &Secret) {
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        match (accepted.get_mut(host), scopes) {
            (Some(Accepted::Bearer(tokens)), Some(scopes)) => {
                tokens.insert(scopes, secret.clone());
            }
            (_, Some(scopes)) => {
                let tokens = HashMap::from([(scopes, secret.clone())]);
                accepted.insert(host.to_owned(), Accepted::Bearer(tokens));
            }
            (_, None) => {
                accepted.insert(host.to_owned(), Accepted::Basic(secret.clone()));
            }
        }
    }

    fn basic(&self, host: &str) -> Result<Secret, OciError> {
        let credential = self.credentials.get(host).map_err(|e| match e {
            OciError::Credential(e) => OciError::Other(format!("failed to resolve credential: {e}")),
            other => other,
        })?;
        if credential.is_empty() {
            return Err(OciError::Other("basic credential not found".to_owned()));
        }
        if credential.username.is_empty() || credential.password.is_empty() {
            return Err(OciError::Other("missing username or password for basic auth".to_owned()));
        }
        Ok(basic(&credential.username, &credential.password))
    }

    async fn bearer(&self, host: &str, wanted: TokenRequest<'_>) -> Result<Secret, OciError> {
        let credential = self.credentials.get(host)?;
        if !credential.registry_token.is_empty() {
            return Ok(format!("Bearer {}", credential.registry_token).into());
        }
        let grant = self.password_grant.load(Ordering::Relaxed);
        let token = token::fetch(self, wanted, &credential, grant).await?;
        Ok(format!("Bearer {}", token.reveal()).into())
    }
}

fn authorized(request: Request, secret: &Secret) -> Result<Request, OciError> {
    Ok(request.header(AUTHORIZATION, secret.reveal())?)
}

fn speaks_plain_http(error: &HttpError) -> bool {
    matches!(error, HttpError::Transport { cause, .. } if cause.contains("HTTP response to HTTPS client"))
}

/// Registries redirect to addresses whose query is a signature; such a query is not shown.
fn without_signature(error: HttpError, asked: &Url) -> HttpError {
    match error {
        HttpError::Transport { operation, url, cause, closed } => {
            HttpError::Transport { operation, url: shown(&url, asked), cause, closed }
        }
        other => other,
    }
}

fn shown(url: &str, asked: &Url) -> String {
    match (url.split_once('?'), Url::parse(url)) {
        (Some((address, _)), Ok(parsed)) if !parsed.same_server(asked) => address.to_owned(),
        _ => url.to_owned(),
    }
}

/// The error that an answer stands for.
pub(crate) async fn refusal(method: &str, asked: &Url, mut response: Response) -> OciError {
    let mut body = Vec::new();
    while body.len() < ERROR_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(ERROR_LIMIT - body.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    OciError::Refused(Box::new(Refusal {
        method: method.to_owned(),
        url: shown(&response.url.without_password(), asked),
        status: response.status,
        messages: Message::read(&body),
    }))
}
