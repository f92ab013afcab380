//! Which plugins lie in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use govalue::strconv::quote;
use helm_chart::Compat;

use crate::metadata::{Metadata, MetadataError, Runtime};
use crate::{PLUGIN_FILE, Plugin};

/// Why a plugin cannot be loaded; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its file cannot be read.
    #[error("failed to read plugin at {}: {}", shown(path), go_error("open", path, source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file is wrong.
    #[error("failed to load plugin {}: {source}", shown(dir))]
    Metadata {
        /// The folder.
        dir: PathBuf,
        /// What is wrong.
        source: MetadataError,
    },
    /// The same in Helm 3's words, which name the file.
    #[error(transparent)]
    Old(MetadataError),
    /// There is no WebAssembly.
    #[error("wasm binary missing for extism/v1 plugin: {}", shown(.0))]
    NoWasm(PathBuf),
}

/// Why plugins cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// One of them is wrong (Helm 3 gives up there).
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Two have one name.
    #[error("two plugins claim the name {} at {} and {}", quote(name.as_bytes()), shown(first), shown(second))]
    Duplicate {
        /// The name.
        name: String,
        /// A folder.
        first: PathBuf,
        /// Another one.
        second: PathBuf,
    },
}

/// What lies in a folder.
#[derive(Debug, Default)]
pub struct Found {
    /// The plugins, by the names of their folders.
    pub plugins: Vec<Plugin>,
    /// Files that are wrong, and how: Helm 4 goes on after these.
    pub broken: Vec<(PathBuf, LoadError)>,
}

fn shown(path: &Path) -> String {
    quote(path.to_string_lossy().as_bytes())
}

/// `open FILE: no such file or directory`.
fn go_error(operation: &str, path: &Path, error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
    format!("{operation} {}: {text}", path.display())
}

/// Loads the plugin of a folder.
pub fn load_dir(dir: &Path, compat: Compat) -> Result<Plugin, LoadError> {
    let path = dir.join(PLUGIN_FILE);
    let text = fs::read(&path).map_err(|source| LoadError::Read { path: path.clone(), source })?;
    let (metadata, remarks) =
        Metadata::parse(&text, compat, &path.to_string_lossy()).map_err(|source| match compat {
            Compat::V3 => LoadError::Old(source),
            Compat::V4 => LoadError::Metadata { dir: dir.to_owned(), source },
        })?;
    if matches!(metadata.runtime, Runtime::Extism(_)) {
        let wasm = dir.join("plugin.wasm");
        if !wasm.exists() {
            return Err(LoadError::NoWasm(wasm));
        }
    }
    Ok(Plugin { dir: dir.to_owned(), metadata, remarks })
}

/// All plugins directly below a folder.
pub fn find(folder: &Path, compat: Compat) -> Result<Found, FindError> {
    let mut found = Found::default();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(found) };
    let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    names.sort_unstable();
    for name in names {
        let dir = folder.join(name);
        let file = dir.join(PLUGIN_FILE);
        if fs::symlink_metadata(&file).is_err() {
            continue;
        }
        match load_dir(&dir, compat) {
            Ok(plugin) => found.plugins.push(plugin),
            Err(error) if compat == Compat::V3 => return Err(error.into()),
            Err(error) => found.broken.push((file, error)),
        }
    }
    for (at, plugin) in found.plugins.iter().enumerate() {
        let name = &plugin.metadata.name;
        if let Some(first) = found.plugins[..at].iter().rfind(|p| p.metadata.name == *name) {
            let (first, second) = (first.dir.clone(), plugin.dir.clone());
            return Err(FindError::Duplicate { name: name.clone(), first, second });
        }
    }
    Ok(found)
}
