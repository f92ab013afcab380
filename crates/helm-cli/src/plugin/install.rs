//! How plugins come into their folder: a link to a local folder, an archive from the disk, the web or a registry, a
//! copy of a git repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use helm_chart::Compat;
use helm_plugin::{Checkout, PLUGIN_FILE, archived_metadata, cache_key, extract, strip_name};
use helm_source::http::{Access, Fetch};
use helm_source::provenance::{self, Verification};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;
use crate::source;
use crate::text::{path_error, quote};

/// Where a plugin comes from.
pub(crate) enum Origin {
    Folder(PathBuf),
    LocalArchive(PathBuf),
    Web(String),
    Git(String),
}

/// A source of a plugin, and what was fetched of it.
pub(crate) struct Installer<'a> {
    context: &'a Context,
    args: &'a Args,
    origin: Origin,
    /// The archive and its provenance file.
    fetched: Option<(Vec<u8>, Option<Vec<u8>>)>,
}

fn is_archive(name: &str) -> bool {
    name.ends_with(".tgz") || name.ends_with(".tar.gz")
}

fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn missing() -> CliError {
    CliError::new("plugin metadata (plugin.yaml) missing")
}

impl<'a> Installer<'a> {
    /// Finds out what a source is.
    pub(crate) fn new(context: &'a Context, args: &'a Args, text: &str) -> Result<Installer<'a>, CliError> {
        let new = context.compat() == Compat::V4;
        let origin = if new && text.starts_with("oci://") {
            return Err(CliError::new(
                "plugins are not installed from registries by this program; pull the archive with another tool and \
                 install the file",
            ));
        } else if Path::new(text).exists() {
            let full = std::path::absolute(text).or_fail()?;
            match new && is_archive(text) {
                true => Origin::LocalArchive(full),
                false => Origin::Folder(full),
            }
        } else if text.starts_with("http://") || text.starts_with("https://") {
            match is_archive(text) {
                true => Origin::Web(text.to_owned()),
                false => Origin::Git(text.to_owned()),
            }
        } else {
            Origin::Git(text.to_owned())
        };
        let installer = Installer { context, args, origin, fetched: None };
        if let Origin::Git(remote) = &installer.origin {
            // Found out early, so that the folder is not made for nothing.
            installer.checkout(remote)?;
        }
        Ok(installer)
    }

    /// Whether the source is a folder of whoever develops the plugin.
    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.origin, Origin::Folder(_))
    }

    /// Whether signatures exist for this kind of source.
    pub(crate) fn can_verify(&self) -> bool {
        matches!(self.origin, Origin::LocalArchive(_) | Origin::Web(_))
    }

    fn data_folder(&self) -> PathBuf {
        self.context.settings.data_home.join("plugins")
    }

    /// Where the plugin will be.
    pub(crate) fn path(&self) -> PathBuf {
        let installs = super::install_folder(&self.context.settings);
        match &self.origin {
            // Helm 4 puts these into the data folder, whatever `HELM_PLUGINS` says.
            Origin::Folder(path) => {
                let name = path.file_name().unwrap_or_default();
                match self.context.compat() {
                    Compat::V4 => self.data_folder().join(name),
                    Compat::V3 => installs.join(name),
                }
            }
            Origin::LocalArchive(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                self.data_folder().join(strip_name(&name))
            }
            Origin::Web(url) => self.data_folder().join(strip_name(base_name(url))),
            Origin::Git(remote) => installs.join(base_name(remote)),
        }
    }

    /// Makes the folder of plugins and sees that this plugin is not there.
    pub(crate) fn prepare(&self) -> Result<(), CliError> {
        let path = self.path();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| CliError::new(path_error("mkdir", parent, &e)))?;
        }
        if path.exists() {
            if self.context.compat() == Compat::V4 {
                let shown = path.to_string_lossy();
                self.context.log.warn("plugin already exists", &[("path", &shown), ("error", "<nil>")]);
            }
            return Err(CliError::new("plugin already exists"));
        }
        Ok(())
    }

    /// Checks the signature of an archive before anything of it is used.
    pub(crate) fn verify(&mut self) -> Result<Verification, CliError> {
        let keyring = source::keyring(self.context, self.args);
        let compat = self.context.compat();
        let name = match &self.origin {
            Origin::LocalArchive(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Origin::Web(url) => base_name(url).to_owned(),
            _ => return Err(CliError::new("--verify is only supported for plugin tarballs (.tgz files)")),
        };
        let (archive, prov) = self.fetch(true)?;
        let failed = |text: String| CliError::new(format!("plugin verification failed: {text}"));
        match prov {
            None | Some([]) => Err(failed("no provenance file (.prov) found".to_owned())),
            Some(prov) => provenance::verify_archive(archive, prov, &name, &keyring, compat)
                .map_err(|e| failed(e.to_string())),
        }
    }

    /// The archive and its provenance file, fetched once: what was verified is what is installed.
    fn fetch(&mut self, verifying: bool) -> Result<(&[u8], Option<&[u8]>), CliError> {
        if self.fetched.is_none() {
            let fetched = match &self.origin {
                Origin::LocalArchive(path) => {
                    let archive = fs::read(path).map_err(|e| {
                        let text = path_error("open", path, &e);
                        CliError::new(match verifying {
                            true => {
                                format!("failed to get verification data: failed to read plugin file: {text}")
                            }
                            false => format!("failed to read archive: {text}"),
                        })
                    })?;
                    let mut beside = path.as_os_str().to_owned();
                    beside.push(".prov");
                    (archive, fs::read(beside).ok())
                }
                Origin::Web(url) => {
                    let archive = self.get(url).map_err(|e| match verifying {
                        true => e.context("failed to get verification data: failed to download plugin"),
                        false => e,
                    })?;
                    let prov = match self.context.compat() {
                        Compat::V4 => self.get(&format!("{url}.prov")).ok(),
                        Compat::V3 => None,
                    };
                    (archive, prov)
                }
                _ => (Vec::new(), None),
            };
            self.fetched = Some(fetched);
        }
        let (archive, prov) =
            self.fetched.as_ref().map_or((&[][..], None), |(a, p)| (a.as_slice(), p.as_deref()));
        Ok((archive, prov))
    }

    fn get(&self, url: &str) -> Result<Vec<u8>, CliError> {
        let client = source::client(self.context);
        let url: gonet::Url = gonet::Url::parse(url).or_fail()?;
        let access = Access::default();
        source::run_plain(self.context, async move {
            let fetch = Fetch {
                url: &url,
                owner: &url,
                access: &access,
                accept: "",
                known: None,
                compressed: false,
                limit: 512 << 20,
            };
            client.fetch_bytes(fetch).await
        })
    }

    /// Puts the plugin in its place.
    pub(crate) fn install(&mut self) -> Result<(), CliError> {
        let path = self.path();
        match &self.origin {
            Origin::Folder(from) => link(from, &path, self.context.compat()),
            Origin::Git(remote) => {
                let checkout = self.checkout(remote)?;
                checkout.sync().or_fail()?;
                let version = self.args.text("version");
                if !version.is_empty() {
                    checkout.checkout(&checkout.solve(version).or_fail()?).or_fail()?;
                }
                if !checkout.folder.join(PLUGIN_FILE).exists() {
                    return Err(missing());
                }
                copy(&checkout.folder, &path)
            }
            Origin::LocalArchive(_) | Origin::Web(_) => self.install_archive(&path),
        }
    }

    fn checkout(&self, remote: &str) -> Result<Checkout, CliError> {
        let unknown = |error: String| {
            let compat = self.context.compat();
            CliError::new(match compat {
                Compat::V4 => format!(
                    "cannot get information about plugin source {} (if it's a local directory, does it exist?), last \
                     error was: {error}",
                    quote(remote)
                ),
                Compat::V3 => error,
            })
        };
        let key = cache_key(remote).map_err(unknown)?;
        let folder = self.context.settings.cache_home.join("plugins").join(key);
        Checkout::new(remote, &folder).map_err(|e| unknown(e.to_string()))
    }

    fn install_archive(&mut self, path: &Path) -> Result<(), CliError> {
        let compat = self.context.compat();
        let data_folder = self.data_folder();
        let is_local = matches!(self.origin, Origin::LocalArchive(_));
        let (archive, prov) = self.fetch(false)?;
        // A folder of its own, gone afterwards: nothing of another archive is mixed in, and a hostile one can leave
        // nothing behind.
        let unpacked = tempfile::Builder::new().prefix("helm-plugin-extract-").tempdir().or_fail()?;
        if compat == Compat::V4 {
            let metadata = archived_metadata(archive, compat)
                .map_err(|e| CliError::new(format!("failed to extract plugin metadata from tarball: {e}")))?;
            let kept = data_folder.join(format!("{}-{}.tgz", metadata.name, metadata.version));
            let save = |path: &Path, data: &[u8]| {
                fs::write(path, data).map_err(|e| {
                    CliError::new(format!("failed to save tarball: {}", path_error("open", path, &e)))
                })
            };
            fs::create_dir_all(&data_folder).or_fail()?;
            save(&kept, archive)?;
            if let Some(prov) = prov {
                let mut beside = kept.into_os_string();
                beside.push(".prov");
                save(Path::new(&beside), prov)?;
            }
        }
        let phrase = if is_local { "failed to extract archive" } else { "extracting files from archive" };
        extract(archive, unpacked.path()).map_err(|e| CliError::new(format!("{phrase}: {e}")))?;
        let root = match compat {
            Compat::V3 if unpacked.path().join(PLUGIN_FILE).exists() => unpacked.path().to_owned(),
            Compat::V3 => return Err(missing()),
            Compat::V4 if is_local => {
                let root = unpacked.path().join(path.file_name().unwrap_or_default());
                let file = root.join(PLUGIN_FILE);
                match file.metadata() {
                    Ok(_) => root,
                    Err(error) => {
                        return Err(CliError::new(format!(
                            "plugin.yaml not found in expected directory {}: {}",
                            root.display(),
                            path_error("stat", &file, &error)
                        )));
                    }
                }
            }
            Compat::V4 => plugin_root(unpacked.path()).ok_or_else(|| {
                CliError::new(format!(
                    "plugin.yaml not found in {} or its immediate subdirectories",
                    unpacked.path().display()
                ))
            })?,
        };
        copy(&root, path)
    }
}

/// The folder with `plugin.yaml`: the root, or the first one in it.
fn plugin_root(folder: &Path) -> Option<PathBuf> {
    if folder.join(PLUGIN_FILE).exists() {
        return Some(folder.to_owned());
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    folders.sort_unstable();
    folders.into_iter().find(|f| f.join(PLUGIN_FILE).exists())
}

/// Links a folder into the folder of plugins, so that its changes count at once.
fn link(from: &Path, to: &Path, compat: Compat) -> Result<(), CliError> {
    if !from.is_dir() {
        return Err(CliError::new(match compat {
            Compat::V4 => "expected plugin to be a directory (containing a file 'plugin.yaml')",
            Compat::V3 => "expected plugin to be a folder",
        }));
    }
    if !from.join(PLUGIN_FILE).exists() {
        return Err(missing());
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(from, to);
    #[cfg(windows)]
    let linked = std::os::windows::fs::symlink_dir(from, to);
    linked.map_err(|e| {
        let text = crate::text::io_error(&e);
        CliError::new(format!("symlink {} {}: {text}", from.display(), to.display()))
    })
}

/// Copies a folder. Links are copied as links.
fn copy(from: &Path, to: &Path) -> Result<(), CliError> {
    let result = copy_tree(from, to);
    if result.is_err() {
        let _ = fs::remove_dir_all(to);
    }
    result
        .map_err(|e| CliError::new(format!("cannot copy to {}: {}", to.display(), crate::text::io_error(&e))))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy_tree(&path, &target)?;
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(&path)?, &target)?;
            #[cfg(not(unix))]
            fs::copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
