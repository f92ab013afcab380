//! Go's `net/url` and the reading half of `net/netip`: what is a URL or an address, what it means beside another, and
//! in which words it is refused.
//!
//! [`Parts`] is `url.URL` over bytes, as templates have them; [`Url`] the same over text, as the rest of a program
//! wants it. Both are read by one parser.

pub mod address;
mod escape;
mod parts;
mod url;

pub use escape::{escaped_path, path_escape, path_unescape, query_escape};
pub use parts::{ParseError, Parts, Reason, UserInfo};
pub use url::{Url, mask_password};
