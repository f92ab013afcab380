//! Plugins that fetch by protocols of their own.

use std::sync::Arc;

use futures::future::BoxFuture;
use gonet::Url;
use helm_chart::Compat;
use helm_plugin::{Config, Plugin};
use helm_source::http::{Access, Getter};

use super::process::{self, Fetch};
use crate::context::Context;

struct PluginGetter {
    plugin: Plugin,
    schemes: Vec<String>,
    variables: Vec<(String, String)>,
    compat: Compat,
}

impl std::fmt::Debug for PluginGetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The variables hold tokens.
        f.debug_struct("PluginGetter").field("plugin", &self.plugin.metadata.name).finish_non_exhaustive()
    }
}

/// The getters of all plugins. Problems were told when commands were looked for.
pub(crate) fn getters(context: &Context) -> Vec<Arc<dyn Getter>> {
    let settings = &context.settings;
    let compat = context.compat();
    let folders = super::folders(settings);
    let found = folders.iter().filter_map(|folder| helm_plugin::find(folder, compat).ok());
    let mut getters: Vec<Arc<dyn Getter>> = Vec::new();
    for plugin in found.flat_map(|found| found.plugins) {
        let schemes: Vec<String> = match (&plugin.metadata.config, plugin.metadata.subprocess()) {
            (Config::Getter { protocols }, _) => protocols.clone(),
            (_, Some(p)) if compat == Compat::V3 => {
                p.protocols.iter().flat_map(|p| p.protocols.iter().cloned()).collect()
            }
            _ => continue,
        };
        if !schemes.is_empty() {
            let variables = process::variables(settings, &plugin);
            getters.push(Arc::new(PluginGetter { plugin, schemes, variables, compat }));
        }
    }
    getters
}

impl Getter for PluginGetter {
    fn schemes(&self) -> &[String] {
        &self.schemes
    }

    fn get<'a>(&'a self, url: &'a Url, access: &'a Access) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let text = url.to_string();
            let scheme = text.split(':').next().unwrap_or_default().to_owned();
            let fetch = Fetch {
                url: &text,
                scheme: &scheme,
                username: &access.username,
                password: access.password.reveal(),
                pass_credentials: access.pass_credentials,
                files: [&access.cert_file, &access.key_file, &access.ca_file],
            };
            // The runtime has nothing else to do meanwhile, and a plugin may ask the user.
            process::fetch(&self.plugin, &self.variables, self.compat, &fetch)
                .map_err(|error| self.failed(error))
        })
    }
}

impl PluginGetter {
    fn failed(&self, error: String) -> String {
        match self.compat {
            Compat::V4 => {
                format!("plugin {} failed to invoke: {error}", crate::text::quote(&self.plugin.metadata.name))
            }
            Compat::V3 => error,
        }
    }
}
