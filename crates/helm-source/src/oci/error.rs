//! Why a registry did not do what was asked, in the words of oras-go, which Helm shows.

use std::fmt;

use govalue::strconv::quote;
use http::StatusCode;
use serde::Deserialize;

use super::credential::CredentialError;
use super::digest::Digest;
use super::reference::ReferenceError;
use super::tags::SelectError;
use crate::http::HttpError;

/// Why a registry did not do what was asked. No text holds a credential.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// Not a reference.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Credentials cannot be read or kept.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// No version fits.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// No answer, or one that broke off.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The certificates that the user named cannot be used.
    #[error("missing registry client: {0}")]
    NoClient(HttpError),
    /// The registry answered with an error.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// What was asked for is not there.
    #[error("{0}: not found")]
    NotFound(String),
    /// The login was not accepted.
    #[error("authenticating to {}: {source}", quote(host.as_bytes()))]
    Login {
        /// The registry.
        host: String,
        /// What it said.
        source: Box<OciError>,
    },
    /// A step of moving content from or to a registry failed.
    #[error("failed to perform {} on {side}: {source}", quote(operation.as_bytes()))]
    Copy {
        /// oras-go's name of the step.
        operation: &'static str,
        /// Which side it failed on.
        side: Side,
        /// Why.
        source: Box<OciError>,
    },
    /// A request could not be given credentials.
    #[error("{method} {}: {source}", quote(url.as_bytes()))]
    Unauthorized {
        /// Method of the request.
        method: String,
        /// Where it went.
        url: String,
        /// Why.
        source: Box<OciError>,
    },
    /// An answer that is not as it should be.
    #[error("{method} {}: {what}", quote(url.as_bytes()))]
    Answer {
        /// Method of the request.
        method: String,
        /// Where it went.
        url: String,
        /// What is wrong.
        what: String,
    },
    /// Content is not what its digest says.
    #[error("mismatched digest")]
    MismatchedDigest,
    /// Content is longer than its descriptor says.
    #[error("trailing data")]
    TrailingData,
    /// Content is shorter than its descriptor says.
    #[error(
        "read failed: expected content size of {expected}, got {got}, for digest {digest}: unexpected EOF"
    )]
    Short {
        /// What the descriptor says.
        expected: u64,
        /// What came.
        got: u64,
        /// Which content.
        digest: Digest,
    },
    /// Content is larger than anything of its kind.
    #[error("content size {size} exceeds the limit of {limit} bytes for {what}")]
    TooLarge {
        /// Kind of content.
        what: &'static str,
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The artifact is no chart.
    #[error("{0}")]
    NotChart(String),
    /// What the text says.
    #[error("{0}")]
    Other(String),
}

/// Which side a step of a transfer failed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where content comes from.
    Source,
    /// Where it goes.
    Destination,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Source => "source",
            Side::Destination => "destination",
        })
    }
}

impl OciError {
    pub(crate) fn on(self, side: Side, operation: &'static str) -> OciError {
        OciError::Copy { operation, side, source: Box::new(self) }
    }

    /// Whether there is no chart: something else, or nothing any more.
    pub(crate) fn is_not_chart(&self) -> bool {
        match self {
            OciError::NotChart(_) | OciError::NotFound(_) => true,
            OciError::Copy { source, .. } => matches!(**source, OciError::NotFound(_)),
            _ => false,
        }
    }

    /// Whether a second try may end better: the connection broke, or the registry asked for patience.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            OciError::Http(error) => error.closed(),
            OciError::Refused(refusal) => matches!(refusal.status.as_u16(), 429 | 502 | 503 | 504),
            _ => false,
        }
    }
}

/// An error answer of a registry or token server.
#[derive(Debug)]
pub struct Refusal {
    /// Method of the request.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The answer's code.
    pub status: StatusCode,
    /// What the body says, if it says anything in the distribution specification's form.
    pub(crate) messages: Vec<Message>,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = quote(self.url.as_bytes());
        write!(f, "{} {url}: response status code {}: ", self.method, self.status.as_u16())?;
        if self.messages.is_empty() {
            return f.write_str(status_text(self.status));
        }
        for (at, message) in self.messages.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{message}")?;
        }
        Ok(())
    }
}

/// One error in a body.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    code: String,
    message: String,
    detail: serde_json::Value,
}

impl Default for Message {
    fn default() -> Message {
        Message { code: String::new(), message: String::new(), detail: serde_json::Value::Null }
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    errors: Option<Vec<Message>>,
}

impl Message {
    /// The errors in a body; none where it is something else.
    pub(crate) fn read(body: &[u8]) -> Vec<Message> {
        let first = serde_json::Deserializer::from_slice(body).into_iter::<Body>().next();
        first.and_then(Result::ok).and_then(|body| body.errors).unwrap_or_default()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code.replace('_', " ").to_lowercase())?;
        if self.message.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.message)?;
        if self.detail.is_null() {
            return Ok(());
        }
        let detail = govalue::json::from_serde(self.detail.clone());
        let mut text = Vec::new();
        govalue::fmt::append_value(&mut text, &detail);
        write!(f, ": {}", String::from_utf8_lossy(&text))
    }
}

/// Go's `http.StatusText`, where it differs from the newer names.
fn status_text(status: StatusCode) -> &'static str {
    match status.as_u16() {
        413 => "Request Entity Too Large",
        414 => "Request URI Too Long",
        416 => "Requested Range Not Satisfiable",
        _ => status.canonical_reason().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Message, Refusal};

    fn text(status: u16, body: &str) -> String {
        let status = StatusCode::from_u16(status).expect("a status");
        let messages = Message::read(body.as_bytes());
        Refusal { method: "GET".to_owned(), url: "http://h/v2/".to_owned(), status, messages }.to_string()
    }

    #[test]
    fn refusals_are_in_the_words_of_oras() {
        let start = "GET \"http://h/v2/\": response status code";
        for (status, body, end) in [
            (500, "", "500: Internal Server Error"),
            (413, "<html>", "413: Request Entity Too Large"),
            (404, r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "404: name unknown"),
            (
                401,
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"no","detail":[{"Type":"repository"}]},{"code":"X","message":"y"}]}"#,
                "401: unauthorized: no: [map[Type:repository]]; x: y",
            ),
            (400, r#"{"errors":null}"#, "400: Bad Request"),
        ] {
            assert_eq!(text(status, body), format!("{start} {end}"));
        }
    }
}
