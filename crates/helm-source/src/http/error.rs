//! Why a request failed, in the words of Go's `net/http` and of Helm's getter.

use govalue::strconv::quote;

/// Why a request failed. No text holds a password: URLs are named as Go names them, with `***` for one.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No answer came.
    #[error("{operation} {}: {cause}", quote(.url.as_bytes()))]
    Transport {
        /// The method as `net/http` writes it: `Get`, `Post`.
        operation: String,
        /// The URL without its password.
        url: String,
        /// What happened, in Go's words.
        cause: String,
        /// Whether the server closed the connection, so that trying again may help.
        closed: bool,
    },
    /// The server answered, but not with what was asked for.
    #[error("failed to fetch {url} : {status}")]
    Status {
        /// The URL without its password.
        url: String,
        /// The code.
        code: u16,
        /// Code and reason, such as `404 Not Found`.
        status: String,
    },
    /// The answer broke off.
    #[error("{cause}")]
    Body {
        /// What happened, in Go's words.
        cause: String,
        /// Whether the server closed the connection.
        closed: bool,
    },
    /// The answer is larger than anything of its kind.
    #[error("{url} is larger than the {limit} bytes that are accepted")]
    TooLarge {
        /// The URL without its password.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The certificates that the user named cannot be used.
    #[error("can't create TLS config for client: {0}")]
    Tls(String),
    /// Not a URL.
    #[error("{0}")]
    Url(#[from] gonet::ParseError),
    /// A URL that no request can be made of.
    #[error("{0}")]
    Request(String),
    /// A plugin did not get the file; its words.
    #[error("{0}")]
    Getter(String),
    /// What arrived cannot be stored.
    #[error("{0}")]
    Sink(String),
}

impl HttpError {
    /// Whether the server closed the connection.
    pub(crate) fn closed(&self) -> bool {
        matches!(self, HttpError::Transport { closed: true, .. } | HttpError::Body { closed: true, .. })
    }

    /// The code of an answer that was not wanted.
    pub fn status(&self) -> Option<u16> {
        match self {
            HttpError::Status { code, .. } => Some(*code),
            _ => None,
        }
    }
}
