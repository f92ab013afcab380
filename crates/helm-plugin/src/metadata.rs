//! `plugin.yaml`: Helm 3's form, and Helm 4's `apiVersion: v1`.

use std::collections::BTreeMap;

use helm_chart::Compat;
use serde_json::{Value as Json, json};

use crate::command::PlatformCommand;
use crate::decode;

/// What a plugin says of itself.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `legacy` or `v1`.
    pub api_version: String,
    /// The name, which is that of its command.
    pub name: String,
    /// `cli/v1`, `getter/v1`, `postrenderer/v1` or `test/v1`.
    pub kind: String,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source_url: String,
    /// What the kind wants to know.
    pub config: Config,
    /// How it runs.
    pub runtime: Runtime,
}

/// What the kind of a plugin wants to know.
#[derive(Clone, Debug, Default)]
pub enum Config {
    /// Nothing.
    #[default]
    None,
    /// A command.
    Cli(CliConfig),
    /// Fetches by these protocols.
    Getter {
        /// Schemes of URLs.
        protocols: Vec<String>,
    },
}

/// How a command is shown.
#[derive(Clone, Debug, Default)]
pub struct CliConfig {
    /// The line of use; the first word is the command's name.
    pub usage: String,
    /// One line.
    pub short: String,
    /// Many.
    pub long: String,
    /// Whether the plugin gets no arguments at all.
    pub ignore_flags: bool,
}

/// How a plugin runs.
#[derive(Clone, Debug)]
pub enum Runtime {
    /// As a program.
    Subprocess(Subprocess),
    /// As WebAssembly.
    Extism(Extism),
}

impl Default for Runtime {
    fn default() -> Self {
        Runtime::Subprocess(Subprocess::default())
    }
}

/// Programs of a plugin.
#[derive(Clone, Debug, Default)]
pub struct Subprocess {
    /// Its command.
    pub commands: Vec<PlatformCommand>,
    /// What runs after it was installed, updated or removed.
    pub hooks: BTreeMap<String, Vec<PlatformCommand>>,
    /// Whether variables in arguments of hooks are expanded.
    pub expand_hook_args: bool,
    /// Commands by protocol.
    pub protocols: Vec<ProtocolCommand>,
}

/// What fetches by some protocols.
#[derive(Clone, Debug, Default)]
pub struct ProtocolCommand {
    /// Schemes of URLs.
    pub protocols: Vec<String>,
    /// The command, relative to the plugin's folder.
    pub commands: Vec<PlatformCommand>,
}

/// Bounds and settings of a WebAssembly plugin.
#[derive(Clone, Debug, Default)]
pub struct Extism {
    /// Pages of 64 KiB that it may have.
    pub max_pages: u32,
    /// Size of an answer over HTTP.
    pub max_http_response_bytes: i64,
    /// Size of its variables together.
    pub max_var_bytes: i64,
    /// What it can ask for.
    pub config: BTreeMap<String, String>,
    /// Hosts that it may speak to.
    pub allowed_hosts: Vec<String>,
    /// Whether it gets a temporary folder.
    pub create_temp_dir: bool,
    /// Milliseconds that it may run; 0 for no bound.
    pub timeout: u64,
    /// Functions of the host that it wants.
    pub host_functions: Vec<String>,
    /// The function to call.
    pub entry: String,
}

/// Why a `plugin.yaml` is none; the text is Helm's.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct MetadataError(pub String);

/// Go writes a list that was never made as `null`.
fn or_null(list: &[String]) -> Json {
    if list.is_empty() { Json::Null } else { json!(list) }
}

impl Metadata {
    /// Reads a `plugin.yaml`, and what Helm 3 remarks of it. `file` is named in Helm 3's texts.
    pub fn parse(text: &[u8], compat: Compat, file: &str) -> Result<(Metadata, Vec<String>), MetadataError> {
        match compat {
            Compat::V3 => decode::old(text, file),
            Compat::V4 => decode::new(text).map(|metadata| (metadata, Vec::new())),
        }
    }

    /// The metadata as Helm 4 signs it: its own structs, field by field.
    pub fn to_json(&self) -> Json {
        let commands = |all: &[PlatformCommand]| -> Json {
            let one = |c: &PlatformCommand| json!({"OperatingSystem": c.os, "Architecture": c.arch, "Command": c.command, "Args": or_null(&c.args)});
            if all.is_empty() { Json::Null } else { all.iter().map(one).collect() }
        };
        let config = match &self.config {
            Config::Cli(c) => json!({
                "Usage": c.usage, "ShortHelp": c.short, "LongHelp": c.long, "IgnoreFlags": c.ignore_flags,
            }),
            Config::Getter { protocols } => json!({"Protocols": protocols}),
            Config::None => json!({}),
        };
        let runtime = match &self.runtime {
            Runtime::Subprocess(s) => {
                let hooks: serde_json::Map<String, Json> =
                    s.hooks.iter().map(|(event, all)| (event.clone(), commands(all))).collect();
                let protocols: Vec<Json> = s
                    .protocols
                    .iter()
                    .map(|p| json!({"Protocols": or_null(&p.protocols), "PlatformCommand": commands(&p.commands)}))
                    .collect();
                json!({
                    "PlatformCommand": commands(&s.commands),
                    "PlatformHooks": if hooks.is_empty() { Json::Null } else { Json::Object(hooks) },
                    "ProtocolCommands": if protocols.is_empty() { Json::Null } else { Json::Array(protocols) },
                })
            }
            Runtime::Extism(e) => json!({
                "Memory": {
                    "MaxPages": e.max_pages,
                    "MaxHTTPResponseBytes": e.max_http_response_bytes,
                    "MaxVarBytes": e.max_var_bytes,
                },
                "Config": if e.config.is_empty() { Json::Null } else { json!(e.config) },
                "AllowedHosts": or_null(&e.allowed_hosts),
                "FileSystem": {"CreateTempDir": e.create_temp_dir},
                "Timeout": e.timeout,
                "HostFunctions": or_null(&e.host_functions),
                "EntryFuncName": e.entry,
            }),
        };
        let name = match &self.runtime {
            Runtime::Subprocess(_) => "subprocess",
            Runtime::Extism(_) => "extism/v1",
        };
        json!({
            "APIVersion": self.api_version, "Name": self.name, "Type": self.kind, "Runtime": name,
            "Version": self.version, "SourceURL": self.source_url, "Config": config, "RuntimeConfig": runtime,
        })
    }

    /// The command's settings; none for other kinds.
    pub fn cli(&self) -> Option<&CliConfig> {
        match &self.config {
            Config::Cli(config) => Some(config),
            _ => None,
        }
    }

    /// The programs, if it runs as one.
    pub fn subprocess(&self) -> Option<&Subprocess> {
        match &self.runtime {
            Runtime::Subprocess(programs) => Some(programs),
            Runtime::Extism(_) => None,
        }
    }
}
