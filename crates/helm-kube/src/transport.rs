//! One request to the API server and its answer; what client-go's `rest.Request` does.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use govalue::strconv::quote;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, IF_NONE_MATCH, RETRY_AFTER, WARNING,
};
use http::{Method, Request, Response, StatusCode};
use kube::client::Body;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::resource_type::push_escaped;
use crate::{Error, RateLimit, Status, TransportError};

pub(crate) use gonet::system_reason;

/// How often a server that asks for patience gets it.
const PAUSES: u32 = 10;
/// The longest pause, in seconds, that we let a server ask for.
const LONGEST_ASKED_PAUSE: u64 = 60;

/// What is called with the text of each `Warning` header.
pub(crate) type WarningSink = Arc<dyn Fn(&str) + Send + Sync>;

/// A connection to one API server.
pub(crate) struct Transport {
    client: kube::Client,
    /// The server's URL without a trailing slash, for errors.
    base: String,
    limiter: Option<Limiter>,
}

/// A request, apart from where the server is.
pub(crate) struct Call {
    method: Method,
    /// Path and query.
    target: String,
    accept: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    /// Whether the answer is a stream of events, which must not be compressed: servers from 1.37 on compress
    /// each event by itself, which the client's decoder does not read.
    streaming: bool,
    /// Whether an error is told from the status code alone, as client-go's raw requests do.
    raw: bool,
    /// The tag of an answer that need not be sent again.
    known: Option<String>,
    /// What client-go appends to errors it makes up itself: `(get pods web)`.
    about: String,
}

impl Call {
    pub(crate) fn new(method: Method, path: String) -> Call {
        Call {
            method,
            target: path,
            accept: "application/json",
            content_type: "application/json",
            body: Vec::new(),
            streaming: false,
            raw: false,
            known: None,
            about: String::new(),
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Call {
        Call::new(Method::GET, path.into())
    }

    /// Appends a query parameter.
    pub(crate) fn query(mut self, key: &str, value: &str) -> Call {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.push_str(key);
        self.target.push('=');
        push_escaped(&mut self.target, value);
        self
    }

    /// Appends a query parameter unless its value is empty.
    pub(crate) fn query_if(self, key: &str, value: &str) -> Call {
        if value.is_empty() { self } else { self.query(key, value) }
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Call {
        (self.content_type, self.body) = (content_type, body);
        self
    }

    pub(crate) fn accept(mut self, accept: &'static str) -> Call {
        self.accept = accept;
        self
    }

    pub(crate) fn streaming(mut self) -> Call {
        self.streaming = true;
        self
    }

    pub(crate) fn raw(mut self) -> Call {
        self.raw = true;
        self
    }

    /// Asks for an answer only if it is another than the one with this tag.
    pub(crate) fn unless_still(mut self, etag: &str) -> Call {
        self.known = Some(etag.to_owned());
        self
    }

    /// Names the resource, and object if any, the call is about.
    pub(crate) fn about(mut self, group_resource: &str, name: &str) -> Call {
        self.about = format!("{group_resource} {name}").trim_end().to_owned();
        self
    }
}

impl Transport {
    pub(crate) fn new(client: kube::Client, base: &str, limit: Option<RateLimit>) -> Transport {
        let base = base.trim_end_matches('/').to_owned();
        Transport { client, base, limiter: limit.map(Limiter::new) }
    }

    /// The server's URL without a trailing slash.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends a call; an answer that is no success becomes an error.
    pub(crate) async fn send(
        &self,
        call: Call,
        warnings: &OnceLock<WarningSink>,
    ) -> Result<Response<Body>, Error> {
        let (mut hiccups_left, mut pauses_left) = (1, PAUSES);
        loop {
            if let Some(limiter) = &self.limiter {
                limiter.wait().await;
            }
            let request = self.request(&call)?;
            let response = self.client.send(request).await.map_err(|e| self.transport_error(&call, &e))?;
            if let Some(sink) = warnings.get() {
                report_warnings(response.headers(), sink);
            }
            let unchanged = call.known.is_some() && response.status() == StatusCode::NOT_MODIFIED;
            if response.status().is_success() || unchanged {
                return Ok(response);
            }
            if let Some(pause) = asked_pause(&call.method, &response).filter(|_| pauses_left > 0) {
                pauses_left -= 1;
                tokio::time::sleep(pause).await;
                continue;
            }
            let status = self.failure(&call, response).await?;
            // The two answers of an etcd between leaders that Helm asks once more for.
            if hiccups_left > 0 && status.code >= 500 && is_etcd_hiccup(&status.message) {
                hiccups_left -= 1;
                continue;
            }
            return Err(Error::Api(Box::new(status)));
        }
    }

    /// Sends a call and collects the answer's body.
    pub(crate) async fn bytes(&self, call: Call, warnings: &OnceLock<WarningSink>) -> Result<Bytes, Error> {
        collect(self.send(call, warnings).await?).await
    }

    /// Sends a call and reads the answer as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: Call,
        warnings: &OnceLock<WarningSink>,
    ) -> Result<T, Error> {
        let bytes = self.bytes(call, warnings).await?;
        serde_json::from_slice(&bytes).map_err(|e| Error::decode("reading the server's answer", e))
    }

    fn request(&self, call: &Call) -> Result<Request<Body>, Error> {
        let mut builder = Request::builder()
            .method(call.method.clone())
            .uri(call.target.as_str())
            .header(ACCEPT, HeaderValue::from_static(call.accept));
        if !call.body.is_empty() {
            builder = builder.header(CONTENT_TYPE, HeaderValue::from_static(call.content_type));
        }
        if let Some(etag) = &call.known {
            builder = builder.header(IF_NONE_MATCH, etag);
        }
        if call.streaming {
            builder = builder.header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        builder.body(Body::from(call.body.clone())).map_err(|e| Error::InvalidObject(e.to_string()))
    }

    fn transport_error(&self, call: &Call, error: &kube::Error) -> Error {
        let operation = match call.method {
            Method::GET => "Get",
            Method::POST => "Post",
            Method::PUT => "Put",
            Method::PATCH => "Patch",
            Method::DELETE => "Delete",
            _ => "Request",
        };
        Error::Transport(Box::new(TransportError {
            operation,
            url: gonet::mask_password(&format!("{}{}", self.base, call.target)),
            cause: gonet::cause(error, &self.base),
        }))
    }

    /// The status in the answer's body, or one made from the status code.
    async fn failure(&self, call: &Call, response: Response<Body>) -> Result<Status, Error> {
        let code = response.status().as_u16();
        let is_text = response.headers().get(CONTENT_TYPE).is_none_or(|t| t.as_bytes().starts_with(b"text/"));
        let body = response.into_body().collect_bytes().await.unwrap_or_default();
        if !call.raw
            && let Ok(status) = serde_json::from_slice::<Status>(&body)
            && !status.message.is_empty()
        {
            return Ok(Status { code, ..status });
        }
        let text =
            if is_text { String::from_utf8_lossy(&body).trim().to_owned() } else { "unknown".to_owned() };
        let mut status = generic_status(code, &call.method, text);
        if !call.about.is_empty() {
            let verb = call.method.as_str().to_ascii_lowercase();
            status.message = format!("{} ({verb} {})", status.message, call.about);
        }
        Ok(status)
    }
}

/// Collects an answer's body.
pub(crate) async fn collect(response: Response<Body>) -> Result<Bytes, Error> {
    response.into_body().collect_bytes().await.map_err(|e| {
        Error::decode(
            "unexpected error when reading response body. Please retry. Original error",
            gonet::cause(&e, ""),
        )
    })
}

/// What client-go says about an answer that carries no status of its own (`errors.NewGenericServerResponse`).
fn generic_status(code: u16, method: &Method, text: String) -> Status {
    let (reason, message) = match code {
        400 => ("BadRequest", "the server rejected our request for an unknown reason"),
        401 => ("Unauthorized", "the server has asked for the client to provide credentials"),
        403 => ("Forbidden", text.as_str()),
        404 => ("NotFound", "the server could not find the requested resource"),
        405 => ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
        406 if text.is_empty() || text == "unknown" => {
            ("NotAcceptable", "the server was unable to respond with a content type that the client supports")
        }
        406 => ("NotAcceptable", text.as_str()),
        409 if *method == Method::POST => ("AlreadyExists", "the server reported a conflict"),
        409 => ("Conflict", "the server reported a conflict"),
        415 => ("UnsupportedMediaType", text.as_str()),
        422 => ("Invalid", "the server rejected our request due to an error in our request"),
        429 => (
            "TooManyRequests",
            "the server has received too many requests and has asked us to try again later",
        ),
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        504 => (
            "Timeout",
            "the server was unable to return a response in the time allotted, but may still be processing the \
             request",
        ),
        _ => {
            let (reason, message) = if code >= 500 {
                (
                    "InternalError",
                    format!(
                        "an error on the server ({}) has prevented the request from succeeding",
                        quote(&text)
                    ),
                )
            } else {
                (
                    "",
                    format!(
                        "the server responded with the status code {code} but did not return more information"
                    ),
                )
            };
            return Status { code, reason: reason.to_owned(), message, details: None };
        }
    };
    Status { code, reason: reason.to_owned(), message: message.to_owned(), details: None }
}

/// How long the server asks us to wait before asking again. As in client-go it has to say so; and what it may have
/// begun to do is not asked for twice: only reads are repeated unless it turned the request away.
fn asked_pause(method: &Method, response: &Response<Body>) -> Option<Duration> {
    let status = response.status();
    let may_repeat = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        _ => status.is_server_error() && *method == Method::GET,
    };
    if !may_repeat {
        return None;
    }
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    (seconds <= LONGEST_ASKED_PAUSE).then(|| Duration::from_secs(seconds))
}

fn is_etcd_hiccup(message: &str) -> bool {
    message.ends_with("etcdserver: leader changed") || message.ends_with("raft proposal dropped")
}

/// Hands out the text of each `Warning: 299 - "text"` header (RFC 7234, section 5.5).
fn report_warnings(headers: &HeaderMap, sink: &WarningSink) {
    for value in headers.get_all(WARNING) {
        let Ok(value) = value.to_str() else { continue };
        let Some(quoted) = value.strip_prefix("299 ").and_then(|rest| rest.split_once(' ')) else { continue };
        let Some(inner) = quoted.1.trim().strip_prefix('"') else { continue };
        let mut text = String::with_capacity(inner.len());
        let mut escaped = false;
        for c in inner.chars() {
            match c {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => break,
                _ => {
                    escaped = false;
                    text.push(c);
                }
            }
        }
        sink(&text);
    }
}

/// A token bucket, as client-go's flow control.
struct Limiter {
    limit: RateLimit,
    /// When the next request is due at the bare rate, without a bucket.
    next: Mutex<Option<Instant>>,
}

impl Limiter {
    fn new(limit: RateLimit) -> Limiter {
        Limiter { limit, next: Mutex::new(None) }
    }

    async fn wait(&self) {
        if self.limit.per_second <= 0.0 {
            return;
        }
        let interval = Duration::from_secs_f64(1.0 / self.limit.per_second.max(0.001));
        let burst = interval.saturating_mul(self.limit.burst.saturating_sub(1));
        let now = Instant::now();
        let at = {
            let mut next = self.next.lock().await;
            let at = next.map_or(now, |next| next.max(now));
            *next = Some(at + interval);
            at
        };
        // The schedule runs ahead of time by a full bucket.
        if let Some(due) = at.checked_sub(burst) {
            tokio::time::sleep_until(due).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_by_rate() {
        let limiter = Limiter::new(RateLimit { per_second: 2.0, burst: 3 });
        let start = Instant::now();
        let mut at = Vec::new();
        for _ in 0..6 {
            limiter.wait().await;
            at.push(start.elapsed().as_millis());
        }
        assert_eq!(at, [0, 0, 0, 500, 1000, 1500]);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..4 {
            limiter.wait().await;
        }
        assert_eq!(start.elapsed().as_millis(), 500, "the bucket fills up to the burst, no further");
    }
}
