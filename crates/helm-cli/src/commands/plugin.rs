//! `helm plugin`.

use std::fs;
use std::path::{Path, PathBuf};

use helm_chart::Compat;
use helm_plugin::{Checkout, GitError, Plugin, load_dir, tarball};
use helm_source::provenance;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{
    CA_FILE, CERT_FILE, Flag, INSECURE_SKIP_TLS_VERIFY, KEY_FILE, KEYRING, PASSWORD, PLAIN_HTTP, USERNAME,
};
use crate::output::table;
use crate::parse::Args;
use crate::plugin::install::Installer;
use crate::plugin::{folders, install_folder, load, run_hook};
use crate::text::path_error;

/// The command. What only Helm 4 has says so at level 3.
pub(crate) const COMMAND: Command = Command {
    name: "plugin",
    usage: "plugin",
    short: "install, list, or uninstall plugins",
    long: "Manages plugins: programs that add commands, protocols and post-renderers.",
    arity: Arity::Any,
    subcommands: &[
        Command {
            name: "install",
            aliases: &["add"],
            usage: "install [options] <path|url>",
            short: "install a plugin",
            long: "Installs a plugin from a folder (which is linked), an archive (a file or a URL) or a git repository. \
                   The signature of an archive is checked first, unless --verify=false.",
            arity: Arity::Exactly(1),
            flags: &[&[
                Flag::text("version", "", "version, or constraint on it, to take from a git repository"),
                Flag::switch_on("verify", "check the signature before anything is installed").since4(),
                KEYRING.since4(),
                CERT_FILE.since4(),
                KEY_FILE.since4(),
                CA_FILE.since4(),
                INSECURE_SKIP_TLS_VERIFY.since4(),
                PLAIN_HTTP.since4(),
                USERNAME.since4(),
                PASSWORD.since4(),
            ]],
            run: Some(install),
            ..BLANK
        },
        Command {
            name: "list",
            aliases: &["ls"],
            usage: "list",
            short: "list the installed plugins",
            long: "Lists the installed plugins.",
            arity: Arity::Any,
            flags: &[&[Flag::text("type", "", "list plugins of this type only, such as cli/v1").since4()]],
            run: Some(list),
            ..BLANK
        },
        Command {
            name: "uninstall",
            aliases: &["rm", "remove"],
            usage: "uninstall <plugin>...",
            short: "uninstall plugins",
            long: "Removes installed plugins.",
            arity: Arity::Any,
            run: Some(uninstall),
            ..BLANK
        },
        Command {
            name: "update",
            aliases: &["up"],
            usage: "update <plugin>...",
            short: "update plugins",
            long: "Brings plugins that were installed from git repositories up to date.",
            arity: Arity::Any,
            run: Some(update),
            ..BLANK
        },
        Command {
            name: "package",
            usage: "package [PATH]",
            short: "pack a plugin's folder into an archive",
            long: "Packs a plugin's folder into NAME-VERSION.tgz and signs it, unless --sign=false.",
            arity: Arity::Exactly(1),
            flags: &[&[
                Flag::switch_on("sign", "sign the archive with a PGP key"),
                Flag::text("key", "", "name of the key to sign with"),
                KEYRING,
                Flag::text("passphrase-file", "", "file with the passphrase of the key; - for stdin"),
                Flag::text("destination", ".", "folder to write the archive to").short('d'),
            ]],
            run: Some(package),
            only: Some(Compat::V4),
            ..BLANK
        },
        Command {
            name: "verify",
            usage: "verify [PATH]",
            short: "check the signature of a plugin's archive",
            long: "Checks that a plugin's archive is the one that PATH.prov was made for, and that a key of the keyring \
                   signed it.",
            arity: Arity::Exactly(1),
            flags: &[&[KEYRING]],
            run: Some(verify),
            only: Some(Compat::V4),
            ..BLANK
        },
    ],
    ..BLANK
};

fn install(context: &Context, args: &Args) -> Result<(), CliError> {
    let source = args.positional()[0].to_owned();
    let mut installer = Installer::new(context, args, &source)?;
    if context.compat() == Compat::V4 {
        let verifies = args.on("verify");
        if installer.is_folder() {
            context.println("Installing plugin from local directory (development mode)")?;
            installer.prepare()?;
        } else if !verifies {
            context.println("WARNING: Skipping plugin signature verification")?;
            installer.prepare()?;
        } else if !installer.can_verify() {
            return Err(CliError::new(
                "plugin source does not support verification. Use --verify=false to skip verification",
            ));
        } else {
            context.println("Verifying plugin signature...")?;
            installer.prepare()?;
            let verified = installer.verify()?;
            installer.install()?;
            print_signature(context, &verified)?;
            return finish_install(context, &installer.path());
        }
    } else {
        installer.prepare()?;
    }
    installer.install()?;
    finish_install(context, &installer.path())
}

fn finish_install(context: &Context, path: &Path) -> Result<(), CliError> {
    context.log.debug("loading plugin", &[("path", &path.to_string_lossy())]);
    let plugin = load_dir(path, context.compat())
        .map_err(|e| CliError::new(format!("plugin is installed but unusable: {e}")))?;
    run_hook(context, &plugin, "install")?;
    context.println(&format!("Installed plugin: {}", plugin.metadata.name))
}

fn print_signature(context: &Context, verified: &provenance::Verification) -> Result<(), CliError> {
    for user in &verified.signed_by {
        context.println(&format!("Signed by: {user}"))?;
    }
    context.println(&format!("Using Key With Fingerprint: {}", verified.fingerprint))?;
    context.println(&format!("Plugin Hash Verified: {}", verified.file_hash))
}

fn list(context: &Context, args: &Args) -> Result<(), CliError> {
    let compat = context.compat();
    let plugins = load(&folders(&context.settings), compat, context.log)?;
    let wanted = args.text("type");
    let header: &[&str] = match compat {
        Compat::V4 => &["NAME", "VERSION", "TYPE", "APIVERSION", "PROVENANCE", "SOURCE"],
        Compat::V3 => &["NAME", "VERSION", "DESCRIPTION"],
    };
    let mut rows = vec![header.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
    for plugin in plugins.iter().filter(|p| wanted.is_empty() || p.metadata.kind == wanted) {
        let m = &plugin.metadata;
        rows.push(match compat {
            Compat::V4 => vec![
                m.name.clone(),
                m.version.clone(),
                m.kind.clone(),
                m.api_version.clone(),
                signing_state(context, plugin).to_owned(),
                if m.source_url.is_empty() { "unknown".to_owned() } else { m.source_url.clone() },
            ],
            Compat::V3 => {
                let description = m.cli().map_or("", |config| &config.long);
                vec![m.name.clone(), m.version.clone(), description.to_owned()]
            }
        });
    }
    context.print(&table(&rows))
}

/// What the files beside a plugin say of its signature; no key is asked.
fn signing_state(context: &Context, plugin: &Plugin) -> &'static str {
    let folder = context.settings.data_home.join("plugins");
    let m = &plugin.metadata;
    let Ok(found) = fs::symlink_metadata(folder.join(&m.name)) else { return "unknown" };
    if found.is_symlink() {
        return "local dev";
    }
    let archive = folder.join(format!("{}-{}.tgz", m.name, m.version));
    if !archive.exists() {
        return "unsigned";
    }
    let prov = match fs::read(folder.join(format!("{}-{}.tgz.prov", m.name, m.version))) {
        Ok(prov) => prov,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return "unsigned",
        Err(_) => return "unknown",
    };
    let Ok(archive_data) = fs::read(&archive) else { return "mismatched provenance" };
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    match provenance::states_digest(&prov, &name, &archive_data) {
        None => "invalid provenance",
        Some(true) => "signed",
        Some(false) => "mismatched provenance",
    }
}

/// Does something with every named plugin; what fails is told together at the end.
fn each_named(
    context: &Context,
    args: &Args,
    verb: &str,
    done: &str,
    mut act: impl FnMut(&Plugin) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let names = args.positional();
    if names.is_empty() {
        return Err(CliError::usage(format!("please provide plugin name to {verb}")));
    }
    let compat = context.compat();
    let places = match compat {
        // Helm 4 takes the whole of `HELM_PLUGINS` for one folder here.
        Compat::V4 => vec![install_folder(&context.settings).to_owned()],
        Compat::V3 => folders(&context.settings),
    };
    let plugins = load(&places, compat, context.log)?;
    let word = |text: &str| match compat {
        Compat::V4 => text.to_owned(),
        Compat::V3 => text[..1].to_uppercase() + &text[1..],
    };
    let mut failed = Vec::new();
    for name in names {
        match plugins.iter().find(|p| p.metadata.name == name) {
            None => failed.push(format!("{}: {name} not found", word("plugin"))),
            Some(plugin) => match act(plugin) {
                Ok(()) => context.println(&format!("{done} plugin: {name}"))?,
                Err(error) => {
                    failed.push(format!("{} to {verb} plugin {name}, got error ({error})", word("failed")))
                }
            },
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(CliError::new(failed.join("\n"))) }
}

fn uninstall(context: &Context, args: &Args) -> Result<(), CliError> {
    each_named(context, args, "uninstall", "Uninstalled", |plugin| {
        remove(&plugin.dir).map_err(|e| CliError::new(path_error("unlinkat", &plugin.dir, &e)))?;
        let m = &plugin.metadata;
        if context.compat() == Compat::V4 && !m.version.is_empty() {
            for end in ["tgz", "tgz.prov"] {
                let file = format!("{}-{}.{end}", m.name, m.version);
                // What was kept to tell the signature by; without the plugin it is of no use.
                let _ = fs::remove_file(install_folder(&context.settings).join(file));
            }
        }
        run_hook(context, plugin, "delete")
    })
}

/// Removes a folder, or the link to one.
fn remove(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_symlink() { fs::remove_file(path) } else { fs::remove_dir_all(path) }
}

fn update(context: &Context, args: &Args) -> Result<(), CliError> {
    each_named(context, args, "update", "Updated", |plugin| {
        let folder =
            fs::canonicalize(&plugin.dir).map_err(|e| CliError::new(path_error("lstat", &plugin.dir, &e)))?;
        let checkout = match Checkout::existing(&folder) {
            Err(error @ GitError::Unknown) => {
                if context.compat() == Compat::V4 {
                    let location = folder.to_string_lossy();
                    let fields = [("location", &*location), ("error", &error.to_string())];
                    context.log.warn("cannot get information about plugin source", &fields);
                }
                return Err(CliError::new("cannot get information about plugin source"));
            }
            other => other.or_fail()?,
        };
        // Helm takes the repository's name for the plugin's folder.
        let name = checkout.remote.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let path = install_folder(&context.settings).join(name);
        if !path.exists() {
            return Err(CliError::new("plugin does not exist"));
        }
        if checkout.is_dirty() {
            return Err(CliError::new("plugin repo was modified"));
        }
        checkout.update().or_fail()?;
        if !checkout.folder.join(helm_plugin::PLUGIN_FILE).exists() {
            return Err(CliError::new("plugin metadata (plugin.yaml) missing"));
        }
        run_hook(context, &load_dir(&path, context.compat()).or_fail()?, "update")
    })
}

fn only_helm4(context: &Context, name: &str) -> Result<(), CliError> {
    match context.compat() {
        Compat::V4 => Ok(()),
        Compat::V3 => {
            Err(CliError::usage(format!("helm plugin {name} is of Helm 4; Helm 3 does not have it")))
        }
    }
}

fn package(context: &Context, args: &Args) -> Result<(), CliError> {
    only_helm4(context, "package")?;
    let path = PathBuf::from(args.positional()[0]);
    let found = fs::metadata(&path).map_err(|e| CliError::new(path_error("stat", &path, &e)))?;
    if !found.is_dir() {
        return Err(CliError::new("plugin package only supports directories, not tarballs"));
    }
    let plugin = load_dir(&path, context.compat())
        .map_err(|e| CliError::new(format!("invalid plugin directory: {e}")))?;
    let folder = PathBuf::from(args.text("destination"));
    fs::create_dir_all(&folder).map_err(|e| CliError::new(path_error("mkdir", &folder, &e)))?;
    let signer = match args.on("sign") {
        true => Some(crate::signing::plugin_signer(context, args)?),
        false => {
            context.println(
                "WARNING: Skipping plugin signing. This is not recommended for plugins intended for distribution.",
            )?;
            None
        }
    };
    // Go's `filepath.Join` has no `./` in front.
    let folder = if folder == Path::new(".") { PathBuf::new() } else { folder };
    let name = format!("{}-{}.tgz", plugin.metadata.name, plugin.metadata.version);
    let target = folder.join(&name);
    let archive = tarball(&plugin).map_err(|e| {
        CliError::new(format!("failed to create plugin tarball: {}", crate::text::io_error(&e)))
    })?;
    fs::write(&target, &archive).map_err(|e| {
        CliError::new(format!("failed to create tarball: {}", path_error("open", &target, &e)))
    })?;
    if let Some(signer) = signer {
        let metadata = govalue::yaml::sigs::marshal_json(&plugin.metadata.to_json()).or_fail()?;
        let signed = signer.sign(&archive, &name, &metadata).or_fail()?;
        let prov = folder.join(format!("{name}.prov"));
        fs::write(&prov, signed).map_err(|e| {
            CliError::new(format!("failed to write provenance file: {}", path_error("open", &prov, &e)))
        })?;
        context.println(&format!("Successfully signed. Signature written to: {}", prov.display()))?;
    }
    context.println(&format!("Successfully packaged plugin and saved it to: {}", target.display()))
}

fn verify(context: &Context, args: &Args) -> Result<(), CliError> {
    only_helm4(context, "verify")?;
    let path = PathBuf::from(args.positional()[0]);
    let found = fs::metadata(&path).map_err(|e| CliError::new(path_error("stat", &path, &e)))?;
    if found.is_dir() {
        return Err(CliError::new(
            "directory verification not supported - only plugin tarballs can be verified",
        ));
    }
    if !path.extension().is_some_and(|e| e == "gz" || e == "tgz") {
        return Err(CliError::new("plugin file must be a gzipped tarball (.tar.gz or .tgz)"));
    }
    let mut beside = path.clone().into_os_string();
    beside.push(".prov");
    let prov = PathBuf::from(beside);
    fs::metadata(&prov).map_err(|e| {
        let text = path_error("stat", &prov, &e);
        CliError::new(format!("could not find provenance file {}: {text}", prov.display()))
    })?;
    let read = |path: &Path, what: &str| {
        fs::read(path)
            .map_err(|e| CliError::new(format!("failed to read {what}: {}", path_error("open", path, &e))))
    };
    let (archive, signed) = (read(&path, "plugin file")?, read(&prov, "provenance file")?);
    let keyring = crate::source::keyring(context, args);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let verified =
        provenance::verify_archive(&archive, &signed, &name, &keyring, context.compat()).or_fail()?;
    print_signature(context, &verified)
}
