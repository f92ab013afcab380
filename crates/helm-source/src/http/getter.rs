//! Protocols beside HTTP: the seam for plugins that fetch files.

use std::fmt;

use futures::future::BoxFuture;
use gonet::Url;

use super::Access;

/// Fetches files by protocols of its own: what Helm 3 calls a downloader of a plugin, and Helm 4 a plugin of the type
/// `getter/v1`. Whoever hosts plugins makes one of each and puts it into
/// [`ClientOptions`](super::ClientOptions::getters); from there it serves `repo add`, `repo update`, `pull`, every
/// verb that takes a chart, dependencies, and `-f`.
pub trait Getter: fmt::Debug + Send + Sync {
    /// The schemes of the URLs that it takes, in lower case. `http`, `https` and `oci` never come to a getter.
    fn schemes(&self) -> &[String];

    /// Gets a file. The access holds credentials only if the server may have them. An error's text is shown as it is.
    fn get<'a>(&'a self, url: &'a Url, access: &'a Access) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}
