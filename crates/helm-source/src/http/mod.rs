//! HTTP as chart repositories, registries and hubs need it: one [`Client`] for a run of the program.
//!
//! A client costs nothing until its first request: connections, certificates and the system's roots are taken up when
//! they are needed. [`Client::request`] sends anything and answers whatever the server says; [`Client::fetch`] gets a
//! file as Helm's getter does, resumes what breaks off and refuses what is too large.

mod access;
mod client;
mod error;
mod fetch;
mod getter;
pub(crate) mod retry;
mod tls;

pub(crate) use access::basic;
pub use access::{Access, Secret};
pub use client::{Body, Client, ClientOptions, Request, Response};
pub use error::HttpError;
pub use fetch::{CHART_LIMIT, Fetch, Fetched, INDEX_LIMIT, Sink, Validators};
pub use getter::Getter;
