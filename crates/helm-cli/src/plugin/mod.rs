//! Plugins: which there are, which of them are commands, and how they run.
//!
//! [`commands`] is the seam for whoever lists or completes commands: the plugins that are commands, with their lines
//! of use and the files that say how their arguments are completed.

mod dispatch;
mod getter;
pub(crate) mod install;
mod post_render;
mod process;

use std::path::{Path, PathBuf};

use helm_chart::Compat;
use helm_plugin::{Plugin, find};

use crate::context::Context;
use crate::error::CliError;
use crate::log::Log;
use crate::settings::Settings;

pub(crate) use dispatch::{Dispatched, dispatch};
pub(crate) use getter::getters;
pub(crate) use post_render::{FLAGS as POST_RENDER_FLAGS, post_renderer};
pub(crate) use process::run_hook;

/// A plugin that is a command.
pub(crate) struct PluginCommand {
    /// The word that runs it.
    pub(crate) name: String,
    #[allow(dead_code, reason = "the seam of completion and help")]
    /// The line of use.
    pub(crate) usage: String,
    /// One line.
    pub(crate) short: String,
    /// Many, or none.
    #[allow(dead_code, reason = "the seam of completion and help")]
    pub(crate) long: String,
    /// The plugin.
    pub(crate) plugin: Plugin,
}

#[allow(dead_code, reason = "the seam of completion")]
impl PluginCommand {
    /// The file with subcommands and flags to complete, `completion.yaml`; it need not exist.
    pub(crate) fn completion_file(&self) -> PathBuf {
        self.plugin.dir.join("completion.yaml")
    }

    /// The program that completes what the file does not, `plugin.complete`; it need not exist.
    pub(crate) fn completion_program(&self) -> PathBuf {
        self.plugin.dir.join("plugin.complete")
    }

    /// Variables for that program, on top of the process's own.
    pub(crate) fn environment(&self, settings: &Settings) -> Vec<(String, String)> {
        process::variables(settings, &self.plugin)
    }
}

/// The folders of `HELM_PLUGINS`.
pub(crate) fn folders(settings: &Settings) -> Vec<PathBuf> {
    std::env::split_paths(&settings.plugins).collect()
}

/// The plugins of the given folders. Helm 4 warns of broken ones and goes on; Helm 3 stops there.
pub(crate) fn load(folders: &[PathBuf], compat: Compat, log: Log) -> Result<Vec<Plugin>, CliError> {
    let mut plugins = Vec::new();
    for folder in folders {
        let found = find(folder, compat).map_err(CliError::new)?;
        for (file, error) in &found.broken {
            let fields = [("plugin_yaml", file.to_string_lossy()), ("error", error.to_string().into())];
            let fields = fields.each_ref().map(|(key, value)| (*key, &**value));
            log.warn("failed to load plugin (ignoring)", &fields);
        }
        for plugin in &found.plugins {
            plugin.remarks.iter().for_each(|remark| println!("{remark}"));
        }
        plugins.extend(found.plugins);
    }
    Ok(plugins)
}

/// The first plugin of a name and a kind.
pub(crate) fn find_one(context: &Context, name: &str, kind: &str) -> Result<Option<Plugin>, CliError> {
    let plugins = load(&folders(&context.settings), context.compat(), context.log)?;
    Ok(plugins.into_iter().find(|p| p.metadata.name == name && p.metadata.kind == kind))
}

/// The plugins that are commands, in Helm's order; what is wrong with any is said on stderr as Helm says it.
/// Nothing is read when the folders of plugins are empty or not there.
pub(crate) fn commands(settings: &Settings, log: Log) -> Vec<PluginCommand> {
    if std::env::var("HELM_NO_PLUGINS").is_ok_and(|v| v == "1") {
        return Vec::new();
    }
    let compat = settings.compat;
    let plugins = match load(&folders(settings), compat, log) {
        Ok(plugins) => plugins,
        Err(error) => {
            match compat {
                Compat::V4 => {
                    let message = "failed to load plugins";
                    log.at(helm_actions::Level::Error, message, &[("error", &error.to_string())]);
                }
                Compat::V3 => log.plain(&format!("failed to load plugins: {error}")),
            }
            return Vec::new();
        }
    };
    let mut commands: Vec<PluginCommand> = Vec::new();
    for plugin in plugins {
        let Some(config) = plugin.metadata.cli() else { continue };
        let or = |text: &str, default: String| if text.is_empty() { default } else { text.to_owned() };
        let usage = or(&config.usage, plugin.metadata.name.clone());
        let name = usage.split(' ').next().unwrap_or_default().to_owned();
        if compat == Compat::V4 && (is_builtin(&name) || commands.iter().any(|c| c.name == name)) {
            let message = "failed to load plugins: name conflicts";
            log.at(helm_actions::Level::Error, message, &[("name", &name)]);
            break;
        }
        let named = format!("the {} plugin", crate::text::quote(&plugin.metadata.name));
        let (short, long) = (or(&config.short, named), config.long.clone());
        commands.push(PluginCommand { name, usage, short, long, plugin });
    }
    commands
}

/// Whether Helm has a command of this name. (Helm's own `help` is added after plugins are.)
fn is_builtin(name: &str) -> bool {
    name == "completion" || crate::command::ROOT.subcommands.iter().any(|c| c.name == name)
}

/// The folder that plugins are installed into: Helm joins names to the whole of `HELM_PLUGINS`.
pub(crate) fn install_folder(settings: &Settings) -> &Path {
    Path::new(&settings.plugins)
}
