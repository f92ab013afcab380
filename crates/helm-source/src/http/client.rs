//! One client for a run: connections by what TLS they need, redirects, time limits, repetition.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use gonet::{Proxies, Url};
use helm_chart::Compat;
use http::header::{AUTHORIZATION, COOKIE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::Instant;

use super::access::{Access, basic};
use super::{Getter, HttpError, retry, tls};

/// What all requests of a run have in common.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `User-Agent`, as Helm names itself: `Helm/4.3.1`.
    pub user_agent: String,
    /// Proxies from the environment.
    pub proxies: Proxies,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a server may be silent.
    pub idle_timeout: Duration,
    /// Which Helm's words to use for certificates.
    pub compat: Compat,
    /// What fetches by other protocols; the first that takes a scheme is asked.
    pub getters: Vec<Arc<dyn Getter>>,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            user_agent: "Helm".to_owned(),
            proxies: Proxies::default(),
            connect_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            compat: Compat::V4,
            getters: Vec::new(),
        }
    }
}

/// How many bytes a second a line takes that is waited for.
const SLOWEST_UPLOAD: u64 = 16 << 10;

/// Sends requests; clones share connections.
#[derive(Clone, Debug, Default)]
pub struct Client(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    options: ClientOptions,
    /// Connections by what their TLS was made of.
    connections: Mutex<Vec<(Identity, reqwest::Client)>>,
}

/// What TLS connections differ by.
#[derive(Clone, Debug, PartialEq)]
struct Identity {
    ca_file: String,
    cert_file: String,
    key_file: String,
    insecure: bool,
}

/// What is sent along.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes, which can be sent again when that is needed.
    Bytes(Bytes),
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The URL; user and password in it are sent as basic authentication.
    pub url: Url,
    /// Headers beside those of the client. A secret belongs into a value marked as sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Whether it may be sent again after a temporary refusal or a broken connection.
    pub repeatable: bool,
    /// Whether the body holds credentials, which go to no other server that a redirect leads to.
    pub secret_body: bool,
}

impl Request {
    /// A request without body; `GET` and `HEAD` may be repeated.
    pub fn new(method: Method, url: Url) -> Request {
        let repeatable = matches!(method, Method::GET | Method::HEAD);
        Request { method, url, headers: HeaderMap::new(), body: Body::Empty, repeatable, secret_body: false }
    }

    /// The request with a header; one that cannot be sent is an error.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Request, HttpError> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            HttpError::Request(format!("net/http: invalid header field value for \"{name}\""))
        })?;
        value.set_sensitive(name == AUTHORIZATION);
        self.headers.insert(name, value);
        Ok(self)
    }
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub struct Response {
    /// Code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    inner: reqwest::Response,
    idle: Duration,
    deadline: Option<Instant>,
}

impl Client {
    /// A client; nothing is opened yet.
    pub fn new(options: ClientOptions) -> Client {
        Client(Arc::new(Inner { options, connections: Mutex::default() }))
    }

    /// Whether files with URLs of a scheme can be fetched.
    pub fn speaks(&self, scheme: &str) -> bool {
        matches!(scheme, "http" | "https") || self.getter(scheme).is_some()
    }

    /// What fetches files with URLs of a scheme that is not HTTP's.
    pub(super) fn getter(&self, scheme: &str) -> Option<&dyn Getter> {
        let takes = |getter: &&Arc<dyn Getter>| getter.schemes().iter().any(|s| s == scheme);
        let own = matches!(scheme, "http" | "https" | "oci");
        self.0.options.getters.iter().find(takes).filter(|_| !own).map(AsRef::as_ref)
    }

    /// Sends a request and answers what the server says, whatever its code. Redirects are followed, credentials stay
    /// with scheme, host and port that they were given for unless the access says otherwise; what is repeatable is
    /// sent again, a few times, after temporary refusals and broken connections.
    pub async fn request(&self, request: Request, access: &Access) -> Result<Response, HttpError> {
        let deadline = access.timeout.map(|timeout| Instant::now() + timeout);
        self.request_until(request, access, deadline).await
    }

    pub(super) async fn request_until(
        &self,
        request: Request,
        access: &Access,
        deadline: Option<Instant>,
    ) -> Result<Response, HttpError> {
        let mut attempt = 0;
        loop {
            let outcome = self.follow(&request, access, deadline).await;
            let retry_after = match &outcome {
                Ok(response) if retry::is_temporary(response.status.as_u16()) => {
                    response.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).map(str::to_owned)
                }
                Err(error) if error.closed() => None,
                _ => return outcome,
            };
            let pause = if request.repeatable { retry::pause(attempt, retry_after.as_deref()) } else { None };
            let Some(pause) = pause.filter(|pause| deadline.is_none_or(|d| Instant::now() + *pause < d))
            else {
                return outcome;
            };
            drop(outcome);
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Sends a request and follows redirects as Go's client does: at most ten.
    async fn follow(
        &self,
        request: &Request,
        access: &Access,
        deadline: Option<Instant>,
    ) -> Result<Response, HttpError> {
        let mut current = request.clone();
        let mut location = String::new();
        for _ in 0..10 {
            let response = self.send(&current, access, deadline).await?;
            let target = match (response.status.as_u16(), response.headers.get(LOCATION)) {
                (301 | 302 | 303 | 307 | 308, Some(target)) => target.to_str().unwrap_or_default().to_owned(),
                _ => return Ok(response),
            };
            location = mask_user(&target);
            let target = Url::parse(&target).map_err(|_| {
                // The reason quotes what was parsed.
                let reason = Url::parse(&location).err().map_or_else(String::new, |e| format!(": {e}"));
                let shown = govalue::strconv::quote(location.as_bytes());
                transport(&current, format!("failed to parse Location header {shown}{reason}"), false)
            })?;
            let next = current.url.resolve(&target);
            if !matches!(response.status.as_u16(), 307 | 308) && current.method != Method::HEAD {
                current.method = Method::GET;
                current.body = Body::Empty;
            }
            if current.secret_body && !matches!(current.body, Body::Empty) && !next.same_server(&request.url)
            {
                let cause =
                    format!("the server sends on to {}, which gets no credentials", quoted(&next.host));
                return Err(transport(&current, cause, false));
            }
            if !access.pass_credentials && !next.same_server(&request.url) {
                current.headers.remove(AUTHORIZATION);
                current.headers.remove(COOKIE);
            }
            current.url = next;
        }
        let cause = "stopped after 10 redirects".to_owned();
        let operation = operation(&current.method);
        Err(HttpError::Transport { operation, url: location, cause, closed: false })
    }

    async fn send(
        &self,
        request: &Request,
        access: &Access,
        deadline: Option<Instant>,
    ) -> Result<Response, HttpError> {
        if !matches!(request.url.scheme.as_str(), "http" | "https") {
            let scheme = govalue::strconv::quote(request.url.scheme.as_bytes());
            return Err(transport(request, format!("unsupported protocol scheme {scheme}"), false));
        }
        if request.url.host.is_empty() {
            return Err(transport(request, "http: no Host in request URL".to_owned(), false));
        }
        if let Some(cause) = other_address(&request.url) {
            return Err(transport(request, cause, false));
        }
        let connections = self.connections(access)?;
        let mut builder = connections
            .request(request.method.clone(), request.url.without_user())
            .headers(request.headers.clone());
        if !request.headers.contains_key(AUTHORIZATION)
            && let Some((user, password)) = request.url.credentials()
            && let Ok(mut value) = HeaderValue::from_str(basic(&user, &password).reveal())
        {
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Body::Bytes(bytes) = &request.body {
            builder = builder.body(bytes.clone());
        }
        let idle = self.0.options.idle_timeout;
        // A server says nothing while it takes a large body over a slow line.
        let sending = match &request.body {
            Body::Empty => Duration::ZERO,
            Body::Bytes(bytes) => Duration::from_secs(bytes.len() as u64 / SLOWEST_UPLOAD),
        };
        let limit = limit(idle + sending, deadline);
        match tokio::time::timeout_at(limit, builder.send()).await {
            Ok(Ok(inner)) => Ok(Response {
                status: inner.status(),
                headers: inner.headers().clone(),
                url: request.url.clone(),
                inner,
                idle,
                deadline,
            }),
            Ok(Err(error)) => {
                let error = error.without_url();
                let closed = gonet::is_closed(&error);
                Err(transport(request, self.connection_failure(&request.url, &error), closed))
            }
            Err(_) if deadline == Some(limit) => Err(transport(
                request,
                "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned(),
                false,
            )),
            Err(_) => {
                Err(transport(request, "net/http: timeout awaiting response headers".to_owned(), false))
            }
        }
    }

    /// Why no answer came, in Go's words.
    fn connection_failure(&self, url: &Url, error: &reqwest::Error) -> String {
        let port = match (url.port(), url.scheme.as_str()) {
            (Some(port), _) => port,
            (None, "https") => "443",
            (None, _) => "80",
        };
        let proxy = self.0.options.proxies.for_server(&url.scheme, &url.hostname(), port);
        // Whatever goes wrong while a connection is made behind a proxy is the proxy's affair.
        let proxy = proxy.filter(|_| error.is_connect());
        let server = proxy.unwrap_or(url);
        let cause = match error.is_timeout() {
            true => "dial tcp: i/o timeout".to_owned(),
            false => gonet::cause(error, &format!("{}://{}", server.scheme, server.host)),
        };
        match proxy {
            Some(_) if cause.starts_with("dial tcp") || cause.starts_with("SOCKS") => {
                format!("proxyconnect tcp: {cause}")
            }
            Some(_) if cause.contains("proxy authorization required") => {
                "Proxy Authentication Required".to_owned()
            }
            Some(_) if cause.starts_with("tunnel error") => "the proxy refuses the connection".to_owned(),
            _ => cause,
        }
    }

    /// Whether connections can be made as an access says: reads its certificates.
    pub fn check(&self, access: &Access) -> Result<(), HttpError> {
        self.connections(access).map(drop)
    }

    /// The connections for an access, made when first asked for.
    fn connections(&self, access: &Access) -> Result<reqwest::Client, HttpError> {
        let identity = Identity {
            ca_file: access.ca_file.clone(),
            cert_file: access.cert_file.clone(),
            key_file: access.key_file.clone(),
            insecure: access.insecure_skip_tls_verify,
        };
        let mut all = self.0.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = all.iter().find(|(known, _)| *known == identity) {
            return Ok(client.clone());
        }
        let options = &self.0.options;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(access, options.compat)?)
            .user_agent(options.user_agent.as_str())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.connect_timeout)
            .no_proxy();
        if !options.proxies.is_empty() {
            let proxies = options.proxies.clone();
            builder = builder.proxy(reqwest::Proxy::custom(move |url| {
                let port = url.port_or_known_default().map(|port| port.to_string()).unwrap_or_default();
                proxies
                    .for_server(url.scheme(), url.host_str().unwrap_or_default(), &port)
                    // As in Go the proxy looks names up.
                    .map(|proxy| match proxy.scheme.as_str() {
                        "socks5" => Url { scheme: "socks5h".to_owned(), ..proxy.clone() }.to_string(),
                        _ => proxy.to_string(),
                    })
            }));
        }
        let client = builder.build().map_err(|e| HttpError::Tls(e.to_string()))?;
        all.push((identity, client.clone()));
        Ok(client)
    }
}

impl Response {
    /// The next part of the body.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let limit = limit(self.idle, self.deadline);
        match tokio::time::timeout_at(limit, self.inner.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => {
                let error = error.without_url();
                let base = format!("{}://{}", self.url.scheme, self.url.host);
                let closed = gonet::is_closed(&error);
                let cause = match gonet::cause(&error, &base).as_str() {
                    "EOF" => "unexpected EOF".to_owned(),
                    cause => cause.to_owned(),
                };
                Err(HttpError::Body { cause, closed })
            }
            Err(_) => {
                let cause = if self.deadline == Some(limit) {
                    "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
                } else {
                    "net/http: timeout while reading body"
                };
                Err(HttpError::Body { cause: cause.to_owned(), closed: false })
            }
        }
    }

    /// The whole body, unless it is larger than the limit.
    pub async fn bytes(mut self, limit: u64) -> Result<Vec<u8>, HttpError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(HttpError::TooLarge { url: self.url.without_password(), limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Code and reason: `404 Not Found`.
    pub fn status_text(&self) -> String {
        let said = self.inner.extensions().get::<hyper::ext::ReasonPhrase>();
        let said = said.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
        // What is not the usual reason is what the server says; HTTP/2 has none, for which Go fills in the usual.
        match said.as_deref().or(self.status.canonical_reason()) {
            Some(reason) => format!("{} {reason}", self.status.as_str()),
            None => format!("{} ", self.status.as_str()),
        }
    }

    /// A header's text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The moment after which a silent server is given up, or the whole request's end if that is sooner.
fn limit(idle: Duration, deadline: Option<Instant>) -> Instant {
    let silent = Instant::now() + idle;
    deadline.map_or(silent, |deadline| deadline.min(silent))
}

fn transport(request: &Request, cause: String, closed: bool) -> HttpError {
    let operation = operation(&request.method);
    HttpError::Transport { operation, url: request.url.without_password(), cause, closed }
}

/// A method as `net/http` names it in errors: `Get`.
fn operation(method: &Method) -> String {
    let method = method.as_str();
    format!("{}{}", &method[..1], method[1..].to_ascii_lowercase())
}

/// A text that is meant to be an address without user and password, whether it can be parsed or not.
fn mask_user(text: &str) -> String {
    let Some(begin) = text.find("//").map(|at| at + 2) else { return text.to_owned() };
    let end = text[begin..].find('?').map_or(text.len(), |at| begin + at);
    match text[begin..end].rfind('@') {
        Some(at) => format!("{}***{}", &text[..begin], &text[begin + at..]),
        None => text.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}

/// What is checked must be what is dialled. The HTTP library reads hosts as browsers do, for which `2130706433`, `127.1`
/// and `0x7f.1` are addresses; Go, and every check of this crate, reads them as names, which nobody has.
fn other_address(url: &Url) -> Option<String> {
    let host = url.hostname();
    let dialled = reqwest::Url::parse(&url.without_user()).ok()?;
    let address: std::net::Ipv4Addr = dialled.host_str()?.parse().ok()?;
    match host.parse::<std::net::Ipv4Addr>() {
        Ok(checked) if checked == address => None,
        _ => Some(format!("dial tcp: lookup {host}: no such host")),
    }
}

#[cfg(test)]
mod host_tests {
    use gonet::Url;

    use super::{mask_user, other_address};

    #[test]
    fn only_addresses_that_were_checked_are_dialled() {
        let refused = |text: &str| other_address(&Url::parse(text).expect("a URL")).is_some();
        for odd in [
            "http://2130706433:80/t",
            "http://127.1/",
            "http://0/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
        ] {
            assert!(refused(odd), "{odd}");
        }
        for plain in ["http://127.0.0.1:80/t", "http://localhost/", "http://[::1]/", "https://example.com/"] {
            assert!(!refused(plain), "{plain}");
        }
    }

    #[test]
    fn passwords_are_masked_where_nothing_can_be_parsed() {
        assert_eq!(mask_user("http://u:p@ss@h:x/%zz?a@b"), "http://***@h:x/%zz?a@b");
        assert_eq!(mask_user("//u:p/w@h"), "//***@h");
        assert_eq!(mask_user("/path"), "/path");
    }
}
