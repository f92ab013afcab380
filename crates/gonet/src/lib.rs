//! What Go programs share in talking to servers: how URLs are read and joined, when a proxy is used, and what the
//! user is told when the network fails.
//!
//! [`Url`] is that of `gourl`, [`Proxies`] the rules of `net/http`'s `ProxyFromEnvironment`, [`cause`] the words of `net`,
//! `crypto/tls` and `net/http` for an error of Rust's libraries. Nothing here talks to a server itself.

mod cause;
mod proxy;

pub use cause::{cause, is_closed, system_reason};
pub use gourl::{ParseError, Url, mask_password, query_escape};
pub use proxy::Proxies;
