//! Chart reference to verified chart: repositories, registries, indexes, caches.
//!
//! [`locate`] is the one door through which every verb finds its chart: a path ([`locate_local`], which opens nothing
//! but the disk), a URL, `repository/name`, a name with `--repo`, or `oci://`. Behind it, [`resolve`] says where an
//! archive is and [`download`](download()) puts it into a folder. [`repositories::File`] is `repositories.yaml`,
//! [`Index`] the index of a repository in a form that takes no time to read.
//!
//! Nothing here reads the environment or prints: [`Sources`] is given the places, the client and where remarks go.

pub mod dependency;
pub mod files;
pub mod http;
pub mod oci;
pub mod provenance;
pub mod repositories;
pub mod search;

mod content;
mod error;
mod fetch;
mod index;
mod locate;
mod make_index;
mod refresh;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use helm_chart::{Compat, Level, Warning};

pub use content::ContentCache;
pub use error::SourceError;
pub use fetch::{Downloaded, Query, Resolved, Verify, download, fetch_chart, resolve};
pub use index::{
    Chart, Draft, FullIndex, Index, IndexError, Kept, Listed, NotListed, Note, Version, cached, cached_file,
    charts_file, forget, index_file, keep, parse,
};
pub use locate::{locate, locate_local};
pub use make_index::{MakeIndex, make_index};
pub use refresh::{refresh, refresh_all};

/// Where Helm keeps what it knows of repositories; both programs share these places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `repositories.yaml`.
    pub repository_config: PathBuf,
    /// The folder of `NAME-index.yaml` and `NAME-charts.txt`; Helm 3 keeps downloaded charts in it too.
    pub repository_cache: PathBuf,
    /// Helm 4's folder of charts by their digest.
    pub content_cache: PathBuf,
    /// The registries' `config.json`.
    pub registry_config: PathBuf,
}

/// Takes what Helm would log.
pub type Remarks = Arc<dyn Fn(&Warning) + Send + Sync>;

/// What all work with sources has in common.
#[derive(Clone)]
pub struct Sources {
    /// Where things are kept.
    pub places: Places,
    /// How servers are reached.
    pub client: http::Client,
    /// Which Helm to imitate.
    pub compat: Compat,
    /// Takes what Helm would log.
    pub remarks: Remarks,
    /// What registries need beside.
    pub registries: oci::Registries,
}

impl Sources {
    /// Logs a warning: Helm 4's message with its fields, Helm 3's line.
    pub(crate) fn warn(&self, message: &str, fields: &[(&'static str, &str)], legacy: String) {
        self.remark(Level::Warn, message, fields, legacy);
    }

    /// Logs a detail.
    pub(crate) fn debug(&self, message: &str, fields: &[(&'static str, &str)]) {
        self.remark(Level::Debug, message, fields, String::new());
    }

    fn remark(&self, level: Level, message: &str, fields: &[(&'static str, &str)], legacy: String) {
        let fields = fields.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        (self.remarks)(&Warning { level, message: message.to_owned(), fields, legacy });
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("places", &self.places)
            .field("compat", &self.compat)
            .finish_non_exhaustive()
    }
}

/// Go's `%q`.
pub(crate) fn quoted(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}
