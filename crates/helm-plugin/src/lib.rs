//! Plugins: what `plugin.yaml` says ([`Metadata`]), which plugins lie in a folder ([`find`]), which command a plugin
//! runs on this machine ([`prepare`]) and how plugins come into the folder ([`extract`], [`Checkout`]).
//!
//! Nothing here prints, reads the environment or runs a plugin; the one program that is called is `git`.

mod archive;
mod command;
mod decode;
mod find;
mod git;
mod metadata;

pub use archive::{ExtractError, archived_metadata, cache_key, extract, strip_name, tarball};
pub use command::{NoCommand, PlatformCommand, expand, prepare};
pub use find::{FindError, Found, LoadError, find, load_dir};
pub use git::{Checkout, GitError};
pub use metadata::{
    CliConfig, Config, Extism, Metadata, MetadataError, ProtocolCommand, Runtime, Subprocess,
};

/// The file that makes a folder a plugin.
pub const PLUGIN_FILE: &str = "plugin.yaml";

/// An installed plugin.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// Its folder.
    pub dir: std::path::PathBuf,
    /// What its `plugin.yaml` says.
    pub metadata: Metadata,
    /// What Helm 3 says to stdout whenever it loads the plugin.
    pub remarks: Vec<String>,
}
